//! Reasons as sentences, for a reader's language and keys.

pub mod config;
pub mod connect;
pub mod editor;
pub mod export;
pub mod own;
pub mod picture_file;
pub mod price;
pub mod secret;
pub mod sight;
pub mod store;
pub mod system;
pub mod template;
pub mod transfer;

mod batch_file;
mod call;
mod draft;
mod event;
mod filter;
mod picture;
mod prompt;
mod records;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests;

pub use batch_file::{line, other_columns, read_as};
pub use draft::{closed, draft};
pub use event::{KINDS, event, kind, resolved};
pub use filter::filter;
pub use picture::picture;
pub use records::{denied, evidence};

use crate::voice::Voice;
use crate::{names, problem::Problem, tr};
use domain::{
    account::HaltCause,
    problem::ErrorClass,
    reason::{Reason, call::Met},
};
use engine::profile_state::Halt;

/// What happened, why, and what to do next.
#[must_use]
pub fn problem(reason: &Reason, voice: &Voice) -> Problem {
    match reason {
        Reason::Said { what, why, next } => Problem::new(what, why, next),
        Reason::PictureFile(fault) => picture_file::problem(fault, voice),
        Reason::Store(fault) => store::problem(fault),
        Reason::Connect(fault) => connect::problem(fault),
        Reason::Transfer(fault) => transfer::problem(fault, voice),
        Reason::NoKey(why) => secret::no_key(why),
        Reason::Call(call) => call::problem(call),
        Reason::Own(own) => own::problem(own, voice),
    }
}

/// What happened and why.
#[must_use]
pub fn message(reason: &Reason, voice: &Voice) -> String {
    problem(reason, voice).fact()
}

/// What happened and why, where the task's state already says that it may have been accepted and charged.
#[must_use]
pub fn cause(reason: &Reason, voice: &Voice) -> String {
    match reason {
        Reason::Call(call) => Problem { next: String::new(), ..call::met(call) }.to_string(),
        other => message(other, voice),
    }
}

/// What to do next; may be empty.
#[must_use]
pub fn next(reason: &Reason, voice: &Voice) -> String {
    problem(reason, voice).next
}

/// Why sending is halted.
#[must_use]
pub fn halt(halt: &Halt, voice: &Voice) -> Problem {
    if let Reason::Store(fault) = &halt.reason
        && let Some(offline) = store::offline(fault)
    {
        return offline;
    }
    let problem = problem(&halt.reason, voice);
    let Problem { what, why, next } = match &halt.reason {
        Reason::Store(fault) => store::goes_on(fault, problem),
        _ => problem,
    };
    // That the key was not accepted is said already.
    let says_the_cause =
        halt.cause == HaltCause::Key && matches!(&halt.reason, Reason::Call(call) if call.met == Met::Key);
    let fact = if says_the_cause { why } else { Problem::new(what, why, "").to_string() };
    let (what, next) = match halt.cause {
        HaltCause::Key => {
            let next = match &halt.reason {
                Reason::Call(call) if call::is_about_the_key(&call.met) => {
                    tr!("Check the key of this profile (reeltop doctor), then resume the queue.").to_owned()
                }
                _ => next,
            };
            (tr!("sending halted: the key was not accepted").to_owned(), next)
        }
        HaltCause::Balance => (tr!("sending halted: the balance or quota is used up").to_owned(), next),
        HaltCause::Budget => (tr!("sending halted: the day's budget is used up").to_owned(), next),
        HaltCause::Address => (tr!("sending halted: what answers at base_url is not the service").to_owned(), next),
        HaltCause::Store => (tr!("sending halted: the store cannot be written").to_owned(), next),
        HaltCause::Failures(class) => {
            let (tasks, kind) = (halt.tasks, names::class(class));
            let (what, next) = match class {
                ErrorClass::UnknownOutcome => (
                    tr!("sending halted: the outcome of {tasks} tasks in a row is unknown", tasks),
                    tr!("{resolve} resolves an unknown.", resolve = voice.resolve),
                ),
                _ => (
                    tr!("sending halted: {tasks} failures in a row ({kind})", tasks, kind),
                    tr!("{failures} shows them.", failures = voice.failures),
                ),
            };
            return Problem::new(what, fact.trim_end_matches(['.', '。']), next);
        }
    };
    Problem::new(what, fact, next)
}
