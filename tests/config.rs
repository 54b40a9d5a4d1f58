//! The config as its user meets it: files in, settings or a list of faults out; and the example file held to the code.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use ::io::{
    config::{Again, Folders, Keyless, Loaded, Wanted, example, load},
    secret::KeySource,
};
use cli::config_call::show;
use domain::{
    amount::{Amount, CostSource},
    catalogue::{CameraSupport, Need},
    reason::secret::KeyPlace,
};
use engine::{msg::Reread, settings::Settings};
use screens::keymap::Keymap;
use std::{fs, path::Path, sync::Arc};
use tempfile::TempDir;
use words::{
    lang::{Lang, within},
    reason::config::{located, rejected},
};

/// A home of its own with that text as its config file.
fn home_with(text: &str) -> (TempDir, Folders) {
    let dir = tempfile::tempdir().unwrap();
    let folders = folders_in(dir.path());
    fs::create_dir_all(&folders.config).unwrap();
    fs::write(folders.config.join("config.toml"), text).unwrap();
    (dir, folders)
}

fn folders_in(dir: &Path) -> Folders {
    Folders { home: dir.into(), config: dir.join("config"), data: dir.join("data") }
}

fn wanted() -> Wanted<'static> {
    Wanted { judge_keys: Some(|keys| Keymap::build(keys).1), ..Wanted::default() }
}

fn read(text: &str) -> Loaded {
    let (_dir, folders) = home_with(text);
    load(&wanted(), &folders).unwrap_or_else(|why| panic!("{}", rejected(&why)))
}

/// The faults of a text, each as `line:column: what: why. next`.
fn faults_of(text: &str) -> Vec<String> {
    let (_dir, folders) = home_with(text);
    let rejected = load(&wanted(), &folders).expect_err("there should be faults");
    rejected.faults.iter().map(|fault| located(fault, "").trim_start_matches(':').to_owned()).collect()
}

/// The example with every option that has a default taken into use.
fn example_in_use() -> String {
    let mut text = String::new();
    let mut unset = false;
    for line in example("").lines() {
        let option = line.strip_prefix('#').filter(|rest| !rest.starts_with(' ') && rest.contains(" = "));
        match option {
            Some(_) if unset => {}
            Some(option) => text.push_str(option),
            None => text.push_str(line),
        }
        unset = line.starts_with("# ") && line.contains(" Not set.");
        text.push('\n');
    }
    text
}

#[test]
fn without_a_file_everything_is_at_its_default() {
    let dir = tempfile::tempdir().unwrap();
    let folders = folders_in(dir.path());
    let loaded = load(&wanted(), &folders).unwrap();
    let mut expected = Settings::default();
    expected.download.dir = dir.path().join("Videos/reeltop").to_string_lossy().into_owned();
    expected.has_key = loaded.key.is_set();
    expected.catalogue = loaded.settings.catalogue.clone();
    assert_eq!(loaded.settings, expected);
    assert_eq!(loaded.key, KeySource::Env("REELTOP_API_KEY".into()));
    assert_eq!(loaded.paths.data_dir, dir.path().join("data"));
    assert!(!loaded.found && loaded.warnings.is_empty());
}

#[test]
fn the_example_changes_nothing_whether_its_lines_are_commented_or_not() {
    let (plain, commented, in_use) = (read(""), read(&example("")), read(&example_in_use()));
    let places_apart = |loaded: &Loaded| {
        let mut settings = loaded.settings.clone();
        settings.download.dir = String::new();
        settings
    };
    assert_eq!(places_apart(&commented), places_apart(&plain));
    assert_eq!(places_apart(&in_use), places_apart(&plain));
    assert_eq!(in_use.key, plain.key);
}

