//! One machine: its home, its name, its person, its line to the database, and the engine that runs there.

use super::{
    cable::Cable,
    rig::Place,
    support::{Home, PROGRAM, Running, pty::Pty, send},
};
use portable_pty::CommandBuilder;
use rustix::process::Signal;
use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// Who sits where: the machines are dealt out in this order.
pub(crate) const PEOPLE: [&str; 4] = ["ann", "bob", "cy", "dora"];

pub(crate) struct Machine {
    n: u8,
    pub(crate) home: Home,
    pub(crate) cable: Cable,
    /// How far its clock is ahead, in seconds.
    ahead: u32,
    engine: Option<Engine>,
    /// Whether it is stopped, as a laptop that sleeps.
    pub(crate) sleeps: bool,
}

enum Engine {
    Watch(Running),
    Dashboard(Pty),
}

/// Where Debian puts what gives a program a wrong clock.
pub(crate) fn faketime() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib").ok()?.flatten().map(|entry| entry.path());
    folders.map(|folder| folder.join("faketime/libfaketime.so.1")).find(|file| file.exists())
}

impl Machine {
    pub(crate) fn new(n: u8, place: &Place, service: &str, per_minute: usize, ahead: u32) -> Self {
        let cable = Cable::lay(n, place.port);
        let url = format!("\"postgres://reel@{}:{}/postgres\"", cable.at, cable.port);
        let who = format!("{:?}", PEOPLE[usize::from(n) % PEOPLE.len()]);
        let options = [
            ("store.url", url.as_str()),
            ("store.who", &who),
            ("profiles.302ai.submit_per_minute", &per_minute.to_string()),
            ("budget.per_day", "100000"),
            ("budget.per_batch", "\"none\""),
            // A lease is over after these and 70 s.
            ("http.timeout_seconds", "10"),
            ("http.stall_seconds", "5"),
        ];
        let home = Home::with(service, &options);
        Self { n, home, cable, ahead, engine: None, sleeps: false }
    }

    pub(crate) fn name(&self) -> String {
        format!("m{}", self.n)
    }

    pub(crate) fn who(&self) -> &'static str {
        PEOPLE[usize::from(self.n) % PEOPLE.len()]
    }

    pub(crate) const fn has_a_screen(&self) -> bool {
        self.n.is_multiple_of(5)
    }

    /// A call of the program on this machine, word by word.
    fn words(&self, args: &[&str]) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        if rustix::process::geteuid().is_root() {
            let script = "hostname \"$1\" && shift && exec \"$@\"";
            words.extend(["unshare", "--uts", "sh", "-c", script, "sh"].map(str::to_owned));
            words.push(self.name());
        }
        words.push(PROGRAM.to_owned());
        words.extend(args.iter().map(|arg| (*arg).to_owned()));
        words.extend(self.home.flags());
        words
    }

    /// What is special about it.
    fn environment(&self) -> Vec<(String, String)> {
        let mut all = self.home.environment();
        // Noon, so that no day ends in the middle of the run, even for a clock that is ahead.
        let hour = i64::try_from(super::reckoning::now_ms() / 3_600_000 % 24).unwrap();
        // In these names what lies east has a minus.
        all.push(("TZ".into(), format!("Etc/GMT{:+}", hour - 12)));
        if let Some(library) = faketime().filter(|_| self.ahead > 0) {
            all.push(("LD_PRELOAD".into(), library.display().to_string()));
            all.push(("FAKETIME".into(), format!("+{}", self.ahead)));
            all.push(("DONT_FAKE_MONOTONIC".into(), "1".into()));
            all.push(("FAKETIME_DONT_FAKE_MONOTONIC".into(), "1".into()));
        }
        all
    }

    fn command(&self, args: &[&str]) -> Command {
        let words = self.words(args);
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).env_clear().envs(self.environment()).current_dir(self.home.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Begins a call.
    pub(crate) fn call(&self, args: &[&str]) -> Child {
        self.command(args).spawn().unwrap()
    }

    pub(crate) fn start(&mut self, logs: Option<&Path>) {
        self.engine = Some(if self.has_a_screen() {
            let words = self.words(&[]);
            let mut command = CommandBuilder::new(&words[0]);
            command.args(&words[1..]);
            self.environment().into_iter().for_each(|(name, value)| command.env(name, value));
            Engine::Dashboard(Pty::run(&self.home, 80, 24, command))
        } else {
            let mut command = self.command(&["watch", "-v"]);
            let log = logs.map(|dir| File::options().create(true).append(true).open(dir.join(self.name())).unwrap());
            command.stdout(Stdio::null()).stderr(log.map_or_else(Stdio::null, Stdio::from));
            Engine::Watch(Running::of("watch", command))
        });
    }

    pub(crate) fn kill(&mut self) {
        match self.engine.take() {
            Some(Engine::Watch(running)) => running.kill(),
            Some(Engine::Dashboard(screen)) => screen.kill(),
            None => {}
        }
    }

    pub(crate) fn signal(&self, signal: Signal) {
        match self.engine.as_ref() {
            Some(Engine::Watch(running)) => running.signal(signal),
            Some(Engine::Dashboard(screen)) => send(screen.id(), signal),
            None => {}
        }
    }

    /// Types into its dashboard.
    pub(crate) fn keys(&mut self, keys: &str) {
        if let Some(Engine::Dashboard(screen)) = &mut self.engine {
            screen.keys(keys);
        }
    }

    pub(crate) fn picture(&self) -> Option<String> {
        match &self.engine {
            Some(Engine::Dashboard(screen)) => Some(screen.picture()),
            Some(Engine::Watch(_)) | None => None,
        }
    }

    /// Ends it in order; gives its exit code.
    pub(crate) fn end(&mut self) -> Option<i32> {
        match self.engine.take()? {
            Engine::Watch(watch) => {
                watch.signal(Signal::TERM);
                watch.end().code
            }
            Engine::Dashboard(mut screen) => {
                screen.keys("\u{3}\u{3}");
                i32::try_from(screen.ended()).ok()
            }
        }
    }
}
