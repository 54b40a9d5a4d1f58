//! Why there is no key for the service.

use super::system::system;
use crate::{problem::Problem, tr};
use domain::reason::secret::{CommandFault, KeyPlace, NoKey};

/// Where the key comes from: `the environment variable REELTOP_API_KEY`.
#[must_use]
pub fn place(place: &KeyPlace) -> String {
    match place {
        KeyPlace::Variable(name) => tr!("the environment variable {name}", name),
        KeyPlace::Command => tr!("the command api_key_cmd").into(),
        KeyPlace::File(path) => tr!("the file {path}", path),
        KeyPlace::Simulator => tr!("the simulator").into(),
        KeyPlace::Held { profile, .. } => tr!("the key of profile {profile}", profile),
    }
}

/// What happened, why, and what to do next.
#[must_use]
pub fn no_key(reason: &NoKey) -> Problem {
    let unusable =
        |from, why| Problem::new(tr!("the API key cannot be used"), why, tr!("Check {source}.", source = place(from)));
    match reason {
        NoKey::NotSet(from) => Problem::new(
            tr!("there is no API key"),
            tr!("{source} is not set", source = place(from)),
            tr!("Set it and start again, or try --demo."),
        ),
        NoKey::Empty(from) => unusable(from, tr!("it is empty")),
        NoKey::OddCharacters(from) => unusable(from, tr!("it contains characters that an HTTP header cannot hold")),
        NoKey::FileUnreadable { path, why } => Problem::new(
            tr!("the key file {path} cannot be read", path),
            system(why),
            tr!("Make the file, or change api_key_file in the config."),
        ),
        NoKey::FileOpen { path } => Problem::new(
            tr!("the key file {path} is not used", path),
            tr!("others can read it or write to it"),
            tr!("Run: chmod 600 {path}", path),
        ),
        NoKey::Held { profile, by } => Problem::new(
            tr!("there is no API key for profile {profile}", profile),
            tr!("its key belongs to {by}, and no key is sent to two hosts", by),
            give_own_key(profile),
        ),
        NoKey::CommandFailed(fault) => Problem::new(
            tr!("the command api_key_cmd did not give the key"),
            command(fault),
            tr!("Run it yourself to see what it says."),
        ),
    }
}

/// What to do where a profile is not served for want of a key.
#[must_use]
pub fn give_own_key(name: &str) -> String {
    tr!("Give [profiles.{name}] a key of its own.", name)
}

fn command(fault: &CommandFault) -> String {
    match fault {
        CommandFault::System(why) => system(why),
        CommandFault::Slow { seconds } => tr!("it took longer than {seconds} s", seconds),
        CommandFault::Code(code) => tr!("exit status: {code}", code),
        CommandFault::Killed(status) => status.clone(),
        CommandFault::Lost => tr!("how it ended is unknown").into(),
    }
}
