//! What was asked for, carried out: effects go to the driver, acts to the work, whose news the screens take up.

use crate::{actions, app::App, layer::Wish, news, preview};
use engine::{
    act::Act,
    effect::{Effect, StoreCmd},
    msg::Msg,
};

/// Has the work take a message, and the screens take up what it has to tell.
pub(crate) fn work(app: &mut App, msg: Msg) -> Vec<Effect> {
    let now = app.work.now;
    let (mut effects, news) = engine::update(&mut app.work, msg, now);
    effects.extend(news::take_up(app, news));
    effects
}

/// Hands acts to the engine. A batch that has gone to the store makes its preview deaf.
pub(crate) fn carry_out(app: &mut App, wishes: Vec<Wish>) -> Vec<Effect> {
    let mut effects = Vec::new();
    for wish in actions::follow_up(app, wishes) {
        match wish {
            Wish::Effect(effect) => effects.push(effect),
            Wish::Act(act) => {
                if let Act::Cancel(keys) | Act::Download { keys, .. } = &act {
                    keys.iter().for_each(|key| app.screen.table.acts_on(*key));
                }
                let done = work(app, Msg::Act(act));
                for effect in &done {
                    if let Effect::Store(StoreCmd::Insert { ticket, .. }) = effect {
                        preview::sending(app, *ticket);
                    }
                }
                effects.extend(done);
            }
            // They were followed up to effects and acts.
            Wish::Run(_) | Wish::Chosen(..) | Wish::Command(..) | Wish::With(..) => {}
        }
    }
    effects
}
