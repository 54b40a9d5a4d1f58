//! The API key: where it comes from, and reading it. It lives in a type that cannot be shown, and no fault of its
//! source quotes it. Reading may run a command and wait for it: a worker's business, never the start-up's.

use crate::files;
use domain::reason::{
    secret::{CommandFault, KeyPlace, NoKey},
    system::System,
};
use rustix::process::{Pid, Signal, kill_process_group};
use secrecy::SecretString;
use std::{
    fmt,
    io::{self, Read},
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{ChildStdout, Command, ExitStatus, Stdio},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

/// How long a command may take to print the key: long enough to touch a hardware token or to type a passphrase.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(30);
/// How long the last bytes of a command that has ended may still be on their way to us.
const LAST_BYTES: Duration = Duration::from_millis(300);
/// More than any key has.
const MOST_BYTES: u64 = 64 * 1024;

/// Where the key comes from.
#[derive(Clone, PartialEq, Eq)]
pub enum KeySource {
    /// An environment variable of that name.
    Env(String),
    /// A command for `sh -c` that prints it as its first line.
    Command(String),
    /// A file whose first line it is, readable by its owner alone.
    File(PathBuf),
    /// The key itself: what the simulator inside is given.
    Fixed(&'static str),
    /// None: this profile names none, and the variable that is looked for then belongs to that other one.
    Held { profile: String, by: String },
}

impl fmt::Debug for KeySource {
    /// Shows the kind and the place; a command may have a secret in it and is not shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "Env({name})"),
            Self::Command(_) => f.write_str("Command(..)"),
            Self::File(path) => write!(f, "File({})", path.display()),
            Self::Fixed(_) => f.write_str("Fixed(..)"),
            Self::Held { by, .. } => f.debug_tuple("Held").field(by).finish(),
        }
    }
}

impl KeySource {
    /// Where the key comes from, as far as it may be said.
    #[must_use]
    pub fn place(&self) -> KeyPlace {
        match self {
            Self::Env(name) => KeyPlace::Variable(name.clone()),
            Self::Command(_) => KeyPlace::Command,
            Self::File(path) => KeyPlace::File(path.display().to_string()),
            Self::Fixed(_) => KeyPlace::Simulator,
            Self::Held { profile, by } => KeyPlace::Held { profile: profile.clone(), by: by.clone() },
        }
    }

    /// Whether there is something to read a key from: quick, runs no command, reads no file.
    #[must_use]
    pub fn is_set(&self) -> bool {
        match self {
            Self::Env(name) => std::env::var_os(name).is_some_and(|value| !value.is_empty()),
            Self::Command(_) | Self::Fixed(_) => true,
            Self::File(path) => path.exists(),
            Self::Held { .. } => false,
        }
    }

    /// Reads the key. Blocks, for a command up to 30 seconds.
    ///
    /// # Errors
    /// The environment variable is not set; the command failed, printed nothing or took too long; the file cannot be
    /// read, or others can read it; what came is no key. None of them quotes the key or what the command wrote.
    pub fn read(&self) -> Result<SecretString, NoKey> {
        match self {
            Self::Env(name) => match std::env::var_os(name) {
                Some(value) if !value.is_empty() => usable(&value.to_string_lossy(), self.place()),
                _ => Err(NoKey::NotSet(self.place())),
            },
            Self::Command(command) => {
                let text = printed_by(command, COMMAND_TIMEOUT).map_err(NoKey::CommandFailed)?;
                usable(&text, self.place())
            }
            Self::File(path) => usable(&content_of(path)?, self.place()),
            Self::Fixed(key) => Ok(SecretString::from(*key)),
            Self::Held { profile, by } => Err(NoKey::Held { profile: profile.clone(), by: by.clone() }),
        }
    }
}

