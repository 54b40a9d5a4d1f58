//! Several profiles in one engine: each with its own key, pace, halts, balance and records.

use super::*;
use crate::{
    msg::{LocalMsg, Reread},
    profile_state::ProfileState,
    settings::Other,
    who,
};
use domain::{
    account::PACE_SPAN,
    amount::Currency,
    catalogue::Catalogue,
    prices::{PriceList, Prices},
    reason::connect::Connect,
    task::Claim,
};
use service::gateway::Asked;

/// The default profile is `302ai`, the other one `mm`, whose money is in USD.
fn two(settings: &mut Settings) {
    let mut profile = settings.profile.clone();
    profile.name = "mm".into();
    profile.base_url = "https://mm.example".into();
    profile.prices = Prices::new(PriceList::of(Currency::Usd), &Catalogue::builtin());
    settings.others.insert("mm".into(), Other { profile, catalogue: testing::catalogue() });
}

fn world() -> World {
    let mut world = World::with(two);
    let mm = world.state.of_mut("mm");
    mm.sending.proven = true;
    world
}

fn queue(world: &mut World, profile: &str, n: usize) {
    let intents = intents(n).into_iter().map(|intent| Intent { profile: Some(profile.into()), ..intent }).collect();
    world.act(Act::Queue { intents, undo: false });
    world.settle();
}

fn of(world: &World, profile: &str) -> usize {
    world.called.iter().filter(|called| *called == profile).count()
}

#[test]
fn a_balance_is_left_for_what_its_own_account_has_not_spent() {
    let mut world = World::with(|settings| {
        two(settings);
        let (prices, host) = (settings.profile.prices.clone(), settings.profile.base_url.clone());
        let other = settings.others.get_mut("mm").unwrap();
        other.profile.prices = prices;
        // A third name is the default profile's account once more.
        let mut again = other.clone();
        (again.profile.name, again.profile.base_url) = ("again".into(), host);
        settings.others.insert("again".into(), again);
    });
    let balance = (Amount::from_thousandths(1_000), world.wall());
    for profile in ["302ai", "mm", "again"] {
        world.state.of_mut(profile).balance.last = Some(balance);
    }
    world.act(Act::Pause(true));
    queue(&mut world, "mm", 1);
    let left = |profile: &str| world.state.balance_left(profile).unwrap_or_default().to_string();
    assert_eq!(["302ai", "mm", "again"].map(left), ["1.0", "0.5", "1.0"]);
    queue(&mut world, "302ai", 1);
    let left = |profile: &str| world.state.balance_left(profile).unwrap_or_default().to_string();
    assert_eq!(["302ai", "mm", "again"].map(left), ["0.5", "0.5", "0.5"]);
}

#[test]
fn a_task_goes_to_its_own_profile_and_is_priced_in_its_money() {
    let mut world = world();
    queue(&mut world, "mm", 1);
    queue(&mut world, "302ai", 1);
    assert_eq!((of(&world, "mm"), of(&world, "302ai")), (2, 2), "a balance and a submission of each");
    let money = |n| world.disk.tasks[&key(n)].money().currency;
    assert_eq!((money(1), money(2)), (Currency::Usd, Currency::Ptc));
    world.reply(accepted("A"));
    world.reply(accepted("B"));
    world.settle();
    assert_eq!([1, 2].map(|n| world.states(n).0), [TaskState::Running; 2]);
    assert!(world.state.of("mm").poller.last_answer.is_some());
}

#[test]
fn each_profile_has_its_own_pace() {
    let mut world = World::with(|settings| {
        settings.profile.submit_per_minute = 2;
        two(settings);
        settings.others.get_mut("mm").unwrap().profile.submit_per_minute = 1;
    });
    world.state.of_mut("mm").sending.proven = true;
    queue(&mut world, "302ai", 3);
    queue(&mut world, "mm", 2);
    assert_eq!(world.keys_posted(), [1, 2, 4]);
    world.pass(PACE_SPAN);
    world.settle();
    assert_eq!(world.keys_posted(), [1, 2, 4, 3, 5]);
}

#[test]
fn a_key_that_is_refused_stops_its_own_profile_alone() {
    let mut world = world();
    queue(&mut world, "mm", 1);
    world.reply(code(1004));
    world.settle();
    let halts = |world: &World| {
        ["302ai", "mm"].map(|profile| world.state.of(profile).sending.halted.as_ref().map(|halt| halt.cause))
    };
    assert_eq!(halts(&world), [None, Some(HaltCause::Key)]);
    assert_eq!(world.disk.shared.halts.keys().collect::<Vec<_>>(), ["mm"]);
    queue(&mut world, "mm", 1);
    queue(&mut world, "302ai", 1);
    assert_eq!(world.keys_posted(), [1, 3]);
    // A person goes on with all of them.
    world.act(Act::Resume);
    world.settle();
    assert_eq!((halts(&world), world.keys_posted()), ([None, None], vec![1, 3, 2]));
}

