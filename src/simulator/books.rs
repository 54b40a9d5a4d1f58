//! The service's own books: submissions, tasks, files, money. No HTTP in here; time is handed in.

use super::{
    SimConfig,
    callback::Progress,
    fault::{Fault, FaultSet, Faults, draw},
    records::{Entry, Log},
    rules,
    taken::{NO_BALANCE, NO_CHANNEL, Taken, base_resp, said, wire_id},
};
use axum::body::Bytes;
use domain::{
    amount::Amount,
    catalogue::Catalogue,
    prices::{PriceList, Prices},
    time::{MINUTE, Wall},
};
use serde_json::{Value, json};
use std::collections::{HashMap, VecDeque};

/// Strings in a kept submission are cut to this many bytes: a picture would fill the memory of a long run.
const KEPT_TEXT: usize = 8 * 1024;

/// A submission as it arrived.
#[derive(Clone, Debug, PartialEq)]
pub struct Submission {
    pub at: Wall,
    pub prompt: String,
    /// The id of the task it became; `None` when it was refused.
    pub task: Option<String>,
    /// Its JSON; very long texts (pictures) are cut.
    pub body: Value,
}

/// What was counted so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Submissions that arrived.
    pub submissions: u64,
    /// The submissions that became tasks.
    pub accepted: u64,
    pub queries: u64,
    /// File calls.
    pub files: u64,
    /// Balance calls.
    pub balances: u64,
    /// Requests to the storage, of any kind.
    pub downloads: u64,
    /// Looks into the records.
    pub records: u64,
    /// Uploads that were taken.
    pub uploads: u64,
    /// Posts to callback addresses, of any kind.
    pub callbacks: u64,
    /// Charged, less what was given back.
    pub charged: Amount,
}

/// How a task will end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// With a video.
    Success,
    /// With a code and a message; 0 gives no reason.
    Fail {
        /// `status_code`.
        code: i64,
        /// `status_msg`.
        message: String,
    },
}

/// A task that is there when the simulator starts. Words in its prompt cause faults as they do for submissions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preloaded {
    /// The service's id for it.
    pub id: String,
    /// The id of its file; `None`: drawn like any other.
    pub file: Option<String>,
    pub prompt: String,
    /// How long ago it was accepted, in milliseconds.
    pub age_ms: u64,
    /// How long it runs in all, in milliseconds; `None`: drawn like any other.
    pub run_ms: Option<u64>,
    /// How it ends.
    pub end: End,
    /// The model and what was charged, for the records; `None`: they do not have it.
    pub charge: Option<(String, Amount)>,
}

#[derive(Debug)]
pub(super) struct SimTask {
    id: String,
    file: String,
    accepted: Wall,
    run_ms: u64,
    end: End,
    /// Whether the charge of a failed one has been given back, or was never taken from this balance.
    repaid: bool,
    /// Whether the records have a query of it. One is enough: a client asks hundreds of times.
    queried: bool,
    pub(super) faults: FaultSet,
}

/// Where the state is to be posted to, by either name that hosts know it under.
fn callback(body: &Value) -> Option<String> {
    let named = |name| body[name].as_str().filter(|address| !address.is_empty()).map(str::to_owned);
    named("callback").or_else(|| named("callback_url"))
}

pub(super) struct Books {
    pub(super) seed: u64,
    ids_from: u64,
    pub(super) faults: Faults,
    pub(super) catalogue: Catalogue,
    prices: Prices,
    pub(super) run_ms: (u64, u64),
    pub(super) per_minute: Option<usize>,
    pub(super) balance: Amount,
    pub(super) counts: Counts,
    pub(super) calls: u64,
    pub(super) submissions: Vec<Submission>,
    pub(super) violations: Vec<String>,
    pub(super) log: Log,
    /// Uploaded pictures, the oldest first, by the name that their address ends with.
    pub(super) uploads: Vec<(String, Bytes)>,
    tasks: Vec<SimTask>,
    by_id: HashMap<String, usize>,
    by_file: HashMap<String, usize>,
    sent_before: HashMap<String, u32>,
    accepted_lately: VecDeque<Wall>,
}

