//! The service manager that started us, if one did: told by datagrams that we are ready, what we do, and that we live
//! (sd_notify(3)).

use std::{
    env,
    ffi::OsStr,
    io,
    os::unix::{ffi::OsStrExt, net::UnixDatagram},
    path::Path,
    time::Instant,
};

/// The way to the manager. Without one nothing is said.
#[derive(Debug, Default)]
pub struct Manager {
    line: Option<UnixDatagram>,
    /// It wants to hear from us at least so often, in milliseconds.
    watchdog_ms: Option<u64>,
    /// When it last heard that we live.
    alive: Option<Instant>,
    /// What it last heard that we do.
    status: String,
}

impl Manager {
    /// The one that `NOTIFY_SOCKET` names; `WATCHDOG_USEC` and `WATCHDOG_PID` say how often it wants to hear from us.
    #[must_use]
    pub fn of_environment() -> Self {
        let line = env::var_os("NOTIFY_SOCKET").and_then(|at| connect(&at).ok());
        let number = |name| env::var(name).ok()?.parse::<u64>().ok();
        let ours = number("WATCHDOG_PID").is_none_or(|pid| pid == u64::from(std::process::id()));
        let watchdog_ms = number("WATCHDOG_USEC").filter(|_| ours && line.is_some()).map(|us| us / 1000);
        Self { line, watchdog_ms, ..Self::default() }
    }

    /// We serve.
    pub fn ready(&mut self) {
        self.say("READY=1");
        self.alive();
    }

    /// We end.
    pub fn stopping(&self) {
        self.say("STOPPING=1");
    }

    /// What we do, in one line; said when it changes.
    pub fn status(&mut self, text: &str) {
        if self.line.is_some() && self.status != text {
            text.clone_into(&mut self.status);
            self.say(&format!("STATUS={text}"));
        }
    }

    /// We live; said at half the time that the manager waits for it.
    pub fn alive(&mut self) {
        let Some(half) = self.watchdog_ms() else { return };
        if self.alive.is_none_or(|at| at.elapsed().as_millis() >= u128::from(half)) {
            self.alive = Some(Instant::now());
            self.say("WATCHDOG=1");
        }
    }

    /// How long [`alive`](Self::alive) may wait, in milliseconds; `None` where nobody waits for it.
    #[must_use]
    pub fn watchdog_ms(&self) -> Option<u64> {
        self.watchdog_ms.map(|ms| (ms / 2).max(1))
    }

    fn say(&self, text: &str) {
        if let Some(line) = &self.line {
            // A manager that does not listen is no reason not to serve.
            let _ = line.send(text.as_bytes());
        }
    }
}

/// A path, or a name of the abstract kind behind `@`.
fn connect(at: &OsStr) -> io::Result<UnixDatagram> {
    let line = UnixDatagram::unbound()?;
    #[cfg(target_os = "linux")]
    if let Some(name) = at.as_bytes().strip_prefix(b"@") {
        use std::os::{linux::net::SocketAddrExt, unix::net::SocketAddr};
        line.connect_addr(&SocketAddr::from_abstract_name(name)?)?;
        return Ok(line);
    }
    line.connect(Path::new(at))?;
    Ok(line)
}