#[test]
fn every_option_of_the_file_reaches_the_settings() {
    let loaded = read(
        r#"
        profile = "mine"
        [profiles.mine]
        base_url = "http://10.0.0.7:8000/relay/"
        path_prefix = "/v1/"
        api_key_cmd = "pass show mine"
        submit_per_minute = 20
        allow_http = true
        callback_field = "hook"
        last_frame_field = "last"
        webp = true
        [download]
        dir = "/srv/videos"
        auto = false
        parallel = 2
        stall_seconds = 45
        sidecar = false
        [budget]
        per_day = "12.5"
        per_batch = "none"
        ask_above = 0.125
        [http]
        timeout_seconds = 90
        stall_seconds = 7
        [poll]
        every_seconds = 20
        budget_per_second = 2.5
        [queue]
        undo_send_seconds = 0
        start_paused = true
        [notify]
        bell = false
        osc9 = false
        command = "true"
        [ui]
        theme = "light"
        ascii = true
        frame_ms = 100
        reduced_motion = true
        [keys.table]
        retry = ["r", "ctrl-t"]
        "#,
    );
    let settings = &loaded.settings;
    assert_eq!(settings.profile.name, "mine");
    assert_eq!(settings.profile.base_url, "http://10.0.0.7:8000/relay");
    assert_eq!(settings.profile.path_prefix, "/v1");
    assert_eq!(
        (settings.profile.names.callback.as_str(), settings.profile.names.last_frame.as_str()),
        ("hook", "last")
    );
    assert_eq!((settings.profile.submit_per_minute, settings.profile.webp), (20, true));
    assert_eq!(loaded.key, KeySource::Command("pass show mine".into()));
    assert!(loaded.allow_http && settings.has_key);
    assert_eq!(settings.download.dir, "/srv/videos");
    assert_eq!((settings.download.auto, settings.download.parallel, settings.download.stall_ms), (false, 2, 45_000));
    assert!(!settings.download.sidecar);
    assert_eq!(settings.budget.per_day, Some(Amount::from_thousandths(12_500)));
    assert_eq!((settings.budget.per_batch, settings.budget.ask_above), (None, Some(Amount::from_thousandths(125))));
    assert_eq!(
        (settings.queue.submit_timeout_ms, settings.queue.undo_ms, settings.queue.start_paused),
        (90_000, 0, true)
    );
    assert_eq!(settings.queue.submit_stall_ms, 7_000);
    assert_eq!((settings.poll.every_ms, settings.poll.budget_per_second), (20_000, 2.5));
    assert_eq!((settings.notify.bell, settings.notify.osc, settings.notify.hook), (false, false, true));
    assert_eq!(loaded.hook.as_deref(), Some("true"));
    assert_eq!((settings.ui.theme.as_str(), settings.ui.ascii, settings.ui.frame_ms), ("light", true, 100));
    assert!(settings.ui.reduced_motion);
    assert_eq!(settings.keys["table"]["retry"], ["r", "ctrl-t"]);
}

#[test]
fn a_model_can_be_changed_and_a_new_one_added() {
    let loaded = read(
        r#"
        [models."T2V-01"]
        price = 0.3
        max_prompt_chars = 500
        usual_seconds = [30, 60]
        [models."Hailuo-3"]
        like = "MiniMax-Hailuo-02"
        price = "1.25"
        first_frame = "required"
        camera = "exact"
        resolutions = [{ name = "1080P", durations = [6, 10], last_frame = "no" }, { name = "4K", durations = [6] }]
        "#,
    );
    let catalogue = &loaded.settings.catalogue;
    let known = catalogue.spec("T2V-01").unwrap();
    assert_eq!((known.price, known.prompt_limit.max), (Some(Amount::from_thousandths(300)), 500));
    assert_eq!(known.usual_ms, (30_000, 60_000));
    let added = catalogue.spec("Hailuo-3").unwrap();
    let names: Vec<&str> = added.resolutions.iter().map(|resolution| resolution.name.as_str()).collect();
    assert_eq!((names, added.price), (vec!["1080P", "4K"], Some(Amount::from_thousandths(1_250))));
    assert_eq!((added.resolutions[0].first_frame, added.resolutions[0].last_frame), (Need::Required, Need::No));
    assert_eq!(added.camera, CameraSupport::Exact);
}

