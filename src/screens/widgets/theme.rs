//! Colours and signs as data. The themes there are use the sixteen named colours only, so that a terminal's own palette
//! keeps them readable; nothing is told by colour alone.

use domain::task::TaskState;
use engine::{
    effect::Level,
    settings::{
        UiSettings,
        paint::{Coat, Depth, Paint, ROLES},
    },
};
use ratatui::style::{Color, Modifier, Style};

/// The style of everything that is drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Theme {
    /// Its name in `ui.theme`.
    name: &'static str,
    /// The style of each state, in the order of `TaskState::ALL`.
    states: [Style; TaskState::COUNT],
    /// What matters less.
    pub(crate) faint: Style,
    /// What is looked for first.
    pub(crate) strong: Style,
    /// Titles of panes and columns.
    pub(crate) title: Style,
    /// The title of the pane that has the keys, the chosen line of a menu.
    pub(crate) chosen: Style,
    /// Keys in footer, help and hints.
    pub(crate) key: Style,
    /// It went well.
    pub(crate) good: Style,
    /// Worth a look.
    pub(crate) warn: Style,
    /// It did not work.
    pub(crate) bad: Style,
    /// Banners: it must not be overlooked.
    pub(crate) loud: Style,
    /// A part of a text that was added.
    pub(crate) added: Style,
    /// A part of a text that was taken out.
    pub(crate) removed: Style,
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

/// Nothing dim, and what matters in bold or reversed: for tired eyes and bad screens, dark and light.
const CONTRAST: Theme = Theme {
    name: "contrast",
    states: [
        PLAIN,
        bold(PLAIN),
        bold(REVERSED),
        PLAIN,
        bold(PLAIN),
        PLAIN,
        PLAIN,
        bold(ink(Color::LightRed)),
        bold(ink(Color::LightRed)),
        PLAIN,
    ],
    faint: PLAIN,
    strong: bold(PLAIN),
    title: Style::new().add_modifier(Modifier::UNDERLINED),
    chosen: bold(REVERSED),
    key: bold(PLAIN),
    good: bold(PLAIN),
    warn: bold(PLAIN),
    bad: bold(ink(Color::LightRed)),
    loud: bold(REVERSED),
    added: Style::new().add_modifier(Modifier::UNDERLINED).add_modifier(Modifier::BOLD),
    removed: Style::new().add_modifier(Modifier::CROSSED_OUT),
};

static THEMES: [Theme; 4] = [DARK, LIGHT, CONTRAST, MONO];

/// A coat as a style, in colours that the terminal shows.
fn style(coat: &Coat, depth: Depth) -> Style {
    let mut style = Style { fg: coat.ink.map(|ink| color(ink.at(depth))), ..Style::new() };
    style.bg = coat.paper.map(|paper| color(paper.at(depth)));
    for (on, modifier) in [
        (coat.bold, Modifier::BOLD),
        (coat.dim, Modifier::DIM),
        (coat.underlined, Modifier::UNDERLINED),
        (coat.reversed, Modifier::REVERSED),
    ] {
        if on {
            style = style.add_modifier(modifier);
        }
    }
    style
}

/// The colours that a terminal knows by their names, by number.
pub(crate) const NAMED: [Color; 16] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];

const fn color(paint: Paint) -> Color {
    match paint {
        Paint::Default => Color::Reset,
        Paint::Named(n) if n < 16 => NAMED[n as usize],
        Paint::Named(n) | Paint::Indexed(n) => Color::Indexed(n),
        Paint::Rgb(r, g, b) => Color::Rgb(r, g, b),
    }
}

impl Theme {
    /// As the settings say, in the colours that the terminal shows. An unknown theme is the dark one (the config
    /// reports it).
    fn of(settings: &UiSettings) -> Self {
        if settings.depth == Depth::None {
            return MONO;
        }
        let named = |name: &str| THEMES.iter().find(|theme| theme.name == name).copied().unwrap_or(DARK);
        let Some(own) = settings.themes.get(&settings.theme) else { return named(&settings.theme) };
        let mut theme = named(&own.base);
        let Self { states, faint, strong, title, chosen, key, good, warn, bad, loud, added, removed, .. } = &mut theme;
        let parts = [faint, strong, title, chosen, key, good, warn, bad, loud, added, removed];
        // In the order of `ROLES`.
        for (place, role) in states.iter_mut().chain(parts).zip(ROLES) {
            if let Some(coat) = own.roles.get(role) {
                *place = style(coat, settings.depth);
            }
        }
        theme
    }

