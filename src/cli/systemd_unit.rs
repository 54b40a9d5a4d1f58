//! `config unit`: a systemd user unit that runs `reeltop watch`.

use super::{Outcome, Output, load, print_text};
use crate::args::Global;
use ::io::config::Loaded;
use std::{
    env,
    path::{Path, absolute},
};
use words::{lang, problem::Problem, reason::secret, tr};

/// The unit, with places for what differs.
const UNIT: &str = include_str!("reeltop.service");
/// How much longer than a submission may take an end in order may take.
const TO_SPARE_SECONDS: u64 = 60;

/// Prints the unit.
pub(super) fn run(global: &Global, output: Output) -> Outcome {
    let setup = load(global)?;
    let program =
        env::current_exe().map_err(|e| Problem::new(tr!("the program cannot be found"), e.to_string(), ""))?;
    let text = unit(global, &setup, &program);
    print_text("unit", &text, output)
}

/// The unit for that call. English: it is a file for a program.
fn unit(global: &Global, setup: &Loaded, program: &Path) -> String {
    let mut call = vec![program.display().to_string(), "watch".to_owned()];
    // A service manager has neither this shell's XDG_* nor its folder.
    let config = Some(&setup.paths.config).filter(|_| setup.found);
    let flags = [("--config", config), ("--data-dir", Some(&setup.paths.data_dir))];
    for (flag, path) in flags.into_iter().filter_map(|(flag, path)| Some((flag, path?))) {
        call.extend([flag.to_owned(), whole(path)]);
    }
    if let Some(profile) = &global.profile {
        call.extend(["--profile".to_owned(), profile.clone()]);
    }
    let call: Vec<String> = call.iter().map(|word| word_of_a_call(word)).collect();
    let queue = &setup.settings.queue;
    let stop = queue.longest_silence() / 1000 + TO_SPARE_SECONDS;
    let writes = [&*whole(&setup.paths.data_dir), &setup.settings.download.dir].map(path).join(" ");
    let sources = [&setup.key].into_iter().chain(setup.others.values().map(|access| &access.key));
    let key =
        lang::within(lang::Lang::En, || sources.map(|key| secret::place(&key.place())).collect::<Vec<_>>().join(", "));
    let values = [("{key}", key), ("{call}", call.join(" ")), ("{stop}", stop.to_string()), ("{writes}", writes)];
    values.into_iter().fold(UNIT.to_owned(), |unit, (place, value)| unit.replace(place, &value))
}

/// A path from the root on.
fn whole(path: &Path) -> String {
    absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string()
}

/// A word of a unit's command line, where `$` begins a variable (systemd.service(5), COMMAND LINES).
fn word_of_a_call(word: &str) -> String {
    path(&word.replace('$', "$$"))
}

/// A path of a unit's list (systemd.syntax(7), QUOTING; systemd.unit(5), SPECIFIERS).
fn path(path: &str) -> String {
    let escaped = path.replace('%', "%%").replace('\\', "\\\\").replace('"', "\\\"");
    let plain =
        !escaped.is_empty() && !escaped.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '\\' | ';'));
    if plain { escaped } else { format!("\"{escaped}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_a_command_line_is_quoted_where_it_must_be() {
        for (word, expected) in [
            ("/usr/bin/reeltop", "/usr/bin/reeltop"),
            ("/home/u/my videos", "\"/home/u/my videos\""),
            ("50%", "50%%"),
            ("a$b", "a$$b"),
            ("a\"b\\", "\"a\\\"b\\\\\""),
            ("", "\"\""),
        ] {
            assert_eq!(word_of_a_call(word), expected);
        }
        // No variable is looked for among paths.
        assert_eq!(path("/home/u/my $videos 50%"), "\"/home/u/my $videos 50%%\"");
    }
}
