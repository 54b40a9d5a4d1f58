//! Each reason and each event in both languages, for a reader with commands and for one with keys of their own.

use super::*;
use crate::lang::{Lang, within};
use domain::{
    account::{BudgetCap, OverBudget},
    amount::{Amount, Currency},
    problem::{Charged, ErrorClass, TaskError},
    reason::{
        Call, ConnectionFault, Met, Own, Quote, Span, Then,
        store::{Deed, Fault, Trouble, Why},
    },
    task::{FileId, RemoteId, ResolvedAs, TaskKey, What},
};

fn call(met: Met, then: Then) -> Reason {
    Reason::Call(Call { met, quote: Quote::Text("so it says".into()), field: None, then })
}

/// All that a call can meet.
fn mets() -> Vec<Met> {
    let lines = [
        ConnectionFault::TimedOut { after_ms: 10_000 },
        ConnectionFault::NoName,
        ConnectionFault::Refused,
        ConnectionFault::NoWay,
        ConnectionFault::NotSecure,
        ConnectionFault::NotTrusted,
        ConnectionFault::ProxyLogin,
        ConnectionFault::ProxyRefused,
        ConnectionFault::NoProxy,
        ConnectionFault::Reset,
        ConnectionFault::Cut,
        ConnectionFault::NotHttp,
        ConnectionFault::Coded,
        ConnectionFault::TooLarge,
        ConnectionFault::Worker,
        ConnectionFault::Other,
    ];
    let of_the_line = lines.into_iter().flat_map(|why| {
        [Met::NoConnection(why), Met::NoUpload { why, handed: 1_200_000, total: 2_400_000 }, Met::NoAnswer(why)]
    });
    of_the_line
        .chain([Span::Whole, Span::Month, Span::Day, Span::Hour].map(Met::KeyQuota))
        .chain(["expired", "timeout", "cancelled"].map(|word| Met::Ended(word.into())))
        .chain([
            Met::RateLimit,
            Met::Key,
            Met::Balance,
            Met::Internal,
            Met::Timeout,
            Met::PromptSensitive,
            Met::VideoSensitive,
            Met::Request,
            Met::Plan,
            Met::GatewayNoKey,
            Met::GatewayKey,
            Met::GatewayKeyExpired,
            Met::NotPermitted,
            Met::GatewayNetwork,
            Met::GatewayBalance,
            Met::NoChannel,
            Met::NoFunction,
            Met::NotFound,
            Met::GatewayRequest,
            Met::GatewayTimeout,
            Met::NotKnown,
            Met::NoSuchCall,
            Met::ProxyLogin,
            Met::CutShort,
            Met::TooLarge,
            Met::Refused,
            Met::Redirection,
            Met::Failed,
            Met::Unreadable { http: 200 },
            Met::NoId,
            Met::BadId,
            Met::IdAndRefusal { id: RemoteId("7".into()), met: Box::new(Met::Key) },
            Met::OtherTask,
            Met::OtherFile,
            Met::NoReason,
            Met::ReasonNotKnown,
            Met::NoAddress,
            Met::BadAddress,
            Met::ForeignAddress,
            Met::Unclear,
            Met::NoSuchTask,
        ])
        .collect()
}

fn over(cap: BudgetCap, set_by: Option<&str>) -> OverBudget {
    let (limit, spent, asked) = (Amount::ZERO, Amount::ZERO, Amount::ZERO);
    OverBudget { cap, limit, spent, asked, currency: Currency::Ptc, set_by: set_by.map(str::to_owned) }
}

