use super::*;
use crate::gateway::records::SLACK;
use domain::time::{MINUTE, SECOND};
use proptest::prelude::*;

const T0: i64 = 1_795_372_200_000;
const SUBMIT: &str = "/minimaxi/v1/video_generation";

fn at(seconds: i64) -> Wall {
    Wall(T0 + seconds * 1_000)
}

/// An unknown, sent so many seconds after the start with a patience of two minutes.
fn unknown(key: u32, seconds: i64) -> Submission {
    Submission {
        key: TaskKey(key),
        sent: at(seconds),
        until: at(seconds + 120),
        model: "T2V-01".into(),
        prompt: "a cat on a roof".into(),
        request_id: None,
        task_id: None,
        seconds: vec![],
        disowned: vec![],
        unknown: true,
        shifts: vec![],
    }
}

/// One that is settled.
fn known(key: u32, seconds: i64, request_id: Option<&str>, task_id: Option<&str>) -> Submission {
    Submission {
        request_id: request_id.map(str::to_owned),
        task_id: task_id.map(|id| RemoteId(id.into())),
        unknown: false,
        ..unknown(key, seconds)
    }
}

/// A row of a submission without its bodies.
fn row(id: &str, seconds: i64) -> Row {
    Row {
        request_id: Some(id.into()),
        at: Some(at(seconds)),
        path: Some(SUBMIT.into()),
        model: Some("T2V-01".into()),
        cost: Some(Amount::from_hundredths(50)),
        ..Row::default()
    }
}

fn with_task(task: &str, row: Row) -> Row {
    Row { task_id: Some(RemoteId(task.into())), ..row }
}

/// Every finding in one line: `#1 made 77 by r1`.
fn told(submissions: &[Submission], rows: &[Row]) -> String {
    let id = |row: &Row| row.request_id.clone().unwrap_or_else(|| "-".into());
    let line = |(key, finding): (TaskKey, Finding)| match finding {
        Finding::Made { id: task, row } => format!("#{} made {} by {}", key.0, task.0, id(&row)),
        Finding::IdLost { cost, row } => {
            format!("#{} lost for {} by {}", key.0, cost.map_or("?".into(), |cost| cost.to_string()), id(&row))
        }
        Finding::Ambiguous { rows, others } => {
            let rows: Vec<String> = rows.iter().map(id).collect();
            let others: Vec<String> = others.iter().map(|key| format!("#{}", key.0)).collect();
            format!("#{} {} with [{}]", key.0, rows.join("|"), others.join(" "))
        }
        Finding::NotSeen { free } if free.is_empty() => format!("#{} not seen", key.0),
        Finding::NotSeen { free } => {
            format!("#{} not seen but {}", key.0, free.iter().map(id).collect::<Vec<_>>().join("|"))
        }
    };
    settle(submissions, rows, &Catalogue::builtin()).into_iter().map(line).collect::<Vec<_>>().join(", ")
}

/// A name, submissions, rows of the records, and what is told of them.
type Case = (&'static str, Vec<Submission>, Vec<Row>, &'static str);

/// Tells of each case what it should, in any order of the rows.
fn hold(cases: Vec<Case>) {
    for (case, submissions, rows, expected) in cases {
        assert_eq!(told(&submissions, &rows), expected, "{case}");
        let rotated = |n: usize| rows.iter().cloned().cycle().skip(n).take(rows.len()).collect::<Vec<_>>();
        if !expected.contains('|') {
            assert!((0..rows.len()).all(|n| told(&submissions, &rotated(n)) == expected), "{case}, in another order");
        }
    }
}

fn prompt(prompt: &str, row: Row) -> Row {
    Row { prompt: Some(prompt.into()), ..row }
}

fn without(change: fn(&mut Row), mut row: Row) -> Row {
    change(&mut row);
    row
}

