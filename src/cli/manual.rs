//! What the grammar of the command line says of itself: shell completions, the man page, the README's table.

use super::args::Cli;
use clap::{Arg, Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::{
    Man,
    roff::{Roff, bold, italic, roman},
};
use std::io;
use words::keys::KeyTable;

/// Completions for a shell: the flags and commands are in the script; keys, models, filters and profiles it asks for as
/// they are then, where the shell is bash, zsh or fish.
///
/// # Errors
/// `out` cannot be written.
pub fn completions(shell: Shell, out: &mut dyn io::Write) -> io::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut offered(), "reeltop", &mut script);
    let script = String::from_utf8_lossy(&script);
    match shell {
        Shell::Bash => write!(out, "{script}\n{BASH}"),
        Shell::Zsh => {
            // What clap has made answers for whatever is not asked for; the last lines, which register it, are ours.
            let own = script.split("if [ \"$funcstack[1]\"").next().unwrap_or(&script);
            let own =
                own.replace("_reeltop", "_reeltop_words").replacen("#compdef reeltop_words", "#compdef reeltop", 1);
            write!(out, "{own}{ZSH}")
        }
        Shell::Fish => write!(out, "{script}\n{FISH}"),
        _ => out.write_all(script.as_bytes()),
    }
}

/// The grammar without its hidden commands, which clap's generators would offer too.
fn offered() -> Command {
    let grammar = Cli::command();
    Command::new("reeltop")
        .version(env!("CARGO_PKG_VERSION"))
        .disable_help_subcommand(grammar.is_disable_help_subcommand_set())
        .args(grammar.get_arguments().cloned())
        .subcommands(shown(&grammar).cloned())
}

