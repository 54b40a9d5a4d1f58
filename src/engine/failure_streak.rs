//! Halts the sending: so many tasks in a row that fail in the same way most likely have one cause, and the next would
//! cost time, or money, for nothing.
//!
//! Two streaks are counted, since the answer to a submission comes minutes before its task's end: submissions that were
//! not taken (one that is taken ends the streak), and tasks that the service gave up (one that is made ends the
//! streak). An unknown outcome counts with the first: each of them may have been paid.

use crate::{profile_state::ProfileState, share, work::Work};
use domain::{
    account::{HaltCause, Streak, Why},
    problem::{ErrorClass, TaskError},
};

/// A submission was taken.
pub(super) fn accepted(served: &mut ProfileState) {
    served.sending.refusals = Streak::default();
}

/// A task was made.
pub(super) fn made(served: &mut ProfileState) {
    served.sending.failures = Streak::default();
}

/// A submission was not taken, or nobody can tell.
pub(super) fn refused(work: &mut Work, profile: &str, error: &TaskError) {
    let streak = work.of(profile).sending.refusals;
    let streak = count(work, profile, streak, error);
    work.of_mut(profile).sending.refusals = streak;
}

/// The service gave a task up.
pub(super) fn failed(work: &mut Work, profile: &str, error: &TaskError) {
    let streak = work.of(profile).sending.failures;
    let streak = count(work, profile, streak, error);
    work.of_mut(profile).sending.failures = streak;
}

fn count(work: &mut Work, profile: &str, streak: Streak, error: &TaskError) -> Streak {
    if error.class == ErrorClass::File {
        return streak; // This machine's matter, not the account's.
    }
    let tasks = if streak.class == Some(error.class) { streak.tasks + 1 } else { 1 };
    let most = work.settings.queue.stop_after_failures;
    if most > 0 && tasks >= most {
        share::halt(work, profile, Why { cause: HaltCause::Failures(error.class), tasks, error: error.clone() });
        return Streak::default();
    }
    Streak { class: Some(error.class), tasks }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::state;
    use domain::{problem::Charged, reason::Reason};

    fn error(class: ErrorClass) -> TaskError {
        let reason = Reason::said("it did not work.", "", "");
        TaskError { code: "1".into(), class, reason, charged: Charged::No }
    }

    #[test]
    fn three_of_one_kind_in_a_row_halt_the_sending() {
        let mut state = state(&[]);
        let (service, plan) = (error(ErrorClass::Service), error(ErrorClass::Plan));
        for error in [&service, &service, &plan, &service, &service] {
            refused(&mut state, "302ai", error);
        }
        assert_eq!(state.own.sending.halted, None);
        refused(&mut state, "302ai", &service);
        let halt = state.own.sending.halted.clone().map(|halt| (halt.cause, halt.tasks, halt.reason));
        assert_eq!(halt, Some((HaltCause::Failures(ErrorClass::Service), 3, service.reason)));
    }

    #[test]
    fn what_goes_well_ends_the_row_and_each_side_has_its_own() {
        let mut state = state(&[]);
        let service = error(ErrorClass::Service);
        for _ in 0..3 {
            refused(&mut state, "302ai", &service);
            refused(&mut state, "302ai", &service);
            accepted(&mut state.own);
            failed(&mut state, "302ai", &service);
            failed(&mut state, "302ai", &service);
            made(&mut state.own);
        }
        assert_eq!(state.own.sending.halted, None);
    }

    #[test]
    fn a_file_that_one_machine_lacks_stops_nobody() {
        let mut state = state(&[]);
        let (file, service) = (error(ErrorClass::File), error(ErrorClass::Service));
        for error in [&service, &file, &file, &file, &service] {
            refused(&mut state, "302ai", error);
        }
        assert_eq!((state.own.sending.halted, state.own.sending.refusals.tasks), (None, 2));
    }

    #[test]
    fn zero_never_stops_it() {
        let mut state = state(&[]);
        state.settings.queue.stop_after_failures = 0;
        (0..100).for_each(|_| failed(&mut state, "302ai", &error(ErrorClass::Service)));
        assert_eq!(state.own.sending.halted, None);
    }
}
