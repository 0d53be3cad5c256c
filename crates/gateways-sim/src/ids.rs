//! Ids of orders, charges, payments and tokens.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use crate::clock::Clock;

const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// Makes ids. Clones share one sequence.
#[derive(Debug, Clone)]
pub struct Ids {
    seed: u64,
    used: Arc<AtomicU64>,
}

impl Ids {
    /// The same ids in the same order at every start.
    pub fn deterministic() -> Self {
        Self { seed: 0, used: Arc::default() }
    }

    /// Ids that differ from those of an earlier start.
    pub fn fresh() -> Self {
        let now = Clock::running().now().unix_timestamp_nanos();
        Self { seed: u64::try_from(now).unwrap_or_default(), used: Arc::default() }
    }

    /// A text of that many letters and digits.
    pub(crate) fn text(&self, length: usize) -> String {
        let mut bits = self.bits();
        let letter = |_| {
            let at = usize::try_from(bits % 58).unwrap_or_default();
            bits = mixed(bits);
            char::from(ALPHABET[at])
        };
        (0..length).map(letter).collect()
    }

    /// 24 hexadecimal digits.
    pub(crate) fn hex(&self) -> String {
        let bits = self.bits();
        format!("{:016x}{:08x}", bits, mixed(bits) >> 32)
    }

    /// An integer that grows with every id. The first digits depend on the start.
    pub(crate) fn number(&self) -> u64 {
        1_000_000_000 + self.seed % 800 * 10_000_000 + self.used.fetch_add(1, Ordering::SeqCst)
    }

    fn bits(&self) -> u64 {
        mixed(self.seed.wrapping_add(self.used.fetch_add(1, Ordering::SeqCst)))
    }
}

/// Splitmix64: neighbouring inputs give outputs that look unrelated.
fn mixed(input: u64) -> u64 {
    let mut bits = input.wrapping_add(0x9E37_79B9_7F4A_7C15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn deterministic_ids_repeat_and_no_two_are_equal() {
        let (one, other) = (Ids::deterministic(), Ids::deterministic());
        let drawn: Vec<String> = (0..1000).map(|_| one.text(17)).collect();
        assert_eq!(drawn, (0..1000).map(|_| other.text(17)).collect::<Vec<_>>());
        assert_eq!(drawn.iter().collect::<BTreeSet<_>>().len(), 1000);
        assert!(one.number() < one.number());
        assert_eq!(one.hex().len(), 24);
    }
}
