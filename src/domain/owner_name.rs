//! The name of one run of a program, as it stands in claims: its process (before it the machine, where several meet),
//! when it began, and a number that no other run has.

use super::time::Wall;

/// The name of a run.
#[must_use]
pub fn make(process: &str, started: Wall, number: u32) -> String {
    format!("{process}-{}-{number}", started.0)
}

/// The process of the run of that name.
#[must_use]
pub fn process(owner: &str) -> &str {
    owner.rsplitn(3, '-').last().unwrap_or_default()
}

/// When the run of that name began, by its machine's clock; the beginning of time where the name is none of ours.
#[must_use]
pub fn started(owner: &str) -> Wall {
    Wall(owner.rsplit('-').nth(1).and_then(|ms| ms.parse().ok()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_what_it_was_made_of() {
        for machine in ["812", "box-2.local-812"] {
            let name = make(machine, Wall(1_795_372_200_000), 3);
            assert_eq!((process(&name), started(&name)), (machine, Wall(1_795_372_200_000)));
        }
        assert_eq!(started("watch"), Wall(0));
    }
}
