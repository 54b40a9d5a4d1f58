//! The facts of one task, gathered once for all who tell about it: the screen's detail and `show` lay them out,
//! each in its way, and say the same.

use crate::voice::Voice;
use crate::{amounts, names, reason, tr};
use domain::{
    amount::{Amount, Currency, Money, Totals},
    catalogue::Catalogue,
    draft::Field,
    export,
    problem::{Charged, TaskError},
    request::{Asked, ImageKind, ImageRef, Request},
    task::{MoneyEvent, Row, SavedFile, Task, TaskState, What},
    text,
    time::{Now, Wall},
};
use engine::{msg::Detail, news::PassedOver, risk::AT_RISK, settings::Settings};

/// The most cells of a picture's address: a data URL is a whole picture.
const ADDRESS: usize = 200;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is about; empty where it goes on with the one before.
    pub label: &'static str,
    /// What there is to say, in parts that are set apart.
    pub parts: Vec<String>,
    /// How it is to be taken.
    pub tone: Tone,
}

/// How a fact is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Faint,
    Strong,
    Warning,
    Bad,
    /// It is at risk.
    Loud,
}

fn fact(label: &'static str, text: impl Into<String>, tone: Tone) -> Fact {
    Fact { label, parts: vec![text.into()], tone }
}

/// Why the task is as it is, and what to do next; nothing for one that nothing is wrong with. Of a task that was not
/// read whole its line knows why, without what to do.
#[must_use]
pub fn why(row: &Row, task: Option<&Task>, now: Now, voice: &Voice) -> Vec<Fact> {
    let Some((task, error)) = task.and_then(|task| Some((task, task.error_or_trouble()?))) else {
        return row.reason().map(|(_, why)| in_line(row, &reason::message(&why, voice))).into_iter().collect();
    };
    let what = failure(error, voice);
    let (label, what) = match task.trouble() {
        Some((_, Some(since))) => {
            let span = amounts::span(now.wall.since(since));
            (tr!("Held up"), tr!("{what} (for {span})", what, span))
        }
        Some((_, None)) => (tr!("Held up"), what),
        None => (tr!("What"), what),
    };
    let warns = row.state == TaskState::Unknown || task.trouble().is_some();
    let next = reason::next(&error.reason, voice);
    // Without its request nothing can be tried again.
    let is_known = task.request.asked() == Asked::Known;
    let next = (is_known && !next.is_empty()).then(|| fact(tr!("Next"), next, Tone::Strong));
    std::iter::once(fact(label, what, if warns { Tone::Warning } else { Tone::Bad })).chain(next).collect()
}

/// That a task's profile has no key here, in a cell.
#[must_use]
pub fn lacks_key_in_short(profile: &str) -> String {
    tr!("no key: {profile}", profile)
}

/// The facts of a task whose profile has no key here.
#[must_use]
pub fn lacks_key(row: &Row) -> [Fact; 2] {
    let profile = &row.kind.profile;
    let what = match row.state {
        TaskState::Queued => tr!("no API key here for profile {profile}: it is not sent", profile),
        TaskState::Running => tr!("no API key here for profile {profile}: it is not watched", profile),
        _ => tr!("no API key here for profile {profile}: its file is not fetched", profile),
    };
    [fact(tr!("Held up"), what, Tone::Warning), fact(tr!("Next"), reason::own::give_a_key(), Tone::Strong)]
}

/// Why a queued task is passed over on this machine, and whom it waits for.
#[must_use]
pub fn passed_over(row: &Row, why: PassedOver) -> Fact {
    let why = match (why, &*row.kind.who) {
        (PassedOver::Picture, "") => tr!("its picture is not on this machine: one that has it sends it").to_owned(),
        (PassedOver::Picture, who) => tr!("its picture is not on this machine: {who}'s sends it", who),
        (PassedOver::Cap, "") => tr!("it would cross a cap for the day").to_owned(),
        (PassedOver::Cap, who) => tr!("it would cross {who}'s own cap for the day", who),
    };
    fact(tr!("Held up"), why, Tone::Warning)
}

/// The same in a column's few words.
#[must_use]
pub fn passed_over_in_short(who: &str, why: PassedOver) -> String {
    match (why, who) {
        (PassedOver::Picture, "") => tr!("waits for its picture").into(),
        (PassedOver::Picture, who) => tr!("waits for {who}'s machine", who),
        (PassedOver::Cap, "") => tr!("over a cap").into(),
        (PassedOver::Cap, who) => tr!("over {who}'s cap", who),
    }
}

