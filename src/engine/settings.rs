//! What the config and the command line say, as far as the program's logic needs it. No secrets.

mod choices;
pub mod paint;

pub use choices::{Lang, Pictures, SideBySide};

use domain::{
    account::DayCaps,
    amount::{Amount, Currency},
    catalogue::Catalogue,
    picture,
    picture::Takes,
    prices::{Offer, PriceList, Prices, Quote},
    problem::ErrorClass,
    request::Request,
    request::WireNames,
    retry,
    task::SavedFile,
    time,
};
use serde::{Deserialize, Serialize};
use service::{
    call::Under,
    protocol::{Ask, Protocol},
};
use std::{collections::BTreeMap, net::SocketAddr};

/// Everything that can be set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The default profile.
    pub profile: Profile,
    /// The others that have a key of their own to be read, by name: all of them are served.
    pub others: BTreeMap<String, Other>,
    /// The models.
    pub catalogue: Catalogue,
    pub download: DownloadSettings,
    pub budget: BudgetSettings,
    /// `[compose]` and `[templates]`.
    pub compose: ComposeSettings,
    pub poll: PollSettings,
    pub queue: QueueSettings,
    pub retry: RetrySettings,
    pub notify: NotifySettings,
    pub callback: CallbackSettings,
    pub ui: UiSettings,
    /// `[keys.CONTEXT]`: context, action's id, the keys instead of the defaults.
    pub keys: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    /// What this run is called where another program tells of it: `dashboard`, or the call's name.
    pub face: String,
    /// Which tasks this run works on.
    pub scope: Scope,
    /// Whether a person sits before it: a dashboard, not a one-shot command.
    pub interactive: bool,
    /// Whether a key for the service was found. Without one nothing is sent, and a banner says how to set it.
    pub has_key: bool,
    /// The name of the person who works with it (`store.who`); none: nobody is named.
    pub who: Option<String>,
    /// Whether everything goes to the simulator inside (`--demo`).
    pub demo: bool,
    /// How the person's own machine reaches this one.
    pub host: Host,
}

/// How the person's own machine reaches this one by ssh, for a ready scp command.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// Such as `ann@192.0.2.7` or `[2001:db8::7]`.
    pub address: String,
    /// Where it is not ssh's own.
    pub port: Option<u16>,
    /// This machine's own name, as it stands with the files that it saves.
    pub name: String,
}

/// A profile beside the default one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Other {
    pub profile: Profile,
    /// The models as its host takes them.
    pub catalogue: Catalogue,
}

/// An account, without its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Its name in the config.
    pub name: String,
    /// Scheme and host, without a final slash.
    pub base_url: String,
    /// What stands between the host and the paths of the protocol.
    pub path_prefix: String,
    /// The two fields that hosts spell differently.
    pub names: WireNames,
    /// Whether the service takes WebP pictures.
    pub webp: bool,
    /// What its service speaks.
    pub protocol: Protocol,
    /// Submissions in any 60 seconds.
    pub submit_per_minute: u32,
    /// What its submissions cost.
    pub prices: Prices,
    /// Whether the gateway's records are asked what was charged, and what became of lost answers.
    pub records: bool,
    /// Whether a local picture that several tasks use is uploaded once and goes along as a public URL.
    pub upload: bool,
    /// The name of the environment variable that a copied curl command uses for the key.
    pub key_variable: String,
}

impl Profile {
    /// The environment variable that a profile's key is looked for in where the config names no other.
    pub const KEY_VARIABLE: &str = "REELTOP_API_KEY";

    /// Where its submissions go.
    #[must_use]
    pub fn submit_url(&self) -> String {
        let call = self.protocol.call(Ask::Submit);
        let prefix = match call.under {
            Under::Prefix => self.path_prefix.trim_end_matches('/'),
            Under::Host => "",
        };
        format!("{}{prefix}{}", self.base_url.trim_end_matches('/'), call.path)
    }

    /// The host whose accounts its key belongs to, in lower case. By the service's documentation two of the gateway's
    /// addresses lead to the same accounts, and so do the two of MiniMax in China.
    #[must_use]
    pub fn account_host(&self) -> String {
        let rest = self.base_url.split_once("://").map_or(&*self.base_url, |(_, rest)| rest);
        let host = rest.split('/').next().unwrap_or_default().to_ascii_lowercase();
        match host.as_str() {
            "api.302ai.com" | "api.302ai.cn" => "api.302.ai".into(),
            "api.minimaxi.com" => "api.minimax.cn".into(),
            _ => host,
        }
    }

