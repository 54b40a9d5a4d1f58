//! Money in PTC, the gateway's unit (about one US dollar). Whole thousandths, so that sums are exact.

use super::reason::price::AmountFault;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, iter::Sum, ops, str::FromStr};

/// An amount in thousandths of a PTC. Written and read as a decimal text: `0.5`, `7.0`, `0.125`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ptc(i64);

impl Ptc {
    pub const ZERO: Self = Self(0);

    /// An amount from whole thousandths.
    #[must_use]
    pub const fn from_thousandths(n: i64) -> Self {
        Self(n)
    }

    /// The amount in whole thousandths.
    #[must_use]
    pub const fn thousandths(self) -> i64 {
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
}

impl ops::Add for Ptc {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl ops::AddAssign for Ptc {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl ops::Sub for Ptc {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Sum for Ptc {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, ops::Add::add)
    }
}

impl fmt::Display for Ptc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, rest) = (self.0.unsigned_abs() / 1000, self.0.unsigned_abs() % 1000);
        let digits = format!("{rest:03}");
        let kept = digits.trim_end_matches('0');
        f.pad(&format!("{sign}{whole}.{}", if kept.is_empty() { "0" } else { kept }))
    }
}

impl FromStr for Ptc {
    type Err = AmountFault;

    /// Reads a decimal number; digits past the third after the point are cut off.
    fn from_str(text: &str) -> Result<Self, AmountFault> {
        let wrong = || AmountFault::NoAmount { text: text.into() };
        let trimmed = text.trim();
        let (sign, digits) = trimmed.strip_prefix('-').map_or((1, trimmed), |rest| (-1, rest));
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let only_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if (whole.is_empty() && part.is_empty()) || !only_digits(whole) || !only_digits(part) {
            return Err(wrong());
        }
        let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| wrong())? };
        let part: i64 = format!("{part:0<3}")[..3].parse().map_err(|_| wrong())?;
        whole.checked_mul(1000).and_then(|w| w.checked_add(part)).map(|n| Self(sign * n)).ok_or_else(wrong)
    }
}

impl Serialize for Ptc {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Ptc {
    /// Takes a text (`"0.5"`, as we write it) or a number (`0.5`, as a person writes it in a config).
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(AnyAmount)
    }
}

struct AnyAmount;

impl de::Visitor<'_> for AnyAmount {
    type Value = Ptc;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an amount of PTC, such as 0.5")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Ptc, E> {
        text.parse().map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Ptc, E> {
        // The shortest decimal text that means this number is what was written.
        self.visit_str(&number.to_string())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Ptc, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Ptc, E> {
        self.visit_str(&number.to_string())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_decimals_exactly() {
        for (text, thousandths, shown) in [
            ("0.5", 500, "0.5"),
            ("7", 7_000, "7.0"),
            (".125", 125, "0.125"),
            ("-0.7", -700, "-0.7"),
            ("12.34", 12_340, "12.34"),
            ("0.1239", 123, "0.123"),
        ] {
            let amount: Ptc = text.parse().unwrap();
            assert_eq!((amount.thousandths(), amount.to_string().as_str()), (thousandths, shown), "{text}");
        }
        for bad in ["", ".", "abc", "1e3", "0,5", "1.2.3", "99999999999999999999", "é.é"] {
            assert!(bad.parse::<Ptc>().is_err(), "{bad}");
        }
    }

    #[test]
    fn an_amount_is_read_from_a_text_or_a_number() {
        for (json, thousandths) in [("\"0.5\"", 500), ("0.7", 700), ("20", 20_000), ("-1", -1_000), ("1e3", 1_000_000)]
        {
            assert_eq!(serde_json::from_str::<Ptc>(json).ok(), Some(Ptc::from_thousandths(thousandths)), "{json}");
        }
        assert!(serde_json::from_str::<Ptc>("true").is_err());
        assert_eq!(serde_json::to_string(&Ptc::from_thousandths(500)).ok().as_deref(), Some("\"0.5\""));
    }
}
