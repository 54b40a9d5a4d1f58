//! How the terminal shows pictures: it is asked once its first screen stands, and nothing waits for the answer, which
//! comes among the keys. Only questions go out that every terminal reads or skips as a control sequence: its name
//! (XTVERSION), a cell's size in pixels, and its attributes (DA1), which come last and end the answer. kitty's own
//! question is a string that some print, so it goes only through tmux, to a terminal that tmux knows to be one of
//! those.

use engine::settings::Pictures;
use pictures::protocol::through_tmux;
use screens::msg::{Inside, Terminal};
use std::time::{Duration, Instant};

/// The questions: XTVERSION, `CSI 16 t`, DA1.
const QUESTIONS: &[u8] = b"\x1b[>q\x1b[16t\x1b[c";
/// kitty's question whether it shows pictures, with one of a pixel (its documentation, "Querying support").
const KITTY_ASKS: &[u8] = b"\x1b_Gi=4242,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\";
const KITTY_SAYS: &[u8] = b"\x1b_Gi=4242;OK";
/// How long an answer may be on its way.
const DUE: Duration = Duration::from_secs(2);
/// Which version of kitty brought the placeholders.
const KITTY_FROM: (u32, u32) = (0, 28);

/// What is known and what was asked.
#[derive(Debug)]
pub(crate) struct Graphics {
    terminal: Terminal,
    /// When it was asked, until it has answered.
    asked: Option<Instant>,
    name: String,
}

/// What an answer leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// All is known that will be.
    Known(Terminal),
    /// tmux is to be asked which terminal it runs in.
    AskTmux,
}

impl Graphics {
    /// Knows at first what the environment says.
    #[must_use]
    pub(crate) fn new(set: impl Fn(&str) -> Option<String>) -> Self {
        let inside = match (set("TMUX"), set("STY")) {
            (Some(_), _) => Inside::Tmux,
            (None, Some(_)) => Inside::Screen,
            (None, None) => Inside::Nothing,
        };
        // Over SSH there is the type alone, and of some the second.
        let names = ["TERM", "LC_TERMINAL", "TERM_PROGRAM"].map(|name| set(name).unwrap_or_default());
        let terminal = Terminal { name: names.join("/"), inside, ..Terminal::default() };
        Self { terminal, asked: None, name: String::new() }
    }

    /// What is known now.
    #[must_use]
    pub(crate) const fn terminal(&self) -> &Terminal {
        &self.terminal
    }

    /// The screen's size in cells and pixels, as the operating system knows it; the pixels may be 0. Tells whether that
    /// is news.
    pub(crate) fn sized(&mut self, (columns, rows): (u16, u16), (width, height): (u16, u16)) -> bool {
        let cell = (width.checked_div(columns).unwrap_or(0), height.checked_div(rows).unwrap_or(0));
        let before = self.terminal.cell;
        self.terminal.cell = Some(cell).filter(|cell| cell.0 > 0 && cell.1 > 0).or(before);
        self.terminal.cell != before
    }

    /// Whether there is anything to be asked, where that way is set.
    #[must_use]
    pub(crate) const fn is_to_be_asked(&self, set: Pictures) -> bool {
        let asks = !matches!(set, Pictures::Off | Pictures::Blocks) && !matches!(self.terminal.inside, Inside::Screen);
        pictures::AVAILABLE && asks
    }

