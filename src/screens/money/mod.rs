//! The money screen: the day's line, what is left of the caps, the service's own balance beside our sums, and the
//! ledger by day, model, state and kind of failure. As lines of words; what they look like is for `view`.

mod plots;
pub(crate) mod view;

use crate::{
    app::App,
    layer::Wish,
    lists::{Kind, ListView},
    toast,
};
use domain::{
    amount::{Amount, Currency, Totals},
    audit::NotAudited,
    costs,
    costs::{By, Sum},
    problem::Charged,
    task::Row,
    time::{MINUTE, Mono, SECOND, Wall},
};
use engine::{
    act::Act,
    effect::{Effect, Level, StoreCmd},
    profile_state::Balance,
    work::Work,
};
use std::collections::BTreeSet;
use words::{amounts, names, print, reason, tr};

/// The screen as a list.
pub(crate) static MONEY: Kind = Kind {
    texts: |app| lines(app).iter().map(Line::text).collect(),
    heights: view::heights,
    draw: view::draw,
    run: None,
};

/// Days that are listed at most.
const DAYS: usize = 14;
/// Days that are compared with the gateway's records.
const AUDITED: u32 = 7;

/// One line of the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// A heading.
    Title(&'static str),
    /// A name and what it says.
    Fact {
        name: &'static str,
        /// What it says.
        text: String,
        /// Whether a person must look at it.
        loud: bool,
    },
    /// What a plot below it shows.
    Plot(String),
    /// A row of a plot in columns: what stands left of it, how far each column fills the row, in eighths, and whether
    /// the cap runs through it.
    Columns { label: String, heights: Vec<u8>, cap: bool },
    /// A bar: its parts are of a thousand of the room.
    Bar { name: String, good: u16, bad: u16, note: String },
    /// A group of attempts and what they came to.
    Sums {
        /// The group.
        name: String,
        /// What the sums are in.
        currency: Currency,
        sum: Sum,
    },
    /// An empty line.
    Blank,
}

impl Line {
    /// The line as one text, for a search.
    #[must_use]
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Title(title) => (*title).to_owned(),
            Self::Fact { name, text, .. } => format!("{name} {text}"),
            Self::Plot(title) => title.clone(),
            Self::Bar { name, note, .. } => format!("{name} {note}"),
            Self::Sums { name, currency, sum } => {
                let amounts = [sum.charged, sum.unknown, sum.reserved, sum.spent()].map(|amount| amount.of(*currency));
                let [charged, unknown, reserved, spent] = amounts;
                tr!(
                    "{name}: tasks {tasks}, charged {charged}, unknown {unknown}, set aside {reserved}, spent {spent}",
                    name,
                    tasks = sum.tasks,
                    charged,
                    unknown,
                    reserved,
                    spent
                )
            }
            // A label says nothing without its columns.
            Self::Columns { .. } | Self::Blank => String::new(),
        }
    }
}

/// Whether the gateway's records are being compared.
pub(crate) fn is_comparing(app: &App) -> bool {
    app.work.money.auditing.as_ref().is_some_and(|auditing| auditing.asked)
}

/// What came of comparing the gateway's records, in lines.
pub(crate) fn audit_texts(app: &App) -> Vec<String> {
    audit(app).iter().map(Line::text).collect()
}

/// Opens it: the ledger is summed up by the store, the balance asked for.
pub(crate) fn open(app: &mut App) -> Vec<Wish> {
    app.screen.open(ListView::of(&MONEY));
    let audit = Act::Audit { days: AUDITED };
    vec![Wish::Effect(ask_costs(app)), Wish::Act(Act::Balance), Wish::Act(audit)]
}

/// What the sums were of when the store was asked for them last.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Summed {
    at: Mono,
    of: Standing,
}

/// What changes with the ledger, as far as it is known here: today's money, and how many tasks are in each state.
type Standing = (Totals, Totals, [usize; 10]);

fn standing(work: &Work) -> Standing {
    (work.money.spent_today.clone(), work.money.reserved.clone(), work.tasks.counts)
}

fn ask_costs(app: &mut App) -> Effect {
    let now = app.work.now;
    app.screen.summed = Some(Summed { at: now.mono, of: standing(&app.work) });
    Effect::Store(StoreCmd::Costs { now })
}

/// When the sums are asked for again: the screen is open, and money has changed since they were.
pub(crate) fn deadline(app: &App) -> Option<Mono> {
    let summed = app.screen.summed.as_ref()?;
    let is_open = app.screen.top::<ListView>().is_some_and(|list| list.is(&MONEY));
    (is_open && summed.of != standing(&app.work)).then(|| summed.at.plus(SECOND))
}