fn in_line(row: &Row, message: &str) -> Fact {
    let class = row.class.map_or_else(|| tr!("failed"), names::class);
    fact(tr!("What"), format!("{class}{}{message}", tr!(": ")), Tone::Bad)
}

/// A failure's class, the service's code for it and message.
#[must_use]
pub fn failure(error: &TaskError, voice: &Voice) -> String {
    let (class, message) = (names::class(error.class), reason::message(&error.reason, voice));
    // A code of ours says no more than the message does.
    match names::code(&error.code).filter(|said| *said == error.code) {
        Some(code) => tr!("{class} ({code}): {message}", class, code, message),
        None => format!("{class}{}{message}", tr!(": ")),
    }
}

/// What it costs, and whether it was charged.
fn cost(row: &Row) -> Fact {
    let price = row.money();
    let [besides, spent] = [Amount::from(row.besides), row.spent()].map(|amount| amount.of(row.kind.currency));
    let has_more = besides.amount != Amount::ZERO;
    let charged = match row.charged {
        Charged::Yes | Charged::Unknown if !row.is_known() => amounts::elsewhere().into(),
        Charged::Yes if has_more => tr!("{spent}, charged: {price} and {besides} besides", spent, price, besides),
        Charged::Yes => tr!("{price}, charged", price),
        Charged::No if has_more && row.state != TaskState::Queued => {
            tr!("not charged, but for {besides} besides", besides)
        }
        Charged::No if row.state == TaskState::Queued => tr!("{price} when it is sent; free until then", price),
        Charged::No => tr!("not charged").into(),
        Charged::Unknown if has_more => {
            tr!("{spent}, counted as spent: {price} perhaps charged, and {besides} besides", spent, price, besides)
        }
        Charged::Unknown => tr!("{price}, perhaps charged; counted as spent", price),
    };
    fact(tr!("Cost"), charged, if row.charged == Charged::Unknown { Tone::Warning } else { Tone::Plain })
}

/// What it costs, what the records say of it, and what was done about giving a charge back.
#[must_use]
pub fn money_of(row: &Row, task: Option<&Task>, now: Now) -> Vec<Fact> {
    let records = task.and_then(|task| task.evidence.as_ref());
    let records = records.map(|evidence| fact(tr!("Records"), reason::evidence(evidence), Tone::Warning));
    let refund = task.map(|task| task.refund).and_then(|marks| match (marks.given_at, marks.asked_at) {
        (Some(at), _) => Some(tr!("refunded {moment}", moment = amounts::moment(at, now))),
        (None, Some(at)) => Some(tr!("asked for {moment}", moment = amounts::moment(at, now))),
        (None, None) => None,
    });
    let refund = refund.map(|text| fact(tr!("Refund"), text, Tone::Plain));
    records.into_iter().chain([cost(row)]).chain(refund).collect()
}

/// Who queued it, where somebody is named.
#[must_use]
pub fn who(row: &Row) -> Option<Fact> {
    Some(&*row.kind.who).filter(|who| !who.is_empty()).map(|who| fact(tr!("Who"), who, Tone::Plain))
}

#[must_use]
pub fn prompt(row: &Row) -> Fact {
    fact(
        names::label(Field::Prompt),
        if row.prompt().is_empty() { tr!("none") } else { names::prompt(row.prompt()) },
        Tone::Plain,
    )
}

/// Model and form, and what is not at its default where the request is at hand.
#[must_use]
pub fn model(row: &Row, request: Option<&Request>, catalogue: &Catalogue) -> Fact {
    if !row.is_known() {
        return fact(names::label(Field::Model), amounts::elsewhere(), Tone::Plain);
    }
    let kind = &row.kind;
    let mut parts = vec![kind.model.to_string(), kind.resolution.to_string(), amounts::seconds(kind.duration)];
    if let Some(request) = request {
        let flags = [
            (catalogue.spec(&request.model).is_none(), tr!("no longer in the catalogue")),
            (!request.optimizer, tr!("optimizer off")),
            (request.fast_pretreatment, tr!("fast pretreatment")),
            (request.watermark, tr!("watermark")),
        ];
        parts.extend(flags.iter().filter(|(on, _)| *on).map(|(_, words)| (*words).to_owned()));
    }
    Fact { label: names::label(Field::Model), parts, tone: Tone::Plain }
}

/// The pictures that were given, and the address that is called back.
#[must_use]
pub fn addresses(request: &Request) -> Vec<Fact> {
    let pictures = request.pictures().into_iter().filter_map(|(field, image)| Some((field, picture(image?))));
    let callback = request.callback.clone().map(|address| (Field::Callback, address));
    pictures.chain(callback).map(|(field, text)| fact(names::label(field), text, Tone::Plain)).collect()
}