impl Books {
    pub(super) fn new(config: &SimConfig) -> Self {
        Self {
            seed: config.seed,
            ids_from: config.ids_from,
            faults: config.faults.clone(),
            prices: Prices::new(PriceList::of(config.currency), &config.catalogue),
            catalogue: config.catalogue.clone(),
            run_ms: config.run_ms,
            per_minute: config.per_minute,
            balance: config.balance,
            counts: Counts::default(),
            calls: 0,
            submissions: Vec::new(),
            violations: Vec::new(),
            log: Log::default(),
            uploads: Vec::new(),
            tasks: Vec::new(),
            by_id: HashMap::new(),
            by_file: HashMap::new(),
            sent_before: HashMap::new(),
            accepted_lately: VecDeque::new(),
        }
    }

    /// The faults of the connection for the next API call.
    pub(super) fn next_call(&mut self) -> FaultSet {
        self.calls += 1;
        self.faults.of_call(self.seed, self.calls)
    }

    /// The `request-id` of the call that came last.
    pub(super) fn request_id(&self) -> String {
        format!("{:016x}{:016x}", draw(self.seed, 1_003, self.calls), draw(self.seed, 1_004, self.calls))
    }

    pub(super) fn submit(&mut self, body: Value, request_id: &str, now: Wall) -> Taken {
        self.counts.submissions += 1;
        let n = self.counts.submissions;
        let prompt = body["prompt"].as_str().unwrap_or_default().to_owned();
        let before = self.sent_before.entry(prompt.clone()).or_default();
        let faults = self.faults.of_submission(self.seed, n, &prompt, *before);
        *before += 1;
        for name in rules::unknown_fields(&body) {
            self.violations.push(format!("submission {n} has the unknown field {name}"));
        }
        let (taken, cost) = match self.judge(&body, faults, now) {
            Err(refused) => (refused, Amount::ZERO),
            Ok(price) => {
                let id = self.accept(n, price, faults, now);
                (Taken::Accepted { id, faults, callback: callback(&body) }, price)
            }
        };
        let task = if let Taken::Accepted { id, .. } = &taken { Some(id.clone()) } else { None };
        let body = shortened(body);
        if let Some(answer) = taken.answer() {
            let entry = Entry {
                request_id: request_id.into(),
                at: now,
                path: "/minimaxi/v1/video_generation",
                model: body["model"].as_str().unwrap_or_default().into(),
                cost,
                charged: task.is_some(),
                prompt: prompt.clone(),
                task: task.clone(),
                bodies: (body.clone(), answer),
                faults,
            };
            if faults.has(Fault::ChargedTwice) && entry.charged {
                let twin = draw(self.seed, 1_005, n);
                self.log.write(Entry { request_id: format!("{twin:032x}"), ..entry.clone() });
                self.counts.charged += cost;
                self.balance = self.balance - cost;
            }
            self.log.write(entry);
        }
        self.submissions.push(Submission { at: now, prompt, task, body });
        taken
    }

