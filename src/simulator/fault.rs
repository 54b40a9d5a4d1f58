//! The faults the simulator can be told to have, by name (`simulate --faults`) or by a word in a prompt.

use domain::mix::{fraction, mix, seeded};
use std::str::FromStr;

/// One kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    LostAnswer,
    Http500After,
    Rate1002,
    Rate429,
    Sensitive1026,
    Fail1026,
    Fail1027,
    FailNoReason,
    Balance1008,
    GatewayBalance,
    NoChannel,
    Key1004,
    Invalid2013,
    Plan2061,
    Busy1000,
    BusyAfter,
    NoRequestId,
    ChargedTwice,
    NoRecord,
    LateRecord,
    BareRecord,
    RecordsDenied,
    OtherPrices,
    UploadFails,
    NoCallback,
    LateCallback,
    DoubleCallback,
    ExpiredAddress,
    DropDownload,
    ShortDownload,
    SlowDownload,
    NoRange,
    HtmlVideo,
    Html200,
    Html502,
    NumberIds,
    Escapes,
    UnknownStatus,
    SuccessWithoutFile,
    Hang,
    Reset,
}

/// What a person may know of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultInfo {
    pub fault: Fault,
    /// Its name in `--faults`.
    pub name: &'static str,
    /// The word that causes it when it stands in a prompt: for the first submission of that prompt, so that a retry
    /// goes well (`!1026` for every one).
    pub word: Option<&'static str>,
    /// What it does, in one line.
    pub about: &'static str,
}

const fn info(fault: Fault, name: &'static str, word: Option<&'static str>, about: &'static str) -> FaultInfo {
    FaultInfo { fault, name, word, about }
}

/// Which faults the simulator has, and how often.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults(Vec<Rule>);

#[derive(Clone, Copy, Debug, PartialEq)]
struct Rule {
    fault: Fault,
    when: When,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum When {
    /// Strikes by chance, drawn from the seed: from 0 to 1.
    Chance(f64),
    /// Only the n-th time, from 1.
    Only(u64),
    /// Every n-th time.
    Every(u64),
}

impl Faults {
    /// Every fault there is, with its name, its word and what it does.
    pub const NAMES: &[FaultInfo] = &[
        info(
            Fault::LostAnswer,
            "lost_answer",
            Some("!lost"),
            "accepted and charged, then the line is cut before the answer",
        ),
        info(Fault::Http500After, "500_after", Some("!500"), "accepted and charged, then HTTP 500"),
        info(Fault::Rate1002, "rate_1002", Some("!1002"), "refused: too many requests (1002)"),
        info(Fault::Rate429, "rate_429", Some("!429"), "refused: HTTP 429 with Retry-After"),
        info(Fault::Sensitive1026, "sensitive_prompt_1026", Some("!1026"), "refused: the prompt was judged sensitive"),
        info(Fault::Fail1026, "fail_1026", None, "the task fails: input judged sensitive; the price is given back"),
        info(Fault::Fail1027, "fail_1027", Some("!1027"), "the task fails: the video was judged sensitive"),
        info(Fault::FailNoReason, "fail_no_reason", Some("!fail"), "the task fails and gives no reason"),
        info(Fault::Balance1008, "balance_1008", Some("!1008"), "refused: balance too low (1008)"),
        info(Fault::GatewayBalance, "gateway_balance", None, "refused by the gateway: balance too low (-10004)"),
        info(Fault::NoChannel, "no_channel", Some("!10008"), "refused by the gateway: no channel now (-10008)"),
        info(Fault::Key1004, "key_1004", None, "refused: key not accepted (1004)"),
        info(Fault::Invalid2013, "invalid_2013", Some("!2013"), "refused: invalid parameters (2013)"),
        info(Fault::Plan2061, "plan_2061", None, "refused: the plan does not include the model (2061)"),
        info(Fault::Busy1000, "busy_1000", Some("!1000"), "answered with an unknown error (1000), and not made"),
        info(
            Fault::BusyAfter,
            "1000_after",
            Some("!busy"),
            "accepted and charged, then answered with an unknown error (1000)",
        ),
        info(Fault::NoRequestId, "no_request_id", Some("!noid"), "the answer to a submission carries no request-id"),
        info(Fault::ChargedTwice, "charged_twice", Some("!twice"), "accepted once and charged twice"),
        info(Fault::NoRecord, "no_record", Some("!norecord"), "the gateway's records never show the submission"),
        info(Fault::LateRecord, "late_record", Some("!laterecord"), "its record appears three minutes late"),
        info(Fault::BareRecord, "bare_record", Some("!bare"), "its record holds no bodies, and so no task ID"),
        info(Fault::RecordsDenied, "records_denied", None, "the key may not read the records"),
        info(Fault::OtherPrices, "other_prices", None, "the gateway's price list differs from what is charged"),
        info(Fault::UploadFails, "upload_fails", None, "an upload is refused"),
        info(Fault::NoCallback, "no_callback", Some("!nopost"), "nothing is posted to the callback address"),
        info(Fault::LateCallback, "late_callback", Some("!latepost"), "posts to the callback address come 30 s late"),
        info(
            Fault::DoubleCallback,
            "double_callback",
            Some("!doublepost"),
            "each post to the callback address comes twice",
        ),
        info(
            Fault::ExpiredAddress,
            "expired_address",
            Some("!expired"),
            "the file's first address has already run out",
        ),
        info(Fault::DropDownload, "drop_download", Some("!drop"), "the first download is cut in the middle"),
        info(
            Fault::ShortDownload,
            "short_download",
            Some("!short"),
            "the first download brings a part as if it were all",
        ),
        info(Fault::SlowDownload, "slow_download", Some("!slow"), "downloads trickle at about 10 KB/s"),
        info(Fault::NoRange, "no_range", Some("!norange"), "the storage ignores ranges and sends all"),
        info(Fault::HtmlVideo, "html_video", Some("!html"), "the first download is a page with status 200"),
        info(Fault::Html200, "html_200", None, "an API call is answered by a page with status 200"),
        info(Fault::Html502, "html_502", None, "an API call is answered by a page with status 502"),
        info(Fault::NumberIds, "number_ids", Some("!numbers"), "ids come as JSON numbers of 19 digits"),
        info(Fault::Escapes, "escapes", Some("!escapes"), "control and bidirectional characters in all words"),
        info(Fault::UnknownStatus, "unknown_status", Some("!dream"), "empty and unknown words for a task's state"),
        info(Fault::SuccessWithoutFile, "success_without_file", Some("!nofile"), "the first Success names no file"),
        info(Fault::Hang, "hang", Some("!hang"), "an API call is never answered"),
        info(Fault::Reset, "reset", Some("!reset"), "the connection of an API call is reset"),
    ];

