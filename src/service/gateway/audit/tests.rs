use super::*;
use domain::{
    amount::Currency::Ptc,
    task::{Phase, RefundMarks, RemoteId},
    testing::{draft, task},
    time::HOUR,
};

const T0: i64 = 1_795_372_200_000;
const SUBMIT: &str = "/minimaxi/v1/video_generation";

fn amount(thousandths: i64) -> Amount {
    Amount::from_thousandths(thousandths)
}

fn at(seconds: i64) -> Wall {
    Wall(T0 + seconds * 1_000)
}

/// A running one of half a PTC.
fn ours(key: u32, seconds: i64, request_id: Option<&str>) -> (Task, Submission) {
    let phase = Phase::running(at(0));
    let task = Task {
        key: TaskKey(key),
        cost: amount(500),
        sent_at: Some(at(seconds)),
        request_id: request_id.map(str::to_owned),
        remote: Some(RemoteId(format!("remote{key}"))),
        ..task(&draft(), phase)
    };
    let one = Submission {
        key: task.key,
        sent: at(seconds),
        until: at(seconds + 120),
        model: task.request.model.clone(),
        prompt: task.request.prompt.clone(),
        request_id: task.request_id.clone(),
        task_id: task.remote.clone(),
        seconds: vec![],
        disowned: vec![],
        unknown: false,
        shifts: vec![],
    };
    (task, one)
}

fn row(id: &str, seconds: i64, thousandths: i64) -> Row {
    Row {
        request_id: Some(id.into()),
        at: Some(at(seconds)),
        path: Some(SUBMIT.into()),
        cost: Some(amount(thousandths)),
        ..Row::default()
    }
}

fn found(tasks: &[(Task, Submission)], uploads: &[CostLine], balances: &[(Wall, Amount)], rows: &[Row]) -> Found {
    let window = Window { from: at(-40_000), to: at(10_000) };
    let ours = Ours { profile: "302ai", tasks, uploads, balances, currency: Ptc, zone: domain::time::Zone::east(0) };
    audit(ours, rows, window, true, &Catalogue::builtin())
}

/// The differences as text, and the sums of the only day.
fn said(found: &Found) -> (String, String, Vec<String>) {
    let [day] = found.audit.days.as_slice() else { return (String::new(), String::new(), Vec::new()) };
    let line = |one: &Difference| {
        let tasks: Vec<String> = one.tasks.iter().map(ToString::to_string).collect();
        format!("{} {} {} {} {}", one.apart.id(), one.records, one.ours, tasks.join(","), one.request_ids.join(","))
    };
    (day.records.to_string(), day.ours.to_string(), day.differences.iter().map(line).collect())
}

#[test]
fn what_agrees_is_no_difference_whatever_order_and_page_it_came_in() {
    let tasks = [ours(1, 0, Some("r1")), ours(2, 60, Some("r2"))];
    let rows = [row("r2", 60, 500), row("r1", 0, 500), row("r1", 0, 500)];
    let found = found(&tasks, &[], &[], &rows);
    assert_eq!(said(&found), ("1.0".into(), "1.0".into(), vec![]));
    assert!(found.audit.adds_up() && found.twice.is_empty() && found.costs.is_empty());
}

#[test]
fn rows_without_a_name_are_second_charges_once_in_whatever_order_they_come() {
    let mut tasks = [ours(2, 60, None)];
    let nameless =
        |seconds| Row { request_id: None, task_id: Some(RemoteId("remote2".into())), ..row("", seconds, 500) };
    // Two pages may show one row twice.
    let found_twice = found(&tasks, &[], &[], &[nameless(60), nameless(60)]);
    assert!(found_twice.twice.is_empty() && found_twice.audit.adds_up());
    let mut rows = [nameless(60), nameless(90)];
    let first = found(&tasks, &[], &[], &rows);
    let second = Second { request_id: None, cost: amount(500), at: at(90), refund: RefundMarks::default() };
    assert_eq!(first.twice, [(TaskKey(2), second.clone())]);
    // The gateway's clock may be judged a little differently by the next comparison.
    tasks[0].0.besides.twice = vec![Second { at: at(91), ..second }];
    for _ in 0..2 {
        rows.reverse();
        let again = found(&tasks, &[], &[], &rows);
        assert!(again.twice.is_empty() && again.audit.adds_up(), "{again:?}");
    }
}

