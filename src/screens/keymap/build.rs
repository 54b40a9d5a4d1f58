//! The map in force: the defaults with the person's own keys, and everything that is wrong with those, all together.

use super::{BINDINGS, Binding, Ctx, Place, as_command, is_fragile};
use crate::{
    domain::near::nearest,
    screens::key::{Code, Key},
    tr,
};
use std::collections::BTreeMap;

/// A person's own keys, as the config has them: context, action's id, the keys instead of the defaults.
pub type Overrides = BTreeMap<String, BTreeMap<String, Vec<String>>>;

/// What is wrong with a person's own keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFault {
    /// The lines of the config that it is about, such as `keys.table.retry`; any of them may be a default instead.
    pub about: Vec<String>,
    /// In words.
    pub text: String,
}

/// Which key means what, where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap {
    /// The keys of each binding, in the order of `BINDINGS`.
    of: Vec<Vec<Key>>,
    /// The binding of each key, as an index into `BINDINGS`.
    by_key: BTreeMap<(Ctx, Key), usize>,
}

impl Default for Keymap {
    fn default() -> Self {
        Self::build(&Overrides::new()).0
    }
}

impl Keymap {
    /// The map that these overrides make, and all their faults, each as a sentence. A faulty override is left out and
    /// its action keeps its default keys.
    #[must_use]
    pub fn build(overrides: &Overrides) -> (Self, Vec<KeyFault>) {
        let mut faults = Vec::new();
        let mut of: Vec<Vec<Key>> = BINDINGS.iter().map(default_keys).collect();
        for (ctx, actions) in overrides {
            if !Ctx::ALL.iter().any(|known| known.id() == ctx) {
                let text = match nearest(ctx, Ctx::ALL.iter().map(|known| known.id())) {
                    Some(near) => tr!("[keys.{place}] is no place for keys; did you mean {near}?", place = ctx, near),
                    None => tr!("[keys.{place}] is no place for keys", place = ctx),
                };
                faults.push(fault([format!("keys.{ctx}")], text));
                continue;
            }
            for (id, keys) in actions {
                let Some(index) = BINDINGS.iter().position(|b| b.ctx.id() == ctx && b.id == id) else {
                    let known = BINDINGS.iter().filter(|b| b.ctx.id() == ctx).map(|b| b.id);
                    let name = format!("keys.{ctx}.{id}");
                    let text = match nearest(id, known) {
                        Some(near) => tr!("{name} is no action; did you mean {near}?", name, near),
                        None => tr!("{name} is no action", name),
                    };
                    faults.push(fault([name], text));
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

    fn index(of: Vec<Vec<Key>>, faults: &mut Vec<KeyFault>) -> Self {
        let mut by_key = BTreeMap::new();
        for (index, keys) in of.iter().enumerate() {
            let binding = &BINDINGS[index];
            for key in keys {
                if let Some(first) = by_key.insert((binding.ctx, *key), index)
                    && first != index
                {
                    let (ctx, one, other) = (binding.ctx.id(), BINDINGS[first].id, binding.id);
                    let about = [format!("keys.{ctx}.{one}"), format!("keys.{ctx}.{other}")];
                    faults.push(fault(
                        about,
                        tr!("keys.{place}: {key} is given to {one} and to {other}", place = ctx, key, one, other),
                    ));
                    by_key.insert((binding.ctx, *key), first);
                }
            }
        }
        Self { of, by_key }
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
        let index = BINDINGS.iter().position(|b| b.ctx == binding.ctx && b.id == binding.id);
        index.map_or(&[], |index| &self.of[index])
    }
}

fn fault(about: impl Into<Vec<String>>, text: String) -> KeyFault {
    KeyFault { about: about.into(), text }
}

fn default_keys(binding: &Binding) -> Vec<Key> {
    binding.keys.iter().filter_map(|key| key.parse().ok()).collect()
}

/// An action's keys, or all that is wrong with them.
fn read_keys(binding: &Binding, keys: &[String]) -> Result<Vec<Key>, Vec<KeyFault>> {
    let name = format!("keys.{}.{}", binding.ctx.id(), binding.id);
    let (mut read, mut faults) = (Vec::new(), Vec::new());
    for key in keys {
        match key.parse::<Key>() {
            Ok(key) if !read.contains(&key) => read.push(key),
            Ok(_) => {}
            Err(fault) => faults.push(format!("{name}: {fault}")),
        }
    }
    let typed = |key: &Key| !key.ctrl && !key.alt && matches!(key.code, Code::Char(_));
    let only_text = Place::ALL.iter().filter(|place| place.chain()[0] == binding.ctx).all(|place| place.is_text());
    let has_place = Place::ALL.iter().any(|place| place.chain()[0] == binding.ctx);
    if keys.is_empty() {
        faults.push(tr!("{name} has no key left, so that it could not be reached", name));
    } else if has_place && only_text && !read.is_empty() && read.iter().all(typed) {
        faults.push(tr!("{name}: characters are typed there; give it a key such as f5 or ctrl-o", name));
    } else if !read.is_empty() && read.iter().all(is_fragile) {
        faults.push(tr!(
            "{name}: {key} may be eaten by SSH, tmux or the terminal; give it a second key",
            name,
            key = read[0]
        ));
    }
    if faults.is_empty() { Ok(read) } else { Err(faults.into_iter().map(|text| fault([name.clone()], text)).collect()) }
}

/// Every action that cannot be reached in one of its places, since its keys mean something nearer there.
fn shadows(map: &Keymap) -> Vec<KeyFault> {
    let mut found = Vec::new();
    for place in Place::ALL {
        for (depth, ctx) in place.chain().iter().enumerate().skip(1) {
            for (index, binding) in BINDINGS.iter().enumerate().filter(|(_, b)| b.ctx == *ctx) {
                let hider = |key: &Key| place.chain()[..depth].iter().find_map(|c| map.by_key.get(&(*c, *key)));
                let hiders: Vec<&usize> = map.of[index].iter().filter_map(hider).collect();
                if let Some(first) = hiders.first()
                    && hiders.len() == map.of[index].len()
                {
                    let (inner, keys) = (&BINDINGS[**first], &map.of[index]);
                    let (name, hider) =
                        (format!("keys.{}.{}", ctx.id(), binding.id), format!("keys.{}.{}", inner.ctx.id(), inner.id));
                    let text = tr!(
                        "{name}: {key} means {other} in {place}, so that it could not be reached there",
                        name,
                        key = keys[0],
                        other = inner.id,
                        place = inner.ctx.id(),
                    );
                    let fault = fault([hider, name], text);
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
    use crate::screens::keymap::Action;

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
    fn every_action_can_be_reached_in_some_place() {
        let map = Keymap::default();
        for binding in BINDINGS {
            let reached = Place::ALL.iter().any(|place| {
                map.keys_of(binding)
                    .iter()
                    .any(|key| map.resolve(*place, *key).is_some_and(|b| (b.ctx, b.id) == (binding.ctx, binding.id)))
            });
            assert!(reached, "{:?} {}", binding.ctx, binding.id);
        }
    }

    #[test]
    fn names_are_unique_within_their_place() {
        for (index, one) in BINDINGS.iter().enumerate() {
            assert!(!BINDINGS[..index].iter().any(|b| (b.ctx, b.id) == (one.ctx, one.id)), "{:?} {}", one.ctx, one.id);
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
        let texts: Vec<&str> = faults.iter().map(|fault| fault.text.as_str()).collect();
        assert_eq!(faults[6].about, ["keys.menu.accept", "keys.menu.down"]);
        assert_eq!(
            texts,
            [
                "keys.filter.accept: characters are typed there; give it a key such as f5 or ctrl-o",
                "[keys.tabel] is no place for keys; did you mean table?",
                "keys.table.clone: alt-c may be eaten by SSH, tmux or the terminal; give it a second key",
                "keys.table.freeze has no key left, so that it could not be reached",
                "keys.table.retyr is no action; did you mean retry?",
                "keys.table.sort: \"hyper-s\" is no key; keys look like q, ctrl-p, alt-enter, shift-tab, f1, space",
                "keys.menu: j is given to accept and to down",
                "keys.table.retry: r means next_tab in detail, so that it could not be reached there",
            ]
        );
        assert_eq!(means(&map, Place::Table, "s"), Some(Action::Sort));
    }
}
