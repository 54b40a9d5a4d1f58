use super::*;
use domain::time::MINUTE;

fn read(call: &str) -> Result<Cli, clap::Error> {
    parse(call.split_whitespace().map(OsString::from))
}

fn command(call: &str) -> Command {
    read(call).unwrap().command.unwrap()
}

#[test]
fn the_grammar_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn no_command_is_the_dashboard() {
    let cli = read("reeltop --demo --data-dir /d -vv").unwrap();
    assert_eq!((cli.demo, cli.command, cli.global.verbose), (true, None, 2));
    assert_eq!(cli.global.data_dir, Some("/d".into()));
}

#[test]
fn global_flags_may_follow_the_command() {
    let cli = read("reeltop list state:failed !cat --json --profile minimax --no-color").unwrap();
    assert!(cli.global.json && cli.global.no_color);
    assert_eq!(cli.global.profile.as_deref(), Some("minimax"));
    let filter = vec!["state:failed".into(), "!cat".into()];
    assert_eq!(cli.command, Some(Command::List { filter, limit: None }));
}

#[test]
fn submit_understands_all_its_flags() {
    let call = "reeltop submit --prompt cat --model T2V-01 --first-frame a.png --last-frame b.png --subject c.png \
                --resolution 768P --duration 6,10 --zip --no-optimizer --callback https://a.b --count 1 --wait --yes \
                --max-cost 0.5 --name one";
    let expected = Submit {
        prompt: Some("cat".into()),
        from: None,
        partial: false,
        ignore_columns: false,
        model: vec!["T2V-01".into()],
        first_frame: Some("a.png".into()),
        last_frame: Some("b.png".into()),
        subject: Some("c.png".into()),
        resolution: vec!["768P".into()],
        duration: vec![6, 10],
        zip: true,
        no_optimizer: true,
        callback: Some("https://a.b".into()),
        count: 1,
        dry_run: false,
        queue: false,
        wait: true,
        consent: Consent { yes: true, max_cost: Some(Amount::from_thousandths(500)), price: None },
        name: Some("one".into()),
    };
    assert_eq!(command(call), Command::Submit(Box::new(expected)));
}

#[test]
fn keys_are_understood_with_and_without_their_sign() {
    assert_eq!(command("reeltop cancel 12 #13"), Command::Cancel { keys: vec![TaskKey(12), TaskKey(13)], yes: false });
    assert_eq!(command("reeltop cancel 12 --yes"), Command::Cancel { keys: vec![TaskKey(12)], yes: true });
    let timeout = Some(90 * MINUTE);
    assert_eq!(
        command("reeltop wait 1 --timeout 1h30m"),
        Command::Wait { tasks: vec![TaskName::Key(TaskKey(1))], timeout }
    );
    let retry = Command::Retry { keys: vec![], failed: true, again: false, consent: Consent::default() };
    assert_eq!(command("reeltop retry --failed"), retry);
}

#[test]
fn an_option_that_is_given_is_not_empty() {
    for option in ["--name", "--first-frame", "--last-frame", "--subject", "--callback"] {
        for value in ["", "  "] {
            let call = ["reeltop", "submit", "--prompt", "cat", option, value].map(OsString::from);
            assert_eq!(parse(call).unwrap_err().exit_code(), 2, "{option} {value:?}");
        }
    }
}

#[test]
fn a_task_named_twice_is_meant_once() {
    let retry = |keys| Command::Retry { keys, failed: false, again: false, consent: Consent::default() };
    assert_eq!(command("reeltop retry 2 1 #2 1"), retry(vec![TaskKey(2), TaskKey(1)]));
    let ids = vec![RemoteId("7".into())];
    assert_eq!(command("reeltop adopt 7 7"), Command::Adopt { ids });
}

#[test]
fn what_is_no_key_may_be_an_id_of_letters_alone() {
    let named = |task| Command::Show { task };
    assert_eq!(command("reeltop show okZ"), named(TaskName::Id(RemoteId("okZ".into()))));
    assert_eq!(command("reeltop show #2"), named(TaskName::Key(TaskKey(2))));
}

#[test]
fn an_unknown_is_settled_in_one_of_three_ways() {
    for (text, as_what) in [
        ("lost", ResolvedAs::Lost),
        ("not-created", ResolvedAs::NotCreated),
        ("unknown", ResolvedAs::Unknown),
        ("task-id=106916112212032", ResolvedAs::Found(RemoteId("106916112212032".into()))),
    ] {
        assert_eq!(
            command(&format!("reeltop resolve 7 --as {text}")),
            Command::Resolve { key: TaskKey(7), as_what: Some(as_what) }
        );
    }
}

#[test]
fn a_wrong_call_ends_with_code_2() {
    for call in [
        "reeltop nothing",
        "reeltop --demo list",
        "reeltop show tw.elve",
        "reeltop show",
        "reeltop retry",
        "reeltop retry 1 --failed",
        "reeltop cancel",
        "reeltop submit --prompt a --from b",
        "reeltop submit --prompt a --queue --wait",
        "reeltop submit --prompt a --count 0",
        "reeltop submit --prompt a --count 101",
        "reeltop submit --prompt a --count 2 --name x",
        "reeltop submit --prompt a --max-cost=-1",
        "reeltop submit --prompt a --api-key sk-1",
        "reeltop resolve 1 --as found",
        "reeltop resolve 1 --as task-id=",
        "reeltop wait --timeout soon",
        "reeltop archive --before soon",
        "reeltop forget",
        "reeltop cost --csv --json",
        "reeltop simulate --listen nowhere",
    ] {
        assert_eq!(read(call).unwrap_err().exit_code(), 2, "{call}");
    }
    assert_eq!(read("reeltop --help").unwrap_err().exit_code(), 0);
}

#[test]
fn times_are_read_in_hours_minutes_and_seconds() {
    for (text, ms) in [("90s", 90_000), ("10m", 600_000), ("1h30m", 5_400_000), ("2h0m5s", 7_205_000), ("10", 10_000)] {
        assert_eq!(duration::ms(text), Ok(ms));
    }
    for bad in ["", "m", "1d", "1h30", "-5s", "0s", "99999999999999999999s", "1h三"] {
        assert!(duration::ms(bad).is_err(), "{bad}");
    }
}

#[test]
fn the_help_of_the_simulator_lists_every_fault() {
    let page = read("reeltop simulate --help").unwrap_err().to_string();
    for info in simulator::Faults::NAMES {
        let line = format!("{:<24}{}", info.name, info.word.unwrap_or(""));
        assert!(page.contains(line.trim_end()) && page.contains(info.about), "{}\n{page}", info.name);
    }
}
