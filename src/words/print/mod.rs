//! What the command line prints for people: pure functions from tasks and money to text. Columns are measured in cells,
//! so that Chinese stands straight; text from outside is made harmless first.

mod audit;
mod cost;
mod detail;
mod layout;
mod prices;
mod refunds;
mod runs;
pub mod who;

pub use audit::{adds_up, audit_json, audit_text, day, difference, not_audited};
pub use cost::{cost_csv, cost_json, cost_sums, cost_text, day_note, raise_line};
pub use detail::detail;
pub use prices::{Price, prices, prices_json};
pub use refunds::{refunds, refunds_json, to_ask_for};
pub use runs::{ends_note, runs_text};

use crate::{amounts, facts, names, tr};
use domain::{
    amount::Amount,
    problem::Charged,
    task::{Task, TaskState},
    text,
    time::{Now, Wall},
};
use engine::{news::PassedOver, settings::Settings};
use layout::{Cell, Column, FAINT, Table};

/// The most cells of a prompt in a table on a terminal; `show` and `--json` have it whole, and so has a table in a
/// file.
pub const PROMPT: usize = 60;

fn columns() -> [Column; 9] {
    [
        Column::right(tr!("KEY")),
        Column::left(tr!("STATE")),
        Column::left(tr!("MODEL")),
        Column::left(tr!("RES")),
        Column::right(tr!("SEC")),
        Column::right(tr!("COST")),
        Column::right(tr!("CREATED")),
        Column::left(tr!("NOTE")),
        Column::left(tr!("PROMPT")),
    ]
}

/// A task, and why it is passed over on this machine, if it is.
pub type Listed<'a> = (&'a Task, Option<PassedOver>);

/// Tasks as an aligned table, in the order given; a prompt in at most so many cells. Nothing at all for no tasks.
#[must_use]
pub fn task_table(tasks: &[Listed<'_>], settings: &Settings, now: Now, color: bool, prompt: usize) -> String {
    let mut table = TaskTable::new(settings, now, color, prompt);
    let parts: String = tasks.iter().filter_map(|task| table.add(*task)).collect();
    parts + &table.rest()
}

/// Such a table made as the tasks come: a part is laid out once it has enough rows, so that a million need no memory. A
/// column that must grow does so from there on.
pub struct TaskTable<'a> {
    settings: &'a Settings,
    now: Now,
    prompt: usize,
    table: Table<9>,
    rows: Vec<Vec<Cell>>,
}

impl<'a> TaskTable<'a> {
    /// Rows that are laid out together.
    const PART: usize = 1_000;

    /// An empty one.
    #[must_use]
    pub const fn new(settings: &'a Settings, now: Now, color: bool, prompt: usize) -> Self {
        Self { settings, now, prompt, table: Table::new(color), rows: Vec::new() }
    }

    /// One more task; gives the lines that are ready by it.
    pub fn add(&mut self, task: Listed<'_>) -> Option<String> {
        self.rows.push(task_row(task, self.settings, self.now, self.prompt));
        (self.rows.len() == Self::PART).then(|| self.rest())
    }

    /// The lines of the tasks that are not laid out yet; none where there are none.
    pub fn rest(&mut self) -> String {
        if self.rows.is_empty() { String::new() } else { self.table.part(&columns(), &std::mem::take(&mut self.rows)) }
    }
}

fn task_row((task, passed): Listed<'_>, settings: &Settings, now: Now, most: usize) -> Vec<Cell> {
    let request = &task.request;
    let model = settings.catalogue.spec(&request.model).map_or(request.model.as_str(), |spec| spec.short.as_str());
    let prompt = text::gist(names::prompt(&request.prompt));
    let [model, resolution, seconds] = if request.is_known() {
        [model.to_owned(), request.resolution.clone(), request.duration.to_string()]
    } else {
        [tr!("elsewhere"), "-", "-"].map(str::to_owned)
    };
    vec![
        Cell::plain(task.key.to_string()),
        Cell::inked(state_words(task.state()), state_ink(task.state())),
        Cell::plain(model),
        Cell::plain(resolution),
        Cell::plain(seconds),
        cost(task),
        Cell::plain(amounts::ago(now.wall.since(task.created_at))),
        Cell::plain(note(task, passed, settings, now.wall)),
        Cell::plain(text::cut(&prompt, most, settings.ui.ascii).0),
    ]
}

/// What the task costs, as the dashboard shows it: what would be paid while it waits, nothing where it was not charged.
fn cost(task: &Task) -> Cell {
    match task.charged() {
        Charged::Yes | Charged::Unknown if !task.request.is_known() => Cell::inked("-", FAINT),
        Charged::Yes => Cell::plain(task.spent().to_string()),
        Charged::Unknown => Cell::plain(format!("{}?", task.spent())),
        Charged::No if task.state() == TaskState::Queued => Cell::inked(task.money().to_string(), FAINT),
        Charged::No if task.spent().amount == Amount::ZERO => Cell::inked("0", FAINT),
        Charged::No => Cell::plain(task.spent().to_string()),
    }
}

