//! What a submission costs: by the profile's price list, the model, the resolution and the duration. 302.AI has one
//! price for each model; MiniMax's own hosts go by resolution and duration, in US dollars or, on the Chinese one, in
//! yuan.
//!
//! How it is meant to be used:
//! - `io::config` makes one [`Prices`] a profile: [`Prices::new`] with the profile's [`PriceList`] and the catalogue as
//!   the config has changed it (`[models.X] price` counts for the gateway's list alone), then [`Prices::set`] for each
//!   entry of `[profiles.NAME.prices]`, whose faults are reported with the config's others. It goes into the profile's
//!   settings beside its currency.
//! - Whoever is about to queue asks [`Prices::of`] once for each request. `None`: the price is not known. It is then
//!   asked for (a dashboard) or wanted as a flag (the command line), and what was typed is reserved; nothing is queued
//!   without.
//! - The simulator and `reeltop prices` read the same value.

use super::{
    amount::{Amount, CostSource, Currency, Money},
    catalogue::Catalogue,
    reason::price::PriceFault,
    request::Request,
    task::Kind,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, str::FromStr};

/// Whose prices a profile has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PriceList {
    /// 302.AI: one price a model, as the catalogue has it.
    Gateway,
    /// MiniMax's global host.
    Minimax,
    /// MiniMax's Chinese host.
    MinimaxCn,
}

impl PriceList {
    /// The list that a profile of that currency begins with.
    #[must_use]
    pub const fn of(currency: Currency) -> Self {
        match currency {
            Currency::Ptc => Self::Gateway,
            Currency::Usd => Self::Minimax,
            Currency::Cny => Self::MinimaxCn,
        }
    }

    /// What it is in.
    #[must_use]
    pub const fn currency(self) -> Currency {
        match self {
            Self::Gateway => Currency::Ptc,
            Self::Minimax => Currency::Usd,
            Self::MinimaxCn => Currency::Cny,
        }
    }
}

/// What is bought: a video of a model, at a resolution, of a length. Written as `MiniMax-Hailuo-02/768P/10`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Offer {
    pub model: String,
    pub resolution: String,
    /// The length in seconds.
    pub seconds: u32,
}

impl Offer {
    /// What that request asks for.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        let Request { model, resolution, duration, .. } = request;
        Self { model: model.clone(), resolution: resolution.clone(), seconds: *duration }
    }

    /// What a line of the table asks for.
    #[must_use]
    pub fn of_kind(kind: &Kind) -> Self {
        let Kind { model, resolution, duration, .. } = kind;
        Self { model: model.to_string(), resolution: resolution.to_string(), seconds: (*duration).into() }
    }
}

impl fmt::Display for Offer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.model, self.resolution, self.seconds)
    }
}

impl FromStr for Offer {
    type Err = PriceFault;

    fn from_str(key: &str) -> Result<Self, PriceFault> {
        let none = || PriceFault::NoKey { key: key.into() };
        let mut parts = key.rsplitn(3, '/').map(str::trim);
        let (Some(seconds), Some(resolution), Some(model)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(none());
        };
        let seconds = seconds.parse().ok().filter(|_| seconds.bytes().all(|b| b.is_ascii_digit())).ok_or_else(none)?;
        if model.is_empty() || resolution.is_empty() {
            return Err(none());
        }
        Ok(Self { model: model.into(), resolution: resolution.into(), seconds })
    }
}

/// What one submission costs, in its profile's currency, and who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    pub price: Amount,
    /// Never [`CostSource::Records`], which only speak of what was sent.
    pub source: CostSource,
}

impl Quote {
    /// What was typed where nothing else says a price.
    #[must_use]
    pub const fn typed(price: Amount) -> Self {
        Self { price, source: CostSource::Typed }
    }
}

/// A map by offer is kept as a list of pairs: JSON has texts only as names.
mod by_offer {
    use super::{Amount, BTreeMap, CostSource, Offer};
    use serde::{Deserialize, Deserializer, Serializer};