#[test]
fn a_row_without_a_name_is_not_the_second_charge_of_a_task_that_it_does_not_name() {
    let mut tasks = [ours(1, 0, None), ours(2, 3, None)];
    let of = |key, seconds| Row {
        request_id: None,
        task_id: Some(RemoteId(format!("remote{key}"))),
        ..row("", seconds, 500)
    };
    let second =
        |seconds| Second { request_id: None, cost: amount(500), at: at(seconds), refund: RefundMarks::default() };
    tasks[0].0.besides.twice = vec![second(2)];
    let rows = [of(1, 0), of(1, 2), of(2, 3), of(2, 4)];
    assert_eq!(found(&tasks, &[], &[], &rows).twice, [(TaskKey(2), second(4))]);
}

#[test]
fn each_difference_names_its_task_and_its_calls() {
    let tasks = [ours(1, 0, Some("r1")), ours(2, 60, Some("r2")), ours(3, 90, Some("r3"))];
    let twin = Row { task_id: Some(RemoteId("remote2".into())), ..row("twin", 61, 500) };
    let other = Row { path: Some("/v1/chat/completions".into()), ..row("chat", 70, 30) };
    let rows = [row("r1", 0, 700), row("r2", 60, 500), twin, other, Row { model: None, ..row("else", 4_000, 500) }];
    let found = found(&tasks, &[], &[], &rows);
    let expected = [
        "cost 0.7 0.5 #1 r1",
        "twice 1.0 0.5 #2 r2,twin",
        "no_task 0.5 0.0  else",
        "no_record 0.0 0.5 #3 r3",
        "no_task 0.03 0.0  chat",
    ];
    assert_eq!(said(&found), ("2.23".into(), "1.5".into(), expected.map(str::to_owned).to_vec()));
    assert_eq!(found.costs, [(TaskKey(1), amount(700))]);
    let second =
        Second { request_id: Some("twin".into()), cost: amount(500), at: at(61), refund: RefundMarks::default() };
    assert_eq!(found.twice, [(TaskKey(2), second.clone())]);
    // Once the ledger has both, it adds up.
    let mut known = [ours(2, 60, Some("r2"))];
    known[0].0.besides.twice = vec![second];
    let found = self::found(&known, &[], &[], &rows[1..3]);
    assert_eq!((said(&found).2, found.twice), (vec![], vec![]));
    // Given back by the person's word, the records still have it.
    known[0].0.besides.twice[0].refund.given_at = Some(at(9_000));
    let found = self::found(&known, &[], &[], &rows[1..3]);
    assert_eq!(said(&found).2, ["refunded 1.0 0.5 #2 r2,twin"]);
}

#[test]
fn rows_without_a_name_are_compared_as_sums_with_all_that_they_fit() {
    let nameless = |key, seconds| {
        let (task, one) = ours(key, seconds, None);
        (Task { remote: None, ..task }, Submission { task_id: None, ..one })
    };
    let tasks = [nameless(1, 0), nameless(2, 10)];
    let both = [row("a", 1, 500), row("b", 11, 500)];
    assert_eq!(said(&found(&tasks, &[], &[], &both)), ("1.0".into(), "1.0".into(), vec![]));
    let one = found(&tasks, &[], &[], &both[..1]);
    assert_eq!(said(&one).2, ["unclear 0.5 1.0 #1,#2 a"]);
    assert_eq!((one.twice, one.costs), (vec![], vec![]));
}

#[test]
fn the_row_of_an_adopted_task_is_its_own_and_no_other_task_s() {
    let (mut adopted, one) = ours(1, 0, None);
    (adopted.sent_at, adopted.cost) = (None, Amount::ZERO);
    let its = Row { task_id: adopted.remote.clone(), ..row("r1", 0, 400) };
    let tasks = [(adopted, one), nameless(2, 5, "a fox")];
    let found = found(&tasks, &[], &[], &[its]);
    assert_eq!(said(&found), ("0.0".into(), "0.5".into(), vec!["no_record 0.0 0.5 #2 ".into()]));
    assert_eq!((found.twice, found.costs), (vec![], vec![]));
}

