//! Pictures that several tasks use are handed to the gateway once and go along as a URL, where the profile wants it.
//!
//! ```text
//! a task's turn, a picture that another queued task uses too, no URL of it at hand -> upload, and nothing is sent meanwhile
//! a URL came  -> kept in the store, 0.001 PTC in the ledger; every submission of the next day with that picture names it
//! none came   -> said; for a while the picture goes along inside each request, as it does without uploads
//! ```
//!
//! All of it comes before the store is asked to save `Sending`: between that and the POST a URL that is at hand takes a
//! picture's place on the wire, and nothing else changes.

use crate::{
    claims::held_by_another,
    effect::{Effect, HttpCmd, StoreCmd, Ticket, Upload},
    news::{ConnectionNews, News},
    profile_state::Uploads,
    work::Work,
    writes,
};
use domain::{
    amount::{Amount, Currency},
    request::{ImageRef, Request, StoredImage},
    task::{LedgerLine, MoneyEvent, Task, TaskKey},
    time::{DAY, MINUTE},
};
use service::{
    answer::Reply,
    gateway::{Asked, upload},
};

/// What one upload costs, by the gateway's page on `POST /302/upload-file`.
const PRICE: Amount = Amount::from_thousandths(1);
/// How long a URL is used. The gateway does not say how long it lives.
const URL_LIFE_MS: u64 = DAY;
/// How long a picture that could not be uploaded is sent inside the requests.
const INLINE_MS: u64 = 10 * MINUTE;

/// Whether what is sent next waits for an upload, or for its line in the ledger: the order of the queue is kept.
pub(super) fn holds_up(work: &Work, profile: &str) -> bool {
    let Uploads { asking, paid, .. } = &work.of(profile).sending.uploaded;
    asking.is_some() || paid.is_some_and(|key| writes::is_unwritten(work, key))
}

/// The uploads that the store knows.
pub(super) fn known(work: &mut Work, uploads: Vec<Upload>) {
    for upload in uploads {
        let known = &mut work.of_mut(&upload.profile).sending.uploaded.known;
        known.insert(upload.sha256.clone(), upload);
    }
}

/// The upload that a task's sending waits for, if there is one.
pub(super) fn due(work: &mut Work, task: &Task) -> Option<HttpCmd> {
    if !is_enabled(work, &task.profile) || !is_in_the_caps(work) {
        return None;
    }
    let inline = &work.of(&task.profile).sending.uploaded.inline_until;
    let picture = pictures(&task.request).find(|picture| {
        let rests = inline.get(&picture.sha256).is_some_and(|until| *until > work.now.mono);
        !rests && url(work, &task.profile, picture).is_none() && is_shared(work, task, picture)
    })?;
    let picture = Box::new(picture.clone());
    let ticket = work.ticket();
    work.of_mut(&task.profile).sending.uploaded.asking = Some((ticket, task.key, picture.sha256.clone()));
    Some(HttpCmd::Upload { ticket, picture })
}

fn is_enabled(work: &Work, profile: &str) -> bool {
    work.profile(profile).is_some_and(|profile| profile.upload)
}

/// Whether the day's caps have room for an upload. Without it a picture goes along inside the request, which costs
/// nothing more.
fn is_in_the_caps(work: &Work) -> bool {
    let day = work.day(Currency::Ptc);
    let left = day.left().into_iter().chain(day.own_left().map(|(_, left)| left)).min();
    left.is_none_or(|left| left >= PRICE)
}

/// Whether another task that is not sent yet uses that picture too.
fn is_shared(work: &Work, task: &Task, picture: &StoredImage) -> bool {
    let others = work.tasks.queued.iter().filter(|key| **key != task.key).filter_map(|key| work.tasks.live.get(key));
    let mut ours = others.filter(|other| other.profile == task.profile);
    ours.any(|other| pictures(&other.request).any(|used| used.sha256 == picture.sha256))
}

fn pictures(request: &Request) -> impl Iterator<Item = &StoredImage> {
    let all = [&request.first_frame, &request.last_frame, &request.subject];
    all.into_iter().filter_map(|picture| match picture {
        Some(ImageRef::Stored(stored)) => Some(stored),
        Some(ImageRef::Url(_)) | None => None,
    })
}

