//! Public addresses of pictures that were uploaded.

use super::{base::Store, column_values::own, sql::params};
use domain::{
    reason::store::{Deed, Fault},
    time::HOUR,
};
use engine::effect::Upload;

/// How long one is kept; it is used for a day.
const KEPT_MS: u64 = 48 * HOUR;

impl Store {
    /// Keeps one, instead of the one that there was of that picture, and drops those that are too old to be used.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save_upload(&mut self, upload: &Upload) -> Result<(), Fault> {
        self.change(Deed::SaveChanges, |conn| {
            let oldest = upload.at.0.saturating_sub_unsigned(KEPT_MS);
            conn.execute("DELETE FROM uploads WHERE at < ?1", [oldest])?;
            let sql = "INSERT INTO uploads (profile, sha256, url, at) VALUES (?1, ?2, ?3, ?4) \
                       ON CONFLICT (profile, sha256) DO UPDATE SET url = excluded.url, at = excluded.at";
            conn.execute(sql, params![upload.profile, upload.sha256, upload.url, upload.at.0])?;
            Ok(())
        })
    }

    /// All that are kept.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn uploads(&self) -> Result<Vec<Upload>, Fault> {
        let found = self.conn.all("SELECT profile, sha256, url, at FROM uploads", [], |row| {
            Ok(Upload { profile: row.get(0)?, sha256: row.get(1)?, url: row.get(2)?, at: own(row, 3)? })
        });
        self.as_fault(Deed::Read, found)
    }
}
