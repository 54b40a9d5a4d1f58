//! Who does what on this store, as lines: for `:who` and `doctor`.

use crate::{amounts, names, reason, tr, voice::Voice};
use domain::{account::Member, task::TaskState, text};
use engine::{
    profile_state::ProfileState,
    who::{self, Program},
    work::Work,
};

/// A program: `watch 812: sends 302ai, minimax; watches 12, saves 2`.
#[must_use]
pub fn program(program: &Program) -> String {
    let name = match program.is_this {
        true => tr!("{name} (this one)", name = names::program(&program.name)),
        false if program.name.bytes().all(|byte| byte.is_ascii_digit()) => {
            tr!("process {name}", name = program.name)
        }
        false => names::program(&program.name),
    };
    let sends = match program.sends.as_slice() {
        [] => tr!("sends nothing").to_owned(),
        profiles => tr!("sends {profiles}", profiles = profiles.join(tr!(", "))),
    };
    let Program { sending, watched, saving, .. } = program;
    let mut does = vec![sends];
    if *sending > 0 {
        does.push(tr!("{n} on their way", n = sending));
    }
    does.push(tr!("watches {n}", n = watched));
    if *saving > 0 {
        does.push(tr!("saves {n}", n = saving));
    }
    let line = tr!("{name}: {does}", name, does = does.join(tr!(", ")));
    let Some(Member { host, who, version, silent_ms, .. }) = &program.says else { return line };
    let (who, host) = (text::harmless_line(who), text::harmless_line(host));
    let version = text::harmless_line(version);
    tr!(
        "{line}; {who} on {host}, version {version}, seen {ago}",
        line,
        who,
        host,
        version,
        ago = amounts::ago(*silent_ms)
    )
}

/// A profile that is served: `302ai: 5 a minute; 2 queued, 3 running; balance 12.5 PTC`.
#[must_use]
pub fn profile(work: &Work, name: &str, served: &ProfileState, voice: &Voice) -> String {
    let mut parts = Vec::new();
    match (&served.key_problem, served.has_key) {
        (Some(why), _) => parts.push(reason::problem(why, voice).fact()),
        (None, false) => parts.push(tr!("its key is being read").into()),
        (None, true) => {
            let pace = work.profile(name).map_or(0, |profile| profile.submit_per_minute);
            let halted = served.sending.halted.as_ref().map(|halt| reason::halt(halt, voice).what);
            let paused = work.queue.is_paused().then(|| tr!("sending is paused").to_owned());
            let runs = || tr!("up to {n} submissions a minute", n = pace);
            parts.extend((halted.is_none() && paused.is_none()).then(runs));
            parts.extend(halted.into_iter().chain(paused));
        }
    }
    for state in [TaskState::Queued, TaskState::Running, TaskState::Saving, TaskState::Unknown] {
        let count = who::count(work, name, state);
        if count > 0 {
            parts.push(tr!("{count} {state}", count, state = names::state(state)));
        }
    }
    if let Some(since) = served.poller.offline_since {
        parts.push(tr!("no answer for {span}", span = amounts::span(work.now.mono.since(since))));
    }
    if let Some((balance, _)) = served.balance.last {
        parts.push(tr!("balance {balance}", balance = balance.of(work.currency_of(name))));
    }
    tr!("{name}: {does}", name, does = parts.join(tr!(", ")))
}

/// A profile whose tasks lie still for want of a key here.
#[must_use]
pub fn without_key(name: &str, tasks: usize) -> String {
    tr!("{name}: no API key here; {tasks} neither sent, watched nor saved", name, tasks = names::tasks(tasks))
}

/// Everything that `who` prints.
#[must_use]
pub fn lines(work: &Work, voice: &Voice) -> Vec<String> {
    let programs = who::programs(work);
    let mut lines = vec![tr!("Programs on this store").to_owned()];
    lines.extend(programs.iter().map(|of| format!("  {}", program(of))));
    lines.extend([String::new(), tr!("Profiles").to_owned()]);
    lines.extend(work.served().map(|(name, served)| format!("  {}", profile(work, name, served, voice))));
    let keyless = who::without_key(work);
    lines.extend(keyless.iter().map(|(name, (tasks, _))| format!("  {}", without_key(name, *tasks))));
    lines
}