#[test]
fn an_unknown_is_settled_by_the_one_row_that_is_its_own_and_by_nothing_else() {
    hold(vec![
        ("one row with a task", vec![unknown(1, 0)], vec![with_task("77", row("r1", 3))], "#1 made 77 by r1"),
        ("one row without", vec![unknown(1, 0)], vec![row("r1", 3)], "#1 lost for 0.5 by r1"),
        (
            "a cost that is not said",
            vec![unknown(1, 0)],
            vec![without(|row| row.cost = None, row("r1", 3))],
            "#1 lost for ? by r1",
        ),
        ("no row", vec![unknown(1, 0)], vec![], "#1 not seen"),
        ("two rows", vec![unknown(1, 0)], vec![row("r1", 3), row("r2", 9)], "#1 r1|r2 with []"),
        (
            "two charges of one task",
            vec![unknown(1, 0)],
            vec![with_task("77", row("r1", 3)), with_task("77", row("r2", 9))],
            "#1 made 77 by r1",
        ),
        (
            "two charges of one task and a row that may be another's",
            vec![unknown(1, 0)],
            vec![with_task("77", row("r1", 3)), with_task("77", row("r2", 9)), row("r3", 10)],
            "#1 r1|r2|r3 with []",
        ),
        (
            "whatever the clock of the gateway says",
            vec![Submission { request_id: Some("r1".into()), ..unknown(1, 0) }],
            vec![row("r1", 9_999)],
            "#1 lost for 0.5 by r1",
        ),
        (
            "another id is another call",
            vec![Submission { request_id: Some("r1".into()), ..unknown(1, 0) }],
            vec![row("r2", 3)],
            "#1 not seen",
        ),
        (
            "charged twice",
            vec![Submission { request_id: Some("r1".into()), ..unknown(1, 0) }],
            vec![row("r1", 3), with_task("77", row("r1", 3))],
            "#1 made 77 by r1",
        ),
    ]);
}

#[test]
fn a_row_that_several_submissions_may_own_settles_none_of_them() {
    hold(vec![
        (
            "the row of a task that was found by its ID after the row had been ruled out",
            vec![Submission { disowned: vec!["r1".into()], ..known(1, 0, None, Some("77")) }, unknown(2, 5)],
            vec![with_task("77", row("r1", 3))],
            "#2 not seen",
        ),
        (
            "two unknowns alike and one row",
            vec![unknown(1, 0), unknown(2, 5)],
            vec![with_task("77", row("r1", 3))],
            "#1 r1 with [#2], #2 r1 with [#1]",
        ),
        (
            "two unknowns alike and two rows",
            vec![unknown(1, 0), unknown(2, 5)],
            vec![with_task("77", row("r1", 3)), with_task("78", row("r2", 6))],
            "#1 r1|r2 with [#2], #2 r1|r2 with [#1]",
        ),
        (
            "two unknowns far apart",
            vec![unknown(1, 0), unknown(2, 600)],
            vec![row("r1", 3), with_task("78", row("r2", 606))],
            "#1 lost for 0.5 by r1, #2 made 78 by r2",
        ),
        (
            "two unknowns of different prompts, with bodies",
            vec![unknown(1, 0), Submission { prompt: "a dog".into(), ..unknown(2, 0) }],
            vec![
                prompt("a dog", with_task("78", row("r2", 3))),
                prompt("a cat on a roof", with_task("77", row("r1", 4))),
            ],
            "#1 made 77 by r1, #2 made 78 by r2",
        ),
        (
            "two unknowns of different models",
            vec![unknown(1, 0), Submission { model: "S2V-01".into(), ..unknown(2, 0) }],
            vec![row("r1", 3)],
            "#1 lost for 0.5 by r1, #2 not seen",
        ),
        (
            "rows of tasks that are known are theirs",
            vec![unknown(1, 0), known(2, 1, Some("r2"), Some("78")), known(3, 2, None, Some("79"))],
            vec![row("r1", 3), row("r2", 3), with_task("79", row("r3", 3))],
            "#1 lost for 0.5 by r1",
        ),
        (
            "a known task that has no row yet may own the one there is",
            vec![unknown(1, 0), known(2, 1, None, Some("78"))],
            vec![row("r1", 3)],
            "#1 r1 with [#2]",
        ),
        (
            "a known task with a request id owns no row of another",
            vec![unknown(1, 0), known(2, 1, Some("r2"), Some("78"))],
            vec![row("r1", 3)],
            "#1 lost for 0.5 by r1",
        ),
        (
            "one that was given up as lost may own it as well",
            vec![unknown(1, 0), known(2, 1, None, None)],
            vec![row("r1", 3)],
            "#1 r1 with [#2]",
        ),
        (
            "an unknown whose answer carried its id is found among others alike",
            vec![Submission { request_id: Some("r1".into()), ..unknown(1, 0) }, unknown(2, 0)],
            vec![with_task("77", row("r1", 3)), row("r2", 3)],
            "#1 made 77 by r1, #2 lost for 0.5 by r2",
        ),
    ]);
}

