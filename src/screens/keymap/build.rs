//! The map in force: the defaults with the person's own keys, and everything that is wrong with those, all together.

use super::{BINDINGS, Binding, Ctx, Place, as_command, is_fragile};
use crate::key::{Code, Key};
use domain::reason::config::{KeyFault, Meant, Unfit, Wrong};
use std::collections::BTreeMap;

/// A person's own keys, as the config has them: context, action's id, the keys instead of the defaults.
pub type Overrides = BTreeMap<String, BTreeMap<String, Vec<String>>>;

/// Which key means what, where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap {
    /// The keys of each binding, in the order of `BINDINGS`.
    of: Vec<Vec<Key>>,
    /// The binding of each key, as an index into `BINDINGS`.
    by_key: BTreeMap<(Ctx, Key), usize>,
    /// What a command is typed behind.
    pub(super) lead: &'static str,
}

impl Default for Keymap {
    fn default() -> Self {
        Self::build(&Overrides::new()).0
    }
}

impl Keymap {
    /// The map that these overrides make, and all their faults. A faulty override is left out and
    /// its action keeps its default keys.
    #[must_use]
    pub fn build(overrides: &Overrides) -> (Self, Vec<KeyFault>) {
        let mut faults = Vec::new();
        let mut of: Vec<Vec<Key>> = BINDINGS.iter().map(default_keys).collect();
        for (ctx, actions) in overrides {
            let section = format!("keys.{ctx}");
            if !Ctx::ALL.iter().any(|known| known.id() == ctx) {
                let meant = Meant::of(ctx, Ctx::ALL.iter().map(|known| known.id()));
                faults.push(fault([section.clone()], Wrong::NoSuchSection { section, meant }));
                continue;
            }
            for (id, keys) in actions {
                let Some(index) = BINDINGS.iter().position(|b| b.ctx.id() == ctx && b.id == id) else {
                    let meant = Meant::of(id, BINDINGS.iter().filter(|b| b.ctx.id() == ctx).map(|b| b.id));
                    let (option, section) = (id.clone(), Some(section.clone()));
                    let about = [format!("keys.{ctx}.{id}")];
                    faults.push(fault(about, Wrong::NoSuchOption { option, section, meant }));
                    continue;
                };
                match read_keys(&BINDINGS[index], keys) {
                    Ok(keys) => of[index] = keys,
                    Err(found) => faults.extend(found),
                }
            }
        }
        let map = Self::index(of, &mut faults);
        if !overrides.is_empty() {
            let default = Self::default();
            faults.extend(shadows(&map).into_iter().filter(|shadow| !shadows(&default).contains(shadow)));
        }
        (map, faults)
    }

    /// No key means anything: each action goes by its name, which is all that is typed.
    #[must_use]
    pub fn none() -> Self {
        Self { of: vec![Vec::new(); BINDINGS.len()], by_key: BTreeMap::new(), lead: "" }
    }

    fn index(of: Vec<Vec<Key>>, faults: &mut Vec<KeyFault>) -> Self {
        let mut by_key = BTreeMap::new();
        for (index, keys) in of.iter().enumerate() {
            let binding = &BINDINGS[index];
            for key in keys {
                if let Some(first) = by_key.insert((binding.ctx, *key), index)
                    && first != index
                {
                    let (place, one, other) = (binding.ctx.id(), BINDINGS[first].id, binding.id);
                    faults.push(fault(
                        [format!("keys.{place}.{one}"), format!("keys.{place}.{other}")],
                        Wrong::KeyGivenTwice {
                            place: place.to_owned(),
                            key: key.to_string(),
                            one: one.to_owned(),
                            other: other.to_owned(),
                        },
                    ));
                    by_key.insert((binding.ctx, *key), first);
                }
            }
        }
        Self { of, by_key, lead: ":" }
    }

    /// What a key means in a place. Full-width characters count as their ASCII twins, where they have no meaning of
    /// their own.
    #[must_use]
    pub fn resolve(&self, place: Place, key: Key) -> Option<&'static Binding> {
        let find = |key| place.chain().iter().find_map(|ctx| self.by_key.get(&(*ctx, key)));
        find(key).or_else(|| find(as_command(key))).map(|index| &BINDINGS[*index])
    }

    /// The keys of a binding.
    #[must_use]
    pub fn keys_of(&self, binding: &Binding) -> &[Key] {
        let index = BINDINGS.iter().position(|b| b.ctx == binding.ctx && b.action == binding.action);
        index.map_or(&[], |index| &self.of[index])
    }
}

