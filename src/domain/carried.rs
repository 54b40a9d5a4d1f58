//! A task on its way from one store to another: a line of `export`, and what `import` reads out of it.

use super::{
    account::{Raise, Stamp},
    amount::{Amount, Currency},
    costs::day,
    problem::Charged,
    task::{Event, LedgerLine, Signed, Task, TaskKey, TaskState},
    time::{MINUTE, Wall, Zone},
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// What a line of the ledger and of `export` says that raises the day's cap and is no task's.
pub const RAISED: &str = "cap_raised";
/// The highest key that is taken in: as many as these are left to be given after it.
const MOST_KEY: u32 = 1_000_000_000;
/// The most that one line may say of money, in any currency.
const MOST_MONEY: Amount = Amount::from_thousandths(1_000_000_000);
/// The end of the year 9999, the last one that is written with four digits.
const MOST_TIME: Wall = Wall(253_402_300_799_999);
/// What of a whole task belongs to one store alone, or stands in the line on its own.
const LEFT_OUT: [&str; 3] = ["rev", "claim", "request"];

/// A task with all that a store has written down about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// Where it was first queued.
    pub origin: Origin,
    /// The task, with the key that it has in the store it comes from.
    pub task: Task,
    pub events: Vec<Signed<Event>>,
    pub ledger: Vec<Signed<LedgerLine>>,
    /// When it left the table; `None` while it is in it.
    pub archived_at: Option<Wall>,
}

/// What tells a task from every other of any store. A store that was restored from a copy has the name of the one that
/// was copied and goes its own way, so the moment belongs to it too.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// The name that its first store gave itself.
    pub store: String,
    /// Its key there.
    pub key: TaskKey,
    /// When it was confirmed.
    pub created_at: Wall,
}

impl Origin {
    /// As it is written: `STORE/KEY/MILLISECONDS`.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}/{}/{}", self.store, self.key.0, self.created_at.0)
    }

    /// Reads what [`text`](Self::text) wrote.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let mut parts = text.rsplitn(3, '/');
        let (created_at, key, store) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?);
        Some(Self { store: store.into(), key: TaskKey(key), created_at: Wall(created_at) })
    }
}

/// How the life of a task that a line tells stands to the one that is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// It tells nothing that is not known.
    Known,
    /// The same life, further on.
    Later,
    /// Another life: the task was sent in it, and has been sent, or ended unsent, in the known one too.
    Other,
}

impl Life {
    /// That of `told`, beside the task as it is known. A copy of a store may be brought back, and go its own way.
    #[must_use]
    pub fn of(told: &Task, known: &Task) -> Self {
        // A server's clock may be read a little differently each time.
        let apart = |one: Wall, other: Wall| one.since(other).max(other.since(one));
        let is_same_submission = known.sent_at.zip(told.sent_at).is_some_and(|(a, b)| apart(a, b) <= MINUTE);
        let (was, is) = (known.state(), told.state());
        let is_open = matches!(was, TaskState::Sending | TaskState::Unknown) && is_same_submission;
        match (&known.remote, &told.remote) {
            (Some(ours), Some(theirs)) if ours == theirs && stage(is) > stage(was) => Self::Later,
            (Some(ours), Some(theirs)) if ours == theirs => Self::Known,
            (None, Some(_)) if is_open || was == TaskState::Queued => Self::Later,
            (_, Some(_)) => Self::Other,
            (Some(_), None) => Self::Known,
            (None, None) if is_open && stage(is) > stage(was) => Self::Later,
            (None, None) if was == TaskState::Queued && is != TaskState::Queued => Self::Later,
            (None, None) => {
                let is_news = known.charged() == Charged::No && told.charged() != Charged::No;
                if is_news && !is_same_submission { Self::Other } else { Self::Known }
            }
        }
    }
}

/// How far a task in that state has come.
const fn stage(state: TaskState) -> u8 {
    match state {
        TaskState::Queued => 0,
        TaskState::Sending => 1,
        TaskState::Unknown => 2,
        TaskState::Running => 3,
        TaskState::Ready | TaskState::Saving => 4,
        TaskState::Saved | TaskState::Failed | TaskState::Refused | TaskState::Cancelled => 5,
    }
}

