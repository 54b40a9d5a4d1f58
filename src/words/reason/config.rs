//! What is wrong with a config.

use super::{price, system::system};
use crate::{names, names::any_of, problem::Problem, tr};
use domain::reason::config::{Fault, Meant, ModelFault, Place, Rejected, Takes, Toml, Unfit, Wrong};

/// All faults, one a line.
#[must_use]
pub fn rejected(rejected: &Rejected) -> String {
    let lines: Vec<String> = rejected.faults.iter().map(|fault| located(fault, &rejected.path)).collect();
    lines.join("\n")
}

/// A fault in one line, as editors and `grep -n` users know it: `file:line:column: what`.
#[must_use]
pub fn located(fault: &Fault, file: &str) -> String {
    let problem = problem(&fault.why);
    match fault.place {
        Some(Place { line, column }) => format!("{file}:{line}:{column}: {problem}"),
        None => problem.to_string(),
    }
}

/// What is wrong, why, and what would be right.
#[must_use]
pub fn problem(wrong: &Wrong) -> Problem {
    match wrong {
        Wrong::NoHome(why) => Problem::new(tr!("your home folder cannot be found"), why, tr!("Set HOME.")),
        Wrong::Unreadable { path, why } => Problem::new(
            tr!("the config file {path} cannot be read", path),
            system(why),
            tr!("`reeltop config init` writes one that names every option"),
        ),
        Wrong::NoFile => Problem::new(tr!("this run has no config file"), "", ""),
        Wrong::NotToml(why) => Problem::new(tr!("this is not TOML"), why, ""),
        Wrong::NotASection(path) => Problem::new(
            tr!("{path} is a section, not an option", path),
            "",
            tr!("Write [{path}] with its options below.", path),
        ),
        Wrong::NoSuchSection { section, meant } => {
            Problem::new(tr!("[{section}] is not a section", section), "", self::meant(meant))
        }
        Wrong::NoSuchOption { option, section: Some(section), meant } => {
            Problem::new(tr!("{option} is not an option of [{section}]", option, section), "", self::meant(meant))
        }
        Wrong::NoSuchOption { option, section: None, meant } => {
            Problem::new(tr!("{option} is not an option above the first section", option), "", self::meant(meant))
        }
        Wrong::KeyWritten { option, section } => Problem::new(
            tr!("{option} is not an option of [{section}]", option, section),
            tr!("the key itself does not belong in this file"),
            tr!("Say where it comes from: api_key_env, api_key_cmd or api_key_file."),
        ),
        Wrong::NoSuchProfile { name, meant } => {
            Problem::new(tr!("there is no profile {name}", name = quoted(name)), "", self::meant(meant))
        }
        Wrong::SeveralKeys { profile, options } => Problem::new(
            tr!("profiles.{name} sets {options}", name = profile, options = options.join(tr!(" and "))),
            tr!("the key can come from one place only"),
            tr!("Keep one of them."),
        ),
        Wrong::FieldTaken { profile, field } => Problem::new(
            tr!("profiles.{name} gives two fields of a request the name {field}", name = profile, field),
            tr!("one would replace the other"),
            tr!("Set callback_field and last_frame_field as the host's documentation has them."),
        ),
        Wrong::NoUrl { profile, built_in } => Problem::new(
            tr!("profiles.{name} has no base_url", name = profile),
            tr!("it is not one of the built-in profiles"),
            tr!("Set base_url, or did you mean {names}?", names = any_of(built_in)),
        ),
        Wrong::PlainHttp { profile } => Problem::new(
            tr!("the base_url of profiles.{name} is not https", name = profile),
            tr!("the key would cross the network unencrypted"),
            tr!("Use https, or set allow_http = true in this profile."),
        ),
        Wrong::NoUploads { profile } => Problem::new(
            tr!("profiles.{name} cannot upload pictures", name = profile),
            tr!("MiniMax takes no uploads, only 302.AI does"),
            tr!("Remove upload = true: pictures go along inside each request."),
        ),
        Wrong::BuiltInTheme(name) => Problem::new(
            unusable(&format!("theme.{name}")),
            tr!("there is already a theme of that name"),
            tr!("Give it another name and write base = {base}.", base = quoted(name)),
        ),
        Wrong::NoEffectWithout { option, other } => {
            Problem::new(tr!("{option} has no effect without {other}", option, other), "", "")
        }
        Wrong::Unusable { option, why } => {
            let (why, next) = unfit(why);
            Problem::new(unusable(option), why, next)
        }
        Wrong::KeyGivenTwice { place, key, one, other } => {
            Problem::new(tr!("keys.{place}: {key} is given to both {one} and {other}", place, key, one, other), "", "")
        }
        Wrong::KeyHidden { option, key, by, place } => Problem::new(
            unusable(option),
            tr!("in {place}, {key} means {by}", place, key, by),
            tr!("Give it a key that is free there."),
        ),
    }
}

