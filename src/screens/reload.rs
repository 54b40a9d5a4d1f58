//! A config that was read again while the program runs: what can change at run time is taken over, and of the rest it is
//! said that it needs a new start. One function for SIGHUP and for whoever else asks.

use crate::{
    domain::{fields::listed_all, problem::Problem},
    engine::{effect::Level, msg::Reread, settings::Settings},
    screens::{app::App, toast},
    tr,
};

/// Takes a config over, or says why it is not.
pub fn take(app: &mut App, result: Result<Box<Reread>, Problem>) {
    let reread = match result {
        Ok(reread) => reread,
        Err(problem) => {
            let what = tr!("the config was read again and has faults; the program goes on with what it had");
            let text = Problem::new(what, problem.to_string(), "").to_string();
            return toast::say(app, Level::Warning, text, None);
        }
    };
    take_over(&mut app.work.settings, reread.settings);
    let text = match reread.changed.is_empty() {
        true => tr!("the config was read again; nothing changed that can change now").to_owned(),
        false => tr!("the config was read again; changed: {options}", options = listed_all(&reread.changed)),
    };
    toast::say(app, Level::Info, text, None);
    if !reread.fixed.is_empty() {
        let text = tr!("only a new start takes over: {options}", options = listed_all(&reread.fixed));
        toast::say(app, Level::Warning, text, None);
    }
}

/// Changes what [`Settings::is_live`] names, and nothing else: the account, its key and its models stay those of the start.
fn take_over(settings: &mut Settings, new: Settings) {
    settings.budget = new.budget;
    settings.poll = new.poll;
    settings.retry = new.retry;
    settings.notify = new.notify;
    settings.download = new.download;
    settings.compose = new.compose;
    settings.profile.submit_per_minute = new.profile.submit_per_minute;
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
    use crate::engine::testing;

    #[test]
    fn what_can_change_changes_and_what_cannot_is_said() {
        let mut state = testing::state(&[]);
        let mut new = state.work.settings.clone();
        new.poll.every_ms = 77_000;
        new.profile.submit_per_minute = 19;
        new.profile.base_url = "https://elsewhere.example".into();
        new.queue.start_paused = true;
        let (changed, fixed) = (vec!["poll.every_seconds".into()], vec!["profiles.302ai.base_url".into()]);
        let before = state.work.settings.clone();
        take(&mut state, Ok(Box::new(Reread { settings: new, changed, fixed })));
        let mut want = before;
        want.poll.every_ms = 77_000;
        want.profile.submit_per_minute = 19;
        assert_eq!(state.work.settings, want);
        let told: Vec<&str> = state.screen.messages.iter().map(|message| message.text.as_str()).collect();
        assert_eq!(
            told,
            [
                "the config was read again; changed: poll.every_seconds",
                "only a new start takes over: profiles.302ai.base_url"
            ]
        );
    }

    #[test]
    fn a_config_with_faults_changes_nothing() {
        let mut state = testing::state(&[]);
        let before = state.work.settings.clone();
        take(&mut state, Err(Problem::new("config.toml:3:1: no", "", "")));
        assert_eq!(state.work.settings, before);
        assert!(state.screen.messages[0].text.contains("config.toml:3:1: no"));
    }
}