/// A line of `export`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    Task(Box<Carried>),
    /// What the day's cap was raised by, which is no task's.
    Raise(Raise),
}

impl Line {
    /// Reads it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(line: &str) -> Result<Self, NotCarried> {
        match serde_json::from_str(line) {
            Ok(Value::Object(line)) if line.get("event").is_some_and(|event| event == RAISED) => {
                read_raise(&line).map(Self::Raise)
            }
            Ok(Value::Object(line)) => Carried::of(line).map(Box::new).map(Self::Task),
            _ => Err(NotCarried::NotJson),
        }
    }
}

/// What the day's cap was raised by as one object; `day` is the user's own, money is a text.
#[must_use]
pub fn raise_json(Raise { by, more, person }: &Raise, zone: Zone) -> Value {
    json!({
        "at": by.at.rfc3339(),
        "day": day(by.at, zone),
        "key": null,
        "event": RAISED,
        "amount_ptc": Some(more.amount).filter(|_| more.currency == Currency::Ptc),
        "amount": more.amount,
        "currency": more.currency,
        "who": by.who,
        "person": person,
    })
}

fn read_raise(line: &Map<String, Value>) -> Result<Raise, NotCarried> {
    let wrong = |field| NotCarried::Field { field, said: String::new() };
    let text = |field| line.get(field).and_then(Value::as_str).ok_or_else(|| wrong(field));
    let at = Wall::from_rfc3339(text("at")?).filter(is_time).ok_or_else(|| wrong("at"))?;
    let amount: Amount = text("amount")?.parse().map_err(|_| wrong("amount"))?;
    if amount <= Amount::ZERO || amount > MOST_MONEY {
        return Err(wrong("amount"));
    }
    let currency: Currency = text("currency")?.parse().map_err(|_| wrong("currency"))?;
    let person = line.get("person").and_then(Value::as_str).map(str::to_owned);
    Ok(Raise { by: Stamp { who: text("who")?.to_owned(), at }, more: amount.of(currency), person })
}

/// Why a line is not one that `export` wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotCarried {
    NotJson,
    /// It has only what a line of `list --json` has.
    Short,
    /// That field cannot be read, for that reason of the JSON library.
    Field {
        field: &'static str,
        said: String,
    },
    /// The number in that field is one that no store gives.
    OutOfRange {
        field: &'static str,
    },
}

fn is_time(at: &Wall) -> bool {
    (0..=MOST_TIME.0).contains(&at.0)
}

