//! What people do at the programs. They tell the truth as far as they know it: nobody calls a task not created that the
//! service has.

use crate::{
    books::CURRENCIES,
    model::{PRICES, PROFILES, place_of},
    plan::Deed,
    program::zone,
    rules::{Kept, Run},
    world::World,
};
use domain::{
    amount::Amount,
    request::Request,
    task::{RemoteId, ResolvedAs, Task, TaskKey, TaskState},
    time::{MINUTE, Now, Wall},
};
use engine::act::{Act, Intent};

fn intent(request: Request, parent: Option<TaskKey>, profile: Option<&str>) -> Intent {
    Intent { request, parent, agreed: vec![], name: None, typed: None, profile: profile.map(str::to_owned) }
}

fn is_failure(task: &Task) -> bool {
    matches!(task.state(), TaskState::Failed | TaskState::Refused)
}

impl World {
    pub(crate) fn deed(&mut self, deed: Deed) -> Kept {
        let running = self.running();
        if running.is_empty() {
            return Ok(());
        }
        let run = running[self.chance.index(running.len())];
        if self.typed(run, deed) {
            return Ok(());
        }
        match deed {
            Deed::Queue { tasks, alike, undo, name } => {
                let is_second = self.plan.second && self.chance.percent(45);
                let profile = is_second.then_some(PROFILES[1]);
                let prompt = |n: usize| if alike { "a cat".to_owned() } else { format!("a cat, take {n}") };
                let mut intents: Vec<Intent> = (0..tasks)
                    .map(|n| intent(Request::plain("MiniMax-Hailuo-02", &prompt(n), "768P", 6), None, profile))
                    .collect();
                intents[0].name = name.map(|name| format!("name {name}"));
                self.act(run, Act::Queue { intents, undo })
            }
            Deed::Cancel => match self.pick(|task| task.state().is_live()) {
                Some(task) => self.act(run, Act::Cancel(vec![task.key])),
                None => Ok(()),
            },
            Deed::Retry => match self.pick(is_failure) {
                Some(task) => {
                    let intents = vec![intent(task.request.clone(), Some(task.key), None)];
                    self.act(run, Act::Queue { intents, undo: false })
                }
                None => Ok(()),
            },
            Deed::Resolve => match self.pick(|task| task.state() == TaskState::Unknown) {
                Some(task) => {
                    let as_what = self.judgement(&task);
                    self.act(run, Act::Resolve { key: task.key, as_what })
                }
                None => Ok(()),
            },
            Deed::TakeBack => match self.pick(|task| task.settled.is_some()) {
                Some(task) => {
                    self.rules.wish(task.key);
                    self.act(run, Act::Resolve { key: task.key, as_what: ResolvedAs::Unknown })
                }
                None => Ok(()),
            },
            Deed::Pause => self.act(run, Act::Pause(true)),
            Deed::Resume => self.running().into_iter().try_for_each(|run| {
                self.act(run, Act::Pause(false))?;
                self.act(run, Act::Resume)
            }),
            Deed::Refresh => {
                let keys = self.rules.rows.keys().copied().collect();
                self.act(run, Act::Refresh(keys))
            }
            Deed::Download => match self.pick(|task| task.state() == TaskState::Saved) {
                Some(task) => {
                    self.rules.wish(task.key);
                    self.act(run, Act::Download { keys: vec![task.key], dir: None })
                }
                None => Ok(()),
            },
            // There are keys for it, and nothing else.
            Deed::Undo => Ok(()),
            Deed::PutAway
            | Deed::BringBack
            | Deed::Audit
            | Deed::Archive
            | Deed::Adopt
            | Deed::Raise(_)
            | Deed::Keep(..) => self.tidies(run, deed),
            Deed::Quit => self.act(run, Act::Quit),
            Deed::Join => {
                if self.programs.len() < 4 {
                    self.join(0);
                }
                Ok(())
            }
        }
    }

    /// A person puts things in order, and sees to the money.
    fn tidies(&mut self, run: Run, deed: Deed) -> Kept {
        match deed {
            Deed::PutAway => match self.pick(|task| is_failure(task) && task.put_away_at.is_none()) {
                Some(task) => self.act(run, Act::Cancel(vec![task.key])),
                None => Ok(()),
            },
            Deed::BringBack => match self.pick(|task| is_failure(task) && task.put_away_at.is_some()) {
                Some(task) => self.act(run, Act::BringBack(vec![task.key])),
                None => Ok(()),
            },
            Deed::Audit => self.act(run, Act::Audit { days: 2 }),
            Deed::Archive => {
                let wall = self.clock.wall();
                let before = Wall(wall.0 - MINUTE.cast_signed());
                self.rules.store.archive(before, wall).expect("a store");
                self.changes_from_outside();
                Ok(())
            }
            Deed::Adopt => {
                let id = self.services[0].make_elsewhere(self.clock.now);
                self.act(run, Act::Adopt(vec![RemoteId(id)]))
            }
            Deed::Raise(place) => {
                let more = Amount::from_thousandths(3 * PRICES[place]).of(CURRENCIES[place]);
                self.act(run, Act::RaiseCap(more))
            }
            Deed::Keep(place, cap) => {
                let (currency, cap) = (CURRENCIES[place], cap.map(Amount::from_thousandths));
                let now = Now { wall: self.clock.wall(), zone: zone(), ..Now::default() };
                self.rules.store.keep_caps(currency, cap, None, now).expect("a store");
                match cap {
                    Some(cap) => drop(self.rules.caps.kept.insert(currency, cap)),
                    None => drop(self.rules.caps.kept.remove(&currency)),
                }
                self.changes_from_outside();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Another program changes the store, one that does not stay: all hear the bell.
    fn changes_from_outside(&mut self) {
        self.dirty = true;
        self.ring((usize::MAX, 0));
    }

    fn pick(&mut self, is_fit: impl Fn(&Task) -> bool) -> Option<Task> {
        let fit: Vec<Task> = self.rules.rows.values().filter(|task| is_fit(task)).cloned().collect();
        (!fit.is_empty()).then(|| fit[self.chance.index(fit.len())].clone())
    }

    /// What an unknown is, as a person who has asked the gateway would say.
    fn judgement(&mut self, task: &Task) -> ResolvedAs {
        let key = task.key;
        let id = self.services[place_of(&task.profile)].of(key).next().map(|(id, _)| RemoteId(id.clone()));
        let on_its_way = self.arriving.get(&key).is_some_and(|calls| *calls > 0);
        match id {
            Some(id) if self.chance.percent(50) => ResolvedAs::Found(id),
            None if !on_its_way && self.chance.percent(70) => ResolvedAs::NotCreated,
            Some(_) | None => ResolvedAs::Lost,
        }
    }
}
