//! Several limiters that one flow meets: it passes only if each lets it, and a refusal consumes nothing anywhere.
//!
//! A withdrawal is a flow of its market, of its asset, of the whole protocol, and each of these may have a limiter of
//! its own. Asked one after another, the first has been charged when the second refuses; and the time that the second
//! names may be one at which the first refuses.
//!
//! **The bound.** A flow that meets limiters with the bounds `B₁ … Bₙ` passes at most `min(B₁(W), …, Bₙ(W))` in any
//! interval of `W`. Of a family of local limiters under a global one, all together pass at most `min(global(W), Σ
//! local(W))`: the local ones never add up to more than the global one, and a local limiter that is closed does not
//! pass its part on to its neighbours.
//!
//! # Design
//! - **First all are asked, then all are charged.** [`consume_all`] writes nothing until it knows that nobody refuses.
//! - **Each is asked for an amount of its own**, because a gross and a net limiter, or one in tokens and one in
//!   dollars, count the same flow differently.
//! - **`retry_at` is of the union**: the first second at which all let the request pass if nothing else does. Not
//!   always the latest of what each says, because a [`Window`] may have less at the close of a tick than before; so
//!   they are asked again at that second, at most once more than there are limiters.
//! - **The refusal names who frees last**, and all who refuse now.
//! - **At most [`MAX_SCOPES`]**, so that the work is bounded.
//! - A limiter stands in a request once. The same state twice would be asked twice for a part, and charged for the
//!   last one only; the caller adds the amounts.
//!
//! # The attack
//! Requests that one limiter charges and another refuses, again and again, to use the first one up for everybody.

use crate::{bucket::Bucket, cap::Transaction, window::Window, Denied};
use alloy_primitives::U256;

/// How many limiters a flow meets at most.
pub const MAX_SCOPES: usize = 8;

/// Something that lets amounts pass or refuses them.
pub trait Limiter: Copy {
    /// Lets `amount` pass.
    ///
    /// # Errors
    /// [`Denied`], with the first second from `now` on at which it passes.
    fn consume(self, amount: U256, now: u64) -> Result<Self, Denied>;
}

impl Limiter for Bucket {
    fn consume(self, amount: U256, now: u64) -> Result<Self, Denied> {
        Bucket::consume(self, amount, now)
    }
}

impl Limiter for Window {
    fn consume(self, amount: U256, now: u64) -> Result<Self, Denied> {
        Window::consume(self, amount, now)
    }
}

impl Limiter for Transaction {
    fn consume(self, amount: U256, now: u64) -> Result<Self, Denied> {
        let used = self.cap.spend(self.used, amount, now)?;
        Ok(Self { used, ..self })
    }
}

/// Any of the limiters, where a flow meets different ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnyLimiter {
    /// A token bucket.
    Bucket(Bucket),
    /// A sliding window.
    Window(Window),
    /// A cap on the transaction.
    Transaction(Transaction),
}

impl Limiter for AnyLimiter {
    fn consume(self, amount: U256, now: u64) -> Result<Self, Denied> {
        match self {
            Self::Bucket(bucket) => bucket.consume(amount, now).map(Self::Bucket),
            Self::Window(window) => window.consume(amount, now).map(Self::Window),
            Self::Transaction(transaction) => {
                Limiter::consume(transaction, amount, now).map(Self::Transaction)
            }
        }
    }
}

/// What a flow asks of one limiter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request<L> {
    /// The limiter; after [`consume_all`] as it is when the amount has passed.
    pub limiter: L,
    /// What it counts of the flow.
    pub amount: U256,
}

/// A flow that does not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// A limiter refuses.
    Denied {
        /// Which one frees last: its place among the requests.
        by: usize,
        /// Who refuses now: one bit for each place.
        refusing: u8,
        /// What that one was asked for.
        requested: U256,
        /// What it has now, rounded down.
        available: U256,
        /// The first second at which every one lets its request pass if nothing else does; none when one never does.
        retry_at: Option<u64>,
    },
    /// More limiters than [`MAX_SCOPES`].
    TooMany {
        /// How many.
        scopes: usize,
    },
}

