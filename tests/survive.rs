//! What the program must survive: a kill at each step of a paid submission, an end in order with an answer outstanding,
//! several programs on one store. Nothing is sent twice, nothing is lost, and what cannot be known is called unknown.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod support;

use domain::task::{RemoteId, TaskState};
use rustix::process::Signal;
use std::time::{Duration, Instant};
use support::{
    Home, Service, assert_honest,
    gate::{self, Gate},
    pty::{CTRL_C, F2, Pty, at_the_gate, at_the_service},
    until,
};

/// Types a prompt into compose and opens its preview.
fn preview(screen: &mut Pty, prompt: &str) {
    screen.keys("n");
    screen.shows("New task");
    screen.keys(prompt);
    screen.shows(prompt);
    screen.keys(F2);
    screen.shows("Esc goes back");
}

/// Presses Enter three times at once until that shows: in its first moments the preview is deaf.
#[track_caller]
fn confirm_until(screen: &mut Pty, shown: &str) {
    for _ in 0..50 {
        screen.keys("\r\r\r");
        if screen.shows_within(shown, Duration::from_millis(300)) {
            return;
        }
    }
    panic!("Enter never brought: {shown}\n{}", screen.picture());
}

fn compose_and_send(screen: &mut Pty, prompt: &str) {
    preview(screen, prompt);
    confirm_until(screen, "queued #");
}

/// The dashboard with a submission on its way that the service has not answered.
fn in_flight() -> (Gate, Home, Pty) {
    let (gate, home, mut screen) = at_the_gate();
    compose_and_send(&mut screen, "a cat");
    gate.arrives();
    (gate, home, screen)
}

#[test]
fn a_kill_before_the_journal_leaves_no_task_but_the_draft() {
    let (gate, home, mut screen) = at_the_gate();
    preview(&mut screen, "a cat");
    until("the draft is saved", || {
        let saved = home.sql().query_row("SELECT body FROM own_drafts", [], |row| row.get::<_, String>(0));
        saved.is_ok_and(|draft| draft.contains("a cat"))
    });
    let blocked = home.block_the_store();
    confirm_until(&mut screen, "Being saved");
    screen.kill();
    blocked.release();
    assert_eq!(home.states(), []);
    let mut screen = Pty::ready(&home);
    screen.keys("n");
    screen.shows("a cat");
    screen.keys(CTRL_C);
    assert_eq!(screen.ended_with_the_terminal_as_found(), 0);
    assert_eq!(gate.posts(), 0);
}

#[test]
fn a_kill_after_the_journal_leaves_the_task_queued_and_the_next_start_paused() {
    let (service, home, mut screen) = at_the_service();
    screen.keys("p");
    screen.shows("queue paused");
    compose_and_send(&mut screen, "a cat");
    screen.kill();
    assert_eq!(home.states(), [TaskState::Queued]);
    let mut screen = Pty::dashboard(&home);
    screen.shows("queue paused");
    screen.shows("While you were away");
    assert_eq!(service.sim().submissions_of("a cat"), 0);
    screen.keys("p");
    screen.shows("saved");
    home.reaches(&[TaskState::Saved]);
    assert_eq!(service.sim().submissions_of("a cat"), 1);
    assert_honest(&service);
}

#[test]
fn a_kill_with_the_post_in_flight_leaves_an_unknown_that_is_never_sent_again() {
    let (gate, home, screen) = in_flight();
    screen.kill();
    assert_eq!(home.states(), [TaskState::Sending]);
    let screen = Pty::ready(&home);
    screen.shows("unknown");
    home.reaches(&[TaskState::Unknown]);
    // The queue goes on, with another task; whichever of the two programs sends it, the call waits for its answer.
    let other = home.start(&["submit", "--prompt", "a dog", "--yes", "--max-cost", "1"]);
    gate.arrives();
    gate.accept();
    other.end().coded(0);
    assert_eq!((gate.posts(), home.states()), (2, vec![TaskState::Unknown, TaskState::Running]));
}

