//! People who type: a program with a screen does what its keys mean at that moment, and other things happen between two
//! of them. They go the usual ways over compose and preview, and hit keys on the row that the cursor is on.

use crate::{
    plan::Deed,
    rules::{Kept, Run},
    world::{Event, World},
};
use domain::task::TaskKey;
use screens::{key::Key, msg::Input, table::cursor_row};

/// Between two keys, in milliseconds: slower than a paste, quicker than the answers to what they cause.
const PACE: (u64, u64) = (120, 900);
/// What a prompt begins with that was typed.
pub(crate) const TYPED: &str = "cat ";
/// Keys that lead back to the table from wherever a person is.
const BACK: [&str; 3] = ["esc", "esc", "esc"];

/// The keys by which a person does that; `None` where it takes knowledge that only an act is given here.
fn keys(world: &mut World, deed: Deed) -> Option<Vec<Key>> {
    let named = |name: &&str| name.parse().expect("a key");
    let mut keys: Vec<Key> = BACK.iter().map(named).collect();
    let to_a_row = |world: &mut World, keys: &mut Vec<Key>| {
        keys.push(Key::char('g'));
        keys.extend((0..world.chance.below(12)).map(|_| Key::char('j')));
    };
    match deed {
        Deed::Queue { tasks, .. } => {
            keys.push(Key::char('n'));
            let takes: Vec<String> = (0..tasks).map(|n| n.to_string()).collect();
            keys.extend(format!("{TYPED}{{{}}}", takes.join("|")).chars().map(Key::char));
            keys.extend(["f2", "enter"].iter().map(named));
        }
        Deed::Retry => {
            to_a_row(world, &mut keys);
            keys.push(Key::char('r'));
            keys.push(named(&"enter"));
        }
        Deed::Cancel => {
            to_a_row(world, &mut keys);
            keys.push(Key::char('x'));
        }
        Deed::Download => {
            to_a_row(world, &mut keys);
            keys.push(Key::char('d'));
        }
        Deed::Pause => keys.push(Key::char('p')),
        Deed::Undo => keys.push(Key::char('u')),
        Deed::Refresh => keys.push(named(&"ctrl-r")),
        Deed::Quit => keys.extend([Key::char('q'), Key::char('y')]),
        // Each program that has looked at the gateway tells what an unknown was; the rest belongs to no one program.
        Deed::Resolve
        | Deed::TakeBack
        | Deed::Resume
        | Deed::Join
        | Deed::PutAway
        | Deed::BringBack
        | Deed::Audit
        | Deed::Archive
        | Deed::Adopt
        | Deed::Raise(_)
        | Deed::Keep(..) => return None,
    }
    Some(keys)
}

impl World {
    /// Begins to type what does that, where the program has a screen and there are keys for it.
    pub(crate) fn typed(&mut self, run: Run, deed: Deed) -> bool {
        if !self.has_screen(run) {
            return false;
        }
        let Some(keys) = keys(self, deed) else { return false };
        let mut at = self.clock.now;
        for key in keys {
            at += self.chance.between(PACE.0, PACE.1);
            self.at(at, Event::Key(run, key));
        }
        true
    }

    /// A key goes down.
    pub(crate) fn key(&mut self, run: Run, key: Key) -> Kept {
        let app = self.programs[run.0].as_ref().and_then(|program| program.face.screen());
        let under_the_cursor: Option<TaskKey> = app.and_then(cursor_row).map(|row| row.key);
        if let Some(key) = under_the_cursor.filter(|_| key == Key::char('d')) {
            self.rules.wish(key);
        }
        self.input(run, Input::Key(key))
    }
}