fn owns() -> Vec<Own> {
    let no_file = Own::NoFile { patience: 600_000 };
    vec![
        Own::Interrupted,
        Own::NotKept,
        Own::IdOfAnother { id: RemoteId("7".into()), other: TaskKey(1) },
        Own::NotCreated,
        Own::OddState("Throttled".into()),
        no_file.clone(),
        Own::GivenUp(Box::new(Reason::Own(no_file))),
        Own::GivenUp(Box::new(call(Met::NotFound, Then::AskedAgain))),
        Own::AddressesRefused("HTTP 403".into()),
        Own::RanOut(Box::new(Reason::Own(Own::AddressesRefused("HTTP 403".into())))),
        Own::SavingStopped,
        Own::OverBudget(over(BudgetCap::Day, None)),
        Own::OverBudget(over(BudgetCap::Each, Some("ann"))),
    ]
}

fn whats() -> Vec<What> {
    let (id, why) = (|| RemoteId("7".into()), || call(Met::Key, Then::Usual));
    vec![
        What::Confirmed(Amount::from_thousandths(500).of(Currency::Ptc)),
        What::Adopted(id()),
        What::Sending,
        What::SendingStopped,
        What::PutBack { wait_ms: 9_500, why: why(), sent: None },
        What::Accepted(id()),
        What::AcceptedLate(id()),
        What::Refused(why()),
        What::Unknown(why()),
        What::Resolved(ResolvedAs::Lost),
        What::Resolved(ResolvedAs::NotCreated),
        What::Resolved(ResolvedAs::Found(id())),
        What::Resolved(ResolvedAs::Unknown),
        What::NoAnswer(why()),
        What::Ready(FileId("5".into())),
        What::Failed(why()),
        What::DownloadAsked,
        What::SavingBegun,
        What::SavingResumed,
        What::NotSaved(why()),
        What::SavingStopped,
        What::NotFetchedAgain,
        What::Saved { bytes: 9, path: "/v/a.mp4".into() },
        What::TakenBack,
        What::NeverQueued,
        What::Unwatched,
    ]
}

/// In both languages: there is a text in each, they differ, and nothing is left to be filled in.
fn both(what: &dyn std::fmt::Debug, text: impl Fn() -> String) -> [String; 2] {
    let both = [Lang::En, Lang::Zh].map(|lang| within(lang, &text));
    assert!(!both[0].is_empty() && both[0] != both[1], "{what:?}: {both:?}");
    assert!(!both.concat().contains(['{', '}']), "{both:?}");
    both
}

#[test]
fn each_reason_and_event_is_told_in_both_languages_by_commands_and_by_keys() {
    let keys = Voice { retry: "Q".into(), failures: "Z".into(), ..Voice::default() };
    let thens = [
        Then::Usual,
        Then::SentAgain,
        Then::Settle,
        Then::CheckAndSettle,
        Then::AskedAgain,
        Then::AskBalance,
        Then::AskId,
        Then::FetchLater,
    ];
    let calls = mets().into_iter().flat_map(|met| thens.map(|then| call(met.clone(), then)));
    for reason in calls.chain(owns().into_iter().map(Reason::Own)) {
        for voice in [&Voice::default(), &keys] {
            both(&reason, || problem(&reason, voice).to_string());
        }
        // What a store keeps of it comes back as it was.
        let kept = serde_json::to_string(&reason).unwrap();
        assert_eq!(serde_json::from_str::<Reason>(&kept).unwrap(), reason, "{kept}");
    }
    for what in whats() {
        both(&what, || event(&what, &keys));
        assert!(KINDS.contains(&what.kind()), "{what:?}");
        let kept = serde_json::to_string(&what).unwrap();
        assert_eq!(serde_json::from_str::<What>(&kept).unwrap(), what, "{kept}");
    }
    let by = |voice: &Voice| next(&Reason::Own(Own::NotCreated), voice);
    assert_eq!(by(&Voice::default()), "`reeltop retry` sends it again as a new attempt.");
    assert_eq!(by(&keys), "Q sends it again as a new attempt.");
}

