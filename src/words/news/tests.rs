//! Each news in both languages.

use super::*;
use crate::lang::{Lang, within};
use domain::task::TaskState;
use domain::{
    account::{BudgetCap, OverBudget, Stamp},
    problem::ErrorClass,
    reason::Reason,
    task::{RemoteId, ResolvedAs},
};

fn told(why: NotDone) -> News {
    News::Act(ActNews::NotDone { key: Some(TaskKey(7)), why })
}

fn text(news: &News, voice: &Voice) -> String {
    message(news, voice).map_or_else(String::new, |message| message.text)
}

#[test]
fn a_reader_without_keys_is_told_commands() {
    let commands = Voice::default();
    for (left, words) in [
        (Left::Posted, "its submission is on its way. Wait for the answer; `reeltop cancel` then stops watching it."),
        (Left::Unknown, "its outcome is unknown. Resolve it first: see `reeltop resolve --help`."),
    ] {
        let words = format!("#7 was left as it is: {words}");
        assert_eq!(text(&told(NotDone::Left(left)), &commands), words);
    }
    let keys = Voice { resolve: "x".into(), quit: "Ctrl-q".into(), ..commands };
    let settle = "#7 was left as it is: its outcome is unknown. Resolve it first: x, or `reeltop resolve`.";
    assert_eq!(text(&told(NotDone::Left(Left::Unknown)), &keys), settle);
    let waits = "waiting for the answers to 2 submissions; Ctrl-q again leaves now, and they become unknown";
    assert_eq!(text(&News::Queue(QueueNews::EndWaits(2)), &keys), waits);
}

#[test]
fn without_a_config_file_none_is_said_to_be_wrong() {
    let none = ConfigNews::Rejected(Rejected::whole("", Wrong::NoFile));
    let told = text(&News::Config(none), &Voice::default());
    assert_eq!(told, "this run has no config file, so there is nothing to reload");
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn all_that_is_told_is_told_in_both_languages() {
    let error = || TaskError {
        code: "1".into(),
        class: ErrorClass::Service,
        reason: Reason::said("M", "", "N"),
        charged: Charged::No,
    };
    let (id, key) = (|| RemoteId("R".into()), TaskKey(7));
    let over = InsertRefusal::OverBudget(OverBudget {
        set_by: None,
        cap: BudgetCap::Day,
        limit: domain::amount::Amount::ZERO,
        spent: domain::amount::Amount::ZERO,
        asked: domain::amount::Amount::ZERO,
        currency: domain::amount::Currency::Ptc,
    });
    let tasks = [
        TaskNews::Refused(error()),
        TaskNews::Unknown(error()),
        TaskNews::Failed(error()),
        TaskNews::Saved { path: "P".into() },
        TaskNews::NotSaved { error: error(), again: true },
        TaskNews::AtRisk { left_ms: 0 },
        TaskNews::AtRisk { left_ms: 2_400_000 },
        TaskNews::AcceptedLate(id()),
        TaskNews::Cancelled(Charged::No),
        TaskNews::Cancelled(Charged::Yes),
        TaskNews::Settled(ResolvedAs::Lost),
        TaskNews::Settled(ResolvedAs::NotCreated),
        TaskNews::Settled(ResolvedAs::Found(id())),
        TaskNews::Settled(ResolvedAs::Unknown),
        TaskNews::Asking(id()),
        TaskNews::PassedOver(PassedOver::Picture),
        TaskNews::PassedOver(PassedOver::Cap),
        TaskNews::Automatic { parent: None },
        TaskNews::Automatic { parent: Some(key) },
    ];
    let acts = [
        NotDone::StoreNotOpen,
        NotDone::OnlyReads,
        NotDone::Overtaken(None),
        NotDone::Overtaken(Some(TaskState::Saved)),
        NotDone::NotFetchedAgain { path: "P".into(), host: None, error: error(), passes: true },
        NotDone::NotFetchedAgain { path: "/a b".into(), host: Some("studio".into()), error: error(), passes: false },
        NotDone::AdoptedAlready(id()),
        NotDone::AskedAlready(id()),
        NotDone::NoKey { id: id(), problem: None },
        NotDone::NotKnown { id: id(), error: error() },
    ];
    let left = [
        Left::NoSuchTask,
        Left::Ended(TaskState::Saved),
        Left::BeingSent,
        Left::Posted,
        Left::SavedElsewhere,
        Left::Unknown,
        Left::Evidence,
        Left::NowIs(TaskState::Saved),
        Left::NotSettled(TaskState::Saved),
        Left::BeingSaved,
        Left::NotUnknown(TaskState::Saved),
        Left::IdOf { id: id(), other: key },
        Left::OfProfile("p".into()),
        Left::NoFile(TaskState::Failed),
    ];
    let queue = [
        QueueNews::Paused,
        QueueNews::Resumed,
        QueueNews::StillPaused(None),
        QueueNews::StillPaused(Some(Stamp { who: "ann@desk, dashboard 7".into(), at: domain::time::Wall(0) })),
        QueueNews::EndWaits(1),
        QueueNews::EndWaits(2),
        QueueNews::EndWaitsForRoom { key, id: id(), more: 0 },
        QueueNews::EndWaitsForRoom { key, id: id(), more: 2 },
        QueueNews::NotAgain(over),
    ];
    let others = [
        News::Connection(ConnectionNews::Back),
        News::Connection(ConnectionNews::NoCallbacks(System::Denied)),
        News::Connection(ConnectionNews::NotUploaded { said: "HTTP 502".into() }),
        News::Store(StoreNews::Back),
        News::Store(StoreNews::Tried),
        News::Store(StoreNews::KeptHere { key, id: id() }),
        News::Store(StoreNews::OtherKey { profile: "302ai".into(), who: "ann@desk".into() }),
        News::Store(StoreNews::TakenBack((1..=5).map(TaskKey).collect())),
        News::Act(ActNews::LooksFirst { key }),
        News::Act(ActNews::Known { id: id(), key, state: TaskState::Saved }),
    ];
    let all = tasks
        .map(|what| News::Task { key, what })
        .into_iter()
        .chain(acts.map(told))
        .chain(left.map(|left| told(NotDone::Left(left))))
        .chain(queue.map(News::Queue))
        .chain(others);
    let voice = Voice::default();
    for news in all {
        let [english, chinese] = [Lang::En, Lang::Zh].map(|lang| within(lang, || text(&news, &voice)));
        assert!(!english.is_empty() && english != chinese, "{news:?}: {english} {chinese}");
        assert!(!format!("{english}{chinese}").contains(['{', '}']), "{english} {chinese}");
    }
}
