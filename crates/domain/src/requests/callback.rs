//! Callbacks (回访): which of the requests that nobody rated are called back.

use super::{Desk, Request};
use crate::id::RequestId;

/// How many in a hundred are called back, by the organisation that was in charge (source: domain
/// 5.1: all requests of the community, a sample at bulk).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    pub community: u8,
    pub street: u8,
}

impl Default for Sample {
    fn default() -> Self {
        Self { community: 100, street: 20 }
    }
}

impl Sample {
    /// Whether this request is one of those that are called back. The same request is always
    /// chosen, or never; whoever handles it cannot tell beforehand.
    #[must_use]
    pub fn takes(self, request: &Request) -> bool {
        let percent = match request.desk() {
            Desk::Community => self.community,
            Desk::Street => self.street,
        };
        lot(request.id) < u64::from(percent)
    }
}

/// A number from 0 to 99 that follows from the id, as evenly as chance would spread it.
fn lot(id: RequestId) -> u64 {
    // The last step of splitmix64: ids of one moment lie far apart.
    let mut mixed = id.0.cast_unsigned().wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)) % 100
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_all_is_chosen_and_always_the_same() {
        for percent in [0_u64, 1, 20, 50, 99, 100] {
            // Ids as they are made: by the millisecond, with the same low bits.
            let ids = (0..20_000_i64).map(|n| RequestId((1_000_000 + n) << 22));
            let taken = ids.filter(|&id| lot(id) < percent).count();
            let wanted = usize::try_from(percent).unwrap() * 200;
            assert!(taken.abs_diff(wanted) <= 200, "{percent} in a hundred: {taken}");
        }
        assert_eq!(lot(RequestId(42)), lot(RequestId(42)));
    }
}
