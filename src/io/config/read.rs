//! From the text of a config file to settings. Nothing stops at the first fault: what can be read is read, what cannot
//! is listed.

use super::{
    check,
    loaded::{Loaded, full_name},
    models::{self, Changed},
    notes::{Name, Notes},
    options::type_of,
    profile::{self, PROFILE, ProfileOptions},
    table::{NAMED_SECTIONS, SECTIONS, TOP},
    theme,
    wanted::Wanted,
};
use crate::paths::at_home;
use domain::reason::config::{Fault, Meant, Place, Takes, Unfit, Wrong};
use std::{collections::BTreeMap, ops::Range, path::Path};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// Reads a config file's text into `loaded`, and settles what follows from the whole: the profile, its key, the folder.
/// What comes back is everything that is wrong, in the order of the file. If it is not empty, `loaded` is not used.
pub(super) fn read_into(loaded: &mut Loaded, text: &str, wanted: &Wanted<'_>, home: &Path) -> Vec<Fault> {
    let (document, syntax) = DeTable::parse_recoverable(text);
    let mut reader = Reader::new(text);
    for (name, value) in document.get_ref() {
        reader.top(loaded, name, value);
    }
    reader.choose_profile(loaded, wanted, home);
    reader.judge_keys(loaded, wanted);
    let mut notes = reader.notes;
    theme::check_chosen(&mut notes, &loaded.settings.ui, reader.theme_at);
    loaded.settings.catalogue = models::catalogue(&mut notes, &loaded.settings.profile, &reader.models);
    for other in loaded.settings.others.values_mut() {
        // What is wrong with a model was told for the default profile.
        other.catalogue = models::catalogue(&mut Notes::new(text), &other.profile, &reader.models);
    }
    profile::set_prices(&mut notes, loaded, &reader.accounts);
    // Of a home that is no text the `~` stays, and is taken for it when a file is saved.
    if let Some(dir) = at_home(&loaded.settings.download.dir, home).to_str() {
        loaded.settings.download.dir = dir.to_owned();
    }
    let broken = syntax.iter().map(|error| not_toml(&notes, error)).collect();
    half_callback(&mut notes);
    loaded.warnings = notes.warnings;
    loaded.written = notes.written;
    with_syntax(broken, notes.faults)
}

/// Notes it as a fault that only one of the two options that callbacks need is set.
fn half_callback(notes: &mut Notes<'_>) {
    let set = |option| notes.written.iter().find(|written| written.path == ["callback", option]);
    let (option, other) = ("callback.listen", "callback.public_url");
    let half = match (set("listen"), set("public_url")) {
        (Some(written), None) => (written.place, option, other),
        (None, Some(written)) => (written.place, other, option),
        (Some(_), Some(_)) | (None, None) => return,
    };
    let (place, option, other) = (Some(half.0), half.1.to_owned(), half.2.to_owned());
    notes.warnings.push(Fault { place, why: Wrong::NoEffectWithout { option, other } });
}