/// What stands behind the state: the service's own word for it, the kind of failure, or what it waits for.
fn note(task: &Task, passed: Option<PassedOver>, settings: &Settings, now: Wall) -> String {
    let is_watched = task.claim.as_ref().is_some_and(|claim| claim.until > now);
    let is_served = task.profile == settings.profile.name || settings.others.contains_key(&task.profile);
    if task.state().is_live() && task.state() != TaskState::Sending && !is_watched && !is_served {
        return facts::lacks_key_in_short(&task.profile);
    }
    match (task.error_or_trouble(), passed) {
        (_, Some(why)) => facts::passed_over_in_short(task.who.as_deref().unwrap_or_default(), why),
        (Some(error), None) => names::class(error.class).into(),
        (None, None) if task.state() == TaskState::Running => text::harmless_line(task.status()).into_owned(),
        (None, None) => String::new(),
    }
}

/// A task that has just changed, in one line: `#12 failed: prompt refused (1026): …`, `#13 saved: /path`.
#[must_use]
pub fn change_line(task: &Task, color: bool) -> String {
    let state = Cell::inked(names::state(task.state()), state_ink(task.state())).drawn(color);
    let about = match (task.error_or_trouble(), task.saved()) {
        (Some(error), _) => facts::failure(error, &crate::voice::Voice::default()),
        (None, Some(saved)) if task.state() == TaskState::Saved => saved.known_path().unwrap_or_default().into(),
        (None, None) if task.state() == TaskState::Running => task.status().into(),
        (None, _) => String::new(),
    };
    let colon = if about.is_empty() { "" } else { tr!(": ") };
    format!("{} {state}{colon}{}", task.key, text::harmless_line(&about))
}

/// Sign and word, as on the screen; the signs are those of ASCII, so that no file and no log minds them.
fn state_words(state: TaskState) -> String {
    format!("{} {}", state.ascii_sign(), names::state(state))
}

