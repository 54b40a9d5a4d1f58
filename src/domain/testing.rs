//! Tasks for tests, here and on other floors.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use super::{
    amount::{Amount, CostSource, Currency},
    catalogue::Catalogue,
    check,
    draft::Draft,
    picture::{ImageLook, Takes},
    request::{ImageKind, Request, StoredImage},
    task::{NewTask, Phase, Task, TaskKey},
    time::Wall,
};

/// A task of that draft, made at 2026-11-22T18:30:00Z, in that phase.
pub fn task(draft: &Draft, phase: Phase) -> Task {
    let look = |path: &str| match path.starts_with("data:") {
        true => ImageLook::Sent,
        false => ImageLook::Found(StoredImage {
            sha256: "ab12".into(),
            kind: ImageKind::Jpeg,
            bytes: 123_456,
            width: 800,
            height: 600,
            path: path.into(),
            odd: Vec::new(),
        }),
    };
    let catalogue = Catalogue::builtin();
    let sendable = Draft { prompt: "a cat".into(), ..draft.clone() };
    let request = check::build(&sendable, &catalogue, Takes::default(), &look).unwrap();
    let request = Request { prompt: draft.prompt.clone(), ..request };
    Task { created_at: Wall(1_795_372_200_000), ..plain(12, request, phase) }
}

/// A task at the catalogue's price about which nothing else is known, alone in its batch, made at the beginning of
/// time.
pub fn plain(key: u32, request: Request, phase: Phase) -> Task {
    let cost = Catalogue::builtin().price(&request.model).unwrap_or(Amount::ZERO);
    let new = NewTask { cost, request, phase, ..intent("", Wall(0)) };
    Task { rev: 1, ..new.into_task(TaskKey(key), TaskKey(key), Wall(0), None) }
}

/// A request for a video of that prompt, confirmed at that moment for half a PTC.
#[must_use]
pub fn intent(prompt: &str, at: Wall) -> NewTask {
    NewTask {
        parent: None,
        agreed: vec![],
        attempt: 1,
        name: None,
        profile: "302ai".into(),
        request: Request::plain("MiniMax-Hailuo-02", prompt, "768P", 6),
        cost: Amount::from_thousandths(500),
        currency: Currency::Ptc,
        cost_source: Some(CostSource::List),
        remote: None,
        automatic: false,
        phase: Phase::Queued { not_before: at, put_back: None },
    }
}

pub fn draft() -> Draft {
    Draft {
        model: "MiniMax-Hailuo-02".into(),
        prompt: "It's a \"cat\" \u{202e}".into(),
        first_frame: "~/pictures/first.jpg".into(),
        last_frame: format!("data:image/png;base64,{}", "A".repeat(2000)),
        duration: Some(10),
        ..Draft::default()
    }
}

/// A small picture that no model refuses.
#[must_use]
pub fn stored(path: &str) -> StoredImage {
    StoredImage {
        sha256: "ab".into(),
        kind: ImageKind::Jpeg,
        bytes: 9,
        width: 800,
        height: 600,
        path: path.into(),
        odd: Vec::new(),
    }
}
