//! `cost --check`: the ledger beside the gateway's records. The same look finds what was charged twice, for `refunds`.

use super::{Outcome, Output, Stop, block_on, headless::Headless, printed, say};
use ::io::{config::Loaded, run::exit::Exit};
use domain::{audit::NotAudited, problem::TaskError, refunds::CALENDAR_DAYS};
use engine::{act::Act, settings::Scope, work::Work};
use std::io::Write;
use words::{print, tr};

/// Days of `cost --check`.
const DAYS: u32 = 7;

/// Compares, prints, and ends with 0 where all adds up, else with 1.
pub(super) fn check(setup: &Loaded, output: Output) -> Outcome {
    let (work, interrupted) = block_on(looked(setup, DAYS))??;
    if let Some(exit) = interrupted {
        return Ok(exit);
    }
    match &work.money.audit {
        Some((Ok(audit), _)) => {
            let text = if output.json { print::audit_json(audit) } else { print::audit_text(audit, output.color) };
            let written = std::io::stdout().write_all(text.as_bytes());
            if !audit.whole {
                say(&print::adds_up(audit));
            }
            let exit = if audit.adds_up() { Exit::Done } else { Exit::Failed };
            printed(exit, written.map_err(Stop::from))
        }
        Some((Err(why), _)) => Err(Stop::of(exit_of(why, work.own.balance.problem.as_ref()), print::not_audited(why))),
        None => Ok(Exit::Interrupted),
    }
}

fn exit_of(why: &NotAudited, balance: Option<&TaskError>) -> Exit {
    match why {
        NotAudited::Off => Exit::Usage,
        NotAudited::Denied { .. } => Exit::Key,
        // The balance was asked first, and says it more exactly.
        NotAudited::NoAnswer { .. } => balance.map_or(Exit::Network, Exit::of),
    }
}

/// Has the records looked at for what was charged twice, as far as they can be read. Says why where they should be and
/// cannot.
pub(super) fn look_for_twice(setup: &Loaded) {
    // Without a key or a store that can be written, the list is what is known here.
    if !setup.settings.profile.records {
        return;
    }
    let Ok(Ok((work, _))) = block_on(looked(setup, CALENDAR_DAYS)) else { return };
    if let Some((Err(why), _)) = &work.money.audit {
        say(&tr!("charges made twice may be missing: {why}", why = print::not_audited(why)));
    }
}

async fn looked(setup: &Loaded, days: u32) -> Result<(Work, Option<Exit>), Stop> {
    let mut headless = Headless::start(setup, Scope::Named).await?;
    headless.key().await?;
    headless.act(Act::Audit { days });
    // What a store that fails cannot take now waits for the next time.
    let is_over = |work: &Work| work.deferred.is_empty() || work.store.failures > 0;
    headless.until(None, |work| work.money.auditing.is_none() && is_over(work)).await;
    Ok(headless.end().await)
}