    /// What its submissions, its caps and its balance are in.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.prices.currency()
    }

    /// What a request costs; `None` where that is not known.
    #[must_use]
    pub fn price(&self, request: &Request) -> Option<Quote> {
        self.prices.quote(&Offer::of(request))
    }

    /// What its host takes and reaches.
    #[must_use]
    pub fn takes(&self) -> Takes {
        Takes { webp: self.webp, private: picture::is_private(&self.base_url) }
    }
}

/// `[download]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DownloadSettings {
    /// The folder.
    pub dir: String,
    /// Whether saving starts by itself.
    pub auto: bool,
    /// Downloads at once.
    pub parallel: usize,
    /// The file name's template.
    pub name: String,
    /// A line without a byte for this long is given up, in milliseconds.
    pub stall_ms: u64,
    /// Whether a JSON file is written beside the video.
    pub sidecar: bool,
    /// Whether every machine of the store has this folder under this path.
    pub shared: bool,
}

/// `[budget]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetSettings {
    /// The day's cap; `None` for no cap.
    pub per_day: Option<Amount>,
    /// The day's cap of this person, on a store that several share; `None` for no cap.
    pub per_day_each: Option<Amount>,
    /// One batch's cap; `None` for no cap.
    pub per_batch: Option<Amount>,
    /// Above this the number of tasks must be typed; `None` for never.
    pub ask_above: Option<Amount>,
}

impl BudgetSettings {
    /// The day's caps.
    #[must_use]
    pub const fn day_caps(&self) -> DayCaps {
        DayCaps { per_day: self.per_day, per_day_each: self.per_day_each }
    }
}

/// `[compose]` and `[templates]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComposeSettings {
    /// The most tasks that are made at once of one draft or one file.
    pub max_tasks: usize,
    /// The user's own prompts, by name.
    pub templates: BTreeMap<String, String>,
}

/// `[poll]`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PollSettings {
    /// The shortest time between two questions about one task, in milliseconds.
    pub every_ms: u64,
    /// Questions a second for the whole account.
    pub budget_per_second: f64,
}

/// `[queue]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueSettings {
    /// How long a confirmed task can be taken back, in milliseconds.
    pub undo_ms: u64,
    /// Whether the program starts with sending paused.
    pub start_paused: bool,
    /// So many tasks in a row that come to nothing in the same way stop all sending; 0 for never.
    pub stop_after_failures: u32,
    /// A submission's time-out, in milliseconds from the last byte of its body on (`http.timeout_seconds`).
    pub submit_timeout_ms: u64,
    /// How long the connection may take no byte of a submission, in milliseconds (`http.stall_seconds`).
    pub submit_stall_ms: u64,
}

impl QueueSettings {
    /// How long a submission can be on its way without a word of it, in milliseconds: an upload that stands still, then
    /// an answer that does not come.
    #[must_use]
    pub const fn longest_silence(&self) -> u64 {
        self.submit_stall_ms + self.submit_timeout_ms
    }
}

/// `[retry]`: what the program may send again by itself. Nothing by default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetrySettings {
    /// Kinds of failure that may be tried again, where the failure is proven not charged.
    pub auto: Vec<ErrorClass>,
    /// Attempts by the program in a row, for one of the person's.
    pub max: u32,
    /// How long to wait before each, in milliseconds.
    pub pause_ms: u64,
}

impl RetrySettings {
    /// The kinds that may be named.
    pub const ALLOWED: [ErrorClass; 3] = retry::BY_ITSELF;
}

/// `[notify]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotifySettings {
    /// Ring the terminal's bell.
    pub bell: bool,
    /// Send OSC 9 and OSC 777 notices.
    pub osc: bool,
    /// Whether a hook command is set.
    pub hook: bool,
}

/// `[callback]`. Posts are taken where both are set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallbackSettings {
    /// Where to listen, such as `127.0.0.1:8303`.
    pub listen: Option<SocketAddr>,
    /// The address under which the service reaches it; the path of an attempt is put behind.
    pub public_url: Option<String>,
}

