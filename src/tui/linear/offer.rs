//! What would be sent, with its price: shown first, sent by a word of its own.

use super::{Engine, orders::Setting};
use ::io::{config::Loaded, drafts, store::Store};
use domain::{
    amount::Amount,
    catalogue::ModelSpec,
    draft::{Draft, Field},
    reason::draft::DraftReason,
    request::Request,
    retry,
    retry::{Change, Facts, Scope},
    task::{TaskKey, keep_first},
    time::Mono,
};
use engine::act::Intent;
use screens::preview::DEAF;
use words::{combinations, names, reason, terms, terms::Face, tr};

/// Requests of an offer that are told whole: a matrix is judged by a few.
const SAMPLES: usize = 3;

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
    /// New tasks of a draft: all of its combinations, or none.
    pub(super) fn new_tasks(setup: &Loaded, engine: &Engine, draft: Draft) -> Offered {
        let voice = &super::orders::voice();
        let wrong = |why: DraftReason| vec![reason::draft(&why, voice).to_string()];
        let matrix = drafts::matrix_of(draft).map_err(wrong)?;
        let plan = drafts::expand(setup, &[matrix]).map_err(wrong)?;
        let several = plan.cells.len() + plan.impossible.len() > 1;
        let faults = plan.impossible.iter().flat_map(|cell| {
            let of = if several {
                format!("{}{}", combinations::combination(&cell.draft), tr!(": "))
            } else {
                String::new()
            };
            cell.reasons.iter().map(move |why| format!("{of}{}", reason::draft(why, voice)))
        });
        let mut faults: Vec<String> = faults.collect();
        // Combinations that differ in the prompt alone read the same.
        keep_first(&mut faults);
        if !faults.is_empty() {
            return Err(faults);
        }
        let warnings =
            plan.warnings.iter().map(|(_, why)| tr!("warning: {warning}", warning = reason::draft(why, voice)));
        let unknowns = engine.state.work.tasks.live.values();
        let mut twins: Vec<TaskKey> =
            plan.cells.iter().filter_map(|cell| retry::unknown_twin(&cell.request, unknowns.clone())).collect();
        twins.dedup();
        let twins = (!twins.is_empty())
            .then(|| terms::twin(&twins, &tr!("Run resolve {key} first.", key = twins[0])))
            .map(|warning| tr!("warning: {warning}", warning));
        let lines = warnings.chain(twins).chain(combinations::duplicates(&plan)).collect();
        let intents = plan.cells.into_iter().flat_map(|cell| {
            let intent =
                Intent { request: cell.request, parent: None, agreed: vec![], name: None, typed: None, profile: None };
            std::iter::repeat_n(intent, cell.count)
        });
        Ok(Self::of(setup, engine, intents.collect(), lines))
    }

    /// New attempts of these tasks.
    pub(super) fn retry(setup: &Loaded, engine: &Engine, keys: &[TaskKey]) -> Offered {
        let tasks = Store::open(setup.at())
            .and_then(|store| store.look(keys))
            .map_err(|fault| vec![reason::store::problem(&fault).to_string()])?;
        let mut faults: Vec<String> = keys
            .iter()
            .filter(|key| tasks.iter().all(|task| task.key != **key))
            .map(|key| tr!("There is no task {key}.", key))
            .collect();
        let scope = Scope::of(tasks.len());
        let (mut intents, mut lines) = (Vec::new(), Vec::new());
        for task in tasks {
            let key = task.key;
            let row = engine.state.work.tasks.rows.get(&key);
            let facts = row.map_or_else(|| Facts::of_task(&task, None), |row| terms::facts(&engine.state.work, row));
            match retry::judge(&facts, Change::Nothing, scope) {
                Err(no) => faults.push(terms::no(Face::Calls, key, task.state(), no)),
                Ok(terms) => {
                    let told =
                        terms.cautions.iter().map(|caution| terms::caution_here(&engine.state.work, key, *caution));
                    lines.extend(told.map(|warning| tr!("warning: {warning}", warning)));
                    lines.extend(
                        terms
                            .warnings
                            .iter()
                            .map(|of| tr!("warning: {warning}", warning = terms::warning(key, task.money(), *of))),
                    );
                    intents.push(Intent {
                        request: task.request,
                        parent: Some(key),
                        agreed: terms.cautions,
                        name: None,
                        typed: None,
                        profile: None,
                    });
                }
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self::of(setup, engine, intents, lines))
    }

    fn of(setup: &Loaded, engine: &Engine, intents: Vec<Intent>, mut lines: Vec<String>) -> (Self, Vec<String>) {
        let settings = &setup.settings;
        let price = |intent: &Intent| settings.profile.price(&intent.request).map(|quote| quote.price);
        let total: Amount = intents.iter().filter_map(price).sum();
        let asks = intents.iter().any(|intent| !intent.agreed.is_empty())
            || settings.budget.ask_above.is_some_and(|most| total > most);
        let mut samples: Vec<String> = intents.iter().map(|intent| about(&intent.request)).collect();
        keep_first(&mut samples);
        lines.extend(samples.into_iter().take(SAMPLES));
        let work = &engine.state.work;
        let currency = work.currency();
        let day = work.day(currency);
        let n = intents.len();
        let total = total.of(currency);
        let word = if asks { format!("send {n}") } else { "send".to_owned() };
        let tasks = names::tasks(n);
        lines.push(match day.cap {
            Some(cap) => tr!(
                "{tasks} for {total}; {day} of today's {cap} are used. Type {word} to send, drop to forget.",
                tasks,
                total,
                day = day.used().of(currency),
                cap = cap.of(currency),
                word,
            ),
            None => tr!(
                "{tasks} for {total}; {day} are used today. Type {word} to send, drop to forget.",
                tasks,
                total,
                day = day.used().of(currency),
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
            return Err((self, tr!("That was too quick to have read the price. Type send again.").into()));
        }
        if count.is_some_and(|count| count != n) || (self.asks && count.is_none()) {
            let tasks = names::tasks(n);
            return Err((self, tr!("Nothing was sent. It would be {tasks}: type send {n}.", tasks, n)));
        }
        Ok(self.intents)
    }
}

fn about(request: &Request) -> String {
    format!("{} {} {}s{}{}", request.model, request.resolution, request.duration, tr!(": "), request.prompt)
}

/// Changes a field of the next new tasks; tells how they stand.
pub(super) fn set(setup: &Loaded, draft: &mut Draft, field: Option<Setting>) -> String {
    match field {
        Some(Setting::Models(names)) => match names.iter().map(|name| model(setup, name)).collect() {
            Ok(names) => (draft.model, draft.lists.models) = one_and_list(names),
            Err(why) => return why,
        },
        Some(Setting::Resolutions(names)) => {
            let (first, all) = one_and_list(names);
            (draft.resolution, draft.lists.resolutions) = (Some(first), all);
        }
        Some(Setting::Durations(seconds)) => {
            let (first, all) = one_and_list(seconds);
            (draft.duration, draft.lists.durations) = (Some(first), all);
        }
        Some(Setting::Count(count)) => draft.count = count.max(1),
        Some(Setting::Zip(zip)) => draft.lists.zip = zip,
        Some(Setting::Picture(Field::LastFrame, path)) => draft.last_frame = path,
        Some(Setting::Picture(Field::Subject, path)) => draft.subject = path,
        Some(Setting::Picture(_, path)) => draft.first_frame = path,
        Some(Setting::Optimizer(on)) => draft.optimizer = on,
        Some(Setting::Callback(address)) => draft.callback = address,
        None => {}
    }
    standing(draft)
}

/// The catalogue's name of a model.
fn model(setup: &Loaded, name: &str) -> Result<String, String> {
    let models = &setup.settings.catalogue.models;
    let named = |spec: &&ModelSpec| spec.name.eq_ignore_ascii_case(name) || spec.short.eq_ignore_ascii_case(name);
    models.iter().find(named).map(|spec| spec.name.clone()).ok_or_else(|| {
        let names: Vec<&str> = models.iter().map(|spec| spec.name.as_str()).collect();
        let quoted = format!("{name:?}");
        tr!("{quoted} is not a model. Choose one of {names}.", quoted, names = names.join(tr!(", ")))
    })
}

/// The first of several values, and all of them where there are more.
fn one_and_list<T: Clone + Default>(values: Vec<T>) -> (T, Vec<T>) {
    let first = values.first().cloned().unwrap_or_default();
    (first, if values.len() > 1 { values } else { Vec::new() })
}

/// How the next new tasks stand, in a line.
fn standing(draft: &Draft) -> String {
    let joined = |list: &[String], one: Option<String>| match list {
        [] => one.unwrap_or_else(|| tr!("the model's default").into()),
        list => list.join(tr!(", ")),
    };
    let seconds: Vec<String> = draft.lists.durations.iter().map(|seconds| format!("{seconds}s")).collect();
    let mut parts = vec![tr!(
        "model {model}, resolution {resolution}, duration {duration}, count {count}",
        model = joined(&draft.lists.models, Some(draft.model.clone())),
        resolution = joined(&draft.lists.resolutions, draft.resolution.clone()),
        duration = joined(&seconds, draft.duration.map(|seconds| format!("{seconds}s"))),
        count = draft.count,
    )];
    if draft.lists.zip {
        parts.push(tr!("values paired one by one").into());
    }
    for (path, told) in [
        (&draft.first_frame, tr!("first frame {path}", path = draft.first_frame)),
        (&draft.last_frame, tr!("last frame {path}", path = draft.last_frame)),
        (&draft.subject, tr!("subject {path}", path = draft.subject)),
        (&draft.callback, tr!("callback {path}", path = draft.callback)),
    ] {
        parts.extend((!path.is_empty()).then_some(told));
    }
    if !draft.optimizer {
        parts.push(tr!("optimizer off").into());
    }
    parts.into_iter().reduce(|first, next| tr!("{first}, {next}", first, next)).unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn offer(n: usize, asks: bool) -> Offer {
        let intent = Intent {
            request: engine::testing::request(),
            parent: None,
            agreed: vec![],
            name: None,
            typed: None,
            profile: None,
        };
        Offer { intents: vec![intent; n], asks, shown: Mono(1_000) }
    }

    #[test]
    fn nothing_is_sent_before_its_price_could_be_read() {
        let (back, why) = offer(1, false).confirmed(None, Mono(1_000 + DEAF - 1)).unwrap_err();
        assert_eq!(why, "That was too quick to have read the price. Type send again.");
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
