//! The person's own editor on a text. It has the terminal while it runs; the program goes on beside it.

use super::terminal;
use ::io::{
    files,
    paths::expanded,
    private_files,
    run::{Driver, signals},
};
use domain::reason::{editor::EditorFault, system::System};
use engine::msg::{LocalMsg, Msg};
use screens::app::App;
use std::{
    ffi::{OsStr, OsString},
    io,
    io::Write,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};
use tokio::process::{Child, Command};
use words::tr;

/// A running editor, or why there is none.
#[derive(Debug)]
pub(crate) struct Editor {
    name: String,
    path: PathBuf,
    /// The person's own file; `None` for a text of the program's.
    file: Option<String>,
    /// The text as it was handed over.
    given: String,
    child: Result<Child, System>,
}

/// The end of that editor and the text; never where none runs.
pub(crate) async fn end_of(editing: &mut Option<Editor>) -> Result<String, EditorFault> {
    match editing {
        Some(editor) => editor.ended().await,
        None => std::future::pending().await,
    }
}

/// Ends an editor with the program, while the store still takes what was saved in it as the draft. Gives the path of
/// what it does not take.
pub(crate) async fn close(editing: Option<Editor>, driver: &mut Driver<App>) -> Option<PathBuf> {
    let take = |text| {
        // Saved at once, since the program ends.
        driver.take(Msg::Local(LocalMsg::Edited { result: Ok(text) }));
        let store = &driver.state.work.store;
        store.owner.is_some() && store.failures == 0
    };
    editing?.close(take).await
}

/// Says where that is, once the screen is given back.
pub(crate) fn tell(left: Option<PathBuf>) {
    if let Some(path) = left {
        let text = tr!("what was saved in the editor is in {path}", path = path.display());
        tracing::warn!("{text}");
        let _ = writeln!(io::stderr(), "reeltop: {text}");
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

/// How often an editor was opened on a text in this run.
static OPENED: AtomicU32 = AtomicU32::new(0);

impl Editor {
    /// Starts `$VISUAL`, `$EDITOR` or vi on a text, in a file that only the person can read.
    #[must_use]
    pub(crate) fn open(text: &str) -> Self {
        let name = named();
        // Another name each time: what an editor before left behind stays.
        let opened = OPENED.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("reeltop-{}-{opened}.txt", std::process::id()));
        let child = private_files::write(&path, text).and_then(|()| started(&name, &[path.as_os_str()]));
        Self { name, path, file: None, given: text.to_owned(), child: child.map_err(System::from) }
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
        Self { name, path: path.unwrap_or_default(), file: Some(typed), given: String::new(), child }
    }

    /// The person's own file that it is on, the path as typed.
    #[must_use]
    pub(crate) fn file(&self) -> Option<&str> {
        self.file.as_deref()
    }

    /// Waits for its end; gives the text as it was left. The text counts as untouched when the editor fails; what it
    /// had saved by then stays where it is. Losing the race against another future loses nothing.
    ///
    /// # Errors
    /// Why there is no new text.
    pub(crate) async fn ended(&mut self) -> Result<String, EditorFault> {
        let program = || self.name.clone();
        let result = match &mut self.child {
            Ok(child) => match child.wait().await {
                Ok(status) if status.success() && self.file.is_some() => Ok(String::new()),
                Ok(status) if status.success() => self.text().map_err(EditorFault::Unreadable),
                Ok(status) => Err(EditorFault::Failed { program: program(), status: status.to_string() }),
                Err(e) => Err(EditorFault::Lost { program: program(), why: e.into() }),
            },
            Err(why) => Err(EditorFault::NotStarted { program: program(), why: why.clone() }),
        };
        match result {
            Err(fault) if self.has_saved() => {
                Err(EditorFault::Kept { fault: Box::new(fault), path: self.path.display().to_string() })
            }
            result => {
                self.remove();
                result
            }
        }
    }

    /// Ends it with the program: tells it that the terminal is gone, since editors keep what was typed then and give
    /// the terminal back, and waits a little for that. What was saved goes to `take`, which tells whether it is safe
    /// there. Gives the path of what is not.
    pub(crate) async fn close(mut self, take: impl FnOnce(String) -> bool) -> Option<PathBuf> {
        let Ok(child) = &mut self.child else { return None };
        if let Some(pid) = signals::pid_of(child) {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::HUP);
        }
        let has_ended = tokio::time::timeout(terminal::STALLED, child.wait()).await.is_ok();
        let taken = !self.has_saved() || self.text().is_ok_and(take);
        if taken && has_ended {
            self.remove();
        }
        (!taken).then_some(self.path)
    }

    /// What was saved, whatever became of the editor; `None` where it is what was handed over.
    pub(crate) fn rescued(&self) -> Option<String> {
        let text = self.has_saved().then(|| self.text().ok()).flatten()?;
        self.remove();
        Some(text)
    }

    fn text(&self) -> Result<String, System> {
        files::text(&self.path.to_string_lossy()).map_err(|at| at.why)
    }

    /// Whether the program's file has something else in it than was handed over.
    fn has_saved(&self) -> bool {
        self.file.is_none() && std::fs::read(&self.path).is_ok_and(|bytes| bytes != self.given.as_bytes())
    }

    fn remove(&self) {
        if self.file.is_none() {
            let _ = std::fs::remove_file(&self.path);
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
        let mut editor = on_text(&path, "true");
        assert_eq!(editor.ended().await, Ok("a cat\n\n\n".into()));
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn what_an_editor_saved_that_failed_stays_where_it_is() {
        let path = std::env::temp_dir().join(format!("reeltop-kept-{}.txt", std::process::id()));
        std::fs::write(&path, "a cat and a dog").unwrap();
        let mut editor = on_text(&path, "false");
        let Err(EditorFault::Kept { path: kept, .. }) = editor.ended().await else { panic!("not kept") };
        assert_eq!(kept, path.display().to_string());
        assert_eq!(editor.rescued(), Some("a cat and a dog".into()));
        assert!(!path.exists());
        // Where nothing was saved there is nothing to keep.
        std::fs::write(&path, "a cat").unwrap();
        assert!(matches!(on_text(&path, "false").ended().await, Err(EditorFault::Failed { .. })));
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn what_was_saved_in_an_editor_that_ends_with_the_program_is_taken_or_left_and_named() {
        let path = std::env::temp_dir().join(format!("reeltop-end-{}.txt", std::process::id()));
        for safe in [true, false] {
            std::fs::write(&path, "a cat and a dog").unwrap();
            let mut taken = None;
            let left = on_text(&path, "exec sleep 1000 #").close(|text| {
                taken = Some(text);
                safe
            });
            assert_eq!(left.await, (!safe).then(|| path.clone()));
            assert_eq!((taken.as_deref(), path.exists()), (Some("a cat and a dog"), !safe));
        }
        std::fs::write(&path, "a cat").unwrap();
        assert_eq!(on_text(&path, "exec sleep 1000 #").close(|_| panic!("it is as it was")).await, None);
        assert!(!path.exists());
    }

    /// An editor on a file that was handed over as "a cat".
    fn on_text(path: &Path, name: &str) -> Editor {
        let child = Ok(started(name, &[]).unwrap());
        Editor { name: name.into(), path: path.to_owned(), file: None, given: "a cat".into(), child }
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