    /// The questions go out now.
    pub(crate) fn asks(&mut self, now: Instant) -> &'static [u8] {
        self.asked = Some(now);
        QUESTIONS
    }

    /// Whether an answer may still be on its way.
    #[must_use]
    pub(crate) fn waits(&self, now: Instant) -> bool {
        self.asked.is_some_and(|at| now.saturating_duration_since(at) < DUE)
    }

    /// An answer has come, to this or to another question.
    pub(crate) fn answered(&mut self, answer: &[u8]) -> Option<Next> {
        self.asked?;
        if let Some(name) = answer.strip_prefix(b"\x1bP>|") {
            self.name = String::from_utf8_lossy(name).into_owned();
            return None;
        }
        if let Some(size) = answer.strip_prefix(b"\x1b[6;").and_then(|rest| rest.strip_suffix(b"t")) {
            let [height, width] = numbers(size)[..] else { return None };
            self.terminal.cell = Some((width, height)).filter(|cell| cell.0 > 0 && cell.1 > 0).or(self.terminal.cell);
            return None;
        }
        if answer == KITTY_SAYS {
            return Some(self.known(Pictures::Kitty));
        }
        let attributes = answer.strip_prefix(b"\x1b[?")?.strip_suffix(b"c")?;
        if self.terminal.inside == Inside::Tmux {
            // What tmux says of itself says nothing about the terminal around it.
            return Some(Next::AskTmux);
        }
        let sixel = numbers(attributes).contains(&4);
        Some(self.known(of_name(&self.name).unwrap_or(if sixel { Pictures::Sixel } else { Pictures::Blocks })))
    }

    /// tmux says in which terminal it runs: kitty's question, where it is one of those.
    pub(crate) fn runs_in(&mut self, client: &str) -> Result<Vec<u8>, Next> {
        // It is in half blocks until the terminal answers: what tmux does not hand through has no answer.
        let known = self.known(Pictures::Blocks);
        if client.split_whitespace().any(|name| of_name(name) == Some(Pictures::Kitty)) {
            self.asked = Some(Instant::now());
            return Ok(through_tmux(KITTY_ASKS));
        }
        Err(known)
    }

    fn known(&mut self, shows: Pictures) -> Next {
        self.asked = None;
        self.terminal.shows = Some(shows);
        Next::Known(self.terminal.clone())
    }
}

fn numbers(text: &[u8]) -> Vec<u16> {
    let part = |part: &[u8]| std::str::from_utf8(part).ok()?.parse().ok();
    text.split(|byte| *byte == b';').filter_map(part).collect()
}

/// How the terminal of that name (with its version) shows pictures, where it is known for one of the ways.
fn of_name(name: &str) -> Option<Pictures> {
    let name = name.to_ascii_lowercase();
    let name = name.strip_prefix("xterm-").unwrap_or(&name);
    if let Some(version) = name.strip_prefix("kitty") {
        let mut parts = version.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse::<u32>().ok());
        // By its type alone the version is not known: it says then whether it has pictures at all.
        let version = parts.next().zip(parts.next());
        let has = version.is_none_or(|version| version >= KITTY_FROM);
        return Some(if has { Pictures::Kitty } else { Pictures::Blocks });
    }
    let known = [
        ("ghostty", Pictures::Kitty),
        ("iterm2", Pictures::Iterm2),
        ("wezterm", Pictures::Iterm2),
        ("mintty", Pictures::Iterm2),
    ];
    known.iter().find(|(known, _)| name.starts_with(known)).map(|(_, way)| *way)
}