/// `[ui]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UiSettings {
    /// The theme's name: one of `paint::THEMES` or of `themes`.
    pub theme: String,
    /// Themes of one's own (`[theme.NAME]`).
    pub themes: BTreeMap<String, paint::OwnTheme>,
    /// How many colours the terminal shows.
    pub depth: paint::Depth,
    /// Whether the panes stand beside each other.
    pub side_by_side: SideBySide,
    /// ASCII signs and borders only.
    pub ascii: bool,
    /// Take mouse events.
    pub mouse: bool,
    /// The cells that signs of ambiguous width take in the person's terminal: 1, or 2 as some set up for Chinese have
    /// it.
    pub ambiguous_width: u8,
    /// The least time between two frames that data drive, in milliseconds.
    pub frame_ms: u64,
    /// Nothing moves by itself: ages are shown in steps of a minute.
    pub reduced_motion: bool,
    /// The language of the screen; `None` goes by the locale.
    pub language: Option<Lang>,
    /// How pictures are shown.
    pub pictures: Pictures,
    /// About how many bytes one picture may take.
    pub picture_bytes: usize,
}

/// Which tasks this run works on: sends, asks about, saves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scope {
    /// All: a dashboard, `watch`.
    All,
    /// None but those it is told of by acts: `submit`, `wait KEY…`, `download`.
    Named,
    /// None: an act is carried out, and what follows from it is for others to go on with.
    None,
}

impl Settings {
    /// The machine that a file was saved on, where that is another one and no folder is shared.
    #[must_use]
    pub fn other_host<'a>(&self, saved: &'a SavedFile) -> Option<&'a str> {
        saved.host.as_deref().filter(|host| !self.download.shared && *host != self.host.name)
    }

    /// Whether an option of that full name, such as `poll.every_seconds`, can change while the program runs. What
    /// clients, workers and the screen were made with cannot.
    #[must_use]
    pub fn is_live(option: &str) -> bool {
        let (section, rest) = option.split_once('.').unwrap_or(("", option));
        let name = rest.rsplit('.').next().unwrap_or_default();
        match section {
            "budget" | "poll" | "retry" | "notify" | "download" | "compose" | "templates" | "theme" => true,
            "queue" => name != "start_paused",
            "ui" => matches!(name, "theme" | "side_by_side" | "reduced_motion" | "pictures" | "picture_bytes"),
            "profiles" => matches!(name, "submit_per_minute" | "records") || option.contains(".prices."),
            "models" => name == "price",
            _ => false,
        }
    }
}

impl Default for Settings {
    /// The config's defaults, with an empty catalogue.
    fn default() -> Self {
        Self {
            profile: Profile {
                name: "302ai".into(),
                base_url: "https://api.302.ai".into(),
                path_prefix: "/minimaxi/v1".into(),
                names: WireNames::gateway(),
                webp: false,
                protocol: Protocol::MINIMAX_V1,
                submit_per_minute: 5,
                prices: Prices::new(PriceList::Gateway, &Catalogue::builtin()),
                records: true,
                upload: false,
                key_variable: Profile::KEY_VARIABLE.into(),
            },
            others: BTreeMap::new(),
            catalogue: Catalogue { models: Vec::new() },
            download: DownloadSettings {
                dir: "~/Videos/reeltop".into(),
                auto: true,
                parallel: 3,
                name: "{key}-{prompt}".into(),
                stall_ms: 30 * time::SECOND,
                sidecar: true,
                shared: false,
            },
            budget: BudgetSettings {
                per_day: Some(Amount::from_thousandths(20_000)),
                per_day_each: None,
                per_batch: Some(Amount::from_thousandths(20_000)),
                ask_above: Some(Amount::from_thousandths(5_000)),
            },
            compose: ComposeSettings { max_tasks: 100, templates: BTreeMap::new() },
            poll: PollSettings { every_ms: 10 * time::SECOND, budget_per_second: 5.0 },
            queue: QueueSettings {
                undo_ms: 3 * time::SECOND,
                start_paused: false,
                stop_after_failures: 3,
                submit_timeout_ms: 120 * time::SECOND,
                submit_stall_ms: 30 * time::SECOND,
            },
            retry: RetrySettings { auto: Vec::new(), max: 2, pause_ms: 30 * time::SECOND },
            notify: NotifySettings { bell: true, osc: true, hook: false },
            callback: CallbackSettings::default(),
            ui: UiSettings {
                theme: "dark".into(),
                themes: BTreeMap::new(),
                depth: paint::Depth::True,
                side_by_side: SideBySide::Auto,
                ascii: false,
                mouse: false,
                ambiguous_width: 1,
                frame_ms: 50,
                reduced_motion: false,
                language: None,
                pictures: Pictures::Auto,
                picture_bytes: 20_000,
            },
            keys: BTreeMap::new(),
            face: "dashboard".into(),
            scope: Scope::All,
            interactive: true,
            has_key: true,
            who: None,
            demo: false,
            host: Host::default(),
        }
    }
}
