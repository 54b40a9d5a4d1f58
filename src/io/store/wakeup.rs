//! The wake-up between programs on one store: after a commit one datagram to each of the others, so that they look at
//! once and an idle program sleeps. It carries no news, only the fact that there is some.

use std::{
    fs::{self, DirBuilder, Permissions},
    io,
    os::unix::{
        fs::{DirBuilderExt, MetadataExt, PermissionsExt},
        net::UnixDatagram,
    },
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

/// How often to look where no wake-up and no call of a server is heard: other programs' changes shall be seen within a
/// second.
pub(super) const UNHEARD: Duration = Duration::from_millis(900);

const ENDING: &str = "sock";

/// Wakes others.
#[derive(Debug)]
pub(super) struct Waker(UnixDatagram);

impl Waker {
    /// `None` when the system gives no socket.
    pub(super) fn new() -> Option<Self> {
        let socket = UnixDatagram::unbound().ok()?;
        socket.set_nonblocking(true).ok()?;
        Some(Self(socket))
    }

    /// Wakes the program that listens at that socket; `false` when none does. A full queue is heard: a suspended
    /// program finds enough of them when it goes on.
    pub(super) fn wake(&self, socket: &Path) -> bool {
        let sent = self.0.send_to(b"!", socket);
        !matches!(sent, Err(error) if matches!(error.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound))
    }
}

/// An open listener; closed when dropped.
#[derive(Debug)]
pub(super) struct Listener(UnixDatagram);

impl Drop for Listener {
    fn drop(&mut self) {
        // Ends the listening thread: a receive on a shut socket returns at once.
        let _ = self.0.shutdown(std::net::Shutdown::Both);
    }
}

/// Listens for the program that holds that lock, and tells where. Calls `heard` for each wake-up, on a thread of its
/// own that sleeps in between, until it says `false`.
///
/// # Errors
/// When no folder allows a socket; then the store has to be polled.
pub(super) fn listen(lock: &Path, heard: impl Fn() -> bool + Send + 'static) -> io::Result<(Listener, PathBuf)> {
    let (socket, path) = bind(lock)?;
    let listener = Listener(socket.try_clone()?);
    thread::spawn(move || {
        // A wake-up has one byte; none comes from a shut socket.
        while matches!(socket.recv(&mut [0; 1]), Ok(1)) && heard() {}
    });
    Ok((listener, path))
}

/// Where the program that holds that lock listens, wherever that can be.
pub(super) fn beside(lock: &Path) -> PathBuf {
    lock.with_extension(ENDING)
}

/// Binds beside the lock, or, where that path is too long (the path of a socket may have about 100 bytes) or on a file
/// system without sockets, under `/tmp`. Not in `$XDG_RUNTIME_DIR`: that folder goes away when the user logs out, and a
/// `watch` left running would turn deaf.
fn bind(lock: &Path) -> io::Result<(UnixDatagram, PathBuf)> {
    let beside = std::path::absolute(beside(lock))?;
    if let Ok(socket) = UnixDatagram::bind(&beside) {
        // In a folder that nobody else can enter; the rights are for who looks at them.
        let _ = fs::set_permissions(&beside, Permissions::from_mode(0o600));
        return Ok((socket, beside));
    }
    let uid = fs::metadata(lock)?.uid();
    let folder = PathBuf::from(format!("/tmp/reeltop-{uid}"));
    make_private(&folder, uid)?;
    let path = folder.join(beside.file_name().unwrap_or_default());
    Ok((UnixDatagram::bind(&path)?, path))
}

/// A folder that is ours alone. One that somebody else made under our name in `/tmp` is refused.
fn make_private(folder: &Path, uid: u32) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let found = fs::symlink_metadata(folder)?;
    if found.is_dir() && found.uid() == uid && found.mode() & 0o077 == 0 {
        Ok(())
    } else {
        Err(io::ErrorKind::PermissionDenied.into())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::{super::owner::Owner, *};
    use std::sync::mpsc;

    #[test]
    fn a_ring_is_heard_and_an_empty_place_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let owner = Owner::start(&dir.path().into()).unwrap();
        let (to, heard) = mpsc::channel();
        let (listener, socket) = listen(owner.lock_file(), move || to.send(()).is_ok()).unwrap();
        owner.publish(&socket).unwrap();
        let waker = Waker::new().unwrap();
        assert!(waker.wake(&socket));
        assert_eq!(heard.recv_timeout(Duration::from_secs(20)), Ok(()));
        // The listening thread ends with its listener, and takes its end of the channel along.
        drop(listener);
        assert_eq!(heard.recv_timeout(Duration::from_secs(20)), Err(mpsc::RecvTimeoutError::Disconnected));
        assert!(!waker.wake(&socket));
        drop(owner);
        assert!(!socket.exists() && !waker.wake(&socket));
    }

    #[test]
    fn a_suspended_program_holds_up_nobody() {
        let dir = tempfile::tempdir().unwrap();
        let socket = dir.path().join("socket");
        let _asleep = UnixDatagram::bind(&socket).unwrap();
        let waker = Waker::new().unwrap();
        assert!((0..5_000).all(|_| waker.wake(&socket)));
    }

    #[test]
    fn a_data_folder_that_lies_too_deep_for_a_socket_has_it_elsewhere() {
        let dir = tempfile::tempdir().unwrap();
        let owner = Owner::start(&dir.path().join("deep".repeat(40)).as_path().into()).unwrap();
        let (_socket, path) = bind(owner.lock_file()).unwrap();
        owner.publish(&path).unwrap();
        let uid = fs::metadata(owner.lock_file()).unwrap().uid();
        assert!(path.starts_with(format!("/tmp/reeltop-{uid}")), "{path:?}");
        drop(owner);
        assert!(!path.exists());
    }

    #[test]
    fn a_folder_that_others_can_enter_is_not_used() {
        let dir = tempfile::tempdir().unwrap();
        let uid = fs::metadata(dir.path()).unwrap().uid();
        let open = dir.path().join("open");
        fs::create_dir(&open).unwrap();
        fs::set_permissions(&open, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        assert_eq!(make_private(&open, uid).unwrap_err().kind(), io::ErrorKind::PermissionDenied);
        std::os::unix::fs::symlink(dir.path(), dir.path().join("link")).unwrap();
        assert!(make_private(&dir.path().join("link"), uid).is_err());
        assert!(make_private(&dir.path().join("ours"), uid).is_ok());
        assert!(make_private(&dir.path().join("ours"), uid + 1).is_err());
    }
}
