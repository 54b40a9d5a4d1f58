//! Both languages, held by machine: every text for a person is wrapped in `tr!`, every wrapped text has its Chinese,
//! and the catalogue holds nothing else.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

#[path = "architecture/source.rs"]
#[allow(dead_code, reason = "the test of the architecture wants more of it")]
mod source;

use domain::{catalogue::Catalogue, task::TaskState};
use screens::{
    keymap::{BINDINGS, Ctx, commands::COMMANDS},
    table::columns,
};
use source::{Token, all_tokens, closing, without_tests, words};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};
use words::{lang, reason::KINDS};

/// Sources whose texts are not for a person's screen, each with the reason. An entry that ends with `/` is a folder.
const LEFT_OUT: &[(&str, &str)] = &[
    (
        "src/simulator/",
        "speaks as the service does; its table of faults is for the help, looked up in help.po by args/chinese.rs",
    ),
    ("src/service/gateway/mod.rs", "reads the gateway's words and says nothing itself"),
    ("src/service/gateway/upload.rs", "a form as HTTP has it"),
    ("src/domain/prices.rs", "names of models"),
    ("src/words/lang", "the languages themselves"),
    ("src/domain/builtin.rs", "names of models; what they make is in the table of `tabled`"),
    ("src/domain/camera.rs", "commands as they stand in a prompt, in both languages of the service"),
    ("src/domain/export.rs", "JSON, a shell's command and signs of units"),
    ("src/io/config/example.rs", "a generated file, the same for everybody"),
    ("src/io/config/table.rs", "the options' docs, which go into that file only"),
    ("src/io/store/maintenance.rs", "statements of SQL"),
    ("src/io/store/heartbeat.rs", "statements of SQL"),
    ("src/io/store/sql/", "statements of SQL, and what stands where a database's own words stand"),
    ("src/io/store/fill.rs", "made-up tasks to measure with"),
    ("src/screens/table/columns.rs", "a table; see `tabled`"),
    ("src/engine/testing.rs", "tasks for tests"),
    ("src/io/sights/ffmpeg.rs", "another program's arguments"),
    ("src/domain/testing.rs", "tasks for tests"),
    ("src/service/minimax_v1/field.rs", "reads the service's messages and says nothing itself"),
    ("src/cli/demo/morning.rs", "a made-up person's prompts"),
    (
        "src/cli/args/",
        "the help, looked up in help.po by args/chinese.rs; what clap says of a wrong call stays English",
    ),
    ("src/cli/manual.rs", "generated documents, in English for everybody"),
];

/// Calls whose texts are not for a person's screen.
const NOT_FOR_SCREENS: &[&str] = &[
    "trace",
    "debug",
    "info",
    "warn",
    "error",
    "expect",
    "panic",
    "unreachable",
    "assert",
    "assert_eq",
    "debug_assert",
    "include_str",
    "env",
    // Options of the config with their docs, which go into its example file only.
    "opt",
    "unset",
    // Names of types and of stages.
    "debug_tuple",
];

