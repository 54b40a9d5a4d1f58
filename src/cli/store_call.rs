//! `store`: the store that several machines share.

use super::{
    Outcome, Output, Stop,
    args::{Cap, StoreCall},
    print_text, printed, say,
    transfer::{self, PutAside},
};
use ::io::{
    config::Loaded,
    run::{clock::Clock, exit::Exit},
    store::{self, Location, Lookup, Store},
};
use domain::{
    account::{KeptCaps, Stamp},
    amount::{Amount, Currency},
    export::json_line,
    reason::store::{Trouble, Why},
    text,
};
use engine::filter::Place;
use std::{
    collections::BTreeMap,
    io::{self, Write},
    ops::ControlFlow,
    path::{Path, PathBuf},
};
use words::{amounts, names, print, problem::Problem, tr};

/// `reeltop store …`.
pub(super) fn run(setup: &Loaded, what: StoreCall, output: Output) -> Outcome {
    match what {
        StoreCall::Init => init(setup, output),
        StoreCall::Check => check(setup, output),
        StoreCall::Copy { to } => copy(setup, &to, output),
        StoreCall::Budget { per_day, each, currency } => {
            let currency = currency.unwrap_or_else(|| setup.settings.profile.currency());
            budget(setup, currency, per_day, each, output)
        }
        StoreCall::Grants => print_text("sql", store::GRANTS, output),
    }
}

fn init(setup: &Loaded, output: Output) -> Outcome {
    let at = setup.at();
    if at.server.is_none() {
        let next = tr!("Set url in [store], or REELTOP_STORE_URL; a store in a file needs no init.");
        return Err(Stop::of(Exit::Usage, Problem::new(tr!("no shared store is named"), "", next)));
    }
    let (before, version) = store::init(&at).map_err(|fault| match &fault.why {
        Why::Server { kind: Trouble::NotAllowed, .. } => {
            let why = words::reason::store::problem(&fault).why;
            let next = tr!("Run it as the database's owner: CREATE DATABASE reel OWNER …;");
            Stop::from(Problem::new(tr!("the tables could not be made"), why, next))
        }
        _ => fault.into(),
    })?;
    let shown = at.shown().display().to_string();
    let text = match before {
        0 => tr!("{store} is ready", store = shown),
        _ if before == version => tr!("{store} has version {version} already", store = shown, version),
        _ => tr!("{store} was brought from version {before} to {version}", store = shown, before, version),
    };
    put(output, &serde_json::json!({ "store": shown, "version": version, "before": before }), &text)
}

fn check(setup: &Loaded, output: Output) -> Outcome {
    let at = setup.at();
    let store = Store::open(&at)?;
    let (total, wrong, clock) = (store.overview()?.total, store.check()?, store.clock_ahead());
    let shown = at.shown().display().to_string();
    let mut text = tr!("{store}: {tasks}, nothing wrong", store = shown, tasks = names::tasks(total));
    if !wrong.is_empty() {
        text = tr!("{store} is damaged: {what}", store = shown, what = wrong.join(tr!("; ")));
    }
    let json = serde_json::json!({ "store": shown, "tasks": total, "clock_ms": clock, "wrong": wrong });
    let exit = if wrong.is_empty() { Exit::Done } else { Exit::Failed };
    printed(exit, put(output, &json, &text).map(drop))
}

fn copy(setup: &Loaded, to: &str, output: Output) -> Outcome {
    let from = setup.at();
    if to.trim().is_empty() {
        let next = tr!("Name a folder or an address with --to; . is the folder here.");
        let problem = Problem::new(tr!("nothing was copied"), tr!("--to is empty"), next);
        return Err(Stop::of(Exit::Usage, problem));
    }
    let scheme = to.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    if !to.contains("://") && scheme.is_some_and(|scheme| matches!(&*scheme, "postgres" | "postgresql")) {
        let why = tr!("an address of a database begins with postgres://");
        let next = tr!("Write it as postgres://USER@HOST/DATABASE; for a folder of that name, write ./ before it.");
        let what = tr!("{to} is neither a database nor a folder", to = format!("{to:?}"));
        return Err(Stop::of(Exit::Usage, Problem::new(what, why, next)));
    }
    let target = if to.contains("://") {
        Location { dir: setup.paths.data_dir.clone(), server: Some(setup.server(to)), who: from.who.clone() }
    } else {
        Location { dir: PathBuf::from(to), server: None, who: from.who.clone() }
    };
    let is_one_folder = |one: &Path, other: &Path| {
        one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
    };
    let is_file = target.server.is_none() && from.server.is_none();
    if target == from || (is_file && is_one_folder(&target.dir, &from.dir)) {
        let problem = Problem::new(tr!("a store cannot be copied to itself"), "", tr!("Name another one with --to."));
        return Err(Stop::of(Exit::Usage, problem));
    }
    let mut store = Store::open(&target)?;
    let source = Store::open(&from)?;
    let (raises, caps) = (source.raises()?, source.caps()?);
    drop(source);
    let face = "store";
    let who = Stamp { who: format!("{face} {}", std::process::id()), at: Clock::start().now().wall };
    let taken = store.take_in(put_aside(setup, &from)?.read()?, &who)??;
    let raises = store.take_raises(&raises)?;
    let exit = transfer::told(&taken, raises, 0, output)?;
    if taken.paused || taken.unsent > 0 || !taken.left.is_empty() {
        let how = if target.server.is_some() { "REELTOP_STORE_URL".to_owned() } else { ["--data-dir", to].join(" ") };
        say(&tr!("\"here\" is the copy: to act on it, call reeltop with {how}", how));
    }
    let uncapped = copy_caps(&mut store, &caps)?;
    for (currency, why) in &uncapped {
        let text = budget_text(*currency, caps.get(currency));
        say(&tr!("the kept budget was not copied ({why}). In the store that was copied: {text}", why, text));
    }
    Ok(exit)
}