/// A fault of the TOML itself.
fn not_toml(notes: &Notes<'_>, error: &toml::de::Error) -> Fault {
    let place = notes.place(error.span().unwrap_or_default().start);
    Fault { place: Some(place), why: Wrong::NotToml(error.message().replace('\n', ", ")) }
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
struct Reader<'t> {
    notes: Notes<'t>,
    accounts: BTreeMap<String, ProfileOptions>,
    models: Vec<Changed>,
    /// Where the file says which profile is in use.
    profile_at: Option<Range<usize>>,
    /// Where it says which theme.
    theme_at: Option<Range<usize>>,
    /// Where the names of `[keys]` are, and each key of an action.
    keys_at: BTreeMap<String, (Place, Vec<Place>)>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            notes: Notes::new(text),
            accounts: BTreeMap::new(),
            models: Vec::new(),
            profile_at: None,
            theme_at: None,
            keys_at: BTreeMap::new(),
        }
    }

    /// One entry of the document: an option above all sections, or a section.
    fn top(&mut self, loaded: &mut Loaded, name: &Name<'_>, value: &Spanned<DeValue<'_>>) {
        let word: &str = name.get_ref();
        if let Some(option) = TOP.options.iter().find(|option| option.name == word) {
            self.profile_at = Some(value.span());
            self.notes.set(&[], name, value);
            return self.notes.option(loaded, option, value, word);
        }
        let section = SECTIONS.iter().find(|section| section.name == word);
        if section.is_none() && !NAMED_SECTIONS.contains(&word) {
            return self.unknown_top(name, value);
        }
        let Some(table) = self.notes.table(value.span(), word, value) else { return };
        match (section, word) {
            (Some(section), _) => {
                if word == "ui" {
                    self.theme_at = table.get("theme").map(Spanned::span);
                }
                self.notes.section(loaded, section.options, word, table);
            }
            (None, "profiles") => self.profiles(table),
            (None, "models") => self.models = models::read(&mut self.notes, table),
            (None, "templates") => self.templates(loaded, table),
            (None, "keys") => self.keys(loaded, table),
            (None, _) => theme::read(&mut self.notes, &mut loaded.settings.ui, table),
        }
    }

    fn unknown_top(&mut self, name: &Name<'_>, value: &Spanned<DeValue<'_>>) {
        if !value.get_ref().is_table() {
            return self.notes.unknown_top(name);
        }
        let section: &str = name.get_ref();
        let meant = Meant::of(section, SECTIONS.iter().map(|section| section.name).chain(NAMED_SECTIONS));
        self.notes.fault(name.span(), Wrong::NoSuchSection { section: section.to_owned(), meant });
    }

    fn profiles(&mut self, table: &DeTable<'_>) {
        for (name, value) in table {
            let word: &str = name.get_ref();
            let path = full_name(&["profiles", word]);
            if let Err(why) = check::name(word) {
                self.notes.unusable(name.span(), &path, why);
            }
            let Some(options) = self.notes.table(name.span(), &path, value) else { continue };
            let mut account = ProfileOptions::new(word);
            for (option, value) in options {
                if option.get_ref() == "prices" {
                    account.prices = profile::read_prices(&mut self.notes, word, value);
                    continue;
                }
                self.notes.entry(&mut account, PROFILE, &path, option, value);
                self.notes.set(&["profiles", word], option, value);
            }
            for why in account.faults(word, options.contains_key("base_url")) {
                let option = profile::at_fault(&why).and_then(|option| options.get(option));
                self.notes.fault(option.map_or_else(|| name.span(), Spanned::span), why);
            }
            self.accounts.insert(word.into(), account);
        }
    }

    fn templates(&mut self, loaded: &mut Loaded, table: &DeTable<'_>) {
        for (name, value) in table {
            let full = full_name(&["templates", name.get_ref()]);
            self.notes.set(&["templates"], name, value);
            let why = match value.get_ref().as_str() {
                Some(prompt) if !prompt.trim().is_empty() => {
                    loaded.settings.compose.templates.insert(name.get_ref().to_string(), prompt.to_owned());
                    continue;
                }
                Some(_) => Unfit::Empty,
                None => Unfit::OtherType { takes: Takes::Text, is: type_of(value.get_ref()) },
            };
            self.notes.unusable(value.span(), &full, why);
        }
    }

    /// `[keys]`, as far as it is lists of texts by place and action. Whether there are such places, actions and keys is
    /// judged when all of it is known.
    fn keys(&mut self, loaded: &mut Loaded, table: &DeTable<'_>) {
        for (place, actions) in table {
            let path = format!("keys.{}", place.get_ref());
            let Some(actions) = self.notes.table(place.span(), &path, actions) else { continue };
            self.keys_at.insert(path.clone(), (self.notes.place(place.span().start), Vec::new()));
            let of_place = loaded.settings.keys.entry(place.get_ref().to_string()).or_default();
            for (action, keys) in actions {
                let full = format!("{path}.{}", action.get_ref());
                let Some((texts, at)) = self.key_list(&full, keys) else { continue };
                of_place.insert(action.get_ref().to_string(), texts);
                self.keys_at.insert(full.clone(), (self.notes.place(action.span().start), at));
                self.notes.set(&["keys", place.get_ref()], action, keys);
            }
        }
    }

    /// The keys of one action with their places; `None` when there is only something else.
    fn key_list(&mut self, full: &str, value: &Spanned<DeValue<'_>>) -> Option<(Vec<String>, Vec<Place>)> {
        let Some(items) = value.get_ref().as_array() else {
            let why = Unfit::OtherType { takes: Takes::Keys, is: type_of(value.get_ref()) };
            self.notes.unusable(value.span(), full, why);
            return None;
        };
        let (mut texts, mut places) = (Vec::new(), Vec::new());
        for item in items {
            match item.get_ref().as_str() {
                Some(text) => {
                    texts.push(text.to_owned());
                    places.push(self.notes.place(item.span().start));
                }
                None => {
                    let why = Unfit::OtherType { takes: Takes::Text, is: type_of(item.get_ref()) };
                    self.notes.unusable(item.span(), full, why);
                }
            }
        }
        (items.is_empty() || !texts.is_empty()).then_some((texts, places))
    }

    /// What is wrong with the keys. A fault is where the first option that it is about is.
    fn judge_keys(&mut self, loaded: &Loaded, wanted: &Wanted<'_>) {
        for fault in wanted.judge_keys.map_or_else(Vec::new, |judge| judge(&loaded.settings.keys)) {
            let at = fault.about.iter().find_map(|option| self.keys_at.get(option));
            let place = at.map(|(name, keys)| fault.nth.and_then(|nth| keys.get(nth)).copied().unwrap_or(*name));
            self.notes.faults.push(Fault { place, why: fault.why });
        }
    }

    /// Settles which account is in use.
    fn choose_profile(&mut self, loaded: &mut Loaded, wanted: &Wanted<'_>, home: &Path) {
        let of_file = loaded.settings.profile.name.clone();
        let name = wanted.profile.unwrap_or(&of_file).to_owned();
        match profile::chosen(&name, &self.accounts) {
            Ok(account) => {
                loaded.settings.profile = account.settings(&name);
                loaded.allow_http = account.allow_http;
                loaded.key = profile::key_of_default(&name, &account, &self.accounts, &of_file, home);
                loaded.settings.has_key = loaded.key.is_set();
                loaded.settings.notify.hook = loaded.hook.is_some();
                loaded.key_variables = profile::key_variables(&self.accounts);
                profile::serve_others(loaded, &self.accounts, &of_file, home);
            }
            Err(why) => {
                let in_file = self.profile_at.as_ref().filter(|_| wanted.profile.is_none());
                let place = in_file.map(|span| self.notes.place(span.start));
                self.notes.faults.push(Fault { place, why });
            }
        }
    }
}
