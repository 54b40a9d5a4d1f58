//! Whether a task may be sent again, and on what terms: the one place that decides, for the table, the failures by
//! cause, the command line, what the program sends by itself, and the store, which asks once more in the transaction
//! that queues. Facts go in, facts come out: the words are made where they are shown.
//!
//! | the task | the same again, alone | in bulk | with changes |
//! | --- | --- | --- | --- |
//! | failed, refused, taken back | yes | yes | yes |
//! | its prompt refused as sensitive | a second word | no: edit it | yes, once prompt or pictures differ |
//! | refused for a field or the plan | yes, with a warning | no: change the field | yes |
//! | made, or being made and paid | a second word | no | yes |
//! | already retried | a second word | no | a second word |
//! | unsent | no | no | yes, with a warning |
//! | being sent, unknown, made elsewhere, forgotten | no | no | no |

#[cfg(test)]
mod tests;

use crate::{
    account::HaltCause,
    amount::Amount,
    draft::Field,
    problem::{Charged, ErrorClass},
    request::{Asked, ImageRef, Request},
    task::{Row, Task, TaskKey, TaskState},
};
use serde::{Deserialize, Serialize};

/// What the rules look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The task's state.
    pub state: TaskState,
    /// Whether it cost money.
    pub charged: Charged,
    /// The kind of failure.
    pub class: Option<ErrorClass>,
    /// Whether it is known what it asked for.
    pub asked: Asked,
    /// Whether the service has given it an id.
    pub accepted: bool,
    /// Whether it failed here, and not by the service's word.
    pub may_still_come: bool,
    /// Whether a later attempt repeats it.
    pub retried: Retried,
    /// Whether a person has put the failure away.
    pub put_away: bool,
}

/// Whether a later attempt repeats a task; one that was taken back does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Retried {
    /// None does.
    No,
    /// One does; which one is not at hand.
    Yes,
    /// This one, the latest of them.
    As(TaskKey),
}

impl Retried {
    /// The state of being retried, from the latest attempt that repeats the task.
    #[must_use]
    pub fn by(latest: Option<TaskKey>) -> Self {
        latest.map_or(Self::No, Self::As)
    }
}

impl Facts {
    /// The facts of a line of the table. Which attempt repeats it stands in that attempt's own line.
    #[must_use]
    pub fn of_row(row: &Row) -> Self {
        Self {
            state: row.state,
            charged: row.charged,
            class: row.class,
            asked: row.asked(),
            accepted: row.remote().is_some(),
            may_still_come: row.may_still_come,
            retried: if row.retried { Retried::Yes } else { Retried::No },
            put_away: row.put_away,
        }
    }

    /// The facts of a whole task and of the latest attempt that repeats it.
    #[must_use]
    pub fn of_task(task: &Task, latest: Option<TaskKey>) -> Self {
        Self {
            state: task.state(),
            charged: task.charged(),
            class: task.error().map(|error| error.class),
            asked: task.request.asked(),
            accepted: task.remote.is_some(),
            may_still_come: task.may_still_come(),
            retried: Retried::by(latest),
            put_away: task.put_away_at.is_some(),
        }
    }
}

/// What differs between an attempt and the one that it repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Nothing,
    /// Something else than what is judged as sensitive: the model, the resolution, the duration…
    Form,
    /// The prompt or a picture.
    Content,
}

impl Change {
    /// What changes from the request that was sent to the one that would be.
    #[must_use]
    pub fn between(was: &Request, now: &Request) -> Self {
        if content(was) != content(now) {
            return Self::Content;
        }
        // The same words and pictures: what is left to differ is the form.
        let form = |request: &Request| Request {
            prompt: String::new(),
            first_frame: None,
            last_frame: None,
            subject: None,
            ..request.clone()
        };
        if form(was) == form(now) { Self::Nothing } else { Self::Form }
    }
}

/// What is judged as sensitive: the words, however they are spaced, and the pictures, whatever their files are called.
fn content(request: &Request) -> (Vec<&str>, [Option<&str>; 3]) {
    let pictures = request.pictures().map(|(_, picture)| match picture {
        Some(ImageRef::Url(url)) => Some(url.as_str()),
        Some(ImageRef::Stored(stored)) => Some(stored.sha256.as_str()),
        None => None,
    });
    (request.prompt.split_whitespace().collect(), pictures)
}

/// How many are sent again by one act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One task, named by itself.
    Alone,
    /// Several at once.
    Bulk,
}

impl Scope {
    /// The scope of an act on that many tasks.
    #[must_use]
    pub const fn of(tasks: usize) -> Self {
        if tasks > 1 { Self::Bulk } else { Self::Alone }
    }
}

