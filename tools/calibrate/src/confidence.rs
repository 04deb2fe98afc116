//! What a number of transactions can say about a rare event.
//!
//! Clopper and Pearson, *The use of confidence or fiducial limits illustrated in the case of the binomial*, Biometrika 26 (1934): the
//! exact one-sided bound. Of `n` transactions none was refused; then with 95% confidence at most `1 − 0.05^(1/n)` of all are, about
//! three in `n`.
//!
//! The transactions have to be independent for that. Needs are not: one busy day makes many. So `n` is multiplied with the
//! share of independent ones among what is above a threshold, the extremal index ([`crate::tail::Tail::extremal_index`]).

/// How sure a bound is.
pub const CONFIDENCE: f64 = 0.95;

/// The largest share of refusals that is compatible with `refused` of `n`, with [`CONFIDENCE`]. One when there is no transaction.
#[must_use]
pub fn upper_share(refused: usize, n: f64) -> f64 {
    if n <= 0.0 || refused as f64 >= n {
        return 1.0;
    }
    if refused == 0 {
        return 1.0 - libm::exp(libm::log(1.0 - CONFIDENCE) / n);
    }
    // The share at which so few would be seen with a probability of 5%. More refusals are less compatible with a smaller share.
    let (mut low, mut high) = (refused as f64 / n, 1.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if at_most(refused, n, middle) > 1.0 - CONFIDENCE {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The rarest event that `n` transactions without one can bound: one in so many. Zero when there is no transaction.
#[must_use]
pub fn supported(n: f64) -> u64 {
    if n <= 0.0 {
        return 0;
    }
    (1.0 / upper_share(0, n)) as u64
}

/// The probability of at most `most` events in `n`, each with probability `share`.
fn at_most(most: usize, n: f64, share: f64) -> f64 {
    let odds = libm::log(share) - libm::log1p(-share);
    let mut term = n * libm::log1p(-share);
    let mut sum = libm::exp(term);
    for k in 1..=most {
        let k = k as f64;
        term += libm::log((n - k + 1.0) / k) + odds;
        sum += libm::exp(term);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_those_of_the_published_tables() {
        // The one-sided 95% bound is the upper end of the two-sided interval of 90%.
        for (refused, n, share) in [
            (0, 10.0, 0.25887),
            (1, 10.0, 0.39416),
            (5, 10.0, 0.77756),
            (0, 1.0, 0.95),
            (2, 100.0, 0.06162),
        ] {
            let found = upper_share(refused, n);
            assert!((found - share).abs() < 5e-5, "{refused} of {n}: {found}");
        }
        assert_eq!(upper_share(10, 10.0), 1.0);
        assert_eq!(upper_share(0, 0.0), 1.0);
    }

    #[test]
    fn three_times_as_many_transactions_are_needed_as_the_budget_says() {
        assert_eq!(supported(0.0), 0);
        assert_eq!(supported(1.0), 1);
        assert_eq!(supported(1_000.0), 334);
        assert_eq!(supported(299_573.0), 100_000);
    }
}
