//! What is between the programs and the world: the store's commands, the calls to the service, the downloads; and
//! what of it goes wrong.

use crate::{
    model::{Made, ok, place_of},
    mutation::Mutation,
    plan::{Blow, Fate, Kind},
    program::{change_of, full},
    rules::{Kept, Rule, Run, broken},
    world::{Event, World},
};
use domain::{
    account::Change,
    problem::{Charged, ErrorClass, TaskError},
    reason::Reason,
    task::{Phase, SavedFile, Task, TaskKey, TaskState},
    time::{MINUTE, SECOND},
};
use engine::{
    effect::{HttpCmd, StoreCmd, Ticket, Write},
    msg::{HttpMsg, Msg, SaveMsg, SendResult, StoreMsg, WriteResult},
};
use service::answer::{ConnectionFault, Reply};

/// How long a program waits for the answer to a submission, and to any other call.
const PATIENCE: (u64, u64) = (120 * SECOND, 30 * SECOND);

fn not_connected() -> Reply {
    Reply::NotConnected { why: ConnectionFault::NoWay, detail: String::new() }
}

/// The body of a submission broke off on its way.
fn half_sent() -> Reply {
    Reply::NotUploaded { why: ConnectionFault::Reset, handed: 1, total: 2, detail: String::new() }
}

fn broken_off(after_ms: u64) -> Reply {
    Reply::Broken { why: ConnectionFault::TimedOut { after_ms }, request_id: None, detail: String::new() }
}

fn kind_of(call: &HttpCmd) -> Kind {
    match call {
        HttpCmd::Submit { .. } => Kind::Submit,
        HttpCmd::Query { .. } | HttpCmd::Find { .. } | HttpCmd::Balance { .. } => Kind::Query,
        HttpCmd::File { .. } | HttpCmd::Upload { .. } => Kind::File,
        HttpCmd::Charge { .. } | HttpCmd::Records { .. } => Kind::Records,
    }
}

fn answer_to(call: &HttpCmd, reply: Reply) -> Msg {
    Msg::Http(HttpMsg::answer(call.clone(), reply))
}

impl World {
    /// The store carries out the next command of that program.
    pub(crate) fn carry_out(&mut self, run: Run) -> Kept {
        let next = self.programs[run.0].as_mut().and_then(|program| program.commands.pop_front());
        let Some(mut command) = next else { return Ok(()) };
        let ticket = change_of(&command);
        if ticket.is_some() {
            let failed = Msg::Store(StoreMsg::Failed { ticket, fault: full() });
            if self.clock.now < self.full_until {
                self.hear_in_order(run, failed);
                return Ok(());
            }
            self.dirty = true;
            if let Some(blow) = self.next_commit {
                self.note(format!("{blow:?}"));
            }
            match self.next_commit.take() {
                Some(Blow::CommitFails) => {
                    self.hear_in_order(run, failed);
                    return Ok(());
                }
                Some(Blow::CommitLies) => return self.lies(run, command, failed),
                Some(_) => return self.unheard(run, command),
                None => {}
            }
        }
        self.mutate(&mut command);
        if let Some(made_up) = self.made_up(&command) {
            self.hear_in_order(run, Msg::Store(made_up));
            return self.acknowledged(&command);
        }
        let was = command.clone();
        let mut done = Vec::new();
        if let Some(program) = self.programs[run.0].as_mut() {
            program.session.answer(command, &mut |msg| done.push(msg));
        }
        for mut msg in done {
            if let (StoreMsg::SendClaimed { path: Some(path), .. }, StoreCmd::ClaimSend { write, .. }) =
                (&mut msg, &was)
            {
                let key = write.task.key;
                let name = format!("to-{}", key.0);
                let path = std::mem::replace(path, name.clone());
                self.paths.insert(name, (key, path));
            }
            if let StoreMsg::Written { results, .. } = &msg {
                self.look()?;
                self.undo_what_was_done(run, &was, results);
                if results.iter().all(|result| matches!(result, WriteResult::Done { .. })) {
                    self.acknowledged(&was)?;
                }
            }
            let now = self.programs[run.0].as_ref().map(|program| program.now(self.clock)).unwrap_or_default();
            match (&msg, &was) {
                (StoreMsg::Inserted { result: Ok(tasks), .. }, StoreCmd::Insert { .. }) => {
                    self.look()?;
                    self.rules.queued(tasks, now)?;
                }
                (StoreMsg::SendClaimed { result: SendResult::Claimed { key, .. }, .. }, _) => {
                    self.look()?;
                    self.rules.claimed(*key, now)?;
                }
                (StoreMsg::Shared { .. }, StoreCmd::Share { change: Change::Raise(raise), .. }) => {
                    self.rules.caps.raises.push(raise.clone());
                }
                _ => {}
            }
            self.hear_in_order(run, Msg::Store(msg));
        }
        if ticket.is_some() {
            self.ring(run);
        }
        Ok(())
    }