    /// The faults of the `n`-th submission (from 1), whose prompt was sent `before` times already.
    pub(super) fn of_submission(&self, seed: u64, n: u64, prompt: &str, before: u32) -> FaultSet {
        let mut set = self.drawn(seed, n, |fault| !is_of_a_call(fault));
        for FaultInfo { fault, word, .. } in Self::NAMES {
            let once = *fault != Fault::Sensitive1026;
            if word.is_some_and(|word| prompt.contains(word)) && !(once && before > 0) {
                set.insert(*fault);
            }
        }
        set
    }

    /// The faults of the `n`-th API call of any kind (from 1).
    pub(super) fn of_call(&self, seed: u64, n: u64) -> FaultSet {
        self.drawn(seed, n, is_of_a_call)
    }

    fn drawn(&self, seed: u64, n: u64, concerns: impl Fn(Fault) -> bool) -> FaultSet {
        let mut set = FaultSet::default();
        for rule in self.0.iter().filter(|rule| concerns(rule.fault)) {
            let hit = match rule.when {
                When::Chance(p) => fraction(draw(seed, rule.fault as u64, n)) < p,
                When::Only(one) => n == one,
                When::Every(step) => n.is_multiple_of(step),
            };
            if hit {
                set.insert(rule.fault);
            }
        }
        set
    }
}

/// Faults of the connection strike any call, those of the gateway's own calls the calls that they are about; the others
/// belong to a submission and the task it makes.
const fn is_of_a_call(fault: Fault) -> bool {
    matches!(
        fault,
        Fault::Html200
            | Fault::Html502
            | Fault::Hang
            | Fault::Reset
            | Fault::RecordsDenied
            | Fault::OtherPrices
            | Fault::UploadFails
    )
}

/// Why a list of faults cannot be read; each holds the part of the list that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadFault {
    /// There is no fault of that name.
    NoName(String),
    /// What comes after `@` or `%` is no whole number from 1.
    NoCount(String),
    /// What comes after `:` is no chance from 0 to 1.
    NoChance(String),
}

