//! What `doctor` says of a store that several machines share.

use super::{Found, Thing};
use ::io::{
    config::Loaded,
    store::{About, KeyMark, Store, waiting},
};
use domain::time::{MINUTE, SECOND};
use std::path::Path;
use words::{amounts, names, news::other_key, tr};

/// The server, what is known of the connection to it, and what this user may do there.
pub(super) fn found(total: usize, about: &About, dir: &Path) -> Found {
    let About { server, version, user, .. } = about;
    // To the nearest second or minute, where a span is told by its whole ones.
    let span = |ms: i64| {
        let ms = ms.unsigned_abs();
        amounts::span(ms + if ms < MINUTE { SECOND } else { MINUTE } / 2)
    };
    let mut facts = vec![
        tr!("{tasks} on {server}", tasks = names::tasks(total), server),
        tr!("PostgreSQL {version}", version),
        tr!("answers in {ms} ms", ms = amounts::tenths(about.round_trip_us)),
        match about.clock_ms {
            ms if ms.abs() < About::CLOCK_RIGHT_MS => tr!("its clock is right to {ms} ms", ms = ms.abs().max(1)),
            ms if ms > 0 => tr!("its clock is {span} ahead", span = span(ms)),
            ms => tr!("its clock is {span} behind", span = span(ms)),
        },
        about.tls.as_ref().map_or_else(|| tr!("not encrypted").to_owned(), |tls| tr!("encrypted ({tls})", tls)),
        match about.only_reads {
            true => tr!("{user} may only look", user),
            false if about.is_keeper => tr!("{user} may submit and set the budget", user),
            false => tr!("{user} may submit", user),
        },
    ];
    let kept = waiting(dir);
    match kept {
        0 => {}
        1 => facts.push(tr!("1 accepted ID waits here to be saved in it").to_owned()),
        kept => facts.push(tr!("{n} accepted IDs wait here to be saved in it", n = kept)),
    }
    let text = facts.join(tr!(", "));
    if about.stands_by {
        let next = tr!("Name the server that takes changes in [store] url, or wait until this one does.");
        return Found::Wrong(tr!("{facts}; it only reads", facts = text), next.into());
    }
    if about.clock_ms.abs() >= About::CLOCK_RIGHT_MS {
        return Found::Odd(text, tr!("Set this machine's clock, or the server's: use NTP on both.").into());
    }
    if kept > 0 {
        return Found::Odd(text, tr!("Start `reeltop` or `reeltop watch`: it saves them.").into());
    }
    Found::Well(text)
}

/// The profiles that another machine serves with another key.
pub(super) fn keys(setup: &Loaded, store: &Store) -> Vec<(Thing, Found)> {
    let profiles = setup.settings.others.keys().chain([&setup.settings.profile.name]);
    let other = |profile: &String| {
        let key = setup.access(profile)?.key.read().ok()?;
        let who = store.other_key(profile, KeyMark::of(&key)).ok()??;
        let problem = other_key(profile, &who);
        Some((Thing::Profile, Found::Odd(problem.fact(), problem.next)))
    };
    profiles.filter_map(other).collect()
}
