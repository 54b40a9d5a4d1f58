//! Workers: all that touches the world outside. They are handed plain values and send messages back; none of them
//! decides anything about a task, and none knows of the screen.

pub mod store;
