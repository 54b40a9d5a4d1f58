//! What would be sent, with its price: shown first, sent by a word of its own.

use super::words::Setting;
use crate::{
    app::engine::Engine,
    domain::{
        check::{build, check},
        draft::{Draft, Severity},
        money::Ptc,
        picture::ImageLook,
        problem::ErrorClass,
        request::Request,
        task::{Task, TaskKey, TaskState, counted_tasks},
        time::Mono,
    },
    io::{config::Loaded, store::Store},
    logic::{act::Intent, engine::acts::catalogue_price, preview::DEAF},
    tr,
};

/// Attempts that wait for their `send`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Offer {
    intents: Vec<Intent>,
    /// Whether the number of tasks must be typed.
    asks: bool,
    /// When its price was shown.
    shown: Mono,
}

/// An offer with the lines that tell it, or why there is none.
type Offered = Result<(Offer, Vec<String>), Vec<String>>;

impl Offer {
    /// New tasks of a draft.
    pub(super) fn new_task(setup: &Loaded, engine: &Engine, draft: &Draft) -> Offered {
        let catalogue = &setup.settings.catalogue;
        // Pictures are the dashboard's and the command line's.
        let no_picture = |_: &str| ImageLook::Unread;
        let faults = check(draft, catalogue, setup.settings.profile.webp, &no_picture);
        let told = |severity: Severity| {
            let these = faults.iter().filter(move |fault| fault.severity == severity);
            these.map(|fault| fault.problem.to_string())
        };
        let request = build(draft, catalogue, setup.settings.profile.webp, &no_picture);
        let errors: Vec<String> = told(Severity::Error).collect();
        let Some(request) = request.ok().filter(|_| errors.is_empty()) else { return Err(errors) };
        let warnings = faults.iter().filter(|fault| fault.severity != Severity::Error);
        let warnings = warnings.map(|fault| tr!("warning: {warning}", warning = fault.problem)).collect();
        let intent = Intent { request, parent: None, again: false, name: None };
        Ok(Self::of(setup, engine, vec![intent; draft.count.max(1) as usize], warnings))
    }