/// Asks for them again when that has come, so that they say what the lines above them say.
pub(crate) fn follow(app: &mut App) -> Vec<Wish> {
    let is_due = deadline(app).is_some_and(|at| at <= app.work.now.mono);
    if is_due { vec![Wish::Effect(ask_costs(app))] } else { Vec::new() }
}

/// Asks for the balances, and has them told in the message line when they come.
pub(crate) fn ask_balance(app: &mut App) -> Vec<Wish> {
    let with_key = app.work.served().filter(|(_, served)| served.has_key);
    let profiles: Vec<String> = with_key.map(|(profile, _)| profile.to_owned()).collect();
    if profiles.is_empty() {
        toast::show(app, Level::Warning, tr!("there is no API key to ask for the balance with").into(), None);
        return Vec::new();
    }
    app.screen.balances_asked = profiles;
    vec![Wish::Act(Act::Balance)]
}

/// Tells of the balances that a person asked for and that have come, or why they have not.
pub(crate) fn tell_balances(app: &mut App) {
    let asked = std::mem::take(&mut app.screen.balances_asked);
    let (waits, come): (Vec<_>, Vec<_>) =
        asked.into_iter().partition(|profile| app.work.of(profile).balance.asking.is_some());
    app.screen.balances_asked = waits;
    for profile in come {
        let told = &app.work.of(&profile).balance;
        let (level, text) = match (&told.problem, told.last) {
            (Some(error), _) => {
                let why = reason::message(&error.reason, &app.screen.voice);
                (Level::Warning, tr!("balance unknown: {why}", why))
            }
            (None, Some((balance, _))) => {
                let balance = balance.of(app.work.currency_of(&profile));
                (Level::Info, tr!("balance {balance}", balance))
            }
            (None, None) => (Level::Warning, tr!("this service does not tell its balance").to_owned()),
        };
        toast::show(app, level, names::of_profile(&app.work, &profile, text), None);
    }
}

/// What the service took between two words about the balance, beside what this store knows of that time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Compared {
    /// Since when.
    pub since: Wall,
    /// What the balance went down by; negative when it rose.
    pub service: Amount,
    /// What this store counts as charged since then.
    pub charged: Amount,
    /// What it counts as perhaps charged since then.
    pub unknown: Amount,
    /// What all three are in.
    pub currency: Currency,
}

impl Compared {
    /// What the service took beyond our charges.
    #[must_use]
    pub(crate) fn difference(self) -> Amount {
        self.service - self.charged
    }

    /// The difference in words.
    #[must_use]
    pub(crate) fn words(self) -> String {
        let (apart, none) = (self.difference(), Amount::ZERO);
        let [difference, less, unknown] = [apart, none - apart, self.unknown].map(|amount| amount.of(self.currency));
        if apart == none {
            tr!("none by the balance: the service and this store agree").into()
        } else if apart < none {
            tr!("{less} less than we count: a price given back, a top-up, or a charge that comes later", less)
        } else if apart <= self.unknown {
            tr!("{difference}, within the {unknown} of unknown outcomes", difference, unknown)
        } else if self.unknown == none {
            tr!("{difference} more than we count: another program or key has spent it", difference)
        } else {
            tr!(
                "{difference} more than we count, of which {unknown} may be unknown outcomes: another program or \
                 key has spent the rest",
                difference,
                unknown
            )
        }
    }
}

/// Compares the last balance with the first of this run; `None` until there are two.
fn compared(work: &Work, profile: &str) -> Option<Compared> {
    let balance = &work.of(profile).balance;
    let (first, since) = balance.first?;
    let (last, until) = balance.last.filter(|(_, at)| *at > since)?;
    let sent = |at: &Wall| *at >= since && *at <= until;
    let of = |charged: Charged| -> Amount {
        let rows = work.tasks.rows.values().chain(work.money.archived.values()).filter(|row| row.charged == charged);
        let ours = rows.filter(|row| *row.kind.profile == *profile);
        ours.filter(|row| row.sent_at.get().as_ref().is_some_and(sent)).map(Row::spent).sum()
    };
    let (service, currency) = (first - last, work.currency_of(profile));
    Some(Compared { since, service, charged: of(Charged::Yes), unknown: of(Charged::Unknown), currency })
}

