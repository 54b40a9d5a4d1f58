//! The engine's commands, each carried out by the verb that it names, and the answer to it.

use super::base::Store;
use crate::images;
use domain::{costs, reason::store::Fault, time::Wall};
use engine::{
    effect::StoreCmd,
    msg::{SendResult, StoreMsg},
};

impl Store {
    /// Carries out a command by the verb that it names. Gives the answer, where it has one.
    ///
    /// # Errors
    /// As the verb's.
    pub fn carry_out(&mut self, command: StoreCmd) -> Result<Option<StoreMsg>, Fault> {
        Ok(match command {
            StoreCmd::Insert { ticket, tasks, at, caps } => {
                Some(StoreMsg::Inserted { ticket, result: self.insert(&tasks, at, &caps)? })
            }
            StoreCmd::Write { ticket, writes } => Some(StoreMsg::Written { ticket, results: self.write(&writes)? }),
            StoreCmd::ClaimSend { ticket, write, pictures, .. }
                if self.location.server.is_some() && !images::are_here(&pictures, &self.location.images()) =>
            {
                let result = SendResult::NotHere { key: write.task.key };
                Some(StoreMsg::SendClaimed { ticket, result, path: None })
            }
            StoreCmd::ClaimSend { ticket, write, per_minute, caps, path, pictures: _ } => {
                let path = if path { Some(self.callback_path(write.task.key)?) } else { None };
                Some(StoreMsg::SendClaimed { ticket, result: self.send(&write, per_minute, &caps)?, path })
            }
            StoreCmd::Share { ticket, profile, by, change } => {
                let shared = Box::new(self.share(&profile, &by, &change)?);
                Some(StoreMsg::Shared { ticket: Some(ticket), shared })
            }
            StoreCmd::Look { keys } => Some(StoreMsg::Changed { tasks: self.look(&keys)? }),
            StoreCmd::Detail { key } => Some(match self.detail(key)? {
                Some(detail) => StoreMsg::Detail(Box::new(detail)),
                None => StoreMsg::NoSuchTask { key },
            }),
            StoreCmd::ReadSubmissions { ticket, from, to } => {
                Some(StoreMsg::Submissions { ticket, tasks: self.sent(from, to)? })
            }
            StoreCmd::Audit { ticket, profile, window, begun } => {
                Some(StoreMsg::Audit { ticket, side: Box::new(self.side(&profile, window, begun)?) })
            }
            StoreCmd::Members => Some(StoreMsg::Members(self.members()?)),
            StoreCmd::Refunds { now } => Some(StoreMsg::Refunds(self.refunds(now)?)),
            StoreCmd::Archived { filter, at } => {
                let rows = self.archived(&filter, at)?;
                Some(StoreMsg::Archived { filter, rows })
            }
            StoreCmd::ReadArchivedOf { id } => {
                let row = self.archived_of(&id)?.map(Box::new);
                Some(StoreMsg::ArchivedOf { id, row })
            }
            StoreCmd::Costs { now } => {
                let lines = self.costs(Wall(0), Wall(i64::MAX))?;
                Some(StoreMsg::Costs(Box::new(costs::report(&lines, now))))
            }
            StoreCmd::SaveDraft { id, draft, at } => {
                self.save_draft(id, &draft, at)?;
                None
            }
            StoreCmd::DropDraft { id, read } => {
                self.drop_draft(id, read.as_deref())?;
                None
            }
            StoreCmd::SaveView { view } => {
                self.save_view(&view)?;
                None
            }
            StoreCmd::SaveUpload { upload } => {
                self.save_upload(&upload)?;
                None
            }
            StoreCmd::SaveBalance { profile, amount, at } => {
                // Nothing depends on it: what cannot be written can still be looked at.
                if let Err(fault) = self.save_balance(&profile, amount, at) {
                    tracing::debug!(?fault, "a balance was not kept");
                }
                None
            }
            StoreCmd::SaveSeen { at } => {
                self.save_seen(at)?;
                None
            }
            // The journal writer's, where the store is a server; a file has no connection that could be down.
            StoreCmd::Keep(_) => None,
        })
    }
}
