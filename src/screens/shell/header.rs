//! The first line: how the tasks, the queue, the money and the connection are. Its parts grow shorter and drop out by
//! rank on a narrow screen; what was there stays in its place as long as possible.

use crate::{
    app::App,
    layout, money,
    table::pins,
    widgets::{brush::Brush, text},
};
use domain::{
    account::{HaltCause, Sender, Stamp},
    amount::Amount,
    task::TaskState,
    time::SECOND,
};
use engine::{expected, money::Day, share, who};
use ratatui::{
    layout::Rect,
    style::Style,
    text::{Line, Span},
};
use words::{amounts, names, tr};

/// Working days that a refund can still be asked for in when it must be seen.
const LAST_DAYS: u32 = 2;

/// The states in the order of the header: what needs a person first.
const ORDER: [TaskState; TaskState::COUNT] = [
    TaskState::Unknown,
    TaskState::Running,
    TaskState::Saving,
    TaskState::Ready,
    TaskState::Sending,
    TaskState::Queued,
    TaskState::Failed,
    TaskState::Refused,
    TaskState::Saved,
    TaskState::Cancelled,
];

/// A part in its long form and shorter ones, each with its rank: the larger it is, the sooner the form gives way.
struct Part {
    forms: Vec<(u8, Line<'static>)>,
    /// Whether its shortest form never goes.
    stays: bool,
}

impl Part {
    /// When the form it has now gives way; `None` for never.
    fn rank(&self) -> Option<u8> {
        let can_shorten = self.forms.len() > usize::from(self.stays);
        self.forms.first().filter(|_| can_shorten).map(|(rank, _)| *rank)
    }
}

pub(crate) fn draw(brush: &mut Brush<'_>, place: Rect, app: &App) {
    let mut parts = parts(brush, app);
    let room = usize::from(place.width).saturating_sub(2);
    while total(&parts) > room {
        let ranked = parts.iter_mut().filter(|part| part.rank().is_some());
        let Some(first) = ranked.max_by_key(|part| part.rank()) else { break };
        first.forms.remove(0);
        parts.retain(|part| !part.forms.is_empty());
    }
    let mut x = place.x + 1;
    for (_, line) in parts.iter().filter_map(|part| part.forms.first()) {
        x = brush.line(x, place.y, place.right().saturating_sub(x), line).saturating_add(2);
    }
}

fn total(parts: &[Part]) -> usize {
    parts.iter().filter_map(|part| part.forms.first()).map(|(_, form)| width(form) + 2).sum::<usize>().saturating_sub(2)
}

fn width(line: &Line<'_>) -> usize {
    line.spans.iter().map(|span| text::width(&span.content)).sum()
}

fn parts(brush: &Brush<'_>, app: &App) -> Vec<Part> {
    let theme = brush.look.theme;
    let name = if app.work.settings.demo {
        Line::from(vec![Span::styled("reeltop ", theme.strong), Span::styled(" DEMO ", theme.loud)])
    } else {
        Line::styled("reeltop", theme.strong)
    };
    let short_name = app.work.settings.demo.then(|| (0, Line::styled(" DEMO ", theme.loud)));
    let counts = |kept: usize| counts(brush, app, kept);
    // Of a store that was never read nothing is known: neither that it is empty nor that nothing was spent.
    let is_read = app.work.store.away.is_none() || app.work.store.owner.is_some();
    [
        Some(Part { forms: [(12, name)].into_iter().chain(short_name).collect(), stays: app.work.settings.demo }),
        is_read.then(|| Part { forms: vec![(10, counts(10)), (3, counts(8)), (0, counts(4))], stays: true }),
        store(brush, app),
        reader(brush, app),
        halted(brush, app),
        paused(brush, app),
        running(brush, app),
        is_read.then(|| today(brush, app.work.day(app.work.currency()))),
        other_money(app),
        refunds(brush, app),
        balance(brush, app),
        all_done(brush, app),
        health(brush, app),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The states in the order in which they stay where there is little room.
const KEPT: [TaskState; TaskState::COUNT] = [
    TaskState::Unknown,
    TaskState::Failed,
    TaskState::Refused,
    TaskState::Running,
    TaskState::Ready,
    TaskState::Saving,
    TaskState::Sending,
    TaskState::Queued,
    TaskState::Saved,
    TaskState::Cancelled,
];

/// Sign and number of each state there is a task in, of those of which `kept` stay.
fn counts(brush: &Brush<'_>, app: &App, kept: usize) -> Line<'static> {
    let look = brush.look;
    let mut spans: Vec<Span<'static>> = Vec::new();
    let (risk, held_up) = (pins::at_risk(app).len(), who::held_up(&app.work));
    for wanted in ORDER.into_iter().filter(|wanted| KEPT[..kept].contains(wanted)) {
        // Failures that were seen to are no news.
        let count = match wanted {
            TaskState::Failed | TaskState::Refused => app.work.tasks.open[wanted as usize],
            TaskState::Unknown
            | TaskState::Running
            | TaskState::Saving
            | TaskState::Ready
            | TaskState::Sending
            | TaskState::Queued
            | TaskState::Saved
            | TaskState::Cancelled => app.work.tasks.counts[wanted as usize],
        };
        if count > 0 {
            let text = format!("{}{}", look.signs.state(wanted), amounts::number(count));
            spans.push(Span::styled(text, look.theme.state(wanted)));
        }
        if wanted == TaskState::Queued && held_up > 0 {
            spans.push(Span::styled(tr!("{count} held up", count = amounts::number(held_up)), look.theme.warn));
        }
        if wanted == TaskState::Unknown && risk > 0 {
            let text = format!("{}{}", look.signs.state(TaskState::Ready), tr!("{count} at risk", count = risk));
            spans.push(Span::styled(text, look.theme.loud));
        }
    }
    if spans.is_empty() {
        let none = if app.work.tasks.rows.is_empty() { tr!("no tasks") } else { tr!("nothing open") };
        spans.push(Span::styled(none, look.theme.faint));
    }
    let mut line = Line::default();
    for (n, span) in spans.into_iter().enumerate() {
        if n > 0 {
            line.push_span(" ");
        }
        line.push_span(span);
    }
    line
}

fn one<const N: usize>(forms: [(u8, String); N], style: Style) -> Part {
    Part { forms: forms.map(|(rank, form)| (rank, Line::styled(form, style))).into(), stays: false }
}

/// Since when a shared store is not seen, and so how old everything on the screen is.
fn store(brush: &Brush<'_>, app: &App) -> Option<Part> {
    let (since, now) = (app.work.store.away?, layout::shown_now(app));
    let (time, age) = (amounts::moment(since, now), amounts::span(now.wall.since(since)));
    let whole = (8, tr!("store offline since {time}: shown as it was {age} ago", time, age));
    // Before what is known only as of then, such as when all will be done.
    let aged = (4, tr!("store offline since {time}, shown {age} old", time, age));
    let forms = [(2, tr!("store offline since {time}", time)), (0, tr!("store offline").into())];
    // What was never read has no age.
    let is_shown = app.work.store.owner.is_some();
    Some(stands([whole, aged].into_iter().filter(|_| is_shown).chain(forms), brush.look.theme.bad))
}

/// Of a person who may only look: whoever stopped the sending is told beside it.
fn reader(brush: &Brush<'_>, app: &App) -> Option<Part> {
    let only_reads = app.work.store.only_reads;
    only_reads.then(|| stands([(7, tr!("read only").to_owned())].into_iter(), brush.look.theme.warn))
}

fn halted(brush: &Brush<'_>, app: &App) -> Option<Part> {
    let (profile, halt) = app.work.halt()?;
    if halt.cause == HaltCause::Store && app.work.store.away.is_some() {
        return None; // Said already.
    }
    let (long, short) = match halt.cause {
        HaltCause::Key => (tr!("queue halted: key"), tr!("halted: key")),
        HaltCause::Balance => (tr!("queue halted: balance"), tr!("halted: balance")),
        HaltCause::Budget => (tr!("queue halted: budget"), tr!("halted: budget")),
        HaltCause::Store => (tr!("queue halted: store"), tr!("halted: store")),
        HaltCause::Address => (tr!("queue halted: address"), tr!("halted: address")),
        HaltCause::Failures(_) => (tr!("queue halted: failures"), tr!("halted: failures")),
    };
    let (long, short) = match app.work.is_one_of_several(halt) {
        true => (format!("{profile}: {long}"), format!("{profile}: {short}")),
        false => (long.to_owned(), short.to_owned()),
    };
    let stamped = halt.by.as_ref().map(|by| (8, format!("{long} ({})", stamp(app, by))));
    let forms = [(7, long), (6, short), (0, tr!("halted").into())];
    Some(stands(stamped.into_iter().chain(forms), brush.look.theme.bad))
}

/// The pause, also beside a halt: it outlasts that one.
fn paused(brush: &Brush<'_>, app: &App) -> Option<Part> {
    let theme = brush.look.theme;
    if share::is_pausing(&app.work) {
        return Some(stands([(7, tr!("pausing…").to_owned())].into_iter(), theme.warn));
    }
    if !app.work.queue.is_paused() {
        return None;
    }
    let forms = [(7, tr!("queue paused").into()), (0, tr!("paused").into())];
    let stamped = app.work.queue.pause.as_ref().map(|by| match share::is_ours(&app.work, by) {
        true => (8, tr!("queue paused {when}", when = amounts::moment(by.at, app.work.now))),
        false => (8, tr!("queue paused by {who}", who = stamp(app, by))),
    });
    Some(stands(stamped.into_iter().chain(forms), theme.warn))
}

/// Who sends, where nothing stops it.
fn running(brush: &Brush<'_>, app: &App) -> Option<Part> {
    let theme = brush.look.theme;
    if app.work.store.only_reads || app.work.queue.is_paused() || app.work.halt().is_some() {
        return None;
    }
    let sends = |sender: &&Sender| sender.profile == app.work.settings.profile.name;
    let others: Vec<&Sender> = app.work.sharing.senders.iter().filter(sends).collect();
    let (long, short) = match (&others[..], app.work.own.has_key) {
        ([], true) => return Some(one([(11, tr!("queue running").into())], theme.faint)),
        ([], false) if app.work.own.key_problem.is_none() => {
            return Some(one([(4, tr!("reading the key").into())], theme.faint));
        }
        ([], false) => return Some(one([(4, tr!("no key").into())], theme.warn)),
        ([one], has_key) => {
            let who = names::program(&one.name);
            match has_key {
                true => (tr!("queue running here and in {who}", who), tr!("{who} sends too", who)),
                false => (tr!("queue running in {who}", who), tr!("{who} sends", who)),
            }
        }
        // Their names are in `:who`.
        (several, true) => {
            let n = several.len();
            (tr!("queue running here and in {n} more programs", n), tr!("{n} more programs send", n))
        }
        (several, false) => {
            let n = several.len();
            (tr!("queue running in {n} programs", n), tr!("{n} programs send", n))
        }
    };
    Some(one([(10, long), (5, short)], theme.faint))
}

/// `watch 812 14:03`; one's own name is not told.
fn stamp(app: &App, by: &Stamp) -> String {
    let when = amounts::moment(by.at, app.work.now);
    if share::is_ours(&app.work, by) { when } else { format!("{} {when}", names::program(&by.who)) }
}

fn stands(forms: impl Iterator<Item = (u8, String)>, style: Style) -> Part {
    Part { forms: forms.map(|(rank, form)| (rank, Line::styled(form, style))).collect(), stays: true }
}

fn today(brush: &Brush<'_>, day: Day) -> Part {
    let Day { spent, currency, raised, .. } = day;
    let whole = spent.of(currency);
    let Some(left) = day.left().or(day.own_left().map(|(_, left)| left)) else {
        return one([(8, tr!("{spent} today", spent = whole)), (2, tr!("{spent} today", spent))], Style::new());
    };
    let own = day.own_left();
    let left = own.map_or(left, |(_, left)| left);
    let style = if left == Amount::ZERO { brush.look.theme.bad } else { Style::new() };
    if let Some((cap, left)) = own {
        let forms = [
            (10, tr!("{spent} today, {left} of {cap} left for you", spent = whole, left, cap)),
            (8, tr!("{spent} today, {left} left for you", spent = whole, left)),
            (2, tr!("{left} left for you", left = left.of(currency))),
            (1, tr!("{left} left", left)),
        ];
        return one(forms, style);
    }
    let whole_with = match raised {
        Amount::ZERO => tr!("{spent} today, {left} left", spent = whole, left),
        raised => tr!("{spent} today, {left} left (cap +{raised})", spent = whole, left, raised),
    };
    let forms = [
        (10, whole_with),
        (8, tr!("{spent} today, {left} left", spent = whole, left)),
        (4, tr!("{spent} today, {left} left", spent, left)),
        (2, tr!("{left} left", left = left.of(currency))),
        (1, tr!("{left} left", left)),
    ];
    one(forms, style)
}

/// Spent today in other currencies than the default profile's.
fn other_money(app: &App) -> Option<Part> {
    let currency = app.work.currency();
    let others: Vec<String> = app
        .work
        .money
        .spent_today
        .all()
        .filter(|money| money.currency != currency)
        .map(|money| money.to_string())
        .collect();
    (!others.is_empty()).then(|| one([(4, others.join(tr!(", ")))], Style::new()))
}

/// Charges without a result that nobody has asked for.
fn refunds(brush: &Brush<'_>, app: &App) -> Option<Part> {
    let open = domain::refunds::open(&app.work.money.refunds)?;
    let short = tr!("{count} refundable", count = open.count);
    // The last days go before what can be looked up at any time.
    let rank = if open.days_left <= LAST_DAYS { 3 } else { 8 };
    Some(one([(10, words::print::to_ask_for(&open)), (rank, short)], brush.look.theme.warn))
}

fn balance(brush: &Brush<'_>, app: &App) -> Option<Part> {
    let work = &app.work;
    let told = || work.served().filter_map(|(profile, served)| Some((profile, served.balance.last?)));
    // The default profile's, but for one that has run out.
    let gone = told().find(|(_, (balance, _))| *balance <= Amount::ZERO);
    let own = || told().next().filter(|(profile, _)| *profile == work.settings.profile.name);
    let (profile, _) = gone.or_else(own)?;
    let style = if gone.is_some() { brush.look.theme.bad } else { Style::new() };
    let is_own = profile == work.settings.profile.name;
    let text = money::balance_told(work, profile)?;
    Some(one([(9, if is_own { text } else { format!("{profile}: {text}") })], style))
}

/// When all that runs or is queued will be saved, by the history of such tasks.
fn all_done(brush: &Brush<'_>, app: &App) -> Option<Part> {
    let now = layout::shown_now(app);
    let time = amounts::coarse_moment(expected::all_done(&app.work, now.wall)?, now);
    let forms = [(9, tr!("all done about {time}", time)), (6, tr!("done ~{time}", time))];
    Some(one(forms, brush.look.theme.faint))
}

/// How fresh what is shown is. Nothing while nothing runs: nothing is asked then.
fn health(brush: &Brush<'_>, app: &App) -> Option<Part> {
    let now = layout::shown_now(app);
    if let Some((profile, since)) = app.work.offline() {
        let text = tr!("offline {span}", span = amounts::span(now.mono.since(since)));
        let text = names::of_profile(&app.work, profile, text);
        return Some(Part { stays: true, ..one([(6, text), (0, tr!("offline").into())], brush.look.theme.bad) });
    }
    let running =
        app.work.tasks.counts[TaskState::Running as usize] + app.work.tasks.counts[TaskState::Sending as usize];
    let answers = app.work.served().filter_map(|(_, served)| served.poller.last_answer);
    let answer = answers.max().filter(|_| running > 0)?;
    let since = now.mono.since(answer);
    let short = match since {
        ms if ms < SECOND => tr!("poll now").to_owned(),
        _ => tr!("poll {span}", span = amounts::span(since)),
    };
    Some(one([(6, tr!("checked {ago}", ago = amounts::ago(since))), (5, short)], brush.look.theme.faint))
}
