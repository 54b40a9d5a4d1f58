//! Carries out effects: hands each to its worker. Every worker's answer comes back as a message.

use crate::{
    callback,
    client::{Client, ClientConfig, Lease},
    config::{Loaded, host_of, keep_template},
    download::{self, Downloader},
    environment, export, files, images, private_files, prompts,
    run::signals,
    shrink,
    sights::Looker,
    store,
    store::{Handle, KeyMark},
};
use domain::{
    catalogue::Catalogue,
    mutex::lock,
    name::without_prompt,
    problem::{Charged, ErrorClass, TaskError},
    reason::{Reason, connect::Connect, secret::NoKey, system::System},
    task::{Phase, Task, TaskKey, TaskState},
};
use engine::{
    effect::{HttpCmd, LocalCmd, SaveCmd, Speech, StoreCmd, Write},
    msg::{HttpMsg, LocalMsg, Msg, SaveMsg},
    settings::{Profile, Scope},
    sight::Sight,
    user_files::UserFiles,
};
use rustix::process::{Signal, kill_process_group};
use secrecy::SecretString;
use service::answer::Reply;
use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    process::ExitStatus,
    sync::{Arc, Mutex, MutexGuard, OnceLock},
    time::Duration,
};
use tokio::{process::Command, sync::mpsc::UnboundedSender, task::AbortHandle};

/// How long `notify.command` may take: a notice later than this is of no use.
const NOTIFY_LIMIT: Duration = Duration::from_secs(60);

/// What reaches one profile's service, with that profile's key, and its files.
#[derive(Clone, Debug)]
struct ProfileClient {
    client: Client,
    downloader: Downloader,
    /// What stands for its key.
    mark: KeyMark,
    /// The one host that its key is sent to.
    host: Option<String>,
}

/// How the user's own command is run.
#[derive(Clone, Debug, Default)]
struct Hook {
    /// `notify.command`.
    command: Option<String>,
    /// The variables of our environment that hold a key of any profile: of this config and of those before it.
    key_variables: BTreeSet<String>,
}

/// By profile.
type Clients = Arc<Mutex<BTreeMap<String, ProfileClient>>>;

/// All workers of one run.
#[derive(Debug)]
pub struct Workers {
    setup: Arc<Loaded>,
    to: UnboundedSender<Msg>,
    store: Handle,
    /// What a config that is read again may change of the programs that are started.
    hook: Arc<Mutex<Hook>>,
    /// Those of each profile whose key was read; until then, by the state's own rule, nothing is sent to it or asked of
    /// it.
    clients: Clients,
    /// Until when each submission may still leave, counted from before the store was asked to claim it.
    leases: Mutex<BTreeMap<TaskKey, Lease>>,
    /// Started by the first picture that is to be seen.
    looker: OnceLock<Looker>,
    speech: Speech,
    /// Takes the service's posts.
    listener: Option<AbortHandle>,
}

impl Workers {
    /// Starts the store's thread and begins to read the key; neither is waited for.
    #[must_use]
    pub fn start(setup: Arc<Loaded>, to: UnboundedSender<Msg>, speech: Speech) -> Self {
        let feed = to.clone();
        let store = store::open(setup.at(), move |msg| tell(&feed, Msg::Store(msg)));
        let hook = Hook { command: setup.hook.clone(), key_variables: setup.key_variables.clone() };
        let hook = Arc::new(Mutex::new(hook));
        let listen = setup.settings.callback.listen.filter(|_| setup.settings.callback.public_url.is_some());
        // A call that only carries out an act leaves what follows from it, and this, to other programs.
        let listener = listen.filter(|_| setup.settings.scope != Scope::None).map(|listen| {
            let serve = callback::serve(listen, setup.paths.data_dir.clone(), store.clone(), to.clone());
            tokio::spawn(serve).abort_handle()
        });
        let profiles =
            [&setup.settings.profile.name].into_iter().chain(setup.settings.others.keys()).cloned().collect();
        let (clients, leases, looker) = (Clients::default(), Mutex::default(), OnceLock::new());
        let workers = Self { setup, to, store, hook, clients, leases, looker, speech, listener };
        read_keys(&workers.setup, profiles, &workers.clients, &workers.store, &workers.to);
        workers
    }

    /// Waits until every write is on disk.
    pub fn close(self) {
        if let Some(listener) = self.listener {
            listener.abort();
        }
        self.store.close();
    }

    /// By the store's thread.
    pub fn store(&self, command: StoreCmd) {
        if let StoreCmd::Write { writes, .. } = &command {
            writes.iter().for_each(|write| log_troubles(write, self.speech));
        }
        if let StoreCmd::ClaimSend { write, .. } = &command
            && let Some(length) = lease_of(&write.task)
        {
            self.leases().insert(write.task.key, Lease::begin(length));
        }
        self.store.send(command);
    }