fn fault(about: impl Into<Vec<String>>, why: Wrong) -> KeyFault {
    KeyFault { about: about.into(), nth: None, why }
}

fn default_keys(binding: &Binding) -> Vec<Key> {
    binding.keys.iter().filter_map(|key| key.parse().ok()).collect()
}

/// An action's keys, or all that is wrong with them.
fn read_keys(binding: &Binding, keys: &[String]) -> Result<Vec<Key>, Vec<KeyFault>> {
    let option = format!("keys.{}.{}", binding.ctx.id(), binding.id);
    let unusable =
        |nth, why| KeyFault { about: vec![option.clone()], nth, why: Wrong::Unusable { option: option.clone(), why } };
    let (mut read, mut faults) = (Vec::new(), Vec::new());
    for (nth, key) in keys.iter().enumerate() {
        match key.parse::<Key>() {
            Ok(key) if !read.contains(&key) => read.push(key),
            Ok(_) => {}
            Err(()) => faults.push(unusable(Some(nth), Unfit::NoKey(key.clone()))),
        }
    }
    let typed = |key: &Key| !key.ctrl && !key.alt && matches!(key.code, Code::Char(_));
    let only_text = Place::all().iter().filter(|place| place.chain()[0] == binding.ctx).all(|place| place.is_text());
    let has_place = Place::all().iter().any(|place| place.chain()[0] == binding.ctx);
    if keys.is_empty() {
        faults.push(unusable(None, Unfit::NoKeyLeft));
    } else if has_place && only_text && !read.is_empty() && read.iter().all(typed) {
        faults.push(unusable(None, Unfit::TypedKeys));
    } else if !read.is_empty() && read.iter().all(is_fragile) {
        faults.push(unusable(None, Unfit::EatenKey(read[0].to_string())));
    }
    if faults.is_empty() { Ok(read) } else { Err(faults) }
}