/// bash parts words at colons: what it takes for an earlier word is cut off.
const BASH: &str = r#"_reeltop_values() {
    local line=${COMP_LINE:0:COMP_POINT} cut= value words values=()
    read -ra words <<< "$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    local current=${words[${#words[@]}-1]}
    [[ $current == *[:=]* ]] && cut=${current%"${current##*[:=]}"}
    while IFS=$'\t' read -r value _; do
        values+=("${value#"$cut"}")
    done < <("$1" __complete -- "${words[@]:1}" 2>/dev/null)
    if ((${#values[@]})); then
        COMPREPLY=("${values[@]}")
        [[ ${#values[@]} -eq 1 && ${values[0]} == *: ]] && compopt -o nospace
        return 0
    fi
    _reeltop "$@"
}
complete -F _reeltop_values -o bashdefault -o default reeltop
"#;

const ZSH: &str = r#"_reeltop() {
    local line value
    local -a found shown
    for line in "${(@f)$("$words[1]" __complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
        value=${line%%$'\t'*}
        [[ -n $value ]] || continue
        found+=("$value")
        shown+=("${line/$'\t'/  }")
    done
    if (( $#found )); then
        if [[ $#found -eq 1 && $found[1] == *: ]]; then
            compadd -S '' -a found
        else
            compadd -V values -l -d shown -a found
        fi
        return
    fi
    _reeltop_words "$@"
}

if [ "$funcstack[1]" = "_reeltop" ]; then
    _reeltop "$@"
else
    compdef _reeltop reeltop
fi
"#;

const FISH: &str = r#"function __reeltop_values
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    $before[1] __complete -- $before[2..-1] $current 2>/dev/null
end
complete -c reeltop -n 'count (__reeltop_values) >/dev/null' -f -k -a '(__reeltop_values)'
"#;

/// The longest call that the README shows with all its flags.
const WIDEST_CALL: usize = 70;

/// The man page: one page, each command with a part of its own, then the dashboard's keys and commands.
///
/// # Errors
/// `out` cannot be written.
pub fn man(keys: &[KeyTable], typed: &[(String, &str)], out: &mut dyn io::Write) -> io::Result<()> {
    let root = grammar();
    let page = Man::new(root.clone());
    page.render_title(out)?;
    page.render_name_section(out)?;
    page.render_synopsis_section(out)?;
    page.render_description_section(out)?;
    page.render_options_section(out)?;
    let mut commands = Roff::new();
    commands.control("SH", ["COMMANDS"]);
    for sub in shown(&root) {
        add_command(&mut commands, sub);
    }
    add_recipes(&mut commands);
    add_keys(&mut commands, keys, typed);
    commands.to_writer(out)?;
    page.render_extra_section(out)
}

/// One command: its call, what it does, what its arguments mean, the commands below it.
fn add_command(roff: &mut Roff, command: &Command) {
    roff.control("SS", [format!("reeltop {}", synopsis(command, false)).as_str()]);
    let about = command.get_long_about().or(command.get_about()).map(ToString::to_string).unwrap_or_default();
    for (at, paragraph) in about.split("\n\n").enumerate() {
        if at > 0 {
            roff.control("PP", []);
        }
        roff.text([roman(paragraph)]);
    }
    for arg in own_arguments(command) {
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        roff.control("TP", []).text([bold(arg.to_string())]).text([roman(help)]);
    }
    for inner in shown(command) {
        let help = inner.get_about().map(ToString::to_string).unwrap_or_default();
        roff.control("TP", []).text([bold(inner.get_name())]).text([roman(help)]);
    }
}

/// Three ways for the service to reach a machine that has no public address: a title, the lines to use, what comes of
/// it.
const RECIPES: [(&str, &[&str], &str); 3] = [
    (
        "A server of your own, by ssh -R",
        &["ssh -N -R 127.0.0.1:8303:127.0.0.1:8303 you@example.net"],
        "On the server let its web server pass https://example.net/reeltop/ on to 127.0.0.1:8303 (see below), and set \
         public_url = \"https://example.net/reeltop\". Without a web server: GatewayPorts yes in its sshd_config, \
         ssh -N -R 0.0.0.0:8303:127.0.0.1:8303, and public_url = \"http://example.net:8303\".",
    ),
    (
        "A tunnel service",
        &["cloudflared tunnel --url http://127.0.0.1:8303", "ngrok http 8303"],
        "One of these prints a public https address: that is public_url. It changes with each start unless you own a name there.",
    ),
    (
        "A reverse proxy on this machine",
        &[
            "location /reeltop/ {",
            "    proxy_pass http://127.0.0.1:8303/;",
            "    client_max_body_size 64k;",
            "    access_log off;",
            "}",
        ],
        "For nginx; with Caddy: handle_path /reeltop/* { reverse_proxy 127.0.0.1:8303 }. Then public_url = \
         \"https://example.net/reeltop\". Keep the paths out of its log: they are secret.",
    ),
];

/// What the service needs to reach us.
fn add_recipes(roff: &mut Roff) {
    roff.control("SH", ["CALLBACKS"]).text([roman(
        "With [callback] in the config the service posts each change of a task, and reeltop polls less. An unknown task is settled by \
         its first post, once the service has confirmed the ID. Any program that runs the engine takes the posts on \
         callback.listen, one of them for all; the service must reach that port by callback.public_url. Three ways to get there, for \
         listen = \"127.0.0.1:8303\":",
    )]);
    for (title, lines, after) in RECIPES {
        roff.control("SS", [title]).control("nf", []);
        for line in lines {
            roff.text([roman(*line)]);
        }
        roff.control("fi", []).control("PP", []).text([roman(after)]);
    }
    roff.control("PP", []).text([roman(
        "`reeltop doctor` posts a challenge to public_url and says whether it came back. Each task has a secret path; a post on any \
         other is answered 404.",
    )]);
}

/// The keys of each place, and the commands after `:`.
fn add_keys(roff: &mut Roff, keys: &[KeyTable], typed: &[(String, &str)]) {
    roff.control("SH", ["KEYS"]).text([roman(
        "The default keys in each place of the dashboard, and the name of each action. Change one in the config: \
         retry = [\"r\"] under [keys.table].",
    )]);
    for table in keys {
        roff.control("SS", [format!("{} [keys.{}]", table.title, table.id).as_str()]);
        for row in &table.rows {
            let names = [bold(row.keys.join(" ")), roman("  "), italic(row.id)];
            roff.control("TP", []).text(names).text([roman(row.does.as_str())]);
        }
    }
    roff.control("SS", ["Commands, after :"]).text([roman("Most actions are commands too, by name, such as :retry.")]);
    for (usage, does) in typed {
        roff.control("TP", []).text([bold(usage.as_str())]).text([roman(*does)]);
    }
}

/// The README's table of commands, one line a call: flags that would make it too long are left to `--help`.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::from("| call | does |\n| --- | --- |\n| `reeltop [--demo]` | Open the dashboard |\n");
    for sub in shown(&grammar()) {
        let does = sub.get_about().map(ToString::to_string).unwrap_or_default();
        let whole = synopsis(sub, false);
        let call = if whole.len() > WIDEST_CALL { synopsis(sub, true) } else { whole };
        // A bar would end the cell, even inside code.
        text.push_str(&format!("| `reeltop {}` | {does} |\n", call.replace('|', r"\|")));
    }
    text
}

/// A command's name with its arguments and the commands below it, then its own flags; those that may be left out are in
/// brackets, each or all as one.
fn synopsis(command: &Command, short: bool) -> String {
    let mut parts = vec![command.get_name().to_owned()];
    parts.extend(command.get_positionals().map(ToString::to_string));
    let inner: Vec<&str> = shown(command).map(Command::get_name).collect();
    if !inner.is_empty() {
        parts.push(inner.join("|"));
    }
    let flags = own_arguments(command).filter(|arg| !arg.is_positional());
    let (needed, optional): (Vec<&Arg>, Vec<&Arg>) = flags.partition(|arg| arg.is_required_set());
    parts.extend(needed.iter().map(ToString::to_string));
    if short {
        parts.push("[OPTIONS]".to_owned());
    } else {
        parts.extend(optional.iter().map(|arg| format!("[{arg}]")));
    }
    parts.join(" ")
}

/// The whole grammar, with what clap adds to it.
fn grammar() -> Command {
    let mut command = Cli::command();
    command.build();
    command
}

fn shown(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|sub| !sub.is_hide_set() && sub.get_name() != "help")
}

/// The arguments that are not those of every command.
fn own_arguments(command: &Command) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(|arg| !arg.is_global_set() && arg.get_id() != "help")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn completions_and_manual_name_every_command_that_is_shown_and_no_other() {
        let (mut bash, mut page) = (Vec::new(), Vec::new());
        completions(Shell::Bash, &mut bash).unwrap();
        man(&[], &[], &mut page).unwrap();
        let (bash, page) = (String::from_utf8(bash).unwrap(), String::from_utf8(page).unwrap());
        for sub in shown(&grammar()) {
            let name = sub.get_name();
            assert!(bash.contains(&format!("reeltop,{name}")), "{name}");
            assert!(page.contains(&format!(".SS \"reeltop {name}")), "{name}\n{page}");
            assert!(markdown().contains(&format!("| `reeltop {name}")), "{name}");
        }
        assert!(!page.contains("bench") && !markdown().contains("bench"));
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::Elvish, Shell::PowerShell] {
            let mut script = Vec::new();
            completions(shell, &mut script).unwrap();
            let script = String::from_utf8(script).unwrap();
            assert!(script.contains("data-dir") && !script.contains("bench"), "{shell}");
        }
    }

    #[test]
    fn a_call_is_shown_with_its_arguments_and_flags() {
        let root = grammar();
        let shown = |name: &str| synopsis(root.find_subcommand(name).unwrap(), false);
        assert_eq!(
            shown("retry"),
            "retry [KEY]... [--failed] [--again] [--yes] [--max-cost <AMOUNT>] [--price <AMOUNT>]"
        );
        assert_eq!(shown("resolve"), "resolve <KEY> [--as <OUTCOME>]");
        assert_eq!(shown("config"), "config check|path|show|init|unit");
        assert_eq!(synopsis(root.find_subcommand("retry").unwrap(), true), "retry [KEY]... [OPTIONS]");
        assert!(markdown().contains("| `reeltop submit [OPTIONS]` |"));
        assert!(markdown().contains("| `reeltop resolve <KEY> [--as <OUTCOME>]` |"));
        assert!(markdown().contains(r"| `reeltop config check\|path\|show\|init\|unit` |"));
    }
}
