//! Fills a store for measurements: believable tasks of every ended state, the same for the same seed. Never for real use.

use super::{row, schema, write};
