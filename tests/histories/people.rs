//! What people do at the programs. They tell the truth as far as they know it: nobody calls a task not created that the
//! service has.

use crate::{
    model::{PROFILES, place_of},
    plan::Deed,
    rules::Kept,
    world::World,
};
use domain::{
    request::Request,
    task::{RemoteId, ResolvedAs, Task, TaskKey, TaskState},
};
use engine::act::{Act, Intent};

fn intent(request: Request, parent: Option<TaskKey>, profile: Option<&str>) -> Intent {
    Intent { request, parent, agreed: vec![], name: None, typed: None, profile: profile.map(str::to_owned) }
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
            Deed::Queue { tasks, alike, undo } => {
                let is_second = self.plan.second && self.chance.percent(45);
                let profile = is_second.then_some(PROFILES[1]);
                let prompt = |n: usize| if alike { "a cat".to_owned() } else { format!("a cat, take {n}") };
                let intents = (0..tasks)
                    .map(|n| intent(Request::plain("MiniMax-Hailuo-02", &prompt(n), "768P", 6), None, profile));
                self.act(run, Act::Queue { intents: intents.collect(), undo })
            }
            Deed::Cancel => match self.pick(|task| task.state().is_live()) {
                Some(task) => self.act(run, Act::Cancel(vec![task.key])),
                None => Ok(()),
            },
            Deed::Retry => match self.pick(|task| matches!(task.state(), TaskState::Failed | TaskState::Refused)) {
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
                    self.rules.wished.insert(task.key);
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
                    self.rules.wished.insert(task.key);
                    self.act(run, Act::Download { keys: vec![task.key], dir: None })
                }
                None => Ok(()),
            },
            Deed::Quit => self.act(run, Act::Quit),
            Deed::Join => {
                if self.programs.len() < 4 {
                    self.join(0);
                }
                Ok(())
            }
        }
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