/// A picture with what is known of it: `~/fox.png (PNG 1280x720, 1.2 MB)`.
#[must_use]
pub fn picture(image: &ImageRef) -> String {
    match image {
        ImageRef::Url(url) => text::cut_ascii(url, ADDRESS).into_owned(),
        ImageRef::Stored(image) => {
            let measures = picture_measures(image.kind, (image.width, image.height), image.bytes);
            format!("{} ({measures})", image.path)
        }
    }
}

/// Type, sides and size of a picture: `PNG 1280x720, 1.2 MB`.
#[must_use]
pub fn picture_measures(kind: ImageKind, (width, height): (u32, u32), bytes: u64) -> String {
    let size = amounts::size(bytes);
    format!("{} {width}x{height}{}{size}", kind.extension().to_uppercase(), tr!(", "))
}

/// The label of the file's path.
#[must_use]
pub fn file_label() -> &'static str {
    tr!("File")
}

/// Where the file lies, its measures beside what was asked for, its hash.
#[must_use]
pub fn file(row: &Row, saved: &SavedFile, settings: &Settings) -> Vec<Fact> {
    let mut parts = vec![amounts::size(saved.bytes)];
    let asked = |got: String, asked: String| {
        if row.is_known() { tr!("{got} (asked {asked})", got, asked) } else { got }
    };
    if let Some((width, height)) = saved.sides {
        parts.push(asked(format!("{width}x{height}"), row.kind.resolution.to_string()));
    }
    if let Some(ms) = saved.length_ms {
        parts.push(asked(amounts::seconds(amounts::tenths(ms)), amounts::seconds(row.kind.duration)));
    }
    let (known, elsewhere) = (saved.known_path(), settings.other_host(saved));
    let path = match (known, elsewhere) {
        (Some(path), Some(host)) => tr!("{path} on {host}", path, host),
        (Some(path), None) => path.to_owned(),
        (None, _) => tr!("its name was forgotten with the prompt").to_owned(),
    };
    let scp = known.zip(elsewhere);
    let scp = scp.map(|(path, host)| fact(tr!("Copy it"), export::scp(&[(host, path)], None), Tone::Plain));
    let sum = fact("SHA-256", &*saved.sha256, Tone::Faint);
    let mut facts = vec![fact(file_label(), path, Tone::Strong), Fact { label: "", parts, tone: Tone::Plain }];
    facts.extend(scp);
    facts.push(sum);
    facts
}

/// How long the file's address lives, while the file waits to be fetched.
#[must_use]
pub fn address(row: &Row, now: Now) -> Option<Fact> {
    let waits = matches!(row.state, TaskState::Ready | TaskState::Saving);
    let at = row.expires_at.get().filter(|_| waits)?;
    Some(match at.since(now.wall) {
        0 => fact(tr!("URL"), tr!("has expired; a fresh one is asked for"), Tone::Warning),
        left if left < AT_RISK => {
            fact(tr!("URL"), tr!("valid for {span} more", span = amounts::span(left)), Tone::Loud)
        }
        left => {
            let (span, end) = (amounts::span(left), amounts::moment(at, now));
            fact(tr!("URL"), tr!("valid for {span} more, until {end}", span, end), Tone::Plain)
        }
    })
}

/// Something that happened to the task or its money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    pub at: Wall,
    /// A word or two.
    pub kind: String,
    pub what: String,
    pub is_money: bool,
    /// Whose program wrote it, where it was not the one whose task it is.
    pub who: Option<String>,
}