/// Has the caps that a store keeps kept by its copy, where that keeps none of their currency. Tells those that it does
/// not keep so, and why.
fn copy_caps(store: &mut Store, caps: &BTreeMap<Currency, KeptCaps>) -> Result<Vec<(Currency, String)>, Stop> {
    let kept = store.caps()?;
    let mut uncapped = Vec::new();
    for (currency, caps) in caps {
        match kept.get(currency) {
            Some(kept) if (kept.per_day, kept.per_day_each) == (caps.per_day, caps.per_day_each) => {}
            Some(_) => uncapped.push((*currency, tr!("the copy keeps another one").to_owned())),
            None => {
                let done = store.keep_caps(*currency, caps.per_day, caps.per_day_each, Clock::start().now());
                uncapped.extend(done.err().map(|fault| (*currency, words::reason::store::problem(&fault).why)));
            }
        }
    }
    Ok(uncapped)
}

/// Keeps the caps that are given, and tells those that hold.
fn budget(setup: &Loaded, currency: Currency, per_day: Option<Cap>, each: Option<Cap>, output: Output) -> Outcome {
    let mut store = Store::open(setup.at())?;
    if per_day.or(each).is_some() {
        let kept = store.caps()?.remove(&currency);
        let (day, own) = kept.as_ref().map_or((None, None), |kept| (kept.per_day, kept.per_day_each));
        if let Some(kept) = kept.filter(|kept| !kept.is_ours) {
            let why = tr!("the caps of this store are set by its keepers; {who} set these", who = kept.by.who);
            let user = store.about()?.map_or_else(String::new, |about| about.user);
            let who = kept.by.who;
            let next =
                tr!("Ask {who}, or have the database's administrator run: GRANT reeltop_keeper TO {user};", who, user);
            return Err(Stop::of(Exit::Failed, Problem::new(tr!("the budget was not changed"), why, next)));
        }
        let (day, own) = (per_day.map_or(day, |cap| cap.0), each.map_or(own, |cap| cap.0));
        store.keep_caps(currency, day, own, Clock::start().now())?;
    }
    let kept = store.caps()?;
    let mut shown: Vec<Currency> = kept.keys().copied().filter(|_| per_day.or(each).is_none()).collect();
    if !shown.contains(&currency) {
        shown.push(currency);
    }
    for currency in shown {
        let caps = kept.get(&currency);
        let budget = &setup.settings.budget;
        let (day, each) = (caps.and_then(|caps| caps.per_day), caps.and_then(|caps| caps.per_day_each));
        let in_force = budget.day_caps().lowered(caps);
        let json = serde_json::json!({
            "currency": currency,
            "in_force": { "per_day": in_force.per_day, "per_day_each": in_force.per_day_each },
            "per_day": caps.and_then(|caps| caps.per_day),
            "per_day_each": caps.and_then(|caps| caps.per_day_each),
            "who": caps.map(|caps| &caps.by.who),
            "at": caps.map(|caps| caps.by.at.rfc3339()),
            "keeper": caps.map(|caps| caps.is_ours),
        });
        put(output, &json, &budget_text(currency, caps))?;
        if let Some(note) = print::day_note(&kept, Clock::start().now()).filter(|_| caps.is_some()) {
            say(&note);
        }
        for (option, own, kept) in [("per_day", budget.per_day, day), ("per_day_each", budget.per_day_each, each)] {
            if let (Some(own), Some(kept)) = (own, kept)
                && own < kept
            {
                let (option, own, kept) = (format!("budget.{option}"), own.of(currency), kept);
                say(&tr!(
                    "with this config only {own} of {kept} may be used: {option} is lower. Raise it there, or set it to \"none\"",
                    own,
                    kept,
                    option
                ));
            }
        }
    }
    Ok(Exit::Done)
}

fn budget_text(currency: Currency, caps: Option<&KeptCaps>) -> String {
    let Some(caps) = caps else {
        return tr!("{currency}: the store keeps no budget; each config's own caps hold", currency);
    };
    let no_cap = || tr!("no cap").to_owned();
    let of = |cap: Option<Amount>| cap.map_or_else(no_cap, |cap| cap.of(currency).to_string());
    let set =
        tr!("set by {who} at {time}", who = caps.by.who, time = amounts::moment(caps.by.at, Clock::start().now()));
    let (day, each) = (of(caps.per_day), of(caps.per_day_each));
    let text = tr!("a day: {day}; each person a day: {each} ({set})", day, each, set);
    if caps.is_ours { text } else { tr!("{text}; only a keeper of the store changes it", text) }
}

/// All tasks of a store.
fn put_aside(setup: &Loaded, from: &Location) -> Result<PutAside, Stop> {
    let all = Lookup { states: None, keys: (0, u64::from(u32::MAX)), models: None, created: None, place: Place::Both };
    let (mut aside, mut failed) = (PutAside::begin(&setup.paths.data_dir)?, None);
    Store::open(from)?.carried(
        &all,
        |_| true,
        |task| {
            let line = serde_json::Value::Object(task.fields(|_| String::new()));
            aside.add(&line.to_string()).map_or_else(
                |stop| {
                    failed = Some(stop);
                    ControlFlow::Break(())
                },
                ControlFlow::Continue,
            )
        },
    )?;
    failed.map_or(Ok(aside), Err)
}

fn put(output: Output, json: &serde_json::Value, text: &str) -> Outcome {
    if output.json {
        writeln!(io::stdout(), "{}", json_line(json))?;
    } else {
        writeln!(io::stdout(), "{}", text::harmless_line(text))?;
    }
    Ok(Exit::Done)
}
