//! The person's own editor on a text. It has the terminal while it runs; the program goes on beside it.

use super::terminal;
use ::io::{files, private};
use domain::reason::{editor::EditorFault, system::System};
use std::path::PathBuf;
use tokio::process::{Child, Command};

/// A running editor, or why there is none.
#[derive(Debug)]
pub struct Editor {
    name: String,
    path: PathBuf,
    child: Result<Child, System>,
}

impl Editor {
    /// Starts `$VISUAL`, `$EDITOR` or vi on a text, in a file that only the person can read.
    #[must_use]
    pub fn open(text: &str) -> Self {
        let named = |name: &&str| std::env::var(name).is_ok_and(|value| !value.trim().is_empty());
        let name = ["VISUAL", "EDITOR"].iter().find(|name| named(name)).and_then(|name| std::env::var(name).ok());
        let name = name.unwrap_or_else(|| "vi".into());
        let path = std::env::temp_dir().join(format!("reeltop-{}.txt", std::process::id()));
        let child = private::write(&path, text).and_then(|()| {
            // By the shell, since people set EDITOR="code --wait"; in its place, so that a signal reaches the editor.
            Command::new("sh").arg("-c").arg(format!("exec {name} \"$1\"")).arg("sh").arg(&path).spawn()
        });
        Self { name, path, child: child.map_err(System::from) }
    }

    /// Waits for its end; gives the text as it was left. The text counts as untouched when the editor fails. Losing the
    /// race against another future loses nothing.
    ///
    /// # Errors
    /// Why there is no new text.
    pub async fn ended(&mut self) -> Result<String, EditorFault> {
        let program = || self.name.clone();
        let result = match &mut self.child {
            Ok(child) => match child.wait().await {
                Ok(status) if status.success() => {
                    files::text(&self.path.to_string_lossy()).map_err(|at| EditorFault::Unreadable(at.why))
                }
                Ok(status) => Err(EditorFault::Failed { program: program(), status: status.to_string() }),
                Err(e) => Err(EditorFault::Lost { program: program(), why: e.into() }),
            },
            Err(why) => Err(EditorFault::NotStarted { program: program(), why: why.clone() }),
        };
        let _ = std::fs::remove_file(&self.path);
        result.map(|text| text.trim_end_matches('\n').to_owned())
    }

    /// Tells it that the line is gone: editors keep what was typed and give the terminal back. Waits a little for that.
    pub async fn close(mut self) {
        let id = self.child.as_ref().ok().and_then(Child::id).and_then(|id| i32::try_from(id).ok());
        if let Some(pid) = id.and_then(rustix::process::Pid::from_raw) {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::HUP);
            let _ = tokio::time::timeout(terminal::STALLED, self.ended()).await;
        }
    }
}