impl Carried {
    /// The fields that a line of `export` has beyond those of `list --json`. What an entry of the time line says is for
    /// the reader: `text` makes it.
    #[must_use]
    pub fn fields(&self, text: impl Fn(&Event) -> String) -> Map<String, Value> {
        // Texts, numbers and lists of them always are JSON.
        let value = |value: serde_json::Result<Value>| value.unwrap_or_default();
        let mut kept = value(serde_json::to_value(&self.task));
        if let Some(kept) = kept.as_object_mut() {
            kept.retain(|name, _| !LEFT_OUT.contains(&name.as_str()));
            kept.insert("origin".into(), self.origin.text().into());
            kept.insert("archived_at".into(), json!(self.archived_at));
        }
        let event = |event: &Signed<Event>| {
            let mut line = value(serde_json::to_value(event));
            line["at"] = event.at.rfc3339().into();
            line["kind"] = event.what.kind().into();
            line["text"] = text(event).into();
            line
        };
        let money = |money: &Signed<LedgerLine>| {
            let mut line = value(serde_json::to_value(money));
            line["at"] = money.at.rfc3339().into();
            line
        };
        let fields = [
            ("request", value(serde_json::to_value(&self.task.request))),
            ("events", self.events.iter().map(event).collect()),
            ("ledger", self.ledger.iter().map(money).collect()),
            ("batch", self.task.batch.0.to_string().into()),
            ("kept", kept),
        ];
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// Reads a task's line.
    fn of(line: Map<String, Value>) -> Result<Self, NotCarried> {
        let carried = Self::read(line)?;
        carried.out_of_range().map_or(Ok(carried), |field| Err(NotCarried::OutOfRange { field }))
    }

    /// The first number in it that no store has: after such a key none is left to give, and such money cannot be summed
    /// up.
    fn out_of_range(&self) -> Option<&'static str> {
        let Self { origin, task, events, ledger, archived_at } = self;
        let is_key = |key: TaskKey| (1..=MOST_KEY).contains(&key.0);
        // A charge below nothing was believed once, and is carried as it stands.
        let is_money = |amount: Amount| (Amount::ZERO - MOST_MONEY..=MOST_MONEY).contains(&amount);
        let beside = task.besides.twice.iter().map(|second| second.cost);
        let beside = beside.chain(task.besides.before.iter().map(|before| before.cost));
        let mut beside = beside.chain(task.besides.expected.iter().map(|expected| expected.cost));
        let is_time_or_none = |at: &Option<Wall>| at.as_ref().is_none_or(is_time);
        let checks = [
            ("key", is_key(task.key)),
            ("parent", task.parent.is_none_or(is_key)),
            ("batch", task.batch.0 <= MOST_KEY),
            ("attempt", task.attempt <= MOST_KEY),
            ("cost", is_money(task.cost)),
            ("uploads", is_money(task.besides.uploads)),
            ("besides", beside.all(is_money)),
            ("created_at", is_time(&task.created_at)),
            ("sent_at", is_time_or_none(&task.sent_at)),
            ("finished_at", is_time_or_none(&task.finished_at)),
            ("put_away_at", is_time_or_none(&task.put_away_at)),
            ("archived_at", is_time_or_none(archived_at)),
            ("origin", is_time(&origin.created_at)),
            ("events", events.iter().all(|event| is_time(&event.at))),
            ("ledger", ledger.iter().all(|line| is_time(&line.at) && is_money(line.amount.amount))),
        ];
        checks.into_iter().find(|(_, fits)| !fits).map(|(field, _)| field)
    }

    fn read(mut line: Map<String, Value>) -> Result<Self, NotCarried> {
        let mut part = |name: &str| line.remove(name).ok_or(NotCarried::Short);
        let (mut kept, request, events, ledger) = (part("kept")?, part("request")?, part("events")?, part("ledger")?);
        let wrong = |field, said: &str| NotCarried::Field { field, said: said.to_owned() };
        let origin = kept["origin"].as_str().and_then(Origin::of).ok_or_else(|| wrong("kept", "origin"))?;
        let archived_at = kept["archived_at"].as_i64().map(Wall);
        kept["rev"] = 0.into();
        kept["request"] = request;
        Ok(Self {
            origin,
            task: serde_json::from_value(kept).map_err(|error| wrong("kept", &error.to_string()))?,
            events: entries(events).map_err(|error| wrong("events", &error))?,
            ledger: entries(ledger).map_err(|error| wrong("ledger", &error))?,
            archived_at,
        })
    }
}