/// Single texts that stay as they are, each with the reason.
const KEPT: &[(&str, &str)] = &[
    ("HTTP {}", "a code, which JSON and filters know too"),
    ("HTTP {http}", "a code, which JSON and filters know too"),
    ("HTTP {status}", "a code, which JSON and filters know too"),
    ("SigIgn:", "a name of the kernel's"),
    ("bad address", "a code, as above"),
    ("bad id", "a code, as above"),
    ("no address", "a code, as above"),
    ("no connection", "a code, as above"),
    ("no id", "a code, as above"),
    ("no reason", "a code, as above"),
    ("not sent", "a code, as above"),
    ("not uploaded", "a code, as above"),
    ("{} of {} bytes left", "stands among the raw answers, which are no talk of ours"),
    ("`reeltop {name}`", "a command, which is typed so"),
    ("list state:open", "a command, as above"),
    ("charged:yes,unknown !state:saved", "a filter, which is typed so"),
    ("Ctrl-C", "a key, which is called so"),
    ("not begun", "a code, as above"),
    ("wrong task", "a code, as above"),
    ("wrong file", "a code, as above"),
    ("not permitted", "a code, as above"),
    ("(adopted {id})", "stands in the JSON for the prompt that is not known"),
    ("Success", "the service's word for a state"),
    ("Fail", "the service's word for a state"),
    ("Expires", "a parameter of a signed address"),
    ("bearer ", "a part of a header"),
    (" (cut)", "ends a raw answer, which is kept in the store and the log"),
    ("an amount of PTC, such as 0.5", "a part of serde's own English sentence"),
    ("an amount of money, such as 0.5", "a part of serde's own English sentence"),
    ("an object", "a part of serde's own English sentence"),
    ("a protocol's name", "a part of serde's own English sentence"),
    ("Bearer {}", "a header's value"),
    ("{number} is out of range", "stands where SQLite's own words stand"),
    ("{word:?} is a word this version does not know", "stands where SQLite's own words stand"),
    ("bytes ", "the unit in Content-Range"),
    ("Code", "an element of the storage's XML"),
    ("Message", "an element of the storage's XML"),
    ("dns error", "the HTTP library's words"),
    ("connection closed before message completed", "the HTTP library's words"),
    ("invalid HTTP", "the HTTP library's words"),
    ("tunnel error: failed to create underlying connection", "the HTTP library's words"),
    ("tunnel error: proxy authorization required", "the HTTP library's words"),
    ("tunnel error: unsuccessful", "the HTTP library's words"),
    ("SOCKS error: ", "the HTTP library's words"),
    ("SOCKS error: credentials not accepted", "the HTTP library's words"),
    ("SOCKS error: failed to create underlying connection", "the HTTP library's words"),
    ("SOCKS error: server does not support user/pass authentication", "the HTTP library's words"),
    ("no connection to the proxy", "stands among the raw answers, as below"),
    ("the program's own worker for this call failed", "stands among the raw answers, which are no talk of ours"),
    ("Env({name})", "a Debug of ours"),
    ("Command(..)", "a Debug of ours"),
    ("File({})", "a Debug of ours"),
    ("Fixed(..)", "a Debug of ours"),
    ("an answer came for a task that is no longer live: {reply:?}", "goes into the log only"),
    ("{} was accepted after it had been resolved, and charged: its ID is {}", "goes into the log only"),
    ("the records of {profile} could not be read: {code}", "goes into the log only"),
    ("not yet on disk: {key} has the service's id {}", "goes into the log only"),
    ("HTTP 429", "a code, as above"),
    ("HTTP {http} {} {}", "the first line of a raw answer"),
    ("HTTP {} {fault:?}", "stands among the raw answers, as above"),
    ("HTTP {http} {}", "the first line of a raw answer"),
    ("put back", "the id of a kind of event; `words::reason::kind` shows it"),
    ("put away", "the id of a kind of event; `words::reason::kind` shows it"),
    ("no answer", "the id of a kind of event; `words::reason::kind` shows it"),
    ("not saved", "the id of a kind of event; `words::reason::kind` shows it"),
    ("scp {port}{} .", "a command of a shell"),
    ("reeltop: {text}", "the program's name before its talk"),
    ("  currency = \"{}\"\n  records = false", "lines for a config"),
    (
        "  profile = \"simulator\"\n  [profiles.simulator]\n  base_url = \"{}\"\n  path_prefix = \"/minimaxi/v1\"",
        "lines for a config",
    ),
    ("exec {name} \"$@\"", "a line for the shell"),
    ("{amount} PTC", "a number and its unit"),
    ("{cap} PTC", "a number and its unit"),
    ("{price} PTC", "a number and its unit"),
    ("{} PTC", "a number and its unit"),
    ("{} PTC?", "a number and its unit"),
    ("{:>7} PTC  ", "a number and its unit"),
    ("{} kB", "a number and its unit"),
    ("{} MB", "a number and its unit"),
    ("{} GB", "a number and its unit"),
    ("reeltop ", "the program's name"),
    (" DEMO ", "a sign, the same for everybody"),
    ("  reeltop --demo", "a line for the shell"),
    ("  export {variable}=...", "a line for the shell"),
    ("  api_key_cmd = \"pass show 302ai\"", "a line for the config"),
    ("PgUp", "a key's name"),
    ("PgDn", "a key's name"),
    ("## {} `[keys.{}]`\n", "a heading of `reeltop keys`: a place and the config's name for it"),
];

