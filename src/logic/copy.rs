//! What goes out of the program by a key: into the laptop's clipboard, or into a player.

use super::{
    commands::Do,
    effect::{Effect, HttpCmd, Level, LocalCmd, TermCmd, Ticket},
    keymap::CopyWhat,
    state::State,
    toast,
};
use crate::domain::{
    answer::{FileVerdict, Reply, judge_file},
    export,
    task::Task,
};

/// Words of a copied text that a toast shows.
const SHOWN: usize = 48;

/// The longest text that goes to the clipboard, in bytes. Terminals drop longer ones in silence (xterm and tmux take about
/// 74 kB of base64), so they are said to be too long and put into a file instead.
pub const MOST: usize = 54_000;

/// Copies a part of a task.
pub(super) fn part(state: &mut State, task: &Task, what: CopyWhat) -> Vec<Do> {
    let key = task.key;
    match what {
        CopyWhat::Id => match &task.remote {
            Some(id) => copy(state, "task id", id.0.clone()),
            None => refuse(state, format!("{key} has no id of the service yet")),
        },
        CopyWhat::Prompt => copy(state, "prompt", task.request.prompt.clone()),
        CopyWhat::Path => match task.saved() {
            Some(saved) => copy(state, "path", saved.path.clone()),
            None => refuse(state, format!("{key} has no file on disk")),
        },
        CopyWhat::Curl if !task.request.is_known() => {
            refuse(state, format!("{key} was made elsewhere, so what it asked for is not known here"))
        }
        CopyWhat::Curl => {
            let profile = &state.settings.profile;
            let spec = state.settings.catalogue.spec(&task.request.model);
            let body = export::request_json(&task.request, spec, &profile.names);
            let curl = export::curl(&profile.base_url, &profile.path_prefix, &profile.key_variable, &body);
            copy(state, "curl command", curl)
        }
        CopyWhat::Url => ask_url(state, task),
    }
}

/// Asks the service for a fresh address, which is free: addresses run out, and none is kept.
fn ask_url(state: &mut State, task: &Task) -> Vec<Do> {
    let Some(file) = task.file().cloned() else {
        return refuse(state, format!("{} has no file", task.key));
    };
    state.next_ticket += 1;
    let ticket = state.next_ticket;
    state.screen.url_asked = Some((ticket, task.key));
    toast::say(state, Level::Info, format!("asking for an address of {}'s file", task.key), Some(task.key));
    vec![Do::Effect(Effect::Http(HttpCmd::File { key: task.key, ticket, file }))]
}

/// The end of a file call: `None` when it was not asked for here.
pub fn addressed(state: &mut State, of: Ticket, reply: &Reply) -> Option<Vec<Effect>> {
    let (_, key) = state.screen.url_asked.take_if(|(ticket, _)| *ticket == of)?;
    let effects = match judge_file(reply) {
        FileVerdict::Address(address) => {
            let text = format!("copied the address of {key}'s file; it is good for hours, not days");
            toast::say(state, Level::Info, text, Some(key));
            vec![Effect::Term(TermCmd::Copy(address.url))]
        }
        FileVerdict::Refused { error } | FileVerdict::Again { error, .. } => {
            let text = format!("no address of {key}'s file: {}", error.message);
            toast::say(state, Level::Warning, text, Some(key));
            Vec::new()
        }
    };
    Some(effects)
}

/// Copies an scp command that fetches the file to the laptop, ready to be run there.
pub(super) fn scp(state: &mut State, task: &Task) -> Vec<Do> {
    let Some(saved) = task.saved() else {
        return refuse(state, format!("{} has no file on disk", task.key));
    };
    let host = &state.settings.host;
    let port = host.port.map_or_else(String::new, |port| format!("-P {port} "));
    let from = format!("{}:{}", host.address, for_the_far_shell(&saved.path));
    copy(state, "scp command", format!("scp {port}{} .", export::shell_quote(&from)))
}

/// Opens the file in a player.
pub(super) fn play(task: &Task) -> Vec<Do> {
    let open = |path: &String| Do::Effect(Effect::Local(LocalCmd::Open { path: path.clone() }));
    task.saved().map(|saved| open(&saved.path)).into_iter().collect()
}

