//! What is wrong with a call, in the person's language. Clap puts its own sentences together in English only; in another
//! language they are put together here, out of the kind of fault and of what clap tells about it.

use crate::{domain::problem::Problem, lang, lang::Lang, tr};
use clap::{
    Error,
    error::{ContextKind, ContextValue, ErrorKind},
};
use std::{error::Error as _, num::ParseIntError};

/// The fault in the person's language. Nothing where clap's own words do: in English, where help or the version was asked
/// for, and for the few faults that this grammar does not bring about.
#[must_use]
pub fn spoken(error: &Error) -> Option<Problem> {
    match lang::current() {
        Lang::En => None,
        Lang::Zh => problem(error),
    }
}

fn problem(error: &Error) -> Option<Problem> {
    let part = |kind| told(error, kind);
    let argument = part(ContextKind::InvalidArg).unwrap_or_default();
    let value = part(ContextKind::InvalidValue).unwrap_or_default();
    let (what, why) = match error.kind() {
        ErrorKind::UnknownArgument => (tr!("There is no argument {argument}", argument), String::new()),
        ErrorKind::InvalidSubcommand => {
            let command = part(ContextKind::InvalidSubcommand)?;
            (tr!("There is no command {command}", command), String::new())
        }
        ErrorKind::MissingRequiredArgument => (tr!("Missing: {argument}", argument), String::new()),
        ErrorKind::InvalidValue | ErrorKind::NoEquals if value.is_empty() => {
            (tr!("{argument} needs a value", argument), allowed(error))
        }
        ErrorKind::InvalidValue => (tr!("{argument} cannot be {value}", argument, value), allowed(error)),
        ErrorKind::ValueValidation => (tr!("{argument} cannot be {value}", argument, value), reason(error)),
        ErrorKind::ArgumentConflict => match (part(ContextKind::Custom), part(ContextKind::PriorArg)) {
            (Some(own), _) => (own, String::new()),
            (None, Some(other)) if other == argument => (tr!("{argument} is given twice", argument), String::new()),
            (None, Some(other)) => (tr!("{argument} cannot be used with {other}", argument, other), String::new()),
            (None, None) => return None,
        },
        _ => return None,
    };
    let near = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    let next = match near.into_iter().find_map(part) {
        Some(near) => tr!("Did you mean {near}?", near),
        None => tr!("See `reeltop --help`.").into(),
    };
    Some(Problem::new(what, why, next))
}

/// The values there are, where they are few.
fn allowed(error: &Error) -> String {
    told(error, ContextKind::ValidValue).map(|values| tr!("it takes {values}", values)).unwrap_or_default()
}

/// Why a value was not taken: our own words, and words for the number that is none.
fn reason(error: &Error) -> String {
    match error.source() {
        Some(source) if source.is::<ParseIntError>() => tr!("it is no whole number, or too large").into(),
        Some(source) if source.is::<std::net::AddrParseError>() => {
            tr!("it takes an address and a port, such as 127.0.0.1:8303").into()
        }
        Some(source) => source.to_string(),
        None => String::new(),
    }
}

/// What clap tells about a fault; several as a list.
fn told(error: &Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(one) => Some(one.clone()),
        ContextValue::Strings(all) => (!all.is_empty()).then(|| all.join(tr!(", "))),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use std::ffi::OsString;

    fn said(call: &str) -> Option<String> {
        let error = super::super::parse(call.split(' ').map(OsString::from)).unwrap_err();
        spoken(&error).map(|problem| problem.to_string())
    }

    #[test]
    fn a_wrong_call_is_told_in_chinese_and_left_to_clap_in_english() {
        let said_in_chinese = |call| lang::within(Lang::Zh, || said(call));
        for (call, expected) in [
            ("reeltop --bogus", "没有参数 --bogus。参见 `reeltop --help`。"),
            ("reeltop submt", "没有命令 submt。是否指 submit？"),
            ("reeltop show", "缺少 <KEY>。参见 `reeltop --help`。"),
            ("reeltop list --limit", "--limit <N> 需要一个值。参见 `reeltop --help`。"),
            ("reeltop list --limit x", "--limit <N> 不能是 x：不是整数，或数值过大。参见 `reeltop --help`。"),
            ("reeltop cost --by clas", "--by <TABLE> 不能是 clas：可选 day、model、state、class。是否指 class？"),
            ("reeltop submit --count 0", "--count <N> 不能是 0：0 不在 1..=1000 之内。参见 `reeltop --help`。"),
            (
                "reeltop simulate --listen x",
                "--listen <ADDR> 不能是 x：应为地址加端口，如 127.0.0.1:8303。参见 `reeltop --help`。",
            ),
            ("reeltop submit --queue --dry-run", "--queue 不能与 --dry-run 同用。参见 `reeltop --help`。"),
            ("reeltop --demo list", "--demo 是使用模拟器的主界面，不带命令。参见 `reeltop --help`。"),
        ] {
            assert_eq!(said_in_chinese(call).as_deref(), Some(expected));
            assert_eq!(said(call), None);
        }
        assert_eq!(said_in_chinese("reeltop --help"), None);
    }
}