/// Every action that cannot be reached in one of its places, since its keys mean something nearer there.
fn shadows(map: &Keymap) -> Vec<KeyFault> {
    let mut found = Vec::new();
    for place in Place::all() {
        for (depth, ctx) in place.chain().iter().enumerate().skip(1) {
            for (index, binding) in BINDINGS.iter().enumerate().filter(|(_, b)| b.ctx == *ctx) {
                let hider = |key: &Key| place.chain()[..depth].iter().find_map(|c| map.by_key.get(&(*c, *key)));
                let hiders: Vec<&usize> = map.of[index].iter().filter_map(hider).collect();
                if let Some(first) = hiders.first()
                    && hiders.len() == map.of[index].len()
                {
                    let (inner, keys) = (&BINDINGS[**first], &map.of[index]);
                    let (option, hider) =
                        (format!("keys.{}.{}", ctx.id(), binding.id), format!("keys.{}.{}", inner.ctx.id(), inner.id));
                    let why = Wrong::KeyHidden {
                        option: option.clone(),
                        key: keys[0].to_string(),
                        by: inner.id.to_owned(),
                        place: inner.ctx.id().to_owned(),
                    };
                    let fault = fault([hider, option], why);
                    // Two places may stand on one another in the same way.
                    if !found.contains(&fault) {
                        found.push(fault);
                    }
                }
            }
        }
    }
    found
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::keymap::Action;
    use words::reason::config;

    fn overrides(list: &[(&str, &str, &[&str])]) -> Overrides {
        let mut all = Overrides::new();
        for (ctx, id, keys) in list {
            all.entry((*ctx).into()).or_default().insert((*id).into(), keys.iter().map(|k| (*k).into()).collect());
        }
        all
    }

    fn means(map: &Keymap, place: Place, key: &str) -> Option<Action> {
        map.resolve(place, key.parse().unwrap()).map(|b| b.action)
    }

    #[test]
    fn the_defaults_have_no_fault_and_every_key_can_be_read() {
        assert_eq!(Keymap::build(&Overrides::new()).1, []);
        for binding in BINDINGS {
            assert_eq!(default_keys(binding).len(), binding.keys.len(), "{}", binding.id);
        }
    }

    #[test]
    fn no_action_hangs_only_on_keys_that_lines_and_old_terminals_eat() {
        for binding in BINDINGS {
            assert!(!default_keys(binding).iter().all(is_fragile), "{:?} {}", binding.ctx, binding.id);
        }
    }

    #[test]
    fn a_key_that_an_ordinary_terminal_does_not_send_is_none_to_hang_an_action_on() {
        let fragile = |text: &str| text.parse().is_ok_and(|key| is_fragile(&key));
        for text in [
            "ctrl-@",
            "ctrl-?",
            "ctrl-1",
            "ctrl-;",
            "ctrl-[",
            "ctrl-tab",
            "shift-enter",
            "shift-space",
            "ctrl-shift-tab",
        ] {
            assert!(fragile(text), "{text}");
        }
        for text in ["q", "ctrl-p", "ctrl-/", "ctrl-\\", "shift-tab", "tab", "enter", "f5", "ctrl-right", "中"] {
            assert!(!fragile(text), "{text}");
        }
    }

    #[test]
    fn every_action_can_be_reached_in_some_place() {
        let map = Keymap::default();
        for binding in BINDINGS {
            let reached = Place::all().iter().any(|place| {
                map.keys_of(binding).iter().any(|key| {
                    map.resolve(*place, *key).is_some_and(|b| (b.ctx, b.action) == (binding.ctx, binding.action))
                })
            });
            assert!(reached, "{:?} {}", binding.ctx, binding.id);
        }
    }

    #[test]
    fn actions_and_their_names_are_unique_within_their_place() {
        for (index, one) in BINDINGS.iter().enumerate() {
            let same = |b: &Binding| b.ctx == one.ctx && (b.id == one.id || b.action == one.action);
            assert!(!BINDINGS[..index].iter().any(same), "{:?} {}", one.ctx, one.id);
        }
    }

    #[test]
    fn an_own_key_replaces_the_defaults() {
        let (map, faults) = Keymap::build(&overrides(&[("table", "retry", &["z", "ctrl-t"])]));
        assert_eq!(faults, []);
        assert_eq!(means(&map, Place::Table, "z"), Some(Action::Retry));
        assert_eq!(means(&map, Place::Detail, "ctrl-t"), Some(Action::Retry));
        assert_eq!(means(&map, Place::Table, "r"), None);
    }

    #[test]
    fn full_width_characters_are_commands_where_commands_are_expected() {
        let map = Keymap::default();
        assert_eq!(means(&map, Place::Table, "／"), Some(Action::Filter));
        assert_eq!(means(&map, Place::Table, "？"), Some(Action::Help));
        assert_eq!(means(&map, Place::Table, "ｒ"), Some(Action::Retry));
        assert_eq!(means(&map, Place::Detail, "【"), Some(Action::PreviousTab));
    }

    #[test]
    fn all_faults_are_told_together() {
        let (map, faults) = Keymap::build(&overrides(&[
            ("tabel", "retry", &["r"]),
            ("table", "retyr", &["r"]),
            ("table", "sort", &["hyper-s"]),
            ("table", "freeze", &[]),
            ("table", "clone", &["alt-c"]),
            ("filter", "accept", &["x"]),
            ("detail", "next_tab", &["r"]),
            ("menu", "accept", &["j"]),
        ]));
        let texts: Vec<String> = faults.iter().map(|fault| config::problem(&fault.why).to_string()).collect();
        assert_eq!(faults[6].about, ["keys.menu.accept", "keys.menu.down"]);
        assert_eq!(
            texts,
            [
                "keys.filter.accept cannot be used: characters are typed there. Give it a key such as f5 or ctrl-o.",
                "[keys.tabel] is not a section. Did you mean table?",
                "keys.table.clone cannot be used: SSH, tmux or the terminal may intercept alt-c. Give it a second key.",
                "keys.table.freeze cannot be used: an action needs at least one key",
                "retyr is not an option of [keys.table]. Did you mean retry?",
                "keys.table.sort cannot be used: \"hyper-s\" is not a key; keys look like q, ctrl-p, alt-enter, \
                 shift-tab, f1, space",
                "keys.menu: j is given to both accept and down",
                "keys.table.retry cannot be used: in detail, r means next_tab. Give it a key that is free there.",
            ]
        );
        assert_eq!(means(&map, Place::Table, "s"), Some(Action::Sort));
    }
}
