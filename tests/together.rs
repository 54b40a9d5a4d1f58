//! Several whole programs on one store and one account: what one of them is told holds for all.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod support;

use domain::task::TaskState;
use support::{Home, Service, assert_honest, pty::Pty, until};

const YES: [&str; 3] = ["--yes", "--max-cost", "9"];

#[test]
fn a_pause_in_the_dashboard_stops_a_watch_and_a_submit_and_p_ends_it() {
    let service = Service::start();
    let home = Home::with(&service.url(), &[("profiles.302ai.submit_per_minute", "1")]);
    (0..3).for_each(|_| home.queue("a cat"));
    let watch = home.start(&["watch"]);
    service.until("the first task", |counts| counts.submissions == 1);
    // Unsent work is not from before: somebody is sending it.
    let mut screen = Pty::dashboard(&home);
    screen.shows(&format!("watch {} sends too", watch.id()));
    screen.hides("paused");
    screen.keys("p");
    screen.shows("queue paused");
    let stopped = || home.sql().query_row("SELECT who FROM stops", [], |row| row.get::<_, String>(0)).ok();
    until("the pause is in the store", || stopped().is_some());
    let submit = home.run(&[&["submit", "--prompt", "a dog"], &YES[..]].concat()).coded(0);
    assert!(submit.err.contains(&format!("sending is paused by {}", stopped().unwrap())), "{submit:?}");
    assert_eq!(service.sim().submissions_of("a dog"), 0);
    screen.keys("p");
    until("the pause is over", || stopped().is_none());
    screen.hides("paused");
    assert_eq!(service.sim().counts().submissions, 1);
    watch.signal(rustix::process::Signal::TERM);
    let told = watch.end();
    assert!(
        told.err.contains("sending paused by")
            && told.err.contains("dashboard")
            && told.err.contains("sending resumed"),
        "{told:?}"
    );
    assert_honest(&service);
}

#[test]
fn a_halt_of_one_program_is_every_program_s_and_its_resume_too() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let mut screen = Pty::ready(&home);
    let watch = home.start(&["watch"]);
    screen.shows("watch");
    // A third program, which is told no by the service.
    home.run(&[&["submit", "--prompt", "!1008"], &YES[..]].concat()).coded(4);
    screen.shows("halted");
    let submit = home.run(&[&["submit", "--prompt", "a cat"], &YES[..]].concat()).coded(4);
    assert!(submit.err.contains("1 task stays queued (sending halted"), "{submit:?}");
    assert!(submit.err.contains("Press p in a dashboard to resume."), "{submit:?}");
    assert_eq!((service.sim().counts().submissions, service.sim().submissions_of("a cat")), (1, 0));
    screen.keys("p");
    service.until("the task that waited", |counts| counts.submissions == 2);
    until("it is saved", || home.states()[1] == TaskState::Saved);
    watch.signal(rustix::process::Signal::TERM);
    watch.end();
    assert_honest(&service);
}

#[test]
fn a_batch_of_which_it_is_not_known_whether_it_is_queued_is_told_as_that_whatever_halts_besides() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let watch = home.start(&["watch"]);
    home.run(&[&["submit", "--prompt", "!1008"], &YES[..]].concat()).coded(4);
    let full = "CREATE TRIGGER full BEFORE DELETE ON unconfirmed BEGIN SELECT raise(ABORT, 'no'); END";
    home.sql().execute_batch(full).unwrap();
    let done = home.run(&[&["submit", "--prompt", "a cat"], &YES[..]].concat()).coded(7);
    assert!(done.err.contains("Whether the new tasks are queued is not known"), "{}", done.err);
    watch.signal(rustix::process::Signal::TERM);
    watch.end();
}

#[test]
fn a_halt_with_a_task_running_is_waited_out_and_ends_with_its_code() {
    for call in [&["watch", "--until-idle"][..], &["wait", "1", "2", "3"]] {
        let service = Service::with(|config| config.run_ms = (2_000, 2_000));
        // The third one's turn comes a minute later, so that the second one's answer is here by then.
        let home = Home::with(&service.url(), &[("profiles.302ai.submit_per_minute", "2")]);
        ["a cat", "!1008", "a dog"].into_iter().for_each(|prompt| home.queue(prompt));
        let done = home.run(call).coded(4);
        assert_eq!(home.states(), [TaskState::Saved, TaskState::Refused, TaskState::Queued], "{done:?}");
        assert_eq!(service.sim().counts().submissions, 2, "{call:?}");
    }
}

