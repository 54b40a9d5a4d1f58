//! MiniMax's first protocol, as the 302.AI gateway and MiniMax's own hosts speak it. Source: their pages on
//! `POST …/video_generation`, `GET …/query/video_generation`, `GET …/files/retrieve` and the error codes; where the two
//! disagree, the gateway's win.

mod balance;
pub(super) mod body;
mod codes;
mod field;
mod file;
mod find;
mod query;
mod submit;

pub use balance::judge_balance;
pub use file::judge_file;
pub use find::judge_find;
pub use query::judge_query;
pub use submit::judge_submit;

use super::{
    answer::{Address, BalanceVerdict, FileVerdict, FindVerdict, Hold, QueryVerdict, Reply, Source, SubmitVerdict},
    call::{Call, Method, Payload, Under},
    protocol::{Ask, Can, Picture, Speaks},
};
use domain::{
    catalogue::ModelSpec,
    request::{Request, WireNames},
    task::{FileId, RemoteId},
};
use serde_json::Value;

#[derive(Debug)]
pub struct MinimaxV1;

impl Speaks for MinimaxV1 {
    fn name(&self) -> &'static str {
        "minimax_v1"
    }

    fn can(&self) -> Can {
        Can { records: true, balance: true }
    }

    fn call(&self, ask: Ask<'_>) -> Call {
        match ask {
            Ask::Submit => Call {
                method: Method::Post,
                payload: Payload::Request,
                ..Call::get(Under::Prefix, "/video_generation")
            },
            Ask::Query(id) => Call::get(Under::Prefix, "/query/video_generation").with("task_id", &id.0),
            Ask::File(file) => Call::get(Under::Prefix, "/files/retrieve").with("file_id", &file.0),
            Ask::Balance => Call::get(Under::Host, "/dashboard/balance"),
        }
    }

    fn body(
        &self,
        request: &Request,
        spec: Option<&ModelSpec>,
        names: &WireNames,
        picture: Picture<'_>,
    ) -> Option<Value> {
        request.wire(spec, names, |stored| picture(stored).ok_or(())).ok()
    }

    fn submitted(&self, reply: &Reply) -> SubmitVerdict {
        judge_submit(reply)
    }

    fn queried(&self, reply: &Reply, asked: &RemoteId) -> QueryVerdict {
        judge_query(reply, asked)
    }

    fn found(&self, reply: &Reply, asked: &RemoteId) -> FindVerdict {
        judge_find(reply, asked)
    }

    fn addressed(&self, reply: &Reply, asked: &FileId, base_url: &str) -> FileVerdict {
        judge_file(reply, asked, base_url)
    }

    fn balance(&self, reply: &Reply) -> BalanceVerdict {
        judge_balance(reply)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::task::FileId;

    #[test]
    fn the_calls_are_those_of_the_documentation() {
        let shown = |ask| {
            let Call { method, under, path, query, key, payload } = MinimaxV1.call(ask);
            let query: Vec<String> = query.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
            format!("{method:?} {under:?} {path} {} {key} {payload:?}", query.join("&"))
        };
        for (ask, expected) in [
            (Ask::Submit, "Post Prefix /video_generation  true Request"),
            (Ask::Query(&RemoteId("7&8".into())), "Get Prefix /query/video_generation task_id=7&8 true None"),
            (Ask::File(&FileId("9".into())), "Get Prefix /files/retrieve file_id=9 true None"),
            (Ask::Balance, "Get Host /dashboard/balance  true None"),
        ] {
            assert_eq!(shown(ask), expected);
        }
    }
}
