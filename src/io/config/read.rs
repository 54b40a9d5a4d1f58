//! From the text of a config file to settings. Nothing stops at the first fault: what can be read is read, what cannot is
//! listed.

use super::{
    Loaded, Wanted,
    fault::{Fault, Place, Source, did_you_mean},
    models::{self, Changed},
    options::{Opt, other_type, unusable},
    profile::{self, Account},
    table::{NAMED_SECTIONS, PROFILE, SECTIONS, TOP},
    theme,
};
use crate::{
    domain::{near::nearest, problem::Problem},
    tr,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    path::Path,
};
use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue},
};

/// An option that the file sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written {
    /// Its full name, such as `download.parallel`.
    pub(super) name: String,
    /// Its value as the file writes it.
    pub(super) literal: String,
    /// Where its name stands.
    pub(super) place: Place,
}

/// A key of a TOML table with its place.
type Name<'t> = Spanned<DeString<'t>>;

/// Reads a config file's text into `loaded`, and settles what follows from the whole: the profile, its key, the folder.
/// What comes back is everything that is wrong, in the order of the file; if it is not empty, `loaded` is of no use.
pub(super) fn read_into(loaded: &mut Loaded, text: &str, wanted: &Wanted<'_>, home: &Path) -> Vec<Fault> {
    let (document, syntax) = DeTable::parse_recoverable(text);
    let mut reader = Reader::new(text, wanted);
    for (name, value) in document.get_ref() {
        reader.top(loaded, name, value);
    }
    reader.choose_profile(loaded, wanted, home);
    let theme_at = reader.theme_at.take();
    theme::check_chosen(&mut reader, &loaded.settings.ui, theme_at);
    let (catalogue, faults) = models::catalogue(&loaded.settings.profile, &reader.models, &reader.source);
    loaded.settings.catalogue = catalogue;
    reader.faults.extend(faults);
    reader.judge_keys(&loaded.settings.keys, wanted);
    let dir = super::expand_home(&loaded.settings.download.dir, home);
    loaded.settings.download.dir = dir.to_string_lossy().into_owned();
    loaded.warnings = reader.warnings;
    loaded.written = reader.written;
    let broken: Vec<Fault> = syntax.iter().map(|error| syntax_fault(&reader.source, error)).collect();
    with_syntax(broken, reader.faults)
}

/// A fault of the TOML itself.
fn syntax_fault(source: &Source<'_>, error: &toml::de::Error) -> Fault {
    let problem = Problem::new(tr!("this is not TOML"), error.message().replace('\n', ", "), "");
    source.fault(error.span().unwrap_or_default(), problem)
}

/// All faults in the order of the file. On a line that is not TOML, what else was found is only its consequence.
fn with_syntax(broken: Vec<Fault>, found: Vec<Fault>) -> Vec<Fault> {
    let line = |fault: &Fault| fault.place.map(|place| place.line);
    let consequence = |fault: &Fault| broken.iter().any(|b| line(b).is_some() && line(b) == line(fault));
    let mut faults: Vec<Fault> = found.into_iter().filter(|fault| !consequence(fault)).collect();
    faults.extend(broken);
    faults.sort_by_key(|fault| fault.place);
    faults
}