fn entries<T: DeserializeOwned>(list: Value) -> Result<Vec<T>, String> {
    let Value::Array(list) = list else { return Err(String::new()) };
    let entry = |mut entry: Value| {
        let at = entry["at"].as_str().and_then(Wall::from_rfc3339).ok_or("at")?;
        entry["at"] = json!(at);
        serde_json::from_value(entry).map_err(|error| error.to_string())
    };
    list.into_iter().map(entry).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::{
        task::{MoneyEvent, Phase, RemoteId, What},
        testing::{draft, task},
    };

    fn carried() -> Carried {
        let of = |at, what, request_id: Option<&str>| Signed {
            entry: Event {
                at: Wall(at),
                what,
                raw: request_id.map(str::to_owned),
                request_id: request_id.map(str::to_owned),
            },
            who: request_id.map(|_| "ann".to_owned()),
        };
        let task = task(&draft(), Phase::Queued { not_before: Wall(7), put_back: None });
        let entry = LedgerLine { at: Wall(1_001), event: MoneyEvent::Reserved, amount: task.money() };
        let ledger = vec![Signed { entry, who: Some("ann".into()) }];
        Carried {
            origin: Origin { store: "ab/c".into(), key: task.key, created_at: task.created_at },
            task: Task { rev: 0, who: Some("ann".into()), ..task },
            events: vec![
                of(1_001, What::Sending, Some("r1")),
                of(2, What::Accepted(RemoteId("7".into())), None),
                of(3, What::Said { kind: "sent".into(), text: "as told then".into() }, None),
            ],
            ledger,
            archived_at: Some(Wall(9)),
        }
    }

    #[test]
    fn what_is_carried_comes_out_as_it_went_in() {
        let carried = carried();
        let fields = Value::Object(carried.fields(|_| "said".into()));
        assert_eq!(fields["events"][0]["at"], "1970-01-01T00:00:01.001Z");
        assert_eq!((&fields["events"][0]["kind"], &fields["events"][0]["text"]), (&json!("sending"), &json!("said")));
        assert_eq!(Line::read(&fields.to_string()), Ok(Line::Task(Box::new(carried))));
    }

    #[test]
    fn a_raise_of_the_cap_comes_out_as_it_went_in() {
        let by = Stamp { who: "dashboard 812".into(), at: Wall(1_001) };
        let raise = Raise { by, more: Amount::from_thousandths(500).of(Currency::Usd), person: Some("ann".into()) };
        let mut line = raise_json(&raise, Zone::default());
        assert_eq!(Line::read(&line.to_string()), Ok(Line::Raise(raise)));
        line["amount"] = json!("-1");
        let wrong = NotCarried::Field { field: "amount", said: String::new() };
        assert_eq!(Line::read(&line.to_string()), Err(wrong));
    }

    #[test]
    fn a_number_that_would_leave_the_store_of_no_use_is_refused() {
        let line = |change: fn(&mut Carried)| {
            let mut carried = carried();
            change(&mut carried);
            Line::read(&Value::Object(carried.fields(|_| String::new())).to_string())
        };
        assert!(line(|carried| carried.task.key = TaskKey(MOST_KEY)).is_ok());
        let too_much = Amount::from_thousandths(1_000_000_001);
        type Change = fn(&mut Carried);
        let cases: [(&str, Change); 8] = [
            ("key", |carried| carried.task.key = TaskKey(u32::MAX)),
            ("parent", |carried| carried.task.parent = Some(TaskKey(MOST_KEY + 1))),
            ("batch", |carried| carried.task.batch = TaskKey(u32::MAX)),
            ("attempt", |carried| carried.task.attempt = u32::MAX),
            ("cost", |carried| carried.task.cost = Amount::from_millionths(i64::MAX)),
            ("created_at", |carried| carried.task.created_at = Wall(i64::MAX)),
            ("sent_at", |carried| carried.task.sent_at = Some(Wall(i64::MAX))),
            ("archived_at", |carried| carried.archived_at = Some(Wall(-1))),
        ];
        for (field, change) in cases {
            assert_eq!(line(change), Err(NotCarried::OutOfRange { field }), "{field}");
        }
        let below = Amount::from_millionths(-1);
        for (amount, wrong) in [(too_much, Some("ledger")), (Amount::ZERO - too_much, Some("ledger")), (below, None)] {
            let mut of_money = carried();
            of_money.ledger[0].entry.amount.amount = amount;
            assert_eq!(of_money.out_of_range(), wrong, "{amount}");
        }
        let raise =
            Raise { by: Stamp { who: "ann".into(), at: Wall(1) }, more: too_much.of(Currency::Usd), person: None };
        let wrong = NotCarried::Field { field: "amount", said: String::new() };
        assert_eq!(Line::read(&raise_json(&raise, Zone::default()).to_string()), Err(wrong));
    }

    #[test]
    fn a_line_of_something_else_is_named() {
        let mut fields = Value::Object(carried().fields(|_| String::new()));
        assert_eq!(Line::read("[]"), Err(NotCarried::NotJson));
        assert_eq!(Line::read(r#"{"key":"1"}"#), Err(NotCarried::Short));
        fields["ledger"][0]["at"] = json!("yesterday");
        let wrong = NotCarried::Field { field: "ledger", said: "at".into() };
        assert_eq!(Line::read(&fields.to_string()), Err(wrong));
    }
}