#[test]
fn a_kill_of_a_one_shot_call_with_the_post_in_flight_leaves_an_unknown_for_whoever_comes_next() {
    let gate = Gate::start();
    let home = Home::new(&gate.url);
    let call = home.start(&["submit", "--prompt", "a cat", "--yes", "--max-cost", "1"]);
    gate.arrives();
    call.kill();
    assert_eq!(home.states(), [TaskState::Sending]);
    home.run(&["watch", "--until-idle"]).coded(0);
    assert_eq!((gate.posts(), home.states()), (1, vec![TaskState::Unknown]));
    // It counts as spent, and what to do is said.
    let shown = home.run(&["show", "1", "--json"]).coded(0).json().remove(0);
    assert_eq!((&shown["charged"], &shown["error"]["class"]), (&"unknown".into(), &"unknown_outcome".into()));
}

#[test]
fn a_kill_after_the_answer_and_before_it_is_saved_leaves_an_unknown() {
    let (gate, home, screen) = in_flight();
    let blocked = home.block_the_store();
    gate.accept();
    // The answer is in the program's hands, and only there.
    screen.shows("running");
    screen.kill();
    blocked.release();
    assert_eq!(home.states(), [TaskState::Sending]);
    let screen = Pty::ready(&home);
    screen.shows("unknown");
    home.reaches(&[TaskState::Unknown]);
    assert_eq!(gate.posts(), 1);
}

#[test]
fn a_store_that_cannot_be_written_for_a_while_costs_no_answer() {
    let (gate, home, mut screen) = in_flight();
    let blocked = home.block_the_store();
    gate.accept();
    screen.shows("running");
    screen.keys(CTRL_C);
    blocked.release();
    screen.ended_with_the_terminal_as_found();
    let task = home.task(1);
    assert_eq!((task.state(), task.remote), (TaskState::Running, Some(RemoteId(gate::ID.into()))));
    assert_eq!(gate.posts(), 1);
}

#[test]
fn three_enters_make_one_task() {
    let (service, home, mut screen) = at_the_service();
    compose_and_send(&mut screen, "a cat");
    home.reaches(&[TaskState::Saved]);
    screen.keys(CTRL_C);
    assert_eq!(screen.ended_with_the_terminal_as_found(), 0);
    assert_eq!((home.states().len(), service.sim().counts().submissions), (1, 1));
    assert_honest(&service);
}

/// Sends a task, ends the program by `end` while the answer is outstanding, and looks whether the answer is waited for.
fn ends_in_order(end: impl FnOnce(&mut Pty)) -> (Pty, u32) {
    let (gate, home, mut screen) = in_flight();
    end(&mut screen);
    // The draft, the last look: the end has begun, and it waits.
    gate.accept();
    let code = screen.ended();
    let task = home.task(1);
    assert_eq!((task.state(), task.remote, task.claim), (TaskState::Running, Some(RemoteId(gate::ID.into())), None));
    assert_eq!(gate.posts(), 1);
    (screen, code)
}

#[test]
fn sigterm_waits_for_an_answer_and_saves_it() {
    let (mut screen, code) = ends_in_order(|screen| {
        screen.signal(Signal::TERM);
        screen.shows("waiting for the answer");
        screen.signal(Signal::TERM);
    });
    assert_eq!((code, screen.ended_with_the_terminal_as_found()), (130, 130));
}

#[test]
fn sighup_waits_for_an_answer_and_saves_it() {
    let (mut screen, code) = ends_in_order(|screen| {
        screen.signal(Signal::HUP);
        screen.shows("waiting for the answer");
    });
    assert_eq!((code, screen.ended_with_the_terminal_as_found()), (130, 130));
}

#[test]
fn a_dropped_line_waits_for_an_answer_and_saves_it() {
    let (_, code) = ends_in_order(Pty::hang_up);
    assert_eq!(code, 130);
}