/// Events and money in one line of time, oldest first, for the person `me`.
#[must_use]
pub fn history(detail: &Detail, me: Option<&str>, voice: &Voice) -> Vec<Happened> {
    let not_its_owner = |who: &Option<String>| who.clone().filter(|_| *who != detail.task.who);
    let mut unwatched = false;
    // Of an act the one who did it is told in the sentence.
    let not_me = |who: &Option<String>| who.clone().filter(|who| Some(who.as_str()) != me);
    let events = detail.events.iter().map(|event| Happened {
        who: not_its_owner(&event.who).filter(|_| event.what != What::DownloadAsked),
        at: event.at,
        kind: reason::kind(event.what.kind()).to_owned(),
        what: match (&event.what, not_me(&event.who)) {
            // Of what was left alone no file may be made yet.
            (What::DownloadAsked, _) if std::mem::take(&mut unwatched) => tr!("watched again").to_owned(),
            (What::DownloadAsked, Some(who)) => tr!("requested by {who}", who),
            (what, _) => {
                unwatched |= *what == What::Unwatched;
                reason::event(what, voice)
            }
        },
        is_money: false,
    });
    // What was set aside at the confirmation is told by it.
    let told: Vec<Money> = detail.events.iter().filter_map(|event| set_aside(&event.what)).collect();
    let ledger = detail.ledger.iter();
    let ledger = ledger.filter(|line| line.event != MoneyEvent::Reserved || !told.contains(&line.amount));
    let money = ledger.map(|line| Happened {
        who: not_its_owner(&line.who).filter(|_| line.event != MoneyEvent::Resolved),
        at: line.at,
        kind: tr!("money").into(),
        what: match not_me(&line.who).filter(|_| line.event == MoneyEvent::Resolved) {
            Some(who) => tr!("{amount} settled by {who}", amount = line.amount, who),
            None => money(line.event, line.amount),
        },
        is_money: true,
    });
    let mut all: Vec<Happened> = events.chain(money).collect();
    all.sort_by_key(|happened| happened.at);
    all
}

const fn set_aside(what: &What) -> Option<Money> {
    if let What::Confirmed(amount) = what { Some(*amount) } else { None }
}

/// What became of the task's money.
fn money(event: MoneyEvent, amount: Money) -> String {
    match event {
        MoneyEvent::Reserved => tr!("{amount} set aside", amount),
        MoneyEvent::Charged => tr!("{amount} charged", amount),
        MoneyEvent::Released => tr!("{amount} given back: not charged", amount),
        MoneyEvent::Unknown => tr!("{amount} counted as spent: it is not known whether it was charged", amount),
        MoneyEvent::Resolved => tr!("{amount} settled by you", amount),
        MoneyEvent::Recorded => tr!("{amount} charged, say the records", amount),
        MoneyEvent::Refunded => tr!("{amount} refunded", amount),
        MoneyEvent::Twice => tr!("{amount} charged once more for the same call", amount),
        MoneyEvent::TwiceRefunded => tr!("{amount} refunded of what was charged twice", amount),
        MoneyEvent::Upload => tr!("{amount} charged for uploading a picture", amount),
    }
}

/// What a line of attempts cost together.
#[must_use]
pub fn together(line: &[Task]) -> String {
    // What was charged beside an unknown's price is known.
    let parts = |task: &Task| match task.charged() {
        Charged::Unknown => (task.money(), task.besides.sum().of(task.currency)),
        Charged::Yes | Charged::No => (Amount::ZERO.of(task.currency), task.spent()),
    };
    let (unknown, spent): (Vec<Money>, Vec<Money>) = line.iter().map(parts).unzip();
    let (unknown, mut spent) = (Totals::from_iter(unknown), Totals::from_iter(spent));
    if spent == Totals::default() {
        spent = spent.with(line.first().map_or(Currency::Ptc, |task| task.currency));
    }
    match (line.len(), unknown == Totals::default()) {
        (1, true) => tr!("{spent} in 1 attempt", spent),
        (count, true) => tr!("{spent} in {count} attempts", spent, count),
        (1, false) => tr!("{spent} in 1 attempt, and {unknown} perhaps", spent, unknown),
        (count, false) => tr!("{spent} in {count} attempts, and {unknown} perhaps", spent, count, unknown),
    }
}

/// What was charged, and what perhaps was.
#[must_use]
pub fn and_perhaps(spent: &Totals, unknown: &Totals) -> String {
    match *spent == Totals::default() {
        true => tr!("{unknown} perhaps", unknown),
        false => tr!("{spent}, and {unknown} perhaps", spent, unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        task::{Besides, Second, TaskState},
        time::Wall,
    };

    #[test]
    fn what_was_charged_beside_an_unknown_s_price_is_known() {
        let mut task = engine::testing::task(1, TaskState::Unknown);
        let refund = domain::task::RefundMarks::default();
        task.besides = Besides {
            twice: vec![Second { request_id: None, cost: Amount::from_thousandths(400), at: Wall(0), refund }],
            ..Besides::default()
        };
        assert_eq!(together(std::slice::from_ref(&task)), "0.4 PTC in 1 attempt, and 0.5 PTC perhaps");
        let told = cost(&Row::of(&task));
        assert_eq!(told.parts, ["0.9 PTC, counted as spent: 0.5 PTC perhaps charged, and 0.4 PTC besides"]);
    }
}
