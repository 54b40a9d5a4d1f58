//! A PostgreSQL server of a test's own: made from Debian's package on a free port in a temporary folder, ended with the
//! test.

use crate::support::ports::free_address;
use ::io::store::{self, Location, Server};
use std::{
    fs,
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, Output},
};
use tempfile::TempDir;

/// A store on a server that runs as long as this lives.
pub(crate) struct Place {
    /// The program's own folder.
    dir: TempDir,
    /// The server's.
    home: TempDir,
    bin: PathBuf,
    user: Option<(u32, u32)>,
    pub(crate) port: u16,
}

/// A new one with an empty store. Where PostgreSQL is not installed, says so and ends the run: there is nothing to try.
#[allow(clippy::print_stdout, clippy::exit, reason = "the person who runs the tests must learn that they did not run")]
pub(crate) fn place() -> Place {
    let Some(bin) = bin() else {
        println!("PostgreSQL is not installed (apt-get install postgresql): the tests of the shared store did not run");
        std::process::exit(0);
    };
    let port = free_address().port();
    let (dir, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    // The server refuses to run as root.
    let user = rustix::process::geteuid().is_root().then(ordinary_user);
    if let Some((uid, gid)) = user {
        chown(home.path(), Some(uid), Some(gid)).unwrap();
    }
    let place = Place { dir, home, bin, user, port };
    place.run("initdb", &["-A", "trust", "-U", "reel", "-E", "UTF8", "--locale=C", "--no-sync", "-D", &place.data()]);
    place.start();
    store::init(&place.at()).unwrap();
    place
}

/// The newest server that Debian's package has installed.
fn bin() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.flatten().map(|entry| entry.path().join("bin"));
    versions.filter(|bin| bin.join("initdb").exists()).max()
}

/// The user that the package makes, or nobody.
fn ordinary_user() -> (u32, u32) {
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let found = users.lines().find(|line| line.starts_with("postgres:")).and_then(|line| {
        let mut parts = line.split(':').skip(2).map(str::parse);
        Some((parts.next()?.ok()?, parts.next()?.ok()?))
    });
    found.unwrap_or((65_534, 65_534))
}

impl Place {
    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn at(&self) -> Location {
        self.by(self.port)
    }

    /// By that port of this machine.
    pub(crate) fn by(&self, port: u16) -> Location {
        let url = format!("postgres://reel@127.0.0.1:{port}/postgres");
        let server = Server { url, password_cmd: None, allow_plain: false };
        Location { dir: self.path().to_owned(), server: Some(server), who: Some("ann".into()) }
    }

    fn data(&self) -> String {
        self.home.path().join("data").display().to_string()
    }

    pub(crate) fn start(&self) {
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories={} -c fsync=off -c shared_buffers=16MB",
            self.port,
            self.home.path().display()
        );
        let log = self.home.path().join("log").display().to_string();
        self.run("pg_ctl", &["-D", &self.data(), "-w", "-l", &log, "-o", &options, "start"]);
    }

    /// Gives the server a certificate for that name, and gives the authority's. `None` where openssl is not installed.
    pub(crate) fn secure(&self, name: &str) -> Option<PathBuf> {
        let dir = self.home.path();
        let run = |arguments: &str| {
            let done = Command::new("openssl").args(arguments.split(' ')).current_dir(dir).output().ok()?;
            assert!(done.status.success(), "{arguments}: {done:?}");
            Some(())
        };
        let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2";
        run(&format!(
            "req -x509 {key} -keyout ca.key -out ca.pem -subj /CN=reels -addext keyUsage=critical,keyCertSign"
        ))?;
        fs::write(dir.join("names"), format!("subjectAltName=DNS:{name}")).unwrap();
        run(&format!("req {key} -keyout data/server.key -out server.csr -subj /CN={name}"))?;
        run(
            "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out data/server.crt",
        )?;
        if let Some((uid, gid)) = self.user {
            chown(dir.join("data/server.key"), Some(uid), Some(gid)).unwrap();
            chown(dir.join("data/server.crt"), Some(uid), Some(gid)).unwrap();
        }
        assert!(self.sql("ALTER SYSTEM SET ssl = on").status.success());
        self.stop();
        self.start();
        let authority = self.path().join("ca.pem");
        fs::copy(dir.join("ca.pem"), &authority).unwrap();
        Some(authority)
    }

    /// As a crash would.
    pub(crate) fn stop(&self) {
        self.end("immediate");
    }

    /// By `pg_ctl`'s way of that name.
    pub(crate) fn end(&self, how: &str) {
        self.run("pg_ctl", &["-D", &self.data(), "-w", "-m", how, "stop"]);
    }

    /// `kill -9` for the server and whatever works for it.
    pub(crate) fn kill(&self) {
        let file = self.home.path().join("data/postmaster.pid");
        let id: i32 = fs::read_to_string(file).unwrap().lines().next().unwrap().trim().parse().unwrap();
        let id = rustix::process::Pid::from_raw(id).unwrap();
        let _ = rustix::process::kill_process_group(id, rustix::process::Signal::KILL);
        let _ = rustix::process::kill_process(id, rustix::process::Signal::KILL);
    }

    /// What the database says no to that statement with.
    pub(crate) fn refusal(&self, statement: &str) -> String {
        let done = self.sql(statement);
        assert!(!done.status.success(), "{statement} was done");
        String::from_utf8_lossy(&done.stderr).into_owned()
    }

    /// Runs a statement past the store.
    pub(crate) fn sql(&self, statement: &str) -> Output {
        let port = self.port.to_string();
        let call = ["-h", "127.0.0.1", "-p", &port, "-U", "reel", "-d", "postgres", "-At", "-c", statement];
        self.command("psql", &call).output().unwrap()
    }

    /// The one number that a question is answered with.
    pub(crate) fn number(&self, question: &str) -> i64 {
        String::from_utf8(self.sql(question).stdout).unwrap().trim().parse().unwrap()
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.bin.join(program));
        command.args(arguments).current_dir(self.home.path()).env_remove("PGPASSFILE");
        if let Some((uid, gid)) = self.user {
            command.uid(uid).gid(gid);
        }
        command
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        // Its output would be held open by the server that it leaves behind.
        let done = self.command(program, arguments).stdout(std::process::Stdio::null()).status().unwrap();
        assert!(done.success(), "{program} {arguments:?}: {done}");
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = self.command("pg_ctl", &["-D", &self.data(), "-m", "immediate", "stop"]).output();
    }
}
