//! `--linear`: the program without a screen, for screen readers, logs and terminals that can do nothing. What happens
//! is told in plain lines on stdout, commands are typed as words; no escape sequence is written and no size is asked
//! for. What is told and what a command does is [`screens::linear`]'s; here are the loop and the lines.

use ::io::{
    config::Loaded,
    run,
    run::{FaceCmd, clock::Clock, signals::Signals, unsaved},
};
use domain::text;
use engine::{
    act::Act,
    msg::{Msg, Signal},
};
use screens::linear::{Heard, Linear};
use std::{
    io::{self, BufRead, Write},
    sync::Arc,
};
use tokio::sync::mpsc::{self, UnboundedReceiver};
use words::{lang, news, tr};

/// Runs until the person leaves, standard input ends, or a signal comes. Gives the exit code.
///
/// # Errors
/// Standard output cannot be written, or signals cannot be heard.
pub async fn run(setup: Arc<Loaded>, clock: Clock) -> io::Result<u8> {
    let mut signals = Signals::listen();
    let mut typed = lines();
    let mut driver = run::Driver::<Linear>::start(setup, clock, words::SPEECH);
    tell(&[tr!("reeltop, linear mode. Type help for the commands.").to_owned()])?;
    while !driver.ended {
        let is_ending = driver.state.work().ending.is_some();
        tokio::select! {
            biased;
            signal = signals.next() => driver.take(Msg::Signal(signal)),
            line = next_line(&mut typed), if driver.state.is_ready() => match line {
                Some(line) => driver.take(Heard::Line(line)),
                None if !is_ending => driver.take(Msg::Act(Act::Quit)),
                None => typed = None,
            },
            msg = driver.next() => {
                driver.take(msg);
                driver.take_ready();
            }
        }
        // Bell, title and clipboard are a screen's.
        for order in driver.take_face_cmds() {
            if let FaceCmd::Speak(lang) = order {
                lang::set(Some(lang));
            }
        }
        if tell(&driver.state.take_lines()).is_err() && driver.state.work().ending.is_none() {
            // Nobody hears us: the same as a hang-up.
            driver.take(Msg::Signal(Signal::HangUp));
        }
    }
    let state = driver.close();
    unsaved::tell(&news::unsaved(state.work()));
    Ok(state.work().ending.as_ref().map_or(0, |ending| ending.code))
}

/// Prints lines, each harmless.
fn tell(lines: &[String]) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let mut out = io::stdout().lock();
    for line in lines {
        writeln!(out, "{}", text::harmless_line(line).trim_end())?;
    }
    out.flush()
}

/// What is typed, line by line, from a thread of its own: a read of standard input cannot be taken back.
fn lines() -> Option<UnboundedReceiver<String>> {
    let (to, lines) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in io::stdin().lock().lines() {
            let Ok(line) = line else { return };
            if to.send(line).is_err() {
                return;
            }
        }
    });
    Some(lines)
}

async fn next_line(typed: &mut Option<UnboundedReceiver<String>>) -> Option<String> {
    match typed {
        Some(lines) => lines.recv().await,
        None => std::future::pending().await,
    }
}