/// The key in a text: its first line, without blanks around it. Password stores print notes below it.
fn usable(text: &str, from: KeyPlace) -> Result<SecretString, NoKey> {
    let line = text.trim_start().lines().next().unwrap_or_default().trim();
    if line.is_empty() {
        return Err(NoKey::Empty(from));
    }
    if line.bytes().any(|byte| !byte.is_ascii_graphic()) {
        return Err(NoKey::OddCharacters(from));
    }
    Ok(SecretString::from(line))
}

/// The content of a key file that its owner alone can read.
fn content_of(path: &Path) -> Result<String, NoKey> {
    let shown = || path.display().to_string();
    let unreadable = |why: System| NoKey::FileUnreadable { path: shown(), why };
    let file = files::open(path).map_err(|error| unreadable(error.into()))?;
    let about = file.metadata().map_err(|error| unreadable(error.into()))?;
    if !about.is_file() {
        return Err(unreadable(System::NoFile));
    }
    if about.permissions().mode() & 0o077 != 0 {
        return Err(NoKey::FileOpen { path: shown() });
    }
    let mut content = String::new();
    file.take(MOST_BYTES).read_to_string(&mut content).map_err(|error| unreadable(error.into()))?;
    Ok(content)
}

/// What a command prints. Its stderr goes nowhere: it may hold the key, and the screen is not its to write on.
fn printed_by(command: &str, timeout: Duration) -> Result<String, CommandFault> {
    let failed = |error: io::Error| CommandFault::System(error.into());
    let mut child = Command::new("sh")
        .args(["-c", command])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .map_err(failed)?;
    let group = Pid::from_child(&child);
    let (tell, told) = mpsc::channel();
    if let Some(stdout) = child.stdout.take() {
        let tell = tell.clone();
        thread::spawn(move || read(stdout, &tell));
    }
    thread::spawn(move || tell.send(Told::Ended(child.wait())));
    let mut text = Vec::new();
    let mut status = None;
    let mut until = Instant::now() + timeout;
    loop {
        let line = text.contains(&b'\n');
        match told.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(Told::Bytes(bytes)) => text.extend_from_slice(&bytes),
            Ok(Told::Ended(Ok(ended))) => {
                // It may leave its stdout open to a child of its own (an agent that lives on): not waited for.
                status = Some(ended);
                until = Instant::now() + LAST_BYTES;
            }
            Ok(Told::Ended(Err(error))) => return Err(failed(error)),
            Err(RecvTimeoutError::Timeout) if status.is_none() => {
                // With all that it started. Fails only when it has ended already.
                let _ = kill_process_group(group, Signal::KILL);
                return Err(CommandFault::Slow { seconds: timeout.as_secs() });
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
        }
        if line && status.is_some() {
            break;
        }
    }
    match status {
        Some(status) if status.success() => String::from_utf8(text).map_err(|_| CommandFault::System(System::NotUtf8)),
        Some(status) => Err(status.code().map_or_else(|| CommandFault::Killed(status.to_string()), CommandFault::Code)),
        None => Err(CommandFault::Lost),
    }
}

/// What is heard of a command.
enum Told {
    /// It printed these.
    Bytes(Vec<u8>),
    /// It has ended.
    Ended(io::Result<ExitStatus>),
}

