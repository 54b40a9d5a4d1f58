//! What the gateway's records say, or why they cannot be read.

use crate::{problem::Problem, tr};
use domain::evidence::{Evidence, Record};

/// What the gateway's records say of an unknown that they do not settle.
#[must_use]
pub fn evidence(evidence: &Evidence) -> String {
    match evidence {
        Evidence::NotSeen => tr!("not created, say the records: no record fits it").to_owned(),
        Evidence::Ambiguous { records, others } => {
            let record = |record: &Record| {
                let id = record.request_id.clone().unwrap_or_else(|| tr!("no request ID").to_owned());
                match &record.task_id {
                    Some(task) => tr!("{id} (task {task})", id, task = task.0),
                    None => id,
                }
            };
            let rows: Vec<String> = records.iter().map(record).collect();
            let rows = rows.join(tr!(", "));
            let others: Vec<String> = others.iter().map(ToString::to_string).collect();
            match (records.len(), others.as_slice()) {
                _ if evidence.shows_no_charge() => tr!(
                    "the records show no charge that fits it, but calls that cost nothing and may be its own: {rows}",
                    rows
                ),
                (1, []) => tr!("one record may be its own: {rows}", rows),
                (_, []) => tr!("several records may be its own: {rows}", rows),
                (1, others) => {
                    tr!("one record may be its own, or that of {others}: {rows}", rows, others = others.join(tr!(", ")))
                }
                (_, others) => tr!(
                    "these records may be its own, or those of {others}: {rows}",
                    rows,
                    others = others.join(tr!(", "))
                ),
            }
        }
    }
}

/// The key must not see the gateway's records.
#[must_use]
pub fn denied(said: &str) -> Problem {
    Problem::new(
        tr!("this key may not read the gateway's records, so real charges and lost answers cannot be looked up"),
        said,
        tr!(
            "Switch on \"manage key\" and \"save logs\" for this key at 302.ai, then start again or read the config again; records = false in the profile stops asking."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{amount::Amount, task::TaskKey};

    #[test]
    fn a_call_that_cost_nothing_is_named_to_the_person_who_resolves() {
        let at_cost = |cost| Record { request_id: Some("r0".into()), at: None, cost: Some(cost), task_id: None };
        let told = |cost| evidence(&Evidence::Ambiguous { records: vec![at_cost(cost)], others: vec![] });
        let free = "the records show no charge that fits it, but calls that cost nothing and may be its own: r0";
        assert_eq!(told(Amount::ZERO), free);
        assert_eq!(told(Amount::from_hundredths(50)), "one record may be its own: r0");
    }

    #[test]
    fn one_record_is_not_called_several() {
        let record = Record { request_id: Some("q1".into()), at: None, cost: None, task_id: None };
        let told = |others: Vec<TaskKey>| evidence(&Evidence::Ambiguous { records: vec![record.clone()], others });
        assert_eq!(told(vec![]), "one record may be its own: q1");
        assert_eq!(told(vec![TaskKey(3)]), "one record may be its own, or that of #3: q1");
    }
}
