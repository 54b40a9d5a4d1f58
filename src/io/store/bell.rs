//! The bell between programs on one store: after a commit one datagram to each of the others, so that they look at
//! once and an idle program sleeps. It carries no news, only the fact that there is some.

use super::owner::Owner;
use std::{
    fs::{self, DirBuilder},
    io,
    os::unix::{
        fs::{DirBuilderExt, MetadataExt},
        net::UnixDatagram,
    },
    path::{Path, PathBuf},
    thread,
};

const ENDING: &str = "sock";

/// Rings the bells of others.
#[derive(Debug)]
pub(super) struct Ringer(UnixDatagram);

impl Ringer {
    /// `None` when the system gives no socket.
    pub(super) fn new() -> Option<Self> {
        let socket = UnixDatagram::unbound().ok()?;
        socket.set_nonblocking(true).ok()?;
        Some(Self(socket))
    }

    /// Rings that bell; `false` when nobody is there to hear it. A full queue is heard: a suspended program finds
    /// enough bells when it wakes.
    pub(super) fn ring(&self, bell: &Path) -> bool {
        let sent = self.0.send_to(b"!", bell);
        !matches!(sent, Err(error) if matches!(error.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound))
    }
}

/// An open ear; closed when dropped.
#[derive(Debug)]
pub(super) struct Ear(UnixDatagram);

impl Drop for Ear {
    fn drop(&mut self) {
        // Ends the listening thread: a receive on a shut socket returns at once.
        let _ = self.0.shutdown(std::net::Shutdown::Both);
    }
}

/// Hangs up this program's bell and calls `heard` for each ring, on a thread of its own that sleeps in between.
///
/// # Errors
/// When no folder allows a socket; then the store has to be polled.
pub(super) fn listen(owner: &Owner, heard: impl Fn() + Send + 'static) -> io::Result<Ear> {
    let (socket, path) = hang_up(owner)?;
    owner.publish(&path)?;
    let ear = Ear(socket.try_clone()?);
    thread::spawn(move || {
        // A ring has one byte; none comes from a shut socket.
        while matches!(socket.recv(&mut [0; 1]), Ok(1)) {
            heard();
        }
    });
    Ok(ear)
}

/// Binds beside the lock, or, where that lies too deep (the path of a socket may have about 100 bytes) or on a file system
/// without sockets, under `/tmp`. Not in `$XDG_RUNTIME_DIR`: that folder goes away when the user logs out, and a `watch`
/// left running would turn deaf.
fn hang_up(owner: &Owner) -> io::Result<(UnixDatagram, PathBuf)> {
    let beside = std::path::absolute(owner.lock_file().with_extension(ENDING))?;
    if let Ok(socket) = UnixDatagram::bind(&beside) {
        return Ok((socket, beside));
    }
    let uid = owner.uid()?;
    let folder = PathBuf::from(format!("/tmp/reeltop-{uid}"));
    make_private(&folder, uid)?;
    let path = folder.join(owner.name()).with_extension(ENDING);
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
