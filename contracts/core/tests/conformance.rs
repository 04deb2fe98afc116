//! What other systems' limiters do in their published tests and sources, and what ours do with the same numbers.
//! Where they differ the test says both, and `docs/CONFORMANCE.md` says why.

mod support;

use alloy_primitives::U256;
use portcullis_core::{
    baseline::{Minimum, Share},
    bucket::{self, Bucket, Reconfigured, Slot},
    cap::Cap,
    scope::{consume_all, AnyLimiter, Request},
    window::{self, Window},
};
use proptest::prelude::*;
use support::{any_amount, denied, u, DAY, E18};

const HOUR: u64 = 3_600;

fn bucket_limit(capacity: U256, refill_secs: u64) -> bucket::Limit {
    bucket::Limit::new(capacity, refill_secs).unwrap()
}

fn full(capacity: u64, refill_secs: u64) -> Bucket {
    Bucket::full(bucket_limit(u(capacity), refill_secs), 0)
}

fn unused(limit: U256, window_secs: u64, now: u64) -> Window {
    Window::unused(window::Limit::new(limit, window_secs).unwrap(), now)
}

fn e(tokens: u64) -> U256 {
    u(tokens) * u(E18)
}

fn changed(bucket: Bucket, capacity: U256, refill_secs: u64, now: u64) -> (Reconfigured, Bucket) {
    let change = Slot::Open(bucket).reconfigure(Some(bucket_limit(capacity, refill_secs)), now);
    (change, change.slot.open().unwrap())
}

mod chainlink_ccip {
    use super::*;

    #[test]
    fn what_is_left_and_what_is_refilled() {
        let half = full(100, 20).consume(u(50), 0).unwrap();
        assert_eq!(half.available_down(0), u(50));
        assert_eq!(half.consume(u(50), 4).unwrap().available_down(4), u(20));
    }

    #[test]
    fn the_wait_and_what_was_available_are_in_the_refusal() {
        assert_eq!(full(100, 20).consume(u(101), 0), Err(denied(101, 100, None)));
        let half = full(100, 20).consume(u(50), 0).unwrap();
        assert_eq!(half.consume(u(70), 0), Err(denied(70, 50, Some(4))));
        let empty = full(100, 20).consume(u(100), 10_000).unwrap();
        assert_eq!(empty.consume(u(6), 10_001), Err(denied(6, 5, Some(10_002))));
        let empty = Bucket::empty(bucket_limit(u(50), 50), 0);
        for second in 0..=4 {
            assert_eq!(empty.consume(u(5), second), Err(denied(5, second, Some(5))));
        }
        assert_eq!(empty.consume(u(5), 5).unwrap().available_down(5), u(0));
    }
}

mod wormhole_ntt {
    use super::*;

    fn sent_three() -> Bucket {
        Bucket::full(bucket_limit(e(4), DAY), 0).consume(e(3), 0).unwrap()
    }

    #[test]
    fn a_smaller_limit_counts_what_was_sent() {
        assert_eq!(sent_three().available_down(0), e(1));
        assert_eq!(changed(sent_three(), e(2), DAY, 0).0.available, u(0));
    }

    #[test]
    fn a_larger_limit_adds_nothing_at_once_here() {
        // Theirs: 2e, and after six hours 3e.
        assert_eq!(changed(sent_three(), e(5), DAY, 0).0.available, e(1));
        assert_eq!(changed(sent_three(), e(5), DAY, 6 * HOUR).0.available, e(2));
    }

    #[test]
    fn more_than_the_limit_changes_neither_level_nor_time() {
        let before = sent_three();
        assert_eq!(before.consume(e(5), HOUR).unwrap_err().retry_at, None);
        assert_eq!((before.touched_at(), before.available_down(0)), (0, e(1)));
    }
}

mod layerzero {
    use super::*;

    #[test]
    fn what_is_in_flight_decays_over_the_window() {
        let empty = Bucket::full(bucket_limit(e(100), HOUR), 0)
            .consume(e(100), 0)
            .unwrap();
        assert_eq!(empty.available_down(1_800), e(50));
    }

    #[test]
    fn a_larger_limit_adds_nothing_at_once_here() {
        let empty = Bucket::full(bucket_limit(e(100), HOUR), 0)
            .consume(e(100), 0)
            .unwrap();
        // Theirs: 150e at once, 200e at 3,600.
        let (change, bucket) = changed(empty, e(200), HOUR, 1_800);
        assert_eq!(change.available, e(50));
        assert_eq!(bucket.available_down(3_600), e(150));
        let rest = bucket.consume(e(150), 3_600).unwrap();
        assert!(rest.consume(e(1), 3_600).is_err());
    }