/// Lets a flow pass every limiter, or none.
///
/// # Errors
/// [`Refused`] when one refuses; then nothing is changed.
pub fn consume_all<L: Limiter>(requests: &mut [Request<L>], now: u64) -> Result<(), Refused> {
    if requests.len() > MAX_SCOPES {
        return Err(Refused::TooMany {
            scopes: requests.len(),
        });
    }
    let mut refusing = 0;
    for (place, request) in requests.iter().enumerate() {
        if request.limiter.consume(request.amount, now).is_err() {
            // Invariant: a place is below 8.
            refusing |= 1 << place;
        }
    }
    if refusing != 0 {
        return Err(refused(requests, refusing, now));
    }
    for request in requests {
        // Invariant: each has just said that it passes, of the same state at the same time.
        if let Ok(after) = request.limiter.consume(request.amount, now) {
            request.limiter = after;
        }
    }
    Ok(())
}

#[inline(never)]
fn refused<L: Limiter>(requests: &[Request<L>], refusing: u8, now: u64) -> Refused {
    // The lowest place that refuses, until one is found that frees later.
    let mut by = refusing.trailing_zeros() as usize;
    let mut retry_at = Some(now);
    'asking: for _ in 0..=requests.len() {
        let Some(at) = retry_at else { break };
        let mut latest = at;
        for (place, request) in requests.iter().enumerate() {
            let Err(denied) = request.limiter.consume(request.amount, at) else {
                continue;
            };
            match denied.retry_at {
                None => {
                    (by, retry_at) = (place, None);
                    break 'asking;
                }
                Some(later) if later > latest => (by, latest) = (place, later),
                // It frees no later than another; or with the transaction, whatever the time.
                Some(_) => {}
            }
        }
        if latest == at {
            break;
        }
        retry_at = Some(latest);
    }
    let (mut requested, mut available) = (U256::ZERO, U256::ZERO);
    if let Some(request) = requests.get(by) {
        requested = request.amount;
        available = match request.limiter.consume(request.amount, now) {
            Ok(_) => request.amount,
            Err(denied) => denied.available,
        };
    }
    Refused::Denied {
        by,
        refusing,
        requested,
        available,
        retry_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bucket, cap::Cap, window};

    fn u(amount: u64) -> U256 {
        U256::from(amount)
    }

    fn bucket(capacity: u64, refill_secs: u64) -> Bucket {
        Bucket::full(bucket::Limit::new(u(capacity), refill_secs).unwrap(), 0)
    }

    fn window(amount: u64) -> Window {
        Window::unused(window::Limit::new(u(amount), 1_600).unwrap(), 0)
    }

    fn ask<L, const N: usize>(limiters: [L; N], amount: u64) -> [Request<L>; N] {
        limiters.map(|limiter| Request {
            limiter,
            amount: u(amount),
        })
    }

    #[test]
    fn what_passes_all_is_charged_to_all() {
        let mut requests = ask([bucket(100, 10), bucket(50, 10)], 40);
        assert_eq!(consume_all(&mut requests, 0), Ok(()));
        assert_eq!(
            requests.map(|request| request.limiter.available_down(0)),
            [u(60), u(10)]
        );
    }

    #[test]
    fn a_refused_flow_consumes_nothing_anywhere() {
        let mut requests = ask([bucket(100, 10), bucket(30, 10), bucket(100, 10)], 40);
        let before = requests;
        assert_eq!(
            consume_all(&mut requests, 0),
            Err(Refused::Denied {
                by: 1,
                refusing: 0b010,
                requested: u(40),
                available: u(30),
                retry_at: None
            })
        );
        assert_eq!(requests, before);
    }

    #[test]
    fn the_one_that_frees_last_says_when() {
        // Empty both: one refills in 10 seconds, the other in 1,000.
        let drained = ask([bucket(100, 1_000), bucket(100, 10)], 100).map(|request| Request {
            limiter: request.limiter.consume(u(100), 0).unwrap(),
            amount: u(50),
        });
        let mut requests = drained;
        assert_eq!(
            consume_all(&mut requests, 1),
            Err(Refused::Denied {
                by: 0,
                refusing: 0b11,
                requested: u(50),
                available: u(0),
                retry_at: Some(500)
            })
        );
        assert!(consume_all(&mut requests, 499).is_err());
        assert_eq!(consume_all(&mut requests, 500), Ok(()));
    }

    #[test]
    fn a_window_that_has_less_when_its_tick_closes_is_asked_again() {
        // A quantum of 16: one of a million passed, and when the tick closes fifteen more are held back, until 1,700.
        let closing = window(1_000_000).consume(u(1), 0).unwrap();
        let refilling = bucket(999_999, 200).consume(u(999_999), 0).unwrap();
        let mut requests = ask(
            [AnyLimiter::Window(closing), AnyLimiter::Bucket(refilling)],
            999_999,
        );
        let Err(Refused::Denied {
            by,
            refusing,
            retry_at,
            ..
        }) = consume_all(&mut requests, 0)
        else {
            panic!("it is refused");
        };
        assert_eq!((by, refusing, retry_at), (0, 0b10, Some(1_700)));
        assert!(
            consume_all(&mut requests, 200).is_err(),
            "the bucket would pass it"
        );
        assert_eq!(consume_all(&mut requests, 1_700), Ok(()));
    }

    #[test]
    fn a_transactions_cap_frees_with_the_transaction() {
        let cap = Cap::new(u(100)).unwrap();
        let used = Transaction { cap, used: u(90) };
        let mut requests = ask(
            [AnyLimiter::Transaction(used), AnyLimiter::Bucket(bucket(100, 10))],
            20,
        );
        assert_eq!(
            consume_all(&mut requests, 7),
            Err(Refused::Denied {
                by: 0,
                refusing: 0b01,
                requested: u(20),
                available: u(10),
                retry_at: Some(7)
            })
        );
        // With a bucket that needs time, that time.
        let empty = bucket(100, 10).consume(u(100), 7).unwrap();
        let mut requests = ask([AnyLimiter::Transaction(used), AnyLimiter::Bucket(empty)], 20);
        let Err(Refused::Denied { by, retry_at, .. }) = consume_all(&mut requests, 7) else {
            panic!("it is refused");
        };
        assert_eq!((by, retry_at), (1, Some(9)));
        let mut requests = ask([Transaction { cap, used: u(90) }], 10);
        assert_eq!(consume_all(&mut requests, 7), Ok(()));
        assert_eq!(requests.map(|request| request.limiter.used), [u(100)]);
    }

    #[test]
    fn each_is_asked_for_its_own_amount() {
        let mut requests = [
            Request {
                limiter: bucket(100, 10),
                amount: u(100),
            },
            Request {
                limiter: bucket(30, 10),
                amount: u(30),
            },
        ];
        assert_eq!(consume_all(&mut requests, 0), Ok(()));
    }

    #[test]
    fn more_than_eight_are_refused_and_none_lets_pass() {
        let mut requests = ask([bucket(100, 10); 9], 1);
        assert_eq!(consume_all(&mut requests, 0), Err(Refused::TooMany { scopes: 9 }));
        assert_eq!(consume_all::<Bucket>(&mut [], 0), Ok(()));
        assert_eq!(consume_all(&mut requests[..8], 0), Ok(()));
    }

    #[test]
    fn nobody_uses_up_one_limiter_by_what_another_refuses() {
        let mut requests = ask([bucket(1_000, 1_000), bucket(10, 1_000)], 11);
        for _ in 0..1_000 {
            assert!(consume_all(&mut requests, 0).is_err());
        }
        assert_eq!(requests[0].limiter.available_down(0), u(1_000));
    }
}
