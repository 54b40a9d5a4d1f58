//! Tasks for tests, here and on other floors.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use super::{
    amount::{CostSource, Currency},
    catalogue::Catalogue,
    check,
    draft::Draft,
    picture::{ImageLook, Takes},
    request::{ImageKind, Request, StoredImage},
    task::{Phase, Task, TaskKey},
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
    Task {
        key: TaskKey(12),
        rev: 1,
        parent: None,
        attempt: 1,
        name: None,
        profile: "302ai".into(),
        cost: catalogue.price(&request.model).unwrap(),
        currency: Currency::Ptc,
        cost_source: Some(CostSource::List),
        request: Request { prompt: draft.prompt.clone(), ..request },
        remote: None,
        expires_at: None,
        dir: None,
        created_at: Wall(1_795_372_200_000),
        sent_at: None,
        finished_at: None,
        phase,
        claim: None,
        automatic: false,
        settled: None,
        request_id: None,
        put_away_at: None,
        batch: TaskKey(12),
        evidence: None,
        refund: crate::task::RefundMarks::default(),
        besides: crate::task::Besides::default(),
        who: None,
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
