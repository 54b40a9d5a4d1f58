//! The commands of linear mode, as words.

use domain::{
    draft::Field,
    task::{RemoteId, TaskKey, keep_first},
};
use engine::act::Resolution;
use words::voice::Voice;
use words::{names, tr};

/// What `help` prints.
pub(super) fn help() -> Vec<String> {
    [
        tr!("new PROMPT: create a task from a prompt; {a|b} in it creates several. Shows the price and sends nothing."),
        tr!("retry 12 13: retry these tasks. Shows the price and sends nothing."),
        tr!("send: send what was last shown with its price. Above the config's limit the number of tasks too, as in send 12."),
        tr!("drop: discard what was last shown."),
        tr!("set model NAME, set resolution 768P, set duration 6, set count 2: for the next new. set alone shows what is set."),
        tr!("set duration 6,10: several values, of models and resolutions too, are all combined; set zip on pairs them one by one."),
        tr!("set first-frame PATH, set last-frame PATH, set subject PATH: pictures, for the next new; none removes one."),
        tr!("set optimizer off, set callback URL: as in compose; none removes the callback."),
        tr!("list, list state:failed cat: the tasks, the newest last."),
        tr!("show 12: all about one task."),
        tr!("status: tasks in each state, the queue, the money."),
        tr!("cancel 12: take back an unsent task, or stop watching a running one."),
        tr!("download 12: fetch the file now."),
        tr!("resolve 12 lost, resolve 12 not-created, resolve 12 ID: resolve a task whose outcome is unknown."),
        tr!("resolve 12 unknown: take that back."),
        tr!("pause, resume: stop or resume sending."),
        tr!("balance: ask the service for the balance."),
        tr!("quit: quit, after waiting for answers still on the way."),
    ]
    .map(str::to_owned)
    .to_vec()
}

/// A command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Tell the commands.
    Help,
    /// Offer a new task.
    New {
        /// The prompt.
        prompt: String,
    },
    /// Offer new attempts.
    Retry(Vec<TaskKey>),
    /// Send what was offered.
    Send {
        /// The number of tasks, typed.
        count: Option<usize>,
    },
    /// Forget what was offered.
    Drop,
    /// Change a field for the next new tasks, or tell them.
    Set(Option<Setting>),
    /// Tell the tasks that pass a filter.
    List(String),
    /// Tell all about one.
    Show(TaskKey),
    /// Tell counts, queue and money.
    Status,
    /// Take back or stop watching.
    Cancel(Vec<TaskKey>),
    /// Fetch files.
    Download(Vec<TaskKey>),
    /// Settle an unknown.
    Resolve {
        /// The task.
        key: TaskKey,
        /// As what.
        as_what: Resolution,
    },
    /// Stop sending.
    Pause,
    /// Go on sending.
    Resume,
    /// Ask for the balance.
    Balance,
    /// End.
    Quit,
}

/// A field with its new value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Setting {
    /// The models, at least one.
    Models(Vec<String>),
    /// The resolutions, at least one.
    Resolutions(Vec<String>),
    /// Seconds, at least one.
    Durations(Vec<u32>),
    /// How many of each.
    Count(u32),
    /// Whether several values are taken one by one.
    Zip(bool),
    /// A picture's path or address; empty for none.
    Picture(Field, String),
    /// Whether the service may rewrite the prompt.
    Optimizer(bool),
    /// The callback's address; empty for none.
    Callback(String),
}

/// Reads a line; `None` for an empty one.
pub(super) fn order(line: &str) -> Result<Option<Order>, String> {
    let line = line.trim();
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    let alone = |order: Order| {
        if rest.is_empty() { Ok(order) } else { Err(tr!("{word} takes nothing after it; nothing was done.", word)) }
    };
    let order = match word.to_lowercase().as_str() {
        "" => return Ok(None),
        "help" | "?" => Order::Help,
        "new" if rest.is_empty() => return Err(tr!("new needs a prompt, as in: new a cat at sea").into()),
        "new" => Order::New { prompt: rest.to_owned() },
        "retry" => Order::Retry(keys(word, rest)?),
        "send" if rest.is_empty() => Order::Send { count: None },
        "send" => Order::Send {
            count: Some(rest.parse().map_err(|_| tr!("{quoted} is not a number of tasks.", quoted = quoted(rest)))?),
        },
        "drop" => alone(Order::Drop)?,
        "set" => Order::Set(setting(rest)?),
        "list" => Order::List(rest.to_owned()),
        "show" => Order::Show(key(rest)?),
        "status" => alone(Order::Status)?,
        "cancel" => Order::Cancel(keys(word, rest)?),
        "download" => Order::Download(keys(word, rest)?),
        "resolve" => resolve(rest)?,
        "pause" => alone(Order::Pause)?,
        "resume" => alone(Order::Resume)?,
        "balance" => alone(Order::Balance)?,
        "quit" | "exit" => alone(Order::Quit)?,
        _ => {
            return Err(tr!(
                "{quoted} is not a command; nothing was done. Type help for the commands.",
                quoted = quoted(word)
            ));
        }
    };
    Ok(Some(order))
}

fn quoted(text: &str) -> String {
    format!("{text:?}")
}

fn key(text: &str) -> Result<TaskKey, String> {
    text.parse().map_err(|why| names::not_a_key(&why))
}