#[test]
fn a_prompt_is_a_submissions_own_whole_or_cut_and_never_because_ours_begins_with_it() {
    hold(vec![
        (
            "a prompt that the record cuts",
            vec![unknown(1, 0)],
            vec![prompt("a cat  on…", with_task("77", row("r1", 3)))],
            "#1 made 77 by r1",
        ),
        (
            "a prompt that is cut where nothing says so",
            vec![Submission { prompt: "a cat ".repeat(20), ..unknown(1, 0) }],
            vec![prompt(&"a cat ".repeat(10), with_task("77", row("r1", 3)))],
            "#1 made 77 by r1",
        ),
        (
            "somebody else's prompt, with which ours begins",
            vec![unknown(1, 0)],
            vec![prompt("a cat", with_task("77", row("r1", 3)))],
            "#1 not seen",
        ),
        (
            "of two that begin alike each has its own",
            vec![Submission { prompt: "a cat".into(), ..unknown(1, 0) }, unknown(2, 0)],
            vec![
                prompt("a cat", with_task("77", row("r1", 3))),
                prompt("a cat on a roof", with_task("78", row("r2", 3))),
            ],
            "#1 made 77 by r1, #2 made 78 by r2",
        ),
        (
            "somebody else's prompt",
            vec![unknown(1, 0)],
            vec![prompt("a dog", with_task("77", row("r1", 3)))],
            "#1 not seen",
        ),
    ]);
}

#[test]
fn a_row_is_a_submissions_own_by_path_model_and_time() {
    hold(vec![
        (
            "another model of ours",
            vec![unknown(1, 0)],
            vec![Row { model: Some("i2v-01".into()), ..row("r1", 3) }],
            "#1 not seen",
        ),
        (
            "a name of the gateway's own for the model",
            vec![unknown(1, 0)],
            vec![Row { model: Some("minimaxi-video".into()), ..row("r1", 3) }],
            "#1 lost for 0.5 by r1",
        ),
        (
            "a model and no path",
            vec![unknown(1, 0)],
            vec![without(|row| row.path = None, row("r1", 3))],
            "#1 lost for 0.5 by r1",
        ),
        (
            "neither path nor model",
            vec![unknown(1, 0)],
            vec![without(|row| (row.path, row.model) = (None, None), row("r1", 3))],
            "#1 not seen",
        ),
        (
            "a row without a time lies in the window that was asked for",
            vec![unknown(1, 0)],
            vec![without(|row| row.at = None, row("r1", 3))],
            "#1 lost for 0.5 by r1",
        ),
        ("clocks apart by less than the slack", vec![unknown(1, 0)], vec![row("r1", -60)], "#1 lost for 0.5 by r1"),
        ("before the slack", vec![unknown(1, 0)], vec![row("r1", -61)], "#1 not seen"),
        ("after the time-out", vec![unknown(1, 0)], vec![row("r1", 180)], "#1 lost for 0.5 by r1"),
        ("after the slack", vec![unknown(1, 0)], vec![row("r1", 181)], "#1 not seen"),
        (
            "a query's row names a task and is no submission",
            vec![unknown(1, 0)],
            vec![with_task(
                "77",
                Row { path: Some("/minimaxi/v1/query/video_generation?task_id=77".into()), ..row("q", 3) },
            )],
            "#1 not seen",
        ),
        (
            "calls of other kinds",
            vec![unknown(1, 0)],
            vec![
                Row { path: Some("/v1/chat/completions".into()), model: None, ..row("c", 3) },
                Row { path: Some("/302/upload-file".into()), ..row("u", 3) },
                Row { path: Some("https://api.302.ai/minimaxi/v1/video_generation/".into()), ..row("r1", 3) },
            ],
            "#1 lost for 0.5 by r1",
        ),
    ]);
}