#[test]
fn sigterm_ends_a_call_in_order_with_its_answer_saved() {
    let gate = Gate::start();
    let home = Home::new(&gate.url);
    let call = home.start(&["submit", "--prompt", "a cat", "--yes", "--max-cost", "1", "--json"]);
    gate.arrives();
    call.signal(Signal::TERM);
    gate.accept();
    let done = call.end().coded(130);
    assert_eq!(done.json()[0]["task_id"], gate::ID);
    assert_eq!((gate.posts(), home.states()), (1, vec![TaskState::Running]));
}

#[test]
fn an_answer_that_came_while_the_program_was_stopped_counts_though_its_time_is_over() {
    // The shortest that a config can name.
    const TIMEOUT: Duration = Duration::from_secs(10);
    let gate = Gate::start();
    let home = Home::with(&gate.url, &[("http.timeout_seconds", "10")]);
    let call = home.start(&["submit", "--prompt", "a cat", "--yes", "--max-cost", "1", "--json"]);
    gate.arrives();
    let left = Instant::now();
    call.signal(Signal::STOP);
    let id = rustix::process::Pid::from_raw(i32::try_from(call.id()).unwrap());
    let stopped = rustix::process::waitpid(id, rustix::process::WaitOptions::UNTRACED).unwrap().unwrap().1;
    assert!(stopped.stopped(), "{stopped:?}");
    gate.accept();
    until("the end of its time-out", || left.elapsed() > TIMEOUT + TIMEOUT / 10);
    call.signal(Signal::CONT);
    let done = call.end().coded(0);
    let tasks = done.json();
    let task = tasks.last().unwrap();
    assert_eq!((&task["state"], &task["task_id"]), (&"running".into(), &gate::ID.into()), "{done:?}");
    assert_eq!(gate.posts(), 1);
}

#[test]
fn a_second_ctrl_c_leaves_at_once_and_the_task_is_unknown() {
    let (gate, home, mut screen) = in_flight();
    screen.keys(CTRL_C);
    screen.shows("waiting for the answer");
    screen.keys(CTRL_C);
    screen.ended_with_the_terminal_as_found();
    home.run(&["watch", "--until-idle"]).coded(0);
    assert_eq!((gate.posts(), home.states()), (1, vec![TaskState::Unknown]));
}

#[test]
fn several_programs_on_one_store_send_and_fetch_each_row_once_and_share_the_pace() {
    const PACE: usize = 4;
    let service = Service::start();
    let home = Home::with(&service.url(), &[("profiles.302ai.submit_per_minute", "4")]);
    let screen = Pty::ready(&home);
    let watch = home.start(&["watch"]);
    let prompts = ["one", "two", "three", "four", "five", "six"];
    let submit = |prompt: &&str| home.start(&["submit", "--prompt", prompt, "--yes", "--max-cost", "1", "--json"]);
    for call in prompts.iter().map(submit).collect::<Vec<_>>() {
        call.end().coded(0);
    }
    let saved = || home.states().iter().filter(|state| **state == TaskState::Saved).count();
    until("what the pace lets through is saved", || saved() == PACE);
    assert_eq!(service.sim().counts().submissions, PACE as u64);
    assert!(prompts.iter().all(|prompt| service.sim().submissions_of(prompt) <= 1));
    assert_eq!(service.downloads_of_each_file(), [1; PACE]);
    // What one program changes, the others see within a second.
    let left: Vec<String> = home
        .tasks()
        .iter()
        .filter(|task| task.state() == TaskState::Queued)
        .map(|task| task.key.0.to_string())
        .collect();
    assert_eq!(left.len(), prompts.len() - PACE);
    let cancel: Vec<&str> = ["cancel"].into_iter().chain(left.iter().map(String::as_str)).collect();
    home.run(&cancel).coded(0);
    assert!(screen.shows_within("cancelled", Duration::from_secs(1)), "{}", screen.picture());
    let listed = home.run(&["list", "--json"]).coded(0).json();
    assert_eq!(listed.len(), prompts.len());
    watch.signal(Signal::TERM);
    watch.end().coded(0);
    assert_eq!((service.sim().counts().submissions, saved()), (PACE as u64, PACE));
    assert_honest(&service);
}

