//! Faults of a filter as one sentence: what is wrong, and what would be right.

use super::price;
use crate::tr;
use domain::reason::filter::FilterFault;

/// Without a final stop.
#[must_use]
pub fn filter(fault: &FilterFault) -> String {
    match fault {
        FilterFault::QuoteNotClosed => tr!("a quote is not closed").into(),
        FilterFault::NothingNegated => tr!("! needs a word after it, such as !state:saved").into(),
        FilterFault::NoValue { field } => {
            tr!("{field} needs a value, such as {example}", field, example = example(field))
        }
        FilterFault::NoColon { field } => {
            tr!("{field} takes a colon, such as {example}", field, example = example(field))
        }
        FilterFault::NoField { field, value, near } => {
            let (quoted, text) = (format!("{field:?}"), format!("\"{field}:{value}\""));
            match near {
                Some(near) => tr!(
                    "there is no field {quoted}. Did you mean {near}? Quotes look for the text itself: {text}",
                    quoted,
                    near,
                    text
                ),
                None => tr!("there is no field {quoted}. Quotes look for the text itself: {text}", quoted, text),
            }
        }
        FilterFault::NoWord { field, value, near, words } => {
            let (value, all) = (format!("{value:?}"), words.join(tr!(", ")));
            match near {
                Some(near) => {
                    tr!(
                        "{value} is not a value of {field}. Did you mean {near}? Choose from {all}",
                        value,
                        field,
                        near,
                        all
                    )
                }
                None => tr!("{value} is not a value of {field}. Choose from {all}", value, field, all),
            }
        }
        FilterFault::NotNumber { field } => {
            tr!("{field} needs a whole number, such as {example}", field, example = example(field))
        }
        FilterFault::NotAmount(fault) => price::amount(fault),
        FilterFault::NotAge { value } => {
            tr!("{value} is not an age; ages look like 30s, 10m, 2h, 3d", value = format!("{value:?}"))
        }
        FilterFault::AgeEqual => tr!("age takes < or >, such as age<2h").into(),
    }
}

fn example(field: &str) -> &'static str {
    match field {
        "state" => "state:failed",
        "batch" => "batch:12",
        "retried" => "retried:no",
        "profile" => "profile:302ai",
        "who" => "who:ann",
        "class" => "class:rate_limited",
        "charged" => "charged:no",
        "key" => "key>100",
        "attempt" => "attempt>1",
        "cost" => "cost>=0.5",
        "dur" => "dur:10",
        "age" => "age<2h",
        "status" => "status:Processing",
        "id" => "id:1069",
        "res" => "res:1080P",
        "text" => "text:cat",
        "archived" => "archived:yes",
        _ => "model:02",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::lang::{Lang, within};
    use engine::filter::Filter;

    #[test]
    fn a_fault_says_what_is_wrong_and_what_would_be_right_in_both_languages() {
        for (text, english, chinese) in [
            (
                "stat:failed",
                "there is no field \"stat\". Did you mean state? Quotes look for the text itself: \"stat:failed\"",
                "没有字段 \"stat\"。是否指 state？加引号可查找文字本身：\"stat:failed\"",
            ),
            (
                "http://x",
                "there is no field \"http\". Quotes look for the text itself: \"http://x\"",
                "没有字段 \"http\"。加引号可查找文字本身：\"http://x\"",
            ),
            (
                "charged:ye,nix",
                "\"nix\" is not a value of charged. Choose from yes, no, unknown",
                "charged 没有 \"nix\" 这个值。可用的有 yes、no、unknown",
            ),
            ("age:2h", "age takes < or >, such as age<2h", "age 后面用 < 或 >，例如 age<2h"),
            (
                "age<2",
                "\"2\" is not an age; ages look like 30s, 10m, 2h, 3d",
                "\"2\" 不是时间长度；写法如 30s、10m、2h、3d",
            ),
            ("cost>cheap", "\"cheap\" is not an amount, such as 0.5", "\"cheap\" 不是金额（例如 0.5）"),
            ("model>2", "model takes a colon, such as model:02", "model 后面用冒号，例如 model:02"),
            ("key:x", "key needs a whole number, such as key>100", "key 需要整数，例如 key>100"),
            ("status:", "status needs a value, such as status:Processing", "status 需要一个值，例如 status:Processing"),
            ("state:", "state needs a value, such as state:failed", "state 需要一个值，例如 state:failed"),
            ("\"open", "a quote is not closed", "引号未闭合"),
            ("!", "! needs a word after it, such as !state:saved", "! 后面需要内容，例如 !state:saved"),
        ] {
            let fault = Filter::parse(text).unwrap_err();
            assert_eq!([Lang::En, Lang::Zh].map(|lang| within(lang, || filter(&fault))), [english, chinese], "{text}");
        }
        let fault = Filter::parse("state:faild").unwrap_err();
        assert!(
            filter(&fault).starts_with("\"faild\" is not a value of state. Did you mean failed? Choose from queued, ")
        );
    }
}