fn keys(word: &str, rest: &str) -> Result<Vec<TaskKey>, String> {
    let mut keys: Vec<TaskKey> =
        rest.split([' ', ',']).filter(|part| !part.is_empty()).map(key).collect::<Result<_, _>>()?;
    keep_first(&mut keys);
    if keys.is_empty() { Err(tr!("{word} needs a task's number, as in: {word} 12", word)) } else { Ok(keys) }
}

fn setting(rest: &str) -> Result<Option<Setting>, String> {
    if rest.is_empty() {
        return Ok(None);
    }
    let (field, value) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let value = value.trim();
    if value.is_empty() {
        return Err(wrong_set());
    }
    let several = || value.split(',').map(str::trim).filter(|part| !part.is_empty());
    let number = |text: &str| text.parse().map_err(|_| tr!("{quoted} is not a number.", quoted = quoted(text)));
    let is_on = || match value {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(tr!("{quoted} is neither on nor off.", quoted = quoted(value))),
    };
    let or_none = || if value == "none" { String::new() } else { value.to_owned() };
    Ok(Some(match field {
        "model" => Setting::Models(several().map(str::to_owned).collect()),
        "resolution" => Setting::Resolutions(several().map(str::to_owned).collect()),
        "duration" => Setting::Durations(several().map(number).collect::<Result<_, _>>()?),
        "count" => Setting::Count(number(value)?),
        "zip" => Setting::Zip(is_on()?),
        "first-frame" => Setting::Picture(Field::FirstFrame, or_none()),
        "last-frame" => Setting::Picture(Field::LastFrame, or_none()),
        "subject" => Setting::Picture(Field::Subject, or_none()),
        "optimizer" => Setting::Optimizer(is_on()?),
        "callback" => Setting::Callback(or_none()),
        _ => return Err(wrong_set()),
    }))
}

/// What set sets.
const SETTABLE: [&str; 10] = [
    "model",
    "resolution",
    "duration",
    "count",
    "zip",
    "first-frame",
    "last-frame",
    "subject",
    "optimizer",
    "callback",
];

fn wrong_set() -> String {
    tr!("set takes one of these and a value: {fields}.", fields = SETTABLE.join(tr!(", ")))
}

/// How deeds are named here.
pub(super) fn voice() -> Voice {
    let word = |word: &str| word.to_owned();
    Voice {
        cancel: word("cancel"),
        download: word("download"),
        edit: word("retry"),
        failures: word("list state:open"),
        resume: word("resume"),
        new: word("new"),
        quit: word("Ctrl-C"),
        resolve: word("resolve"),
        retry: word("retry"),
        shrink: None,
    }
}

fn resolve(rest: &str) -> Result<Order, String> {
    let (key, outcome) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let key = self::key(key)?;
    let id = outcome.trim();
    let as_what = match id {
        "lost" => Resolution::Lost,
        "not-created" => Resolution::NotCreated,
        "unknown" => Resolution::Unknown,
        _ if !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) => {
            Resolution::Found(RemoteId(id.to_owned()))
        }
        _ => {
            return Err(tr!(
                "resolve needs an outcome: lost, not-created, the service's ID, or unknown to take it back."
            )
            .into());
        }
    };
    Ok(Order::Resolve { key, as_what })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_are_the_same_words_in_chinese_help() {
        use words::lang::{Lang, within};
        let head = |line: &String| line.split([' ', ':', ',', '：', '、']).next().unwrap_or_default().to_owned();
        let heads = |lang| within(lang, help).iter().map(head).collect::<Vec<_>>();
        assert_eq!(heads(Lang::Zh), heads(Lang::En));
        assert_eq!(within(Lang::Zh, || order("list")), order("list"));
    }

    #[test]
    fn commands_are_words() {
        for (line, want) in [
            ("new  a cat at sea ", Order::New { prompt: "a cat at sea".into() }),
            ("retry 12, #13", Order::Retry(vec![TaskKey(12), TaskKey(13)])),
            ("send", Order::Send { count: None }),
            ("SEND 12", Order::Send { count: Some(12) }),
            ("set duration 6, 10", Order::Set(Some(Setting::Durations(vec![6, 10])))),
            ("set model H-02", Order::Set(Some(Setting::Models(vec!["H-02".into()])))),
            ("set zip on", Order::Set(Some(Setting::Zip(true)))),
            ("set first-frame ~/a b.png", Order::Set(Some(Setting::Picture(Field::FirstFrame, "~/a b.png".into())))),
            ("set subject none", Order::Set(Some(Setting::Picture(Field::Subject, String::new())))),
            ("set", Order::Set(None)),
            ("list state:failed cat", Order::List("state:failed cat".into())),
            ("show #7", Order::Show(TaskKey(7))),
            ("resolve 7 lost", Order::Resolve { key: TaskKey(7), as_what: Resolution::Lost }),
            ("quit", Order::Quit),
        ] {
            assert_eq!(order(line), Ok(Some(want)), "{line}");
        }
        assert_eq!(order("  "), Ok(None));
    }

    #[test]
    fn what_is_no_command_does_nothing_and_says_so() {
        for line in [
            "sendd",
            "new",
            "retry",
            "retry twelve",
            "send it",
            "pause now",
            "resolve 7",
            "set colour red",
            "set zip maybe",
            "set duration ten",
            "set model",
            "show",
        ] {
            assert!(order(line).is_err(), "{line}");
        }
    }
}