#[test]
fn a_new_model_has_no_price_but_the_one_that_the_file_sets() {
    let text = "[models.new]\n[models.alike]\nlike = \"S2V-01\"\n[models.set]\nprice = 0.5\n";
    let prices = read(text).settings.profile.prices;
    let of = |offer: &str| prices.quote(&offer.parse().unwrap()).map(|quote| (quote.price.to_string(), quote.source));
    let [new, alike, set] = [of("new/768P/6"), of("alike/720P/6"), of("set/768P/6")];
    assert_eq!((new, alike, set), (None, None, Some(("0.5".to_owned(), CostSource::Config))));
}

#[test]
fn faults_of_models_have_their_places_too() {
    let text = r#"
[models."T2V-01"]
max_prompt_chars = 1
max_prompt_words = 1
[models.new]
like = "T2V-02"
camera = "som"
[models.other]
resolutions = [{ name = "4K", durations = [0], fps = 3 }]
resolutoins = []
"#;
    assert_eq!(
        faults_of(text),
        [
            r#"2:9: models.T2V-01 cannot be used: max_prompt_chars and max_prompt_words exclude each other"#,
            r#"7:10: models.new.camera cannot be used: "som" is not one of its values. It can be commands, exact, described or none."#,
            r#"9:43: models.other.resolutions.durations cannot be used: it takes a list of whole numbers from 1 on, such as [6, 10]"#,
            r#"9:48: fps is not an option of [models.other.resolutions]. It can be name, durations, first_frame or last_frame."#,
            r#"10:1: resolutoins is not an option of [models.other]. Did you mean resolutions?"#,
        ]
    );
}

#[test]
fn hosts_of_minimax_have_minimax_prompt_limits() {
    let (_dir, folders) = home_with("");
    let limit = |name| {
        let settings = load(&Wanted { profile: Some(name), ..wanted() }, &folders).unwrap().settings;
        settings.catalogue.spec("I2V-01").unwrap().prompt_limit.max
    };
    assert_eq!((limit("302ai"), limit("minimax")), (199, 2000));
}

#[test]
fn all_faults_come_at_once_each_with_its_place_and_a_near_name() {
    let text = r#"profile = "302a"
[download]
paralel = 3
parallel = "x"
stall_seconds = 2
auto = yes
per_day = 3
[bugdet]
per_day = -3
[budget]
per_day = -3
per_batch = 0.0000001
[ui]
theme = "drak"
[keys.table]
retri = ["r"]
retry = ["meta-x", 3]
[keys.tabel]
x = []
[store]
url = "mysql://reel:hunter2@db/reel"
"#;
    assert_eq!(
        faults_of(text),
        [
            r#"1:11: there is no profile "302a". Did you mean 302ai?"#,
            "3:1: paralel is not an option of [download]. Did you mean parallel?",
            "4:12: download.parallel cannot be used: it takes a whole number from 1 to 16, not a string",
            "5:17: download.stall_seconds cannot be used: 2 is not a whole number from 5 to 3600",
            "6:8: this is not TOML: string values must be quoted, expected literal string",
            "7:1: per_day is not an option of [download]. It belongs in [budget].",
            "8:2: [bugdet] is not a section. Did you mean budget?",
            "11:11: budget.per_day cannot be used: it takes an amount such as 20 or 0.5, with at most six digits \
             after the point, or \"none\"",
            "12:13: budget.per_batch cannot be used: it takes an amount such as 20 or 0.5, with at most six \
             digits after the point, or \"none\"",
            r#"14:9: ui.theme cannot be used: "drak" is not one of its values. Did you mean dark?"#,
            "16:1: retri is not an option of [keys.table]. Did you mean retry?",
            "17:10: keys.table.retry cannot be used: \"meta-x\" is not a key; keys look like q, ctrl-p, alt-enter, shift-tab, \
             f1, space",
            "17:20: keys.table.retry cannot be used: it takes text in quotes, not an integer",
            "18:7: [keys.tabel] is not a section. Did you mean table?",
            "21:7: store.url cannot be used: the address must start with postgres://",
        ]
    );
}