#[test]
fn an_old_unknown_and_another_account_s_tasks_hold_up_no_wait() {
    let service = Service::start();
    let home = Home::new(&service.url());
    home.run(&[&["submit", "--prompt", "!lost"], &YES[..]].concat()).coded(7);
    home.queue("a cat");
    home.sql().execute("UPDATE tasks SET profile = 'elsewhere' WHERE key = 2", []).unwrap();
    home.run(&["wait"]).coded(0);
    let told = home.run(&["watch", "--until-idle"]).coded(0);
    assert!(told.err.contains("no API key here for profile elsewhere"), "{told:?}");
    assert_eq!(home.states(), [TaskState::Unknown, TaskState::Queued]);
}

#[test]
fn a_wait_under_a_pause_ends_and_says_what_stays_queued() {
    let service = Service::start();
    let home = Home::new(&service.url());
    let mut screen = Pty::ready(&home);
    screen.keys("p");
    until("the pause is in the store", || {
        home.sql().query_row("SELECT count(*) FROM stops", [], |row| row.get::<_, u32>(0)).is_ok_and(|n| n == 1)
    });
    let waited = home.run(&[&["submit", "--prompt", "a cat", "--wait"], &YES[..]].concat()).coded(5);
    let told = waited.err.contains("1 task stays queued (sending is paused by ") && waited.err.contains("dashboard");
    assert!(told, "{waited:?}");
    let waited = home.run(&["wait", "1"]).coded(5);
    assert!(waited.err.contains("#1 stays queued. Press p in a dashboard to resume."), "{waited:?}");
    screen.shows("paused, free");
    let waited = home.run(&["watch", "--until-idle"]).coded(5);
    assert!(waited.err.contains("#1 stays queued"), "{waited:?}");
    assert_eq!(service.sim().counts().submissions, 0);
    screen.keys("p");
    until("it is saved", || home.states() == [TaskState::Saved]);
}

#[test]
fn a_wait_for_whatever_runs_sends_nothing() {
    let service = Service::start();
    let home = Home::new(&service.url());
    home.run(&[&["submit", "--prompt", "a cat"], &YES[..]].concat()).coded(0);
    home.queue("a dog");
    home.run(&["wait"]).coded(0);
    assert_eq!(home.states(), [TaskState::Saved, TaskState::Queued]);
    home.run(&["wait", "2"]).coded(0);
    assert_eq!(home.states(), [TaskState::Saved, TaskState::Saved]);
}

#[test]
fn a_config_that_starts_paused_holds_the_command_line_up_as_a_person_does() {
    let service = Service::start();
    let home = Home::with(&service.url(), &[("queue.start_paused", "true")]);
    let waited = home.run(&[&["submit", "--prompt", "a cat", "--wait"], &YES[..]].concat()).coded(5);
    let why = "1 task stays queued (sending is paused by queue.start_paused in the config). Press p in a dashboard";
    assert!(waited.err.contains(why), "{waited:?}");
    for call in [&["wait", "1"][..], &["watch", "--until-idle"]] {
        let waited = home.run(call).coded(5);
        let why = "sending is paused by queue.start_paused in the config: #1 stays queued";
        assert!(waited.err.contains(why), "{waited:?}");
    }
    assert_eq!((service.sim().counts().submissions, home.states()), (0, vec![TaskState::Queued]));
}

/// A second service with a key of its own, and a home whose config knows both. The variable's key belongs to the first.
fn two_services() -> (Service, Service, Home) {
    let other = "sk-of-the-other-profile-9876543210";
    let (one, two) = (
        Service::with(|config| config.key = Some(support::KEY.into())),
        Service::with(|config| config.key = Some(other.into())),
    );
    let home = Home::new(&one.url());
    let file = home.path().join("other.key");
    std::fs::write(&file, other).unwrap();
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let mut config = std::fs::read_to_string(home.config()).unwrap();
    config += &format!("profiles.other.base_url = {:?}\nprofiles.other.api_key_file = {file:?}\n", two.url());
    std::fs::write(home.config(), config).unwrap();
    (one, two, home)
}

