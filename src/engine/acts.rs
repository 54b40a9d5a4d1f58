//! What a person can have done to tasks, carried out: the same for keys and command line.

use super::{
    adopt, event, held_by_another, in_scope, poller, queue, saver, share, store, ticket,
    told::{refuse, report, say},
};
use crate::{
    domain::{
        catalogue::Catalogue,
        money::Ptc,
        problem::{Charged, ErrorClass, Problem, TaskError},
        request::Request,
        task::{LedgerLine, MoneyEvent, NOT_CREATED, NewTask, Phase, RemoteId, STOPPED, Task, TaskKey, TaskState},
    },
    engine::{
        act::{Act, Intent, Resolution},
        effect::{Caps, Effect, Level, StoreCmd, Ticket},
        msg::{BudgetCap, InsertRefusal},
        settings::Scope,
    },
    screens::{app::App, keymap, keymap::Ctx, preview, terms, toast},
    tr,
};

/// Carries out an act. What became of it stands in `state.reports` and, for a person at the screen, in a toast.
pub fn act(app: &mut App, act: Act) -> Vec<Effect> {
    match act {
        Act::Queue { intents, undo } => queue(app, intents, undo),
        Act::Cancel(keys) => keys.into_iter().flat_map(|key| cancel(app, key)).collect(),
        Act::Resolve { key, as_what } => resolve(app, key, as_what),
        Act::Download { keys, dir } => keys.into_iter().flat_map(|key| download(app, key, dir.clone())).collect(),
        Act::Adopt(ids) => {
            ids.into_iter().for_each(|id| adopt::adopt(app, id));
            Vec::new()
        }
        Act::Take(keys) => keys.into_iter().flat_map(|key| take(app, key)).collect(),
        Act::Refresh(keys) => {
            poller::refresh(app, &keys);
            super::money::ask_balance(app)
        }
        Act::Pause(paused) => {
            if paused {
                share::pause(app);
            } else {
                share::resume(app, false);
            }
            let text = if paused {
                tr!("sending paused; {pause} goes on", pause = keymap::named(app, Ctx::Table, "pause"))
            } else {
                tr!("sending goes on").to_owned()
            };
            toast::say(app, Level::Info, text, None);
            Vec::new()
        }
        Act::Resume => {
            share::resume(app, true);
            toast::say(app, Level::Info, tr!("sending goes on").to_owned(), None);
            super::money::ask_balance(app)
        }
        Act::Balance => super::money::ask_balance(app),
        Act::Quit => super::ending::quit(app, 0),
    }
}

/// The price of a request by the catalogue. A model that is not in it costs what the gateway usually asks.
#[must_use]
pub fn price(app: &App, request: &Request) -> Ptc {
    catalogue_price(&app.work.settings.catalogue, request)
}

/// The same, for callers without a state.
#[must_use]
pub fn catalogue_price(catalogue: &Catalogue, request: &Request) -> Ptc {
    catalogue.price(request).unwrap_or(Ptc::from_thousandths(500))
}

/// The caps that a batch must keep.
pub(super) fn caps(app: &App) -> Caps {
    Caps {
        per_day: app.work.settings.budget.per_day,
        per_batch: app.work.settings.budget.per_batch,
        day_start: app.work.now.day_start(),
    }
}

/// Journals a confirmed batch. Nothing is sent before the store has acknowledged it.
fn queue(app: &mut App, intents: Vec<Intent>, undo: bool) -> Vec<Effect> {
    if app.work.store.owner.is_none() {
        let problem = Problem::new(tr!("not queued"), tr!("the store is not open yet"), tr!("Try again in a moment."));
        say(app, None, problem);
        return Vec::new();
    }
    let wait = if undo { app.work.settings.queue.undo_ms } else { 0 };
    let not_before = app.work.now.wall.plus(wait);
    let tasks = intents
        .into_iter()
        .map(|intent| NewTask {
            attempt: intent
                .parent
                .and_then(|parent| app.work.tasks.rows.get(&parent))
                .map_or(1, |row| u32::from(row.attempt) + 1),
            parent: intent.parent,
            agreed: intent.agreed,
            name: intent.name,
            profile: app.work.settings.profile.name.clone(),
            cost: price(app, &intent.request),
            request: intent.request,
            remote: None,
            automatic: false,
            phase: Phase::Queued { not_before, put_back: None },
        })
        .collect();
    let caps = caps(app);
    let ticket = ticket(app);
    app.work.queue.inserting.insert(ticket);
    vec![Effect::Store(StoreCmd::Insert { ticket, tasks, at: app.work.now.wall, caps })]
}