fn unusable(option: &str) -> String {
    tr!("{option} cannot be used", option)
}

fn quoted(word: &str) -> String {
    format!("{word:?}")
}

fn meant(meant: &Meant) -> String {
    match meant {
        Meant::Near(name) => tr!("Did you mean {name}?", name),
        Meant::OneOf(names) => tr!("It can be {words}.", words = any_of(names)),
        Meant::In(section) => tr!("It belongs in [{section}].", section),
    }
}

/// Why a value does not fit, and what would.
fn unfit(why: &Unfit) -> (String, String) {
    let alone = |why: &str| (why.to_owned(), String::new());
    match why {
        Unfit::OtherType { takes, is } => {
            (tr!("it takes {takes}, not {kind}", takes = self::takes(takes), kind = toml(*is)), String::new())
        }
        Unfit::OutOfRange { given, takes } => {
            (tr!("{given} is not {takes}", given, takes = self::takes(takes)), String::new())
        }
        Unfit::Takes(takes) => (tr!("it takes {takes}", takes = self::takes(takes)), String::new()),
        Unfit::NoWord { word, meant } => {
            (tr!("{quoted} is not one of its values", quoted = quoted(word)), self::meant(meant))
        }
        Unfit::NeverRetried { class, allowed } => (
            tr!(
                "{word} ({label}) may be charged again, or needs a change from you first",
                word = class.id(),
                label = names::class(*class)
            ),
            self::meant(&Meant::OneOf(allowed.clone())),
        ),
        Unfit::NoColour(word) => (
            tr!("{text} is not a colour; use a name such as light-red, or #rrggbb, or default", text = quoted(word)),
            String::new(),
        ),
        Unfit::NoPaper => alone(tr!("a colour must follow `on`")),
        Unfit::Empty => alone(tr!("it is empty")),
        Unfit::NotShown => alone(tr!("it has characters that cannot be shown on one line")),
        Unfit::NoName => alone(tr!("it may contain only letters, digits, -, _ and .")),
        Unfit::NoVariable => {
            alone(tr!("it takes the name of an environment variable (letters, digits and _), not the key itself"))
        }
        Unfit::NotAbsolute => alone(tr!("the path must start with / or ~/")),
        Unfit::NoSlash => alone(tr!("it must start with /")),
        Unfit::OddPath => alone(tr!("it must not contain a space, ? or #")),
        Unfit::NoSocket => alone(tr!("it takes an address and a port, such as 127.0.0.1:8303")),
        Unfit::NoUrl(error) => (tr!("it is not a URL ({error})", error), String::new()),
        Unfit::NoPort => alone(tr!("the port in it is not a number from 1 to 65535")),
        Unfit::NotADatabase => alone(tr!("the address must start with postgres://")),
        Unfit::NotHttps => alone(tr!("the URL must start with https://")),
        Unfit::WithUser => alone(tr!("it contains a user name or a password")),
        Unfit::BehindPath => alone(tr!("nothing may follow the path")),
        Unfit::NoKey(text) => (
            tr!(
                "{quoted} is not a key; keys look like q, ctrl-p, alt-enter, shift-tab, f1, space",
                quoted = quoted(text)
            ),
            String::new(),
        ),
        Unfit::NoKeyLeft => alone(tr!("an action needs at least one key")),
        Unfit::TypedKeys => {
            (tr!("characters are typed there").into(), tr!("Give it a key such as f5 or ctrl-o.").into())
        }
        Unfit::EatenKey(key) => {
            (tr!("SSH, tmux or the terminal may intercept {key}", key), tr!("Give it a second key.").into())
        }
        Unfit::Folder => alone(tr!("it contains a folder; folders belong in download.dir")),
        Unfit::NoPlaceholder { name, meant } => {
            (tr!("there is no placeholder {name}", name = format!("{{{name}}}")), self::meant(meant))
        }
        Unfit::OpenBrace => alone(tr!("unmatched brace")),
        Unfit::Model(fault) => model(fault),
        Unfit::Price(fault) => (price::price(fault), String::new()),
    }
}