#[test]
fn a_dashboard_sees_what_a_call_queues_and_works_on_it() {
    let (service, home, screen) = at_the_service();
    home.queue("a cat");
    assert!(screen.shows_within("a cat", Duration::from_secs(1)), "{}", screen.picture());
    screen.shows("saved");
    assert_eq!(service.downloads_of_each_file(), [1]);
    assert_honest(&service);
}

#[test]
fn the_work_of_a_program_that_was_killed_is_taken_over_by_the_one_that_lives() {
    let service = Service::with(|config| config.bytes_per_second = Some(20_000));
    let home = Home::new(&service.url());
    let watch = home.start(&["watch"]);
    home.queue("a cat");
    service.until("the download started", |counts| counts.downloads == 1);
    watch.kill();
    assert_eq!(home.states(), [TaskState::Saving]);
    home.run(&["wait", "1"]).coded(0);
    assert_eq!(home.states(), [TaskState::Saved]);
    assert_eq!(service.sim().counts().submissions, 1);
    assert_honest(&service);
}

#[test]
fn a_second_download_that_is_killed_leaves_the_file_of_the_first() {
    let service = Service::with(|config| config.bytes_per_second = Some(200_000));
    let home = Home::new(&service.url());
    home.queue("a cat");
    home.run(&["wait", "1"]).coded(0);
    let before = home.task(1);
    let again = home.start(&["download", "1", "--dir", "other"]);
    service.until("the second download started", |counts| counts.downloads == 2);
    again.kill();
    assert_eq!(home.task(1).saved(), before.saved());
    home.run(&["wait", "1"]).coded(0);
    let after = home.task(1);
    assert_eq!((after.phase, after.finished_at), (before.phase, before.finished_at));
    assert_eq!(service.sim().counts().downloads, 2);
    assert_honest(&service);
}

#[test]
fn a_program_that_runs_already_takes_over_from_one_that_is_killed_at_once() {
    let service = Service::with(|config| config.run_ms = (600_000, 600_000));
    let home = Home::new(&service.url());
    let watch = home.start(&["watch"]);
    home.queue("a cat");
    let holder = || home.task(1).claim.map(|claim| claim.owner);
    until("the first holds the row", || home.states() == [TaskState::Running] && holder().is_some());
    let first = holder();
    let screen = Pty::dashboard(&home);
    screen.shows("sends too");
    screen.shows("running");
    assert_eq!(holder(), first);
    watch.kill();
    // Its claim would have lasted for minutes.
    until("the second holds the row", || holder().is_some_and(|owner| Some(&owner) != first.as_ref()));
    assert_eq!(service.sim().counts().submissions, 1);
    assert_honest(&service);
}

#[test]
fn a_download_of_a_program_that_is_killed_is_gone_on_with_by_one_that_runs_already() {
    let service = Service::with(|config| config.bytes_per_second = Some(20_000));
    let home = Home::new(&service.url());
    let watch = home.start(&["watch"]);
    home.queue("a cat");
    service.until("the download started", |counts| counts.downloads == 1);
    let screen = Pty::ready(&home);
    screen.shows("other program");
    watch.kill();
    home.reaches(&[TaskState::Saved]);
    assert_honest(&service);
}

#[test]
fn a_batch_that_a_crash_brings_back_though_it_was_never_told_as_queued_is_taken_back_and_not_sent() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let submit = |prompt| home.run(&["submit", "--prompt", prompt, "--yes", "--max-cost", "1", "--queue"]).coded(0);
    submit("told");
    submit("never told");
    // What the log of a commit whose sync failed holds, as the next start reads it.
    home.sql().execute("INSERT INTO unconfirmed VALUES ('1-1-1', 2, 2)", []).unwrap();
    let done = home.run(&["watch", "--until-idle"]).coded(0);
    assert!(done.err.contains("taken back, free: #2: the program that was queueing them ended"), "{}", done.err);
    assert_eq!(home.states(), [TaskState::Saved, TaskState::Cancelled]);
    assert_eq!((service.sim().submissions_of("told"), service.sim().submissions_of("never told")), (1, 0));
    assert_honest(&service);
}