    /// New attempts of these tasks.
    pub(super) fn retry(setup: &Loaded, engine: &Engine, keys: &[TaskKey]) -> Offered {
        let tasks = Store::open(&setup.paths.data_dir)
            .and_then(|store| store.look(keys))
            .map_err(|problem| vec![problem.to_string()])?;
        let mut faults: Vec<String> = keys
            .iter()
            .filter(|key| tasks.iter().all(|task| task.key != **key))
            .map(|key| tr!("There is no task {key}.", key))
            .collect();
        let mut warnings = Vec::new();
        let again = |task: &Task| engine.state.tasks.rows.get(&task.key).is_some_and(|row| row.retried);
        for task in &tasks {
            let key = task.key;
            match task.state() {
                TaskState::Failed | TaskState::Refused | TaskState::Cancelled => {}
                TaskState::Saved => warnings.push(tr!("warning: {key} is saved; this makes another video.", key)),
                TaskState::Unknown => faults.push(tr!("{key} is unknown. Settle it first, by resolve.", key)),
                state @ (TaskState::Queued
                | TaskState::Sending
                | TaskState::Running
                | TaskState::Ready
                | TaskState::Saving) => faults.push(tr!("{key} is {word}.", key, word = state.word())),
            }
            if !task.request.is_known() {
                faults.push(tr!("{key} was made elsewhere, and its request is not known here.", key));
            }
            if task.error().is_some_and(|error| error.class == ErrorClass::PromptSensitive) {
                warnings.push(tr!("warning: the prompt of {key} was refused as sensitive.", key));
            }
            if again(task) {
                warnings.push(tr!("warning: {key} was tried again already.", key));
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let intents = tasks
            .into_iter()
            .map(|task| Intent { again: again(&task), request: task.request, parent: Some(task.key), name: None })
            .collect();
        Ok(Self::of(setup, engine, intents, warnings))
    }

    fn of(setup: &Loaded, engine: &Engine, intents: Vec<Intent>, mut lines: Vec<String>) -> (Self, Vec<String>) {
        let settings = &setup.settings;
        let total: Ptc = intents.iter().map(|intent| catalogue_price(&settings.catalogue, &intent.request)).sum();
        let asks = settings.budget.ask_above.is_some_and(|most| total > most);
        lines.extend(intents.first().map(|intent| about(&intent.request)));
        let money = &engine.state.money;
        let day = money.spent_today + money.reserved;
        let n = intents.len();
        let word = if asks { format!("send {n}") } else { "send".to_owned() };
        let tasks = counted_tasks(n);
        lines.push(match settings.budget.per_day {
            Some(cap) => tr!(
                "{tasks} for {total} PTC; {day} PTC of today's {cap} PTC are used. Type {word} to send, drop to forget.",
                tasks,
                total,
                day,
                cap,
                word,
            ),
            None => tr!(
                "{tasks} for {total} PTC; {day} PTC are used today. Type {word} to send, drop to forget.",
                tasks,
                total,
                day,
                word,
            ),
        });
        (Self { intents, asks, shown: engine.clock().now().mono }, lines)
    }

    /// What is sent on a `send` that came at `now`; or the offer back, and why not. A `send` that came with the order
    /// itself was typed before the price was seen.
    pub(super) fn confirmed(self, count: Option<usize>, now: Mono) -> Result<Vec<Intent>, (Self, String)> {
        let n = self.intents.len();
        if now < self.shown.plus(DEAF) {
            return Err((self, tr!("That came before the price could be read. Type send again.").into()));
        }
        if count.is_some_and(|count| count != n) || (self.asks && count.is_none()) {
            let tasks = counted_tasks(n);
            return Err((self, tr!("Nothing was sent. It would be {tasks}: type send {n}.", tasks, n)));
        }
        Ok(self.intents)
    }
}

fn about(request: &Request) -> String {
    format!("{} {} {}s: {}", request.model, request.resolution, request.duration, request.prompt)
}

/// Changes a field of the next new tasks; tells how they stand.
pub(super) fn set(setup: &Loaded, draft: &mut Draft, field: Option<Setting>) -> String {
    match field {
        Some(Setting::Model(name)) => {
            let catalogue = &setup.settings.catalogue;
            let named = |spec: &&crate::domain::catalogue::ModelSpec| {
                spec.name.eq_ignore_ascii_case(&name) || spec.short.eq_ignore_ascii_case(&name)
            };
            match catalogue.models.iter().find(named) {
                Some(spec) => draft.model.clone_from(&spec.name),
                None => {
                    let names: Vec<&str> = catalogue.models.iter().map(|spec| spec.name.as_str()).collect();
                    let quoted = format!("{name:?}");
                    return tr!("{quoted} is no model. There are {names}.", quoted, names = names.join(tr!(", ")));
                }
            }
        }
        Some(Setting::Resolution(name)) => draft.resolution = Some(name),
        Some(Setting::Duration(seconds)) => draft.duration = Some(seconds),
        Some(Setting::Count(count)) => draft.count = count.clamp(1, 1_000),
        None => {}
    }
    let or_default = |value: Option<String>| value.unwrap_or_else(|| tr!("the model's own").into());
    tr!(
        "model {model}, resolution {resolution}, duration {duration}, count {count}",
        model = draft.model,
        resolution = or_default(draft.resolution.clone()),
        duration = or_default(draft.duration.map(|seconds| format!("{seconds}s"))),
        count = draft.count,
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn offer(n: usize, asks: bool) -> Offer {
        let intent = Intent { request: crate::logic::testing::request(), parent: None, again: false, name: None };
        Offer { intents: vec![intent; n], asks, shown: Mono(1_000) }
    }

    #[test]
    fn nothing_is_sent_before_its_price_could_be_read() {
        let (back, why) = offer(1, false).confirmed(None, Mono(1_000 + DEAF - 1)).unwrap_err();
        assert_eq!(why, "That came before the price could be read. Type send again.");
        assert_eq!(back.confirmed(None, Mono(1_000 + DEAF)).unwrap().len(), 1);
    }

    #[test]
    fn above_the_limit_the_number_of_tasks_must_be_typed() {
        let now = Mono(9_000);
        assert!(offer(12, true).confirmed(None, now).is_err());
        assert!(offer(12, true).confirmed(Some(11), now).is_err());
        assert_eq!(offer(12, true).confirmed(Some(12), now).unwrap().len(), 12);
        assert!(offer(2, false).confirmed(Some(3), now).is_err());
    }
}
