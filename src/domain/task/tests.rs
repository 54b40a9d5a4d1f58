use super::*;
use crate::{
    problem::ErrorClass,
    reason::Reason,
    request::Request,
    testing::{draft, task},
};
use std::slice;

#[test]
fn keys_are_read_with_and_without_their_sign() {
    assert_eq!("#12".parse(), Ok(TaskKey(12)));
    assert_eq!("12".parse(), Ok(TaskKey(12)));
    assert!("twelve".parse::<TaskKey>().is_err());
    assert_eq!(format!("{:>6}", TaskKey(12)), "   #12");
}

fn error(charged: Charged) -> TaskError {
    TaskError { code: "1000".into(), class: ErrorClass::Service, reason: Reason::said("a", "b", "c"), charged }
}

#[test]
fn what_holds_up_a_task_is_what_was_last_met() {
    let since = Some(Wall(7));
    let trouble = Trouble { error: error(Charged::Yes), since };
    let running = |trouble| Phase::Running { status: String::new(), next_poll: Wall(0), polls: 0, misses: 0, trouble };
    let put_back = PutBack { times: 1, error: error(Charged::No), since };
    let queued = Phase::Queued { not_before: Wall(0), put_back: Some(put_back) };
    assert_eq!(task(&draft(), running(None)).trouble(), None);
    assert_eq!(task(&draft(), running(Some(trouble))).trouble(), Some((&error(Charged::Yes), since)));
    assert_eq!(task(&draft(), queued).trouble(), Some((&error(Charged::No), since)));
}

#[test]
fn a_failure_was_charged_as_the_records_say_until_it_was_given_back() {
    let mut task = task(&draft(), Phase::Failed { error: error(Charged::No) });
    assert_eq!(task.charged(), Charged::No);
    task.cost_source = Some(CostSource::Records);
    assert_eq!(task.charged(), Charged::Yes);
    task.refund.given_at = Some(Wall(7));
    assert_eq!(task.charged(), Charged::No);
    task.refund.given_at = None;
    task.cost = Amount::ZERO;
    assert_eq!(task.charged(), Charged::No);
}

#[test]
fn what_was_charged_counts_each_charge_and_no_price_that_was_not() {
    let half = Amount::from_thousandths(500);
    let second = Second { request_id: None, cost: half, at: Wall(7), refund: RefundMarks::default() };
    let of = |phase, twice: &[Second]| {
        let task = Task {
            cost: half,
            besides: Besides { twice: twice.into(), ..Besides::default() },
            ..task(&draft(), phase)
        };
        let row = Row::of(&task);
        assert_eq!(task.spent().amount, row.spent());
        (row.spent().to_string(), row.shown_cost().to_string())
    };
    let told = |spent: &str, shown: &str| (spent.to_owned(), shown.to_owned());
    let ended = |charged| Phase::Failed { error: error(charged) };
    assert_eq!(of(ended(Charged::Yes), &[]), told("0.5", "0.5"));
    assert_eq!(of(ended(Charged::Yes), slice::from_ref(&second)), told("1.0", "1.0"));
    assert_eq!(of(ended(Charged::No), &[]), told("0.0", "0.0"));
    assert_eq!(of(ended(Charged::No), &[second]), told("0.5", "0.5"));
    assert_eq!(of(Phase::Queued { not_before: Wall(0), put_back: None }, &[]), told("0.0", "0.5"));
}

#[test]
fn what_was_asked_for_elsewhere_is_not_known() {
    assert!(task(&draft(), Phase::Queued { not_before: Wall(0), put_back: None }).request.is_known());
    assert!(!Request::elsewhere("176").is_known());
}
