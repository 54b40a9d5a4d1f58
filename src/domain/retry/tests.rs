//! The table of rules, cell by cell.

use super::*;
use crate::request::{ImageKind, StoredImage};
use Change::{Content, Form, Nothing};
use ErrorClass::{InvalidParams, OutputSensitive, Plan, PromptSensitive, RateLimited, Service};
use Scope::{Alone, Bulk};
use TaskState::{Cancelled, Failed, Queued, Ready, Refused, Running, Saved, Saving, Sending, Unknown};

/// A task in that state, with a failure's class where there is one; charged as such a task is.
fn facts(state: TaskState, class: Option<ErrorClass>) -> Facts {
    let charged = match state {
        Queued | Refused | Failed | Cancelled => Charged::No,
        Sending | Unknown => Charged::Unknown,
        Running | Ready | Saving | Saved => Charged::Yes,
    };
    let accepted = matches!(state, Running | Ready | Saving | Saved | Failed);
    Facts {
        state,
        charged,
        class,
        asked: Asked::Known,
        accepted,
        may_still_come: false,
        retried: Retried::No,
        put_away: false,
    }
}

fn yes() -> Result<Terms, No> {
    Ok(Terms::default())
}

fn word(caution: Caution) -> Result<Terms, No> {
    Ok(Terms { cautions: vec![caution], warnings: vec![] })
}

fn warned(warning: Warning) -> Result<Terms, No> {
    Ok(Terms { cautions: vec![], warnings: vec![warning] })
}

/// The same again alone, in bulk, and with the prompt changed, of one task.
type Line = (Facts, [Result<Terms, No>; 3]);

#[test]
fn every_task_has_its_terms_alone_in_bulk_and_with_changes() {
    let child = TaskKey(9);
    let retried = Caution::Retried(Some(child));
    let again = |facts: Facts| Facts { retried: Retried::As(child), ..facts };
    let paid = |state| {
        let caution = Caution::Paid(state);
        (facts(state, None), [word(caution), Err(No::NotInBulk(caution)), yes()])
    };
    let no = |state, no| (facts(state, None), [Err(no), Err(no), Err(no)]);
    let lost = Facts { charged: Charged::Yes, ..facts(Cancelled, None) };
    let unwatched = Facts { accepted: true, ..lost };
    // Asked for in vain and ended here: `d` asks again.
    let may_come = Facts { charged: Charged::Yes, may_still_come: true, ..facts(Failed, Some(Service)) };
    let forgotten = Facts { asked: Asked::Forgotten, ..facts(Failed, Some(Service)) };
    let foreign = Facts { asked: Asked::Elsewhere, ..facts(Saved, None) };
    let withheld = Facts { charged: Charged::Unknown, ..facts(Failed, Some(OutputSensitive)) };
    let sensitive = |state| {
        let caution = Caution::Sensitive;
        (facts(state, Some(PromptSensitive)), [word(caution), Err(No::NotInBulk(caution)), yes()])
    };
    let refused = |class, warning, no| (facts(Refused, Some(class)), [warned(warning), Err(no), yes()]);
    let free = |state, class| (facts(state, class), [yes(), yes(), yes()]);
    let table: Vec<Line> = vec![
        free(Failed, Some(Service)),
        free(Refused, Some(RateLimited)),
        // Taken back before it was sent.
        free(Cancelled, None),
        sensitive(Refused),
        sensitive(Failed),
        refused(InvalidParams, Warning::Invalid, No::Invalid),
        refused(Plan, Warning::NotInPlan, No::NotInPlan),
        paid(Running),
        paid(Ready),
        paid(Saving),
        paid(Saved),
        (unwatched, [word(Caution::Paid(Cancelled)), Err(No::NotInBulk(Caution::Paid(Cancelled))), yes()]),
        (may_come, [word(Caution::Paid(Failed)), Err(No::NotInBulk(Caution::Paid(Failed))), yes()]),
        // Settled as lost; and a video that was withheld, perhaps paid.
        (lost, [warned(Warning::Charged), warned(Warning::Charged), warned(Warning::Charged)]),
        (withheld, [warned(Warning::Charged), warned(Warning::Charged), warned(Warning::Charged)]),
        (again(facts(Failed, Some(Service))), [word(retried), Err(No::NotInBulk(retried)), word(retried)]),
        (
            again(facts(Saved, None)),
            [
                Ok(Terms { cautions: vec![Caution::Paid(Saved), retried], warnings: vec![] }),
                Err(No::NotInBulk(Caution::Paid(Saved))),
                word(retried),
            ],
        ),
        (facts(Queued, None), [Err(No::Unsent), Err(No::Unsent), warned(Warning::StillQueued)]),
        no(Sending, No::Sending),
        no(Unknown, No::Unsettled),
        (foreign, [Err(No::Foreign), Err(No::Foreign), Err(No::Foreign)]),
        (forgotten, [Err(No::Forgotten), Err(No::Forgotten), Err(No::Forgotten)]),
    ];
    for (facts, wanted) in table {
        let told = [judge(&facts, Nothing, Alone), judge(&facts, Nothing, Bulk), judge(&facts, Content, Alone)];
        assert_eq!(told, wanted, "{facts:?}");
    }
}

#[test]
fn a_sensitive_prompt_is_the_same_prompt_whatever_else_is_changed() {
    let facts = facts(Refused, Some(PromptSensitive));
    assert_eq!(judge(&facts, Form, Alone), word(Caution::Sensitive));
    assert_eq!(judge(&facts, Form, Bulk), Err(No::NotInBulk(Caution::Sensitive)));
    assert_eq!(judge(&facts, Content, Bulk), yes());
}

