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
    logic::{
        act::{Act, Intent, Resolution},
        effect::{Caps, Effect, Level, StoreCmd, Ticket},
        keymap::{self, Ctx},
        msg::{BudgetCap, InsertRefusal},
        preview,
        settings::Scope,
        state::State,
        terms, toast,
    },
    tr,
};

/// Carries out an act. What became of it stands in `state.reports` and, for a person at the screen, in a toast.
pub fn act(state: &mut State, act: Act) -> Vec<Effect> {
    match act {
        Act::Queue { intents, undo } => queue(state, intents, undo),
        Act::Cancel(keys) => keys.into_iter().flat_map(|key| cancel(state, key)).collect(),
        Act::Resolve { key, as_what } => resolve(state, key, as_what),
        Act::Download { keys, dir } => keys.into_iter().flat_map(|key| download(state, key, dir.clone())).collect(),
        Act::Adopt(ids) => {
            ids.into_iter().for_each(|id| adopt::adopt(state, id));
            Vec::new()
        }
        Act::Take(keys) => keys.into_iter().flat_map(|key| take(state, key)).collect(),
        Act::Refresh(keys) => {
            poller::refresh(state, &keys);
            super::money::ask_balance(state)
        }
        Act::Pause(paused) => {
            if paused {
                share::pause(state);
            } else {
                share::resume(state, false);
            }
            let text = if paused {
                tr!("sending paused; {pause} goes on", pause = keymap::named(state, Ctx::Table, "pause"))
            } else {
                tr!("sending goes on").to_owned()
            };
            toast::say(state, Level::Info, text, None);
            Vec::new()
        }
        Act::Resume => {
            share::resume(state, true);
            toast::say(state, Level::Info, tr!("sending goes on").to_owned(), None);
            super::money::ask_balance(state)
        }
        Act::Balance => super::money::ask_balance(state),
        Act::Quit => super::ending::quit(state, 0),
    }
}

/// The price of a request by the catalogue. A model that is not in it costs what the gateway usually asks.
#[must_use]
pub fn price(state: &State, request: &Request) -> Ptc {
    catalogue_price(&state.settings.catalogue, request)
}

/// The same, for callers without a state.
#[must_use]
pub fn catalogue_price(catalogue: &Catalogue, request: &Request) -> Ptc {
    catalogue.price(request).unwrap_or(Ptc::from_thousandths(500))
}

/// The caps that a batch must keep.
pub(super) fn caps(state: &State) -> Caps {
    Caps {
        per_day: state.settings.budget.per_day,
        per_batch: state.settings.budget.per_batch,
        day_start: state.now.day_start(),
    }
}

/// Journals a confirmed batch. Nothing is sent before the store has acknowledged it.
fn queue(state: &mut State, intents: Vec<Intent>, undo: bool) -> Vec<Effect> {
    if state.store.owner.is_none() {
        let problem = Problem::new(tr!("not queued"), tr!("the store is not open yet"), tr!("Try again in a moment."));
        say(state, None, problem);
        return Vec::new();
    }
    let wait = if undo { state.settings.queue.undo_ms } else { 0 };
    let not_before = state.now.wall.plus(wait);
    let tasks = intents
        .into_iter()
        .map(|intent| NewTask {
            attempt: intent
                .parent
                .and_then(|parent| state.tasks.rows.get(&parent))
                .map_or(1, |row| u32::from(row.attempt) + 1),
            parent: intent.parent,
            agreed: intent.agreed,
            name: intent.name,
            profile: state.settings.profile.name.clone(),
            cost: price(state, &intent.request),
            request: intent.request,
            remote: None,
            automatic: false,
            phase: Phase::Queued { not_before, put_back: None },
        })
        .collect();
    let caps = caps(state);
    let ticket = ticket(state);
    state.queue.inserting.insert(ticket);
    vec![Effect::Store(StoreCmd::Insert { ticket, tasks, at: state.now.wall, caps })]
}