#[test]
fn faults_are_whole_sentences_in_chinese_too() {
    let text = r#"[download]
paralel = 3
parallel = "x"
stall_seconds = 2
[ui]
mouse = [1]
theme = "drak"
[theme.dark]
[profiles.mine]
base_url = "http://a.b"
api_key_env = "A"
api_key_cmd = "b"
"#;
    assert_eq!(
        within(Lang::Zh, || faults_of(text)),
        [
            "2:1: paralel 不是 [download] 的选项。是否指 parallel？",
            "3:12: download.parallel 不可用：应为从 1 到 16 的整数，这里却是字符串",
            "4:17: download.stall_seconds 不可用：2 不是从 5 到 3600 的整数",
            "6:9: ui.mouse 不可用：应为布尔值 true 或 false，这里却是数组",
            "7:9: ui.theme 不可用：\"drak\" 不在可用的值之列。是否指 dark？",
            "8:8: theme.dark 不可用：已有同名的主题。另起一个名称，并写 base = \"dark\"。",
            "10:12: profiles.mine 的 base_url 不是 https：密钥会不加密地经过网络。改用 https，或在此账户配置中设 allow_http = true。",
            "12:15: profiles.mine 设置了 api_key_env 和 api_key_cmd：密钥只能有一个来源。只保留其中一个。",
        ]
    );
}

#[test]
fn a_profile_must_be_whole_and_its_line_private() {
    let text = r#"
[profiles.mine]
api_key_env = "A"
api_key_file = "key"
[profiles.open]
base_url = "http://api.302.ai"
api_key_cmd = "x"
api_key_file = "/x"
[profiles.here]
base_url = "http://127.0.0.1:8302"
"#;
    assert_eq!(
        faults_of(text),
        [
            "2:11: profiles.mine has no base_url: it is not one of the built-in profiles. Set base_url, or did you mean \
             302ai, minimax or minimax-cn?",
            "4:16: profiles.mine.api_key_file cannot be used: the path must start with / or ~/",
            "6:12: the base_url of profiles.open is not https: the key would cross the network unencrypted. Use https, or \
             set allow_http = true in this profile.",
            "8:16: profiles.open sets api_key_cmd and api_key_file: the key can come from one place only. Keep one of them.",
        ]
    );
}

#[test]
fn a_profile_may_have_a_dot_in_its_name_and_a_new_address_waits_for_the_next_start() {
    let text = "profile = \"my.v1\"\n[profiles.\"my.v1\"]\nbase_url = \"https://one.example\"\nsubmit_per_minute = 3\n\
                [templates]\n\"a.b\" = \"a cat\"\n";
    let first = read(text);
    assert!(first.profiles().contains(&"my.v1".to_owned()), "{:?}", first.profiles());
    let second = "profile = \"my.v1\"\n[profiles.\"my.v1\"]\nbase_url = \"https://two.example\"\nsubmit_per_minute = 4\n\
                  [templates]\n\"a.b\" = \"a dog\"\n";
    let (reread, _) = read_again(text, second);
    assert_eq!(reread.changed, ["profiles.\"my.v1\".submit_per_minute", "templates.\"a.b\""]);
    assert_eq!(reread.fixed, ["profiles.\"my.v1\".base_url"]);
}

#[test]
fn a_profile_has_a_name_that_the_command_line_and_the_option_take_too() {
    let url = "base_url = \"https://a.example\"";
    let text = format!("[profiles.\"\"]\n{url}\n[profiles.\" \"]\n{url}\n[profiles.\"a b\"]\n{url}\n");
    assert_eq!(
        faults_of(&text),
        [
            "1:11: profiles.\"\" cannot be used: it is empty",
            "3:11: profiles.\" \" cannot be used: it is empty",
            "5:11: profiles.\"a b\" cannot be used: it may contain only letters, digits, -, _ and .",
        ]
    );
}