/// Why a task is not sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum No {
    /// It was made elsewhere, and what it asked for is not known here.
    Foreign,
    /// Its prompt was wiped.
    Forgotten,
    /// It has not been sent yet: there is nothing to repeat.
    Unsent,
    /// It is being sent.
    Sending,
    /// It may have been accepted and charged: it is settled first.
    Unsettled,
    /// Not among others: alone, with a second word.
    NotInBulk(Caution),
    /// A field of it was refused: unchanged it is not sent again among others.
    Invalid,
    /// The account's plan does not include its model.
    NotInPlan,
}

/// What a person is told of first, and then says a second word to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Caution {
    /// The prompt was refused as sensitive, and is the same.
    Sensitive,
    /// There is a paid video of it, or there may be: it is saved, ready, being saved, running, runs unwatched, or ended
    /// here without the service's word.
    Paid(TaskState),
    /// It was retried already; the latest attempt, where it is at hand.
    Retried(Option<TaskKey>),
}

/// What a person is told of and need not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Warning {
    /// A field of it was refused: the same request will be refused again.
    Invalid,
    /// The account's plan does not include its model.
    NotInPlan,
    /// It was charged or may have been, though nothing came of it: the new attempt is paid as well.
    Charged,
    /// It is still queued and is sent as well.
    StillQueued,
}

/// On what terms a task may be sent again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// What needs a second word; with none of it a yes to the price is enough.
    pub cautions: Vec<Caution>,
    /// What is told besides.
    pub warnings: Vec<Warning>,
}

/// Decides.
///
/// # Errors
/// Why it is not sent again.
pub fn judge(facts: &Facts, change: Change, scope: Scope) -> Result<Terms, No> {
    match facts.asked {
        Asked::Known => {}
        Asked::Elsewhere => return Err(No::Foreign),
        Asked::Forgotten => return Err(No::Forgotten),
    }
    let mut terms = Terms::default();
    match facts.state {
        TaskState::Unknown => return Err(No::Unsettled),
        TaskState::Sending => return Err(No::Sending),
        TaskState::Queued if change == Change::Nothing => return Err(No::Unsent),
        TaskState::Queued => terms.warnings.push(Warning::StillQueued),
        TaskState::Running
        | TaskState::Ready
        | TaskState::Saving
        | TaskState::Saved
        | TaskState::Failed
        | TaskState::Refused
        | TaskState::Cancelled => {}
    }
    let ended_for_nothing = matches!(facts.state, TaskState::Failed | TaskState::Refused);
    let class = facts.class.filter(|_| ended_for_nothing);
    if class == Some(ErrorClass::PromptSensitive) && change != Change::Content {
        terms.cautions.push(Caution::Sensitive);
    }
    if is_paid_for(facts) && change == Change::Nothing {
        terms.cautions.push(Caution::Paid(facts.state));
    }
    match facts.retried {
        Retried::No => {}
        Retried::Yes => terms.cautions.push(Caution::Retried(None)),
        Retried::As(latest) => terms.cautions.push(Caution::Retried(Some(latest))),
    }
    let refused_again = match class {
        Some(ErrorClass::InvalidParams) => Some((Warning::Invalid, No::Invalid)),
        Some(ErrorClass::Plan) => Some((Warning::NotInPlan, No::NotInPlan)),
        _ => None,
    };
    let refused_again = refused_again.filter(|_| change == Change::Nothing);
    terms.warnings.extend(refused_again.map(|(warning, _)| warning));
    if facts.charged != Charged::No && !is_paid_for(facts) {
        terms.warnings.push(Warning::Charged);
    }
    match (scope, terms.cautions.first(), refused_again) {
        (Scope::Bulk, Some(caution), _) => Err(No::NotInBulk(*caution)),
        (Scope::Bulk, None, Some((_, no))) => Err(no),
        (Scope::Bulk | Scope::Alone, _, _) => Ok(terms),
    }
}

/// Whether there is a paid video of it, or there will be.
const fn is_paid_for(facts: &Facts) -> bool {
    match facts.state {
        TaskState::Running | TaskState::Ready | TaskState::Saving | TaskState::Saved => true,
        // No longer watched: the service makes it anyway.
        TaskState::Cancelled => facts.accepted,
        TaskState::Failed => facts.may_still_come,
        TaskState::Queued | TaskState::Sending | TaskState::Unknown | TaskState::Refused => false,
    }
}

/// Why the store does not queue an attempt that was confirmed a moment ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Overtaken {
    /// It may no longer be sent again at all.
    No(No),
    /// It needs a word that the person was not asked for.
    Caution(Caution),
}

