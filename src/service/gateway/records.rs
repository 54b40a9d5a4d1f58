//! The gateway's records: what one call was charged, and the list of an account's calls in a span of time.

use super::{
    Asked, asked,
    json::{Object, each_field},
};
use crate::{
    answer::Reply,
    call::{Call, Under},
    minimax_v1::body,
};
use domain::{
    amount::Amount,
    task::RemoteId,
    time::{MINUTE, SECOND, Wall},
    uri::{is_unreserved, percent_encoded},
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// How many rows a page of `/dashboard/api-record` is asked for with: the most that the gateway's documentation allows,
/// and less where that many do not come whole. Each is a multiple of the next, so that a page is some whole ones of it.
pub const LIMITS: [u32; 3] = [50, 10, 1];

/// How far the gateway's clock and ours may be apart, on either side of a submission.
pub const SLACK: u64 = MINUTE;

/// Asks what one call was charged. Its id is the gateway's word, and so may hold anything.
#[must_use]
pub fn charge_call(request_id: &str) -> Call {
    Call::get(Under::Host, format!("/dashboard/record/{}", percent_encoded(request_id.as_bytes(), is_unreserved)))
}

/// What one call was charged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// The charge; 0 where nothing was.
    pub cost: Amount,
    /// The model that it is for, in the gateway's words.
    pub model: Option<String>,
}

/// What the answer to [`charge_call`] says.
#[must_use]
pub fn charge(reply: &Reply) -> Asked<Charge> {
    // No record at all comes as `"data": null` too.
    let told = asked(reply, |object| {
        let Some(data) = object.object("data") else {
            return object.raw("data").is_some_and(|data| matches!(data.get(), "null" | "\"\"")).then_some(None);
        };
        Some(Some(Charge { cost: data.charge("cost")?, model: data.text("model") }))
    });
    match told {
        Asked::Told(Some(charge)) => Asked::Told(charge),
        Asked::Told(None) | Asked::NotYet => Asked::NotYet,
        Asked::NotAllowed { said } => Asked::NotAllowed { said },
        Asked::Again { wait_ms, code, said } => Asked::Again { wait_ms, code, said },
    }
}

/// The span of time in which the record of a submission must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Its first moment.
    pub from: Wall,
    /// Its last.
    pub to: Wall,
}

impl Window {
    /// Whether that moment lies in it.
    #[must_use]
    pub fn has(self, at: Wall) -> bool {
        (self.from..=self.to).contains(&at)
    }
}

impl Window {
    /// Its moments by a clock that is so many milliseconds ahead.
    #[must_use]
    pub const fn later(self, ms: i64) -> Self {
        Self { from: Wall(self.from.0.saturating_add(ms)), to: Wall(self.to.0.saturating_add(ms)) }
    }

    /// The window of a POST that began at `sent` and whose patience ended at `until`.
    #[must_use]
    pub fn of(sent: Wall, until: Wall) -> Self {
        Self { from: Wall(sent.0.saturating_sub_unsigned(SLACK)), to: until.max(sent).plus(SLACK) }
    }

    /// Both, and the time between them.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { from: self.from.min(other.from), to: self.to.max(other.to) }
    }

    /// Whether it is in here. Records count in seconds.
    #[must_use]
    pub fn holds(self, at: Wall) -> bool {
        let second = SECOND as i64;
        (self.from.0.div_euclid(second)..=self.to.0.div_euclid(second)).contains(&at.0.div_euclid(second))
    }
}

/// Asks for the account's calls in that window; `page` from 1, of that many rows.
#[must_use]
pub fn list_call(window: Window, page: u32, limit: u32) -> Call {
    let seconds = |at: Wall| at.0.div_euclid(SECOND as i64);
    Call::get(Under::Host, "/dashboard/api-record")
        .with("page", page)
        .with("limit", limit)
        .with("start_time", seconds(window.from))
        .with("end_time", seconds(window.to) + 1)
}

/// One call as the records show it. What they do not say, or not in a way that is known, is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Row {
    /// The `request-id` that the call's answer carried.
    pub request_id: Option<String>,
    pub at: Option<Wall>,
    /// What was asked for: a path, or an address with one.
    pub path: Option<String>,
    pub model: Option<String>,
    /// The prompt, where the key saves logs. It may be cut.
    pub prompt: Option<String>,
    /// The task that it became, where the key saves logs.
    pub task_id: Option<RemoteId>,
    /// What was charged.
    pub cost: Option<Amount>,
}

/// A page of the records.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    pub rows: Vec<Row>,
    /// The page to ask for next; `None` at the end.
    pub next: Option<u32>,
}

impl Page {
    /// Its moments by a clock that is so many milliseconds ahead.
    #[must_use]
    pub fn later(mut self, ms: i64) -> Self {
        for at in self.rows.iter_mut().filter_map(|row| row.at.as_mut()) {
            at.0 = at.0.saturating_add(ms);
        }
        self
    }
}

