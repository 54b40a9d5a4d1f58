//! Prices: ours, who says so, and the gateway's own words beside them.

use super::layout::{Cell, Column, FAINT, table};
use crate::tr;
use domain::{
    amount::{CostSource, Money},
    catalogue::Catalogue,
    export::json_line,
    prices::{Prices, Quote},
    text,
};
use serde_json::json;
use service::gateway::prices::{Difference, Listed, differences};
use std::collections::BTreeSet;

/// One line: something that can be bought, or a model that only the gateway lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    pub model: String,
    /// Resolution and seconds; `None` where only the gateway has the model.
    pub form: Option<(String, u32)>,
    /// Ours, and who says so; `None` where it is not known.
    pub ours: Option<(Money, CostSource)>,
    /// The gateway's words, where its list could be read and has the model.
    pub theirs: Option<String>,
    /// Whether its list could be read, and says something else.
    pub differs: bool,
}

impl Price {
    /// All prices of a profile, beside the gateway's list where that could be read.
    #[must_use]
    pub fn all(prices: &Prices, catalogue: &Catalogue, listed: Option<&[Listed]>) -> Vec<Self> {
        let said = |model: &str| {
            let theirs = listed.unwrap_or_default().iter().find(|listed| listed.model.eq_ignore_ascii_case(model));
            theirs.map(|listed| listed.price.clone()).filter(|price| !price.is_empty())
        };
        let ours = |quote: Quote| (quote.price.of(prices.currency()), quote.source);
        let offered = prices.all(catalogue);
        let amounts = offered.iter().map(|(offer, quote)| (offer.model.clone(), quote.map(|quote| ours(quote).0)));
        let found = listed.map_or_else(Vec::new, |listed| differences(listed, &amounts.collect::<Vec<_>>()));
        let mut all: Vec<Self> = Vec::new();
        for (offer, quote) in offered {
            let price = quote.map(ours);
            let differs = found.iter().any(|found| match found {
                Difference::Price { model, ours, .. } => {
                    *model == offer.model && *ours == price.map(|(money, _)| money)
                }
                Difference::OnlyOurs { model } => *model == offer.model,
                Difference::OnlyTheirs { .. } => false,
            });
            let (theirs, form) = (said(&offer.model), Some((offer.resolution, offer.seconds)));
            all.push(Self { model: offer.model, form, ours: price, theirs, differs });
        }
        let theirs = found.into_iter().filter_map(|found| match found {
            Difference::OnlyTheirs { model: Listed { model, price } } => {
                Some(Self { model, form: None, ours: None, theirs: Some(price), differs: true })
            }
            Difference::Price { .. } | Difference::OnlyOurs { .. } => None,
        });
        all.extend(theirs);
        all
    }
}

/// A table, and a sentence for each model of which the two lists differ.
#[must_use]
pub fn prices(prices: &[Price], color: bool) -> String {
    let columns = [
        Column::left(tr!("MODEL")),
        Column::left(tr!("RES")),
        Column::right(tr!("SEC")),
        Column::right(tr!("PRICE")),
        Column::left(tr!("FROM")),
        Column::left(tr!("GATEWAY")),
    ];
    let row = |price: &Price| {
        let (resolution, seconds) = price.form.clone().map_or_else(
            || ("-".to_owned(), "-".to_owned()),
            |(resolution, seconds)| (resolution, seconds.to_string()),
        );
        let (ours, source) = match price.ours {
            Some((money, source)) => (money.to_string(), from(source)),
            None => (tr!("unknown").to_owned(), ""),
        };
        let theirs = price.theirs.clone().unwrap_or_else(|| "-".into());
        vec![
            Cell::plain(text::harmless_line(&price.model)),
            Cell::plain(resolution),
            Cell::plain(seconds),
            Cell::plain(ours),
            Cell::inked(source, FAINT),
            Cell::plain(text::harmless_line(&theirs)),
        ]
    };
    let rows: Vec<Vec<Cell>> = prices.iter().map(row).collect();
    let mut out = table(&columns, &rows, color);
    let told: BTreeSet<String> = prices.iter().filter(|price| price.differs).map(difference).collect();
    for line in told {
        out.push_str(&text::harmless_line(&line));
        out.push('\n');
    }
    out
}

fn from(source: CostSource) -> &'static str {
    match source {
        CostSource::List => tr!("list"),
        CostSource::Config => tr!("config"),
        CostSource::Records => tr!("records"),
        CostSource::Typed => tr!("typed"),
    }
}

