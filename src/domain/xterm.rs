//! The 256 colours of xterm, which most terminals have by the same numbers: sixteen of their own shades, a cube, grays.

/// Red, green, blue.
pub type Rgb = [u8; 3];

/// The first sixteen as xterm shows them; a terminal may have others.
const SIXTEEN: [Rgb; 16] = [
    [0, 0, 0],
    [205, 0, 0],
    [0, 205, 0],
    [205, 205, 0],
    [0, 0, 238],
    [205, 0, 205],
    [0, 205, 205],
    [229, 229, 229],
    [127, 127, 127],
    [255, 0, 0],
    [0, 255, 0],
    [255, 255, 0],
    [92, 92, 255],
    [255, 0, 255],
    [0, 255, 255],
    [255, 255, 255],
];

/// The steps of the cube of 6x6x6 from number 16 on.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// What is seen of a number.
#[must_use]
pub const fn shade(number: u8) -> Rgb {
    match number {
        0..=15 => SIXTEEN[number as usize],
        16..=231 => {
            let n = number as usize - 16;
            [STEPS[n / 36], STEPS[n / 6 % 6], STEPS[n % 6]]
        }
        232.. => [8 + 10 * (number - 232); 3],
    }
}

/// How different two colours look; green counts most and blue least.
#[must_use]
pub fn distance(a: Rgb, b: Rgb) -> u32 {
    let square = |c: usize| u32::from(a[c].abs_diff(b[c])).pow(2);
    2 * square(0) + 4 * square(1) + square(2)
}

/// The nearest of the first sixteen.
#[must_use]
pub fn nearest_of_16(wanted: Rgb) -> u8 {
    (0..16).min_by_key(|n| distance(shade(*n), wanted)).unwrap_or(7)
}

/// The nearest of the cube and the grays, whose shades are the same everywhere.
#[must_use]
pub fn nearest_of_256(wanted: Rgb) -> u8 {
    let [r, g, b] = wanted.map(|c| (0..6).min_by_key(|n: &usize| STEPS[*n].abs_diff(c)).unwrap_or(0));
    let [red, green, blue] = wanted.map(usize::from);
    let mean = (2 * red + 4 * green + blue) / 7;
    let (cube, gray) = ((16 + 36 * r + 6 * g + b) as u8, (232 + (mean.saturating_sub(3) / 10).min(23)) as u8);
    if distance(shade(gray), wanted) < distance(shade(cube), wanted) { gray } else { cube }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_nearest_to_its_own_shade() {
        assert_eq!(
            [16, 21, 46, 110, 196, 231].map(shade),
            [[0, 0, 0], [0, 0, 255], [0, 255, 0], [135, 175, 215], [255, 0, 0], [255, 255, 255]]
        );
        for number in 16..=255 {
            assert_eq!(shade(nearest_of_256(shade(number))), shade(number), "{number}");
        }
        for number in 0..16 {
            assert_eq!(shade(nearest_of_16(shade(number))), shade(number), "{number}");
        }
    }
}
