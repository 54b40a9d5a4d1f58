//! What is found while a file is read: its faults, what is odd but does no harm, and what it sets, each with its place.

use super::{
    loaded::Written,
    options::Opt,
    table::{SECTIONS, TOP},
};
use domain::{
    near::nearest,
    reason::config::{Fault, Meant, Place, Unfit, Wrong},
};
use std::ops::Range;
use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue},
};

/// A key of a TOML table with its place.
pub(super) type Name<'t> = Spanned<DeString<'t>>;

/// The notes on one file.
pub(super) struct Notes<'t> {
    text: &'t str,
    pub(super) faults: Vec<Fault>,
    pub(super) warnings: Vec<Fault>,
    pub(super) written: Vec<Written>,
}

impl<'t> Notes<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, faults: Vec::new(), warnings: Vec::new(), written: Vec::new() }
    }

    /// The place of a byte.
    pub(super) fn place(&self, byte: usize) -> Place {
        let before = self.text.get(..byte).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Place { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
    }

    /// Notes a fault.
    pub(super) fn fault(&mut self, span: Range<usize>, why: Wrong) {
        self.faults.push(Fault { place: Some(self.place(span.start)), why });
    }

    /// Notes that a value does not fit.
    pub(super) fn unusable(&mut self, span: Range<usize>, option: &str, why: Unfit) {
        self.fault(span, Wrong::Unusable { option: option.to_owned(), why });
    }

    /// Notes what the file sets in that section. Of a file with faults nothing is shown, so nothing is held back here.
    pub(super) fn set(&mut self, section: &[&str], name: &Name<'_>, value: &Spanned<DeValue<'_>>) {
        let literal = self.text.get(value.span()).unwrap_or_default().to_owned();
        let place = self.place(name.span().start);
        let path = section.iter().copied().chain([&**name.get_ref()]).map(str::to_owned).collect();
        self.written.push(Written { path, literal, place });
    }

    /// The options of a section; `None`, and a fault, where there are none.
    pub(super) fn table<'v>(
        &mut self,
        at: Range<usize>,
        path: &str,
        value: &'v Spanned<DeValue<'v>>,
    ) -> Option<&'v DeTable<'v>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.fault(at, Wrong::NotASection(path.to_owned()));
        }
        table
    }

    /// A section whose options are all known by name.
    pub(super) fn section<C>(&mut self, to: &mut C, options: &'static [Opt<C>], path: &str, table: &DeTable<'_>) {
        for (name, value) in table {
            self.entry(to, options, path, name, value);
            self.set(&[path], name, value);
        }
    }

    /// One line of a section.
    pub(super) fn entry<C>(
        &mut self,
        to: &mut C,
        options: &'static [Opt<C>],
        path: &str,
        name: &Name<'_>,
        value: &Spanned<DeValue<'_>>,
    ) {
        match options.iter().find(|option| option.name == name.get_ref()) {
            Some(option) => self.option(to, option, value, &format!("{path}.{}", option.name)),
            None => self.unknown_option(name, path, options),
        }
    }

    /// An option that is known.
    pub(super) fn option<C>(&mut self, to: &mut C, option: &Opt<C>, value: &Spanned<DeValue<'_>>, full: &str) {
        if let Err(why) = option.apply(to, value.get_ref()) {
            self.unusable(value.span(), full, why);
        }
    }

    /// An option above the first section that does not exist there.
    pub(super) fn unknown_top(&mut self, name: &Name<'_>) {
        let option: &str = name.get_ref();
        let meant =
            section_of(option).map_or_else(|| Meant::of(option, TOP.options.iter().map(|known| known.name)), Meant::In);
        self.fault(name.span(), Wrong::NoSuchOption { option: option.to_owned(), section: None, meant });
    }

    fn unknown_option<C>(&mut self, name: &Name<'_>, path: &str, options: &'static [Opt<C>]) {
        let (option, section) = (name.get_ref().to_string(), path.to_owned());
        if matches!(option.as_str(), "api_key" | "key" | "token") {
            return self.fault(name.span(), Wrong::KeyWritten { option, section });
        }
        let here = options.iter().map(|option| option.name);
        let meant = match (nearest(&option, here.clone()), section_of(&option)) {
            (None, Some(section)) => Meant::In(section),
            (None, None) | (Some(_), _) => Meant::of(&option, here),
        };
        self.fault(name.span(), Wrong::NoSuchOption { option, section: Some(section), meant });
    }
}

/// The section that has an option of exactly that name, if there is only one.
fn section_of(option: &str) -> Option<String> {
    let mut sections = SECTIONS.iter().filter(|section| section.options.iter().any(|known| known.name == option));
    let section = sections.next()?;
    sections.next().is_none().then(|| section.name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_lines_and_characters_from_one() {
        let text = "a = 1\n名 = 2\nc";
        let notes = Notes::new(text);
        assert_eq!(notes.place(0), Place { line: 1, column: 1 });
        assert_eq!(notes.place(text.find('2').unwrap_or(0)), Place { line: 2, column: 5 });
        assert_eq!(notes.place(text.len()), Place { line: 3, column: 2 });
    }
}