/// The store's word on a batch.
pub(super) fn inserted(state: &mut State, of: Ticket, result: Result<Vec<Task>, InsertRefusal>) -> Vec<Effect> {
    if !state.queue.inserting.remove(&of) {
        state.stale += 1;
        return Vec::new();
    }
    store::healthy(state);
    let adopted = state.adopting.inserting.remove(&of).is_some();
    let automatic = state.queue.automatic.remove(&of);
    let mut effects = Vec::new();
    match &result {
        Ok(tasks) => {
            for task in tasks {
                name(state, task.key);
                effects.extend(store::changed(state, task.clone()));
                report(state, Some(task.key), Ok(task.state()));
            }
            if automatic {
                say_automatic(state, tasks);
            } else if !adopted {
                state.queue.last_batch = tasks.iter().map(|task| task.key).collect();
            }
        }
        Err(InsertRefusal::NameTaken { task }) => {
            name(state, task.key);
            effects.extend(store::changed(state, (**task).clone()));
            report(state, Some(task.key), Ok(task.state()));
        }
        // Somebody has tried it again already: nothing is left to do by itself.
        Err(InsertRefusal::Overtaken { .. }) if automatic => {}
        Err(refusal @ InsertRefusal::OverBudget { .. }) if automatic => {
            let text = tr!("not tried again by itself: {problem}", problem = refusal.problem());
            toast::say(state, Level::Warning, text, None);
        }
        Err(refusal @ InsertRefusal::Overtaken { parent, .. }) => report(state, Some(*parent), Err(refusal.problem())),
        Err(refusal @ InsertRefusal::OverBudget { .. }) => report(state, None, Err(refusal.problem())),
    }
    effects.extend(preview::inserted(state, of, &result));
    effects
}

/// Nobody confirmed it, so it is told.
fn say_automatic(state: &mut State, tasks: &[Task]) {
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
        toast::say(state, Level::Info, text, Some(task.key));
    }
}

/// Begins to work on a task that was outside of this run's scope.
fn take(state: &mut State, key: TaskKey) -> Vec<Effect> {
    name(state, key);
    let task = state.tasks.live.get(&key).cloned();
    let mut effects = task.map_or_else(Vec::new, |task| store::changed(state, task));
    effects.extend(saver::come_back(state, key));
    effects
}

