//! Stub until its branch lands.
use crate::{
    app::args::CostBy,
    domain::{task::Task, time::Now},
    io::store::CostLine,
    logic::{
        msg::Detail,
        settings::{BudgetSettings, Settings},
    },
};
/// Stub.
pub fn task_table(tasks: &[Task], _s: &Settings, _n: Now, _c: bool) -> String {
    tasks.iter().map(|t| format!("{} {}\n", t.key, t.state().word())).collect()
}
/// Stub.
pub fn change_line(t: &Task, _c: bool) -> String {
    format!("{} {}", t.key, t.state().word())
}
/// Stub.
pub fn detail(_d: &Detail, _s: &Settings, _n: Now, _c: bool) -> String {
    String::new()
}
/// Stub.
pub fn cost_csv(_l: &[CostLine]) -> String {
    String::new()
}
/// Stub.
pub fn cost_json(_l: &[CostLine], _o: i32) -> String {
    String::new()
}
/// Stub.
pub fn cost_text(_l: &[CostLine], _by: Option<CostBy>, _n: Now, _b: &BudgetSettings, _c: bool) -> String {
    String::new()
}
