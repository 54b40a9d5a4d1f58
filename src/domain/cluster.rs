//! The part that several prompts share, to be edited once for all.

use unicode_segmentation::UnicodeSegmentation;

/// What several prompts share: their common beginning and end, with a mark that stands for what differs between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    head: String,
    tail: String,
    /// `{*}`; empty when the prompts do not differ.
    mark: String,
}

impl Template {
    /// The shared part of these prompts, cut at words.
    #[must_use]
    pub fn of(prompts: &[&str]) -> Self {
        let Some((first, others)) = prompts.split_first() else {
            return Self { head: String::new(), tail: String::new(), mark: String::new() };
        };
        if others.iter().all(|other| other == first) {
            return Self { head: (*first).to_owned(), tail: String::new(), mark: String::new() };
        }
        let words = |text: &'_ str| text.split_word_bounds().map(str::to_owned).collect::<Vec<_>>();
        let first = words(first);
        let (mut head, mut tail) = (first.len(), first.len());
        for other in others {
            let other = words(other);
            head = head.min(first.iter().zip(&other).take_while(|(a, b)| a == b).count());
            let room = first.len().min(other.len()) - head.min(first.len().min(other.len()));
            let same = first.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count();
            tail = tail.min(same).min(room);
        }
        // A prompt that holds the mark itself makes it longer.
        let mut mark = String::from("{*}");
        while prompts.iter().any(|prompt| prompt.contains(&mark)) {
            mark.insert(1, '*');
        }
        Self { head: first[..head].concat(), tail: first[first.len() - tail..].concat(), mark }
    }

    /// The shared part as a text to edit.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}{}{}", self.head, self.mark, self.tail)
    }

    /// The sign that stands for what differs; empty when nothing does.
    #[must_use]
    pub fn mark(&self) -> &str {
        &self.mark
    }

    /// One of the prompts with the shared part as it was edited. `None` when the mark is gone, so that nobody could
    /// tell where the prompt's own part belongs.
    #[must_use]
    pub fn fill(&self, edited: &str, prompt: &str) -> Option<String> {
        if self.mark.is_empty() {
            return Some(edited.to_owned());
        }
        let own = prompt.strip_prefix(&self.head)?.strip_suffix(&self.tail)?;
        let (before, after) = edited.split_once(&self.mark)?;
        Some(format!("{before}{own}{after}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shared_part_is_edited_once_for_all() {
        let prompts = ["a red fox runs in blood", "a blue cat runs in blood"];
        let template = Template::of(&prompts);
        assert_eq!(template.text(), "a {*} runs in blood");
        let filled: Vec<_> = prompts.iter().map(|prompt| template.fill("the {*} runs in snow", prompt)).collect();
        assert_eq!(filled, [Some("the red fox runs in snow".into()), Some("the blue cat runs in snow".into())]);
        assert_eq!(template.fill("runs in snow", prompts[0]), None);
    }

    #[test]
    fn equal_prompts_have_no_mark_and_overlapping_ones_keep_their_own_part() {
        let same = Template::of(&["a cat", "a cat"]);
        assert_eq!((same.text(), same.fill("a dog", "a cat")), ("a cat".into(), Some("a dog".into())));
        let overlap = Template::of(&["a a", "a a a"]);
        for prompt in ["a a", "a a a"] {
            assert_eq!(overlap.fill(&overlap.text(), prompt).as_deref(), Some(prompt));
        }
        assert_eq!(Template::of(&["x {*} y", "x {*} z"]).mark(), "{**}");
        assert_eq!(Template::of(&["狐狸跑", "猫跑"]).text(), "{*}跑");
    }
}
