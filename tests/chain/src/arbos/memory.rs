//! What WASM memory costs.
//!
//! A transaction has a few pages free. Each further page that is open costs a linear price whenever it is opened,
//! and each new maximum that the transaction reaches costs the step on a ramp that doubles about every five pages and
//! brings 128 pages to 32 million gas.

/// The ramp: what having ever opened this many pages has cost. A table, because Nitro's is one.
const RAMP: [u32; 129] = [
    1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 5, 6, 7, 8, 9, 11, 12, 14, 17, 19, 22, 25, 29, 33, 38, 43, 50, 57,
    65, 75, 85, 98, 112, 128, 147, 168, 193, 221, 253, 289, 331, 379, 434, 497, 569, 651, 745, 853, 976,
    1_117, 1_279, 1_463, 1_675, 1_917, 2_194, 2_511, 2_874, 3_290, 3_765, 4_309, 4_932, 5_645, 6_461, 7_395,
    8_464, 9_687, 11_087, 12_689, 14_523, 16_621, 19_024, 21_773, 24_919, 28_521, 32_642, 37_359, 42_758,
    48_938, 56_010, 64_104, 73_368, 83_971, 96_106, 109_994, 125_890, 144_082, 164_904, 188_735, 216_010,
    247_226, 282_953, 323_844, 370_643, 424_206, 485_509, 555_672, 635_973, 727_880, 833_067, 953_456,
    1_091_243, 1_248_941, 1_429_429, 1_636_000, 1_872_423, 2_143_012, 2_452_704, 2_807_151, 3_212_820,
    3_677_113, 4_208_502, 4_816_684, 5_512_756, 6_309_419, 7_221_210, 8_264_766, 9_459_129, 10_826_093,
    12_390_601, 14_181_199, 16_230_562, 18_576_084, 21_260_563, 24_332_984, 27_849_408, 31_873_999,
];

/// Prices memory by what is open and what has ever been open in the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryModel {
    /// Pages that a transaction gets for nothing.
    pub free_pages: u16,
    /// Gas for each further page.
    pub page_gas: u16,
}

impl MemoryModel {
    /// The gas for `new` pages when `open` are open and at most `ever` have been.
    #[must_use]
    pub fn gas_cost(&self, new: u16, open: u16, ever: u16) -> u64 {
        let new_open = open.saturating_add(new);
        let new_ever = ever.max(new_open);
        if new_ever <= self.free_pages {
            return 0;
        }
        let beyond_free = |pages: u16| pages.saturating_sub(self.free_pages);
        let adding = beyond_free(new_open).saturating_sub(beyond_free(open));
        let linear = u64::from(adding) * u64::from(self.page_gas);
        linear.saturating_add(ramp(new_ever).saturating_sub(ramp(ever)))
    }
}

fn ramp(pages: u16) -> u64 {
    RAMP.get(usize::from(pages))
        .map_or(u64::MAX, |gas| u64::from(*gas))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODEL: MemoryModel = MemoryModel {
        free_pages: 2,
        page_gas: 1000,
    };

    #[test]
    fn the_first_two_pages_are_free() {
        assert_eq!(MODEL.gas_cost(2, 0, 0), 0);
        assert_eq!(MODEL.gas_cost(1, 1, 1), 0);
    }

    #[test]
    fn further_pages_pay_the_line_and_the_ramp() {
        assert_eq!(MODEL.gas_cost(3, 0, 0), 1000);
        assert_eq!(MODEL.gas_cost(17, 0, 0), 15_000 + 9 - 1);
        assert_eq!(MODEL.gas_cost(128, 0, 0), 126_000 + 31_873_999 - 1);
    }

    #[test]
    fn pages_opened_again_pay_the_line_only() {
        assert_eq!(MODEL.gas_cost(17, 0, 17), 15_000);
        assert_eq!(MODEL.gas_cost(1, 17, 17), 1000 + 11 - 9);
    }

    #[test]
    fn pages_beyond_the_ramp_cannot_be_paid() {
        assert_eq!(MODEL.gas_cost(129, 0, 0), u64::MAX);
        assert_eq!(MODEL.gas_cost(u16::MAX, u16::MAX, u16::MAX), 0);
    }
}