    fn leases(&self) -> MutexGuard<'_, BTreeMap<TaskKey, Lease>> {
        lock(&self.leases)
    }

    fn hooked(&self) -> Hook {
        lock(&self.hook).clone()
    }

    fn client_of(&self, profile: &str) -> Option<ProfileClient> {
        lock(&self.clients).get(profile).cloned()
    }

    /// By the HTTP client of that profile.
    pub fn http(&self, profile: &str, command: HttpCmd) {
        let to = self.to.clone();
        let Some(ProfileClient { client, .. }) = self.client_of(profile) else {
            let reply = Reply::NotSent { why: Reason::Connect(Connect::NoKey) };
            tell(&to, Msg::Http(HttpMsg::answer(command, reply)));
            return;
        };
        let lease = if let HttpCmd::Submit { key, .. } = &command { self.leases().remove(key) } else { None };
        let progress = to.clone();
        tokio::spawn(async move {
            let end = client.run_telling(command, lease, move |msg| tell(&progress, Msg::Http(msg))).await;
            tell(&to, Msg::Http(end));
        });
    }

    /// By the download worker of that profile.
    pub fn save(&self, profile: &str, command: SaveCmd) {
        let to = self.to.clone();
        // Made together with the client, without which no file has an address; the command is answered all the same.
        let Some(ProfileClient { downloader, .. }) = self.client_of(profile) else {
            if let Some(msg) = not_begun(command) {
                tell(&to, Msg::Save(msg));
            }
            return;
        };
        downloader.run(command, move |msg| tell(&to, Msg::Save(msg)));
    }

    /// Carries out what this machine does itself: pictures, prompts, exports, the hook. The editor and the reader's
    /// language never come here: [`run`](super) hands them to the face in front of it.
    pub fn local(&self, command: LocalCmd) {
        let paths = &self.setup.paths;
        match command {
            LocalCmd::DiscardPart { target } => {
                tokio::task::spawn_blocking(move || download::discard(&target));
            }
            LocalCmd::LoadImage { path } => {
                let dir = paths.images.clone();
                self.answer_blocking(move || {
                    let result = images::load(&path, &dir);
                    let shrinks = result.is_err() && shrink::would_help(&path);
                    LocalMsg::Image { path, result, shrinks }
                });
            }
            LocalCmd::List { typed, purpose } => self.answer_blocking(move || {
                let result = files::list(&typed);
                LocalMsg::Listed { typed, purpose, result }
            }),
            LocalCmd::ReadPrompts { path } => self.answer_blocking(move || {
                let result = prompts::load(&path);
                LocalMsg::Prompts { path, result }
            }),
            LocalCmd::Shrink { path } => {
                let dir = paths.images.clone();
                self.answer_blocking(move || {
                    let result = shrink::shrink(&path, &dir);
                    LocalMsg::Image { path, result, shrinks: false }
                });
            }
            LocalCmd::Open { path } => self.open(path),
            LocalCmd::Export { path, keys } => {
                let (at, json) = (self.setup.at(), self.speech.carried);
                self.answer_blocking(move || {
                    let path = export::place(&path);
                    let result = export::write(&at, &path, &keys, json);
                    LocalMsg::Exported { path: path.display().to_string(), tasks: keys.len(), result }
                });
            }
            LocalCmd::PutBy { what, text } => {
                let path = paths.data_dir.join("copied.txt");
                self.answer_blocking(move || {
                    let result = private_files::write(&path, &text).map_err(System::from);
                    LocalMsg::PutBy { what, bytes: text.len() as u64, path: path.display().to_string(), result }
                });
            }
            LocalCmd::See(sight) => self.see(sight),
            LocalCmd::Hook { facts, reason } => self.hook(facts, reason.as_ref()),
            LocalCmd::KeepTemplate { name, prompt } => {
                let config = paths.config.clone();
                self.answer_blocking(move || {
                    let result = keep_template(&config, &name, &prompt);
                    let path = config.display().to_string();
                    LocalMsg::UserFiles(UserFiles::TemplateKept { name, prompt, path, result })
                });
            }
            LocalCmd::FindFiles { keys, is_shared } => self.find_files(keys, is_shared),
            LocalCmd::ReadConfig => self.read_config(),
            LocalCmd::Edit { .. } | LocalCmd::EditFile { .. } | LocalCmd::Speak { .. } => {}
        }
    }

    /// Does work that may block on a thread of its own, and sends what it gives.
    fn answer_blocking(&self, work: impl FnOnce() -> LocalMsg + Send + 'static) {
        let to = self.to.clone();
        tokio::task::spawn_blocking(move || tell(&to, Msg::Local(work())));
    }

    fn open(&self, path: String) {
        let (to, Hook { key_variables, .. }) = (self.to.clone(), self.hooked());
        tokio::spawn(async move {
            let result = open(&path, &key_variables).await;
            tell(&to, Msg::Local(LocalMsg::Opened { path, result }));
        });
    }

    fn see(&self, sight: Sight) {
        let start = || {
            let (paths, to) = (&self.setup.paths, self.to.clone());
            Looker::start(paths.images.clone(), paths.frames.clone(), move |sight, result| {
                tell(&to, Msg::Local(LocalMsg::Seen { sight, result }));
            })
        };
        self.looker.get_or_init(start).see(sight);
    }

    fn find_files(&self, keys: Vec<TaskKey>, is_shared: bool) {
        let (to, known) = (self.to.clone(), self.store.look(keys.clone()));
        tokio::spawn(async move {
            let tasks = known.await.unwrap_or_default();
            tokio::task::spawn_blocking(move || {
                let missing = files::missing(&tasks, is_shared);
                tell(&to, Msg::Local(LocalMsg::UserFiles(UserFiles::FilesFound { keys, missing })));
            });
        });
    }

    /// Reads the config again, puts its hook in force, and reads the keys of the profiles that are new in it.
    fn read_config(&self) {
        let (setup, in_force) = (Arc::clone(&self.setup), Arc::clone(&self.hook));
        let (clients, store, to) = (Arc::clone(&self.clients), self.store.clone(), self.to.clone());
        tokio::task::spawn_blocking(move || match setup.again.read(&setup) {
            Ok((reread, new)) => {
                let mut hook = lock(&in_force);
                hook.command.clone_from(&new.hook);
                hook.key_variables.extend(new.key_variables.iter().cloned());
                drop(hook);
                let come = come_and_gone(&setup, &new, &clients);
                tell(&to, Msg::Config(Ok(Box::new(reread))));
                read_keys(&Arc::new(new), come, &clients, &store, &to);
            }
            Err(rejected) => tell(&to, Msg::Config(Err(rejected))),
        });
    }

    /// Runs the user's own command. What it prints goes nowhere: the screen is ours.
    fn hook(&self, mut facts: Vec<(String, String)>, reason: Option<&Reason>) {
        let Hook { command: Some(command), key_variables } = self.hooked() else { return };
        facts.push(("REELTOP_ERROR".to_owned(), reason.map(self.speech.reason).unwrap_or_default()));
        tokio::spawn(async move {
            let mut shell = Command::new("sh");
            shell.arg("-c").arg(&command).envs(facts);
            environment::keep_secrets_from(shell.as_std_mut(), &key_variables);
            match ended(quiet(&mut shell), NOTIFY_LIMIT).await {
                Ok(Some(status)) if !status.success() => tracing::warn!("notify.command ended with {status}"),
                Ok(Some(_)) => {}
                Ok(None) => tracing::warn!("notify.command was ended after {} s", NOTIFY_LIMIT.as_secs()),
                Err(e) => tracing::warn!("notify.command could not be run: {e}"),
            }
        });
    }
}

