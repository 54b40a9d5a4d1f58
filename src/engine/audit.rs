//! The ledger beside the gateway's records, for a person who asks whether it adds up.
//!
//! ```text
//! asked for -> the balance, then all pages of the account's calls since, then our own side out of the store -> the comparison
//!    charged twice           -> into the ledger and among the refunds
//!    charged otherwise       -> into the ledger, as by the question for that one charge
//! some time after acceptances -> the same by the program alone, for what was charged twice meanwhile
//! ```
//!
//! All of it is free. What a person is shown is the comparison as it was before the ledger took anything over from it.

use crate::{
    availability,
    backoff::asked_to_wait,
    effect::{Effect, HttpCmd, StoreCmd, Ticket},
    ended, money,
    msg::Side,
    records, scheduling, unknowns,
    work::{Auditing, Deferred, Work},
    writes,
};
use domain::{
    audit::NotAudited,
    task::Task,
    time::{MINUTE, Mono, SECOND, Wall},
};
use service::gateway::{
    Asked,
    audit::{Ours, audit},
    records::{Page, SLACK, Window},
    settle::Submission,
};

/// Pages at most; what comes after them is not read.
const PAGES: u32 = 400;
/// Questions in a row without a usable answer, and the wait after each.
const TRIES: (u8, u64) = (3, 2 * SECOND);
/// An audit that is not over by then is given up.
const PATIENCE_MS: u64 = 10 * MINUTE;

/// Begins one of the default profile over that many of the person's own days, today among them.
pub(super) fn begin(work: &mut Work, days: u32) -> Vec<Effect> {
    let from = work.now.days_ago(days.saturating_sub(1));
    let profile = work.settings.profile.name.clone();
    start(work, profile, from, true)
}

fn start(work: &mut Work, profile: String, from: Wall, asked: bool) -> Vec<Effect> {
    if work.money.auditing.as_ref().is_some_and(|auditing| auditing.asked || !asked) {
        return Vec::new();
    }
    if !records::is_enabled(work, &profile) {
        let said = work.of(&profile).records.denied.clone();
        end(work, asked, said.map_or(NotAudited::Off, |said| NotAudited::Denied { said }));
        return Vec::new();
    }
    give_way(work);
    let ticket = work.ticket();
    let window = Window { from, to: work.now.wall.plus(SLACK) };
    let until = work.now.mono.plus(PATIENCE_MS);
    work.money.audit = if asked { None } else { work.money.audit.take() };
    work.money.auditing = Some(Auditing {
        ticket,
        profile: profile.clone(),
        window,
        rows: Vec::new(),
        pages: 0,
        missed: 0,
        again: None,
        until,
        asked,
        whole: true,
    });
    // The balance first: what is charged after it is not held against it.
    let ask = money::ask_balance(work, &profile);
    if work.of(&profile).balance.asking.is_none() { go_on(work, &profile) } else { ask.into_iter().collect() }
}

fn end(work: &mut Work, asked: bool, why: NotAudited) {
    if asked {
        work.money.auditing = None;
        work.money.audit = Some((Err(why), work.now.wall));
    } else {
        give_way(work);
    }
}

/// The audit under way is over before it has found anything. What nobody asked for is looked for again later.
fn give_way(work: &mut Work) {
    if let Some(Auditing { profile, window, asked: false, .. }) = work.money.auditing.take() {
        scheduling::audit_again(work, &profile, window.from.plus(SLACK));
    }
}

/// That profile's balance has come, or cannot be had: now its records.
pub(super) fn go_on(work: &mut Work, profile: &str) -> Vec<Effect> {
    let waits = |auditing: &&mut Auditing| auditing.pages == 0 && auditing.profile == profile;
    let Some(auditing) = work.money.auditing.as_mut().filter(waits) else { return Vec::new() };
    auditing.pages = 1;
    let Auditing { ticket, window, .. } = *auditing;
    vec![Effect::http(profile, HttpCmd::Records { ticket, window: asked_for(window), page: 1 })]
}

/// The window as it is asked for: a charge just after its begin may carry a time just before it.
fn asked_for(window: Window) -> Window {
    Window { from: Wall(window.from.0.saturating_sub_unsigned(SLACK)), ..window }
}

/// Whether that answer belongs to the audit under way.
pub(super) fn is_for(work: &Work, ticket: Ticket) -> bool {
    work.money.auditing.as_ref().is_some_and(|auditing| auditing.ticket == ticket)
}