    #[test]
    fn what_exceeds_a_smaller_limit_is_no_debt_in_a_bucket_and_waits_in_a_window() {
        let out = full(100, 100).consume(u(100), 0).unwrap();
        let (change, bucket) = changed(out, u(40), 60, 0);
        assert_eq!(change.available, u(0));
        // Theirs: at 60, 60 are in flight still and nothing is available.
        assert_eq!(bucket.available_down(60), u(40));
        let out = unused(u(100), 100, 0).consume(u(100), 0).unwrap();
        let limit = window::Limit::new(u(40), 60).unwrap();
        let window = window::Slot::Open(out)
            .reconfigure(Some(limit), 0)
            .slot
            .open()
            .unwrap();
        assert_eq!(
            (window.available_down(60), window.available_down(64)),
            (u(0), u(40))
        );
    }

    #[test]
    fn a_touch_every_second_does_not_keep_it_from_decaying_here() {
        let mut bucket = full(10, 1_000).consume(u(10), 0).unwrap();
        for second in 1..=1_000 {
            bucket = bucket.consume(u(0), second).unwrap();
        }
        assert_eq!(bucket.available_down(1_000), u(10));
    }
}

mod spark {
    use super::*;

    #[test]
    fn a_slope_without_truncation() {
        // A million a day up to five. Theirs has 999,999.9999999999999936e after a day, because its slope is a whole
        // number of wei a second.
        let million = U256::from(10).pow(u(24));
        let empty = Bucket::empty(bucket_limit(million * u(5), 5 * DAY), 0);
        assert_eq!(empty.available_down(DAY), million);
        assert_eq!(empty.available_down(5 * DAY + 1), million * u(5));
    }

    #[test]
    fn an_unset_key_is_closed() {
        assert_eq!(Slot::from_word(U256::ZERO).open(), None);
        assert_eq!(window::Slot::from_words([U256::ZERO; 2]).open(), None);
    }
}

mod mento {
    use super::*;

    #[test]
    fn amounts_are_not_cut_to_whole_tokens_here() {
        // Theirs counts 1,000,000 wei as a token, and 1.999 tokens as one.
        let bucket = Bucket::full(bucket_limit(e(10), DAY), 0);
        assert_eq!(
            bucket.consume(u(1_000_000), 0).unwrap().available_down(0),
            e(10) - u(1_000_000)
        );
        let almost_two = u(1_999_000_000_000_000_000);
        assert_eq!(
            bucket.consume(almost_two, 0).unwrap().available_down(0),
            e(10) - almost_two
        );
    }

    #[test]
    fn nested_windows_without_their_edges() {
        // 50 in five minutes and 100 in a day. Theirs lets both bursts around an edge of the five minutes pass.
        let mut requests = [unused(u(50), 300, 0), unused(u(100), DAY, 0)].map(|limiter| Request {
            limiter,
            amount: u(50),
        });
        assert!(consume_all(&mut requests, 299).is_ok());
        assert!(consume_all(&mut requests, 300).is_err());
        assert!(consume_all(&mut requests, 607).is_err());
        assert!(consume_all(&mut requests, 608).is_ok());
        assert!(consume_all(&mut requests, 10_000).is_err(), "the day is used up");
    }

    #[test]
    fn a_change_does_not_empty_the_window_here() {
        let used = unused(u(50), 300, 0).consume(u(50), 0).unwrap();
        let limit = window::Limit::new(u(60), 300).unwrap();
        assert_eq!(
            window::Slot::Open(used).reconfigure(Some(limit), 1).available,
            u(0)
        );
    }
}

mod erc_7265_v1_core {
    use super::*;

    #[test]
    fn a_share_of_what_has_been_there_for_the_window() {
        // 70% retained of a million that came at 1 h, in 4 h. Theirs counts it from 5 h on: 300,000e pass, 300,001e trip.
        let baseline = Minimum::starting_at(u(0), 4 * HOUR, 0)
            .unwrap()
            .observe(e(1_000_000), HOUR);
        let share = Share::new(3_000).unwrap();
        // Here the tick in which it came has to leave the window too, at 5 h 36 min.
        assert_eq!(share.of_amount_down(baseline.value_down(5 * HOUR)), u(0));
        let allowed = share.of_amount_down(baseline.value_down(5 * HOUR + 36 * 60));
        let cap = Cap::new(allowed).unwrap();
        // A baseline has sixteen binary digits, rounded down.
        assert!(cap.check(e(299_999)).is_ok());
        assert!(cap.check(e(300_000)).is_err());
        assert!(cap.check(e(300_001)).is_err());
    }

    #[test]
    fn a_flash_deposit_does_not_count() {
        let baseline = Minimum::starting_at(e(1_000), 4 * HOUR, 0).unwrap();
        let flashed = baseline.observe(e(1_000_000), 9 * HOUR);
        assert!(flashed.value_down(9 * HOUR) <= e(1_000));
    }
}

mod solend {
    use super::*;

    #[test]
    fn the_limit_passes_once_and_nothing_is_left_in_its_window() {
        let window = unused(u(100), 10, 10);
        assert_eq!(window.consume(u(101), 10), Err(denied(101, 100, None)));
        let used = window.consume(u(100), 10).unwrap();
        for second in 11..20 {
            assert_eq!(used.available_down(second), u(0), "{second}");
        }
        // Theirs frees in proportion from 20 on, which lets more than the limit into some interval of ten seconds.
        assert_eq!((used.available_down(20), used.available_down(21)), (u(0), u(100)));
    }

