//! What is known of a profile, by its name.

use crate::{
    claims,
    profile_state::{Halt, ProfileState},
    settings::Profile,
    work::Work,
};
use domain::{
    account::HaltCause,
    catalogue::Catalogue,
    task::{Row, TaskState},
    time::Mono,
};
use service::protocol::Protocol;
use std::sync::LazyLock;

/// What is known of a profile that the config does not know: nothing.
static UNKNOWN: LazyLock<ProfileState> = LazyLock::new(ProfileState::default);

impl Work {
    /// A profile of that name, as it is served here. One that the config does not know has no key.
    #[must_use]
    pub fn of(&self, profile: &str) -> &ProfileState {
        if profile == self.settings.profile.name { &self.own } else { self.others.get(profile).unwrap_or(&UNKNOWN) }
    }

    pub(crate) fn of_mut(&mut self, profile: &str) -> &mut ProfileState {
        if profile == self.settings.profile.name {
            return &mut self.own;
        }
        self.others.entry(profile.to_owned()).or_default()
    }

    /// The profiles that the config knows, the default one first.
    pub fn served(&self) -> impl Iterator<Item = (&str, &ProfileState)> {
        let others = self.others.iter().map(|(name, served)| (name.as_str(), served));
        let all = std::iter::once((self.settings.profile.name.as_str(), &self.own)).chain(others);
        all.filter(|(_, served)| served.is_known)
    }

    /// The names of these.
    pub(crate) fn profiles(&self) -> Vec<String> {
        self.served().map(|(name, _)| name.to_owned()).collect()
    }

    /// What the config says of a profile.
    #[must_use]
    pub fn profile(&self, name: &str) -> Option<&Profile> {
        let settings = &self.settings;
        if name == settings.profile.name {
            return Some(&settings.profile);
        }
        settings.others.get(name).map(|other| &other.profile)
    }

    /// Whether two profiles may be names of one account, whose records hold the calls of both: they are at the same
    /// host, or the config no longer knows one of them.
    pub(crate) fn may_share_account(&self, one: &str, other: &str) -> bool {
        match (self.profile(one), self.profile(other)) {
            (Some(one), Some(other)) => one.account_host() == other.account_host(),
            _ => true,
        }
    }

    /// Whether two profiles have one balance, as far as the config tells: the same key at the same host.
    pub(crate) fn is_one_account(&self, one: &str, other: &str) -> bool {
        let key = |name| self.profile(name).map(|profile| (profile.account_host(), &profile.key_variable));
        one == other || key(one).is_some_and(|one| key(other) == Some(one))
    }

    /// Whether nothing is done about a task because its profile's key is missing here, and no other program works on
    /// it. Not for the default profile: that its key is missing is said elsewhere.
    #[must_use]
    pub fn lacks_key(&self, row: &Row) -> bool {
        let served = self.of(&row.kind.profile);
        let is_open = row.state.is_live() && row.state != TaskState::Sending;
        is_open
            && *row.kind.profile != *self.settings.profile.name
            && !served.has_key
            && (!served.is_known || served.key_problem.is_some())
            && self.tasks.live.get(&row.key).is_none_or(|task| !claims::held_by_another(self, task))
    }

    /// What stops the sending: of the default profile, else of the first other one that is stopped.
    #[must_use]
    pub fn halt(&self) -> Option<(&str, &Halt)> {
        self.served().find_map(|(profile, served)| Some((profile, served.sending.halted.as_ref()?)))
    }

    /// Since when which profile's service has not answered: the default one's, else the first other's.
    #[must_use]
    pub fn offline(&self) -> Option<(&str, Mono)> {
        self.served().find_map(|(profile, served)| Some((profile, served.poller.offline_since?)))
    }

    /// The wall clock has gone on by so many milliseconds more than the time that went by.
    pub(crate) fn clock_went(&mut self, by: i64) {
        let at = self.now.wall;
        std::iter::once(&mut self.own).chain(self.others.values_mut()).for_each(|one| one.sending.jumps.note(at, by));
    }

    /// Whether a halt stops one profile while there are others.
    #[must_use]
    pub fn is_one_of_several(&self, halt: &Halt) -> bool {
        halt.cause != HaltCause::Store && self.served().count() > 1
    }

    /// The halt, if it is the store's doing.
    #[must_use]
    pub fn halted_by_store(&self) -> Option<&Halt> {
        let halts = self.served().filter_map(|(_, served)| served.sending.halted.as_ref());
        halts.into_iter().find(|halt| halt.cause == HaltCause::Store)
    }

    /// The models as a profile's host takes them.
    #[must_use]
    pub fn catalogue(&self, profile: &str) -> &Catalogue {
        self.settings.others.get(profile).map_or(&self.settings.catalogue, |other| &other.catalogue)
    }

    /// The profile whose question is answered, by name, and the question, which `question` takes out of it; `None` for a
    /// stale answer. One that the config no longer knows may still be answered.
    pub(crate) fn asked<T>(&mut self, mut question: impl FnMut(&mut ProfileState) -> Option<T>) -> Option<(String, T)> {
        if let Some(found) = question(&mut self.own) {
            return Some((self.settings.profile.name.clone(), found));
        }
        self.others.iter_mut().find_map(|(name, served)| Some((name.clone(), question(served)?)))
    }

    /// What a profile's service speaks.
    pub(crate) fn protocol(&self, profile: &str) -> Protocol {
        self.profile(profile).map_or(Protocol::MINIMAX_V1, |profile| profile.protocol)
    }
}
