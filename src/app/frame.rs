//! Stub until its branch lands.
use crate::ui::Drawn;
use ratatui::buffer::Buffer;
/// Stub.
pub struct FrameWriter<W>(W);
impl<W: std::io::Write> FrameWriter<W> {
    /// Stub.
    pub fn new(w: W) -> Self {
        Self(w)
    }
    /// Stub.
    pub fn present(&mut self, _b: Buffer, _d: Drawn) -> std::io::Result<()> {
        Ok(())
    }
    /// Stub.
    pub fn get_mut(&mut self) -> &mut W {
        &mut self.0
    }
    /// Stub.
    pub fn invalidate(&mut self) {}
}
