//! How a sentence names what its reader can do: by a key, a word or a command.

/// How the reader's deeds are named in a sentence: by a key where the face has keys, else by a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voice {
    /// Taking back, or no longer watching.
    pub cancel: String,
    /// Fetching a file.
    pub download: String,
    /// Editing a request and sending it as a new attempt.
    pub edit: String,
    /// The failures that nobody has seen to.
    pub failures: String,
    /// Going on with sending.
    pub resume: String,
    /// Composing a new task.
    pub new: String,
    /// Leaving.
    pub quit: String,
    /// Settling an unknown.
    pub resolve: String,
    /// Trying again.
    pub retry: String,
    /// Making a smaller copy of a picture, where that can be done.
    pub shrink: Option<String>,
}

impl Default for Voice {
    /// The voice of the command line: keys are named by its commands.
    fn default() -> Self {
        let command = |name: &str| format!("`reeltop {name}`");
        Self {
            cancel: command("cancel"),
            download: command("download"),
            edit: command("retry"),
            failures: command("list state:open"),
            resume: command("watch"),
            new: command("submit"),
            quit: "Ctrl-C".to_owned(),
            resolve: command("resolve"),
            retry: command("retry"),
            shrink: None,
        }
    }
}
