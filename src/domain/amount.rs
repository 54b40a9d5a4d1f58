//! Money as an exact decimal with its currency: `0.56 USD`. Whole millionths inside, so that sums are exact; no
//! floating-point number is ever made of one.
//!
//! A profile's prices, its caps and its lines of the ledger are amounts of that profile's [`Currency`]. Amounts of two
//! currencies are never added: [`Money`] has no `+`, and [`Totals`] keeps each apart.

use super::reason::price::AmountFault;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{collections::BTreeMap, fmt, iter::Sum, ops, str::FromStr};

const MILLION: i64 = 1_000_000;
/// Digits after the point that are kept.
const PLACES: usize = 6;

/// What an account is charged in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// The 302.AI gateway's unit, about one US dollar; the only one that stores up to version 7 knew.
    #[default]
    Ptc,
    /// US dollars: MiniMax's global host.
    Usd,
    /// Yuan: MiniMax's Chinese host.
    Cny,
}

impl Currency {
    /// In the order that sums are shown in.
    pub const ALL: [Self; 3] = [Self::Ptc, Self::Usd, Self::Cny];

    /// The currency of that [`id`](Self::id), as the store has it.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|currency| currency.id() == id)
    }

    /// As it stands in the config, in JSON and behind an amount.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Ptc => "PTC",
            Self::Usd => "USD",
            Self::Cny => "CNY",
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

/// Who says what a submission costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CostSource {
    /// The price list that the profile begins with.
    List,
    /// The service's own records.
    Records,
    /// The config.
    Config,
    /// Whoever confirmed it, since the price was not known.
    Typed,
}

impl CostSource {
    const ALL: [Self; 4] = [Self::List, Self::Records, Self::Config, Self::Typed];

    /// The word in the store and in JSON.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Records => "records",
            Self::Config => "config",
            Self::Typed => "typed",
        }
    }

    /// The source of that [`id`](Self::id).
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.id() == id)
    }
}

impl FromStr for Currency {
    type Err = AmountFault;

    fn from_str(text: &str) -> Result<Self, AmountFault> {
        let known = Self::ALL.into_iter().find(|currency| currency.id().eq_ignore_ascii_case(text.trim()));
        known.ok_or_else(|| AmountFault::NoCurrency { text: text.into() })
    }
}

/// An amount without its currency, in millionths. Written and read as a decimal text: `0.5`, `7.0`, `0.125`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(i64);

impl Amount {
    /// Nothing. An unknown amount is `None`, never this.
    pub const ZERO: Self = Self(0);

    /// The amount of so many thousandths.
    #[must_use]
    pub const fn from_thousandths(n: i64) -> Self {
        Self(n.saturating_mul(1_000))
    }

    /// The amount of so many hundredths, as price lists have them.
    #[must_use]
    pub const fn from_hundredths(n: i64) -> Self {
        Self(n.saturating_mul(10_000))
    }

    /// The amount of so many millionths, as the store keeps them.
    #[must_use]
    pub const fn from_millionths(n: i64) -> Self {
        Self(n)
    }

    /// The amount in whole millionths.
    #[must_use]
    pub const fn millionths(self) -> i64 {
        self.0
    }

    /// This amount `n` times.
    #[must_use]
    pub fn times(self, n: usize) -> Self {
        Self(self.0.saturating_mul(i64::try_from(n).unwrap_or(i64::MAX)))
    }

    /// What is left of this amount after `spent`, never below nothing.
    #[must_use]
    pub fn less(self, spent: Self) -> Self {
        Self(self.0.saturating_sub(spent.0).max(0))
    }

    /// This amount in that currency.
    #[must_use]
    pub const fn of(self, currency: Currency) -> Money {
        Money { amount: self, currency }
    }