    type Each = BTreeMap<Offer, (Amount, CostSource)>;

    pub(super) fn serialize<S: Serializer>(each: &Each, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(each)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Each, D::Error> {
        Vec::deserialize(from).map(|pairs| pairs.into_iter().collect())
    }
}

/// The prices of one profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prices {
    currency: Currency,
    /// Prices by model that hold whatever is made with it.
    flat: BTreeMap<String, (Amount, CostSource)>,
    #[serde(with = "by_offer")]
    each: BTreeMap<Offer, (Amount, CostSource)>,
}

const MINIMAX: [(&str, &str, u32, i64, i64); 11] = [
    // Model, resolution, seconds; hundredths of a dollar, hundredths of a yuan.
    ("MiniMax-Hailuo-2.3", "768P", 6, 28, 200),
    ("MiniMax-Hailuo-2.3", "768P", 10, 56, 400),
    ("MiniMax-Hailuo-2.3", "1080P", 6, 49, 350),
    ("MiniMax-Hailuo-02", "512P", 6, 10, 60),
    ("MiniMax-Hailuo-02", "512P", 10, 15, 100),
    ("MiniMax-Hailuo-02", "768P", 6, 28, 200),
    ("MiniMax-Hailuo-02", "768P", 10, 56, 400),
    ("MiniMax-Hailuo-02", "1080P", 6, 49, 350),
    ("MiniMax-Hailuo-2.3-Fast", "768P", 6, 19, 135),
    ("MiniMax-Hailuo-2.3-Fast", "768P", 10, 32, 225),
    ("MiniMax-Hailuo-2.3-Fast", "1080P", 6, 33, 231),
];

impl Prices {
    /// The prices of that list.
    #[must_use]
    pub fn new(list: PriceList, catalogue: &Catalogue) -> Self {
        let listed = Catalogue::builtin();
        let by_model = catalogue.models.iter().filter_map(|spec| {
            let is_listed = listed.price(&spec.name) == spec.price;
            Some((spec.name.clone(), (spec.price?, if is_listed { CostSource::List } else { CostSource::Config })))
        });
        let (flat, each) = match list {
            PriceList::Gateway => (by_model.collect(), BTreeMap::new()),
            PriceList::Minimax => (BTreeMap::new(), minimax(|dollars, _| dollars)),
            PriceList::MinimaxCn => (BTreeMap::new(), minimax(|_, yuan| yuan)),
        };
        Self { currency: list.currency(), flat, each }
    }

    /// What everything here is in.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// The price of that; `None` where it is not known, which is not the same as free.
    #[must_use]
    pub fn of(&self, offer: &Offer) -> Option<Money> {
        self.quote(offer).map(|quote| quote.price.of(self.currency))
    }

    /// The price of that, with who says so.
    #[must_use]
    pub fn quote(&self, offer: &Offer) -> Option<Quote> {
        let (price, source) = *self.each.get(offer).or_else(|| self.flat.get(&offer.model))?;
        Some(Quote { price, source })
    }

    /// Everything that the catalogue offers with its price, in the catalogue's order.
    #[must_use]
    pub fn all(&self, catalogue: &Catalogue) -> Vec<(Offer, Option<Quote>)> {
        let offers = catalogue.models.iter().flat_map(|spec| {
            spec.resolutions.iter().flat_map(move |resolution| {
                resolution.durations.iter().map(move |seconds| Offer {
                    model: spec.name.clone(),
                    resolution: resolution.name.clone(),
                    seconds: *seconds,
                })
            })
        });
        offers.map(|offer| (offer.clone(), self.quote(&offer))).collect()
    }

