//! The two lists of keys that a day at the keyboard consists of, counted: a matrix of 24 prompts from start to all
//! saved, and the morning after a night's batch of 300. A text is typed as it is and counts for nothing; every other
//! key counts.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod support;

use domain::{
    amount::Amount,
    task::{TaskKey, TaskState},
    time::{HOUR, MINUTE, SECOND},
};
use engine::{
    effect::{Effect, HttpCmd, SaveCmd},
    settings::Settings,
};
use service::answer::Reply;
use support::flow::{Flow, SaveStep, Say, addressed, answered, lost, no_channel, now, refused};

/// Keys as they are pressed, and how many there were.
struct Keys {
    flow: Flow,
    count: usize,
}

impl Keys {
    /// Presses these, one a word.
    fn press(&mut self, keys: &str) -> &mut Self {
        for key in keys.split(' ') {
            self.flow.part(key);
            self.count += 1;
        }
        self
    }

    /// Types a text, as a terminal hands it over.
    fn types(&mut self, text: &str) -> &mut Self {
        self.flow.paste(text);
        self
    }
}

fn accepted(n: usize) -> Reply {
    answered(&format!(r#"{{"task_id":"1069161122{n:05}","base_resp":{{"status_code":0,"status_msg":"success"}}}}"#))
}

/// What the service says to each of so many submissions, where it does not take them.
fn answers(count: usize, other: impl Fn(usize) -> Option<Reply>) -> Vec<Reply> {
    (1..=count).map(|n| other(n).unwrap_or_else(|| accepted(n))).collect()
}

/// Of one task the address lives for another half hour only, and its first fetch is stopped.
fn at_risk_is(key: u32, effect: &Effect, since: u64, made: u64) -> Say {
    match effect {
        Effect::Http { call: HttpCmd::File { key: TaskKey(of), file, .. }, .. } if *of == key => {
            let until = (now(0).wall.0 + i64::try_from(made).unwrap()) / 1_000 + 2_400;
            Say::This(addressed(&file.0, until))
        }
        Effect::Save { command: SaveCmd::Start { key: TaskKey(of), .. }, .. } if *of == key && since < made => {
            Say::Saving(SaveStep::Stopped)
        }
        _ => Say::AsUsual,
    }
}

fn states(flow: &Flow, of: TaskState) -> usize {
    flow.tasks().iter().filter(|task| task.state() == of).count()
}

#[test]
fn a_matrix_of_24_from_start_to_all_saved() {
    let mut settings = Settings::default();
    settings.profile.submit_per_minute = 30;
    settings.queue.stop_after_failures = 0;
    settings.budget.per_day = Some(Amount::from_thousandths(40_000));
    let mut keys = Keys { flow: Flow::begin(settings, now(0)), count: 0 };
    // Eight come to nothing by three causes, between others; of one the answer is lost.
    keys.flow.answers.extend(answers(24, |n| match n {
        2 | 6 | 10 => Some(no_channel()),
        4 | 8 | 12 => Some(refused(1026, "input new_sensitive")),
        14 | 18 => Some(refused(2013, "invalid params, duration is not supported")),
        20 => Some(lost()),
        _ => None,
    }));
    keys.flow.script = |effect, since| at_risk_is(1, effect, since, 10 * MINUTE);
    // The matrix: three braces of 2, 3 and 2 alternatives, and two durations.
    keys.press("n").types("a {red|blue} {fox|cat|owl} in {rain|blood}");
    keys.press("<Tab> <Tab> <Tab> <Tab> <Enter> <Space> j <Space> <Enter> <F2>");
    keys.flow.shows("24 tasks, 12.0 PTC in all");
    keys.press("2 4 <Enter>");
    assert!(keys.count <= 17, "the matrix took {} keys", keys.count);
    keys.flow.live(3 * MINUTE);
    assert_eq!((states(&keys.flow, TaskState::Refused), states(&keys.flow, TaskState::Unknown)), (8, 1));
    // The causes: the shared part of the prompts is edited, the duration set, and one plan has all.
    keys.press("R");
    keys.press("<Enter> <Ctrl-w>").types("snow").press("<Enter>");
    keys.press("<Enter> <Down> <Enter>");
    keys.press("<Enter>");
    keys.press("<Enter>");
    keys.flow.live(MINUTE);
    assert_eq!(keys.flow.tasks().len(), 32, "{}", keys.flow.screen());
    // The unknown: the records say that nothing was created, and it is sent again.
    keys.press("<Esc> g U <Down> <Down> <Enter> r <Enter>");
    keys.flow.live(MINUTE);
    assert_eq!((keys.flow.tasks().len(), states(&keys.flow, TaskState::Unknown)), (33, 0), "{}", keys.flow.screen());
    keys.flow.made = true;
    keys.flow.live(10 * MINUTE);
    keys.flow.shows("at risk");
    // The file at risk is fetched at once.
    keys.press("g d");
    keys.flow.live(MINUTE);
    assert_eq!(states(&keys.flow, TaskState::Saved), 24, "{}", keys.flow.screen());
    assert_eq!(keys.flow.state.work.tasks.open, [0; 10]);
    assert!(keys.count <= 33, "from start to all saved it took {} keys", keys.count);
}

#[test]
fn the_morning_after_a_nights_batch_of_300() {
    let mut settings = Settings::default();
    settings.profile.submit_per_minute = 60;
    settings.queue.stop_after_failures = 0;
    settings.budget.per_day = Some(Amount::from_thousandths(200_000));
    settings.budget.per_batch = None;
    settings.compose.max_tasks = 300;
    let mut keys = Keys { flow: Flow::begin(settings, now(0)), count: 0 };
    keys.flow.answers.extend(answers(300, |n| match n {
        20 => Some(lost()),
        n if n % 25 == 0 => Some(no_channel()),
        _ => None,
    }));
    keys.flow.script = |effect, since| at_risk_is(2, effect, since, 8 * HOUR);
    let words = |sign: char, n: usize| (1..=n).map(|n| format!("{sign}{n}")).collect::<Vec<_>>().join("|");
    let prompt = format!("a {{{}}} of {{{}}}", words('a', 10), words('b', 30));
    keys.press("n").types(&prompt).press("<F2> 3 0 0 <Enter>");
    assert_eq!(keys.count, 6, "the evening");
    keys.flow.live(6 * MINUTE);
    assert_eq!(keys.flow.posts.len(), 300, "{}", keys.flow.screen());
    keys.flow.made = true;
    keys.flow.live(30 * MINUTE);
    let Keys { mut flow, .. } = keys;
    flow.now = now(8 * HOUR + MINUTE);
    let mut keys = Keys { flow: flow.restart(), count: 0 };
    keys.flow.live(SECOND);
    keys.flow.shows("1 unknown");
    // Twelve by one cause, all of them again.
    keys.press("R <Enter> 1 2 <Enter>");
    keys.flow.live(MINUTE);
    // The unknown was not created; it is sent again.
    keys.press("<Esc> g U <Down> <Down> <Enter> r <Enter>");
    keys.flow.live(10 * MINUTE);
    assert_eq!(states(&keys.flow, TaskState::Saved), 300, "{}", keys.flow.screen());
    assert!(keys.count <= 13, "the morning took {} keys", keys.count);
}