    #[test]
    fn a_time_before_the_beginning_stands_still_here() {
        // Theirs refuses.
        let used = unused(u(100), 10, 10).consume(u(100), 9).unwrap();
        assert_eq!(used.touched_at(), 10);
        assert_eq!(used.available_down(20), u(0));
    }
}

mod sui_bridge {
    use super::*;

    #[test]
    fn a_day_holds_its_limit() {
        let window = unused(u(1_000_000), DAY, 0).consume(u(900_000), 0).unwrap();
        let window = window.consume(u(100_000), HOUR).unwrap();
        assert!(window.consume(u(1), HOUR).is_err());
        // Theirs frees the 900,000 at 24 h. Here the second at 24 h is in one closed interval of a day with them.
        assert_eq!(
            window.consume(u(900_000), 24 * HOUR).unwrap_err().retry_at,
            Some(25 * HOUR + 1_800)
        );
        assert!(window.consume(u(900_000), 25 * HOUR + 1_800).is_ok());
    }
}

mod axelar {
    use super::*;

    #[test]
    fn directions_are_gross_and_apart() {
        let (inward, outward) = (full(1, 6 * HOUR), full(1, 6 * HOUR));
        assert!(inward.consume(u(1), 0).is_ok());
        assert_eq!(outward.consume(u(2), 0), Err(denied(2, 1, None)));
    }
}

mod hydration {
    use super::*;

    #[test]
    fn equality_passes_here() {
        let almost = full(1_000, DAY).consume(u(999), 0).unwrap();
        // Theirs refuses this one.
        let empty = almost.consume(u(1), 0).unwrap();
        assert!(empty.consume(u(1), 0).is_err());
    }
}

mod phylax {
    use super::*;

    #[test]
    fn a_drain_of_exactly_the_fraction_passes_here() {
        let tenth = Cap::new(Share::new(1_000).unwrap().of_amount_down(u(1_000))).unwrap();
        // Theirs blocks 100 and lets 99 pass.
        assert_eq!(tenth.check(u(100)), Ok(()));
        assert_eq!(tenth.check(u(101)), Err(denied(101, 100, None)));
    }
}

mod chainlink_ace {
    use super::*;

    #[test]
    fn no_second_limit_a_second_later() {
        // A hundred a day, in a fixed window there: both pass.
        let used = unused(u(100), DAY, 0).consume(u(100), 86_399).unwrap();
        assert_eq!(used.consume(u(100), 86_400), Err(denied(100, 0, Some(172_800))));
    }
}

/// The invariants that EtherFi's suite holds its limiter to.
mod etherfi {
    use super::*;

    #[test]
    fn a_capacity_of_zero_does_not_freeze_by_a_setting() {
        assert_eq!(
            bucket::Limit::new(u(0), 1),
            Err(bucket::InvalidLimit::ZeroCapacity)
        );
        let closed = Slot::Open(full(100, 10)).reconfigure(None, 0).slot;
        assert_eq!(closed.open(), None);
    }

    proptest! {
        #[test]
        fn consuming_succeeds_exactly_when_it_said_it_could(
            capacity in any_amount(), refill in 1u64..=10 * DAY, taken in any_amount(), asked in any_amount(), later in 0u64..=20 * DAY,
        ) {
            prop_assume!(!capacity.is_zero());
            let start = Bucket::full(bucket_limit(capacity, refill), 0);
            let start = start.consume(taken, 0).unwrap_or(start);
            let limit = window::Limit::new(capacity, refill).unwrap();
            let window = Window::unused(limit, 0);
            let window = window.consume(taken, 0).unwrap_or(window);
            for limiter in [AnyLimiter::Bucket(start), AnyLimiter::Window(window)] {
                let (said, most) = match limiter {
                    AnyLimiter::Bucket(bucket) => (bucket.available_down(later), bucket.limit().capacity()),
                    AnyLimiter::Window(window) => (window.available_down(later), window.limit().amount()),
                    AnyLimiter::Transaction(_) => unreachable!("not here"),
                };
                prop_assert!(said <= most);
                for amount in [asked, said, said.saturating_add(u(1))] {
                    let mut request = [Request { limiter, amount }];
                    prop_assert_eq!(consume_all(&mut request, later).is_ok(), amount <= said);
                }
            }
        }

        #[test]
        fn a_refill_is_what_was_before_and_the_rate_up_to_the_capacity(
            capacity in 1u64..=u64::MAX, refill in 1u64..=10 * DAY, taken in any::<u64>(), later in 0u64..=20 * DAY,
        ) {
            let taken = taken % (capacity.saturating_add(1)).max(1);
            let bucket = full(capacity, refill).consume(u(taken), 0).unwrap();
            let before = u(capacity - taken);
            let expected = u(capacity).min((before * u(refill) + u(capacity) * u(later)) / u(refill));
            prop_assert_eq!(bucket.available_down(later), expected);
        }
    }
}