/// What is known while a file is read.
pub(super) struct Reader<'t> {
    source: Source<'t>,
    bindings: &'t [(&'t str, &'t str)],
    is_key: Option<super::IsKey>,
    faults: Vec<Fault>,
    warnings: Vec<Fault>,
    written: Vec<Written>,
    accounts: BTreeMap<String, Account>,
    models: Vec<Changed>,
    /// Where the file says which profile is in use.
    profile_at: Option<Range<usize>>,
    /// Where it says which theme.
    theme_at: Option<Range<usize>>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str, wanted: &Wanted<'t>) -> Self {
        Self {
            source: Source(text),
            bindings: wanted.bindings,
            is_key: wanted.is_key,
            faults: Vec::new(),
            warnings: Vec::new(),
            written: Vec::new(),
            accounts: BTreeMap::new(),
            models: Vec::new(),
            profile_at: None,
            theme_at: None,
        }
    }

    /// One entry of the document: an option above all sections, or a section.
    fn top(&mut self, loaded: &mut Loaded, name: &Name<'_>, value: &Spanned<DeValue<'_>>) {
        let word: &str = name.get_ref();
        if let Some(option) = TOP.options.iter().find(|option| option.name == word) {
            self.profile_at = Some(value.span());
            self.note(word, name, value);
            return self.option(loaded, option, name, value, word);
        }
        let named: Option<fn(&mut Self, &mut Loaded, &DeTable<'_>)> = match word {
            "profiles" => Some(Self::profiles),
            "models" => Some(|reader, _, table| reader.models = models::read(reader, table)),
            "templates" => Some(Self::templates),
            "keys" => Some(Self::keys),
            "theme" => Some(|reader, loaded, table| theme::read(reader, &mut loaded.settings.ui, table)),
            _ => None,
        };
        let section = SECTIONS.iter().find(|section| section.name == word);
        if section.is_none() && named.is_none() {
            return self.unknown_top(name, value);
        }
        let Some(table) = value.get_ref().as_table() else {
            return self.not_a_section(value.span(), word);
        };
        if word == "ui" {
            self.theme_at = table.get("theme").map(Spanned::span);
        }
        match (section, named) {
            (Some(section), _) => self.section(loaded, section.options, word, table),
            (None, Some(read)) => read(self, loaded, table),
            (None, None) => {}
        }
    }

    /// A section whose options are all known by name.
    fn section<C>(&mut self, to: &mut C, options: &'static [Opt<C>], path: &str, table: &DeTable<'_>) {
        for (name, value) in table {
            self.entry(to, options, path, name, value);
            self.note(&format!("{path}.{}", name.get_ref()), name, value);
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
            Some(option) => self.option(to, option, name, value, &format!("{path}.{}", option.name)),
            None => self.unknown_option(name, path, options),
        }
    }

    fn option<C>(&mut self, to: &mut C, option: &Opt<C>, name: &Name<'_>, value: &Spanned<DeValue<'_>>, full: &str) {
        if let Err(problem) = option.apply(to, value.get_ref(), full) {
            return self.faults.push(self.source.fault(value.span(), problem));
        }
        if option.reserved {
            let problem = Problem::new(tr!("{option} has no effect yet", option = full), "", "");
            self.warnings.push(self.source.fault(name.span(), problem));
        }
    }

    /// Notes what the file sets, for `config show`. Of a file with faults nothing is shown, so nothing is held back here.
    pub(super) fn note(&mut self, full: &str, name: &Name<'_>, value: &Spanned<DeValue<'_>>) {
        let literal = self.source.0.get(value.span()).unwrap_or_default().to_owned();
        let place = self.source.place(name.span().start);
        self.written.push(Written { name: full.into(), literal, place });
    }

    fn profiles(&mut self, _: &mut Loaded, table: &DeTable<'_>) {
        for (name, value) in table {
            let word: &str = name.get_ref();
            let path = format!("profiles.{word}");
            let Some(options) = value.get_ref().as_table() else {
                self.not_a_section(name.span(), &path);
                continue;
            };
            let mut account = Account::new(word);
            self.section(&mut account, PROFILE, &path, options);
            let faults = account.faults(word, &name.span(), options.contains_key("base_url"), &self.source);
            self.faults.extend(faults);
            self.accounts.insert(word.into(), account);
        }
    }

    fn templates(&mut self, loaded: &mut Loaded, table: &DeTable<'_>) {
        for (name, value) in table {
            let full = format!("templates.{}", name.get_ref());
            self.note(&full, name, value);
            match value.get_ref().as_str().filter(|prompt| !prompt.trim().is_empty()) {
                Some(prompt) => {
                    loaded.settings.compose.templates.insert(name.get_ref().to_string(), prompt.to_owned());
                }
                None => {
                    let what = tr!("{option} must be a text that is not empty", option = full);
                    self.fault(value.span(), what, "", String::new());
                }
            }
        }
    }

    fn keys(&mut self, loaded: &mut Loaded, table: &DeTable<'_>) {
        let bindings = self.bindings;
        for (context, actions) in table {
            let word: &str = context.get_ref();
            if !bindings.iter().any(|(known, _)| *known == word) {
                let contexts: BTreeSet<&str> = bindings.iter().map(|(known, _)| *known).collect();
                let what = tr!("keys.{context} is not a context of the key table", context = word);
                self.fault(context.span(), what, "", did_you_mean(word, contexts));
                continue;
            }
            let Some(actions) = actions.get_ref().as_table() else {
                self.not_a_section(context.span(), &format!("keys.{word}"));
                continue;
            };
            for (action, keys) in actions {
                let full = format!("keys.{word}.{}", action.get_ref());
                let known = bindings.iter().filter(|(context, _)| *context == word).map(|(_, action)| *action);
                if !known.clone().any(|known| known == action.get_ref()) {
                    let next = did_you_mean(action.get_ref(), known);
                    self.fault(action.span(), tr!("{action} is not an action", action = full), "", next);
                    continue;
                }
                let Some(texts) = self.key_list(&full, keys) else { continue };
                loaded.settings.keys.entry(word.into()).or_default().insert(action.get_ref().to_string(), texts);
                self.note(&full, action, keys);
            }
        }
    }

    /// What is wrong with the keys as a whole. A fault stands where the first option that it is about does.
    fn judge_keys(&mut self, keys: &BTreeMap<String, BTreeMap<String, Vec<String>>>, wanted: &Wanted<'_>) {
        for (about, text) in wanted.judge_keys.map_or_else(Vec::new, |judge| judge(keys)) {
            let written = |name: &String| self.written.iter().find(|written| written.name == *name);
            let place = about.iter().find_map(written).map(|written| written.place);
            self.faults.push(Fault { place, problem: Problem::new(text, "", "") });
        }
    }

    /// The keys of one action; `None` when there is a fault in them.
    fn key_list(&mut self, full: &str, value: &Spanned<DeValue<'_>>) -> Option<Vec<String>> {
        let what = unusable(full);
        let Some(items) = value.get_ref().as_array() else {
            let why = other_type(tr!("a list of keys such as [\"r\"]"), value.get_ref());
            self.fault(value.span(), what, &why, String::new());
            return None;
        };
        let before = self.fault_count();
        let mut texts = Vec::new();
        for item in items {
            match item.get_ref().as_str().map(|text| (text, self.is_key.map_or(Ok(()), |is_key| is_key(text)))) {
                Some((text, Ok(()))) => texts.push(text.to_owned()),
                Some((_, Err(why))) => self.fault(item.span(), what.clone(), &why, String::new()),
                None => self.fault(item.span(), what.clone(), tr!("a key stands in quotes"), String::new()),
            }
        }
        (self.fault_count() == before).then_some(texts)
    }

    /// Settles which account is in use.
    fn choose_profile(&mut self, loaded: &mut Loaded, wanted: &Wanted<'_>, home: &Path) {
        let name = wanted.profile.map_or_else(|| loaded.settings.profile.name.clone(), str::to_owned);
        match profile::chosen(&name, &self.accounts) {
            Ok(account) => {
                loaded.settings.profile = account.settings(&name);
                loaded.allow_http = account.allow_http;
                loaded.key = account.key(home);
                loaded.settings.has_key = loaded.key.is_set();
                loaded.settings.notify.hook = loaded.hook.is_some();
            }
            Err(problem) => {
                let place = match wanted.profile {
                    Some(_) => None,
                    None => self.profile_at.as_ref().map(|span| self.source.place(span.start)),
                };
                self.faults.push(Fault { place, problem });
            }
        }
    }

    pub(super) fn fault_count(&self) -> usize {
        self.faults.len()
    }

    pub(super) fn fault(&mut self, span: Range<usize>, what: String, why: &str, next: String) {
        self.faults.push(self.source.fault(span, Problem::new(what, why, next)));
    }

    pub(super) fn not_a_section(&mut self, span: Range<usize>, path: &str) {
        self.fault(
            span,
            tr!("{path} is a section, not an option", path),
            "",
            tr!("Write [{path}] with its options below", path),
        );
    }

    fn unknown_top(&mut self, name: &Name<'_>, value: &Spanned<DeValue<'_>>) {
        let word: &str = name.get_ref();
        if value.get_ref().is_table() {
            let sections = SECTIONS.iter().map(|section| section.name).chain(NAMED_SECTIONS);
            return self.fault(name.span(), tr!("[{word}] is not a section", word), "", did_you_mean(word, sections));
        }
        let next = section_of(word)
            .map(|section| tr!("It belongs in [{section}]", section))
            .unwrap_or_else(|| did_you_mean(word, TOP.options.iter().map(|option| option.name)));
        self.fault(name.span(), tr!("{word} is not an option above the first section", word), "", next);
    }

    fn unknown_option<C>(&mut self, name: &Name<'_>, path: &str, options: &'static [Opt<C>]) {
        let word: &str = name.get_ref();
        let what = tr!("{word} is not an option of [{path}]", word, path);
        if matches!(word, "api_key" | "key" | "token") {
            let next = tr!("Name where it comes from: api_key_env, api_key_cmd or api_key_file");
            return self.fault(name.span(), what, tr!("the key itself never stands in this file"), next.into());
        }
        let here = options.iter().map(|option| option.name);
        let next = match (nearest(word, here.clone()), section_of(word)) {
            (None, Some(section)) => tr!("It belongs in [{section}]", section),
            (None, None) | (Some(_), _) => did_you_mean(word, here),
        };
        self.fault(name.span(), what, "", next);
    }
}

/// The section that has an option of exactly that name, if there is only one.
fn section_of(option: &str) -> Option<&'static str> {
    let mut sections = SECTIONS.iter().filter(|section| section.options.iter().any(|known| known.name == option));
    let section = sections.next()?;
    sections.next().is_none().then_some(section.name)
}