impl FromStr for Faults {
    type Err = BadFault;

    /// Reads `name`, `name:0.3` (by chance), `name@3` (only the third time), `name%3` (every third time), separated by
    /// commas.
    fn from_str(text: &str) -> Result<Self, BadFault> {
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(rule).collect::<Result<_, _>>().map(Self)
    }
}

fn rule(text: &str) -> Result<Rule, BadFault> {
    let count = |n: &str| n.parse().ok().filter(|n| *n > 0).ok_or_else(|| BadFault::NoCount(text.into()));
    let (name, when) = match text.find([':', '@', '%']) {
        None => (text, When::Chance(1.0)),
        Some(at) => {
            let (name, how) = text.split_at(at);
            let number = &how[1..];
            let when = match &how[..1] {
                "@" => When::Only(count(number)?),
                "%" => When::Every(count(number)?),
                _ => {
                    let chance = number.parse().ok().filter(|p| (0.0..=1.0).contains(p));
                    When::Chance(chance.ok_or_else(|| BadFault::NoChance(text.into()))?)
                }
            };
            (name, when)
        }
    };
    let known = Faults::NAMES.iter().find(|info| info.name == name);
    known.map(|info| Rule { fault: info.fault, when }).ok_or_else(|| BadFault::NoName(text.into()))
}

/// Some faults at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct FaultSet(u64);

impl FaultSet {
    pub(super) const fn has(self, fault: Fault) -> bool {
        self.0 & (1 << fault as u32) != 0
    }

    pub(super) const fn insert(&mut self, fault: Fault) {
        self.0 |= 1 << fault as u32;
    }

    /// Whether the fault is in the set; it is not afterwards. For what happens once.
    pub(super) const fn take(&mut self, fault: Fault) -> bool {
        let had = self.has(fault);
        self.0 &= !(1 << fault as u32);
        had
    }
}

/// A number that looks random and is the same for the same seed, purpose and ordinal (splitmix64's mixing).
pub(super) const fn draw(seed: u64, purpose: u64, n: u64) -> u64 {
    mix(seed ^ seeded(purpose, n))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_a_name_and_a_place_in_a_set() {
        let mut set = FaultSet::default();
        for info in Faults::NAMES {
            assert_eq!(info.name.parse::<Faults>().unwrap().0[0].fault, info.fault);
            assert!(!set.take(info.fault), "{}", info.name);
            set.insert(info.fault);
        }
        assert_eq!(set.0.count_ones() as usize, Faults::NAMES.len());
        assert_eq!(Fault::Reset as usize + 1, Faults::NAMES.len());
    }

    #[test]
    fn a_list_of_faults_is_read_with_its_three_ways_of_when() {
        let faults: Faults = "lost_answer, rate_429:0.25,fail_1027@3,hang%4,".parse().unwrap();
        assert_eq!(
            faults.0,
            [
                Rule { fault: Fault::LostAnswer, when: When::Chance(1.0) },
                Rule { fault: Fault::Rate429, when: When::Chance(0.25) },
                Rule { fault: Fault::Fail1027, when: When::Only(3) },
                Rule { fault: Fault::Hang, when: When::Every(4) },
            ]
        );
        for bad in ["nonsense", "hang:2", "hang:x", "hang@0", "hang%", "hang%-1"] {
            assert!(bad.parse::<Faults>().is_err(), "{bad}");
        }
    }

    #[test]
    fn chance_is_drawn_from_the_seed_and_about_as_often_as_said() {
        let faults: Faults = "rate_429:0.25".parse().unwrap();
        let hits = |seed| -> Vec<u64> {
            (1..=1_000).filter(|n| faults.of_submission(seed, *n, "", 0).has(Fault::Rate429)).collect()
        };
        assert_eq!(hits(7), hits(7));
        assert_ne!(hits(7), hits(8));
        assert!((200..300).contains(&hits(7).len()), "{}", hits(7).len());
    }

    #[test]
    fn a_word_in_the_prompt_strikes_once_but_a_sensitive_prompt_stays_so() {
        let none = Faults::default();
        assert!(none.of_submission(1, 1, "a cat !lost", 0).has(Fault::LostAnswer));
        assert!(!none.of_submission(1, 2, "a cat !lost", 1).has(Fault::LostAnswer));
        assert!(none.of_submission(1, 3, "a cat !1026", 1).has(Fault::Sensitive1026));
    }
}