fn url(work: &Work, profile: &str, picture: &StoredImage) -> Option<String> {
    let upload = work.of(profile).sending.uploaded.known.get(&picture.sha256)?;
    (work.now.wall.since(upload.at) < URL_LIFE_MS).then(|| upload.url.clone())
}

/// The end of an upload.
pub(super) fn uploaded(work: &mut Work, ticket: Ticket, reply: &Reply) -> Vec<Effect> {
    let asked = work.asked(|served| served.sending.uploaded.asking.take_if(|(asked, ..)| *asked == ticket));
    let Some((profile, (_, key, sha256))) = asked else {
        return work.drop_stale();
    };
    let mut effects = Vec::new();
    let base_url = work.profile(&profile).map_or("", |profile| &profile.base_url);
    let said = match upload::address(reply, base_url) {
        Asked::Told(url) => {
            let upload = Upload { profile: profile.clone(), sha256, url, at: work.now.wall };
            work.of_mut(&profile).sending.uploaded.known.insert(upload.sha256.clone(), upload.clone());
            effects.push(Effect::Store(StoreCmd::SaveUpload { upload }));
            effects.extend(paid(work, &profile, key));
            return effects;
        }
        Asked::NotYet => String::new(),
        Asked::NotAllowed { said } => said,
        Asked::Again { code, said, .. } => [code, said].join(" ").trim().to_owned(),
    };
    // Counted as spent, as everything is that nobody can tell.
    if upload::may_be_charged(reply) {
        effects.extend(paid(work, &profile, key));
    }
    let until = work.now.mono.plus(INLINE_MS);
    work.of_mut(&profile).sending.uploaded.inline_until.insert(sha256, until);
    work.news.push(News::Connection(ConnectionNews::NotUploaded { said }));
    effects
}

/// A line in the ledger of the task that the upload was for.
fn paid(work: &mut Work, profile: &str, key: TaskKey) -> Vec<Effect> {
    let is_live = |key: &TaskKey| work.tasks.live.get(key).is_some_and(|task| task.profile == profile);
    // Whoever is sending the task meanwhile, with an upload of its own, is not to be overtaken for a thousandth.
    let is_free = |key: &TaskKey| is_live(key) && !held_by_another(work, &work.tasks.live[key]);
    let free = Some(key).filter(is_free).or_else(|| work.tasks.queued.iter().copied().find(is_free));
    let key = free.or(Some(key).filter(is_live));
    let Some(mut task) = key.and_then(|key| writes::at_hand(work, key)) else { return Vec::new() };
    work.of_mut(profile).sending.uploaded.paid = Some(task.key);
    let line = LedgerLine { at: work.now.wall, event: MoneyEvent::Upload, amount: PRICE.of(Currency::Ptc) };
    // Currencies are never added up: what is not in the task's own stands in the ledger alone.
    if task.currency == Currency::Ptc {
        task.besides.uploads += PRICE;
    }
    writes::write(work, task, vec![], vec![line])
}

/// Puts the URLs that are at hand in the place of a request's pictures. Only on the wire: what the person asked for
/// stays.
pub(super) fn put_on_the_wire(work: &Work, profile: &str, request: &mut Request) {
    if !is_enabled(work, profile) {
        return;
    }
    for picture in [&mut request.first_frame, &mut request.last_frame, &mut request.subject].into_iter().flatten() {
        if let ImageRef::Stored(stored) = &*picture
            && let Some(url) = url(work, profile, stored)
        {
            *picture = ImageRef::Url(url);
        }
    }
}

/// The pictures that a task's submission takes out of this machine's folder: those that have no URL.
pub(super) fn sent_from_here(work: &Work, task: &Task) -> Vec<StoredImage> {
    let goes_by_url =
        |picture: &&StoredImage| is_enabled(work, &task.profile) && url(work, &task.profile, picture).is_some();
    pictures(&task.request).filter(|picture| !goes_by_url(picture)).cloned().collect()
}

/// The service found a request invalid: it may not have got the picture by its URL, which is not used again.
pub(super) fn distrust(work: &mut Work, task: &Task) {
    let until = work.now.mono.plus(INLINE_MS);
    let Uploads { known, inline_until, .. } = &mut work.of_mut(&task.profile).sending.uploaded;
    for picture in pictures(&task.request) {
        if known.remove(&picture.sha256).is_some() {
            inline_until.insert(picture.sha256.clone(), until);
        }
    }
}