/// A text in a source, without its quotes and escapes.
struct Text {
    place: String,
    text: String,
    wrapped: bool,
}

#[test]
fn every_text_has_its_chinese_and_the_catalogue_holds_nothing_else() {
    let mut needed: BTreeMap<String, String> =
        tabled().into_iter().map(|text| (text.into(), "a table".into())).collect();
    needed.extend(cli::args::chinese::texts().into_iter().map(|text| (text, "the help".into())));
    needed.extend(texts().into_iter().filter(|text| text.wrapped).map(|text| (text.text, text.place)));
    let mut known = BTreeSet::new();
    let twice: Vec<_> = lang::entries().map(|(text, _)| text).filter(|text| !known.insert(text.clone())).collect();
    assert!(twice.is_empty(), "translated twice: {twice:#?}");
    let missing: Vec<_> = needed.iter().filter(|(text, _)| !known.contains(text.as_str())).collect();
    assert!(missing.is_empty(), "{} not translated: {missing:#?}", missing.len());
    let unused: Vec<_> = known.iter().filter(|text| !needed.contains_key(text.as_ref())).collect();
    assert!(unused.is_empty(), "{} no longer used: {unused:#?}", unused.len());
}

#[test]
fn a_translation_names_the_same_arguments_and_ends_as_the_text_does() {
    // A Chinese colon brings its own blank.
    let blank = |text: &str| (text.starts_with(' '), text.replace(": ", "：").ends_with(' '));
    let differ: Vec<_> = lang::entries()
        .filter(|(text, chinese)| {
            let punctuation = text.chars().all(|c| !c.is_alphanumeric());
            arguments(text) != arguments(chinese) || (!punctuation && blank(text) != blank(chinese))
        })
        .collect();
    assert!(differ.is_empty(), "{differ:#?}");
}

/// What an advice begins with.
const ADVICE: [&str; 16] = [
    "Ask ", "Check ", "Choose ", "Close ", "Free ", "Give ", "Install ", "Keep ", "Make ", "Name ", "Quit ", "Rename ",
    "Resolve ", "Restore ", "Run ", "Set ",
];

#[test]
fn an_advice_ends_with_a_stop_but_for_a_command_to_copy() {
    let is_advice = |text: &&Text| {
        let of_ours = ["src/words/", "src/cli/"].iter().any(|floor| text.place.starts_with(floor));
        text.wrapped && of_ours && ADVICE.iter().any(|begin| text.text.starts_with(begin))
    };
    let texts = texts();
    let open: Vec<&str> = texts.iter().filter(is_advice).map(|text| &*text.text).collect();
    assert!(!open.is_empty());
    let open: Vec<&str> =
        open.into_iter().filter(|text| !text.ends_with(['.', ';', '?']) && !text.contains(": ")).collect();
    assert_eq!(open, [""; 0]);
}

#[test]
fn no_text_for_a_person_is_left_outside() {
    let tabled = tabled();
    let bare: Vec<String> = texts()
        .into_iter()
        .filter(|text| !text.wrapped && is_talk(&text.text) && !KEPT.iter().any(|(kept, _)| *kept == text.text))
        // Texts of a table are wrapped where they are shown.
        .filter(|text| !tabled.contains(&text.text.as_str()))
        .map(|text| format!("{}: {:?}", text.place, text.text))
        .collect();
    assert!(bare.is_empty(), "{} texts are not wrapped in tr!: {bare:#?}", bare.len());
}

/// The texts that stand in the program's tables and are translated where they are shown.
fn tabled() -> Vec<&'static str> {
    let modes = Catalogue::builtin().models.into_iter().filter_map(|model| match model.modes {
        Cow::Borrowed(ours) => Some(ours),
        Cow::Owned(_) => None,
    });
    let keys = BINDINGS.iter().flat_map(|binding| [binding.hint, binding.help]);
    let places = Ctx::ALL.map(Ctx::title);
    let commands = COMMANDS.iter().flat_map(|command| [command.takes, command.help()]).filter(|text| !text.is_empty());
    let columns = columns::ALL.iter().flat_map(|column| [column.title, column.id, column.help]);
    let columns = columns.filter(|text| text.chars().any(char::is_alphabetic));
    let states = TaskState::ALL.map(TaskState::id).into_iter();
    states.chain(keys).chain(places).chain(commands).chain(modes).chain(columns).chain(KINDS).collect()
}