/// What happened to one submission, and what of it a record shows.
#[derive(Clone, Debug)]
struct Fate {
    sent: i64,
    took: u64,
    skew: i64,
    model: usize,
    prompt: usize,
    knows: u8,
    shows: u8,
    refused: bool,
}

fn fate() -> impl Strategy<Value = Fate> {
    let patience = 2 * MINUTE;
    let slack = SLACK as i64;
    (0..400_i64, 0..=patience, -slack..=slack, 0..2_usize, 0..3_usize, any::<u8>(), any::<u8>(), any::<bool>())
        .prop_map(|(sent, took, skew, model, prompt, knows, shows, refused)| Fate {
            sent,
            took,
            skew,
            model,
            prompt,
            knows,
            shows,
            refused,
        })
}

impl Fate {
    fn submission(&self, n: usize) -> Submission {
        let has = |bit: u8| self.knows & (1 << bit) != 0;
        let base = unknown(n as u32, self.sent);
        Submission {
            model: ["T2V-01", "MiniMax-Hailuo-02"][self.model].into(),
            prompt: ["a cat", "a cat on a roof", "a dog"][self.prompt].into(),
            request_id: has(0).then(|| format!("r{n}")),
            task_id: (has(1) && !has(2)).then(|| RemoteId(format!("7{n}"))),
            unknown: has(2),
            ..base
        }
    }

