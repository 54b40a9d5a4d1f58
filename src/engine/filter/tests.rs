#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use super::*;
use crate::testing::{WALL, task};
use domain::{
    problem::{Charged, ErrorClass, TaskError},
    reason::Reason,
    task::{Phase, Task, Texts},
};
use proptest::prelude::*;

fn passes(filter: &str, state: TaskState) -> bool {
    let mut row = Row::of(&Task { who: Some("Ann@desk".into()), ..task(12, state) });
    row.texts = Texts::new("Étude: 雨夜 cat [Pan left]", row.texts.error(), row.remote().as_deref());
    // The row was confirmed 12 s after the tests' beginning.
    Filter::parse(filter).unwrap().matches(&row, Wall(WALL + 12_000).plus(HOUR))
}

#[test]
fn every_field_tells_rows_apart() {
    use TaskState::{Failed, Refused, Saved};
    for (filter, state, want) in [
        ("", Failed, true),
        ("state:failed", Failed, true),
        ("STATE:Failed", Failed, true),
        ("state:fai", Failed, true),
        ("state:failed,refused", Refused, true),
        ("!state:failed", Failed, false),
        ("！state：failed", Failed, false),
        ("state:open", Failed, true),
        ("state:open", Saved, false),
        ("!state:open", Saved, true),
        ("retried:no", Failed, true),
        ("retried:yes", Failed, false),
        ("batch:12", Saved, true),
        ("batch:#13", Saved, false),
        ("profile:302", Saved, true),
        ("profile:minimax", Saved, false),
        ("who:ann", Saved, true),
        ("!who:ann", Saved, false),
        ("who:ben,cleo", Saved, false),
        ("class:prompt_sensitive", Refused, true),
        ("charged:no", Refused, true),
        ("charged:yes", Saved, true),
        ("status:succ", Saved, true),
        ("model:02", Saved, true),
        ("model:2.3", Saved, false),
        ("res:768p dur:6", Saved, true),
        ("dur>=10", Saved, false),
        ("key:12", Saved, true),
        ("key>#11", Saved, true),
        ("id:112", Saved, true),
        ("#12", Saved, true),
        ("attempt>1", Saved, false),
        ("cost>=0.5", Saved, true),
        ("cost<0.5", Saved, false),
        // It was not charged, whatever its price.
        ("cost<0.5", Refused, true),
        ("age<2h", Saved, true),
        ("age>0.5h", Saved, true),
        ("age>1d", Saved, false),
        ("CAT", Saved, true),
        ("étude", Saved, true),
        ("ÉTUDE", Saved, true),
        ("雨夜", Saved, true),
        ("\"[pan left]\"", Saved, true),
        ("cat dog", Saved, false),
        ("cat !dog", Saved, true),
        ("text:\"雨夜 cat\"", Saved, true),
        ("\"étude:\"", Saved, true),
    ] {
        assert_eq!(passes(filter, state), want, "{filter}");
    }
}

proptest! {
    #[test]
    fn reading_a_filter_never_panics(text in "[a-z0-9:<>=!\"# ，：雨]{0,24}") {
        if let Ok(filter) = Filter::parse(&text) {
            let _ = filter.matches(&Row::of(&task(1, TaskState::Saved)), Wall(WALL));
        }
    }

    #[test]
    fn a_text_is_found_wherever_it_stands_and_whatever_its_case(before in "[a-cA-Cé雨]{0,9}", text in "[a-cA-C雨]{0,3}") {
        let found = before.to_lowercase().contains(&text.to_lowercase());
        prop_assert_eq!(contains(&before, &text.to_lowercase()), found);
        prop_assert!(contains(&[before, text.clone()].concat(), &text.to_lowercase()));
    }
}

#[test]
fn the_words_of_a_failure_are_found_whatever_signs_they_have() {
    let said = "the word \"Knife\" \\ 刀 is not allowed";
    let error = TaskError {
        code: "1026".into(),
        class: ErrorClass::PromptSensitive,
        reason: Reason::said(said, "", ""),
        charged: Charged::No,
    };
    let row = Row::of(&Task { phase: Phase::Failed { error }, ..task(12, TaskState::Failed) });
    let holds = |text: &str| Test::Text(text.to_owned()).holds(&row, Wall(WALL));
    for text in ["knife", "\"knife\"", "\\", "刀 is", "1026", "sensitive"] {
        assert!(holds(text), "{text}");
    }
    assert!(!holds("fork") && !holds("\"fork\""));
}

#[test]
fn what_a_store_looks_up_leaves_nothing_out_that_passes() {
    use TaskState::{Failed, Queued, Refused, Running};
    let states = |filter: &str| Filter::parse(filter).unwrap().states();
    assert_eq!(states("cat age<2h"), None);
    assert_eq!(states("state:queued cat"), Some(vec![Queued]));
    assert_eq!(states("state:failed,refused !state:refused"), Some(vec![Failed]));
    assert_eq!(states("state:open,queued"), Some(vec![Queued, Failed, Refused]));
    assert_eq!(states("!state:open"), None);
    assert!(states("!state:queued").is_some_and(|all| all.len() == TaskState::ALL.len() - 1));
    let keys = |filter: &str| Filter::parse(filter).unwrap().keys();
    assert_eq!(keys("key>10 key<=12"), (11, 12));
    assert_eq!(keys("key:7 cat"), (7, 7));
    assert_eq!((keys("!key:7"), keys("key:7,9")), ((0, u64::MAX), (0, u64::MAX)));
    let models = |filter: &str| Filter::parse(filter).unwrap().models();
    assert_eq!(models("model:02,2.3 cat"), Some(vec!["02".into(), "2.3".into()]));
    assert_eq!((models("!model:02"), models("model:é"), models("cat")), (None, None, None));
    let now = Wall(WALL + 12_000).plus(HOUR);
    let created = |filter: &str| Filter::parse(filter).unwrap().created(now);
    assert_eq!(created("age<2h age>=30m"), Some((Wall(now.0 - 7_200_000), Wall(now.0 - 1_800_000))));
    assert_eq!((created("!age<2h"), created("cat"), created("age>=0s")), (None, None, None));
    for filter in ["age<1h", "age<=1h", "age>1h", "age>=1h", "age<2h", "age>2h", "age>59m age<61m"] {
        let found = created(filter).is_some_and(|(from, to)| (from..=to).contains(&Wall(WALL + 12_000)));
        assert!(found || !passes(filter, Failed), "{filter}");
    }
    for filter in ["state:queued", "!state:queued,failed", "key>=12 key<13", "key:12", "key>12", "state:failed,refused"]
    {
        for state in [Failed, Queued, Refused, Running] {
            let (low, high) = keys(filter);
            let found = states(filter).is_none_or(|all| all.contains(&state)) && (low..=high).contains(&12);
            assert_eq!(passes(filter, state), found, "{filter} {state:?}");
        }
    }
}