/// The colour of a state as a terminal's attribute (SGR); a state is never told by it alone.
const fn state_ink(state: TaskState) -> &'static str {
    match state {
        TaskState::Queued => "",
        TaskState::Sending | TaskState::Running => "36",
        TaskState::Unknown => "1;33",
        TaskState::Ready | TaskState::Saving => "33",
        TaskState::Saved => "32",
        TaskState::Failed | TaskState::Refused => "91",
        TaskState::Cancelled => FAINT,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
pub(crate) mod tests {
    use super::*;
    use crate::lang;
    use domain::{
        catalogue::Catalogue,
        problem::ErrorClass,
        reason::Reason,
        request::Request,
        task::{FileId, Phase, RemoteId, SavedFile, TaskKey},
        time::{Mono, Wall},
    };
    use engine::testing::request;

    /// 2026-11-22T18:30:00Z, seen from Shanghai.
    pub(crate) const NOW: Now =
        Now { mono: Mono(0), wall: Wall(1_795_372_200_000), zone: domain::time::Zone::east(8 * 3600) };

    pub(crate) fn task(key: u32, prompt: &str, phase: Phase) -> Task {
        Task {
            remote: Some(RemoteId("106916112212032".into())),
            created_at: Wall(NOW.wall.0 - 300_000),
            sent_at: Some(Wall(NOW.wall.0 - 290_000)),
            batch: TaskKey(12),
            ..domain::testing::plain(key, Request { prompt: prompt.into(), ..request() }, phase)
        }
    }

    pub(crate) fn refused() -> Phase {
        Phase::Failed {
            error: domain::problem::TaskError {
                code: "1026".into(),
                class: ErrorClass::PromptSensitive,
                reason: Reason::said("the prompt was judged sensitive\u{1b}[31m", "", "Edit the prompt"),
                charged: Charged::No,
            },
        }
    }

    pub(crate) fn saved() -> Phase {
        Phase::Saved {
            file: FileId("176844028768320".into()),
            saved: SavedFile {
                host: None,
                path: "/videos/13-猫.mp4".into(),
                bytes: 12_449_000,
                sha256: "ab".repeat(32),
                sides: Some((1366, 768)),
                length_ms: Some(5_875),
            },
        }
    }

    pub(crate) fn settings() -> Settings {
        Settings { catalogue: Catalogue::builtin(), ..Settings::default() }
    }

    fn drawn(tasks: &[Task], color: bool) -> String {
        task_table(&tasks.iter().map(|task| (task, None)).collect::<Vec<_>>(), &settings(), NOW, color, PROMPT)
    }

    #[test]
    fn tasks_stand_in_straight_columns_with_chinese_prompts_too() {
        let running =
            Phase::Running { status: "Processing".into(), next_poll: NOW.wall, polls: 1, misses: 0, trouble: None };
        let tasks = [
            task(9, "雨夜的东京\n霓虹灯", running),
            task(12, "a cat", refused()),
            task(130, &"很长".repeat(40), saved()),
        ];
        let long = "很长".repeat(14);
        let expected = format!(
            " KEY  STATE      MODEL  RES   SEC     COST    CREATED  NOTE            PROMPT
  #9  > running  H-02   768P    6  0.5 PTC  5 min ago  Processing      雨夜的东京 霓虹灯
 #12  x failed   H-02   768P    6        0  5 min ago  prompt refused  a cat
#130  + saved    H-02   768P    6  0.5 PTC  5 min ago                  {long}很…
"
        );
        assert_eq!(drawn(&tasks, false), expected);
        assert_eq!(drawn(&[], false), "");
    }

    #[test]
    fn what_waits_for_another_machine_says_so() {
        let queued = Phase::Queued { not_before: NOW.wall, put_back: None };
        let one = Task { who: Some("ann".into()), ..task(9, "a cat", queued) };
        let table = task_table(&[(&one, Some(PassedOver::Picture))], &settings(), NOW, false, PROMPT);
        assert!(table.contains("waits for ann's machine"), "{table}");
        let said = serde_json::json!(crate::json::task(&one).passed_over(&one, PassedOver::Picture));
        let message = "its picture is not on this machine: ann's sends it";
        let trouble = serde_json::json!({ "code": "elsewhere", "class": "file", "message": message, "since": null });
        assert_eq!(said["trouble"], trouble);
    }

    #[test]
    fn a_chinese_table_stands_straight_too() {
        let running =
            Phase::Running { status: "Processing".into(), next_poll: NOW.wall, polls: 1, misses: 0, trouble: None };
        let tasks = [task(9, "雨夜的东京", running), task(12, "a cat", refused()), task(130, "b", saved())];
        let table = lang::within(lang::Lang::Zh, || drawn(&tasks, false));
        let lines: Vec<&str> = table.lines().collect();
        let at = |line: &str, text: &str| text::width(&line[..line.find(text).unwrap()]);
        assert!(lines[0].starts_with("编号  状态"), "{table}");
        let prompts = [("提示词", 0), ("雨夜", 1), ("a cat", 2)].map(|(text, line)| at(lines[line], text));
        assert_eq!(prompts, [prompts[0]; 3], "{table}");
        let models = [("模型", 0), ("H-02", 1), ("H-02", 2)].map(|(text, line)| at(lines[line], text));
        assert_eq!(models, [models[0]; 3], "{table}");
    }

    #[test]
    fn colours_change_nothing_but_the_colour() {
        let tasks = [task(12, "a cat", refused()), task(13, "a dog", saved())];
        let inked = drawn(&tasks, true);
        assert!(inked.contains("\u{1b}[91mx failed\u{1b}[0m"), "{inked:?}");
        let mut bare = inked.clone();
        for code in ["\u{1b}[91m", "\u{1b}[32m", "\u{1b}[2m", "\u{1b}[1m", "\u{1b}[0m"] {
            bare = bare.replace(code, "");
        }
        assert_eq!(bare, drawn(&tasks, false));
    }

    #[test]
    fn a_change_is_told_in_one_harmless_line() {
        assert_eq!(change_line(&task(13, "", saved()), false), "#13 saved: /videos/13-猫.mp4");
        assert_eq!(
            change_line(&task(12, "", refused()), false),
            "#12 failed: prompt refused (1026): the prompt was judged sensitive?[31m"
        );
        let queued = Phase::Queued { not_before: NOW.wall, put_back: None };
        assert_eq!(change_line(&task(14, "", queued), false), "#14 queued");
    }

    #[test]
    fn a_long_list_is_laid_out_in_parts_with_one_line_of_titles() {
        let task = task(1, "a cat", Phase::Queued { not_before: NOW.wall, put_back: None });
        let settings = settings();
        let mut table = TaskTable::new(&settings, NOW, false, PROMPT);
        let parts: Vec<String> = (0..2_500).filter_map(|_| table.add((&task, None))).collect();
        let all = parts.concat() + &table.rest();
        assert_eq!((parts.len(), all.lines().count()), (2, 2_501));
        let lines: std::collections::BTreeSet<&str> = all.lines().collect();
        assert_eq!(lines.len(), 2, "the titles, and one line again and again");
        assert_eq!(table.rest(), "");
    }
}
