//! The one table of options (those of `[profiles.NAME]` are in `profile.rs`, those of `[models."NAME"]` in
//! `models.rs`). What `config.example.toml` shows, what the reader accepts and what `config show` prints are made from
//! it. A new option also needs its field and default in [`Settings`](engine::settings::Settings) or [`Loaded`], a word
//! in [`is_live`](engine::settings::Settings::is_live) where it can change while the program runs, and a new example
//! (`REELTOP_UPDATE=1 cargo test --test docs`).

use super::{
    check,
    loaded::Loaded,
    options::{Kind, Opt, opt, small, unset},
};
use domain::{name::check_template, time::SECOND};
use engine::settings::{Lang, Pictures, RetrySettings, SideBySide};

/// A section of the file whose options are all known by name.
pub(super) struct Section {
    /// Its name; empty for the options above the first section.
    pub(super) name: &'static str,
    /// What it is about.
    pub(super) doc: &'static str,
    pub(super) options: &'static [Opt<Loaded>],
}

/// Sections that hold tables named by the user, or by the program's key table.
pub(super) const NAMED_SECTIONS: [&str; 5] = ["profiles", "models", "templates", "theme", "keys"];

/// The options above the first section.
pub(super) static TOP: Section = Section {
    name: "",
    doc: "",
    options: &[opt(
        "profile",
        Kind::Text { check: check::name, set: |c, v| c.settings.profile.name = v },
        "\"302ai\"",
        "The default profile, for what names none: one of [profiles]. `--profile NAME` overrides it for one run. Every profile\n\
         that names a key of its own, and whose key is there, is served at the same time.",
    )],
};