#[test]
fn uploads_are_compared_by_the_day() {
    let line = CostLine {
        who: None,
        sent_at: None,
        key: TaskKey(1),
        at: at(0),
        event: domain::task::MoneyEvent::Upload,
        amount: amount(1).of(Ptc),
        profile: "302ai".into(),
        model: "T2V-01".into(),
        state: TaskState::Saved,
        charged: Charged::Yes,
        class: None,
    };
    let upload = |id, seconds| Row { path: Some("/302/upload-file".into()), ..row(id, seconds, 1) };
    let rows = [upload("u1", 0), upload("u2", 5)];
    assert_eq!(said(&found(&[], std::slice::from_ref(&line), &[], &rows[..1])).2, Vec::<String>::new());
    assert_eq!(said(&found(&[], std::slice::from_ref(&line), &[], &rows)).2, ["uploads 0.002 0.001 #1 u1,u2"]);
    // Two clocks on two sides of a midnight.
    let day = (domain::time::DAY / SECOND).cast_signed();
    let midnight = day - T0.div_euclid(1_000).rem_euclid(day) - day;
    let before = CostLine { at: at(midnight - 1), ..line };
    assert_eq!(said(&found(&[], &[before], &[], &[upload("u1", midnight + 1)])).2, Vec::<String>::new());
}

#[test]
fn the_balance_goes_down_by_what_the_records_say_or_the_rest_is_named() {
    let tasks = [ours(1, 0, Some("r1"))];
    let rows = [row("r1", 0, 500)];
    let hour = (HOUR / SECOND) as i64;
    let heard = |before, after| [(at(-hour), amount(before)), (at(hour), amount(after))];
    let agrees = found(&tasks, &[], &heard(10_000, 9_500), &rows);
    assert_eq!(said(&agrees).2, Vec::<String>::new());
    let day = &agrees.audit.days[0];
    assert_eq!((day.before, day.after), (Some(amount(10_000)), Some(amount(9_500))));
    assert_eq!(said(&found(&tasks, &[], &heard(10_000, 9_000), &rows)).2, ["balance 0.5 1.0  "]);
    // Right beside the charge nobody can tell which came first.
    let close = [(at(0), amount(9_500)), (at(hour), amount(9_500))];
    assert_eq!(said(&found(&tasks, &[], &close, &rows)).2, Vec::<String>::new());
    // One word alone is compared with nothing.
    assert_eq!(found(&tasks, &[], &heard(10_000, 9_000)[..1], &rows).audit.days[0].after, None);
}

/// One that the records know by no name.
fn nameless(key: u32, seconds: i64, prompt: &str) -> (Task, Submission) {
    let (task, one) = ours(key, seconds, None);
    (Task { remote: None, ..task }, Submission { task_id: None, prompt: prompt.into(), ..one })
}

#[test]
fn rows_that_share_a_task_are_one_sum() {
    let tasks = [nameless(1, 0, "a cat"), nameless(2, 10, "a dog")];
    let of_any = row("a", 1, 500);
    let of_dog = Row { prompt: Some("a dog".into()), ..row("b", 11, 500) };
    let both = [of_any, of_dog];
    assert_eq!(said(&found(&tasks, &[], &[], &both)), ("1.0".into(), "1.0".into(), vec![]));
    let more = [both[0].clone(), both[1].clone(), row("c", 12, 500)];
    assert_eq!(said(&found(&tasks, &[], &[], &more)).2, ["unclear 1.5 1.0 #1,#2 a,b,c"]);
}

#[test]
fn the_tasks_of_another_profile_have_their_rows_and_no_difference_without_them() {
    let guest = |key, id: Option<&str>| {
        let (task, one) = if id.is_some() { ours(key, 5, id) } else { nameless(key, 5, "a cat") };
        (Task { profile: "two".into(), ..task }, one)
    };
    let named = [ours(1, 0, Some("r1")), guest(2, Some("r2")), guest(3, Some("r3"))];
    let rows = [row("r1", 0, 500), row("r2", 5, 500)];
    assert_eq!(said(&found(&named, &[], &[], &rows)), ("1.0".into(), "1.0".into(), vec![]));
    // Its account may be another one, or this one.
    let unnamed = [nameless(1, 0, "a cat"), guest(2, None)];
    assert_eq!(said(&found(&unnamed, &[], &[], &[row("a", 1, 500)])).2, Vec::<String>::new());
    assert_eq!(said(&found(&unnamed, &[], &[], &[row("a", 1, 500), row("b", 2, 500)])).2, Vec::<String>::new());
}
