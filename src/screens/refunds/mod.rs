//! The charges that can be asked back, as the text to send to the gateway.

use crate::{
    app::App,
    confirm::Confirm,
    layer::Wish,
    lists::{
        Kind, ListView,
        view::{heights, list_place, room_of, text_list},
    },
    widgets::{brush::Brush, text},
};
use domain::{
    refunds::CALENDAR_DAYS,
    task::{RefundStep, TaskKey},
};
use engine::{
    act::Act,
    effect::{Effect, StoreCmd},
};
use ratatui::layout::{Position, Rect};
use words::print;
use words::tr;

/// The text as a list of lines.
static REFUNDS: Kind = Kind {
    texts: |app| lines(app, u16::MAX),
    heights: |app, view, width| heights(lines(app, width), view, width),
    draw,
    run: None,
};

/// Blanks that parts of a call have between them.
const APART: &str = "  ";
/// Before the part of a call that goes on in a line of its own: the cells of its time.
const INDENT: &str = "       ";

/// The text in a frame that wide: a call that is too long for a line breaks behind its ID.
fn lines(app: &App, width: u16) -> Vec<String> {
    let refunds = &app.work.money.refunds;
    let Some(text) = print::refunds(refunds, app.work.now) else {
        return vec![tr!("There is nothing to ask for.").to_owned()];
    };
    let how = tr!(
        "`reeltop refunds` prints this text. :refunds asked notes that you sent it, :refunds refunded 12 that the money for #12 came back."
    );
    text.lines().map(|line| broken(line, room_of(width))).chain([String::new(), how.to_owned()]).collect()
}

fn draw(brush: &mut Brush<'_>, screen: Rect, app: &App, view: &ListView) -> Option<Position> {
    let lines = lines(app, list_place(screen).width);
    text_list(brush, screen, app, view, tr!("Refunds"), lines)
}

fn broken(line: &str, room: usize) -> String {
    let mut parts = line.splitn(3, APART);
    match (parts.next(), parts.next(), parts.next()) {
        (Some(time), Some(id), Some(rest)) if text::width(line) > room => {
            format!("{time}{APART}{id}\n{INDENT}{rest}")
        }
        _ => line.to_owned(),
    }
}

/// Opens it, read again; or notes what is typed behind the command.
pub(crate) fn command(app: &mut App, rest: &str) -> Result<Vec<Wish>, String> {
    let mut words = rest.split_whitespace();
    let step = match words.next() {
        None => {
            app.screen.open(ListView::of(&REFUNDS));
            let now = app.work.now;
            // The records alone know of what was charged twice.
            let audit = Act::Audit { days: CALENDAR_DAYS };
            return Ok(vec![Wish::Effect(Effect::Store(StoreCmd::Refunds { now })), Wish::Act(audit)]);
        }
        Some("asked") => RefundStep::Asked,
        Some("refunded") => RefundStep::Given,
        Some(_) => return Err(tr!("it takes asked or refunded, and the tasks' numbers").into()),
    };
    let mut keys = Vec::new();
    for word in words {
        let key: TaskKey = word.parse().map_err(|why| words::names::not_a_key(&why))?;
        keys.push(key);
    }
    match step {
        RefundStep::Asked if keys.is_empty() => {
            let open = app.work.money.refunds.iter().filter(|refund| refund.asked_at.is_none());
            keys = open.map(|refund| refund.key).collect();
            if keys.is_empty() {
                return Err(tr!("there is nothing to ask for").into());
            }
        }
        RefundStep::Given if keys.is_empty() => return Err(tr!("name the tasks that were refunded").into()),
        RefundStep::Given => {
            let question = tr!(
                "Note that the money for {keys} came back? It then counts as not spent, and nothing takes that note back.",
                keys = words::terms::listed(&keys)
            );
            app.screen.open(Confirm::of(question, Act::Refund { keys, step }, None));
            return Ok(Vec::new());
        }
        RefundStep::Asked => {}
    }
    Ok(vec![Wish::Act(Act::Refund { keys, step })])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_too_long_for_a_line_breaks_behind_its_id() {
        let call = "14:02  8f14e45fceea167a5a36dedd4bea2543  MiniMax-Hailuo-02  0.5 PTC  失败  (#12)";
        let two = "14:02  8f14e45fceea167a5a36dedd4bea2543\n       MiniMax-Hailuo-02  0.5 PTC  失败  (#12)";
        assert_eq!(broken(call, 74), two);
        let text = "To 302.AI: please refund these calls. Each was charged without a result, or charged twice.";
        assert_eq!((broken(call, 90).as_str(), broken(text, 74).as_str()), (call, text));
    }
}