/// Runs a command for so long at the most. `None` where it was ended then, with all that it had started.
async fn ended(command: &mut Command, limit: Duration) -> io::Result<Option<ExitStatus>> {
    let mut child = command.process_group(0).spawn()?;
    let group = signals::pid_of(&child);
    match tokio::time::timeout(limit, child.wait()).await {
        Ok(status) => status.map(Some),
        Err(_) => {
            if let Some(group) = group {
                // Fails only when it has ended already.
                let _ = kill_process_group(group, Signal::KILL);
            }
            child.wait().await.map(|_| None)
        }
    }
}

/// Reads the keys of these profiles, all at the same time, since a command may take its time, and makes a client with
/// each. They are taken in their order: of two that turn out to be one key the later one is refused.
fn read_keys(setup: &Arc<Loaded>, profiles: Vec<String>, clients: &Clients, store: &Handle, to: &UnboundedSender<Msg>) {
    let read = |profile: String| {
        let setup = Arc::clone(setup);
        let of = profile.clone();
        (profile, tokio::task::spawn_blocking(move || make_client(&setup, &of)))
    };
    let reading: Vec<_> = profiles.into_iter().map(read).collect();
    let (scope, clients, store, to) = (setup.settings.scope.clone(), Arc::clone(clients), store.clone(), to.clone());
    tokio::spawn(async move {
        for (profile, client) in reading {
            let client = client.await.unwrap_or(Err(Reason::Connect(Connect::Worker)));
            let taken = client.and_then(|client| take(&profile, client, &mut lock(&clients)));
            let result = taken.map(|mark| store.serves(profile.clone(), mark, scope.clone()));
            tell(&to, Msg::Local(LocalMsg::Key { profile, result }));
        }
    });
}

