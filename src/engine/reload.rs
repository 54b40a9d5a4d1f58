//! A config that was read again while the program runs: what can change at run time is taken over, and of the rest it is
//! said that it needs a new start. One function for SIGHUP and for whoever else asks.

use crate::{
    msg::Reread,
    news::{ConfigNews, News},
    served::Served,
    settings::{Profile, Settings},
    work::Work,
};
use domain::reason::config::Rejected;

/// Takes a config over, or tells why it is not. Gives whether it did.
pub(super) fn take(work: &mut Work, result: Result<Box<Reread>, Rejected>) -> bool {
    let taken = result.is_ok();
    let news = result.map_or_else(ConfigNews::Rejected, |reread| {
        let Reread { settings, changed, fixed } = *reread;
        profiles(work, &settings);
        take_over(&mut work.settings, settings);
        ConfigNews::Taken { changed, fixed }
    });
    work.news.push(News::Config(news));
    taken
}

/// Takes over which profiles there are beside the default one. What is new is served once its key was read; what is gone is
/// asked and sent nothing more.
fn profiles(work: &mut Work, new: &Settings) {
    for (name, other) in &new.others {
        match work.settings.others.get_mut(name).filter(|_| work.others.get(name).is_some_and(|served| served.is_known))
        {
            Some(known) => take_profile(&mut known.profile, &other.profile),
            None => drop(work.settings.others.insert(name.clone(), other.clone())),
        }
        work.others.entry(name.clone()).or_insert_with(|| Served::new(false, work.now.mono)).is_known = true;
    }
    for (name, served) in &mut work.others {
        if !new.others.contains_key(name) {
            (served.is_known, served.has_key, served.key_problem) = (false, false, None);
        }
    }
}

/// Changes what can change of a profile.
fn take_profile(profile: &mut Profile, new: &Profile) {
    profile.submit_per_minute = new.submit_per_minute;
    profile.prices.clone_from(&new.prices);
    profile.records = new.records;
}

/// Changes what [`Settings::is_live`] names, and nothing else: a profile keeps its address, its key and its models.
fn take_over(settings: &mut Settings, new: Settings) {
    settings.budget = new.budget;
    settings.poll = new.poll;
    settings.retry = new.retry;
    settings.notify = new.notify;
    settings.download = new.download;
    settings.compose = new.compose;
    // Another default profile needs a new start.
    if settings.profile.name == new.profile.name {
        take_profile(&mut settings.profile, &new.profile);
    }
    settings.queue.undo_ms = new.queue.undo_ms;
    settings.queue.stop_after_failures = new.queue.stop_after_failures;
    settings.ui.theme = new.ui.theme;
    settings.ui.themes = new.ui.themes;
    settings.ui.side_by_side = new.ui.side_by_side;
    settings.ui.reduced_motion = new.ui.reduced_motion;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use domain::reason::config::Wrong;

    #[test]
    fn what_can_change_changes_and_what_cannot_is_said() {
        let mut work = testing::state(&[]);
        let mut new = work.settings.clone();
        new.poll.every_ms = 77_000;
        new.profile.submit_per_minute = 19;
        new.profile.base_url = "https://elsewhere.example".into();
        new.queue.start_paused = true;
        let (changed, fixed) = (vec!["poll.every_seconds".into()], vec!["profiles.302ai.base_url".into()]);
        let before = work.settings.clone();
        take(&mut work, Ok(Box::new(Reread { settings: new, changed: changed.clone(), fixed: fixed.clone() })));
        let mut want = before;
        want.poll.every_ms = 77_000;
        want.profile.submit_per_minute = 19;
        assert_eq!((work.settings, work.news), (want, vec![News::Config(ConfigNews::Taken { changed, fixed })]));
    }

    #[test]
    fn a_config_with_faults_changes_nothing() {
        let mut work = testing::state(&[]);
        let before = work.settings.clone();
        let rejected = Rejected::whole("config.toml", Wrong::NoFile);
        take(&mut work, Err(rejected.clone()));
        assert_eq!((work.settings, work.news), (before, vec![News::Config(ConfigNews::Rejected(rejected))]));
    }
}