/// How many of these lines are of the first so many days: a day has one for each currency.
fn of_days(lines: &[costs::Line], most: usize) -> usize {
    let mut days = BTreeSet::new();
    let beyond = |line: &costs::Line| {
        days.insert(line.group.clone());
        days.len() > most
    };
    lines.iter().position(beyond).unwrap_or(lines.len())
}

/// All lines.
#[must_use]
pub(crate) fn lines(app: &App) -> Vec<Line> {
    let fact = |name, text: String| Line::Fact { name, text, loud: false };
    let (money, budget) = (&app.work.money, &app.work.settings.budget);
    let currency = app.work.currency();
    let cap = |cap: Option<Amount>, currency: Currency| {
        cap.map_or_else(|| tr!("no cap").to_owned(), |cap| cap.of(currency).to_string())
    };
    let today = |currency: Currency| {
        let day = app.work.day(currency);
        let (spent, reserved) = (day.spent.of(currency), day.reserved.of(currency));
        match day.left().map(|left| left.of(currency)) {
            Some(left) => tr!("{spent} spent, {reserved} set aside, {left} left", spent, reserved, left),
            None => tr!("{spent} spent, {reserved} set aside", spent, reserved),
        }
    };
    let caps = |currency: Currency| {
        tr!(
            "a day {day}, a batch {batch}, asks above {above}",
            day = cap(app.work.day(currency).cap, currency),
            batch = cap(budget.per_batch, currency),
            above = cap(budget.ask_above, currency)
        )
    };
    let own = |currency: Currency| {
        let day = app.work.day(currency);
        let (used, cap) = (day.own_used.of(currency), day.own_cap?.of(currency));
        let left = cap.amount.less(used.amount);
        Some(fact(tr!("Yours"), tr!("{used} of {cap} today, {left} left", used, cap, left)))
    };
    let set_by = app.work.sharing.caps.get(&currency).map(|caps| {
        let (who, time) = (&caps.by.who, amounts::moment(caps.by.at, app.work.now));
        fact("", tr!("the store's budget was set by {who} at {time}", who, time))
    });
    let mut lines = vec![fact(tr!("Today"), today(currency))];
    lines.extend(own(currency));
    let is_there =
        |other: &Currency| money.spent_today.of(*other) != Amount::ZERO || money.reserved.of(*other) != Amount::ZERO;
    let others = Currency::ALL.into_iter().filter(|other| *other != currency && is_there(other));
    lines.extend(others.map(|other| fact("", today(other))));
    lines.push(fact(tr!("Caps"), caps(currency)));
    let paid_in = |other: &Currency| app.work.served().any(|(profile, _)| app.work.currency_of(profile) == *other);
    let others = Currency::ALL.into_iter().filter(|other| *other != currency && paid_in(other));
    lines.extend(others.map(|other| fact("", caps(other))));
    lines.extend(set_by);
    lines.extend(app.work.raises_today().map(|raise| fact("", words::print::raise_line(raise, app.work.now))));
    for (profile, served) in app.work.served().filter(|(_, served)| served.has_key) {
        // Whose it is, where there are several.
        lines.extend((app.work.served().count() > 1).then(|| fact(tr!("Profile"), profile.to_owned())));
        lines.extend(balance(app, profile, &served.balance));
    }
    lines.extend(audit(app));
    let Some(report) = &money.report else {
        lines.extend([Line::Blank, fact(tr!("Ledger"), tr!("being read").into())]);
        return lines;
    };
    lines.extend(plots::lines(app));
    for (title, sums, by) in [
        (tr!("By day"), &report.days[..of_days(&report.days, DAYS)], By::Day),
        (tr!("By model"), &report.models[..], By::Model),
        (tr!("By state"), &report.states[..], By::State),
        (tr!("By kind of failure"), &report.classes[..], By::Class),
        (tr!("By person"), &report.people[..], By::Who),
    ] {
        if by == By::Who && sums.is_empty() {
            continue;
        }
        lines.extend([Line::Blank, Line::Title(title)]);
        lines.extend(sums.iter().map(|costs::Line { group, currency, sum }| Line::Sums {
            name: names::group(by, group).to_owned(),
            currency: *currency,
            sum: *sum,
        }));
    }
    lines.extend([Line::Blank, Line::Title(tr!("Total"))]);
    let all =
        |(currency, sum): &(Currency, Sum)| Line::Sums { name: tr!("all").into(), currency: *currency, sum: *sum };
    lines.extend(report.all.iter().map(all));
    if report.all.is_empty() {
        lines.push(all(&(currency, Sum::default())));
    }
    lines
}

/// How long the service's word about the balance counts as fresh, in milliseconds.
const FRESH: u64 = 5 * MINUTE;

