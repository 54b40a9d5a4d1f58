//! `simulate`: the service's stand-in for other clients, for learning and for tests.

use super::{Outcome, Output, Stop, block_on, printer};
use ::io::run::{clock::Clock, exit::Exit, signals::Signals};
use domain::{amount::Currency, catalogue::Catalogue};
use simulator::{BadFault, CannotListen, Faults, SimConfig, Simulator};
use std::{
    io::{self, Write},
    net::SocketAddr,
};
use words::{problem::Problem, tr};

impl From<CannotListen> for Stop {
    fn from(CannotListen { at, error }: CannotListen) -> Self {
        let what = match at {
            Some(at) => tr!("the simulator cannot listen at {at}", at),
            None => tr!("the simulator does not know where it listens").into(),
        };
        Problem::new(what, error.to_string(), tr!("Choose another port with --listen.")).into()
    }
}

/// Serves until a signal comes.
pub(super) fn run(listen: SocketAddr, seed: u64, currency: Currency, faults: &str, output: Output) -> Outcome {
    let faults = faults.parse::<Faults>().map_err(|bad| {
        let problem =
            Problem::new(tr!("cannot parse the faults"), wrong(&bad), tr!("`reeltop simulate --help` explains them."));
        Stop::of(Exit::Usage, problem)
    })?;
    block_on(async {
        let mut signals = Signals::listen();
        // A store has the ids of the one before. Ten a second leave room for what that one was asked.
        let ids_from = Clock::start().now().wall.0.unsigned_abs() / 100;
        let demo = SimConfig::demo(Catalogue::builtin());
        let config = SimConfig { listen, seed, ids_from, faults, currency, various: true, ..demo };
        let simulator = Simulator::start(config).await?;
        let mut out = io::stdout().lock();
        match output.json {
            true => writeln!(out, "{}", serde_json::json!({ "base_url": simulator.base_url() }))?,
            false => writeln!(out, "{}", simulator.base_url())?,
        }
        out.flush()?;
        let mut lines = vec![
            tr!("The simulator is listening; nothing costs money here. Client config:").to_owned(),
            format!(
                "  profile = \"simulator\"\n  [profiles.simulator]\n  base_url = \"{}\"\n  path_prefix = \"/minimaxi/v1\"",
                simulator.base_url()
            ),
        ];
        if currency != Currency::Ptc {
            lines.push(format!("  currency = \"{}\"\n  records = false", currency.id()));
        }
        lines.push(tr!("Any key is good; `reeltop simulate --help` lists the faults.").to_owned());
        printer::err(lines.join("\n") + "\n");
        signals.next().await;
        let counts = simulator.counts();
        let counted = tr!(
            "{submissions} submissions, {accepted} accepted, {charged} charged, {queries} queries, {downloads} downloads",
            submissions = counts.submissions,
            accepted = counts.accepted,
            charged = counts.charged.of(currency),
            queries = counts.queries,
            downloads = counts.downloads,
        );
        printer::err(counted + "\n");
        simulator.stop().await;
        Ok(Exit::Interrupted)
    })?
}

fn wrong(bad: &BadFault) -> String {
    let (text, what) = match bad {
        BadFault::NoCount(text) => (text, tr!("after @ and % comes a whole number from 1").to_owned()),
        BadFault::NoChance(text) => (text, tr!("after : comes a chance from 0 to 1").to_owned()),
        BadFault::NoName(text) => {
            let names: Vec<&str> = Faults::NAMES.iter().map(|info| info.name).collect();
            (text, tr!("the names are {names}", names = names.join(tr!(", "))))
        }
    };
    tr!("{quoted} is not a fault: {what}", quoted = format!("{text:?}"), what)
}
