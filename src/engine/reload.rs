//! A config that was read again while the program runs: what can change at run time is taken over, and of the rest it
//! is said that it needs a new start. One function for SIGHUP and for every other caller.

use crate::{
    msg::Reread,
    news::{ConfigNews, News},
    profile_state::ProfileState,
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
        take_over(&mut work.settings, settings, &changed);
        ConfigNews::Taken { changed, fixed }
    });
    work.news.push(News::Config(news));
    taken
}

/// Takes over which profiles there are beside the default one. What is new is served once its key was read; what is
/// gone is asked and sent nothing more.
fn profiles(work: &mut Work, new: &Settings) {
    for (name, other) in &new.others {
        match work.settings.others.get_mut(name).filter(|_| work.others.get(name).is_some_and(|served| served.is_known))
        {
            Some(known) => take_profile(&mut known.profile, &other.profile),
            None => drop(work.settings.others.insert(name.clone(), other.clone())),
        }
        work.others.entry(name.clone()).or_insert_with(|| ProfileState::new(false, work.now.mono)).is_known = true;
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
    // A budget and a ledger of one currency go on in it until the next start.
    if profile.currency() == new.currency() {
        profile.prices.clone_from(&new.prices);
    }
    profile.records = new.records;
}

/// Changes what [`Settings::is_live`] names, and nothing else: a profile keeps its address, its key and its models.
/// What was set in the program (`:set`) stays until the file says something new of it.
fn take_over(settings: &mut Settings, new: Settings, changed: &[String]) {
    let is_new = |option: &str| changed.iter().any(|changed| changed == option);
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
    let (ui, new) = (&mut settings.ui, new.ui);
    ui.themes = new.themes;
    ui.picture_bytes = new.picture_bytes;
    if is_new("ui.theme") {
        ui.theme = new.theme;
    }
    if is_new("ui.side_by_side") {
        ui.side_by_side = new.side_by_side;
    }
    if is_new("ui.reduced_motion") {
        ui.reduced_motion = new.reduced_motion;
    }
    if is_new("ui.pictures") {
        ui.pictures = new.pictures;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::{
        settings::{
            BudgetSettings, CallbackSettings, ComposeSettings, DownloadSettings, Lang, NotifySettings, Pictures,
            PollSettings, QueueSettings, RetrySettings, SideBySide, UiSettings, paint,
        },
        testing,
    };
    use domain::{
        amount::Amount,
        catalogue::Catalogue,
        prices::{PriceList, Prices},
        problem::ErrorClass,
        reason::config::Wrong,
    };
    use serde_json::Value;

    /// Settings of which every option of a section that can change is another one than by default.
    fn all_others() -> Settings {
        let defaults = Settings::default();
        let amount = |thousandths| Some(Amount::from_thousandths(thousandths));
        Settings {
            profile: Profile {
                submit_per_minute: 19,
                records: false,
                prices: Prices::new(PriceList::Gateway, &Catalogue { models: Vec::new() }),
                base_url: "https://elsewhere.example".into(),
                path_prefix: "/v2".into(),
                webp: true,
                upload: true,
                key_variable: "OTHER_KEY".into(),
                ..defaults.profile
            },
            download: DownloadSettings {
                dir: "/elsewhere".into(),
                auto: false,
                parallel: 7,
                name: "{id}".into(),
                stall_ms: 77_000,
                sidecar: false,
                shared: true,
            },
            budget: BudgetSettings {
                per_day: amount(1),
                per_day_each: amount(2),
                per_batch: amount(3),
                ask_above: amount(4),
            },
            compose: ComposeSettings { max_tasks: 7, templates: [("one".into(), "a cat".into())].into() },
            poll: PollSettings { every_ms: 77_000, budget_per_second: 1.5 },
            queue: QueueSettings {
                undo_ms: 77_000,
                start_paused: true,
                stop_after_failures: 7,
                submit_timeout_ms: 7,
                submit_stall_ms: 7,
            },
            retry: RetrySettings { auto: vec![ErrorClass::RateLimited], max: 7, pause_ms: 7 },
            notify: NotifySettings { bell: false, osc: false, hook: true },
            callback: CallbackSettings {
                listen: "127.0.0.1:8303".parse().ok(),
                public_url: Some("https://me.example".into()),
            },
            ui: UiSettings {
                theme: "light".into(),
                themes: [("own".into(), paint::OwnTheme::default())].into(),
                depth: paint::Depth::Sixteen,
                side_by_side: SideBySide::Never,
                ascii: true,
                mouse: true,
                ambiguous_width: 2,
                frame_ms: 77,
                reduced_motion: true,
                language: Some(Lang::Zh),
                pictures: Pictures::Off,
                picture_bytes: 7,
            },
            ..defaults
        }
    }

    /// The option that a field of the settings is read from, as [`Settings::is_live`] takes it.
    fn option(section: &str, field: &str) -> String {
        match (section, field) {
            ("profile", "prices") => "profiles.302ai.prices.MODEL".into(),
            ("profile", field) => format!("profiles.302ai.{field}"),
            ("queue", "submit_timeout_ms" | "submit_stall_ms") => format!("http.{field}"),
            ("ui", "themes") => "theme.own.base".into(),
            (section, field) => format!("{section}.{field}"),
        }
    }

    #[test]
    fn every_option_that_is_said_to_be_live_is_taken_over_and_no_other_one() {
        let mut work = testing::state(&[]);
        let before = serde_json::to_value(&work.settings).unwrap();
        let changed = ["theme", "side_by_side", "reduced_motion", "pictures"].map(|name| format!("ui.{name}")).to_vec();
        take(&mut work, Ok(Box::new(Reread { settings: all_others(), changed, fixed: vec![] })));
        let [new, after] = [all_others(), work.settings].map(|settings| serde_json::to_value(settings).unwrap());
        let sections =
            ["profile", "download", "budget", "compose", "poll", "queue", "retry", "notify", "callback", "ui"];
        // What names a profile, and what it speaks, are not options of the same one.
        let left_out = |field: &str| matches!(field, "name" | "names" | "protocol");
        for section in sections {
            let Value::Object(fields) = &new[section] else { panic!("{section}") };
            for (field, value) in fields.iter().filter(|(field, _)| section != "profile" || !left_out(field)) {
                let option = option(section, field);
                assert_ne!(value, &before[section][field], "{option} is as before: give it another value here");
                let wanted = if Settings::is_live(&option) { value } else { &before[section][field] };
                assert_eq!(&after[section][field], wanted, "{option}");
            }
        }
    }

    #[test]
    fn what_was_set_in_the_program_stays_until_the_file_says_something_new_of_it() {
        let mut work = testing::state(&[]);
        work.settings.ui.theme = "light".into();
        let ui = UiSettings { theme: "dark".into(), picture_bytes: 7, ..Settings::default().ui };
        let new = Settings { ui, ..Settings::default() };
        let reread = |changed| Ok(Box::new(Reread { settings: new.clone(), changed, fixed: vec![] }));
        take(&mut work, reread(vec!["ui.picture_bytes".into()]));
        assert_eq!((work.settings.ui.theme.as_str(), work.settings.ui.picture_bytes), ("light", 7));
        take(&mut work, reread(vec!["ui.theme".into()]));
        assert_eq!(work.settings.ui.theme, "dark");
    }

    #[test]
    fn the_currency_of_the_start_stays_with_its_prices() {
        let mut work = testing::state(&[]);
        let before = work.settings.clone();
        let mut new = before.clone();
        new.profile.prices = Prices::new(PriceList::Minimax, &Catalogue::builtin());
        take(&mut work, Ok(Box::new(Reread { settings: new, changed: vec![], fixed: vec![] })));
        assert_eq!(work.settings, before);
    }

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