/// The store's word on a batch.
pub(super) fn inserted(app: &mut App, of: Ticket, result: Result<Vec<Task>, InsertRefusal>) -> Vec<Effect> {
    if !app.work.queue.inserting.remove(&of) {
        app.work.stale += 1;
        return Vec::new();
    }
    store::healthy(app);
    let adopted = app.work.adopting.inserting.remove(&of).is_some();
    let automatic = app.work.queue.automatic.remove(&of);
    let mut effects = Vec::new();
    match &result {
        Ok(tasks) => {
            for task in tasks {
                name(app, task.key);
                effects.extend(store::changed(app, task.clone()));
                report(app, Some(task.key), Ok(task.state()));
            }
            if automatic {
                say_automatic(app, tasks);
            } else if !adopted {
                app.work.queue.last_batch = tasks.iter().map(|task| task.key).collect();
            }
        }
        Err(InsertRefusal::NameTaken { task }) => {
            name(app, task.key);
            effects.extend(store::changed(app, (**task).clone()));
            report(app, Some(task.key), Ok(task.state()));
        }
        // Somebody has tried it again already: nothing is left to do by itself.
        Err(InsertRefusal::Overtaken { .. }) if automatic => {}
        Err(refusal @ InsertRefusal::OverBudget { .. }) if automatic => {
            let text = tr!("not tried again by itself: {problem}", problem = refusal.problem());
            toast::say(app, Level::Warning, text, None);
        }
        Err(refusal @ InsertRefusal::Overtaken { parent, .. }) => report(app, Some(*parent), Err(refusal.problem())),
        Err(refusal @ InsertRefusal::OverBudget { .. }) => report(app, None, Err(refusal.problem())),
    }
    effects.extend(preview::inserted(app, of, &result));
    effects
}

/// Nobody confirmed it, so it is told.
fn say_automatic(app: &mut App, tasks: &[Task]) {
    for task in tasks {
        let key = task.key;
        let text = match task.parent {
            Some(parent) => {
                tr!(
                    "{key} is queued by itself as another try of {parent}, as [retry] in the config allows",
                    key,
                    parent
                )
            }
            None => tr!("{key} is queued by itself, as [retry] in the config allows", key),
        };
        toast::say(app, Level::Info, text, Some(task.key));
    }
}

/// Begins to work on a task that was outside of this run's scope.
fn take(app: &mut App, key: TaskKey) -> Vec<Effect> {
    name(app, key);
    let task = app.work.tasks.live.get(&key).cloned();
    let mut effects = task.map_or_else(Vec::new, |task| store::changed(app, task));
    effects.extend(saver::come_back(app, key));
    effects
}

/// Takes a task into this run's scope.
pub(super) fn name(app: &mut App, key: TaskKey) {
    if app.work.settings.scope == Scope::Named {
        app.work.queue.named.insert(key);
    }
}

impl InsertRefusal {
    /// In words.
    #[must_use]
    pub fn problem(&self) -> Problem {
        match self {
            Self::NameTaken { task } => {
                let name = format!("{:?}", task.name.as_deref().unwrap_or_default());
                Problem::new(
                    tr!("nothing was queued"),
                    tr!("the name {name} belongs to {key}", name, key = task.key),
                    tr!("Choose another name."),
                )
            }
            Self::Overtaken { parent, state, why } => terms::overtaken(*parent, *state, *why),
            Self::OverBudget { cap, limit, spent, asked } => {
                let (why, option) = match cap {
                    BudgetCap::Day => (
                        tr!(
                            "{asked} PTC more would cross the day's cap of {limit} PTC ({spent} PTC stand against it)",
                            asked,
                            limit,
                            spent
                        ),
                        "budget.per_day",
                    ),
                    BudgetCap::Batch => (
                        tr!(
                            "{asked} PTC more would cross the batch's cap of {limit} PTC ({spent} PTC stand against it)",
                            asked,
                            limit,
                            spent
                        ),
                        "budget.per_batch",
                    ),
                };
                let next = tr!("Queue less, or raise {option} in the config.", option);
                Problem::new(tr!("nothing was queued"), why, next)
            }
        }
    }
}

