//! The service's IDs: each is one task's.

use super::*;
use engine::msg::InsertRefusal;

fn with_id(task: &Task, id: &str) -> Task {
    Task { phase: running(), remote: Some(RemoteId(id.into())), ..task.clone() }
}

#[test]
fn a_change_that_brings_the_id_of_another_task_is_not_taken_whoever_makes_it() {
    let dir = place();
    let (mut ours, mut theirs) = (Store::open(dir.at()).unwrap(), Store::open(dir.at()).unwrap());
    let (mut one, two) = (add(&mut ours, intent("one")), add(&mut ours, intent("two")));
    one = with_id(&one, "777006");
    save(&mut ours, &mut one);
    let raw = dir.sql();
    for archived in [false, true] {
        if archived {
            raw.execute("UPDATE tasks SET archived_at = 1 WHERE key = 1", []).unwrap();
        }
        let taken = [WriteResult::IdTaken { now: Box::new(two.clone()), by: one.key }];
        assert_eq!(theirs.write(&[write_of(&with_id(&two, "777006"))]).unwrap(), taken);
    }
    // What was overtaken is told as that, and an ID of its own is taken.
    let late = Task { rev: 0, ..with_id(&two, "777006") };
    assert!(matches!(theirs.write(&[write_of(&late)]).unwrap()[..], [WriteResult::Overtaken(_)]));
    let mut two = with_id(&two, "777007");
    save(&mut theirs, &mut two);
    // A row that an older version gave another one's ID goes on all the same.
    raw.execute("UPDATE tasks SET task_id = '777006' WHERE key = 2", []).unwrap();
    save(&mut theirs, &mut with_id(&two, "777006"));
    save(&mut ours, &mut one);
}

#[test]
fn a_task_made_elsewhere_is_taken_over_by_one_program_alone() {
    let dir = place();
    let (mut ours, mut theirs) = (Store::open(dir.at()).unwrap(), Store::open(dir.at()).unwrap());
    let task = Box::new(add(&mut ours, adopted("777006")));
    let refused = Err(InsertRefusal::IdTaken { task });
    assert_eq!(theirs.insert(&[adopted("777006")], DAY, &NO_CAPS).unwrap(), refused);
    add(&mut theirs, adopted("777007"));
}
