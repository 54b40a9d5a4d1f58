//! The price of one, asked for where nobody has said it. What is typed holds for every row that buys the same, is set
//! aside for it, and stays as what was typed; until then nothing can be sent.

use super::judge_again;
use crate::{
    app::App,
    key::{Code, Key},
    preview::state::{Preview, PreviewItem, PriceAsk},
    toast,
};
use domain::{amount::Amount, prices::Offer};
use engine::effect::Level;
use words::{problem::Problem, tr};

/// What is to be asked for these rows: the price of the first of them that has none. What was typed before for the same
/// stands there already.
pub(super) fn asked(app: &App, items: &[PreviewItem], before: Option<PriceAsk>) -> Option<PriceAsk> {
    let offer = Offer::of(&items.iter().find(|item| item.cost.is_none())?.request);
    let begun = || {
        let typed = app.screen.prices.get(&offer).map_or_else(String::new, ToString::to_string);
        PriceAsk { offer: offer.clone(), line: crate::widgets::editor::LineEditor::new(&typed) }
    };
    Some(before.filter(|before| before.offer == offer).unwrap_or_else(begun))
}

/// Why it is asked.
pub(super) fn told(ask: &PriceAsk) -> Problem {
    let what = tr!("The price of {offer} is not known", offer = ask.offer);
    Problem::new(what, "", tr!("Type the price of one: it is set aside for each and kept as typed."))
}

/// A key of the price; tells whether it was one.
pub(super) fn typed(ask: &mut PriceAsk, key: Key) -> bool {
    let takes = match key.code {
        Code::Char(c) => is_text(c) || key.ctrl,
        Code::Backspace | Code::Delete | Code::Left | Code::Right => true,
        _ => false,
    };
    if takes {
        ask.line.key(key);
    }
    takes
}

pub(super) const fn is_text(c: char) -> bool {
    c.is_ascii_digit() || c == '.'
}

/// Enter: what is typed is the price of each row that buys the same.
pub(super) fn take(app: &mut App) {
    let now = app.work.now.mono;
    let Some(preview) = app.screen.top_mut::<Preview>() else { return };
    let Some(PriceAsk { offer, line }) = &preview.price else { return };
    let price = line.text().trim().parse::<Amount>().ok().filter(|price| *price > Amount::ZERO);
    let Some(price) = price else {
        let text = tr!("a price is a number above 0, such as 0.5");
        return toast::show(app, Level::Warning, text.into(), None);
    };
    let offer = offer.clone();
    preview.items.iter_mut().filter(|item| Offer::of(&item.request) == offer).for_each(|item| item.cost = Some(price));
    // What Enter does has changed under the person's fingers.
    preview.opened = now;
    app.screen.prices.insert(offer, price);
    judge_again(app);
}
