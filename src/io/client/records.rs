//! A page of the gateway's records. Its rows may hold whole requests with their pictures: one that is too large, or
//! does not come whole in its time, is asked for again in smaller ones. A paid task's ID may be in it.

use super::{Call, Client};
use service::{
    answer::Reply,
    gateway::{
        Asked,
        records::{LIMITS, Page, Window, list, list_call},
    },
};
use std::{sync::atomic::Ordering, time::Duration};
use tokio::time::Instant;

/// The most that is read of a page, in bytes.
pub(super) const MOST: usize = 64 * 1024 * 1024;
/// How long one question may take, however slowly its answer comes. A line that stands still is given up sooner.
pub(super) const ONE: Duration = Duration::from_mins(1);
/// How long all questions for a page may take: the engine, which waits for it, gives up soon after.
const ALL: Duration = Duration::from_secs(270);

impl Client {
    /// The rows of a page of the largest size. Where not all of its smaller ones come, none is told.
    pub(super) async fn records(&self, window: Window, page: u32) -> Asked<Page> {
        // Dates of before the clock was set may be right as they are.
        let ahead = self.0.ahead.load(Ordering::Relaxed);
        let both = window.and(window.later(ahead));
        match self.in_parts(both, page).await {
            Asked::Told(page) => Asked::Told(page.later(-ahead)),
            other => other,
        }
    }

    async fn in_parts(&self, window: Window, page: u32) -> Asked<Page> {
        let until = Instant::now() + ALL;
        let mut limit = LIMITS[0];
        let mut at = page.saturating_sub(1).saturating_mul(limit);
        let (end, mut rows) = (at.saturating_add(limit), Vec::new());
        while at < end {
            let asked = at / limit + 1;
            let left = until.saturating_duration_since(Instant::now());
            // Nothing is smaller than one row: it has all the time there is.
            let patience = if limit == 1 { left } else { left.min(ONE) };
            let reply = self.see_through(Call::Gateway(list_call(window, asked, limit), patience)).await;
            match list(&reply, asked, limit) {
                Asked::Told(part) => {
                    rows.extend(part.rows);
                    at += limit;
                    if part.next.is_none() {
                        return Asked::Told(Page { rows, next: None });
                    }
                }
                Asked::Again { wait_ms, code, said } => {
                    let smaller = LIMITS.into_iter().find(|other| *other < limit);
                    let Some(smaller) = smaller.filter(|_| may_be_too_much(&reply, &code) && until > Instant::now())
                    else {
                        return Asked::Again { wait_ms, code, said };
                    };
                    tracing::warn!("{limit} records at once could not be read ({code}): asking for {smaller}");
                    limit = smaller;
                }
                other => return other,
            }
        }
        Asked::Told(Page { rows, next: Some(page.saturating_add(1)) })
    }
}

/// Whether fewer rows may come where these did not: no whole answer came, none that can be read, or the gateway itself
/// gave up. `code`: what stands for it in a log.
fn may_be_too_much(reply: &Reply, code: &str) -> bool {
    match reply {
        Reply::Broken { .. } => true,
        Reply::Answered { http, .. } => *http >= 500 || matches!(code, "unreadable" | "-1024"),
        Reply::Redirected { .. } | Reply::NotConnected { .. } | Reply::NotUploaded { .. } | Reply::NotSent { .. } => {
            false
        }
    }
}