    /// The price, or why it is not taken.
    fn judge(&mut self, body: &Value, faults: FaultSet, now: Wall) -> Result<Amount, Taken> {
        let refuse = |code, message: &str| Err(Taken::Refused { code, message: message.into(), faults });
        if faults.has(Fault::Hang) {
            return Err(Taken::Silence);
        }
        if faults.has(Fault::Reset) {
            return Err(Taken::Cut);
        }
        if faults.has(Fault::Rate429) {
            return Err(Taken::TooMany);
        }
        if faults.has(Fault::GatewayBalance) {
            return Err(Taken::Gateway(NO_BALANCE));
        }
        if faults.has(Fault::NoChannel) {
            return Err(Taken::Gateway(NO_CHANNEL));
        }
        for (fault, code, message) in [
            (Fault::Key1004, 1004, "login fail: please carry the API secret key in the Authorization field"),
            (Fault::Rate1002, 1002, "rate limit exceeded, please retry later"),
            (Fault::Busy1000, 1000, "unknown error"),
            (Fault::Balance1008, 1008, "insufficient balance"),
            (Fault::Plan2061, 2061, "your current token plan does not support this model"),
            (Fault::Invalid2013, 2013, "invalid params, first_frame_image cannot be fetched"),
            (Fault::Sensitive1026, 1026, "input new_sensitive"),
        ] {
            if faults.has(fault) {
                return refuse(code, message);
            }
        }
        self.accepted_lately.retain(|at| now.since(*at) < MINUTE);
        if self.per_minute.is_some_and(|most| self.accepted_lately.len() >= most) {
            return refuse(1002, "rate limit exceeded(RPM)");
        }
        let price = match rules::price(body, &self.catalogue, &self.prices) {
            Ok(price) => price,
            Err(why) => return refuse(2013, &format!("invalid params, {why}")),
        };
        if price > self.balance {
            return Err(Taken::Gateway(NO_BALANCE));
        }
        Ok(price)
    }

    fn accept(&mut self, n: u64, price: Amount, faults: FaultSet, now: Wall) -> String {
        let end = if faults.has(Fault::Fail1026) {
            End::Fail { code: 1026, message: "input new_sensitive".into() }
        } else if faults.has(Fault::Fail1027) {
            End::Fail { code: 1027, message: "output new_sensitive".into() }
        } else if faults.has(Fault::FailNoReason) {
            End::Fail { code: 0, message: "success".into() }
        } else {
            End::Success
        };
        self.counts.accepted += 1;
        self.counts.charged += price;
        self.balance = self.balance - price;
        self.accepted_lately.push_back(now);
        let id = self.new_id(n, faults);
        let run_ms = self.drawn_run(n);
        self.add(SimTask {
            id: id.clone(),
            file: String::new(),
            accepted: now,
            run_ms,
            end,
            repaid: false,
            queried: false,
            faults,
        });
        id
    }

    pub(super) fn preload(&mut self, tasks: Vec<Preloaded>, now: Wall) {
        for (n, task) in (1_000_000_000..).zip(tasks) {
            let faults = Faults::default().of_submission(self.seed, n, &task.prompt, 0);
            let accepted = Wall(now.0.saturating_sub_unsigned(task.age_ms));
            let run_ms = task.run_ms.unwrap_or_else(|| self.drawn_run(n));
            if let Some((model, cost)) = task.charge {
                let body = json!({ "model": model, "prompt": task.prompt });
                let answer = json!({ "task_id": task.id, "base_resp": base_resp(0, "success") });
                self.log.write(Entry {
                    request_id: format!("{:032x}", draw(self.seed, 1_006, n)),
                    at: accepted,
                    path: "/minimaxi/v1/video_generation",
                    model,
                    cost,
                    charged: true,
                    prompt: task.prompt,
                    task: Some(task.id.clone()),
                    bodies: (body, answer),
                    faults: FaultSet::default(),
                });
            }
            let (id, end) = (task.id, task.end);
            let file = task.file.unwrap_or_default();
            self.add(SimTask { id, file, accepted, run_ms, end, repaid: true, queried: false, faults });
        }
    }

    fn add(&mut self, mut task: SimTask) {
        let n = self.tasks.len();
        if task.file.is_empty() {
            task.file = self.new_id(2_000_000_000 + n as u64, task.faults);
        }
        self.by_id.insert(task.id.clone(), n);
        self.by_file.insert(task.file.clone(), n);
        self.tasks.push(task);
    }

    /// 15 digits as the service has them; 19, past what a floating-point number holds, where ids come as numbers.
    fn new_id(&self, n: u64, faults: FaultSet) -> String {
        let small = 100_000_000_000_000 + (self.ids_from + n) * 10_007 + draw(self.seed, 1_000, n) % 10_007;
        let id = if faults.has(Fault::NumberIds) { 1_000_000_000_000_000_000 + small } else { small };
        id.to_string()
    }