#[test]
fn a_field_of_a_request_has_a_name_of_its_own() {
    let text = r#"
[profiles.302ai]
callback_field = "prompt"
[profiles.minimax]
last_frame_field = "first_frame_image"
[profiles.minimax-cn]
last_frame_field = "callback_url"
"#;
    let told = |name: &str, field: &str| {
        format!(
            "profiles.{name} gives two fields of a request the name {field}: one would replace the other. Set \
             callback_field and last_frame_field as the host's documentation has them."
        )
    };
    let found = faults_of(text);
    let expected = [told("302ai", "prompt"), told("minimax", "first_frame_image"), told("minimax-cn", "callback_url")];
    assert!(found.len() == 3 && found.iter().zip(&expected).all(|(found, told)| found.ends_with(told)), "{found:?}");
}

#[test]
fn a_key_written_into_the_config_is_refused_and_not_repeated() {
    let secret = "sk-0123456789";
    let faults = faults_of(&format!(
        "[profiles.302ai]\napi_key = \"{secret}\"\napi_key_env = \"{secret}\"\nbase_url = \"{secret}\"\n[ui]\nascii = \"{secret}\"\n"
    ));
    assert_eq!(faults.len(), 4);
    assert!(faults.iter().all(|fault| !fault.contains(secret)), "{faults:#?}");
}

#[test]
fn the_built_in_profiles_speak_the_fields_of_their_hosts() {
    let (_dir, folders) = home_with("");
    let profile = |name| load(&Wanted { profile: Some(name), ..wanted() }, &folders).unwrap().settings.profile;
    let (gateway, cn) = (profile("302ai"), profile("minimax-cn"));
    assert_eq!(gateway, Settings::default().profile);
    assert_eq!((cn.base_url.as_str(), cn.path_prefix.as_str()), ("https://api.minimax.cn", "/v1"));
    assert_eq!(cn.names, domain::request::WireNames::minimax());
    assert_eq!(profile("minimax").base_url, "https://api.minimax.io");
}

#[test]
fn an_unknown_profile_of_the_command_line_is_a_fault_without_a_place() {
    let (_dir, folders) = home_with("[profiles.studio]\nbase_url = \"https://a.example\"\n");
    let why = load(&Wanted { profile: Some("studoi"), ..wanted() }, &folders).unwrap_err();
    assert_eq!(rejected(&why), "there is no profile \"studoi\". Did you mean studio?");
}

#[test]
fn only_a_file_that_was_named_must_exist() {
    let dir = tempfile::tempdir().unwrap();
    let named = dir.path().join("named.toml");
    let asked = Wanted { config: Some(&named), data_dir: Some(dir.path()), ..wanted() };
    let why = rejected(&load(&asked, &folders_in(dir.path())).unwrap_err());
    assert!(why.contains("named.toml cannot be read: no such file"), "{why}");
    fs::write(&named, "[ui]\nascii = true\n").unwrap();
    let loaded = load(&asked, &folders_in(dir.path())).unwrap();
    assert!(loaded.settings.ui.ascii && loaded.found);
    assert_eq!(loaded.paths.images, dir.path().join("images"));
}

#[test]
fn a_theme_of_ones_own_changes_another_one_and_its_faults_are_all_told() {
    use engine::settings::paint::Paint;
    let loaded = read("[ui]\ntheme = \"mine\"\n[theme.mine]\nbase = \"light\"\nrunning = \"#5fafff\"\n");
    let mine = &loaded.settings.ui.themes["mine"];
    assert_eq!((mine.base.as_str(), mine.roles["running"].ink), ("light", Some(Paint::Rgb(0x5f, 0xaf, 0xff))));
    let faults = faults_of(
        "[ui]\ntheme = \"min\"\n[theme.mine]\nbase = \"ligth\"\nruning = \"red\"\nloud = \"pink\"\n[theme.dark]\nloud = 1\n",
    );
    assert_eq!(
        faults,
        [
            "2:9: ui.theme cannot be used: \"min\" is not one of its values. Did you mean mine?",
            "4:8: theme.mine.base cannot be used: \"ligth\" is not one of its values. Did you mean light?",
            "5:1: runing is not an option of [theme.mine]. Did you mean running?",
            "6:8: theme.mine.loud cannot be used: \"pink\" is not a colour; use a name such as light-red, or #rrggbb, or \
             default",
            "7:8: theme.dark cannot be used: there is already a theme of that name. Give it another name and write base = \
             \"dark\".",
        ]
    );
}