/// Every section whose options are all known by name, in the order of the example.
pub(super) static SECTIONS: [Section; 11] = [
    Section {
        name: "store",
        doc: "The store, where several machines share one on a PostgreSQL server; without url it is a file in the data folder.\n\
              `reeltop store init` makes it there, `reeltop store copy --to URL` takes along what you have.",
        options: &[
            unset(
                "url",
                Kind::Text { check: check::database, set: |c, v| c.store.url = Some(v) },
                "\"postgres://reel@db.example.net/reel\"",
                "The database. REELTOP_STORE_URL overrides it. The line is encrypted and the server's certificate checked\n\
                 (sslrootcert=FILE names your own authority). The password comes from PGPASSFILE, PGPASSWORD or password_cmd.",
            ),
            unset(
                "password_cmd",
                Kind::Text { check: check::filled, set: |c, v| c.store.password_cmd = Some(v) },
                "\"pass show reel-db\"",
                "A command, for sh, that prints the database's password.",
            ),
            unset(
                "who",
                Kind::Text { check: check::shown, set: |c, v| c.settings.who = Some(v) },
                "\"ann\"",
                "Your name, kept with what you do and shown to others on the store; default: user@host.",
            ),
            opt(
                "allow_plain",
                Kind::Flag(|c, v| c.store.allow_plain = v),
                "false",
                "Whether the line to a database on another machine may be in the clear.",
            ),
        ],
    },
    Section {
        name: "download",
        doc: "Saving the videos.",
        options: &[
            opt(
                "dir",
                Kind::Text { check: check::path, set: |c, v| c.settings.download.dir = v },
                "\"~/Videos/reeltop\"",
                "The folder; created if it does not exist.",
            ),
            opt(
                "auto",
                Kind::Flag(|c, v| c.settings.download.auto = v),
                "true",
                "Whether a finished video is saved automatically.",
            ),
            opt(
                "parallel",
                Kind::Whole { least: 1, most: 16, set: |c, v| c.settings.download.parallel = small(v) as usize },
                "3",
                "Downloads at once.",
            ),
            opt(
                "name",
                Kind::Text { check: check_template, set: |c, v| c.settings.download.name = v },
                "\"{key}-{prompt}\"",
                "The file's name without its extension; made safe, and an existing file is never overwritten.\n\
                 Of {key} {prompt} {model} {resolution} {duration} {date} {time} {attempt} and {id}.",
            ),
            opt(
                "stall_seconds",
                Kind::Whole { least: 5, most: 3600, set: |c, v| c.settings.download.stall_ms = v * SECOND },
                "30",
                "A download that receives nothing for this long is stopped and retried.",
            ),
            opt(
                "sidecar",
                Kind::Flag(|c, v| c.settings.download.sidecar = v),
                "true",
                "Whether a JSON file (request, IDs, attempt, cost as it is known then) is written beside a video as it is saved.",
            ),
            opt(
                "shared",
                Kind::Flag(|c, v| c.settings.download.shared = v),
                "false",
                "Whether every machine that shares the store has this folder under this path: then a path counts everywhere, and no\n\
                 file is fetched once more because another machine saved it.",
            ),
        ],
    },
    Section {
        name: "budget",
        doc: "Caps in the currency of the profile (1 PTC is about 1 US dollar). What would cross a cap is refused, not warned about.\n\
              \"none\" means no cap; 0 allows nothing.",
        options: &[
            opt(
                "per_day",
                Kind::Cap(|c, v| c.settings.budget.per_day = v),
                "20",
                "The most that one day may cost. A day starts at midnight in your time zone; unknown outcomes count as spent.",
            ),
            opt(
                "per_day_each",
                Kind::Cap(|c, v| c.settings.budget.per_day_each = v),
                "\"none\"",
                "The same for you alone, where several people share the store. `reeltop store budget` keeps caps in the store\n\
                 that hold for everybody; the lower one counts.",
            ),
            opt(
                "per_batch",
                Kind::Cap(|c, v| c.settings.budget.per_batch = v),
                "20",
                "The most that one confirmation may cost.",
            ),
            opt(
                "ask_above",
                Kind::Cap(|c, v| c.settings.budget.ask_above = v),
                "5",
                "Above this the number of tasks must be typed before they are queued.",
            ),
        ],
    },
    Section {
        name: "compose",
        doc: "Composing.",
        options: &[opt(
            "max_tasks",
            Kind::Whole { least: 1, most: 1000, set: |c, v| c.settings.compose.max_tasks = small(v) as usize },
            "100",
            "The most tasks created at once, from one draft with several values or from one file of prompts.",
        )],
    },
    Section {
        name: "http",
        doc: "The connection to the service. A proxy is taken from the environment (HTTPS_PROXY, NO_PROXY).",
        options: &[
            opt(
                "timeout_seconds",
                Kind::Whole { least: 10, most: 600, set: |c, v| c.settings.queue.submit_timeout_ms = v * SECOND },
                "120",
                "How long the answer to a submission may take, from the last byte of its upload on. One that takes longer has\n\
                 an unknown outcome and counts as spent.",
            ),
            opt(
                "stall_seconds",
                Kind::Whole { least: 5, most: 3600, set: |c, v| c.settings.queue.submit_stall_ms = v * SECOND },
                "30",
                "An upload that sends nothing for this long is stopped and sent again; it was not charged.",
            ),
        ],
    },
    Section {
        name: "poll",
        doc: "Polling the state of running tasks. It is free.",
        options: &[
            opt(
                "every_seconds",
                Kind::Whole { least: 1, most: 3600, set: |c, v| c.settings.poll.every_ms = v * SECOND },
                "10",
                "The shortest time between two polls of one task.",
            ),
            opt(
                "budget_per_second",
                Kind::Decimal { least: 0.1, most: 100.0, set: |c, v| c.settings.poll.budget_per_second = v },
                "5",
                "Polls per second for the whole account; machines that share a store divide them among each other.",
            ),
        ],
    },
    Section {
        name: "queue",
        doc: "Sending.",
        options: &[
            opt(
                "undo_send_seconds",
                Kind::Whole { least: 0, most: 3600, set: |c, v| c.settings.queue.undo_ms = v * SECOND },
                "3",
                "How long a confirmed task waits before it is sent; `u` takes it back free.",
            ),
            opt(
                "start_paused",
                Kind::Flag(|c, v| c.settings.queue.start_paused = v),
                "false",
                "Whether the program starts with sending paused.",
            ),
            opt(
                "stop_after_failures",
                Kind::Whole { least: 0, most: 1000, set: |c, v| c.settings.queue.stop_after_failures = small(v) },
                "3",
                "After this many tasks in a row fail for the same cause, all sending stops; 0 for never.",
            ),
        ],
    },
    Section {
        name: "retry",
        doc: "Automatic retries. Only what is proven not charged is ever sent again without asking.",
        options: &[
            opt(
                "auto",
                Kind::Classes { allowed: &RetrySettings::ALLOWED, set: |c, v| c.settings.retry.auto = v },
                "[]",
                "Kinds of failure that are retried automatically, if the service proves that nothing was charged.",
            ),
            opt(
                "max",
                Kind::Whole { least: 0, most: 10, set: |c, v| c.settings.retry.max = small(v) },
                "2",
                "How many automatic attempts in a row follow one of yours.",
            ),
            opt(
                "pause_seconds",
                Kind::Whole { least: 1, most: 86_400, set: |c, v| c.settings.retry.pause_ms = v * SECOND },
                "30",
                "How long to wait before each.",
            ),
        ],
    },
    Section {
        name: "notify",
        doc: "Notices when something is done.",
        options: &[
            opt("bell", Kind::Flag(|c, v| c.settings.notify.bell = v), "true", "Ring the terminal's bell."),
            opt(
                "osc9",
                Kind::Flag(|c, v| c.settings.notify.osc = v),
                "true",
                "Send OSC 9 and OSC 777 notices, which many terminals show on the desktop, over SSH too, and how far the work is\n\
                 (OSC 9;4).",
            ),
            unset(
                "command",
                Kind::Text { check: check::filled, set: |c, v| c.hook = Some(v) },
                "\"notify-send \\\"#$REELTOP_KEY $REELTOP_STATE\\\"\"",
                "A command to run, by sh, for each task that is saved, refused, has failed or is unknown; after a\nminute it is ended. The facts are in its environment: REELTOP_KEY, REELTOP_STATE, REELTOP_MODEL,\nREELTOP_PROMPT, REELTOP_TASK_ID, REELTOP_PATH, REELTOP_ERROR.",
            ),
        ],
    },
    Section {
        name: "callback",
        doc: "Callbacks from the service instead of polling. Both must be set; polling continues, but less often.",
        options: &[
            unset(
                "listen",
                Kind::Text { check: check::socket, set: |c, v| c.settings.callback.listen = v.parse().ok() },
                "\"127.0.0.1:8303\"",
                "Where to receive the service's posts: an address and port of this machine.",
            ),
            unset(
                "public_url",
                Kind::Text { check: check::address, set: |c, v| c.settings.callback.public_url = Some(v) },
                "\"https://example.net/reeltop\"",
                "The URL at which the service reaches that port from outside. Each task gets a secret path under it.\n\
                 `reeltop man` has recipes; `reeltop doctor` tries it.",
            ),
        ],
    },
    Section {
        name: "ui",
        doc: "The screen.",
        options: &[
            opt(
                "theme",
                Kind::Text { check: check::name, set: |c, v| c.settings.ui.theme = v },
                "\"dark\"",
                "dark, light, contrast, mono, or one of your own, below. COLORTERM and TERM say how many colours there are;\n\
                 NO_COLOR is always honoured.",
            ),
            opt(
                "ascii",
                Kind::Flag(|c, v| c.settings.ui.ascii = v),
                "false",
                "ASCII signs and borders only, for terminals and fonts that cannot show the others. If not set,\n\
                 it is on in a locale that is not UTF-8.",
            ),
            opt(
                "mouse",
                Kind::Flag(|c, v| c.settings.ui.mouse = v),
                "false",
                "A click chooses, the wheel scrolls; a click never pays. Selecting text with the mouse then\n\
                 needs Shift in most terminals.",
            ),
            opt(
                "side_by_side",
                Kind::Word {
                    words: &SideBySide::WORDS,
                    set: |c, v| c.settings.ui.side_by_side = SideBySide::from_id(&v).unwrap_or_default(),
                },
                "\"auto\"",
                "Whether table, detail and compose are side by side; auto does so from a width of 200 cells. Below\n\
                 the table's full width a scroll costs more bytes.",
            ),
            opt(
                "ambiguous_width",
                Kind::Whole {
                    least: 1,
                    most: 2,
                    set: |c, v| c.settings.ui.ambiguous_width = if v == 2 { 2 } else { 1 },
                },
                "1",
                "The width in cells of signs such as “ ” — in your terminal: 2 where it is set up so for Chinese.",
            ),
            opt(
                "frame_ms",
                Kind::Whole { least: 16, most: 1000, set: |c, v| c.settings.ui.frame_ms = v },
                "50",
                "The shortest time between two frames caused by the service. Keys are shown at once.",
            ),
            opt(
                "reduced_motion",
                Kind::Flag(|c, v| c.settings.ui.reduced_motion = v),
                "false",
                "Nothing moves on the screen more than once a minute, except for your keys.",
            ),
            opt(
                "language",
                Kind::Word { words: &Lang::WORDS, set: |c, v| c.settings.ui.language = Lang::from_id(&v) },
                "\"auto\"",
                "The language: en (English), zh (Simplified Chinese), or auto, which follows the locale.",
            ),
            opt(
                "pictures",
                Kind::Word {
                    words: &Pictures::WORDS,
                    set: |c, v| c.settings.ui.pictures = Pictures::from_id(&v).unwrap_or_default(),
                },
                "\"auto\"",
                "How first frames and videos are shown: blocks (half blocks, in any terminal), kitty (in tmux too, with its\n\
                 allow-passthrough), iterm2, sixel, off, or auto, which takes what the terminal says it can do.",
            ),
            opt(
                "picture_bytes",
                Kind::Whole {
                    least: 1_000,
                    most: 1_000_000,
                    set: |c, v| c.settings.ui.picture_bytes = small(v) as usize,
                },
                "20000",
                "About the most bytes that one picture takes on the line; `+` shows it sharper, for four times as many.",
            ),
        ],
    },
];
