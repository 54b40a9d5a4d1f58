//! The gateway's log of an account's calls, as `/dashboard` shows it.

use super::fault::{Fault, FaultSet};
use domain::{
    amount::Amount,
    time::{MINUTE, Wall},
};
use serde_json::{Map, Value, json};

/// How long a late record takes to appear.
const LATE: u64 = 3 * MINUTE;
/// The most rows of a page.
const PAGE: usize = 50;

/// A call in the log.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) request_id: String,
    pub(super) at: Wall,
    pub(super) path: &'static str,
    pub(super) model: String,
    pub(super) cost: Amount,
    /// Whether it was charged at first.
    pub(super) charged: bool,
    pub(super) prompt: String,
    pub(super) task: Option<String>,
    /// What was sent and what was answered.
    pub(super) bodies: (Value, Value),
    /// How its record goes wrong.
    pub(super) faults: FaultSet,
}

/// Something that was charged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// The `request-id` of the call.
    pub request_id: String,
    pub at: Wall,
    /// The prompt; empty for an upload.
    pub prompt: String,
    /// The task that was made.
    pub task: Option<String>,
    /// How much; what was given back is 0.
    pub cost: Amount,
}

/// All of them, in the order they came.
#[derive(Debug, Default)]
pub(super) struct Log(Vec<Entry>);

impl Log {
    pub(super) fn write(&mut self, entry: Entry) {
        self.0.push(entry);
    }

    /// What was charged for that task is given back, however often it was charged. Tells how much.
    pub(super) fn give_back(&mut self, task: &str) -> Amount {
        let of_task = self.0.iter_mut().filter(|entry| entry.charged && entry.task.as_deref() == Some(task));
        of_task.map(|entry| std::mem::take(&mut entry.cost)).sum()
    }

    /// What was charged, or given back.
    pub(super) fn charges(&self) -> Vec<Charge> {
        let charged = self.0.iter().filter(|entry| entry.charged);
        charged
            .map(|entry| Charge {
                request_id: entry.request_id.clone(),
                at: entry.at,
                prompt: entry.prompt.clone(),
                task: entry.task.clone(),
                cost: entry.cost,
            })
            .collect()
    }

    fn shown(&self, now: Wall) -> impl DoubleEndedIterator<Item = &Entry> {
        self.0.iter().filter(move |entry| {
            let late = if entry.faults.has(Fault::LateRecord) { LATE } else { 0 };
            !entry.faults.has(Fault::NoRecord) && entry.at.plus(late) <= now
        })
    }

    /// The answer to `/dashboard/record/{id}`.
    pub(super) fn one(&self, id: &str, now: Wall) -> Value {
        match self.shown(now).find(|entry| entry.request_id == id) {
            Some(entry) => json!({ "code": 0, "msg": "success", "data": entry.row() }),
            None => json!({ "code": -1, "msg": "record not found" }),
        }
    }

    /// The answer to `/dashboard/api-record`: the newest first.
    pub(super) fn page(&self, page: usize, limit: usize, seconds: (i64, i64), now: Wall) -> Value {
        let (page, limit) = (page.max(1), limit.clamp(1, PAGE));
        let within = |entry: &&Entry| (seconds.0..=seconds.1).contains(&entry.at.0.div_euclid(1_000));
        let rows: Vec<&Entry> = self.shown(now).rev().filter(within).collect();
        let items: Vec<Value> = rows.iter().skip((page - 1) * limit).take(limit).map(|entry| entry.row()).collect();
        let pages = rows.len().div_ceil(limit);
        let pagination = json!({ "total": rows.len(), "total_page": pages, "cur_page": page, "limit": limit });
        json!({ "items": items, "pagination": pagination })
    }
}

impl Entry {
    fn row(&self) -> Value {
        let mut row = Map::new();
        row.insert("request_id".into(), json!(self.request_id));
        row.insert("created_at".into(), json!(self.at.0.div_euclid(1_000)));
        row.insert("model".into(), json!(self.model));
        row.insert("path".into(), json!(self.path));
        row.insert("process_time".into(), json!(25));
        // Sometimes a number, sometimes a text.
        let number = self.request_id.bytes().last().is_some_and(|digit| digit % 2 == 0);
        let cost = self.cost.to_string();
        row.insert("cost".into(), if number { json!(cost.parse::<f64>().unwrap_or_default()) } else { json!(cost) });
        if !self.faults.has(Fault::BareRecord) {
            row.insert("url".into(), json!(self.bodies.0.to_string()));
            row.insert("response".into(), json!(self.bodies.1.to_string()));
        }
        Value::Object(row)
    }
}