#[test]
fn half_of_a_callback_is_said_to_have_no_effect() {
    let loaded = read("[callback]\nlisten = \"127.0.0.1:1\"\n[ui]\nmouse = true\n");
    let warnings: Vec<String> = loaded.warnings.iter().map(|warning| located(warning, "f")).collect();
    assert_eq!(warnings, ["f:2:1: callback.listen has no effect without callback.public_url"]);
}

#[test]
fn show_names_the_origin_of_every_value_and_no_command_of_a_key() {
    let loaded = read("[profiles.minimax]\napi_key_cmd = \"echo sk-abc\"\n[download]\nparallel = 2\n");
    let shown = show(&loaded);
    assert!(shown.contains("profile = \"302ai\"  # default\n"), "{shown}");
    assert!(shown.contains("parallel = 2  # line 4\nname = "), "{shown}");
    let (_dir, folders) = home_with("[profiles.minimax]\napi_key_cmd = \"echo sk-abc\"\n");
    let minimax = show(&load(&Wanted { profile: Some("minimax"), ..wanted() }, &folders).unwrap());
    assert!(minimax.contains("profile = \"minimax\"  # --profile\n"), "{minimax}");
    assert!(
        minimax.contains("# api_key_cmd is set on line 2; not shown\n") && !minimax.contains("sk-abc"),
        "{minimax}"
    );
    assert!(!minimax.contains("api_key_env"), "{minimax}");
}

#[test]
fn what_config_show_prints_is_a_config_that_means_the_same() {
    let loaded = read(
        "[download]\nparallel = 2\n[keys.table]\nretry = [\"ctrl-t\"]\n[models.new]\nlike = \"I2V-01\"\n\
         resolutions = [{ name = \"720P\", durations = [6] }]\n[ui]\ntheme = \"mine\"\n[theme.mine]\nloud = \"red\"\n\
         [templates]\n\"a.b\" = \"a cat\"\n\"\\u001b\" = \"an escape\"\n\
         [profiles.\"my.v1\"]\nbase_url = \"https://a.example\"\napi_key_env = \"PATH\"\nsubmit_per_minute = 7\n",
    );
    let shown = show(&loaded);
    assert!(!shown.contains('\u{1b}'), "{shown}");
    let (again, Settings { others, catalogue, keys, compose, ui, .. }) = (read(&shown).settings, loaded.settings);
    assert_eq!((again.others, again.catalogue, again.keys), (others, catalogue, keys));
    assert_eq!((again.compose, again.ui, again.download.parallel), (compose, ui, 2));
}

#[test]
fn only_failures_that_are_proven_not_charged_may_be_tried_again_by_themselves() {
    use domain::problem::ErrorClass;
    use engine::settings::RetrySettings;
    let settings =
        read("[retry]\nauto = [\"service\", \"rate_limited\", \"service\"]\nmax = 1\npause_seconds = 60\n").settings;
    let auto = vec![ErrorClass::Service, ErrorClass::RateLimited];
    assert_eq!(settings.retry, RetrySettings { auto, max: 1, pause_ms: 60_000 });
    assert_eq!(read("").settings.retry.auto, []);
    for class in ErrorClass::ALL {
        let faults = home_with(&format!("[retry]\nauto = [\"{}\"]\n", class.id()));
        let allowed = RetrySettings::ALLOWED.contains(&class);
        assert_eq!(load(&wanted(), &faults.1).is_ok(), allowed, "{class:?}");
    }
    assert_eq!(
        faults_of("[retry]\nauto = [\"output_sensitive\"]\n"),
        [concat!(
            "2:8: retry.auto cannot be used: output_sensitive (video refused) may be charged again, or needs a change ",
            "from you first. It can be rate_limited, service or network."
        )]
    );
    // One letter of two says nothing of what was meant.
    let language = faults_of("[ui]\nlanguage = \"cn\"\n");
    assert!(matches!(&language[..], [fault] if fault.contains("It can be ") && fault.contains("zh")), "{language:?}");
    assert_eq!(
        faults_of("[retry]\nauto = [\"servce\"]\n"),
        ["2:8: retry.auto cannot be used: \"servce\" is not one of its values. Did you mean service?"]
    );
}

