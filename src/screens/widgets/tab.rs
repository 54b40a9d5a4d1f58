//! Tab in a line: from one word that fits to the next.

use crate::widgets::steps::Direction;

/// A completion under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tab {
    /// What stands before the word.
    pub head: String,
    /// The words that fit.
    pub words: Vec<String>,
    /// Which of them stands in the line.
    pub at: usize,
}

impl Tab {
    /// Of the words that can stand behind that head, the first of them, or backwards the last.
    pub(crate) fn begin(head: &str, words: Vec<String>, to: Direction) -> Self {
        let at = match to {
            Direction::Back => words.len().saturating_sub(1),
            Direction::Forward => 0,
        };
        Self { at, head: head.to_owned(), words }
    }

    /// The next word, or the one before.
    pub(crate) fn step(&self, to: Direction) -> Self {
        Self { at: to.in_ring(self.at, 1, self.words.len()), ..self.clone() }
    }

    /// The line with the word in it; `None` where no word fits. Behind a single one a blank stands, so that what comes
    /// after it can be completed, unless its value is to come.
    pub(crate) fn text(&self) -> Option<String> {
        let word = self.words.get(self.at)?;
        let ends = self.words.len() == 1 && !word.ends_with([':', '<']);
        Some(format!("{}{word}{}", self.head, if ends { " " } else { "" }))
    }

    /// The completion that goes on with the next Tab: none where there is nothing left to choose.
    pub(crate) fn goes_on(self) -> Option<Self> {
        (self.words.len() > 1).then_some(self)
    }
}
