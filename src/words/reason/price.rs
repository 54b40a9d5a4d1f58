//! Faults of amounts and prices as phrases, for behind the entry that they stand at.

use crate::tr;
use domain::reason::price::{AmountFault, PriceFault};

/// Why a text is no amount of money.
#[must_use]
pub fn amount(fault: &AmountFault) -> String {
    match fault {
        AmountFault::NoAmount { text } => tr!("{text} is not an amount, such as 0.5", text = format!("{text:?}")),
        AmountFault::TooFine { text } => tr!("{text} has more than six decimal places", text),
        AmountFault::NoCurrency { text } => {
            tr!("{text} is not a currency known here: PTC, USD or CNY", text = format!("{text:?}"))
        }
    }
}

/// Why an entry is no price.
#[must_use]
pub fn price(fault: &PriceFault) -> String {
    match fault {
        PriceFault::NoKey { .. } => tr!("a price is set as \"MODEL/RESOLUTION/SECONDS\" = 0.5").into(),
        PriceFault::NoModel { model, near: Some(near) } => {
            tr!("there is no model {name}; did you mean {near}?", name = model, near)
        }
        PriceFault::NoModel { model, near: None } => tr!("there is no model {name}", name = model),
        PriceFault::NoResolution { model, resolution, offered } => {
            tr!("{model} has no {resolution}, only {offered}", model, resolution, offered = offered.join(tr!(", ")))
        }
        PriceFault::NoDuration { model, resolution, seconds, offered } => tr!(
            "{model} does not offer {seconds} s at {resolution}, only {offered}",
            model,
            seconds,
            resolution,
            offered = offered.iter().map(ToString::to_string).collect::<Vec<_>>().join(tr!(", ")),
        ),
        PriceFault::BelowNothing { amount } => tr!("a price cannot be below 0, as {amount} is", amount),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::{Lang, within};
    use domain::amount::Amount;

    #[test]
    fn every_fault_says_what_is_wrong_in_both_languages() {
        let said = |lang| {
            within(lang, || {
                [
                    amount(&AmountFault::NoAmount { text: "half".into() }),
                    amount(&AmountFault::TooFine { text: "0.0000001".into() }),
                    amount(&AmountFault::NoCurrency { text: "EUR".into() }),
                    price(&PriceFault::NoKey { key: "T2V-01".into() }),
                    price(&PriceFault::NoModel { model: "T2V-1".into(), near: Some("T2V-01".into()) }),
                    price(&PriceFault::NoModel { model: "X".into(), near: None }),
                    price(&PriceFault::NoResolution {
                        model: "T2V-01".into(),
                        resolution: "4K".into(),
                        offered: vec!["720P".into()],
                    }),
                    price(&PriceFault::NoDuration {
                        model: "MiniMax-Hailuo-02".into(),
                        resolution: "768P".into(),
                        seconds: 7,
                        offered: vec![6, 10],
                    }),
                    price(&PriceFault::BelowNothing { amount: Amount::from_hundredths(-50) }),
                ]
            })
        };
        assert_eq!(
            said(Lang::En),
            [
                "\"half\" is not an amount, such as 0.5",
                "0.0000001 has more than six decimal places",
                "\"EUR\" is not a currency known here: PTC, USD or CNY",
                "a price is set as \"MODEL/RESOLUTION/SECONDS\" = 0.5",
                "there is no model T2V-1; did you mean T2V-01?",
                "there is no model X",
                "T2V-01 has no 4K, only 720P",
                "MiniMax-Hailuo-02 does not offer 7 s at 768P, only 6, 10",
                "a price cannot be below 0, as -0.5 is",
            ]
        );
        assert_eq!(
            said(Lang::Zh),
            [
                "\"half\" 不是金额（例如 0.5）",
                "0.0000001 的小数位超过六位",
                "\"EUR\" 不是此处支持的货币：PTC、USD 或 CNY",
                "价格的写法是 \"MODEL/RESOLUTION/SECONDS\" = 0.5",
                "没有模型 T2V-1；是否指 T2V-01？",
                "没有模型 X",
                "T2V-01 没有 4K，只有 720P",
                "MiniMax-Hailuo-02 在 768P 下没有 7 秒，只有 6、10",
                "价格不能小于 0，而这里是 -0.5",
            ]
        );
    }
}