/// Asks tmux in which terminal it runs: its name and version as it told tmux, and its type. Empty where tmux does not
/// say.
pub(crate) async fn client_of_tmux() -> String {
    let mut tmux = tokio::process::Command::new("tmux");
    tmux.args(["display-message", "-p", "#{client_termtype} #{client_termname}"]).kill_on_drop(true);
    tmux.stdin(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    match tokio::time::timeout(DUE, tmux.output()).await {
        Ok(Ok(output)) => String::from_utf8_lossy(&output.stdout).into_owned(),
        Ok(Err(_)) | Err(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        change::{Corpus, bytes},
        decode::Decoder,
    };
    use proptest::prelude::*;

    fn asked(names: &[(&str, &str)]) -> Graphics {
        let set = |wanted: &str| names.iter().find(|(name, _)| *name == wanted).map(|(_, value)| (*value).to_owned());
        let mut graphics = Graphics::new(set);
        graphics.asks(Instant::now());
        graphics
    }

    fn shown(graphics: &mut Graphics, answers: &[&[u8]]) -> Option<Pictures> {
        let last = answers.iter().map(|answer| graphics.answered(answer)).last().flatten();
        match last {
            Some(Next::Known(terminal)) => terminal.shows,
            Some(Next::AskTmux) | None => None,
        }
    }

    #[test]
    fn a_terminal_is_known_by_its_name_and_else_by_its_attributes() {
        for (name, attributes, way) in [
            ("kitty(0.35.2)", "?62c", Pictures::Kitty),
            ("kitty(0.26.5)", "?62c", Pictures::Blocks),
            ("ghostty 1.1.3", "?62;22c", Pictures::Kitty),
            ("iTerm2 3.5.10", "?62;4c", Pictures::Iterm2),
            ("WezTerm 20240203-110809-5046fc22", "?65;4;6;18;22c", Pictures::Iterm2),
            ("XTerm(379)", "?63;1;2;4;6;9;15;16;22;28c", Pictures::Sixel),
            ("XTerm(379)", "?64;1;2;6;9;15;16;22;28c", Pictures::Blocks),
            ("foot(1.16.2)", "?62;4;22c", Pictures::Sixel),
            ("tui_probe 1.0", "?62;22c", Pictures::Blocks),
        ] {
            let answers = [format!("\x1bP>|{name}"), "\x1b[6;20;10t".into(), format!("\x1b[{attributes}")];
            let answers: Vec<&[u8]> = answers.iter().map(String::as_bytes).collect();
            let mut graphics = asked(&[("TERM", "xterm-256color")]);
            assert_eq!(shown(&mut graphics, &answers), Some(way), "{name}");
            assert_eq!(graphics.terminal().cell, Some((10, 20)));
            assert!(!graphics.waits(Instant::now()));
        }
        // One that says nothing but its attributes.
        assert_eq!(shown(&mut asked(&[]), &[b"\x1b[?1;2c"]), Some(Pictures::Blocks));
    }

    #[test]
    fn what_was_not_asked_is_no_answer() {
        let mut graphics = Graphics::new(|_| None);
        assert_eq!(graphics.answered(b"\x1b[?62;4c"), None);
        assert_eq!(asked(&[]).answered(b"\x1b[0n"), None);
    }

    #[test]
    fn inside_tmux_only_a_terminal_with_placeholders_is_asked_on() {
        let mut graphics = asked(&[("TMUX", "/tmp/tmux-0/default,1,0")]);
        assert_eq!(graphics.answered(b"\x1b[?1;2;4c"), Some(Next::AskTmux));
        for client in ["XTerm(379) xterm-256color", "kitty(0.26.5) xterm-256color", "WezTerm 2024 xterm-256color", ""] {
            let Err(Next::Known(terminal)) = graphics.runs_in(client) else { panic!("{client}") };
            assert_eq!(terminal.shows, Some(Pictures::Blocks), "{client}");
        }
        for client in ["kitty(0.35.2) xterm-kitty", " xterm-ghostty"] {
            assert_eq!(graphics.runs_in(client), Ok(through_tmux(KITTY_ASKS)), "{client}");
        }
        assert_eq!(shown(&mut graphics, &[KITTY_SAYS]), Some(Pictures::Kitty));
    }

    #[test]
    fn a_cell_has_the_size_that_the_system_knows() {
        let mut graphics = Graphics::new(|_| None);
        assert!(!graphics.sized((80, 24), (0, 0)));
        assert!(graphics.sized((80, 24), (800, 480)));
        assert_eq!(graphics.terminal().cell, Some((10, 20)));
        assert!(!graphics.sized((40, 24), (400, 480)));
    }

    #[test]
    fn in_half_blocks_or_in_screen_nothing_is_asked() {
        let graphics = |names| asked(names);
        assert!(!graphics(&[]).is_to_be_asked(Pictures::Blocks) && !graphics(&[]).is_to_be_asked(Pictures::Off));
        assert!(!graphics(&[("STY", "1.pts")]).is_to_be_asked(Pictures::Auto));
        assert_eq!(graphics(&[]).is_to_be_asked(Pictures::Auto), pictures::AVAILABLE);
    }

    proptest! {
        #[test]
        fn an_answer_is_read_whatever_it_says(typed in bytes(&Corpus::of("keys")), client in any::<String>()) {
            let (mut decoder, mut graphics) = (Decoder::default(), asked(&[]));
            decoder.push(&typed, 1_000);
            for answer in decoder.answers() {
                let _ = graphics.answered(&answer);
            }
            prop_assert!(graphics.terminal().cell.is_none_or(|(width, height)| width > 0 && height > 0));
            prop_assert!(graphics.name.len() <= 3 * typed.len());
            let _ = graphics.runs_in(&client);
        }
    }
}