fn difference(price: &Price) -> String {
    let model = &price.model;
    match (&price.form, &price.ours, &price.theirs) {
        (None, _, theirs) => {
            let theirs = theirs.as_deref().unwrap_or_default();
            tr!(
                "{model}: only the gateway lists it ({theirs}). Add it as [models.\"{model}\"] to use it.",
                model,
                theirs
            )
        }
        (Some(_), _, None) => tr!("{model}: the gateway does not list it.", model),
        (Some(_), Some((ours, _)), Some(theirs)) => {
            tr!("{model}: {ours} here, the gateway says: {theirs}.", model, ours, theirs)
        }
        (Some(_), None, Some(theirs)) => tr!("{model}: unknown here, the gateway says: {theirs}.", model, theirs),
    }
}

/// One object a line.
#[must_use]
pub fn prices_json(prices: &[Price]) -> String {
    let line = |price: &Price| {
        let value = json!({
            "model": price.model,
            "resolution": price.form.as_ref().map(|(resolution, _)| resolution),
            "duration": price.form.as_ref().map(|(_, seconds)| seconds),
            "price": price.ours.map(|(money, _)| money.amount),
            "currency": price.ours.map(|(money, _)| money.currency),
            "source": price.ours.map(|(_, source)| source),
            "gateway": price.theirs,
            "differs": price.differs && price.theirs.is_some(),
        });
        json_line(&value) + "\n"
    };
    prices.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::prices::PriceList;

    fn listed(model: &str, price: &str) -> Listed {
        Listed { model: model.into(), price: price.into() }
    }

    #[test]
    fn every_difference_between_the_two_lists_has_its_sentence() {
        let catalogue = Catalogue::builtin();
        let ours = Prices::new(PriceList::Gateway, &catalogue);
        let theirs = [
            listed("MiniMax-Hailuo-02", "0.8 PTC/call"),
            listed("MiniMax-Hailuo-2.3", "0.5 PTC/call"),
            listed("MiniMax-H3", "1 PTC"),
            listed("kling-v2", "3 PTC"),
        ];
        let found = prices(&Price::all(&ours, &catalogue, Some(&theirs)), false);
        for line in [
            "MODEL                    RES    SEC    PRICE  FROM  GATEWAY\n",
            "MiniMax-Hailuo-2.3       768P    10  0.5 PTC  list  0.5 PTC/call\n",
            "MiniMax-Hailuo-02: 0.5 PTC here, the gateway says: 0.8 PTC/call.\n",
            "I2V-01: the gateway does not list it.\n",
            "MiniMax-H3: only the gateway lists it (1 PTC). Add it as [models.\"MiniMax-H3\"] to use it.\n",
        ] {
            assert!(found.contains(line), "{line}\n{found}");
        }
        assert!(!found.contains("kling") && !found.contains("MiniMax-Hailuo-2.3:"), "{found}");
        let json = prices_json(&Price::all(&ours, &catalogue, Some(&[listed("S2V-01", ""), theirs[0].clone()])));
        let line = |model: &str| json.lines().find(|line| line.contains(&format!("\"{model}\""))).unwrap_or_default();
        // What one list does not price differs from nothing.
        for (model, says) in [
            ("S2V-01", "\"differs\":false,\"duration\":6,\"gateway\":null"),
            ("I2V-01", "\"differs\":false,\"duration\":6,\"gateway\":null"),
            ("MiniMax-Hailuo-02", "\"differs\":true,\"duration\":6,\"gateway\":\"0.8 PTC/call\""),
        ] {
            assert!(line(model).contains(says), "{}", line(model));
        }
        let alone = Price::all(&ours, &catalogue, None);
        assert!(alone.iter().all(|price| !price.differs && price.theirs.is_none()));
    }

    #[test]
    fn a_price_that_is_not_known_is_null_and_never_nothing() {
        let catalogue = Catalogue::builtin();
        let ours = Price::all(&Prices::new(PriceList::Minimax, &catalogue), &catalogue, None);
        let json = prices_json(&ours);
        let line = json.lines().find(|line| line.contains("S2V-01")).unwrap_or_default();
        assert_eq!(
            line,
            r#"{"currency":null,"differs":false,"duration":6,"gateway":null,"model":"S2V-01","price":null,"resolution":"720P","source":null}"#
        );
        assert!(
            prices(&ours, false).contains("S2V-01                   720P     6   unknown        -\n"),
            "{}",
            prices(&ours, false)
        );
    }
}
