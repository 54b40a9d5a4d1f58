//! The password of a server that the usual places give.

use super::{Error, Result, Server, Trouble, address::DEFAULT_PORT};
use crate::secret::KeySource;
use secrecy::SecretString;
use std::{env, fs, os::unix::fs::MetadataExt, path::PathBuf};
use tokio_postgres::{Config, config::Host};

/// The password from `password_cmd`, from `PGPASSWORD` or from the password file; `None` where none of them has
/// one, or the address has it.
///
/// # Errors
/// When the command fails.
pub(super) fn of(config: &Config, server: &Server) -> Result<Option<SecretString>> {
    if config.get_password().is_some() {
        return Ok(None);
    }
    if let Some(command) = &server.password_cmd {
        let failed = |_| Error::Server { kind: Trouble::Password, said: String::new() };
        return KeySource::Command(command.clone()).read().map(Some).map_err(failed);
    }
    if let Some(password) = env::var_os("PGPASSWORD").filter(|password| !password.is_empty()) {
        return Ok(Some(SecretString::from(password.to_string_lossy().into_owned())));
    }
    let file = env::var_os("PGPASSFILE").map(PathBuf::from);
    let file = file.or_else(|| etcetera::home_dir().ok().map(|home| home.join(".pgpass")));
    // One that others can read is left alone, as by every client of this server.
    let closed = file.filter(|file| fs::metadata(file).is_ok_and(|about| about.mode() & 0o077 == 0));
    let lines = closed.and_then(|file| fs::read_to_string(file).ok()).unwrap_or_default();
    Ok(wanted(config).and_then(|wanted| found(&lines, &wanted)).map(SecretString::from))
}

/// Host, port, database and user, as the lines of a password file name them.
fn wanted(config: &Config) -> Option<[String; 4]> {
    let user = config.get_user().map_or_else(|| env::var("USER").unwrap_or_default(), str::to_owned);
    let host = match config.get_hosts().first()? {
        Host::Tcp(name) => name.clone(),
        Host::Unix(_) => "localhost".into(),
    };
    let port = config.get_ports().first().copied().unwrap_or(DEFAULT_PORT).to_string();
    let database = config.get_dbname().map_or_else(|| user.clone(), str::to_owned);
    Some([host, port, database, user])
}

fn found(lines: &str, wanted: &[String; 4]) -> Option<String> {
    lines.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let parts = parts(line);
        let [host, port, database, user, password] = parts.as_slice() else { return None };
        let named = [host, port, database, user];
        let fits = named.iter().zip(wanted).all(|(named, wanted)| *named == "*" || *named == wanted);
        fits.then(|| password.clone())
    })
}

/// The parts between colons; a backslash keeps what follows.
fn parts(line: &str) -> Vec<String> {
    let (mut parts, mut chars) = (vec![String::new()], line.chars());
    while let Some(char) = chars.next() {
        match char {
            ':' if parts.len() < 5 => parts.push(String::new()),
            '\\' => parts.last_mut().into_iter().for_each(|part| part.extend(chars.next())),
            other => parts.last_mut().into_iter().for_each(|part| part.push(other)),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::{Corpus, bytes};
    use proptest::prelude::*;

    #[test]
    fn the_first_line_that_fits_has_the_password() {
        let lines = "# ours\ndb:5433:*:ann:no\n*:5432:reel\\:top:ann:a\\:b\\\\c\n*:*:*:*:last\n";
        let wanted = |database: &str| ["db", "5432", database, "ann"].map(str::to_owned);
        assert_eq!(found(lines, &wanted("reel:top")).as_deref(), Some("a:b\\c"));
        assert_eq!(found(lines, &wanted("other")).as_deref(), Some("last"));
    }

    proptest! {
        #[test]
        fn a_password_file_is_read_whatever_it_holds(text in bytes(&Corpus::of("passwords")), password in "[^\n\r]*") {
            let wanted = ["db", "5432", "reel:top", "ann"].map(str::to_owned);
            let text = String::from_utf8_lossy(&text);
            let found_there = found(&text, &wanted);
            prop_assert!(found_there.is_none_or(|password| password.len() <= text.len()));
            let escaped = password.replace('\\', "\\\\").replace(':', "\\:");
            prop_assert_eq!(found(&format!("*:*:reel\\:top:ann:{escaped}\n{text}"), &wanted), Some(password));
        }
    }
}
