//! Whether the caps that the store keeps were ever crossed, seen from outside once a second.

use super::rig::Place;
use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

/// What stands against a cap, by person, beside the caps; in millionths. Counted here in its own way, of one moment.
const LOOK: &str = "SELECT coalesce(who, ''), \
     coalesce(sum(cost) FILTER (WHERE NOT adopted AND (state IN ('queued', 'sending') OR charged IN ('yes', 'unknown'))), 0), \
     (SELECT coalesce(per_day::text, '') || '|' || coalesce(per_day_each::text, '') || '|' || at FROM caps WHERE currency = 'PTC') \
     FROM tasks GROUP BY 1";

#[derive(Default)]
pub(crate) struct Caps {
    seen: Mutex<Seen>,
    pub(crate) over: AtomicBool,
}

#[derive(Default)]
struct Seen {
    spent: BTreeMap<String, i64>,
    /// When the caps that hold were set, and what may stand against them: what stood there already is not taken back.
    set_at: String,
    allowed: BTreeMap<String, i64>,
    looks: usize,
    crossed: Vec<String>,
    /// How near to its cap each came, of the caps that were set.
    fullest: BTreeMap<String, (i64, i64)>,
}

impl Caps {
    /// Looks until [`Self::over`].
    pub(crate) fn watch(&self, place: &Place) {
        while !self.over.load(Ordering::SeqCst) {
            let done = place.sql(LOOK);
            if done.status.success() {
                self.seen.lock().unwrap().take(&String::from_utf8(done.stdout).unwrap());
            }
            thread::sleep(Duration::from_secs(1));
        }
    }

    /// What stands against the caps of a person, in millionths; with `""` of all.
    pub(crate) fn spent(&self, who: &str) -> i64 {
        let seen = self.seen.lock().unwrap();
        if who.is_empty() { seen.spent.values().sum() } else { seen.spent.get(who).copied().unwrap_or(0) }
    }

    /// What was wrong; prints what was seen.
    pub(crate) fn tell(&self) -> Vec<String> {
        let seen = self.seen.lock().unwrap();
        let fullest: Vec<String> = seen
            .fullest
            .iter()
            .map(|(who, (spent, cap))| format!("{who} {:.1} of {:.1}", *spent as f64 / 1e6, *cap as f64 / 1e6))
            .collect();
        println!("caps: {} looks, fullest: {}", seen.looks, fullest.join(", "));
        seen.crossed.clone()
    }
}

impl Seen {
    fn take(&mut self, text: &str) {
        self.looks += 1;
        self.spent.clear();
        let mut caps: Vec<String> = Vec::new();
        for line in text.lines() {
            let parts: Vec<&str> = line.split('|').collect();
            let [who, spent, ref kept @ ..] = parts[..] else { continue };
            self.spent.insert(who.to_owned(), spent.parse().unwrap());
            caps = kept.iter().map(|part| (*part).to_owned()).collect();
        }
        let [day, each, at] = &caps[..] else { return };
        let all: i64 = self.spent.values().sum();
        let is_new = *at != self.set_at;
        self.set_at.clone_from(at);
        let mut stand: Vec<(String, i64, Option<i64>)> = vec![("all".into(), all, day.parse().ok())];
        stand.extend(self.spent.iter().map(|(who, spent)| (who.clone(), *spent, each.parse().ok())));
        for (who, spent, cap) in stand {
            let Some(cap) = cap else {
                self.allowed.remove(&who);
                continue;
            };
            let allowed = self.allowed.entry(who.clone()).or_insert(cap);
            if is_new {
                *allowed = cap.max(spent);
            }
            if spent > *allowed {
                self.crossed.push(format!("{who}: {spent} stands against a cap of {cap}"));
            }
            let fullest = self.fullest.entry(who).or_insert((0, i64::MAX));
            // Of the share that was used up.
            if i128::from(spent) * i128::from(fullest.1) > i128::from(fullest.0) * i128::from(cap) {
                *fullest = (spent, cap);
            }
        }
    }
}