    fn acknowledged(&mut self, command: &StoreCmd) -> Kept {
        let StoreCmd::Write { writes, .. } = command else { return Ok(()) };
        self.look()?;
        writes.iter().try_for_each(|write| self.rules.acknowledged(&write.task))
    }

    /// The change is made, and told as failed. An insertion shows, as SQLite has it, only after a power cut: until then
    /// its pages are in the log, unseen.
    fn lies(&mut self, run: Run, command: StoreCmd, failed: Msg) -> Kept {
        let inserts = matches!(command, StoreCmd::Insert { .. });
        let tasks = self.make(run, command);
        self.rules.not_queued.extend(tasks.iter().map(|task| task.key));
        if !inserts {
            self.ring(run);
            self.hear_in_order(run, failed);
            return Ok(());
        }
        self.unconfirm(run, &tasks);
        self.look()?;
        self.take(run, failed)?;
        self.power_cut();
        Ok(())
    }

    /// The change is made, and the program is killed before it hears so.
    fn unheard(&mut self, run: Run, command: StoreCmd) -> Kept {
        let tasks = self.make(run, command);
        self.unconfirm(run, &tasks);
        self.crashes(run.0);
        Ok(())
    }

    /// Carries out a command of which nothing is told. Gives the tasks that it made.
    fn make(&mut self, run: Run, command: StoreCmd) -> Vec<Task> {
        let mut made = Vec::new();
        self.dirty = true;
        if let StoreCmd::Share { change: Change::Raise(raise), .. } = &command {
            self.rules.caps.raises.push(raise.clone());
        }
        if let Some(program) = self.programs[run.0].as_mut() {
            program.session.answer(command, &mut |msg| {
                if let StoreMsg::Inserted { result: Ok(tasks), .. } = msg {
                    made = tasks;
                }
            });
        }
        made
    }

    /// Puts the note back that a batch is not confirmed: it is taken away by a second change, which was not made.
    fn unconfirm(&mut self, run: Run, tasks: &[Task]) {
        let (Some(first), Some(last)) = (tasks.first(), tasks.last()) else { return };
        let Some(program) = self.programs[run.0].as_ref() else { return };
        if self.mutation == Some(Mutation::NoNote) {
            return;
        }
        let conn = rusqlite::Connection::open(self.dir.join("reeltop.db")).expect("the store");
        conn.execute(
            "INSERT OR REPLACE INTO unconfirmed (owner, first, last) VALUES (?1, ?2, ?3)",
            (program.session.owner(), first.key.0, last.key.0),
        )
        .expect("a note");
    }

    fn mutate(&self, command: &mut StoreCmd) {
        match (self.mutation, command) {
            (Some(Mutation::NoPace), StoreCmd::ClaimSend { per_minute, .. }) => *per_minute = 1_000,
            (Some(Mutation::NoCaps), StoreCmd::Insert { caps, .. } | StoreCmd::ClaimSend { caps, .. }) => {
                (caps.per_day, caps.per_batch) = (None, None);
            }
            (Some(Mutation::NoLedger), StoreCmd::Write { writes, .. }) => {
                writes.iter_mut().for_each(|write| write.ledger.clear());
            }
            _ => {}
        }
    }

