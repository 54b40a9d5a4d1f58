//! The gateway's own price list of its video models, beside ours.

use super::{Asked, asked, json::Object};
use crate::{
    answer::Reply,
    call::{Call, Under},
    minimax_v1::body,
};
use domain::amount::{Amount, Money};
use serde::{Deserialize, Serialize};

/// Asks for the list; no key is needed, so none is sent.
#[must_use]
pub fn call() -> Call {
    Call { key: false, ..Call::get(Under::Host, "/302/v2/model/video") }
}

/// A model as the list has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Its name on the wire.
    pub model: String,
    /// What it costs, in the gateway's English words, or in its Chinese ones where it has no others; may be empty.
    pub price: String,
}

/// What the answer says: every model with a name.
#[must_use]
pub fn list(reply: &Reply) -> Asked<Vec<Listed>> {
    asked(reply, |object| {
        let inner = object.object("data");
        let models = inner.as_ref().and_then(|inner| inner.list("models")).or_else(|| object.list("models"))?;
        let models = models.into_iter().filter_map(|raw| {
            let model = Object::read(raw.get())?;
            let said = |name| {
                let text = body::string_or_number(model.raw(name)?);
                text.map(|text| body::quote(&text)).filter(|text| !text.is_empty())
            };
            let price = said("price_text_en").or_else(|| said("price_text")).unwrap_or_default();
            Some(Listed { model: said("model_name")?, price })
        });
        Some(models.collect())
    })
}

/// Where the two lists are not of one mind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    /// The gateway's words name another price than ours, or no price.
    Price {
        /// The model, as ours has it.
        model: String,
        /// Ours; `None` where it is not known.
        ours: Option<Money>,
        /// The gateway's words.
        theirs: String,
    },
    /// The gateway does not list it.
    OnlyOurs { model: String },
    /// Only the gateway has it.
    OnlyTheirs {
        /// The model as the gateway has it.
        model: Listed,
    },
}

/// Every difference between the gateway's list and ours (model and price); a model without words on its price is in
/// neither's way. Of the models that only the gateway has, those of MiniMax: it lists the models of other makers too.
#[must_use]
pub fn differences(listed: &[Listed], ours: &[(String, Option<Money>)]) -> Vec<Difference> {
    let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
    let of_ours = ours.iter().filter_map(|(model, price)| {
        let Some(theirs) = listed.iter().find(|listed| same(&listed.model, model)) else {
            return Some(Difference::OnlyOurs { model: model.clone() });
        };
        if theirs.price.is_empty() {
            return None;
        }
        let agrees = price.is_some_and(|price| numbers(&theirs.price).any(|number| number == price.amount));
        (!agrees).then(|| Difference::Price { model: model.clone(), ours: *price, theirs: theirs.price.clone() })
    });
    let new = |listed: &&Listed| is_minimax(&listed.model) && !ours.iter().any(|(model, _)| same(model, &listed.model));
    of_ours.chain(listed.iter().filter(new).map(|model| Difference::OnlyTheirs { model: model.clone() })).collect()
}

fn is_minimax(model: &str) -> bool {
    let model = model.to_ascii_lowercase();
    ["minimax", "hailuo"].iter().any(|part| model.contains(part))
        || ["i2v-0", "t2v-0", "s2v-0"].iter().any(|begin| model.starts_with(begin))
}

/// The numbers in a text.
fn numbers(text: &str) -> impl Iterator<Item = Amount> {
    text.split(|c: char| !c.is_ascii_digit() && c != '.').filter_map(|part| Amount::read(part.trim_matches('.')))
}

#[cfg(test)]
mod tests {
    use super::{super::tests::answer, *};
    use domain::amount::Currency;

    #[test]
    fn the_list_is_read_and_asked_for_without_the_key() {
        assert_eq!((call().path.as_str(), call().key), ("/302/v2/model/video", false));
        let body = r#"{"total":3,"models":[
            {"model_name":"T2V-01","display_name":"T2V","price_text":"0.5 PTC/次","price_text_en":"0.5 PTC/call"},
            {"model_name":"I2V-01","price_text":"0.5 PTC/次"},
            {"model_name":"S2V-01","price_text":0.7},{"model_name":"I2V-01-live","price_text":{}},
            {"model_name":null},7]}"#;
        let listed = |model: &str, price: &str| Listed { model: model.into(), price: price.into() };
        assert_eq!(
            list(&answer(200, body)),
            Asked::Told(vec![
                listed("T2V-01", "0.5 PTC/call"),
                listed("I2V-01", "0.5 PTC/次"),
                listed("S2V-01", "0.7"),
                listed("I2V-01-live", "")
            ])
        );
        assert!(matches!(list(&answer(200, r#"{"total":0}"#)), Asked::Again { .. }));
    }

    #[test]
    fn every_difference_is_named_and_agreement_is_silent() {
        let listed = |model: &str, price: &str| Listed { model: model.into(), price: price.into() };
        let ptc = |text: &str| text.parse::<Amount>().ok().map(|amount| amount.of(Currency::Ptc));
        let ours = [
            ("T2V-01", ptc("0.5")),
            ("I2V-01", ptc("0.5")),
            ("S2V-01", ptc("0.7")),
            ("MiniMax-Hailuo-02", None),
            ("MiniMax-Hailuo-2.3", ptc("0.5")),
        ]
        .map(|(model, price)| (model.to_owned(), price));
        let theirs = [
            listed("t2v-01", "0.50 PTC per call."),
            listed("I2V-01", "0.6 PTC/call"),
            listed("MiniMax-Hailuo-02", "0.5 PTC/call"),
            listed("MiniMax-Hailuo-2.3", "by usage"),
            listed("MiniMax-H3", "1 PTC"),
            listed("kling-v2", "3 PTC"),
        ];
        let price =
            |model: &str, ours, theirs: &str| Difference::Price { model: model.into(), ours, theirs: theirs.into() };
        assert_eq!(
            differences(&theirs, &ours),
            [
                price("I2V-01", ptc("0.5"), "0.6 PTC/call"),
                Difference::OnlyOurs { model: "S2V-01".into() },
                price("MiniMax-Hailuo-02", None, "0.5 PTC/call"),
                price("MiniMax-Hailuo-2.3", ptc("0.5"), "by usage"),
                Difference::OnlyTheirs { model: listed("MiniMax-H3", "1 PTC") },
            ]
        );
    }
}
