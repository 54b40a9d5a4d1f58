//! The service as it truly is: what was made and charged, whatever the programs have heard of it.

use crate::{
    chance::Chance,
    plan::{Fate, Plan},
};
use domain::{
    request::Request,
    task::TaskKey,
    time::{HOUR, MINUTE, SECOND, Wall},
};
use service::{answer::Reply, gateway::records::Window};
use std::collections::BTreeMap;

/// The profiles, and the places of their services.
pub(crate) const PROFILES: [&str; 2] = ["302ai", "mm"];
/// What a submission costs, in thousandths of the profile's own money.
pub(crate) const PRICES: [i64; 2] = [500, 280];

/// The place of a profile's service.
pub(crate) fn place_of(profile: &str) -> usize {
    usize::from(profile == PROFILES[1])
}

#[derive(Debug)]
pub(crate) struct Service {
    /// By ID.
    pub(crate) made: BTreeMap<String, Made>,
    /// Every call for a submission that came in.
    calls: Vec<Call>,
    logs: bool,
    lag: u64,
    /// When the history begins.
    start: Wall,
    chance: Chance,
    place: usize,
}

/// The key of what was made elsewhere: no task of a store has it.
pub(crate) const ELSEWHERE: TaskKey = TaskKey(0);

/// A task that the service took.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    /// Our task, or [`ELSEWHERE`].
    pub(crate) key: TaskKey,
    pub(crate) at: u64,
    takes: u64,
    price: i64,
    /// The code that it fails with.
    pub(crate) fails: Option<i64>,
    /// When the charge of one that failed is given back, if it ever is.
    pub(crate) given_back: Option<u64>,
    /// The path that is posted to.
    pub(crate) path: Option<String>,
}

#[derive(Debug)]
struct Call {
    number: String,
    at: u64,
    model: String,
    prompt: String,
    id: Option<String>,
}

impl Made {
    /// What it is charged at that moment, in thousandths.
    pub(crate) fn charge(&self, now: u64) -> i64 {
        if self.given_back.is_some_and(|at| at <= now) { 0 } else { self.price }
    }

    pub(crate) fn ends(&self) -> u64 {
        self.at + self.takes
    }
}

pub(crate) fn ok(body: String) -> Reply {
    answered(200, body)
}

fn answered(http: u16, body: String) -> Reply {
    Reply::Answered { http, retry_after_ms: None, request_id: None, body }
}