    fn made_up(&self, command: &StoreCmd) -> Option<StoreMsg> {
        match (self.mutation, command) {
            (Some(Mutation::MadeUpWord), StoreCmd::ClaimSend { ticket, write, .. }) => {
                let result = SendResult::Claimed { key: write.task.key, rev: write.task.rev + 1 };
                Some(StoreMsg::SendClaimed { ticket: *ticket, result, path: None })
            }
            (Some(Mutation::LostWrite), StoreCmd::Write { ticket, writes })
                if writes.iter().any(|write| write.task.remote.is_some() && !write.ledger.is_empty()) =>
            {
                let done = |write: &Write| WriteResult::Done { key: write.task.key, rev: write.task.rev + 1 };
                Some(StoreMsg::Written { ticket: *ticket, results: writes.iter().map(done).collect() })
            }
            _ => None,
        }
    }

    /// For mutations that take back on disk what was written.
    fn undo_what_was_done(&mut self, run: Run, command: &StoreCmd, results: &[WriteResult]) {
        let StoreCmd::Write { writes, .. } = command else { return };
        for (write, result) in writes.iter().zip(results) {
            let WriteResult::Done { rev, .. } = result else { continue };
            let at = write.task.created_at;
            let phase = match (self.mutation, write.task.state()) {
                (Some(Mutation::Requeued), TaskState::Unknown) => Phase::Queued { not_before: at, put_back: None },
                (Some(Mutation::Revived), TaskState::Saved) => Phase::running(at),
                _ => continue,
            };
            let task = Task { phase, rev: *rev, ..write.task.clone() };
            let writes = vec![Write { task, events: vec![], ledger: vec![], never_left: None }];
            self.make(run, StoreCmd::Write { ticket: Ticket::MAX, writes });
        }
    }

    /// A program calls the service.
    pub(crate) fn call(&mut self, run: Run, profile: &str, call: HttpCmd) -> Kept {
        let (kind, now, place) = (kind_of(&call), self.clock.now, place_of(profile));
        match &call {
            HttpCmd::Submit { key, .. } | HttpCmd::Query { key, .. } | HttpCmd::File { key, .. } => {
                self.rules.is_for(*key, profile)?;
            }
            HttpCmd::Charge { request_id, .. } if !self.services[place].is_number(request_id) => {
                return broken(Rule::Apart, format!("{profile} is asked about {request_id}"));
            }
            HttpCmd::Charge { .. }
            | HttpCmd::Find { .. }
            | HttpCmd::Balance { .. }
            | HttpCmd::Upload { .. }
            | HttpCmd::Records { .. } => {}
        }
        if let HttpCmd::Submit { key, .. } = &call {
            self.look()?;
            self.rules.posts(run, place, *key, now)?;
        }
        let fate = self.fate(kind);
        let at_once = match fate {
            _ if now < self.away_until => Some(not_connected()),
            Some(Fate::NotConnected) => Some(not_connected()),
            Some(Fate::HalfSent) => Some(half_sent()),
            _ => None,
        };
        if let Some(reply) = at_once {
            self.after(10, 4 * SECOND, Event::Hear(run, Box::new(answer_to(&call, reply))));
            return Ok(());
        }
        let mut upload = 0;
        if let HttpCmd::Submit { key, ticket, .. } = &call {
            *self.arriving.entry(*key).or_default() += 1;
            upload = self.uploads(run, *key, *ticket);
        }
        if fate == Some(Fate::ArrivesLate) {
            let (patience, late) = (self.patience(&call), self.chance.below(20 * SECOND));
            let lost = answer_to(&call, self.lost(patience));
            self.at(now + upload + patience, Event::Hear(run, Box::new(lost)));
            self.at(now + upload + patience + late, Event::Arrive(run, place, Box::new(call), fate));
        } else {
            self.after(upload + 5, upload + 400, Event::Arrive(run, place, Box::new(call), fate));
        }
        Ok(())
    }

