//! `reeltop prices`: what a video costs by our list and the config, beside the gateway's own words.

use super::{Outcome, Output, Stop, block_on, printed, say};
use ::io::{client::price_list, config::Loaded, run::exit::Exit};
use domain::amount::Currency;
use service::{
    answer::Reply,
    gateway::{Asked, prices, prices::Listed},
};
use std::io::Write;
use words::{print, reason, tr};

/// Prints every price, and says what the two lists differ in. Where the gateway's is not to be had, ours is printed all
/// the same.
pub(super) fn run(setup: &Loaded, output: Output) -> Outcome {
    let settings = &setup.settings;
    let (listed, exit) = match settings.profile.currency() {
        Currency::Ptc => theirs(setup)?,
        Currency::Usd | Currency::Cny => {
            say(tr!("This service publishes no price list to compare with."));
            (None, Exit::Done)
        }
    };
    let all = print::Price::all(&settings.profile.prices, &settings.catalogue, listed.as_deref());
    let text = match output.json {
        true => print::prices_json(&all),
        false => print::prices(&all, output.color),
    };
    printed(exit, std::io::stdout().write_all(text.as_bytes()).map_err(Stop::from))
}

fn theirs(setup: &Loaded) -> Result<(Option<Vec<Listed>>, Exit), super::Stop> {
    let url = &setup.settings.profile.base_url;
    let reply = block_on(price_list(url, setup.allow_http))?;
    let why = match reply.as_ref().map(prices::list) {
        Ok(Asked::Told(listed)) => return Ok((Some(listed), Exit::Done)),
        Ok(Asked::NotYet) => tr!("it has none").to_owned(),
        Ok(Asked::NotAllowed { said }) => said,
        Ok(Asked::Again { code, said, .. }) => [code, said].join(" ").trim().to_owned(),
        Err(fault) => reason::connect::problem(fault).fact(),
    };
    say(&tr!("The price list of {url} could not be read: {why}. These are our own prices.", url, why));
    // As with every other question: what answers is no trouble of the line.
    let answers = matches!(reply, Ok(Reply::Answered { .. } | Reply::Redirected { .. }));
    Ok((None, if answers { Exit::Failed } else { Exit::Network }))
}