#[test]
fn a_profile_has_the_prices_of_its_list_and_what_the_file_sets_of_them() {
    let price = |config: &str, offer: &str| {
        let price = read(config).settings.profile.prices.quote(&offer.parse().unwrap());
        price.map(|quote| (quote.price.to_string(), quote.source.id()))
    };
    let known = |amount: &str, source| Some((amount.to_owned(), source));
    let own = "[profiles.minimax.prices]\n\"T2V-01/720P/6\" = 0.43\n\"MiniMax-Hailuo-02/768P/10\" = \"0.5\"\n";
    let minimax = format!("profile = \"minimax\"\n{own}");
    assert_eq!(price("", "S2V-01/720P/6"), known("0.7", "list"));
    assert_eq!(price("[models.\"S2V-01\"]\nprice = 0.6", "S2V-01/720P/6"), known("0.6", "config"));
    assert_eq!(price("profile = \"minimax\"", "MiniMax-Hailuo-02/512P/6"), known("0.1", "list"));
    assert_eq!(price("profile = \"minimax-cn\"", "MiniMax-Hailuo-02/768P/10"), known("4.0", "list"));
    // A price a model is one of PTC.
    assert_eq!(price("profile = \"minimax\"\n[models.\"S2V-01\"]\nprice = 0.6", "S2V-01/720P/6"), None);
    assert_eq!(price(&minimax, "T2V-01/720P/6"), known("0.43", "config"));
    assert_eq!(price(&minimax, "MiniMax-Hailuo-02/768P/10"), known("0.5", "config"));
    assert_eq!(price(own, "T2V-01/720P/6"), known("0.5", "list"), "another profile's");
    assert_eq!(read("profile = \"minimax-cn\"").settings.profile.currency().id(), "CNY");
    // What is in force names the prices of every profile.
    let section = ::io::config::InForce::Section("profiles.minimax.prices".into());
    assert!([own, &minimax].iter().all(|config| ::io::config::in_force(&read(config)).contains(&section)));
}

#[test]
fn a_price_of_what_no_model_offers_is_a_fault_at_its_place() {
    let text = "[profiles.minimax.prices]\n\"T2V-1/720P/6\" = 1\n\"T2V-01/720P/7\" = 1\n\"S2V-01/720P/6\" = -1\n";
    assert_eq!(
        faults_of(text),
        [
            "2:1: profiles.minimax.prices.T2V-1/720P/6 cannot be used: there is no model T2V-1; did you mean T2V-01?",
            "3:1: profiles.minimax.prices.T2V-01/720P/7 cannot be used: T2V-01 does not offer 7 s at 720P, only 6",
            "4:19: profiles.minimax.prices.S2V-01/720P/6 cannot be used: it takes an amount such as 0.5, not negative, with \
             at most six digits after the point",
        ]
    );
}

#[test]
fn one_key_serves_one_profile_and_none_is_taken_for_a_second_host() {
    let profile = |name: &str, key: &str| format!("[profiles.{name}]\nbase_url = \"https://{name}.example\"\n{key}\n");
    // Set wherever a test runs.
    let variable = "api_key_env = \"PATH\"";
    let text = [
        profile("302ai", variable),
        profile("minimax", variable),
        profile("mine", "api_key_cmd = \"pass show mine\""),
        profile("yours", "submit_per_minute = 3"),
        profile("elsewhere", "api_key_file = \"/nowhere/key\""),
    ]
    .concat();
    let loaded = read(&text);
    assert_eq!(loaded.others.keys().collect::<Vec<_>>(), ["mine"]);
    assert_eq!(loaded.settings.others["mine"].profile.base_url, "https://mine.example");
    let keyless = [
        ("elsewhere", Keyless::NotSet(KeyPlace::File("/nowhere/key".into()))),
        ("minimax", Keyless::Shared("302ai".into())),
        ("yours", Keyless::Unnamed),
    ];
    assert_eq!(loaded.keyless, keyless.map(|(name, why)| (name.to_owned(), why)).into());
    // Chosen as the default one, it has the key, and the first one none.
    let other = read(&format!("profile = \"minimax\"\n{text}"));
    assert_eq!(other.keyless["302ai"], Keyless::Shared("minimax".into()));
    // The same setup with another one of those that are served as the default one.
    let under = loaded.under("mine");
    assert_eq!(
        (under.settings.profile.name.as_str(), under.key),
        ("mine", KeySource::Command("pass show mine".into()))
    );
    assert_eq!(under.others["302ai"].key, KeySource::Env("PATH".into()));
    assert_eq!(loaded.under("nobody").settings, loaded.settings);
}

