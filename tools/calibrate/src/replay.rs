//! What a setting refuses of a history.
//!
//! The limiters are `portcullis-core`'s, asked in the order of time as a contract would ask them: a refused withdrawal
//! consumes nothing, and nobody tries again.

use crate::history::Outflow;
use crate::shape::Limited;
use alloy_primitives::U256;
use portcullis_core::scope::{consume_all, AnyLimiter, Limiter, Request};

/// The places of the outflows that are refused.
#[must_use]
pub fn refused(parts: &[Limited], outflows: &[Outflow]) -> Vec<usize> {
    let mut refused = Vec::new();
    run(parts, outflows, |place, passed, _| {
        if !passed {
            refused.push(place);
        }
    });
    refused
}

/// How many outflows are refused.
#[must_use]
pub fn count_refused(parts: &[Limited], outflows: &[Outflow]) -> usize {
    let mut requests = requests(parts, outflows);
    outflows
        .iter()
        .filter(|outflow| !ask(&mut requests, outflow))
        .count()
}

/// What of a part's limit is used after each outflow.
#[must_use]
pub fn used(parts: &[Limited], part: usize, outflows: &[Outflow]) -> Vec<U256> {
    let mut used = Vec::with_capacity(outflows.len());
    run(parts, outflows, |place, _, requests| {
        let now = outflows[place].at;
        used.push(
            requests
                .get(part)
                .map_or(U256::ZERO, |request| match request.limiter {
                    AnyLimiter::Bucket(bucket) => bucket.limit().capacity() - bucket.available_down(now),
                    AnyLimiter::Window(window) => window.limit().amount() - window.available_down(now),
                    AnyLimiter::Transaction(transaction) => transaction.used,
                }),
        );
    });
    used
}

fn run(parts: &[Limited], outflows: &[Outflow], mut told: impl FnMut(usize, bool, &[Request<AnyLimiter>])) {
    let mut requests = requests(parts, outflows);
    for (place, outflow) in outflows.iter().enumerate() {
        let passed = ask(&mut requests, outflow);
        told(place, passed, &requests);
    }
}

fn requests(parts: &[Limited], outflows: &[Outflow]) -> Vec<Request<AnyLimiter>> {
    let start = outflows.first().map_or(0, |outflow| outflow.at);
    let request = |part: &Limited| Request {
        limiter: part.limiter(start),
        amount: U256::ZERO,
    };
    parts.iter().map(request).collect()
}

fn ask(requests: &mut [Request<AnyLimiter>], outflow: &Outflow) -> bool {
    for request in requests.iter_mut() {
        request.amount = outflow.amount;
        // Each row is a transaction: what the one before has used of a cap is gone.
        if let AnyLimiter::Transaction(transaction) = &mut request.limiter {
            transaction.used = U256::ZERO;
        }
    }
    // One alone is asked directly: a scope would say who frees last, and that takes time.
    if let [request] = requests {
        let after = request.limiter.consume(request.amount, outflow.at);
        return after.map(|after| request.limiter = after).is_ok();
    }
    consume_all(requests, outflow.at).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::{Part, DAY};

    fn outflows(told: &[(u64, u64)]) -> Vec<Outflow> {
        let outflow = |(flow, (at, amount)): (usize, &(u64, u64))| Outflow {
            at: *at,
            amount: U256::from(*amount),
            flow,
        };
        told.iter().enumerate().map(outflow).collect()
    }

    fn limited(part: Part, limit: u64) -> Limited {
        Limited::new(part, U256::from(limit)).unwrap()
    }

    #[test]
    fn a_refused_withdrawal_consumes_nothing_and_the_limiter_starts_full() {
        let parts = [limited(Part::Bucket { refill_secs: 100 }, 100)];
        let history = outflows(&[(1_000, 101), (1_000, 100), (1_050, 51), (1_050, 50)]);
        assert_eq!(refused(&parts, &history), [0, 2]);
        assert_eq!(used(&parts, 0, &history), [0, 100, 50, 100].map(U256::from));
    }

    #[test]
    fn a_cap_is_of_each_row() {
        let parts = [limited(Part::Cap, 10)];
        let history = outflows(&[(0, 10), (0, 10), (0, 11), (1, 10)]);
        assert_eq!(refused(&parts, &history), [2]);
        assert_eq!(used(&parts, 0, &history)[3], U256::from(10));
    }

    #[test]
    fn together_each_part_refuses_and_the_other_is_not_charged() {
        let parts = [
            limited(Part::Cap, 60),
            limited(Part::Window { window_secs: DAY }, 100),
        ];
        let history = outflows(&[(0, 61), (0, 60), (1, 41), (1, 40)]);
        assert_eq!(refused(&parts, &history), [0, 2]);
    }

    #[test]
    fn counting_is_counting_the_places() {
        let parts = [limited(Part::Cap, 1)];
        let history = outflows(&[(0, 2), (0, 1), (0, 2)]);
        assert_eq!(count_refused(&parts, &history), 2);
        assert_eq!(count_refused(&parts, &[]), 0);
    }
}