#[test]
fn a_profile_without_a_key_is_neither_sent_nor_asked_and_says_so_in_its_rows() {
    let mut world = world();
    let no_key = Reason::Connect(Connect::NoKey);
    world.take(Msg::Local(LocalMsg::Key { profile: "mm".into(), result: Err(no_key.clone()) }));
    let before = of(&world, "mm");
    queue(&mut world, "mm", 1);
    queue(&mut world, "302ai", 1);
    assert_eq!((world.keys_posted(), of(&world, "mm")), (vec![2], before));
    let lacks = |world: &World, n| world.state.lacks_key(&world.state.tasks.rows[&key(n)]);
    assert_eq!((lacks(&world, 1), lacks(&world, 2)), (true, false));
    assert_eq!(who::without_key(&world.state).into_iter().collect::<Vec<_>>(), [("mm".into(), (1, key(1)))]);
    world.take(Msg::Local(LocalMsg::Key { profile: "mm".into(), result: Ok(()) }));
    world.settle();
    assert_eq!((world.keys_posted(), lacks(&world, 1)), (vec![2, 1], false));
}

#[test]
fn a_service_that_is_away_holds_up_its_own_profile_alone() {
    let mut world = world();
    queue(&mut world, "mm", 1);
    for _ in 0..3 {
        world.reply(not_connected());
        world.settle();
        world.pass(MINUTE);
        world.settle();
    }
    assert!(world.state.of("mm").poller.offline_since.is_some());
    assert_eq!(world.state.own.poller.offline_since, None);
    queue(&mut world, "302ai", 1);
    assert!(world.keys_posted().contains(&2));
}

#[test]
fn unknowns_are_looked_for_in_the_records_of_their_own_profile() {
    let mut world = World::with(|settings| {
        two(settings);
        settings.profile.records = true;
        settings.others.get_mut("mm").unwrap().profile.records = true;
    });
    queue(&mut world, "mm", 1);
    world.reply(timed_out());
    world.settle();
    world.called.clear();
    world.pass(10 * SECOND);
    world.settle();
    assert!(matches!(world.calls.back(), Some(HttpCmd::Records { .. })));
    assert_eq!(world.called, ["mm"]);
}

#[test]
fn an_answer_that_nobody_waits_for_makes_no_profile() {
    let mut world = world();
    let (ticket, reply) = (999_999, Reply::NotSent { why: Reason::said("no", "", "") });
    let answers = [
        Msg::Http(HttpMsg::Balance { ticket, reply: reply.clone() }),
        Msg::Http(HttpMsg::Uploaded { ticket, reply }),
        Msg::Http(HttpMsg::Charge { ticket, answer: Asked::NotYet }),
        Msg::Http(HttpMsg::Records { ticket, answer: Asked::NotYet }),
        Msg::Store(StoreMsg::Submissions { ticket, tasks: Vec::new() }),
    ];
    let stale = world.state.stale;
    for (nth, answer) in (1..).zip(answers) {
        world.take(answer);
        assert_eq!(world.state.stale, stale + nth);
    }
    assert!(world.state.others.keys().eq(["mm"]), "{:?}", world.state.others.keys());
}

#[test]
fn the_work_of_another_profile_s_program_is_taken_over_when_it_has_died() {
    let mut world = world();
    queue(&mut world, "mm", 1);
    world.reply(accepted("A"));
    world.settle();
    let until = world.wall().plus(HOUR);
    world.other(1, |task| task.claim = Some(Claim { owner: "7-1-0".into(), until }));
    world.hear();
    assert_eq!(who::programs(&world.state)[0].sends, ["302ai", "mm"]);
    assert_eq!(who::programs(&world.state).iter().map(|of| (of.name.as_str(), of.watched)).next_back(), Some(("7", 1)));
    world.other(1, |task| task.claim = None);
    world.hear();
    world.settle();
    assert_eq!(world.disk.tasks[&key(1)].claim.as_ref().map(|claim| claim.owner.as_str()), Some("me"));
}

#[test]
fn a_profile_that_comes_or_goes_with_the_config_is_served_or_left_alone() {
    let mut world = World::new();
    let mut settings = world.state.settings.clone();
    two(&mut settings);
    let reread = |settings: &Settings| {
        Msg::Config(Ok(Box::new(Reread { settings: settings.clone(), changed: vec![], fixed: vec![] })))
    };
    world.take(reread(&settings));
    world.take(Msg::Local(LocalMsg::Key { profile: "mm".into(), result: Ok(()) }));
    world.calls.clear();
    queue(&mut world, "mm", 1);
    assert_eq!(world.keys_posted(), [1]);
    settings.others.clear();
    world.take(reread(&settings));
    // What was under way is still heard.
    world.reply(accepted("A"));
    world.settle();
    assert_eq!(world.states(1), (TaskState::Running, TaskState::Running));
    let before = of(&world, "mm");
    world.pass(HOUR);
    world.settle();
    let ProfileState { is_known, has_key, .. } = world.state.of("mm");
    assert_eq!((*is_known, *has_key, of(&world, "mm")), (false, false, before));
    assert!(world.state.lacks_key(&world.state.tasks.rows[&key(1)]));
}