#[test]
fn one_key_in_two_places_is_sent_to_the_first_of_two_hosts_alone() {
    let services = [(); 2].map(|()| Service::with(|config| config.key = Some(support::KEY.into())));
    let home = Home::new(&services[0].url());
    let file = home.path().join("same.key");
    std::fs::write(&file, support::KEY).unwrap();
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let url = services[1].url().replace("127.0.0.1", "localhost");
    let config = std::fs::read_to_string(home.config()).unwrap();
    let other = format!("profiles.other.base_url = {url:?}\nprofiles.other.api_key_file = {file:?}\n");
    std::fs::write(home.config(), config + &other).unwrap();
    let told = home.run(&["doctor"]).coded(1).out;
    let why = "wrong profile   other is not served: there is no API key for profile other: its key belongs to 302ai, and \
               no key is sent to two hosts";
    assert!(told.contains(why), "{told}");
    assert!(!told.contains("other is served too"), "{told}");
    home.queue("a cat");
    let other = home.run(&["--profile", "other", "submit", "--queue", "--prompt", "a dog", "--yes", "--max-cost", "1"]);
    assert!(other.coded(0).err.is_empty());
    let told = home.run(&["watch", "--until-idle"]).coded(3);
    assert!(told.err.contains("profile other is not served"), "{told:?}");
    let asked = services.map(|service| service.sim().counts().submissions);
    assert_eq!((asked, home.states()), ([1, 0], vec![TaskState::Saved, TaskState::Queued]));
}

fn queue_with(home: &Home, profile: &str, prompt: &str) {
    home.run(&[&["--profile", profile, "submit", "--queue", "--prompt", prompt], &YES[..]].concat()).coded(0);
}

#[test]
fn one_watch_serves_every_profile_and_sends_each_its_own_key_alone() {
    let (one, two, home) = two_services();
    queue_with(&home, "302ai", "a cat");
    queue_with(&home, "other", "a dog");
    // A wrong key would be refused, and would halt its profile.
    home.run(&["watch", "--until-idle"]).coded(0);
    assert_eq!(home.states(), [TaskState::Saved; 2]);
    assert_eq!((one.sim().submissions_of("a cat"), two.sim().submissions_of("a dog")), (1, 1));
    assert_eq!((one.sim().counts().submissions, two.sim().counts().submissions), (1, 1));
    home.assert_no_key_in_any_file();
    assert_honest(&one);
    assert_honest(&two);
}

#[test]
fn a_dashboard_beside_a_watch_shows_who_does_what_and_takes_over_what_a_dead_one_left() {
    let (one, two, home) = two_services();
    let watch = home.start(&["watch"]);
    let mut screen = Pty::ready(&home);
    screen.shows("watch");
    queue_with(&home, "other", "a dog");
    two.until("the other profile's task", |counts| counts.submissions == 1);
    screen.keys(":who\r");
    screen.shows(&format!("watch {}: sends 302ai, other", watch.id()));
    screen.shows("other: up to 5 submissions a minute");
    screen.keys("q");
    // A kill before the answer is on disk would leave an unknown, which nobody takes over.
    until("the answer is on disk", || home.states() != [TaskState::Sending]);
    watch.kill();
    queue_with(&home, "302ai", "a cat");
    home.reaches(&[TaskState::Saved; 2]);
    assert_honest(&one);
    assert_honest(&two);
}

#[test]
fn a_task_whose_profile_has_no_key_here_says_so() {
    let (_one, _two, home) = two_services();
    queue_with(&home, "other", "a dog");
    std::fs::remove_file(home.path().join("other.key")).unwrap();
    let screen = Pty::ready(&home);
    screen.shows("no key: other");
    let told = home.run(&["doctor"]);
    assert!(
        told.out.contains("other is not served") && told.out.contains("neither sent, watched nor saved"),
        "{told:?}"
    );
    assert_eq!(home.states(), [TaskState::Queued]);
}
