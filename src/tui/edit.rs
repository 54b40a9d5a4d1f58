//! The person's own editor on a text. It has the terminal while it runs; the program goes on beside it.

use super::terminal;
use ::io::{files, paths::expanded, private_files};
use domain::reason::{editor::EditorFault, system::System};
use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};
use tokio::process::{Child, Command};

/// A running editor, or why there is none.
#[derive(Debug)]
pub(crate) struct Editor {
    name: String,
    path: PathBuf,
    /// The person's own file; `None` for a text of the program's.
    file: Option<String>,
    child: Result<Child, System>,
}

/// The end of that editor and the text; never where none runs.
pub(crate) async fn end_of(editing: &mut Option<Editor>) -> Result<String, EditorFault> {
    match editing {
        Some(editor) => editor.ended().await,
        None => std::future::pending().await,
    }
}

/// The command that the person has named.
fn named() -> String {
    let filled = |name: &&str| std::env::var(name).is_ok_and(|value| !value.trim().is_empty());
    let name = ["VISUAL", "EDITOR"].iter().find(|name| filled(name)).and_then(|name| std::env::var(name).ok());
    name.unwrap_or_else(|| "vi".into())
}

/// Started by the shell, since people set EDITOR="code --wait"; in its place, so that a signal reaches the editor.
fn started(name: &str, args: &[&OsStr]) -> std::io::Result<Child> {
    Command::new("sh").arg("-c").arg(format!("exec {name} \"$@\"")).arg("sh").args(args).spawn()
}

/// The arguments that open a file at a line: `+7 file` for most, `file:7` for some; only the file for an editor of
/// which neither is known.
fn at_line(name: &str, path: &Path, line: usize) -> Vec<OsString> {
    let program = name.split_whitespace().next().unwrap_or_default();
    let program = program.rsplit('/').next().unwrap_or_default();
    let file = path.as_os_str().to_owned();
    let place = || {
        let mut place = file.clone();
        place.push(format!(":{line}"));
        place
    };
    match program {
        "vi" | "vim" | "nvim" | "view" | "gvim" | "nano" | "pico" | "emacs" | "emacsclient" | "micro" | "kak"
        | "joe" | "jed" | "mg" | "ne" | "mcedit" | "ed" => vec![format!("+{line}").into(), file],
        "hx" | "helix" | "subl" | "zed" => vec![place()],
        "code" | "codium" | "code-insiders" | "cursor" => vec!["--goto".into(), place()],
        _ => vec![file],
    }
}

impl Editor {
    /// Starts `$VISUAL`, `$EDITOR` or vi on a text, in a file that only the person can read.
    #[must_use]
    pub(crate) fn open(text: &str) -> Self {
        let name = named();
        let path = std::env::temp_dir().join(format!("reeltop-{}.txt", std::process::id()));
        let child = private_files::write(&path, text).and_then(|()| started(&name, &[path.as_os_str()]));
        Self { name, path, file: None, child: child.map_err(System::from) }
    }

    /// Starts it on a person's own file, the path as typed, at that line where the editor is one that can be told.
    #[must_use]
    pub(crate) fn on(typed: String, line: usize) -> Self {
        let name = named();
        let path = expanded(typed.trim());
        let child = path.clone().and_then(|path| {
            let args = at_line(&name, &path, line);
            started(&name, &args.iter().map(OsString::as_os_str).collect::<Vec<_>>()).map_err(System::from)
        });
        Self { name, path: path.unwrap_or_default(), file: Some(typed), child }
    }

    /// The person's own file that it is on, the path as typed.
    #[must_use]
    pub(crate) fn file(&self) -> Option<&str> {
        self.file.as_deref()
    }

    /// Waits for its end; gives the text as it was left. The text counts as untouched when the editor fails. Losing the
    /// race against another future loses nothing.
    ///
    /// # Errors
    /// Why there is no new text.
    pub(crate) async fn ended(&mut self) -> Result<String, EditorFault> {
        let program = || self.name.clone();
        let result = match &mut self.child {
            Ok(child) => match child.wait().await {
                Ok(status) if status.success() && self.file.is_some() => Ok(String::new()),
                Ok(status) if status.success() => {
                    files::text(&self.path.to_string_lossy()).map_err(|at| EditorFault::Unreadable(at.why))
                }
                Ok(status) => Err(EditorFault::Failed { program: program(), status: status.to_string() }),
                Err(e) => Err(EditorFault::Lost { program: program(), why: e.into() }),
            },
            Err(why) => Err(EditorFault::NotStarted { program: program(), why: why.clone() }),
        };
        if self.file.is_none() {
            let _ = std::fs::remove_file(&self.path);
        }
        result
    }

    /// Tells it that the terminal is gone: editors keep what was typed and give the terminal back. Waits a little for
    /// that.
    pub(crate) async fn close(mut self) {
        let id = self.child.as_ref().ok().and_then(Child::id).and_then(|id| i32::try_from(id).ok());
        if let Some(pid) = id.and_then(rustix::process::Pid::from_raw) {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::HUP);
            let _ = tokio::time::timeout(terminal::STALLED, self.ended()).await;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_text_is_given_as_it_was_left_its_blank_lines_too() {
        let path = std::env::temp_dir().join(format!("reeltop-test-{}.txt", std::process::id()));
        std::fs::write(&path, "a cat\n\n\n").unwrap();
        let mut editor = Editor { name: "true".into(), path, file: None, child: Ok(started("true", &[]).unwrap()) };
        assert_eq!(editor.ended().await, Ok("a cat\n\n\n".into()));
    }

    #[test]
    fn an_editor_is_told_the_line_in_its_own_way() {
        for (name, args) in [
            ("vi", vec!["+7", "/d/a b.csv"]),
            ("/usr/bin/nvim -R", vec!["+7", "/d/a b.csv"]),
            ("hx", vec!["/d/a b.csv:7"]),
            ("code --wait", vec!["--goto", "/d/a b.csv:7"]),
            ("my-editor", vec!["/d/a b.csv"]),
        ] {
            let expected: Vec<OsString> = args.into_iter().map(OsString::from).collect();
            assert_eq!(at_line(name, Path::new("/d/a b.csv"), 7), expected, "{name}");
        }
    }
}