    /// `None`: the records lag.
    fn row(&self, n: usize, submission: &Submission) -> Option<Row> {
        let shows = |bit: u8| self.shows & (1 << bit) != 0;
        if self.shows & 0b11 == 0 {
            return None;
        }
        let made = Wall(submission.sent.0 + self.took as i64 + self.skew);
        // Records count in seconds.
        let made = Wall(made.0.div_euclid(SECOND as i64) * SECOND as i64);
        Some(Row {
            request_id: shows(2).then(|| format!("r{n}")),
            at: shows(3).then_some(made),
            path: shows(4).then(|| SUBMIT.into()),
            model: shows(5).then(|| submission.model.clone()),
            prompt: shows(6).then(|| submission.prompt.clone()),
            task_id: (shows(7) && !self.refused).then(|| RemoteId(format!("7{n}"))),
            // Says whose row it is.
            cost: Some(Amount::from_thousandths(n as i64)),
        })
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_submission_is_ever_given_the_row_of_another(
        fates in prop::collection::vec(fate(), 1..7),
        turn in 0..7_usize,
        jump in prop_oneof![Just(0_i64), -7_200..7_200_i64],
    ) {
        let mut submissions: Vec<Submission> = fates.iter().enumerate().map(|(n, fate)| fate.submission(n)).collect();
        let rows = fates.iter().zip(&submissions).enumerate().filter_map(|(n, (fate, one))| fate.row(n, one));
        let mut rows: Vec<Row> = rows.collect();
        let turn = turn % rows.len().max(1);
        rows.rotate_left(turn);
        // The clock is set in the middle: what is sent after that is dated by another clock than the records are.
        for one in &mut submissions {
            let off = if one.sent > at(200) { jump * SECOND as i64 } else { 0 };
            (one.sent.0, one.until.0, one.shifts) = (one.sent.0 + off, one.until.0 + off, vec![jump * -1_000, jump * 1_000]);
        }
        let found = settle(&submissions, &rows, &Catalogue::builtin());
        prop_assert_eq!(found.len(), submissions.iter().filter(|one| one.unknown).count());
        for (key, finding) in found {
            if let Finding::Made { row, .. } | Finding::IdLost { row, .. } = &finding {
                prop_assert_eq!(row.cost, Some(Amount::from_thousandths(key.0.into())), "{:?}", finding);
            }
            if let Finding::Made { id, .. } = &finding {
                prop_assert_eq!(&id.0, &format!("7{}", key.0));
            }
        }
    }
}

#[test]
fn a_row_that_a_later_page_repeats_is_one_row() {
    let rows = [row("r1", 5), row("r1", 5)];
    assert_eq!(told(&[unknown(1, 0)], &rows), told(&[unknown(1, 0)], &rows[..1]));
}

#[test]
fn a_row_of_a_call_that_made_and_cost_nothing_is_only_that_of_whom_it_names() {
    let free = |id: &str| Row { cost: Some(Amount::ZERO), ..row(id, 100) };
    // Such as the first try of a submission that was put back.
    assert_eq!(told(&[unknown(1, 95)], &[free("r0")]), "#1 not seen but r0");
    let other_model = Row { model: Some("S2V-01".into()), ..free("r0") };
    assert_eq!(told(&[unknown(1, 95)], &[other_model]), "#1 not seen");
    assert_eq!(told(&[unknown(1, 95)], &[free("r0"), with_task("77", row("r1", 101))]), "#1 made 77 by r1");
    let named = Submission { request_id: Some("r0".into()), ..unknown(1, 95) };
    assert_eq!(told(&[named], &[free("r0")]), "#1 lost for 0.0 by r0");
}

#[test]
fn a_row_that_a_person_ruled_out_settles_nothing_and_is_no_absence() {
    let ruled_out = |id: &str| Submission { disowned: vec![id.into()], ..unknown(1, 95) };
    for row in [row("r1", 100), with_task("77", row("r1", 100))] {
        let found = settle(&[ruled_out("r1")], &[row], &Catalogue::builtin());
        assert!(matches!(found[&TaskKey(1)], Finding::Ambiguous { .. }), "{found:?}");
    }
    // By its own name either, and then it is nobody else's.
    let named = Submission { request_id: Some("r1".into()), ..ruled_out("r1") };
    let found = settle(&[named, unknown(2, 96)], &[row("r1", 100)], &Catalogue::builtin());
    assert!(matches!(found[&TaskKey(1)], Finding::Ambiguous { .. }), "{found:?}");
    assert_eq!(found[&TaskKey(2)], Finding::NotSeen { free: vec![] });
    // That another one is left is no proof, and the one ruled out is not thereby another's: a person may err.
    let rows = [row("r1", 100), with_task("78", row("r2", 101))];
    assert_eq!(told(&[ruled_out("r1")], &rows), "#1 r2 with []");
    let found = settle(&[ruled_out("r1"), unknown(2, 96)], &[with_task("77", row("r1", 100))], &Catalogue::builtin());
    assert!(matches!(found[&TaskKey(2)], Finding::Ambiguous { .. }), "{found:?}");
}

#[test]
fn the_row_of_a_second_charge_is_taken() {
    let paid_twice = Submission { seconds: vec!["r2".into()], ..known(1, 95, Some("r1"), None) };
    assert_eq!(told(&[paid_twice, unknown(2, 96)], &[row("r1", 100), row("r2", 100)]), "#2 not seen");
}