    /// An amount as some machine writes a number: with an exponent (`1e-05`), with more digits than can be meant
    /// (`0.30000000000000004`); the millionths are rounded, half away from nothing.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (text, exponent) = match text.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (sign, whole, part) = parts(text)?;
        // The digits with the point `place` of them from the left.
        let digits = format!("{whole}{part}");
        let place = i64::try_from(whole.len()).ok()?.checked_add(exponent.into())?.checked_add(PLACES as i64)?;
        let significant = digits.trim_start_matches('0').len();
        let kept = match usize::try_from(place) {
            _ if significant == 0 => return Some(Self::ZERO),
            // Below a tenth of a millionth.
            Err(_) => return Some(Self::ZERO),
            Ok(kept) if kept > digits.len() + 20 => return None,
            Ok(kept) => kept,
        };
        let padded = format!("{digits:0<kept$}");
        let up = digits.as_bytes().get(kept).is_some_and(|next| *next >= b'5');
        let millionths = format!("0{}", &padded[..kept]).parse::<i64>().ok()?.checked_add(up.into())?;
        Some(Self(sign * millionths))
    }
}

/// Sign, digits before the point and digits after it.
fn parts(text: &str) -> Option<(i64, &str, &str)> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let only_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    (!(whole.is_empty() && part.is_empty()) && only_digits(whole) && only_digits(part)).then_some((sign, whole, part))
}

impl ops::Add for Amount {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl ops::AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl ops::Sub for Amount {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, ops::Add::add)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, rest) = (self.0.unsigned_abs() / MILLION as u64, self.0.unsigned_abs() % MILLION as u64);
        let digits = format!("{rest:0PLACES$}");
        let kept = digits.trim_end_matches('0');
        f.pad(&format!("{sign}{whole}.{}", if kept.is_empty() { "0" } else { kept }))
    }
}

impl FromStr for Amount {
    type Err = AmountFault;

    /// Reads what somebody typed: digits with one point, at most six behind it.
    fn from_str(text: &str) -> Result<Self, AmountFault> {
        let none = || AmountFault::NoAmount { text: text.into() };
        let (sign, whole, part) = parts(text.trim()).ok_or_else(none)?;
        let part = part.trim_end_matches('0');
        if part.len() > PLACES {
            return Err(AmountFault::TooFine { text: text.into() });
        }
        let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| none())? };
        let part: i64 = format!("{part:0<PLACES$}").parse().map_err(|_| none())?;
        whole.checked_mul(MILLION).and_then(|w| w.checked_add(part)).map(|n| Self(sign * n)).ok_or_else(none)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Amount {
    /// Takes a text (`"0.5"`, as we write it) or a number (`0.5`, as it is written in a config).
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(AnyAmount)
    }
}

struct AnyAmount;

impl de::Visitor<'_> for AnyAmount {
    type Value = Amount;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an amount of money, such as 0.5")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Amount, E> {
        text.parse().map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Amount, E> {
        // The shortest decimal text that means this number is what was written.
        self.visit_str(&number.to_string())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Amount, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Amount, E> {
        self.visit_str(&number.to_string())
    }
}

/// An amount of one currency, written as `0.56 USD`. Two of them are neither added nor compared by size: their
/// currencies may differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Kept")]
pub struct Money {
    pub amount: Amount,
    pub currency: Currency,
}

/// Money as it is read: stores up to version 6 keep the amount alone, in PTC.
#[derive(Deserialize)]
#[serde(untagged)]
enum Kept {
    Alone(Amount),
    Whole {
        amount: Amount,
        #[serde(default)]
        currency: Currency,
    },
}

impl From<Kept> for Money {
    fn from(kept: Kept) -> Self {
        match kept {
            Kept::Alone(amount) => amount.of(Currency::Ptc),
            Kept::Whole { amount, currency } => amount.of(currency),
        }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} {}", self.amount, self.currency))
    }
}

/// Sums, each currency for itself: `1.2 PTC, 0.56 USD`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Totals(BTreeMap<Currency, Amount>);

impl Totals {
    /// The sum of one currency; nothing where there was none of it.
    #[must_use]
    pub fn of(&self, currency: Currency) -> Amount {
        self.0.get(&currency).copied().unwrap_or_default()
    }

    /// Has that currency among those that are shown, though there be nothing of it: `0.0 PTC`.
    #[must_use]
    pub fn with(mut self, currency: Currency) -> Self {
        self.0.entry(currency).or_default();
        self
    }

    /// Takes an amount that was added before out again.
    pub fn take(&mut self, Money { amount, currency }: Money) {
        if amount != Amount::ZERO {
            let sum = self.0.entry(currency).or_default();
            *sum = *sum - amount;
            self.0.retain(|_, sum| *sum != Amount::ZERO);
        }
    }

