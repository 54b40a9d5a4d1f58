//! Colours and signs as data. Only the sixteen named colours, so that a terminal's own palette keeps every theme
//! readable; nothing is told by colour alone.

use crate::{
    domain::task::TaskState,
    logic::{effect::Level, settings::UiSettings},
};
use ratatui::style::{Color, Modifier, Style};

/// The style of everything that is drawn.
#[derive(Debug)]
pub(super) struct Theme {
    /// Its name in `ui.theme`.
    name: &'static str,
    /// By state, in the order of `TaskState::ALL`.
    states: [Style; 10],
    /// What matters less.
    pub(super) faint: Style,
    /// What is looked for first.
    pub(super) strong: Style,
    /// Titles of panes and columns.
    pub(super) title: Style,
    /// The title of the pane that has the keys, the chosen line of a menu.
    pub(super) chosen: Style,
    /// Keys in footer, help and hints.
    pub(super) key: Style,
    /// It went well.
    pub(super) good: Style,
    /// Worth a look.
    pub(super) warn: Style,
    /// It did not work.
    pub(super) bad: Style,
    /// Banners: it must not be overlooked.
    pub(super) loud: Style,
    /// A part of a text that was added.
    pub(super) added: Style,
    /// A part of a text that was taken out.
    pub(super) removed: Style,
}

const PLAIN: Style = Style::new();

const fn ink(color: Color) -> Style {
    Style::new().fg(color)
}

const fn bold(style: Style) -> Style {
    style.add_modifier(Modifier::BOLD)
}

const fn dim(style: Style) -> Style {
    style.add_modifier(Modifier::DIM)
}

const REVERSED: Style = Style::new().add_modifier(Modifier::REVERSED);

const DARK: Theme = Theme {
    name: "dark",
    states: [
        PLAIN,
        ink(Color::Cyan),
        bold(Style::new().fg(Color::Black).bg(Color::Yellow)),
        ink(Color::Cyan),
        ink(Color::Yellow),
        ink(Color::Yellow),
        ink(Color::Green),
        ink(Color::LightRed),
        ink(Color::LightRed),
        dim(PLAIN),
    ],
    faint: dim(PLAIN),
    strong: bold(PLAIN),
    title: dim(PLAIN),
    chosen: bold(ink(Color::Cyan)),
    key: bold(PLAIN),
    good: ink(Color::Green),
    warn: ink(Color::Yellow),
    bad: ink(Color::LightRed),
    loud: bold(Style::new().fg(Color::Black).bg(Color::Yellow)),
    added: ink(Color::Green),
    removed: ink(Color::LightRed),
};

const LIGHT: Theme = Theme {
    name: "light",
    states: [
        PLAIN,
        ink(Color::Blue),
        bold(Style::new().fg(Color::White).bg(Color::Red)),
        ink(Color::Blue),
        ink(Color::Magenta),
        ink(Color::Magenta),
        ink(Color::Green),
        ink(Color::Red),
        ink(Color::Red),
        dim(PLAIN),
    ],
    faint: dim(PLAIN),
    strong: bold(PLAIN),
    title: dim(PLAIN),
    chosen: bold(ink(Color::Blue)),
    key: bold(PLAIN),
    good: ink(Color::Green),
    warn: ink(Color::Magenta),
    bad: ink(Color::Red),
    loud: bold(Style::new().fg(Color::White).bg(Color::Red)),
    added: ink(Color::Green),
    removed: ink(Color::Red),
};

const MONO: Theme = Theme {
    name: "mono",
    states: [PLAIN, PLAIN, bold(REVERSED), PLAIN, bold(PLAIN), PLAIN, PLAIN, bold(PLAIN), bold(PLAIN), dim(PLAIN)],
    faint: dim(PLAIN),
    strong: bold(PLAIN),
    title: dim(PLAIN),
    chosen: bold(PLAIN),
    key: bold(PLAIN),
    good: PLAIN,
    warn: bold(PLAIN),
    bad: bold(PLAIN),
    loud: bold(REVERSED),
    added: Style::new().add_modifier(Modifier::UNDERLINED),
    removed: dim(PLAIN),
};

static THEMES: [Theme; 3] = [DARK, LIGHT, MONO];

impl Theme {
    /// The style of a state.
    pub(super) fn state(&self, state: TaskState) -> Style {
        self.states[state as usize]
    }

    /// The style of a message.
    pub(super) const fn level(&self, level: Level) -> Style {
        match level {
            Level::Info => self.good,
            Level::Warning => self.warn,
            Level::Error => self.bad,
        }
    }
}

/// The characters that are drawn besides words.
#[derive(Debug)]
pub(super) struct Signs {
    /// Whether only ASCII is drawn.
    pub(super) ascii: bool,
    /// In front of the task under the cursor.
    pub(super) cursor: &'static str,
    /// In front of a marked task.
    pub(super) mark: &'static str,
    /// At the end of a text that was cut.
    pub(super) cut: &'static str,
    /// A line across.
    pub(super) across: &'static str,
    /// A line down.
    pub(super) down: &'static str,
    /// Top left, top right, bottom left, bottom right.
    pub(super) corners: [&'static str; 4],
    /// Between two facts of a line.
    pub(super) dot: &'static str,
    /// On an attempt that a later one repeats.
    pub(super) again: &'static str,
    /// On the column that the table is sorted by: upwards, downwards.
    pub(super) sorted: [&'static str; 2],
    /// From the old to the new.
    pub(super) to: &'static str,
    /// On both sides of a value that is chosen, not typed.
    pub(super) choice: [&'static str; 2],
    /// In front of a problem: info, warning, error.
    levels: [&'static str; 3],
    /// There is more below, above.
    pub(super) more: [&'static str; 2],
}

static SIGNS: [Signs; 2] = [
    Signs {
        ascii: false,
        cursor: "▌",
        mark: "●",
        cut: "…",
        across: "─",
        down: "│",
        corners: ["┌", "┐", "└", "┘"],
        dot: "·",
        again: "↻",
        sorted: ["▴", "▾"],
        to: "→",
        choice: ["‹", "›"],
        levels: ["✓", "!", "✗"],
        more: ["▼", "▲"],
    },
    Signs {
        ascii: true,
        cursor: ">",
        mark: "*",
        cut: "..",
        across: "-",
        down: "|",
        corners: ["+", "+", "+", "+"],
        dot: "-",
        again: "@",
        sorted: ["^", "v"],
        to: "->",
        choice: ["<", ">"],
        levels: ["i", "!", "x"],
        more: ["v", "^"],
    },
];

impl Signs {
    /// The sign of a state.
    pub(super) const fn state(&self, state: TaskState) -> &'static str {
        if self.ascii { state.ascii_sign() } else { state.sign() }
    }

    /// The sign of a message.
    pub(super) const fn level(&self, level: Level) -> &'static str {
        self.levels[level as usize]
    }
}

/// Theme and signs, as they were set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    /// Colours.
    pub(super) theme: &'static Theme,
    /// Characters.
    pub(super) signs: &'static Signs,
}

impl Look {
    /// As the settings say; an unknown theme is the dark one (the config reports it).
    pub(super) fn of(settings: &UiSettings) -> Self {
        Self {
            theme: THEMES.iter().find(|theme| theme.name == settings.theme).unwrap_or(&THEMES[0]),
            // The others are two cells wide where such signs are, and lines and columns are made of single cells.
            signs: &SIGNS[usize::from(settings.ascii || settings.ambiguous_width == 2)],
        }
    }
}