/// What the answer to [`list_call`] says; `page` and `limit` as they were asked for.
#[must_use]
pub fn list(reply: &Reply, page: u32, limit: u32) -> Asked<Page> {
    let limit = limit as usize;
    asked(reply, |object| {
        let inner = object.object("data");
        let place = inner.as_ref().filter(|inner| inner.list("items").is_some()).unwrap_or(object);
        let items = ["items", "data", "list", "records"].into_iter().find_map(|name| place.list(name))?;
        let count = items.len();
        // A gateway that ignores our limit also counts pages by its own size.
        if count > limit && limit < LIMITS[0] as usize {
            return None;
        }
        let rows: Vec<Row> = items.into_iter().filter_map(row).collect();
        let pagination = place.object("pagination");
        let of_pagination = |name| pagination.as_ref().and_then(|pages: &Object<'_>| pages.integer(name));
        let more = match of_pagination("total_page") {
            _ if count == 0 => false,
            Some(pages) => of_pagination("cur_page").unwrap_or(page.into()) < pages,
            None => count >= limit,
        };
        Some(Page { rows, next: more.then_some(page.saturating_add(1)) })
    })
}

fn row(raw: &RawValue) -> Option<Row> {
    let fields = Object::read(raw.get())?;
    let text = |names: &[&str]| {
        names.iter().find_map(|name| body::string_or_number(fields.raw(name)?).filter(|text| !text.trim().is_empty()))
    };
    let mut row = Row {
        request_id: text(&["request_id", "req_id"]),
        at: ["created_at", "created", "create_time", "timestamp", "time"]
            .into_iter()
            .find_map(|name| moment(&body::string_or_number(fields.raw(name)?)?)),
        path: path(&fields),
        cost: fields.charge("cost"),
        ..Row::default()
    };
    let (mut prompts, mut models, mut ids) = (Vec::new(), Vec::new(), Vec::new());
    each_field(raw.get(), &mut |name, value| match name {
        "prompt" => prompts.extend(body::string(value)),
        "model" | "modelname" => models.extend(body::string(value).filter(|model| !model.trim().is_empty())),
        "taskid" => ids.extend(body::id(value)),
        _ => {}
    });
    row.prompt = only(prompts);
    row.model = only(models).or_else(|| text(&["model", "model_name"]));
    row.task_id = only(ids).map(RemoteId);
    Some(row)
}

/// The value that all of them are. Two that differ tell nothing.
fn only(mut values: Vec<String>) -> Option<String> {
    values.dedup();
    let one = values.pop()?;
    values.is_empty().then_some(one)
}

/// Where the call went. A field such as `url` may as well hold the request's body.
fn path(fields: &Object<'_>) -> Option<String> {
    ["path", "api", "endpoint", "uri", "url", "request_path", "request_url", "api_path"]
        .into_iter()
        .filter_map(|name| fields.text(name))
        .find(|text| text.starts_with('/') || text.starts_with("http://") || text.starts_with("https://"))
}

/// Seconds since 1970, or milliseconds, or RFC 3339.
fn moment(text: &str) -> Option<Wall> {
    const FIRST_MILLISECONDS: i64 = 100_000_000_000;
    let whole = text.trim().split('.').next().unwrap_or_default();
    match whole.parse::<i64>() {
        Ok(seconds @ 1..FIRST_MILLISECONDS) => Some(Wall(seconds * SECOND as i64)),
        Ok(FIRST_MILLISECONDS..) => whole.parse().ok().map(Wall),
        Ok(_) => None,
        Err(_) => text.trim().parse::<jiff::Timestamp>().ok().map(|at| Wall(at.as_millisecond())),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::answer, *};
    use proptest::prelude::*;

    #[test]
    fn the_calls_are_those_of_the_documentation() {
        let one = charge_call("2a/../b?c");
        assert_eq!((one.path.as_str(), one.under, one.key), ("/dashboard/record/2a%2F..%2Fb%3Fc", Under::Host, true));
        let window = Window::of(Wall(1_795_372_200_500), Wall(1_795_372_320_500));
        let list = list_call(window, 2, 50);
        let query: Vec<String> = list.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(list.path, "/dashboard/api-record");
        assert_eq!(query, ["page=2", "limit=50", "start_time=1795372140", "end_time=1795372381"]);
    }

    #[test]
    fn one_charge_is_read_or_not_there_yet() {
        let read = |body: &str| match charge(&answer(200, body)) {
            Asked::Told(charge) => format!("{} {:?}", charge.cost, charge.model),
            other => format!("{other:?}").split([' ', '{']).next().unwrap_or_default().to_owned(),
        };
        for (body, expected) in [
            (r#"{"data":{"cost":0.5,"model":"T2V-01","process_time":25}}"#, "0.5 Some(\"T2V-01\")"),
            (r#"{"data":{"cost":"0.70"}}"#, "0.7 None"),
            (r#"{"code":200,"data":{"cost":0}}"#, "0.0 None"),
            (r#"{"data":{"cost":5e-1}}"#, "0.5 None"),
            (r#"{"data":{"cost":-15}}"#, "Again"),
            (r#"{"data":{"cost":"-0.000001"}}"#, "Again"),
            (r#"{"data":{"cost":null}}"#, "Again"),
            (r#"{"data":{}}"#, "Again"),
            (r#"{"data":null}"#, "NotYet"),
            (r#"{"code":-1,"msg":"not found"}"#, "NotYet"),
            (r#"{"code":403,"msg":"x"}"#, "NotAllowed"),
            ("{}", "Again"),
        ] {
            assert_eq!(read(body), expected, "{body}");
        }
    }

    #[test]
    fn a_row_is_read_whatever_it_calls_its_fields() {
        let plain = Row {
            request_id: Some("r1".into()),
            at: Some(Wall(1_795_372_200_000)),
            model: Some("T2V-01".into()),
            cost: "0.5".parse().ok(),
            ..Row::default()
        };
        let path = Some("/minimaxi/v1/video_generation".to_owned());
        for (json, expected) in [
            (r#"{"request_id":"r1","created_at":1795372200,"model":"T2V-01","cost":0.5}"#, plain.clone()),
            (r#"{"requestId":"r1","created":"1795372200000","model_name":"T2V-01","cost":"0.5"}"#, plain.clone()),
            (r#"{"Request-ID":"r1","time":"2026-11-22T18:30:00Z","model":"T2V-01","cost":5e-1}"#, plain.clone()),
            (
                r#"{"request_id":"r1","created_at":1795372200,"cost":0.5,"path":"/minimaxi/v1/video_generation",
                    "url":"{\"model\":\"T2V-01\",\"prompt\":\"a cat\"}","response":"{\"task_id\":1069161122120321234}"}"#,
                Row {
                    path: path.clone(),
                    prompt: Some("a cat".into()),
                    task_id: Some(RemoteId("1069161122120321234".into())),
                    ..plain.clone()
                },
            ),
            // JSON in a text in a list in a text.
            (
                r#"{"x":"[\"{\\\"task_id\\\":\\\"77\\\"}\"]"}"#,
                Row { task_id: Some(RemoteId("77".into())), ..Row::default() },
            ),
            // Two ids tell nothing.
            (r#"{"a":{"task_id":"1"},"b":{"task_id":"2"}}"#, Row::default()),
            (r#"{"a":{"task_id":"1"},"task_id":"1"}"#, Row { task_id: Some(RemoteId("1".into())), ..Row::default() }),
            (
                r#"{"request_id":"r1","created_at":1795372200,"model":"T2V-01","cost":-0.5}"#,
                Row { cost: None, ..plain },
            ),
            (r#"{"task_id":"","cost":"much","created_at":0,"path":"POST"}"#, Row::default()),
        ] {
            let raw: Box<RawValue> = serde_json::from_str(json).unwrap_or_default();
            assert_eq!(row(&raw), Some(expected), "{json}");
        }
    }

    #[test]
    fn pages_are_turned_as_long_as_there_are_more() {
        let read = |body: &str, limit| match list(&answer(200, body), 2, limit) {
            Asked::Told(page) => format!("{} {:?}", page.rows.len(), page.next),
            other => format!("{other:?}"),
        };
        let rows = |n| vec!["{}"; n].join(",");
        for (body, expected) in [
            (r#"{"items":[{}],"pagination":{"total_page":3,"cur_page":2}}"#.to_owned(), "1 Some(3)"),
            (r#"{"items":[{}],"pagination":{"total_page":"2"}}"#.into(), "1 None"),
            (r#"{"items":[],"pagination":{"total_page":9,"cur_page":2}}"#.into(), "0 None"),
            (r#"{"code":200,"data":{"items":[{},{}],"pagination":{"total_page":3}}}"#.into(), "2 Some(3)"),
            (r#"{"data":[{},7]}"#.into(), "1 None"),
            (format!(r#"{{"items":[{}]}}"#, rows(50)), "50 Some(3)"),
            (format!(r#"{{"items":[{}]}}"#, rows(49)), "49 None"),
        ] {
            assert_eq!(read(&body, 50), expected, "{body}");
        }
        assert_eq!(read(&format!(r#"{{"items":[{}]}}"#, rows(10)), 10), "10 Some(3)");
        assert!(read(&format!(r#"{{"items":[{}]}}"#, rows(11)), 10).starts_with("Again"));
        let list = |body| list(&answer(200, body), 1, 50);
        assert!(matches!(list(r#"{"code":-1,"msg":"no permission"}"#), Asked::NotAllowed { .. }));
        assert!(matches!(list("{}"), Asked::Again { .. }));
    }

    proptest! {
        #[test]
        fn reading_an_answer_never_panics(http in 200_u16..600, text in any::<String>(), value in "[\\[\\]{}\":,0-9a-z_ \\\\]{0,60}") {
            for body in [&text, &value] {
                let reply = answer(http, body);
                let _ = (charge(&reply), list(&reply, 1, 50));
                let _ = list(&answer(200, &format!(r#"{{"items":[{body}]}}"#)), 1, 1);
            }
        }
    }
}