    /// Sets the price of one offer, by its key in the config: `"MiniMax-Hailuo-02/768P/10" = 0.56`.
    ///
    /// # Errors
    /// The key names nothing that the catalogue offers, or the amount is below nothing; the prices are then as they
    /// were.
    pub fn set(&mut self, key: &str, amount: Amount, catalogue: &Catalogue) -> Result<(), PriceFault> {
        let offer: Offer = key.parse()?;
        let Offer { model, resolution, seconds } = &offer;
        let spec = catalogue.spec(model).ok_or_else(|| PriceFault::NoModel {
            model: model.clone(),
            near: catalogue.nearest(model).map(str::to_owned),
        })?;
        let known = spec.resolution(resolution).ok_or_else(|| PriceFault::NoResolution {
            model: model.clone(),
            resolution: resolution.clone(),
            offered: spec.resolutions.iter().map(|resolution| resolution.name.clone()).collect(),
        })?;
        if !known.durations.contains(seconds) {
            return Err(PriceFault::NoDuration {
                model: model.clone(),
                resolution: resolution.clone(),
                seconds: *seconds,
                offered: known.durations.clone(),
            });
        }
        if amount < Amount::ZERO {
            return Err(PriceFault::BelowNothing { amount });
        }
        self.each.insert(offer, (amount, CostSource::Config));
        Ok(())
    }
}