    /// How long the body of that submission takes on a bad line, long enough for its claim to be renewed; the program
    /// hears how far it is.
    fn uploads(&mut self, run: Run, key: TaskKey, ticket: Ticket) -> u64 {
        if !self.chance.percent(15) {
            return 0;
        }
        let (now, upload, total) = (self.clock.now, self.chance.between(20 * SECOND, 20 * MINUTE), 40);
        for done in 1..total {
            let told = HttpMsg::Uploading { key, ticket, done, total };
            self.at(now + upload * done / total, Event::Hear(run, Box::new(Msg::Http(told))));
        }
        self.half_sent.insert((run, key));
        upload
    }

    fn has_lost_its_claim(&self, run: Run, key: TaskKey) -> bool {
        let Some(program) = &self.programs[run.0] else { return true };
        let claim = self.rules.rows.get(&key).and_then(|task| task.claim.as_ref());
        claim.is_none_or(|claim| claim.until < program.now(self.clock).wall)
    }

    fn patience(&self, call: &HttpCmd) -> u64 {
        if matches!(call, HttpCmd::Submit { .. }) { PATIENCE.0 } else { PATIENCE.1 }
    }

    fn lost(&self, after_ms: u64) -> Reply {
        if self.mutation == Some(Mutation::SentAgain) { not_connected() } else { broken_off(after_ms) }
    }