    /// The style of a state.
    pub(crate) fn state(&self, state: TaskState) -> Style {
        self.states[state as usize]
    }

    /// The style of a message.
    pub(crate) const fn level(&self, level: Level) -> Style {
        match level {
            Level::Info => self.good,
            Level::Warning => self.warn,
            Level::Error => self.bad,
        }
    }
}

/// A sign of the screen that is no state's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    Cursor,
    Mark,
    Again,
    Cut,
    Up,
    Down,
    More,
    MaybePaid,
    Pays,
}

/// The characters that are drawn besides words.
#[derive(Debug)]
pub(crate) struct Signs {
    /// Whether only ASCII is drawn.
    pub(crate) ascii: bool,
    /// In front of the task under the cursor.
    pub(crate) cursor: &'static str,
    /// In front of a marked task.
    pub(crate) mark: &'static str,
    /// At the end of a text that was cut.
    pub(crate) cut: &'static str,
    /// A line across.
    pub(crate) across: &'static str,
    /// A line down.
    pub(crate) down: &'static str,
    /// Top left, top right, bottom left, bottom right.
    pub(crate) corners: [&'static str; 4],
    /// Between two facts of a line.
    pub(crate) dot: &'static str,
    /// On an attempt that a later one repeats.
    pub(crate) again: &'static str,
    /// On the column that the table is sorted by: upwards, downwards.
    pub(crate) sorted: [&'static str; 2],
    /// From the old to the new.
    pub(crate) to: &'static str,
    /// On both sides of a value that is chosen, not typed.
    pub(crate) choice: [&'static str; 2],
    /// Behind a key that pays. The same in both sets: it must be known at first sight.
    pub(crate) pays: &'static str,
    /// In front of a problem: info, warning, error.
    levels: [&'static str; 3],
    /// There is more below, above.
    pub(crate) more: [&'static str; 2],
    /// On a batch whose tasks are folded away, and on one whose tasks are shown.
    pub(crate) fold: [&'static str; 2],
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
        pays: "$",
        levels: ["✓", "!", "✗"],
        more: ["▼", "▲"],
        fold: ["▸", "▾"],
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
        pays: "$",
        levels: ["i", "!", "x"],
        more: ["v", "^"],
        fold: ["+", "-"],
    },
];

impl Signs {
    /// The sign of a state.
    pub(crate) const fn state(&self, state: TaskState) -> &'static str {
        if self.ascii { state.ascii_sign() } else { state.sign() }
    }

    /// A sign that help explains.
    pub(crate) const fn explained(&self, sign: Sign) -> &'static str {
        match sign {
            Sign::Cursor => self.cursor,
            Sign::Mark => self.mark,
            Sign::Again => self.again,
            Sign::Cut => self.cut,
            Sign::Up => self.sorted[0],
            Sign::Down => self.sorted[1],
            Sign::More => self.more[0],
            Sign::MaybePaid => "0.5?",
            Sign::Pays => self.pays,
        }
    }

    /// The sign of a message.
    pub(crate) const fn level(&self, level: Level) -> &'static str {
        self.levels[level as usize]
    }
}

/// Theme and signs, as they were set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    /// Colours.
    pub(crate) theme: Theme,
    /// Characters.
    pub(crate) signs: &'static Signs,
}

impl Look {
    /// As the settings say.
    pub(crate) fn of(settings: &UiSettings) -> Self {
        Self {
            theme: Theme::of(settings),
            // The others are two cells wide where such signs are, and lines and columns are made of single cells.
            signs: &SIGNS[usize::from(settings.ascii || settings.ambiguous_width == 2)],
        }
    }
}