/// A path with a backslash before everything that the far side could read as more than a name: older scp gives it to a
/// shell there, newer ones match it as a pattern, and both take the backslash away.
fn for_the_far_shell(path: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:@%+=,".contains(c) || !c.is_ascii();
    path.chars().flat_map(|c| (!plain(c)).then_some('\\').into_iter().chain([c])).collect()
}

fn copy(state: &mut State, what: &str, text: String) -> Vec<Do> {
    if text.len() > MOST {
        return vec![Do::Effect(Effect::Local(LocalCmd::PutBy { what: what.to_owned(), text }))];
    }
    let first = text.lines().next().unwrap_or_default();
    let shown: String = first.chars().take(SHOWN).collect();
    let rest = if shown.len() < text.len() { "…" } else { "" };
    toast::say(state, Level::Info, format!("copied the {what}: {shown}{rest}"), None);
    vec![Do::Effect(Effect::Term(TermCmd::Copy(text)))]
}

fn refuse(state: &mut State, why: String) -> Vec<Do> {
    toast::say(state, Level::Warning, why, None);
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::task::TaskState::{Queued, Saved},
        logic::{
            settings::Host,
            testing::{state, task},
        },
    };

    fn copied(text: &str) -> Vec<Do> {
        vec![Do::Effect(Effect::Term(TermCmd::Copy(text.into())))]
    }

    #[test]
    fn each_part_is_copied_and_named() {
        let mut state = state(&[Saved]);
        let task = task(1, Saved);
        assert_eq!(part(&mut state, &task, CopyWhat::Id), copied("11"));
        assert_eq!(part(&mut state, &task, CopyWhat::Prompt), copied("a cat"));
        assert_eq!(part(&mut state, &task, CopyWhat::Path), copied("/videos/it's 1.mp4"));
        assert_eq!(state.screen.toasts.back().map(|t| t.text.as_str()), Some("copied the path: /videos/it's 1.mp4"));
        assert_eq!(part(&mut state, &self::task(2, Queued), CopyWhat::Id), []);
    }

    #[test]
    fn an_scp_command_is_quoted_for_the_shell() {
        let mut state = state(&[Saved]);
        state.settings.host = Host { address: "ann@box".into(), port: None };
        assert_eq!(scp(&mut state, &task(1, Saved)), copied(r"scp 'ann@box:/videos/it\'\''s\ 1.mp4' ."));
        state.settings.host.port = Some(2222);
        assert_eq!(scp(&mut state, &task(1, Saved)), copied(r"scp -P 2222 'ann@box:/videos/it\'\''s\ 1.mp4' ."));
        assert_eq!(for_the_far_shell("/视频/a b$(x)*;雨.mp4"), r"/视频/a\ b\$\(x\)\*\;雨.mp4");
    }

    #[test]
    fn a_text_too_long_for_the_clipboard_is_put_into_a_file() {
        let mut state = state(&[Saved]);
        let long = "a".repeat(MOST + 1);
        let put_by = LocalCmd::PutBy { what: "prompt".into(), text: long.clone() };
        assert_eq!(copy(&mut state, "prompt", long), [Do::Effect(Effect::Local(put_by))]);
        assert!(state.screen.toasts.is_empty());
    }

    #[test]
    fn a_fresh_address_is_asked_for_and_only_its_own_answer_is_copied() {
        let mut state = state(&[Saved]);
        let effects = part(&mut state, &task(1, Saved), CopyWhat::Url);
        let ticket = state.next_ticket;
        let file = crate::domain::task::FileId("91".into());
        let key = crate::domain::task::TaskKey(1);
        assert_eq!(effects, [Do::Effect(Effect::Http(HttpCmd::File { key, ticket, file }))]);
        let body = r#"{"file":{"download_url":"https://x/y.mp4?Expires=1"},"base_resp":{"status_code":0}}"#;
        let reply = Reply::Answered { http: 200, retry_after_ms: None, body: body.into() };
        assert_eq!(addressed(&mut state, ticket + 1, &reply), None);
        let url = "https://x/y.mp4?Expires=1".to_owned();
        assert_eq!(addressed(&mut state, ticket, &reply), Some(vec![Effect::Term(TermCmd::Copy(url))]));
        assert_eq!(addressed(&mut state, ticket, &reply), None);
    }
}