fn model(fault: &ModelFault) -> (String, String) {
    let why = match fault {
        ModelFault::Nameless => tr!("a model needs a name").into(),
        ModelFault::LikeAnother => tr!("it is a built-in model, so `like` does nothing here").into(),
        ModelFault::NothingToBeLike => tr!("`like` must name a model").into(),
        ModelFault::NoSuchModel { name, meant } => {
            return (tr!("there is no model {name} for `like`", name), self::meant(meant));
        }
        ModelFault::NegativePrice => tr!("the price is negative").into(),
        ModelFault::TwoLimits => tr!("max_prompt_chars and max_prompt_words exclude each other").into(),
        ModelFault::NoLength => tr!("the prompt's limit must be above zero").into(),
        ModelFault::SlowFirst => tr!("usual_seconds takes the quick case first, then the slow one").into(),
        ModelFault::NoResolution => tr!("a model needs at least one resolution").into(),
        ModelFault::NamelessResolution => tr!("a resolution needs a name, such as 768P").into(),
        ModelFault::ResolutionTwice(name) => tr!("resolution {name} is there twice", name),
        ModelFault::DurationTwice { seconds, resolution } => {
            tr!("resolution {name} has {seconds} s twice", name = resolution, seconds)
        }
        ModelFault::NoDurations { resolution } => {
            tr!("resolution {name} needs durations in seconds, such as [6, 10]", name = resolution)
        }
        ModelFault::NoDefaultResolution(name) => {
            tr!("default_resolution {name} is not among the resolutions", name)
        }
        ModelFault::NoDefaultDuration { seconds, resolution } => {
            tr!("default_duration {seconds} is not offered at {resolution}", seconds, resolution)
        }
    };
    (why, String::new())
}

fn takes(takes: &Takes) -> String {
    match takes {
        Takes::Flag => tr!("true or false").into(),
        Takes::Whole { least, most } => tr!("a whole number from {least} to {most}", least, most),
        Takes::Pair => tr!("a list of two whole numbers, such as [90, 300]").into(),
        Takes::Wholes => tr!("a list of whole numbers from 1 on, such as [6, 10]").into(),
        Takes::Number { least, most } => tr!("a number from {least} to {most}", least, most),
        Takes::Amount => tr!("an amount such as 0.5, not negative, with at most six digits after the point").into(),
        Takes::Cap => tr!("an amount such as 20 or 0.5, with at most six digits after the point, or \"none\"").into(),
        Takes::Word(words) => tr!("{allowed}", allowed = any_of(words)),
        Takes::Words(words) => {
            tr!("a list of {words}, such as [\"{first}\"]", words = any_of(words), first = words[0])
        }
        Takes::Tables => tr!("a list of tables such as [{ name = \"768P\", durations = [6, 10] }]").into(),
        Takes::Text => tr!("text in quotes").into(),
        Takes::Keys => tr!("a list of keys such as [\"r\"]").into(),
    }
}

fn toml(kind: Toml) -> &'static str {
    match kind {
        Toml::String => tr!("a string"),
        Toml::Integer => tr!("an integer"),
        Toml::Float => tr!("a float"),
        Toml::Boolean => tr!("a boolean"),
        Toml::Datetime => tr!("a datetime"),
        Toml::Array => tr!("an array"),
        Toml::Table => tr!("a table"),
    }
}