/// Serves a profile with its key, unless that key is sent to another host already, wherever it was read from.
fn take(
    profile: &str,
    client: ProfileClient,
    clients: &mut BTreeMap<String, ProfileClient>,
) -> Result<KeyMark, Reason> {
    let mark = client.mark;
    if let Some((by, _)) = clients.iter().find(|(_, other)| other.mark == mark && other.host != client.host) {
        return Err(Reason::NoKey(NoKey::Held { profile: profile.to_owned(), by: by.clone() }));
    }
    clients.insert(profile.to_owned(), client);
    Ok(mark)
}

/// Forgets the keys of profiles that a config which was read again serves no more. Gives those that it newly serves.
fn come_and_gone(started_with: &Loaded, new: &Loaded, clients: &Clients) -> Vec<String> {
    let mut clients = lock(clients);
    clients.retain(|profile, _| *profile == started_with.settings.profile.name || new.others.contains_key(profile));
    new.others.keys().filter(|profile| !clients.contains_key(*profile)).cloned().collect()
}

fn make_client(setup: &Loaded, profile: &str) -> Result<ProfileClient, Reason> {
    let settings = &setup.settings;
    let known = match settings.others.get(profile) {
        Some(other) => Some((&other.profile, &other.catalogue)),
        None => Some((&settings.profile, &settings.catalogue)).filter(|(own, _)| own.name == profile),
    };
    let no_key = Reason::Connect(Connect::NoKey);
    let ((profile, catalogue), access) = known.zip(setup.access(profile)).ok_or(no_key)?;
    let key = access.key.read().map_err(Reason::NoKey)?;
    let (mark, host) = (KeyMark::of(&key), host_of(&profile.base_url));
    let client =
        Client::new(client_config(setup, profile, catalogue, access.allow_http, key)).map_err(Reason::Connect)?;
    let downloader = Downloader::new(access.allow_http).map_err(Reason::Connect)?;
    Ok(ProfileClient { client, downloader, mark, host })
}

fn client_config(
    setup: &Loaded,
    profile: &Profile,
    catalogue: &Catalogue,
    allow_http: bool,
    key: SecretString,
) -> ClientConfig {
    ClientConfig {
        base_url: profile.base_url.clone(),
        path_prefix: profile.path_prefix.clone(),
        protocol: profile.protocol,
        names: profile.names.clone(),
        catalogue: catalogue.clone(),
        images_dir: setup.paths.images.clone(),
        submit_timeout: Duration::from_millis(setup.settings.queue.submit_timeout_ms),
        submit_stall: Duration::from_millis(setup.settings.queue.submit_stall_ms),
        query_timeout: ClientConfig::QUERY_TIMEOUT,
        allow_http,
        key,
        callback: setup.settings.callback.public_url.clone(),
    }
}

/// Logs what the time line of a task says went wrong. The log outlives the task's prompt: it is not told there, neither
/// in the service's words nor by the name of a file.
fn log_troubles(Write { task, events, .. }: &Write, speech: Speech) {
    for reason in events.iter().filter_map(|event| event.what.trouble()) {
        let (kind, prompt) = (task.state().id(), task.request.prompt.as_str());
        let text = without_prompt(&(speech.reason)(&reason.unquoted()), prompt);
        if task.state() == TaskState::Unknown {
            tracing::error!("{} {kind}: {text}", task.key);
        } else {
            tracing::warn!("{} {kind}: {text}", task.key);
        }
    }
}

/// The loop may be gone already; then nobody is there to be told.
fn tell(to: &UnboundedSender<Msg>, msg: Msg) {
    let _ = to.send(msg);
}

/// How long the claim lasts under which a task is marked as being sent.
fn lease_of(task: &Task) -> Option<Duration> {
    let (Phase::Sending { since }, Some(claim)) = (&task.phase, &task.claim) else { return None };
    Some(Duration::from_millis(claim.until.since(*since)))
}

/// The answer to a download that cannot begin. Where none began there is none to stop.
fn not_begun(command: SaveCmd) -> Option<SaveMsg> {
    let SaveCmd::Start { key, ticket, .. } = command else { return None };
    let error = TaskError {
        code: "not begun".into(),
        class: ErrorClass::Auth,
        reason: Reason::Connect(Connect::NoKey),
        charged: Charged::Yes,
    };
    Some(SaveMsg::Failed { key, ticket, error, again: false })
}

fn quiet(command: &mut Command) -> &mut Command {
    use std::process::Stdio;
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null())
}

/// Opens a file with the desktop's player: useful where the screen and the files are on one machine. The error is which
/// player there is none of.
async fn open(path: &str, key_variables: &BTreeSet<String>) -> Result<(), String> {
    let player = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let mut command = Command::new(player);
    environment::keep_secrets_from(command.as_std_mut(), key_variables);
    match quiet(command.arg(path)).status().await {
        Ok(status) if status.success() => Ok(()),
        Ok(_) | Err(_) => Err(player.to_owned()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests;
