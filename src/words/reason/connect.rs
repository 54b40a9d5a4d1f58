//! Why no call can be made, as sentences.

use crate::{problem::Problem, tr};
use domain::reason::connect::{BadAddress, Connect};

/// What happened, why, and what to do next.
#[must_use]
pub fn problem(fault: &Connect) -> Problem {
    match fault {
        Connect::NoKey => Problem::new(tr!("there is no API key"), "", tr!("See `reeltop doctor`.")),
        Connect::OddKey => Problem::new(
            tr!("The key cannot be sent"),
            tr!("it contains a line break or another character that no key has"),
            tr!("Set it again, with nothing around it."),
        ),
        Connect::Address { address, why } => {
            let what = tr!("base_url {address} cannot be used", address = format!("{address:?}"));
            let example = || tr!("Set base_url to something like https://api.302.ai.");
            let (why, next) = match why {
                BadAddress::NotAnAddress => (tr!("it is not a URL"), example()),
                BadAddress::Login => (
                    tr!("it contains a user name or a password"),
                    tr!("Take them out of base_url; the key has its own setting."),
                ),
                BadAddress::Query => (tr!("it contains a `?` or a `#`"), tr!("Set base_url to scheme and host only.")),
                BadAddress::PlainHttp => (
                    tr!("plain http would expose the key on the network"),
                    tr!("Use https, or set allow_http = true in the profile."),
                ),
                BadAddress::Scheme => (tr!("only https and http are supported"), example()),
            };
            Problem::new(what, why, next)
        }
        Connect::NoTls(said) => Problem::new(
            tr!("Cannot set up a connection to the service"),
            said,
            tr!("Check the certificates (SSL_CERT_FILE) and the proxy variables of this machine."),
        ),
        Connect::Worker => Problem::new(tr!("The request could not be built"), "", ""),
        Connect::Late => Problem::new(
            tr!("The submission was held back"),
            tr!("reeltop or its machine was suspended for too long before it"),
            "",
        ),
    }
}