#[test]
fn each_halt_is_told_in_both_languages_and_a_row_of_failures_names_where_they_are_shown() {
    let keys = Voice { failures: "Z".into(), ..Voice::default() };
    for cause in [
        HaltCause::Key,
        HaltCause::Balance,
        HaltCause::Budget,
        HaltCause::Address,
        HaltCause::Store,
        HaltCause::Failures(ErrorClass::Service),
        HaltCause::Failures(ErrorClass::UnknownOutcome),
    ] {
        let stopped = Halt { cause, tasks: 3, reason: call(Met::Failed, Then::Usual), by: None };
        both(&stopped, || halt(&stopped, &keys).to_string());
    }
    let why = Why::Server { kind: Trouble::Away, said: "no connection".into() };
    let offline = Reason::Store(Fault { deed: Deed::Read, file: "postgres://db/reel".into(), why });
    let stopped = Halt { cause: HaltCause::Store, tasks: 0, reason: offline, by: None };
    assert_eq!(
        both(&stopped, || halt(&stopped, &keys).to_string())[0],
        "sending halted: the store is offline: the database server does not answer. Check the connection and the server. \
         reeltop keeps trying."
    );
    let reason = Reason::said("it did not work.", "", "Wait.");
    let stopped = Halt { cause: HaltCause::Failures(ErrorClass::Service), tasks: 3, reason, by: None };
    assert_eq!(
        halt(&stopped, &keys).to_string(),
        "sending halted: 3 failures in a row (service error): it did not work. Z shows them."
    );
}

#[test]
fn a_halt_for_the_key_says_once_that_it_was_not_accepted() {
    let reason = call(Met::Key, Then::Usual);
    let stopped = Halt { cause: HaltCause::Key, tasks: 0, reason, by: None };
    assert_eq!(
        halt(&stopped, &Voice::default()).to_string(),
        "sending halted: the key was not accepted: so it says. Check the key of this profile (reeltop doctor), then \
         resume the queue."
    );
    // What was only asked has halted nothing.
    let asked = problem(&call(Met::Key, Then::Usual), &Voice::default());
    assert_eq!(asked.next, "Check the key of this profile (reeltop doctor).");
}

#[test]
fn what_may_have_been_accepted_says_so_unless_the_state_says_it() {
    let cut = call(Met::NoAnswer(ConnectionFault::Cut), Then::Settle);
    let voice = Voice::default();
    let told = "It may have been accepted and charged. The connection was closed before the answer came: so it says";
    assert_eq!(message(&cut, &voice), told);
    assert_eq!(cause(&cut, &voice), "The connection was closed before the answer came: so it says");
}

#[test]
fn the_services_words_are_quoted_in_the_readers_language_where_it_speaks_it() {
    let of = |quote: Quote| Reason::Call(Call { met: Met::GatewayRequest, quote, field: None, then: Then::Usual });
    for (quote, told) in [
        (
            Quote::Both { en: "bad".into(), cn: "如此".into() },
            ["The gateway found the request invalid: bad", "网关认为请求无效：如此"],
        ),
        (Quote::Text("bad".into()), ["The gateway found the request invalid: bad", "网关认为请求无效：bad"]),
        (
            Quote::Page { page: "502 Bad Gateway".into() },
            [
                "The gateway found the request invalid: an HTML page, 502 Bad Gateway",
                "网关认为请求无效：HTML 页面，502 Bad Gateway",
            ],
        ),
        (Quote::default(), ["The gateway found the request invalid", "网关认为请求无效"]),
    ] {
        let reason = of(quote);
        assert_eq!(both(&reason, || message(&reason, &Voice::default())), told);
    }
}

#[test]
fn what_an_older_store_kept_reads_as_it_was_written() {
    let old = r#"{"code":"1026","class":"prompt_sensitive","message":"m","next":"n","charged":"no"}"#;
    let error: TaskError = serde_json::from_str(old).unwrap();
    let (class, charged) = (ErrorClass::PromptSensitive, Charged::No);
    let reason = Reason::said("m", "", "n");
    assert_eq!(error, TaskError { code: "1026".into(), class, reason, charged });
    assert_eq!(problem(&error.reason, &Voice::default()).to_string(), "m. n");
}