    /// A call reaches the service, or is lost on the way with the program that made it.
    pub(crate) fn arrive(&mut self, run: Run, place: usize, call: HttpCmd, fate: Option<Fate>) -> Kept {
        let now = self.clock.now;
        if let HttpCmd::Submit { key, .. } = &call {
            let left = self.arriving.entry(*key).or_default();
            *left = left.saturating_sub(1);
            // A program that ended in the middle of a body has sent no request, nor has one whose claim ran out over it.
            if self.half_sent.remove(&(run, *key)) {
                if !self.runs_still(run) {
                    return Ok(());
                }
                if self.has_lost_its_claim(run, *key) {
                    self.after(10, SECOND, Event::Hear(run, Box::new(answer_to(&call, half_sent()))));
                    return Ok(());
                }
            }
        }
        let alive = self.runs_still(run);
        if !alive && (!matches!(call, HttpCmd::Submit { .. }) || self.chance.percent(50)) {
            return Ok(());
        }
        let reply = match &call {
            HttpCmd::Submit { key, request, .. } => {
                let (reply, id) = self.services[place].submit(*key, request, fate, now);
                if let Some(id) = id {
                    self.will_post(place, &id);
                }
                reply
            }
            HttpCmd::Query { id, .. } | HttpCmd::Find { id, .. } => self.services[place].query(&id.0, now),
            HttpCmd::File { file, .. } => self.services[place].file(&file.0, now),
            // Nobody sends pictures here.
            HttpCmd::Upload { .. } => ok("{}".to_owned()),
            HttpCmd::Balance { .. } => ok(r#"{"data":{"balance":"100"}}"#.to_owned()),
            HttpCmd::Charge { request_id, .. } => self.services[place].charge(request_id, now),
            HttpCmd::Records { window, page, .. } => self.services[place].records(*window, *page, now),
        };
        let is_end = |reply: &Reply| matches!(reply, Reply::Answered { body, .. } if body.contains("Success") || body.contains("Fail"));
        if self.mutation == Some(Mutation::Deaf) && matches!(call, HttpCmd::Query { .. }) && is_end(&reply) {
            return Ok(());
        }
        let reply = match reply {
            Reply::Answered { http, retry_after_ms, request_id, body }
                if self.mutation == Some(Mutation::MisreadRecords) && matches!(call, HttpCmd::Records { .. }) =>
            {
                let body = body.replace(r#""task_id":"4"#, r#""task_id":"5"#);
                Reply::Answered { http, retry_after_ms, request_id, body }
            }
            other => other,
        };
        self.answer(run, &call, fate, reply);
        Ok(())
    }

    /// The answer goes back, as far as it gets.
    fn answer(&mut self, run: Run, call: &HttpCmd, fate: Option<Fate>, reply: Reply) {
        let patience = self.patience(call);
        let is_submission = matches!(call, HttpCmd::Submit { .. });
        let (low, high) = (20, 3 * SECOND);
        let code = |code: i64| ok(format!(r#"{{"base_resp":{{"status_code":{code},"status_msg":"no"}}}}"#));
        let (reply, low, high) = match fate {
            Some(Fate::ArrivesLate) if is_submission => return,
            Some(Fate::AnswerLost | Fate::ArrivesLate) => (self.lost(patience), low, patience),
            Some(Fate::Late) => (self.lost(patience), patience - SECOND, patience),
            Some(Fate::Garbled) => (ok("{\"task_id".to_owned()), low, high),
            Some(Fate::ErrorBefore) if !is_submission => {
                let body = "<html>".to_owned();
                (Reply::Answered { http: 502, retry_after_ms: None, request_id: None, body }, low, high)
            }
            Some(Fate::Limit) if !is_submission => (code(1002), low, high),
            Some(Fate::LimitWithWait) if !is_submission => {
                let wait = Some(30 * SECOND);
                (Reply::Answered { http: 429, retry_after_ms: wait, request_id: None, body: "{}".into() }, low, high)
            }
            _ if self.clock.now < self.away_until => (self.lost(patience), low, patience),
            _ => (reply, low, high),
        };
        let msg = answer_to(call, reply);
        if fate == Some(Fate::Doubled) {
            self.after(low, high, Event::Hear(run, Box::new(msg.clone())));
        }
        self.after(low, high, Event::Hear(run, Box::new(msg)));
    }

    /// The service will post about a task to the path that its submission named.
    fn will_post(&mut self, place: usize, id: &str) {
        let Some(Made { path: Some(path), key, .. }) = self.services[place].made.get(id).cloned() else { return };
        let ends = self.services[place].made[id].ends();
        let path = match self.mutation {
            Some(Mutation::CrossedPosts) => {
                let other = self.services[place].made.values().find(|made| made.key != key);
                other.and_then(|made| made.path.clone()).unwrap_or(path)
            }
            _ => path,
        };
        for at in [self.clock.now + 200, ends] {
            let fate = self.fate(Kind::Post);
            let late = if fate == Some(Fate::Late) { 5 * MINUTE } else { 0 };
            let times = match fate {
                Some(Fate::AnswerLost) => 0,
                Some(Fate::Doubled) => 2,
                _ => 1,
            };
            for n in 0..times {
                self.at(at + late + n * 700, Event::Post(path.clone(), id.to_owned()));
            }
        }
    }

    /// A download comes to its end.
    pub(crate) fn saving(&mut self, run: Run, key: TaskKey, ticket: Ticket, fate: Option<Fate>) -> Kept {
        let Some(program) = self.programs[run.0].as_mut() else { return Ok(()) };
        if program.saves.get(&key) != Some(&ticket) {
            return Ok(());
        }
        program.saves.remove(&key);
        assert!(self.mutation != Some(Mutation::Panics), "a mutation");
        let error = |class| TaskError {
            code: "x".into(),
            class,
            reason: Reason::said("it did not work", "", ""),
            charged: Charged::Yes,
        };
        if fate == Some(Fate::Cut) {
            self.take(run, Msg::Save(SaveMsg::Progress { key, ticket, done: 3, total: Some(7) }))?;
        }
        let msg = match fate {
            Some(Fate::Cut) => SaveMsg::Failed { key, ticket, error: error(ErrorClass::Network), again: true },
            Some(Fate::Dead) => SaveMsg::AddressDead { key, ticket, detail: "403".into() },
            Some(Fate::NoRoom) => SaveMsg::Failed { key, ticket, error: error(ErrorClass::File), again: false },
            _ => {
                let path = format!("/videos/{}.mp4", key.0);
                let saved =
                    SavedFile { host: None, path, bytes: 7, sha256: String::new(), sides: None, length_ms: None };
                SaveMsg::Done { key, ticket, saved }
            }
        };
        self.take(run, Msg::Save(msg))
    }
}
