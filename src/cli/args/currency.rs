//! A currency as it is typed.

use domain::amount::Currency;

/// One of those that there are, in whatever case.
pub(super) fn of(text: &str) -> Result<Currency, String> {
    Currency::from_id(&text.to_ascii_uppercase()).ok_or_else(|| format!("{text:?} is not one of PTC, USD and CNY"))
}