/// The names of the arguments, each as often as it stands.
fn arguments(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> = text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect();
    names.sort_unstable();
    names
}

/// Whether a text reads as words for a person: two words with a blank between, or one that begins as a sentence does.
fn is_talk(text: &str) -> bool {
    let said: String = text
        .split('{')
        .enumerate()
        .map(|(n, part)| match part.split_once('}') {
            Some((_, rest)) if n > 0 => rest,
            _ => part,
        })
        .collect();
    let is_word =
        |word: &str| word.chars().filter(char::is_ascii_alphabetic).count() > 1 && !word.contains(['/', '=', '<', '_']);
    let sql = [
        "SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "PRAGMA", "WITH ", "BEGIN", "DROP", "FROM", "WHERE",
        "AND ", "ORDER",
    ];
    let capital =
        said.chars().next().is_some_and(char::is_uppercase) && said.chars().nth(1).is_some_and(char::is_lowercase);
    let several = said.split_whitespace().filter(|word| is_word(word)).count() > 1;
    let is_sql =
        sql.iter().any(|word| said.trim_start_matches(|c: char| c.is_whitespace() || c == '(').starts_with(word))
            || said.contains(" AS ");
    !is_sql && (several || capital || (said.contains(' ') && said.split_whitespace().any(is_word)))
}

/// Every text of the sources outside tests and attributes.
fn texts() -> Vec<Text> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&root.join("src"), &mut files);
    files.sort();
    let mut found = Vec::new();
    for file in files {
        let name = file.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        if name.contains("/tests") || LEFT_OUT.iter().any(|(left, _)| name.starts_with(left)) {
            continue;
        }
        let tokens = without_tests(&all_tokens(&fs::read_to_string(&file).unwrap()));
        let mut at = 0;
        while at < tokens.len() {
            let attribute = words(&tokens, at, &["#", "["]) || words(&tokens, at, &["#", "!", "["]);
            if attribute || is_other_call(&tokens, at) {
                let open = (at..tokens.len()).find(|at| matches!(tokens[*at].text.as_str(), "[" | "(")).unwrap();
                at = closing(&tokens, open) + 1;
                continue;
            }
            if let Some(text) = literal(&tokens[at].text) {
                let wrapped = at >= 3 && words(&tokens, at - 3, &["tr", "!", "("]);
                found.push(Text { place: format!("{name}:{}", tokens[at].line), text, wrapped });
            }
            at += 1;
        }
    }
    found
}

/// Whether a call begins there whose texts are not for a person's screen.
fn is_other_call(tokens: &[Token], at: usize) -> bool {
    let named = NOT_FOR_SCREENS.contains(&tokens[at].text.as_str());
    let tracing = |at: usize| at >= 2 && tokens[at - 1].text == "::" && tokens[at - 2].text == "tracing";
    let log = ["trace", "debug", "info", "warn", "error"].contains(&tokens[at].text.as_str());
    named && (!log || tracing(at)) && (words(tokens, at + 1, &["!", "("]) || words(tokens, at + 1, &["("]))
}

/// The text of a literal, without quotes and escapes.
fn literal(token: &str) -> Option<String> {
    if let Some(raw) = token.strip_prefix('r') {
        let raw = raw.trim_matches('#');
        return raw.strip_prefix('"')?.strip_suffix('"').map(ToOwned::to_owned);
    }
    let inner = token.strip_prefix('"')?.strip_suffix('"')?;
    let mut chars = inner.chars().peekable();
    let mut text = String::new();
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            (_, Some('\n')) => while chars.next_if(|c| c.is_whitespace()).is_some() {},
            (_, Some('n')) => text.push('\n'),
            (_, Some(escaped)) => text.push(escaped),
            (c, None) => text.push(c),
        }
    }
    Some(text)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            files.push(path);
        }
    }
}