/// Takes back an unsent task, or stops watching one that the service has.
fn cancel(app: &mut App, key: TaskKey) -> Vec<Effect> {
    let Some(mut task) = live(app, key) else { return Vec::new() };
    let was = task.state();
    if was == TaskState::Ready && task.back_to_saved() {
        let note = event(app, "stopped", tr!("not fetched again"));
        app.work.store.owed.insert(key);
        return store::write(app, task, vec![note], vec![]);
    }
    let (charged, text, money) = match task.phase {
        Phase::Queued { .. } if app.work.queue.claiming.as_ref().is_some_and(|(_, claiming)| *claiming == key) => {
            let cancel = keymap::named(app, Ctx::Table, "cancel");
            let next = tr!("If it is accepted it is charged; {cancel} then stops watching it.", cancel);
            return refuse(app, key, tr!("it is being sent at this moment"), &next);
        }
        Phase::Queued { .. } => (Charged::No, tr!("taken back; free"), Some(MoneyEvent::Released)),
        Phase::Running { .. } | Phase::Ready { .. } => {
            (Charged::Yes, tr!("no longer watched; the service goes on with it, and it stays charged"), None)
        }
        // That program may have ended since; the store knows.
        Phase::Saving { .. } if held_by_another(app, &task) => {
            app.work.saver.unwanted.insert(key);
            return vec![Effect::Store(StoreCmd::Look { keys: vec![key] })];
        }
        Phase::Saving { .. } if !app.work.saver.active.contains_key(&key) => return stop_saving(app, task),
        Phase::Saving { .. } => {
            let then = if task.saved().is_some() { TaskState::Saved } else { TaskState::Ready };
            report(app, Some(key), Ok(then));
            return saver::stop(app, key);
        }
        Phase::Sending { .. } => {
            let cancel = keymap::named(app, Ctx::Table, "cancel");
            let next = tr!("Wait for the answer; {cancel} then stops watching it.", cancel);
            return refuse(app, key, tr!("its POST is on its way"), &next);
        }
        Phase::Unknown { .. } => {
            let resolve = keymap::named(app, Ctx::Table, "resolve");
            let next = tr!("Settle it first: {resolve}, or `reeltop resolve`.", resolve);
            return refuse(app, key, tr!("its outcome is unknown"), &next);
        }
        Phase::Saved { .. } | Phase::Failed { .. } | Phase::Refused { .. } | Phase::Cancelled { .. } => {
            return refuse(app, key, &tr!("it has already ended ({word})", word = was.word()), "");
        }
    };
    task.phase = Phase::Cancelled { was, charged };
    task.finished_at = Some(app.work.now.wall);
    task.claim = None;
    let note = event(app, "cancelled", text);
    toast::say(app, Level::Info, format!("{key} {text}"), Some(key));
    app.work.store.owed.insert(key);
    let ledger = money.map(|event| LedgerLine { at: app.work.now.wall, event, amount: task.cost });
    store::write(app, task, vec![note], ledger.into_iter().collect())
}

/// Stops the saving of a file that no living program has in its hands, as the store has just told.
pub(super) fn stop_saving(app: &mut App, task: Task) -> Vec<Effect> {
    let key = task.key;
    if task.state() != TaskState::Saving {
        let why = tr!("it is {word} by now", word = task.state().word());
        return refuse(app, key, &why, "");
    }
    if held_by_another(app, &task) {
        return refuse(app, key, tr!("another program is saving it"), tr!("Stop it there."));
    }
    app.work.store.owed.insert(key);
    saver::stopped(app, task)
}