/// Tells what comes out of a pipe, up to more than any key has. When nobody listens any more, the rest is not wanted.
fn read(mut pipe: ChildStdout, tell: &mpsc::Sender<Told>) {
    let mut left = MOST_BYTES;
    let mut piece = [0; 4096];
    while let Ok(n @ 1..) = pipe.read(&mut piece)
        && tell.send(Told::Bytes(piece[..n].to_vec())).is_ok()
    {
        left = left.saturating_sub(n as u64);
        if left == 0 {
            return;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use secrecy::ExposeSecret;
    use std::{fs, os::unix::fs::OpenOptionsExt};

    fn key_file(dir: &Path, mode: u32, content: &str) -> PathBuf {
        let path = dir.join(format!("key-{mode:o}"));
        let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&path).unwrap();
        io::Write::write_all(&mut file, content.as_bytes()).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    #[test]
    fn a_command_gives_the_first_line_it_prints() {
        let source = KeySource::Command("printf '  sk-abc \\nuser: me\\n'; echo noise >&2".into());
        assert_eq!(source.read().unwrap().expose_secret(), "sk-abc");
    }

    #[test]
    fn a_command_that_fails_is_reported_without_what_it_wrote() {
        let fault = |command: &str| KeySource::Command(command.into()).read().unwrap_err();
        assert_eq!(fault("echo sk-abc; echo sk-abc >&2; exit 3"), NoKey::CommandFailed(CommandFault::Code(3)));
        assert_eq!(fault("true"), NoKey::Empty(KeyPlace::Command));
    }

    #[test]
    fn a_command_that_hangs_is_given_up() {
        assert_eq!(printed_by("sleep 60; true", Duration::ZERO), Err(CommandFault::Slow { seconds: 0 }));
    }

    #[test]
    fn a_command_whose_child_keeps_its_stdout_open_gives_its_key_when_it_has_ended() {
        for (command, key) in [("echo sk-abc; sleep 60 &", "sk-abc"), ("printf sk-abc; sleep 60 &", "sk-abc")] {
            assert_eq!(printed_by(command, Duration::from_secs(20)).unwrap().trim_end(), key);
        }
    }

    #[test]
    fn a_named_pipe_is_no_key_file_and_is_not_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pipe");
        assert!(Command::new("mkfifo").args(["-m", "600"]).arg(&path).status().unwrap().success());
        let unreadable = NoKey::FileUnreadable { path: path.display().to_string(), why: System::NoFile };
        assert_eq!(KeySource::File(path).read().unwrap_err(), unreadable);
    }

    #[test]
    fn a_key_file_that_others_can_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let private = key_file(dir.path(), 0o600, "sk-abc\n");
        assert_eq!(KeySource::File(private).read().unwrap().expose_secret(), "sk-abc");
        for mode in [0o640, 0o604, 0o644] {
            let open = key_file(dir.path(), mode, "sk-abc\n");
            let fault = NoKey::FileOpen { path: open.display().to_string() };
            assert_eq!(KeySource::File(open).read().unwrap_err(), fault);
        }
        let missing = KeySource::File(dir.path().join("none"));
        assert!(!missing.is_set() && missing.read().is_err());
    }

    #[test]
    fn a_key_that_fits_no_header_is_refused() {
        for odd in ["sk abc", "sk-äbc", "sk-\u{7}abc"] {
            assert_eq!(usable(odd, KeyPlace::Simulator).unwrap_err(), NoKey::OddCharacters(KeyPlace::Simulator));
        }
        assert_eq!(usable(" \n", KeyPlace::Simulator).unwrap_err(), NoKey::Empty(KeyPlace::Simulator));
    }

    #[test]
    fn a_variable_that_is_not_set_is_no_key() {
        let source = KeySource::Env("REELTOP_TEST_NO_SUCH_VARIABLE".into());
        assert!(!source.is_set());
        assert_eq!(source.read().unwrap_err(), NoKey::NotSet(source.place()));
    }

    #[test]
    fn no_source_shows_a_secret_when_it_is_printed_for_debugging() {
        assert_eq!(format!("{:?}", KeySource::Command("echo sk-abc".into())), "Command(..)");
        assert_eq!(format!("{:?}", KeySource::Fixed("sk-abc")), "Fixed(..)");
    }

    proptest! {
        #[test]
        fn what_is_no_key_is_refused_without_being_shown(before in any::<String>(), after in any::<String>()) {
            match usable(&format!("{before}sk-abcdef{after}"), KeyPlace::Command) {
                Ok(key) => prop_assert!(reqwest::header::HeaderValue::from_str(key.expose_secret()).is_ok()),
                Err(why) => prop_assert!(!format!("{why:?}").contains("abcdef"), "{why:?}"),
            }
        }
    }
}
