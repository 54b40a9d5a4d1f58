//! When something is due of a task: what the schedules take in, and what they leave out.

use super::{records::queued, *};
use crate::scheduling;
use TaskState::{Running, Saved, Unknown};
use domain::{evidence::Evidence, task::Claim};

/// A program that asks the records, or not, without tasks.
fn idle(records: bool) -> World {
    World::with(|settings| settings.profile.records = records)
}

#[test]
fn an_audit_is_planned_for_what_runs_by_an_id_that_no_answer_brought_and_for_nothing_else() {
    let nameless = Task {
        remote: Some(RemoteId("77".into())),
        sent_at: Some(idle(true).wall()),
        request_id: None,
        ..testing::task(1, Running)
    };
    let is_planned = |task: &Task, records: bool| {
        let mut world = idle(records);
        scheduling::audit_nameless(&mut world.state.work, task);
        world.state.own.records.audit_due.is_some()
    };
    assert!(is_planned(&nameless, true));
    assert!(!is_planned(&nameless, false));
    for known in [
        Task { request_id: Some("q1".into()), ..nameless.clone() },
        Task { remote: None, ..nameless.clone() },
        Task { sent_at: None, ..nameless },
    ] {
        assert!(!is_planned(&known, true), "{known:?}");
    }
}

#[test]
fn what_another_program_holds_is_looked_at_when_its_claim_has_run_out() {
    let mut world = idle(true);
    let (wall, mono) = (world.wall(), world.now.mono);
    let mut held = |state, owner: &str, ahead: u64| {
        let claim = Some(Claim { owner: owner.into(), until: wall.plus(ahead) });
        scheduling::hold(&mut world.state.work, &Task { claim, ..testing::task(1, state) });
        world.state.store.held.get(key(1)).map(|at| at.since(mono))
    };
    assert_eq!(held(Running, "other", MINUTE), Some(MINUTE + SECOND));
    assert_eq!(held(Saved, "other", MINUTE), None, "it has ended");
    assert_eq!(held(Running, "me", MINUTE), None, "it is ours");
    // The clock was set back.
    assert_eq!(held(Running, "other", 3 * HOUR), Some(MINUTE));
    world.state.work.settings.scope = Scope::Named;
    let claim = Some(Claim { owner: "other".into(), until: wall.plus(MINUTE) });
    scheduling::hold(&mut world.state.work, &Task { claim, ..testing::task(1, Running) });
    assert_eq!(world.state.store.held.get(key(1)), None, "nobody asked for it");
}

#[test]
fn an_unknown_that_is_planned_again_before_its_late_look_is_looked_for_all_the_same() {
    let mut world = queued(1);
    let task = Task { evidence: Some(Evidence::NotSeen), ..testing::task(1, Unknown) };
    let due = |world: &World| world.state.own.records.look_due.get(key(1));
    scheduling::plan(&mut world.state.work, &task);
    assert_eq!(due(&world), Some(world.now.mono));
    scheduling::plan(&mut world.state.work, &task);
    assert_eq!(due(&world), Some(world.now.mono));
}