    fn drawn_run(&self, n: u64) -> u64 {
        let (quick, slow) = self.run_ms;
        quick + draw(self.seed, 1_001, n) % (slow.saturating_sub(quick) + 1)
    }

    /// The answer to a query.
    pub(super) fn query(&mut self, id: &str, request_id: &str, now: Wall) -> Value {
        self.counts.queries += 1;
        let Some(at) = self.by_id.get(id).copied() else {
            return json!({ "task_id": "", "status": "", "base_resp": base_resp(2013, "invalid params, task_id does not exist") });
        };
        let answer = self.state(at, now);
        if !self.tasks[at].queried {
            self.tasks[at].queried = true;
            self.log.write(Entry {
                request_id: request_id.into(),
                at: now,
                path: "/minimaxi/v1/query/video_generation",
                model: String::new(),
                cost: Amount::ZERO,
                charged: false,
                prompt: String::new(),
                task: None,
                bodies: (json!({ "task_id": id }), answer.clone()),
                faults: FaultSet::default(),
            });
        }
        answer
    }

    /// How far a task is, in the words of callbacks.
    pub(super) fn progress(&mut self, id: &str, now: Wall) -> Option<Progress> {
        let at = self.by_id.get(id).copied()?;
        let mut answer = self.state(at, now);
        let task = &self.tasks[at];
        let ends = task.accepted.plus(task.run_ms);
        answer["status"] = match &task.end {
            _ if now < ends => json!("processing"),
            End::Success => json!("success"),
            End::Fail { .. } => json!("failed"),
        };
        let over = now >= ends;
        Some(Progress { answer, since: if over { ends } else { task.accepted }, ends: (!over).then_some(ends) })
    }

    fn state(&mut self, at: usize, now: Wall) -> Value {
        let task = &mut self.tasks[at];
        let faults = task.faults;
        let age = now.since(task.accepted);
        let mut answer = json!({ "task_id": wire_id(&task.id, faults), "status": "", "file_id": "", "base_resp": base_resp(0, "success") });
        if age < task.run_ms {
            answer["status"] = json!(said(stage(age, task.run_ms, faults), faults));
            return answer;
        }
        match &task.end {
            End::Fail { code, message } => {
                answer["status"] = json!("Fail");
                answer["base_resp"] = base_resp(*code, &said(message, faults));
                // By the service's table of codes a sensitive input is not charged.
                if *code == 1026 && !task.repaid {
                    task.repaid = true;
                    let given_back = self.log.give_back(&task.id);
                    self.balance += given_back;
                    self.counts.charged = self.counts.charged - given_back;
                }
            }
            End::Success => {
                answer["status"] = json!("Success");
                if !task.faults.take(Fault::SuccessWithoutFile) {
                    answer["file_id"] = wire_id(&task.file, faults);
                    answer["video_width"] = json!(1366);
                    answer["video_height"] = json!(768);
                }
            }
        }
        answer
    }

    /// The finished task that made a file.
    pub(super) fn file(&mut self, file: &str, now: Wall) -> Option<&mut SimTask> {
        let task = self.by_file.get(file).map(|at| &mut self.tasks[*at])?;
        (task.end == End::Success && now.since(task.accepted) >= task.run_ms).then_some(task)
    }
}

/// The service's word for how far a task is.
fn stage(age: u64, run_ms: u64, faults: FaultSet) -> &'static str {
    let percent = age.saturating_mul(100) / run_ms.max(1);
    match (faults.has(Fault::UnknownStatus), percent) {
        (false, 0..10) => "Preparing",
        (false, 10..30) => "Queueing",
        (false, _) => "Processing",
        (true, 0..30) => "",
        (true, _) => "Dreaming",
    }
}

fn shortened(value: Value) -> Value {
    match value {
        Value::String(text) if text.len() > KEPT_TEXT => Value::String(text.chars().take(64).chain(['…']).collect()),
        Value::Array(all) => all.into_iter().map(shortened).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, shortened(value))).collect(),
        other => other,
    }
}