    /// Every currency there was something of, in the order of [`Currency::ALL`].
    pub fn all(&self) -> impl Iterator<Item = Money> {
        self.0.iter().map(|(currency, amount)| amount.of(*currency))
    }
}

impl Extend<Money> for Totals {
    fn extend<I: IntoIterator<Item = Money>>(&mut self, amounts: I) {
        for Money { amount, currency } in amounts.into_iter().filter(|money| money.amount != Amount::ZERO) {
            *self.0.entry(currency).or_default() += amount;
        }
    }
}

impl From<Money> for Totals {
    fn from(money: Money) -> Self {
        Self::from_iter([money])
    }
}

impl FromIterator<Money> for Totals {
    fn from_iter<I: IntoIterator<Item = Money>>(amounts: I) -> Self {
        let mut totals = Self::default();
        totals.extend(amounts);
        totals
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.all().map(|money| money.to_string()).collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_typed_is_read_and_written_exactly() {
        for (text, millionths, shown) in [
            ("0.5", 500_000, "0.5"),
            ("7", 7_000_000, "7.0"),
            (".125", 125_000, "0.125"),
            ("-0.7", -700_000, "-0.7"),
            ("2.31", 2_310_000, "2.31"),
            ("0.000001", 1, "0.000001"),
            ("0.5000000000", 500_000, "0.5"),
        ] {
            let amount: Amount = text.parse().unwrap();
            assert_eq!((amount.millionths(), amount.to_string().as_str()), (millionths, shown), "{text}");
        }
        for bad in ["", ".", "abc", "1e3", "0,5", "1.2.3", "99999999999999999999", "é.é", "+1", "0.0000001"] {
            assert!(bad.parse::<Amount>().is_err(), "{bad}");
        }
    }

    #[test]
    fn what_a_machine_writes_is_rounded_to_the_millionth() {
        for (text, shown) in [
            ("0.30000000000000004", Some("0.3")),
            ("0.28999999999999998", Some("0.29")),
            ("1e-05", Some("0.00001")),
            ("5E-7", Some("0.000001")),
            ("4e-7", Some("0.0")),
            ("-4.9999999", Some("-5.0")),
            ("1.5e2", Some("150.0")),
            ("0e99", Some("0.0")),
            ("0.001", Some("0.001")),
            ("1e-400", Some("0.0")),
            ("1e30", None),
            ("1e99999999999", None),
            ("NaN", None),
            ("", None),
            ("e5", None),
        ] {
            assert_eq!(Amount::read(text).map(|amount| amount.to_string()).as_deref(), shown, "{text}");
        }
    }

    #[test]
    fn money_is_written_with_its_code_and_each_currency_is_summed_for_itself() {
        let money = |text: &str, currency| text.parse::<Amount>().unwrap().of(currency);
        assert_eq!(money("0.56", Currency::Usd).to_string(), "0.56 USD");
        let totals: Totals = [
            money("2.0", Currency::Cny),
            money("0.5", Currency::Ptc),
            money("0.28", Currency::Usd),
            money("0.7", Currency::Ptc),
            money("0.28", Currency::Usd),
        ]
        .into_iter()
        .collect();
        assert_eq!(totals.to_string(), "1.2 PTC, 0.56 USD, 2.0 CNY");
        assert_eq!(Totals::default().of(Currency::Usd), Amount::ZERO);
        assert_eq!("usd".parse::<Currency>(), Ok(Currency::Usd));
        assert!("EUR".parse::<Currency>().is_err());
        assert_eq!(
            serde_json::to_string(&money("0.56", Currency::Usd)).unwrap(),
            r#"{"amount":"0.56","currency":"USD"}"#
        );
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(millionths: i64) {
            let amount = Amount(millionths.max(-i64::MAX));
            prop_assert_eq!(amount.to_string().parse::<Amount>().ok(), Some(amount));
            prop_assert_eq!(Amount::read(&amount.to_string()), Some(amount));
        }

        #[test]
        fn reading_an_amount_never_panics(text in any::<String>(), digits in "-?[0-9]{0,25}\\.?[0-9]{0,25}([eE]-?[0-9]{0,12})?") {
            let _ = (text.parse::<Amount>(), Amount::read(&text), digits.parse::<Amount>(), Amount::read(&digits));
        }
    }
}
