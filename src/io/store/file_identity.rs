//! Whether the file of an open store is still the one under its name. SQLite goes on with a file that was removed, and
//! with one that was emptied makes a new store of it: what is written then is lost, and what was paid for is paid for
//! again.

use super::fault::fault;
use domain::reason::store::{Deed, Fault, Why};
use std::{
    fs::{self, File},
    io::Read,
    os::unix::fs::MetadataExt,
    path::Path,
};

/// The file as it was when it was last looked at.
#[derive(Debug)]
pub(super) struct FileIdentity {
    device: u64,
    number: u64,
    bytes: u64,
}

impl FileIdentity {
    /// `None` when there is no such file.
    pub(super) fn of(file: &Path) -> Option<Self> {
        let about = fs::metadata(file).ok()?;
        Some(Self { device: about.dev(), number: about.ino(), bytes: about.len() })
    }

    /// Looks again, for what is to be done.
    ///
    /// # Errors
    /// When another file or none stands under the name, or when it has been cut short.
    pub(super) fn check(&mut self, deed: Deed, file: &Path) -> Result<(), Fault> {
        let failed = |why| Err(fault(deed, file, why));
        match Self::of(file) {
            Some(now) if (now.device, now.number) != (self.device, self.number) => failed(Why::Replaced),
            None => failed(Why::Removed),
            // Of all that a store does only the wiping of its free space makes it smaller.
            Some(now) if now.bytes < self.bytes && length_by_header(file) != Some(now.bytes) => failed(Why::CutShort),
            Some(now) => {
                self.bytes = now.bytes;
                Ok(())
            }
        }
    }
}

/// The bytes that a whole file has, by what SQLite wrote at its beginning: the size of a page and how many there are
/// (https://www.sqlite.org/fileformat2.html#the_database_header).
fn length_by_header(file: &Path) -> Option<u64> {
    let mut header = [0; 32];
    File::open(file).ok()?.read_exact(&mut header).ok()?;
    let page = match u16::from_be_bytes([header[16], header[17]]) {
        1 => 65_536,
        bytes => u64::from(bytes),
    };
    let [.., a, b, c, d] = header;
    Some(page * u64::from(u32::from_be_bytes([a, b, c, d])))
}