/// A page of the records.
pub(super) fn page(work: &mut Work, answer: Asked<Page>) -> Vec<Effect> {
    let now = work.now.mono;
    let Some(auditing) = work.money.auditing.as_mut() else { return Vec::new() };
    let asked = auditing.asked;
    match answer {
        Asked::Told(page) => {
            auditing.missed = 0;
            auditing.rows.extend(page.rows);
            match page.next.filter(|_| auditing.pages < PAGES) {
                Some(page) => {
                    auditing.pages += 1;
                    let (ticket, window) = (auditing.ticket, asked_for(auditing.window));
                    vec![Effect::http(&auditing.profile, HttpCmd::Records { ticket, window, page })]
                }
                None => {
                    auditing.whole = page.next.is_none();
                    let (ticket, window) = (auditing.ticket, auditing.window);
                    let profile = auditing.profile.clone();
                    let begun = unknowns::by_any_clock(work, &profile, unknowns::begun(work, window));
                    vec![Effect::Store(StoreCmd::Audit { ticket, profile, window, begun })]
                }
            }
        }
        Asked::NotAllowed { said } => {
            let profile = auditing.profile.clone();
            end(work, asked, NotAudited::Denied { said: said.clone() });
            records::deny(work, &profile, said);
            Vec::new()
        }
        Asked::NotYet => {
            end(work, asked, NotAudited::NoAnswer { code: String::new(), said: String::new() });
            Vec::new()
        }
        Asked::Again { wait_ms, code, said } => {
            auditing.missed += 1;
            if auditing.missed < TRIES.0 {
                auditing.again = Some(now.plus(asked_to_wait(wait_ms, TRIES.1).min(MINUTE)));
                return Vec::new();
            }
            let note = records::unread(&auditing.profile, &code);
            end(work, asked, NotAudited::NoAnswer { code, said });
            vec![note]
        }
    }
}

/// Our own side: now the two are compared.
pub(super) fn read(work: &mut Work, ticket: Ticket, side: Side) -> Vec<Effect> {
    let Some(auditing) = work.money.auditing.take_if(|auditing| auditing.ticket == ticket) else {
        return work.drop_stale();
    };
    let side_of = |task: Task| {
        let task = writes::unwritten(work, task.key).unwrap_or(task);
        let one = unknowns::submission(work, &task);
        (task, one)
    };
    let of_account = side.tasks.into_iter().filter(|task| work.may_share_account(&task.profile, &auditing.profile));
    // What a clock that was set has dated far away keeps its record from an unknown; no day's sums are held against it.
    let begun = unknowns::begun(work, auditing.window);
    let is_compared = |(task, _): &(Task, Submission)| task.sent_at.is_none_or(|at| begun.has(at));
    let (tasks, far): (Vec<_>, Vec<_>) = of_account.map(side_of).partition(is_compared);
    let ours = Ours {
        profile: &auditing.profile,
        tasks: &tasks,
        uploads: &side.uploads,
        balances: &side.balances,
        currency: work.currency_of(&auditing.profile),
        zone: work.now.zone,
    };
    let found = audit(ours, &auditing.rows, auditing.window, auditing.whole, work.catalogue(&auditing.profile));
    if auditing.asked {
        work.money.audit = Some((Ok(Box::new(found.audit)), work.now.wall));
    }
    let costs = found.costs.into_iter().map(|(key, cost)| (key, Deferred::Charge(cost)));
    let twice = found.twice.into_iter().map(|(key, second)| (key, Deferred::Twice(second)));
    let changes: Vec<_> = costs.chain(twice).collect();
    let mut effects: Vec<Effect> = changes.into_iter().flat_map(|(key, then)| ended::change(work, key, then)).collect();
    if auditing.whole {
        let submissions = tasks.into_iter().chain(far).map(|(_, one)| one).collect();
        let Auditing { profile, rows, window, .. } = &auditing;
        effects.extend(unknowns::audited(work, profile, submissions, rows, asked_for(*window)));
    }
    effects
}

/// The store could not be read, or written: that is said by itself.
pub(super) fn failed(work: &mut Work, ticket: Ticket) {
    if let Some(auditing) = work.money.auditing.as_ref().filter(|auditing| auditing.ticket == ticket) {
        let asked = auditing.asked;
        end(work, asked, NotAudited::NoAnswer { code: "store".into(), said: String::new() });
    }
}

/// Begins or goes on with what is due of that profile; one audit at a time.
pub(super) fn due(work: &mut Work, profile: &str) -> Vec<Effect> {
    let now = work.now.mono;
    if let Some(Auditing { profile: whose, until, again, ticket, window, pages, asked, .. }) =
        work.money.auditing.as_mut()
    {
        if whose != profile {
            return Vec::new();
        }
        let (ticket, window, page, asked) = (*ticket, *window, *pages, *asked);
        if *until <= now {
            end(work, asked, NotAudited::NoAnswer { code: "timeout".into(), said: String::new() });
        } else if again.take_if(|at| *at <= now).is_some() {
            return vec![Effect::http(profile, HttpCmd::Records { ticket, window: asked_for(window), page })];
        }
        return Vec::new();
    }
    match work.of(profile).records.audit_due.filter(|(at, _)| *at <= now && records::can_ask_now(work, profile)) {
        Some((_, from)) => {
            work.of_mut(profile).records.audit_due = None;
            start(work, profile.to_owned(), Wall(from.0.saturating_sub_unsigned(SLACK)), false)
        }
        None => Vec::new(),
    }
}

/// When [`due`] will have something to do.
pub(super) fn deadline(work: &Work, profile: &str) -> Option<Mono> {
    match &work.money.auditing {
        Some(Auditing { profile: whose, .. }) if whose != profile => None,
        Some(Auditing { until, again, .. }) => again.map_or(Some(*until), |again| Some(again.min(*until))),
        None => {
            let (at, _) = work.of(profile).records.audit_due.filter(|_| records::is_usable(work, profile))?;
            Some(at.max(availability::open_at(work, profile)))
        }
    }
}