#[test]
fn what_differs_is_told_by_words_and_pictures_and_not_by_blanks_and_paths() {
    let stored = |sha256: &str, path: &str| {
        Some(ImageRef::Stored(StoredImage {
            sha256: sha256.into(),
            kind: ImageKind::Png,
            bytes: 1,
            width: 300,
            height: 300,
            path: path.into(),
            odd: Vec::new(),
        }))
    };
    let was = Request { first_frame: stored("a", "/a.png"), ..Request::plain("M", "a cat", "768P", 6) };
    for (now, change) in [
        (was.clone(), Nothing),
        (Request { prompt: " a  cat\n".into(), ..was.clone() }, Nothing),
        (Request { first_frame: stored("a", "/copy of a.png"), ..was.clone() }, Nothing),
        (Request { duration: 10, ..was.clone() }, Form),
        (Request { first_frame: stored("b", "/a.png"), ..was.clone() }, Content),
        (Request { prompt: "a dog".into(), ..was.clone() }, Content),
    ] {
        assert_eq!(Change::between(&was, &now), change, "{now:?}");
    }
}

#[test]
fn a_second_word_holds_for_what_was_told_and_for_nothing_newer() {
    let saved = facts(Saved, None);
    let running = Caution::Paid(Running);
    let retried = |key| Facts { retried: Retried::As(TaskKey(key)), ..saved };
    let as_5 = Caution::Retried(Some(TaskKey(5)));
    for (facts, agreed, wanted) in [
        (saved, vec![], Err(Overtaken::Caution(Caution::Paid(Saved)))),
        // It was running when the person was told.
        (saved, vec![running], Ok(())),
        (retried(5), vec![running], Err(Overtaken::Caution(as_5))),
        (retried(5), vec![running, as_5], Ok(())),
        (retried(6), vec![running, as_5], Err(Overtaken::Caution(Caution::Retried(Some(TaskKey(6)))))),
        (self::facts(Unknown, None), vec![running], Err(Overtaken::No(No::Unsettled))),
        (self::facts(Failed, Some(Service)), vec![], Ok(())),
    ] {
        assert_eq!(confirmed(&facts, Nothing, &agreed), wanted, "{facts:?} {agreed:?}");
    }
}

#[test]
fn what_fits_a_failure_follows_from_its_kind_and_field() {
    for (state, class, field, wanted) in [
        (Unknown, ErrorClass::UnknownOutcome, None, Remedy::Settle),
        (Failed, PromptSensitive, None, Remedy::EditPrompts),
        (Refused, InvalidParams, Some(Field::Prompt), Remedy::EditPrompts),
        (Refused, InvalidParams, Some(Field::Duration), Remedy::FixField(Field::Duration)),
        (Refused, InvalidParams, None, Remedy::FixField(Field::Model)),
        (Refused, Plan, Some(Field::Duration), Remedy::FixField(Field::Model)),
        (Failed, OutputSensitive, None, Remedy::EditPrompts),
        (Refused, ErrorClass::UnknownOutcome, None, Remedy::Again),
    ] {
        assert_eq!(remedy(state, class, field), wanted, "{state:?} {class:?} {field:?}");
    }
    // What is fixed first is just what bulk leaves out unchanged; a video that was refused may go where a person
    // chooses it.
    for class in ErrorClass::ALL {
        let bulk = judge(&facts(Refused, Some(class)), Nothing, Bulk).is_ok();
        let again = remedy(Refused, class, None) == Remedy::Again || class == OutputSensitive;
        assert_eq!(bulk, again, "{class:?}");
    }
}

#[test]
fn the_program_repeats_only_what_is_free_named_and_needs_no_word() {
    let named = [Service, OutputSensitive, PromptSensitive];
    let free = facts(Failed, Some(Service));
    for (facts, made, wanted) in [
        (free, 0, true),
        (free, 2, false),
        (Facts { charged: Charged::Unknown, ..free }, 0, false),
        (Facts { retried: Retried::Yes, ..free }, 0, false),
        (Facts { asked: Asked::Elsewhere, ..free }, 0, false),
        (facts(Failed, Some(RateLimited)), 0, false),
        // However it is named, it is never sent again.
        (facts(Failed, Some(OutputSensitive)), 0, false),
        (facts(Refused, Some(PromptSensitive)), 0, false),
        (facts(Unknown, Some(Service)), 0, false),
    ] {
        assert_eq!(by_itself(&facts, &named, made, 2), wanted, "{facts:?} {made}");
    }
}

#[test]
fn nothing_is_sent_again_while_balance_or_key_would_refuse_it() {
    let ptc = Amount::from_thousandths;
    for (halted, balance, wanted) in [
        (None, None, None),
        (None, Some(ptc(1)), None),
        (None, Some(ptc(0)), Some(Blocked::Balance(ptc(0)))),
        (Some(HaltCause::Balance), Some(ptc(1)), Some(Blocked::Quota)),
        (Some(HaltCause::Key), None, Some(Blocked::Key)),
        (Some(HaltCause::Store), None, None),
        (Some(HaltCause::Failures(Service)), None, None),
    ] {
        assert_eq!(blocked(halted, balance), wanted, "{halted:?} {balance:?}");
    }
}

#[test]
fn a_failure_is_open_until_it_is_retried() {
    let open = |facts| is_open(&facts);
    assert!([Failed, Refused, Unknown].map(|state| facts(state, Some(Service))).into_iter().all(open));
    let failed = facts(Failed, Some(Service));
    assert!(!open(Facts { retried: Retried::Yes, ..failed }) && !open(Facts { asked: Asked::Elsewhere, ..failed }));
    assert!(![Queued, Running, Saved, Cancelled].map(|state| facts(state, None)).into_iter().any(open));
}