/// Settles an unknown by a person's word, or takes that back.
fn resolve(app: &mut App, key: TaskKey, as_what: Resolution) -> Vec<Effect> {
    if as_what == Resolution::Unknown {
        return take_back(app, key);
    }
    let Some(task) = live(app, key) else { return Vec::new() };
    if task.state() == TaskState::Sending && !held_by_another(app, &task) && !app.work.queue.posting.contains_key(&key)
    {
        // Its program ended over the POST: it becomes unknown, as when anybody works on it, and is settled as that.
        let mut effects = queue::orphaned(app, task);
        effects.extend(resolve(app, key, as_what));
        return effects;
    }
    let Phase::Unknown { error: before } = &task.phase else {
        let why = tr!("it is {word}, and only an unknown task can be settled", word = task.state().word());
        return refuse(app, key, &why, "");
    };
    let before = before.clone();
    let (phase, text, money) = match as_what {
        // Believed once the service says that it knows it.
        Resolution::Found(id) => {
            match adopt::known_as(app, &id) {
                Some(other) => drop(refuse_id(app, key, &id, other)),
                None => adopt::settle(app, key, id),
            }
            return Vec::new();
        }
        Resolution::Unknown => return Vec::new(),
        Resolution::Lost => (
            Phase::Cancelled { was: TaskState::Unknown, charged: Charged::Yes },
            tr!("settled as lost: counted as charged"),
            MoneyEvent::Resolved,
        ),
        Resolution::NotCreated => {
            let error = TaskError {
                code: NOT_CREATED.into(),
                class: ErrorClass::UnknownOutcome,
                message: tr!("settled by hand: the service never made it").into(),
                next: tr!("{retry} sends it again as a new attempt.", retry = keymap::named(app, Ctx::Table, "retry")),
                charged: Charged::No,
            };
            (Phase::Refused { error }, tr!("settled as not created: not charged"), MoneyEvent::Released)
        }
    };
    name(app, key);
    let task = Task { phase, settled: Some(before), finished_at: Some(app.work.now.wall), ..task };
    settled(app, task, text, money)
}

/// Settles an unknown by an id that the service knows; `phase` is what it became there.
pub(super) fn found(app: &mut App, key: TaskKey, id: RemoteId, phase: Phase) -> Vec<Effect> {
    let Some(task) = live(app, key) else { return Vec::new() };
    let Phase::Unknown { error } = &task.phase else {
        let why = tr!("it is {word} by now", word = task.state().word());
        return refuse(app, key, &why, "");
    };
    if let Some(other) = adopt::known_as(app, &id) {
        return refuse_id(app, key, &id, other);
    }
    let (before, text) = (error.clone(), tr!("settled: the service's id is {id}", id = id.0));
    let claim = super::claim(app, poller::CLAIM).filter(|_| in_scope(app, &task));
    let task = Task { phase, settled: Some(before), remote: Some(id), claim, ..task };
    settled(app, task, &text, MoneyEvent::Charged)
}

fn refuse_id(app: &mut App, key: TaskKey, id: &RemoteId, other: TaskKey) -> Vec<Effect> {
    let why = tr!("{id} is {other}'s id", id = id.0, other);
    refuse(app, key, &why, tr!("Look again at the gateway's own log."))
}

/// Writes down what a person decided of a task, with its line of money.
fn settled(app: &mut App, task: Task, text: &str, money: MoneyEvent) -> Vec<Effect> {
    let key = task.key;
    let note = event(app, "resolved", text);
    let line = LedgerLine { at: app.work.now.wall, event: money, amount: task.cost };
    toast::say(app, Level::Info, format!("{key} {text}"), Some(key));
    app.work.store.owed.insert(key);
    store::write(app, task, vec![note], vec![line])
}

/// Takes a settlement back. A task that has ended is read from the store first.
fn take_back(app: &mut App, key: TaskKey) -> Vec<Effect> {
    if let Some(task) = app.work.tasks.live.get(&key).cloned().or_else(|| store::unwritten(app, key)) {
        return take_back_one(app, task);
    }
    if !app.work.tasks.rows.contains_key(&key) {
        return refuse(app, key, tr!("there is no such task"), tr!("See `reeltop list`."));
    }
    app.work.unsettle.insert(key);
    vec![Effect::Store(StoreCmd::Look { keys: vec![key] })]
}