/// Whether the balance that is known may be another by now: it is some time old, or this store has spent since.
#[must_use]
pub(crate) fn is_old(work: &Work, profile: &str) -> bool {
    let is_aged = |(_, at): (Amount, Wall)| work.now.wall.since(at) >= FRESH;
    work.of(profile).balance.last.is_some_and(is_aged) || work.spent_since_balance(profile) > Amount::ZERO
}

/// `balance 12.5 PTC`, with its time where it is old: one that stays true while nothing is drawn. Without it an old
/// word would pass for a fresh one.
pub(crate) fn balance_told(work: &Work, profile: &str) -> Option<String> {
    let (balance, at) = work.of(profile).balance.last?;
    Some(match is_old(work, profile) {
        true => tr!("balance {balance} at {time}", balance, time = amounts::moment(at, work.now)),
        false => tr!("balance {balance}", balance),
    })
}

/// The service's own word, and how it stands to ours.
fn balance(app: &App, profile: &str, told: &Balance) -> Vec<Line> {
    let fact = |name, text: String, loud| Line::Fact { name, text, loud };
    let mut lines = Vec::new();
    if let Some(error) = &told.problem {
        lines.push(fact(
            tr!("Balance"),
            tr!("unknown: {why}", why = reason::message(&error.reason, &app.screen.voice)),
            true,
        ));
    }
    let Some((balance, at)) = told.last else {
        if lines.is_empty() {
            lines.push(fact(tr!("Balance"), tr!("asking").into(), false));
        }
        return lines;
    };
    let (balance_of, time) = (balance.of(app.work.currency_of(profile)), amounts::moment(at, app.work.now));
    let own_word = tr!("{balance} by the service's own word, at {time}", balance = balance_of, time);
    lines.push(fact(tr!("Balance"), own_word, balance <= Amount::ZERO));
    let Some(compared) = compared(&app.work, profile) else {
        let text = tr!("needs a second look at the balance; open this again for one");
        lines.push(fact(tr!("Difference"), text.into(), false));
        return lines;
    };
    let minutes = app.work.now.wall.since(compared.since) / MINUTE;
    let time = if minutes == 0 { tr!("less than a minute").to_owned() } else { tr!("{minutes} min", minutes) };
    let Compared { service, charged, unknown, currency, .. } = compared;
    let no_unknown = unknown == Amount::ZERO;
    let rose = service < Amount::ZERO;
    let amount = if rose { Amount::ZERO - service } else { service };
    let [amount, charged, unknown] = [amount, charged, unknown].map(|amount| amount.of(currency));
    let moved =
        if rose { tr!("the balance rose by {amount}", amount) } else { tr!("the service took {amount}", amount) };
    let text = if no_unknown {
        tr!("in {time} {moved}; we count {charged} charged", time, moved, charged)
    } else {
        tr!("in {time} {moved}; we count {charged} charged, {unknown} unknown", time, moved, charged, unknown)
    };
    lines.push(fact(tr!("Compared"), text, false));
    let agrees = compared.difference() == Amount::ZERO;
    lines.push(fact(tr!("Difference"), compared.words(), !agrees));
    lines
}

/// The ledger beside the gateway's records, by day, and every difference.
fn audit(app: &App) -> Vec<Line> {
    let fact = |name: &'static str, text: String, loud| Line::Fact { name, text, loud };
    let title = tr!("By the gateway's records");
    let money = &app.work.money;
    if !app.work.served().any(|(_, served)| served.has_key) {
        return vec![fact(tr!("Records"), tr!("there is no API key to read them with").into(), true)];
    }
    if is_comparing(app) {
        return vec![fact(tr!("Records"), tr!("being compared").into(), false)];
    }
    match &money.audit {
        None | Some((Err(NotAudited::Off), _)) => Vec::new(),
        Some((Err(why), _)) => vec![fact(tr!("Records"), print::not_audited(why).to_string(), true)],
        Some((Ok(audit), _)) => {
            let mut lines = vec![Line::Blank, Line::Plot(title.into())];
            for day in audit.days.iter().rev() {
                let text = format!("{}  {}", day.day, print::day(day, audit.currency));
                lines.push(fact("", text, !day.differences.is_empty()));
                let differences = day.differences.iter().map(|one| print::difference(one, audit.currency));
                lines.extend(differences.map(|text| fact("", text, true)));
            }
            lines.push(fact(tr!("Records"), print::adds_up(audit), !audit.adds_up()));
            lines
        }
    }
}

#[cfg(test)]
mod tests;
