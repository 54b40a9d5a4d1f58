//! The frame around the screens: which keys go where, where everything lies, header and footer.

pub mod banner;
pub mod footer;
pub mod header;
pub mod input;
pub mod mouse;
pub mod pictures;
pub mod view;