/// Takes the settlement of that task back: it is unknown as it was before, counts as spent, and its id is forgotten.
pub(super) fn take_back_one(app: &mut App, task: Task) -> Vec<Effect> {
    let key = task.key;
    let Some(error) = task.unsettled() else {
        let why = tr!("it is {word}, and was not settled by hand", word = task.state().word());
        return refuse(app, key, &why, "");
    };
    if task.state() == TaskState::Saving {
        let cancel = keymap::named(app, Ctx::Table, "cancel");
        return refuse(app, key, tr!("its file is being saved"), &tr!("{cancel} stops that first.", cancel));
    }
    let task = Task {
        phase: Phase::Unknown { error },
        settled: None,
        remote: None,
        expires_at: None,
        finished_at: None,
        claim: None,
        ..task
    };
    settled(app, task, tr!("the settlement is taken back: unknown again, and counted as spent"), MoneyEvent::Unknown)
}

/// Fetches a file now. A task that has ended is read from the store first.
fn download(app: &mut App, key: TaskKey, dir: Option<String>) -> Vec<Effect> {
    name(app, key);
    // One that has ended a moment ago may not be in the store yet as it is here.
    if let Some(task) = app.work.tasks.live.get(&key).cloned().or_else(|| store::unwritten(app, key)) {
        return download_one(app, task, dir);
    }
    if !app.work.tasks.rows.contains_key(&key) {
        return refuse(app, key, tr!("there is no such task"), tr!("See `reeltop list`."));
    }
    app.work.saver.wanted.insert(key, dir);
    vec![Effect::Store(StoreCmd::Look { keys: vec![key] })]
}

/// Fetches that task's file now.
pub(super) fn download_one(app: &mut App, mut task: Task, dir: Option<String>) -> Vec<Effect> {
    let key = task.key;
    if !in_scope(app, &task) {
        let why = tr!("it belongs to the profile {profile}", profile = format!("{:?}", task.profile));
        return refuse(app, key, &why, tr!("Start with --profile to work on it."));
    }
    let is_watchable = (task.state() == TaskState::Cancelled && task.remote.is_some()) || task.may_still_come();
    match &mut task.phase {
        Phase::Ready { next_try, tries, trouble, .. } => {
            (*next_try, *tries) = (Some(app.work.now.wall), 0);
            let _ = trouble.take_if(|trouble| trouble.error.code == STOPPED);
        }
        Phase::Saved { file, saved } => {
            let (file, kept) = (file.clone(), Some(saved.clone()));
            task.phase = Phase::Ready { file, trouble: None, tries: 0, next_try: Some(app.work.now.wall), kept };
            // Let go by this run's end, it is saved as it was; nobody else begins with it.
            task.claim = super::claim(app, saver::WAITS);
        }
        Phase::Saving { .. } => {
            report(app, Some(key), Ok(TaskState::Saving));
            return Vec::new();
        }
        Phase::Cancelled { .. } | Phase::Failed { .. } if is_watchable => {
            task.finished_at = None;
            task.phase = Phase::Running {
                status: String::new(),
                next_poll: app.work.now.wall,
                polls: 0,
                misses: 0,
                trouble: None,
            };
            task.claim = super::claim(app, poller::CLAIM);
        }
        Phase::Running { .. } => {
            task.dir = dir;
            report(app, Some(key), Ok(TaskState::Running));
            return store::write(app, task, vec![], vec![]);
        }
        Phase::Queued { .. }
        | Phase::Sending { .. }
        | Phase::Unknown { .. }
        | Phase::Failed { .. }
        | Phase::Refused { .. }
        | Phase::Cancelled { .. } => {
            let why = tr!("it is {word}: there is no file", word = task.state().word());
            return refuse(app, key, &why, "");
        }
    }
    task.dir = dir;
    report(app, Some(key), Ok(task.state()));
    let note = event(app, "download", tr!("asked for by the person"));
    store::write(app, task, vec![note], vec![])
}

/// A task that acts can change: live or unknown.
fn live(app: &mut App, key: TaskKey) -> Option<Task> {
    if let Some(task) = app.work.tasks.live.get(&key) {
        return Some(task.clone());
    }
    let (why, next) = app.work.tasks.rows.get(&key).map_or_else(
        || (tr!("there is no such task").to_owned(), tr!("See `reeltop list`.")),
        |row| (tr!("it has already ended ({word})", word = row.state.word()), ""),
    );
    refuse(app, key, &why, next);
    None
}
