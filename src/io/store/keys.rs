//! Which key each profile of a shared store is served with, by a salted fingerprint: two machines that serve two
//! accounts under one name are told. The key itself is never here, and no part of it.

use super::{
    base::Store,
    owner::host,
    sql::{self, Connection, dialect::NOW, params},
};
use crate::hex::{hex, unguessable};
use domain::reason::store::{Deed, Fault};
use engine::settings::Scope;
use ring::digest;
use secrecy::{ExposeSecret, SecretString};
use std::fmt;

/// Hexadecimal digits that are kept of a fingerprint: enough to tell keys apart, no hold on them.
const KEPT: usize = 16;

/// What stands for a key between here and where it is read: a hash, without salt and so as secret as the key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeyMark([u8; 32]);

impl KeyMark {
    /// Of that key.
    #[must_use]
    pub fn of(key: &SecretString) -> Self {
        let mut mark = [0; 32];
        mark.copy_from_slice(digest::digest(&digest::SHA256, key.expose_secret().as_bytes()).as_ref());
        Self(mark)
    }

    fn fingerprint(self, salt: &str) -> String {
        let hash = digest::digest(&digest::SHA256, &[salt.as_bytes(), &self.0].concat());
        hex(hash.as_ref()).chars().take(KEPT).collect()
    }
}

impl fmt::Debug for KeyMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeyMark").finish()
    }
}

/// What the store has of a profile's key.
struct Known {
    salt: String,
    fingerprint: String,
    who: String,
    host: String,
}

impl Store {
    /// Whose other key a profile is served with elsewhere, as far as the store knows; `None` where it is this one.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn other_key(&self, profile: &str, mark: KeyMark) -> Result<Option<String>, Fault> {
        if self.location.server.is_none() {
            return Ok(None);
        }
        let known = self.as_fault(Deed::Read, known(&self.conn, profile))?;
        Ok(known.filter(|known| mark.fingerprint(&known.salt) != known.fingerprint).map(Known::whose))
    }

    /// Notes that this program asks a profile's service with that key, and tells whose other one the store had. Of a
    /// program that stays the store then has this one, unless another program at work asks the same service.
    pub(super) fn note_key(&mut self, profile: &str, mark: KeyMark, scope: Scope) -> Result<Option<String>, Fault> {
        self.asks.insert(profile.to_owned());
        self.check_in()?;
        let (other, known) = (self.other_key(profile, mark)?, self.as_fault(Deed::Read, known(&self.conn, profile))?);
        let alone = self.peers.as_ref().is_none_or(|peers| peers.get(profile).is_none_or(|others| *others == 0));
        if self.only_reads || (known.is_some() && !(other.is_some() && alone && scope == Scope::All)) {
            return Ok(other);
        }
        let who = self.location.who.as_deref().unwrap_or_default();
        let kept = unguessable().map_err(sql::Error::Unkept).and_then(|salt| {
            let fingerprint = mark.fingerprint(&salt);
            let sql = format!(
                "INSERT INTO keys (profile, salt, fingerprint, who, host, at) VALUES (?1, ?2, ?3, ?4, ?5, {NOW}) \
                 ON CONFLICT (profile) DO UPDATE SET salt = excluded.salt, fingerprint = excluded.fingerprint, \
                 who = excluded.who, host = excluded.host, at = excluded.at"
            );
            self.conn.execute(&sql, params![profile, salt, fingerprint, who, host()])
        });
        self.as_fault(Deed::SaveChanges, kept)?;
        Ok(other)
    }
}

impl Known {
    fn whose(self) -> String {
        // A name of the config may have the machine's in it.
        if self.who.contains('@') { self.who } else { format!("{}@{}", self.who, self.host) }
    }
}

fn known(conn: &Connection, profile: &str) -> sql::Result<Option<Known>> {
    let sql = "SELECT salt, fingerprint, who, host FROM keys WHERE profile = ?1";
    let read = |row: &sql::Row<'_>| {
        Ok(Known { salt: row.get(0)?, fingerprint: row.get(1)?, who: row.get(2)?, host: row.get(3)? })
    };
    conn.first(sql, [profile], read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_tells_keys_and_salts_apart_and_shows_nothing() {
        let of = |key: &str, salt: &str| KeyMark::of(&SecretString::from(key)).fingerprint(salt);
        assert_eq!(of("sk-one", "a"), of("sk-one", "a"));
        assert_ne!(of("sk-one", "a"), of("sk-two", "a"));
        assert_ne!(of("sk-one", "a"), of("sk-one", "b"));
        assert_eq!(
            format!("{:?} {}", KeyMark::of(&SecretString::from("sk-one")), of("sk-one", "a").len()),
            "KeyMark 16"
        );
    }
}