#[test]
fn the_command_line_takes_the_key_of_the_files_default_profile_to_no_other_host() {
    let key_of = |text: &str, profile: &str| {
        let (_dir, folders) = home_with(text);
        load(&Wanted { profile: Some(profile), ..wanted() }, &folders).unwrap().key
    };
    let held = KeySource::Held { profile: "minimax".into(), by: "302ai".into() };
    assert_eq!(key_of("", "minimax"), held);
    let named = "[profiles.302ai]\napi_key_cmd = \"a\"\n[profiles.minimax]\napi_key_cmd = ";
    assert_eq!(key_of(&format!("{named}\"a\"\n"), "minimax"), held);
    assert_eq!(key_of(&format!("{named}\"b\"\n"), "minimax"), KeySource::Command("b".into()));
    let variable = KeySource::Env("REELTOP_API_KEY".into());
    assert_eq!(key_of("profile = \"minimax\"\n", "minimax"), variable);
    assert_eq!(key_of("[profiles.other]\nbase_url = \"https://api.302.ai\"\n", "other"), variable);
}

/// What is read again of a program that was started with the first text, when the file has the second one.
fn read_again(first: &str, second: &'static str) -> (Reread, Loaded) {
    let again = Again::by(Arc::new(|| Ok(read(second))));
    again.read(&read(first)).unwrap()
}

#[test]
fn another_default_profile_goes_on_being_served_until_the_next_start() {
    let keys = "[profiles.302ai]\nsubmit_per_minute = 7\n[profiles.minimax]\napi_key_cmd = \"echo other\"\n";
    let first: &str = &format!("profile = \"302ai\"\n{keys}");
    // The one of the start has no key of its own: the variable that is looked for goes to the file's default one.
    let second = "profile = \"minimax\"\n[profiles.302ai]\nsubmit_per_minute = 7\n[profiles.minimax]\napi_key_cmd = \"echo other\"\n";
    let (reread, new) = read_again(first, second);
    assert_eq!((reread.changed, reread.fixed), (vec![], vec!["profile".to_owned()]));
    assert_eq!(reread.settings.profile, read(first).settings.profile);
    assert_eq!(reread.settings.others, read(first).settings.others);
    assert_eq!((&new.key, &new.others), (&read(first).key, &read(first).others));
    // It is not where it would take the key of the start to another host.
    let (_, new) = read_again(first, "profile = \"minimax\"\n");
    assert_eq!((new.others.len(), new.settings.others.len()), (0, 0));
}

#[test]
fn prices_change_at_once_and_a_currency_with_its_prices_at_the_next_start() {
    let price = "[models.\"MiniMax-Hailuo-02\"]\nprice = 0.75\n";
    let (reread, _) = read_again("", price);
    assert_eq!((reread.changed, reread.fixed), (vec!["models.MiniMax-Hailuo-02.price".to_owned()], vec![]));
    let priced = "[profiles.302ai]\ncurrency = \"USD\"\n[profiles.302ai.prices]\n\"MiniMax-Hailuo-02/768P/6\" = 0.75\n";
    let (reread, _) = read_again("", priced);
    let fixed = ["profiles.302ai.currency", "profiles.302ai.prices.\"MiniMax-Hailuo-02/768P/6\""];
    assert_eq!((reread.changed, reread.fixed), (vec![], fixed.map(str::to_owned).to_vec()));
}
