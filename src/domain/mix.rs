//! SplitMix64 (Steele, Lea, Flood 2014): numbers that look random and are the same everywhere for the same seed. For
//! jitter and tests, never for secrets.

/// What the state grows by with each number.
const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// Its finalizer: neighbouring numbers become numbers that have nothing in common.
#[must_use]
pub const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// One seed of two, such as who and how often.
#[must_use]
pub const fn seeded(seed: u64, stream: u64) -> u64 {
    seed.wrapping_mul(GAMMA) ^ stream.wrapping_mul(0xd1b5_4a32_d192_ed03)
}

/// The number as a fraction in `0.0..1.0`.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "53 bits are kept, which a double holds exactly")]
pub fn fraction(n: u64) -> f64 {
    (n >> 11) as f64 / (1_u64 << 53) as f64
}

/// A run of such numbers, from its seed.
#[derive(Clone, Debug)]
pub struct SplitMix(pub u64);

impl SplitMix {
    /// The next number.
    pub const fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GAMMA);
        mix(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_reference() {
        let mut numbers = SplitMix(1_234_567);
        let known = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        assert_eq!([(); 3].map(|()| numbers.roll()), known);
    }
}
