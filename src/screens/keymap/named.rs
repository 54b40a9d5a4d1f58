//! The keys as sentences name them.

use super::{Action, Ctx, Keymap, binding};

use words::{tr, voice::Voice};

impl Keymap {
    /// The first key of an action as a sentence names it; the command of its name where it has no key.
    #[must_use]
    pub fn named(&self, ctx: Ctx, action: Action) -> String {
        self.key(ctx, action).unwrap_or_else(|| self.command(action.id(), ""))
    }

    /// A command as it is typed: after the colon, and where no key opens a line for it by itself.
    #[must_use]
    pub fn command(&self, name: &str, rest: &str) -> String {
        format!("{}{name} {rest}", self.lead).trim_end().to_owned()
    }

    /// How a sentence names resuming: by the key that pauses, which resumes too, and where that has none by the command
    /// that only resumes.
    #[must_use]
    pub fn resume(&self, ctx: Ctx) -> String {
        self.key(ctx, Action::Pause).unwrap_or_else(|| self.command("resume", ""))
    }

    fn key(&self, ctx: Ctx, action: Action) -> Option<String> {
        let key = binding(ctx, action).and_then(|binding| self.keys_of(binding).first())?;
        Some(readable(&key.to_string()))
    }

    /// How sentences of the work name the person's deeds.
    #[must_use]
    pub fn voice(&self) -> Voice {
        let table = |action| self.named(Ctx::Table, action);
        Voice {
            cancel: table(Action::Cancel),
            download: table(Action::Download),
            edit: table(Action::Edit),
            failures: table(Action::Failures),
            resume: self.resume(Ctx::Table),
            new: self.named(Ctx::Panes, Action::New),
            quit: self.named(Ctx::Global, Action::Quit),
            resolve: table(Action::Resolve),
            retry: table(Action::Retry),
            shrink: Some(self.named(Ctx::Compose, Action::Fix)),
        }
    }
}

/// A key as the config writes it, for a person: `Enter`, `Ctrl-r`, `Shift-Tab`, `PgDn`; single characters stay as they
/// are.
#[must_use]
pub fn readable(key: &str) -> String {
    // The terminal sends one byte for both, and people press the other.
    let key = if key == "ctrl-7" { "ctrl-_" } else { key };
    let part = |part: &str| {
        let mut chars = part.chars();
        match (part, chars.next(), chars.next()) {
            ("up", ..) => tr!("Up").into(),
            ("down", ..) => tr!("Down").into(),
            ("left", ..) => tr!("Left").into(),
            ("right", ..) => tr!("Right").into(),
            ("space", ..) => tr!("Space").into(),
            ("pgup", ..) => "PgUp".into(),
            ("pgdn", ..) => "PgDn".into(),
            (_, Some(first), Some(_)) => format!("{}{}", first.to_ascii_uppercase(), &part[first.len_utf8()..]),
            _ => part.to_owned(),
        }
    };
    key.split('-').map(part).collect::<Vec<_>>().join("-")
}
