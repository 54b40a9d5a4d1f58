use super::*;
use crate::testing::{WALL, state};
use domain::{
    prices::{PriceList, Prices},
    task::TaskState::{Saved, Unknown},
};
use engine::settings::Other;

fn ptc(n: i64) -> Amount {
    Amount::from_thousandths(n)
}

#[test]
fn the_services_word_is_compared_with_our_sums_and_the_difference_named() {
    let mut state = state(&[Saved, Unknown]);
    state.work.own.balance.first = Some((ptc(10_000), Wall(WALL)));
    for (balance, difference, words) in [
        (9_500, 0, "none by the balance: the service and this store agree"),
        (9_000, 500, "0.5 PTC, within the 0.5 PTC of unknown outcomes"),
        (9_800, -300, "0.3 PTC less than we count: a price given back, a top-up, or a charge that comes later"),
        (
            8_000,
            1_500,
            "1.5 PTC more than we count, of which 0.5 PTC may be unknown outcomes: another program or key has spent \
             the rest",
        ),
    ] {
        state.work.own.balance.last = Some((ptc(balance), Wall(WALL + 60_000)));
        let compared = compared(&state.work, &state.work.settings.profile.name);
        assert_eq!(compared.map(Compared::difference), Some(ptc(difference)), "{balance}");
        assert_eq!(compared.map(Compared::words).as_deref(), Some(words));
    }
}

#[test]
fn the_caps_are_told_in_each_currency_that_is_paid_in() {
    let mut state = state(&[]);
    let settings = &mut state.work.settings;
    (settings.budget.per_batch, settings.budget.ask_above) = (Some(ptc(8_000)), Some(ptc(3_000)));
    let catalogue = settings.catalogue.clone();
    let mut profile = settings.profile.clone();
    profile.prices = Prices::new(PriceList::of(Currency::Usd), &catalogue);
    settings.others.insert("mm".into(), Other { profile, catalogue });
    let served = state.work.own.clone();
    state.work.others.insert("mm".into(), served);
    let told: Vec<String> = lines(&state)
        .into_iter()
        .filter_map(|line| if let Line::Fact { text, .. } = line { Some(text) } else { None })
        .filter(|text| text.contains("a batch"))
        .collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[1].ends_with("a batch 8.0 USD, asks above 3.0 USD"), "{told:?}");
}

#[test]
fn a_difference_without_unknown_outcomes_names_none() {
    let apart = Compared {
        since: Wall(WALL),
        service: ptc(1_500),
        charged: ptc(500),
        unknown: ptc(0),
        currency: Currency::Ptc,
    };
    assert_eq!(apart.words(), "1.0 PTC more than we count: another program or key has spent it");
}

#[test]
fn a_balance_that_rose_is_said_to_have_risen() {
    let mut state = state(&[Saved]);
    let balance = &mut state.work.own.balance;
    (balance.first, balance.last) = (Some((ptc(48_000), Wall(WALL))), Some((ptc(50_000), Wall(WALL + 60_000))));
    let compared = lines(&state).iter().map(Line::text).find(|line| line.starts_with("Compared"));
    assert_eq!(
        compared.as_deref(),
        Some("Compared in less than a minute the balance rose by 2.0 PTC; we count 0.5 PTC charged")
    );
}

#[test]
fn while_it_is_open_the_sums_are_asked_for_again_after_a_change_at_most_once_a_second() {
    let mut state = state(&[Saved]);
    let _ = open(&mut state);
    assert_eq!(deadline(&state), None);
    state.work.tasks.counts[Saved as usize] += 1;
    let due = state.work.now.mono.plus(SECOND);
    assert_eq!((follow(&mut state), deadline(&state)), (vec![], Some(due)));
    state.work.now.mono = due;
    let asked = StoreCmd::Costs { now: state.work.now };
    assert_eq!(follow(&mut state), [Wish::Effect(Effect::Store(asked))]);
    assert_eq!((follow(&mut state), deadline(&state)), (vec![], None));
}

#[test]
fn one_word_about_the_balance_is_compared_with_nothing() {
    let mut state = state(&[Saved]);
    state.work.own.balance.first = Some((ptc(10_000), Wall(WALL)));
    state.work.own.balance.last = state.work.own.balance.first;
    assert_eq!(compared(&state.work, &state.work.settings.profile.name), None);
    assert!(lines(&state).iter().any(|line| line.text().starts_with("Difference needs a second look")));
}

#[test]
fn without_a_key_the_records_are_not_being_compared_and_the_balance_is_not_asked_for() {
    let mut state = state(&[Saved]);
    state.work.own.has_key = false;
    let _ = open(&mut state);
    assert!(lines(&state).iter().any(|line| line.text() == "Records there is no API key to read them with"));
    assert_eq!(ask_balance(&mut state), []);
    let said = state.screen.toasts.back().map(|toast| toast.text.as_str());
    assert_eq!(said, Some("there is no API key to ask for the balance with"));
}

#[test]
fn a_balance_that_was_asked_for_is_told_when_it_comes() {
    let mut state = state(&[Saved]);
    state.work.own.has_key = true;
    let wishes = ask_balance(&mut state);
    let _ = crate::carry_out::carry_out(&mut state, wishes);
    tell_balances(&mut state);
    assert!(state.screen.toasts.is_empty() && state.work.own.balance.asking.is_some());
    state.work.own.balance.asking = None;
    state.work.own.balance.last = Some((ptc(9_500), Wall(WALL)));
    tell_balances(&mut state);
    tell_balances(&mut state);
    let said: Vec<&str> = state.screen.toasts.iter().map(|toast| &*toast.text).collect();
    assert_eq!(said, ["balance 9.5 PTC"]);
}

#[test]
fn a_group_is_told_with_its_sums() {
    let sum = Sum { tasks: 13, charged: ptc(5_000), unknown: ptc(0), reserved: ptc(500) };
    let line = Line::Sums { name: "2026-11-30".into(), currency: Currency::Ptc, sum };
    let told = "2026-11-30: tasks 13, charged 5.0 PTC, unknown 0.0 PTC, set aside 0.5 PTC, spent 5.0 PTC";
    assert_eq!(line.text(), told);
}

#[test]
fn on_the_narrowest_screen_a_group_shows_what_was_spent() {
    let sum = Sum { tasks: 13, charged: ptc(5_000), unknown: ptc(500), reserved: ptc(0) };
    let line = Line::Sums { name: "MiniMax-Hailuo-02 and more".into(), currency: Currency::Usd, sum };
    let look = crate::widgets::theme::Look::of(&state(&[]).work.settings.ui);
    let told = view::drawn(&line, look, 36)[0].to_string();
    assert!(told.ends_with("5.5 USD") && told.chars().count() <= 34, "{told}");
}
