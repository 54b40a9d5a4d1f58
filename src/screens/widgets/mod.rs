//! What several screens are built from: strokes, text, editors, lists.

pub mod brush;
pub mod cells;
pub mod diff;
pub mod editing;
pub mod editor;
pub mod folder;
pub mod line_editor;
pub mod links;
pub mod steps;
pub mod tab;
pub mod text;
pub mod theme;
