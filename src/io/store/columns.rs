//! Columns of a SELECT by name, so that reading does not depend on their order.

use std::fmt;

/// What a SELECT reads, in its order: columns, and expressions that an ` AS ` names.
pub(super) struct Columns(pub(super) &'static [&'static str]);

impl Columns {
    /// The number of the column of that name, from 0. [`column`] asks for it, so that an unknown name does not compile.
    pub(super) const fn at(&self, name: &str) -> usize {
        let mut column = 0;
        while !is_named(self.0[column], name) {
            column += 1;
        }
        column
    }
}

/// As a SELECT names them.
impl fmt::Display for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(", "))
    }
}

/// Whether that is the name, or an expression ends in it after an ` AS `.
const fn is_named(column: &str, name: &str) -> bool {
    let Some(before) = column.len().checked_sub(name.len()) else { return false };
    let (start, end) = column.as_bytes().split_at(before);
    is_same(end, name.as_bytes()) && (before == 0 || ends_in_as(start))
}

const fn ends_in_as(expression: &[u8]) -> bool {
    matches!(expression, [.., b' ', b'A', b'S', b' '])
}

const fn is_same(one: &[u8], other: &[u8]) -> bool {
    let mut n = 0;
    while n < one.len() {
        if one[n] != other[n] {
            return false;
        }
        n += 1;
    }
    true
}

/// The number of a column of these [`Columns`], found while the program is built.
macro_rules! column {
    ($columns:ident, $name:literal) => {
        const { $columns.at($name) }
    };
}
pub(super) use column;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_found_by_its_name_or_by_what_an_expression_is_called() {
        const SOME: Columns = Columns(&["task_key", "key", "coalesce(batch, key) AS batch", "ledger.at AS at"]);
        assert_eq!([column!(SOME, "key"), column!(SOME, "batch"), column!(SOME, "at")], [1, 2, 3]);
        assert_eq!(SOME.to_string(), "task_key, key, coalesce(batch, key) AS batch, ledger.at AS at");
    }
}