fn code(code: i64) -> Reply {
    ok(format!(r#"{{"task_id":"","base_resp":{{"status_code":{code},"status_msg":"no"}}}}"#))
}

impl Service {
    /// That of one profile. IDs are counted by each for itself, so that those of two are alike.
    pub(crate) fn new(place: usize, plan: &Plan) -> Self {
        let chance = Chance::new(plan.seed, if place == 0 { 2 } else { 4 });
        Self {
            made: BTreeMap::new(),
            calls: Vec::new(),
            logs: plan.logs,
            lag: plan.lag,
            start: plan.start,
            chance,
            place,
        }
    }

    /// The number of its nth call.
    fn number(&self, n: usize) -> String {
        format!("{}{n}", ["q", "w"][self.place])
    }

    /// Whether it gave a call that number.
    pub(crate) fn is_number(&self, number: &str) -> bool {
        number.starts_with(["q", "w"][self.place])
    }

    /// A submission came in. Gives the answer, and the ID where it was taken.
    pub(crate) fn submit(
        &mut self,
        key: TaskKey,
        request: &Request,
        fate: Option<Fate>,
        now: u64,
    ) -> (Reply, Option<String>) {
        let number = self.number(self.calls.len());
        let refusal = match fate {
            Some(Fate::ErrorBefore) => Some(answered(502, "<html>".into())),
            Some(Fate::Limit) => Some(code(1002)),
            Some(Fate::LimitWithWait) => {
                let body = r#"{"error":{"err_code":-10006,"message":"slow"}}"#.to_owned();
                Some(Reply::Answered { http: 429, retry_after_ms: Some(40 * SECOND), request_id: None, body })
            }
            Some(Fate::Refused) => Some(code(1026)),
            Some(Fate::NoBalance) => Some(code(1008)),
            _ => None,
        };
        let id = refusal.is_none().then(|| format!("4{:07}", self.calls.len() + 1));
        self.calls.push(Call {
            number: number.clone(),
            at: now,
            model: request.model.clone(),
            prompt: request.prompt.clone(),
            id: id.clone(),
        });
        if let Some(id) = &id {
            let fails = self.chance.percent(12).then(|| [1026, 1027, 1000][self.chance.index(3)]);
            let path = request.callback.as_ref().and_then(|url| url.rsplit('/').next()).map(str::to_owned);
            let takes = self.chance.between(20 * SECOND, 5 * MINUTE);
            let given_back = (fails == Some(1026) && self.chance.percent(70))
                .then(|| now + takes + self.chance.below(20) * self.chance.below(MINUTE));
            self.made
                .insert(id.clone(), Made { key, at: now, takes, price: PRICES[self.place], fails, given_back, path });
        }
        let mut reply = match (&id, refusal) {
            (_, Some(refusal)) => refusal,
            (Some(id), None) => ok(format!(r#"{{"task_id":"{id}","base_resp":{{"status_code":0}}}}"#)),
            (None, None) => code(1000),
        };
        if fate == Some(Fate::ErrorAfter) {
            reply = answered(504, "<html>".into());
        }
        if let Reply::Answered { request_id, .. } = &mut reply {
            *request_id = Some(number);
        }
        (reply, id)
    }

    /// Somebody had it make a task with the same key, and not by a program of this store. Gives the ID. Of another model,
    /// since a record without a prompt would fit an unknown of ours.
    pub(crate) fn make_elsewhere(&mut self, now: u64) -> String {
        let id = format!("8{:07}", self.calls.len() + 1);
        let takes = self.chance.between(20 * SECOND, 5 * MINUTE);
        let made = Made {
            key: ELSEWHERE,
            at: now,
            takes,
            price: PRICES[self.place],
            fails: None,
            given_back: None,
            path: None,
        };
        self.made.insert(id.clone(), made);
        self.calls.push(Call {
            number: self.number(self.calls.len()),
            at: now,
            model: "S2V-01".into(),
            prompt: "somebody else's".into(),
            id: Some(id.clone()),
        });
        id
    }

    pub(crate) fn query(&self, id: &str, now: u64) -> Reply {
        let Some(made) = self.made.get(id) else { return code(2013) };
        ok(match made.fails {
            _ if now < made.ends() => r#"{"status":"Processing","base_resp":{"status_code":0}}"#.to_owned(),
            Some(code) => format!(r#"{{"status":"Fail","base_resp":{{"status_code":{code},"status_msg":"no"}}}}"#),
            None => {
                format!(r#"{{"task_id":"{id}","status":"Success","file_id":"9{id}","base_resp":{{"status_code":0}}}}"#)
            }
        })
    }

    pub(crate) fn file(&self, file: &str, now: u64) -> Reply {
        let expires = self.start.plus(now + HOUR).0 / 1_000;
        ok(format!(
            r#"{{"file":{{"download_url":"https://files.example/{file}.mp4?Expires={expires}","bytes":7}},"base_resp":{{"status_code":0}}}}"#
        ))
    }

    fn cost(&self, call: &Call, now: u64) -> String {
        let charge = call.id.as_ref().and_then(|id| self.made.get(id)).map_or(0, |made| made.charge(now));
        format!("{}.{:03}", charge / 1_000, charge % 1_000)
    }

    /// What one call was charged, as the records say.
    pub(crate) fn charge(&self, number: &str, now: u64) -> Reply {
        match self.calls.iter().find(|call| call.number == number && call.at + self.lag <= now) {
            Some(call) => ok(format!(r#"{{"data":{{"cost":"{}","model":"{}"}}}}"#, self.cost(call, now), call.model)),
            None => ok(r#"{"code":-1,"msg":"record not found"}"#.to_owned()),
        }
    }

    /// The records of that span of time.
    pub(crate) fn records(&self, window: Window, page: u32, now: u64) -> Reply {
        let wall = |call: &Call| self.start.plus(call.at);
        let shown = |call: &&Call| call.at + self.lag <= now && window.holds(wall(call));
        let rows: Vec<&Call> = self.calls.iter().filter(shown).collect();
        let pages = rows.len().div_ceil(10).max(1);
        let from = (page as usize - 1) * 10;
        let items: Vec<String> = rows.iter().skip(from).take(10).map(|call| self.row(call, now)).collect();
        ok(format!(r#"{{"items":[{}],"pagination":{{"total_page":{pages},"cur_page":{page}}}}}"#, items.join(",")))
    }

    fn row(&self, call: &Call, now: u64) -> String {
        let at = self.start.plus(call.at).0 / 1_000;
        let logged = if self.logs {
            let id = call.id.clone().unwrap_or_default();
            format!(r#","prompt":"{}","response":{{"task_id":"{id}"}}"#, call.prompt)
        } else {
            String::new()
        };
        format!(
            r#"{{"request_id":"{}","created_at":{at},"model":"{}","cost":"{}","path":"/minimaxi/v1/video_generation"{logged}}}"#,
            call.number,
            call.model,
            self.cost(call, now)
        )
    }

    /// The task that it made of that attempt.
    pub(crate) fn of(&self, key: TaskKey) -> impl Iterator<Item = (&String, &Made)> {
        self.made.iter().filter(move |(_, made)| made.key == key)
    }
}
