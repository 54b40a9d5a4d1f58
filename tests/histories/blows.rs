//! What befalls programs and machine, as the plan has it.

use crate::{
    plan::{Blow, Fault},
    rules::Kept,
    world::{Event, World},
};
use domain::time::MINUTE;

impl World {
    pub(crate) fn note(&mut self, fault: String) {
        self.tell(|| format!("          FAULT {fault}"));
        *self.figures.faults.entry(fault).or_default() += 1;
    }

    /// The faults of this step.
    pub(crate) fn befall(&mut self, actor: usize) -> Kept {
        let step = self.figures.steps;
        let due = |fault: &&Fault| matches!(fault, Fault::Step(at, _) if *at == step);
        let blows: Vec<Fault> = self.plan.faults.iter().filter(due).copied().filter(|_| !self.quiet).collect();
        for fault in blows {
            let Fault::Step(_, blow) = fault else { continue };
            // These come to pass with the next change.
            if !matches!(blow, Blow::CommitFails | Blow::CommitLies | Blow::CommitUnheard) {
                self.note(blow.name());
            }
            let now = self.clock.now;
            match blow {
                Blow::Crash => self.crashes(actor),
                Blow::PowerCut => self.power_cut(),
                Blow::Clock(by) => {
                    self.clock.set += by;
                    self.rules.disturbed = Some(now);
                }
                Blow::Sleep(ms) => {
                    self.clock.now += ms;
                    self.clock.slept += ms;
                    self.rules.disturbed = Some(self.clock.now);
                }
                Blow::Outage(ms) => self.away_until = now + ms,
                Blow::DiskFull(ms) => self.full_until = now + ms,
                Blow::CommitFails | Blow::CommitLies | Blow::CommitUnheard => self.next_commit = Some(blow),
            }
        }
        Ok(())
    }

    pub(crate) fn power_cut(&mut self) {
        for place in 0..self.programs.len() {
            self.crashes(place);
        }
    }

    /// It is killed, and started again after a while. Its lock file stays, which nobody holds any more; that its end is
    /// noticed at once is not sure.
    pub(crate) fn crashes(&mut self, place: usize) {
        let Some(program) = self.programs[place].as_ref() else { return };
        let lock = self.dir.join("run").join(format!("{}.lock", program.session.owner()));
        let is_told = self.chance.percent(70);
        self.ends(place, is_told);
        std::fs::write(lock, "").expect("a lock file");
        self.after(500, 10 * MINUTE, Event::Start(place));
    }

    /// It ends, and the others are told so or not.
    pub(crate) fn ends(&mut self, place: usize, is_told: bool) {
        let Some(program) = self.programs[place].take() else { return };
        let owner = program.session.owner().to_owned();
        drop(program);
        if is_told {
            for other in self.running() {
                self.after(1, 50, Event::Ended(other, owner.clone()));
            }
        }
    }
}