fn minimax(of: impl Fn(i64, i64) -> i64) -> BTreeMap<Offer, (Amount, CostSource)> {
    let price = |(model, resolution, seconds, dollars, yuan): (&str, &str, u32, i64, i64)| {
        let offer = Offer { model: model.into(), resolution: resolution.into(), seconds };
        (offer, (Amount::from_hundredths(of(dollars, yuan)), CostSource::List))
    };
    MINIMAX.into_iter().map(price).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    /// The price of everything the catalogue offers, one line a model.
    fn table(list: PriceList) -> String {
        let catalogue = Catalogue::builtin();
        let prices = Prices::new(list, &catalogue);
        let (mut out, mut model) = (String::new(), String::new());
        for (offer, _) in prices.all(&catalogue) {
            let price = prices.of(&offer).map_or_else(|| "unknown".to_owned(), |price| price.to_string());
            if offer.model != model {
                out.push_str(if model.is_empty() { "" } else { "\n" });
                out.push_str(&offer.model);
            }
            out.push_str(&format!(" | {} {}: {price}", offer.resolution, offer.seconds));
            model = offer.model;
        }
        out.push('\n');
        out
    }

    #[test]
    fn the_gateway_has_one_price_a_model() {
        assert_eq!(
            table(PriceList::Gateway),
            "\
MiniMax-Hailuo-02 | 512P 6: 0.5 PTC | 512P 10: 0.5 PTC | 768P 6: 0.5 PTC | 768P 10: 0.5 PTC | 1080P 6: 0.5 PTC
MiniMax-Hailuo-2.3 | 768P 6: 0.5 PTC | 768P 10: 0.5 PTC | 1080P 6: 0.5 PTC
MiniMax-Hailuo-2.3-Fast | 768P 6: 0.5 PTC | 768P 10: 0.5 PTC | 1080P 6: 0.5 PTC
I2V-01 | 720P 6: 0.5 PTC
I2V-01-live | 720P 6: 0.5 PTC
I2V-01-Director | 720P 6: 0.5 PTC
T2V-01 | 720P 6: 0.5 PTC
T2V-01-Director | 720P 6: 0.5 PTC
S2V-01 | 720P 6: 0.7 PTC
"
        );
    }

    #[test]
    fn minimax_charges_by_resolution_and_duration_and_lists_no_price_for_the_01_series() {
        let unknown = "\
I2V-01 | 720P 6: unknown
I2V-01-live | 720P 6: unknown
I2V-01-Director | 720P 6: unknown
T2V-01 | 720P 6: unknown
T2V-01-Director | 720P 6: unknown
S2V-01 | 720P 6: unknown
";
        assert_eq!(
            table(PriceList::Minimax),
            format!(
                "\
MiniMax-Hailuo-02 | 512P 6: 0.1 USD | 512P 10: 0.15 USD | 768P 6: 0.28 USD | 768P 10: 0.56 USD | 1080P 6: 0.49 USD
MiniMax-Hailuo-2.3 | 768P 6: 0.28 USD | 768P 10: 0.56 USD | 1080P 6: 0.49 USD
MiniMax-Hailuo-2.3-Fast | 768P 6: 0.19 USD | 768P 10: 0.32 USD | 1080P 6: 0.33 USD
{unknown}"
            )
        );
        assert_eq!(
            table(PriceList::MinimaxCn),
            format!(
                "\
MiniMax-Hailuo-02 | 512P 6: 0.6 CNY | 512P 10: 1.0 CNY | 768P 6: 2.0 CNY | 768P 10: 4.0 CNY | 1080P 6: 3.5 CNY
MiniMax-Hailuo-2.3 | 768P 6: 2.0 CNY | 768P 10: 4.0 CNY | 1080P 6: 3.5 CNY
MiniMax-Hailuo-2.3-Fast | 768P 6: 1.35 CNY | 768P 10: 2.25 CNY | 1080P 6: 2.31 CNY
{unknown}"
            )
        );
    }

    #[test]
    fn a_config_sets_the_price_of_one_offer_or_is_told_what_there_is() {
        let catalogue = Catalogue::builtin();
        let mut prices = Prices::new(PriceList::Minimax, &catalogue);
        let amount = |text: &str| text.parse::<Amount>().unwrap();
        let of = |prices: &Prices, key: &str| prices.of(&key.parse().unwrap()).map(|price| price.to_string());
        prices.set("T2V-01/720P/6", amount("0.43"), &catalogue).unwrap();
        prices.set(" MiniMax-Hailuo-02 / 768P / 10 ", amount("0"), &catalogue).unwrap();
        assert_eq!(of(&prices, "T2V-01/720P/6").as_deref(), Some("0.43 USD"));
        assert_eq!(of(&prices, "MiniMax-Hailuo-02/768P/10").as_deref(), Some("0.0 USD"), "free is known");
        assert_eq!(of(&prices, "MiniMax-Hailuo-02/768P/6").as_deref(), Some("0.28 USD"), "the rest stays");
        assert_eq!(of(&prices, "S2V-01/720P/6"), None);
        let before = prices.clone();
        for (key, fault) in [
            ("MiniMax-Hailuo-02", PriceFault::NoKey { key: "MiniMax-Hailuo-02".into() }),
            ("MiniMax-Hailuo-02/768P", PriceFault::NoKey { key: "MiniMax-Hailuo-02/768P".into() }),
            ("T2V-01/720P/six", PriceFault::NoKey { key: "T2V-01/720P/six".into() }),
            ("T2V-01/720P/+6", PriceFault::NoKey { key: "T2V-01/720P/+6".into() }),
            ("/720P/6", PriceFault::NoKey { key: "/720P/6".into() }),
            ("", PriceFault::NoKey { key: String::new() }),
            ("T2V-1/720P/6", PriceFault::NoModel { model: "T2V-1".into(), near: Some("T2V-01".into()) }),
            (
                "T2V-01/768P/6",
                PriceFault::NoResolution {
                    model: "T2V-01".into(),
                    resolution: "768P".into(),
                    offered: vec!["720P".into()],
                },
            ),
            (
                "MiniMax-Hailuo-02/1080P/10",
                PriceFault::NoDuration {
                    model: "MiniMax-Hailuo-02".into(),
                    resolution: "1080P".into(),
                    seconds: 10,
                    offered: vec![6],
                },
            ),
        ] {
            assert_eq!(prices.set(key, amount("1"), &catalogue), Err(fault), "{key}");
        }
        let below = PriceFault::BelowNothing { amount: amount("-1") };
        assert_eq!(prices.set("T2V-01/720P/6", amount("-1"), &catalogue), Err(below));
        assert_eq!(prices, before);
    }

    #[test]
    fn a_model_that_the_catalogue_does_not_have_has_no_price() {
        let prices = Prices::new(PriceList::Gateway, &Catalogue::builtin());
        assert_eq!(prices.of(&"MiniMax-H3/768P/6".parse().unwrap()), None);
    }
}