/// Decides once more, as things are now, about an attempt that a person has confirmed after these cautions.
///
/// # Errors
/// What the person was not told of.
pub fn confirmed(facts: &Facts, change: Change, agreed: &[Caution]) -> Result<(), Overtaken> {
    let terms = judge(facts, change, Scope::Alone).map_err(Overtaken::No)?;
    // Running then and saved now is the same video.
    let same = |one: &Caution, other: &Caution| match (one, other) {
        (Caution::Paid(_), Caution::Paid(_)) => true,
        (one, other) => one == other,
    };
    let new = terms.cautions.iter().find(|needed| !agreed.iter().any(|agreed| same(agreed, needed)));
    new.map_or(Ok(()), |caution| Err(Overtaken::Caution(*caution)))
}

/// Whether a failure is open: nobody has retried it or put it away, and its request is there to be repeated.
#[must_use]
pub fn is_open(facts: &Facts) -> bool {
    let failed = matches!(facts.state, TaskState::Failed | TaskState::Refused | TaskState::Unknown);
    failed && facts.retried == Retried::No && !facts.put_away && facts.asked == Asked::Known
}

/// The task whose outcome is unknown and that asks for the same, of those given: a new one might be paid beside it.
#[must_use]
pub fn unknown_twin<'a>(request: &Request, unknowns: impl IntoIterator<Item = &'a Task>) -> Option<TaskKey> {
    let same =
        |task: &&Task| task.state() == TaskState::Unknown && Change::between(&task.request, request) == Change::Nothing;
    unknowns.into_iter().find(same).map(|task| task.key)
}

/// What fits a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Remedy {
    /// The same again may well go through.
    Again,
    /// The prompts are changed first: unchanged they are not sent again in bulk, or only where a person asks for it.
    EditPrompts,
    /// A field is changed first; the likeliest one.
    FixField(Field),
    /// Nobody knows what became of it: it is settled first.
    Settle,
}

/// What fits a failure of that kind; `field` is the one that the service named.
#[must_use]
pub const fn remedy(state: TaskState, class: ErrorClass, field: Option<Field>) -> Remedy {
    if matches!(state, TaskState::Unknown) {
        return Remedy::Settle;
    }
    match class {
        // What was made of it was judged: the same words may well make the same again. A person may send them all the
        // same.
        ErrorClass::PromptSensitive | ErrorClass::OutputSensitive => Remedy::EditPrompts,
        ErrorClass::InvalidParams => match field {
            Some(Field::Prompt) => Remedy::EditPrompts,
            Some(field) => Remedy::FixField(field),
            None => Remedy::FixField(Field::Model),
        },
        ErrorClass::Plan => Remedy::FixField(Field::Model),
        ErrorClass::RateLimited
        | ErrorClass::Auth
        | ErrorClass::Balance
        | ErrorClass::Service
        | ErrorClass::Network
        | ErrorClass::UnknownOutcome
        | ErrorClass::File => Remedy::Again,
    }
}

/// Why nothing at all is sent again now: it would fail in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blocked {
    /// The service says that the balance is this, and it is not above zero.
    Balance(Amount),
    /// Balance or quota is used up.
    Quota,
    /// The key is not accepted.
    Key,
}

/// Whether nothing is sent again now, by what halted sending and by the balance that the service told last.
#[must_use]
pub fn blocked(halted: Option<HaltCause>, balance: Option<Amount>) -> Option<Blocked> {
    if let Some(balance) = balance.filter(|balance| *balance <= Amount::ZERO) {
        return Some(Blocked::Balance(balance));
    }
    match halted? {
        HaltCause::Balance => Some(Blocked::Quota),
        HaltCause::Key => Some(Blocked::Key),
        HaltCause::Budget | HaltCause::Address | HaltCause::Store | HaltCause::Failures(_) => None,
    }
}

/// The kinds of failure of which some are proven not charged and pass by themselves. The config may name no other for
/// what the program sends again by itself.
pub const BY_ITSELF: [ErrorClass; 3] = [ErrorClass::RateLimited, ErrorClass::Service, ErrorClass::Network];

/// Whether the program sends a task again by itself: a kind that the config names, proven not charged, in need of no
/// word of a person's, and not more than `most` times in a row; `made` of them it has made already.
#[must_use]
pub fn by_itself(facts: &Facts, named: &[ErrorClass], made: u32, most: u32) -> bool {
    let allowed = facts.class.is_some_and(|class| named.contains(&class) && BY_ITSELF.contains(&class));
    let terms = judge(facts, Change::Nothing, Scope::Bulk);
    allowed && facts.charged == Charged::No && made < most && terms == Ok(Terms::default())
}