/// Takes a task into this run's scope.
pub(super) fn name(state: &mut State, key: TaskKey) {
    if state.settings.scope == Scope::Named {
        state.queue.named.insert(key);
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
fn cancel(state: &mut State, key: TaskKey) -> Vec<Effect> {
    let Some(mut task) = live(state, key) else { return Vec::new() };
    let was = task.state();
    if was == TaskState::Ready && task.back_to_saved() {
        let note = event(state, "stopped", tr!("not fetched again"));
        state.store.owed.insert(key);
        return store::write(state, task, vec![note], vec![]);
    }
    let (charged, text, money) = match task.phase {
        Phase::Queued { .. } if state.queue.claiming.as_ref().is_some_and(|(_, claiming)| *claiming == key) => {
            let cancel = keymap::named(state, Ctx::Table, "cancel");
            let next = tr!("If it is accepted it is charged; {cancel} then stops watching it.", cancel);
            return refuse(state, key, tr!("it is being sent at this moment"), &next);
        }
        Phase::Queued { .. } => (Charged::No, tr!("taken back; free"), Some(MoneyEvent::Released)),
        Phase::Running { .. } | Phase::Ready { .. } => {
            (Charged::Yes, tr!("no longer watched; the service goes on with it, and it stays charged"), None)
        }
        // That program may have ended since; the store knows.
        Phase::Saving { .. } if held_by_another(state, &task) => {
            state.saver.unwanted.insert(key);
            return vec![Effect::Store(StoreCmd::Look { keys: vec![key] })];
        }
        Phase::Saving { .. } if !state.saver.active.contains_key(&key) => return stop_saving(state, task),
        Phase::Saving { .. } => {
            let then = if task.saved().is_some() { TaskState::Saved } else { TaskState::Ready };
            report(state, Some(key), Ok(then));
            return saver::stop(state, key);
        }
        Phase::Sending { .. } => {
            let cancel = keymap::named(state, Ctx::Table, "cancel");
            let next = tr!("Wait for the answer; {cancel} then stops watching it.", cancel);
            return refuse(state, key, tr!("its POST is on its way"), &next);
        }
        Phase::Unknown { .. } => {
            let resolve = keymap::named(state, Ctx::Table, "resolve");
            let next = tr!("Settle it first: {resolve}, or `reeltop resolve`.", resolve);
            return refuse(state, key, tr!("its outcome is unknown"), &next);
        }
        Phase::Saved { .. } | Phase::Failed { .. } | Phase::Refused { .. } | Phase::Cancelled { .. } => {
            return refuse(state, key, &tr!("it has already ended ({word})", word = was.word()), "");
        }
    };
    task.phase = Phase::Cancelled { was, charged };
    task.finished_at = Some(state.now.wall);
    task.claim = None;
    let note = event(state, "cancelled", text);
    toast::say(state, Level::Info, format!("{key} {text}"), Some(key));
    state.store.owed.insert(key);
    let ledger = money.map(|event| LedgerLine { at: state.now.wall, event, amount: task.cost });
    store::write(state, task, vec![note], ledger.into_iter().collect())
}

/// Stops the saving of a file that no living program has in its hands, as the store has just told.
pub(super) fn stop_saving(state: &mut State, task: Task) -> Vec<Effect> {
    let key = task.key;
    if task.state() != TaskState::Saving {
        let why = tr!("it is {word} by now", word = task.state().word());
        return refuse(state, key, &why, "");
    }
    if held_by_another(state, &task) {
        return refuse(state, key, tr!("another program is saving it"), tr!("Stop it there."));
    }
    state.store.owed.insert(key);
    saver::stopped(state, task)
}

/// Settles an unknown by a person's word, or takes that back.
fn resolve(state: &mut State, key: TaskKey, as_what: Resolution) -> Vec<Effect> {
    if as_what == Resolution::Unknown {
        return take_back(state, key);
    }
    let Some(task) = live(state, key) else { return Vec::new() };
    if task.state() == TaskState::Sending && !held_by_another(state, &task) && !state.queue.posting.contains_key(&key) {
        // Its program ended over the POST: it becomes unknown, as when anybody works on it, and is settled as that.
        let mut effects = queue::orphaned(state, task);
        effects.extend(resolve(state, key, as_what));
        return effects;
    }
    let Phase::Unknown { error: before } = &task.phase else {
        let why = tr!("it is {word}, and only an unknown task can be settled", word = task.state().word());
        return refuse(state, key, &why, "");
    };
    let before = before.clone();
    let (phase, text, money) = match as_what {
        // Believed once the service says that it knows it.
        Resolution::Found(id) => {
            match adopt::known_as(state, &id) {
                Some(other) => drop(refuse_id(state, key, &id, other)),
                None => adopt::settle(state, key, id),
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
                next: tr!(
                    "{retry} sends it again as a new attempt.",
                    retry = keymap::named(state, Ctx::Table, "retry")
                ),
                charged: Charged::No,
            };
            (Phase::Refused { error }, tr!("settled as not created: not charged"), MoneyEvent::Released)
        }
    };
    name(state, key);
    let task = Task { phase, settled: Some(before), finished_at: Some(state.now.wall), ..task };
    settled(state, task, text, money)
}

/// Settles an unknown by an id that the service knows; `phase` is what it became there.
pub(super) fn found(state: &mut State, key: TaskKey, id: RemoteId, phase: Phase) -> Vec<Effect> {
    let Some(task) = live(state, key) else { return Vec::new() };
    let Phase::Unknown { error } = &task.phase else {
        let why = tr!("it is {word} by now", word = task.state().word());
        return refuse(state, key, &why, "");
    };
    if let Some(other) = adopt::known_as(state, &id) {
        return refuse_id(state, key, &id, other);
    }
    let (before, text) = (error.clone(), tr!("settled: the service's id is {id}", id = id.0));
    let claim = super::claim(state, poller::CLAIM).filter(|_| in_scope(state, &task));
    let task = Task { phase, settled: Some(before), remote: Some(id), claim, ..task };
    settled(state, task, &text, MoneyEvent::Charged)
}

fn refuse_id(state: &mut State, key: TaskKey, id: &RemoteId, other: TaskKey) -> Vec<Effect> {
    let why = tr!("{id} is {other}'s id", id = id.0, other);
    refuse(state, key, &why, tr!("Look again at the gateway's own log."))
}

/// Writes down what a person decided of a task, with its line of money.
fn settled(state: &mut State, task: Task, text: &str, money: MoneyEvent) -> Vec<Effect> {
    let key = task.key;
    let note = event(state, "resolved", text);
    let line = LedgerLine { at: state.now.wall, event: money, amount: task.cost };
    toast::say(state, Level::Info, format!("{key} {text}"), Some(key));
    state.store.owed.insert(key);
    store::write(state, task, vec![note], vec![line])
}

/// Takes a settlement back. A task that has ended is read from the store first.
fn take_back(state: &mut State, key: TaskKey) -> Vec<Effect> {
    if let Some(task) = state.tasks.live.get(&key).cloned().or_else(|| store::unwritten(state, key)) {
        return take_back_one(state, task);
    }
    if !state.tasks.rows.contains_key(&key) {
        return refuse(state, key, tr!("there is no such task"), tr!("See `reeltop list`."));
    }
    state.unsettle.insert(key);
    vec![Effect::Store(StoreCmd::Look { keys: vec![key] })]
}

/// Takes the settlement of that task back: it is unknown as it was before, counts as spent, and its id is forgotten.
pub(super) fn take_back_one(state: &mut State, task: Task) -> Vec<Effect> {
    let key = task.key;
    let Some(error) = task.unsettled() else {
        let why = tr!("it is {word}, and was not settled by hand", word = task.state().word());
        return refuse(state, key, &why, "");
    };
    if task.state() == TaskState::Saving {
        let cancel = keymap::named(state, Ctx::Table, "cancel");
        return refuse(state, key, tr!("its file is being saved"), &tr!("{cancel} stops that first.", cancel));
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
    settled(state, task, tr!("the settlement is taken back: unknown again, and counted as spent"), MoneyEvent::Unknown)
}

/// Fetches a file now. A task that has ended is read from the store first.
fn download(state: &mut State, key: TaskKey, dir: Option<String>) -> Vec<Effect> {
    name(state, key);
    // One that has ended a moment ago may not be in the store yet as it is here.
    if let Some(task) = state.tasks.live.get(&key).cloned().or_else(|| store::unwritten(state, key)) {
        return download_one(state, task, dir);
    }
    if !state.tasks.rows.contains_key(&key) {
        return refuse(state, key, tr!("there is no such task"), tr!("See `reeltop list`."));
    }
    state.saver.wanted.insert(key, dir);
    vec![Effect::Store(StoreCmd::Look { keys: vec![key] })]
}

/// Fetches that task's file now.
pub(super) fn download_one(state: &mut State, mut task: Task, dir: Option<String>) -> Vec<Effect> {
    let key = task.key;
    if !in_scope(state, &task) {
        let why = tr!("it belongs to the profile {profile}", profile = format!("{:?}", task.profile));
        return refuse(state, key, &why, tr!("Start with --profile to work on it."));
    }
    let is_watchable = (task.state() == TaskState::Cancelled && task.remote.is_some()) || task.may_still_come();
    match &mut task.phase {
        Phase::Ready { next_try, tries, trouble, .. } => {
            (*next_try, *tries) = (Some(state.now.wall), 0);
            let _ = trouble.take_if(|trouble| trouble.error.code == STOPPED);
        }
        Phase::Saved { file, saved } => {
            let (file, kept) = (file.clone(), Some(saved.clone()));
            task.phase = Phase::Ready { file, trouble: None, tries: 0, next_try: Some(state.now.wall), kept };
            // Let go by this run's end, it is saved as it was; nobody else begins with it.
            task.claim = super::claim(state, saver::WAITS);
        }
        Phase::Saving { .. } => {
            report(state, Some(key), Ok(TaskState::Saving));
            return Vec::new();
        }
        Phase::Cancelled { .. } | Phase::Failed { .. } if is_watchable => {
            task.finished_at = None;
            task.phase =
                Phase::Running { status: String::new(), next_poll: state.now.wall, polls: 0, misses: 0, trouble: None };
            task.claim = super::claim(state, poller::CLAIM);
        }
        Phase::Running { .. } => {
            task.dir = dir;
            report(state, Some(key), Ok(TaskState::Running));
            return store::write(state, task, vec![], vec![]);
        }
        Phase::Queued { .. }
        | Phase::Sending { .. }
        | Phase::Unknown { .. }
        | Phase::Failed { .. }
        | Phase::Refused { .. }
        | Phase::Cancelled { .. } => {
            let why = tr!("it is {word}: there is no file", word = task.state().word());
            return refuse(state, key, &why, "");
        }
    }
    task.dir = dir;
    report(state, Some(key), Ok(task.state()));
    let note = event(state, "download", tr!("asked for by the person"));
    store::write(state, task, vec![note], vec![])
}

/// A task that acts can change: live or unknown.
fn live(state: &mut State, key: TaskKey) -> Option<Task> {
    if let Some(task) = state.tasks.live.get(&key) {
        return Some(task.clone());
    }
    let (why, next) = state.tasks.rows.get(&key).map_or_else(
        || (tr!("there is no such task").to_owned(), tr!("See `reeltop list`.")),
        |row| (tr!("it has already ended ({word})", word = row.state.word()), ""),
    );
    refuse(state, key, &why, next);
    None
}
