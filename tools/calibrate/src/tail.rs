//! How the largest needs go on beyond what was seen.
//!
//! A budget of one refusal in 100,000 cannot be seen in 5,000 transactions. Peaks over a threshold follow a generalised Pareto
//! distribution whatever the distribution is that they come from, if the threshold is high (Balkema and de Haan 1974, Pickands 1975);
//! so one is fitted and read further out than the data go.
//!
//! # Design
//! - **Threshold**: the largest `min(n / 5, 3 √n)` needs are above it (Vehtari and others, *Pareto smoothed importance sampling*,
//!   Journal of Machine Learning Research 25, 2024).
//! - **Peaks**: one busy day makes many large needs, which are one event, of which the largest counts. Needs above the threshold
//!   belong together when they come within the limiter's memory of each other, and at least within [`LEAST_APART_SECS`], in which one
//!   person splits one transfer (runs declustering: Smith and Weissman, *Estimating the extremal index*, JRSS B 56, 1994). The
//!   number of events over the number of needs above the threshold is the extremal index. Estimators that find the distance by
//!   themselves (Ferro and Segers 2003) were tried: on a real bridge they took one long week for a hundred events.
//! - **Fit**: Zhang and Stephens, *A new and efficient estimation method for the generalized Pareto distribution*, Technometrics
//!   51, 2009: no iteration that could fail, and good with few peaks and heavy tails.
//! - **Upper bound**: 95% of 200 bootstrap resamples of the peaks, each fitted again, lie below it (Efron 1979; the seed is fixed).
//! - **Fewer than [`LEAST_PEAKS`] peaks are not fitted.** What such a fit says is noise.

use crate::confidence::CONFIDENCE;
use crate::dice::Dice;
use crate::history::Outflow;
use alloy_primitives::U256;

/// The shortest time between two events, in seconds.
pub const LEAST_APART_SECS: u64 = 3_600;

/// The fewest peaks that are fitted.
pub const LEAST_PEAKS: usize = 10;

/// How often the peaks are resampled.
const RESAMPLES: usize = 200;
/// The seed of that.
const SEED: u64 = 0x706f_7274_6375_6c6c;
/// A shape nearer to zero than this is an exponential tail.
const FLAT: f64 = 1e-9;

/// A generalised Pareto distribution of what exceeds a threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pareto {
    /// The shape: below zero the tail ends; at one and above its mean is infinite.
    pub shape: f64,
    /// The scale: above zero.
    pub scale: f64,
}

/// The fitted tail of needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Tail {
    /// Above it is what was fitted.
    pub threshold: f64,
    /// The share of needs above it.
    pub share_above: f64,
    /// What each peak has above the threshold, smallest first.
    pub peaks: Vec<f64>,
    /// Peaks over needs above the threshold: the share of them that is independent.
    pub extremal_index: f64,
    /// What was fitted, or none of fewer than [`LEAST_PEAKS`].
    pub fitted: Option<Pareto>,
}

impl Pareto {
    /// Fits excesses, which are above zero and sorted.
    #[must_use]
    pub fn fitted(excesses: &[f64]) -> Option<Self> {
        let (n, largest) = (excesses.len() as f64, *excesses.last()?);
        let quartile = excesses[((n / 4.0 + 0.5) as usize).clamp(1, excesses.len()) - 1];
        let grid = 30 + excesses.len().isqrt();
        let candidate =
            |j: usize| 1.0 / largest + (1.0 - libm::sqrt(grid as f64 / (j as f64 + 0.5))) / (3.0 * quartile);
        let thetas: Vec<f64> = (0..grid).map(candidate).collect();
        let likelihoods: Vec<f64> = thetas
            .iter()
            .map(|theta| {
                let shape = shape_of(excesses, *theta);
                let rate = if shape.abs() < FLAT {
                    mean(excesses).recip()
                } else {
                    -theta / shape
                };
                n * (libm::log(rate) - shape - 1.0)
            })
            .collect();
        let best = likelihoods.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = likelihoods.iter().map(|l| libm::exp(l - best)).collect();
        let total: f64 = weights.iter().sum();
        let theta = thetas
            .iter()
            .zip(&weights)
            .map(|(theta, weight)| theta * weight)
            .sum::<f64>()
            / total;
        let shape = shape_of(excesses, theta);
        let scale = if shape.abs() < FLAT {
            mean(excesses)
        } else {
            -shape / theta
        };
        (scale.is_finite() && scale > 0.0 && shape.is_finite()).then_some(Self { shape, scale })
    }

    /// What one in `1 / share` excesses is above.
    #[must_use]
    pub fn quantile(&self, share: f64) -> f64 {
        let log = -libm::log(share);
        if self.shape.abs() < FLAT {
            self.scale * log
        } else {
            self.scale * libm::expm1(self.shape * log) / self.shape
        }
    }
}

/// The shape that goes with `theta`, which is minus the shape over the scale.
fn shape_of(excesses: &[f64], theta: f64) -> f64 {
    excesses
        .iter()
        .map(|excess| libm::log1p(-theta * excess))
        .sum::<f64>()
        / excesses.len() as f64
}

fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len() as f64
}

impl Tail {
    /// The tail of the outflows' needs of a limiter that remembers for `memory_secs`. None when nothing stands out: fewer than five
    /// needs, or all of them the same.
    #[must_use]
    pub fn of(needs: &[U256], outflows: &[Outflow], memory_secs: u64) -> Option<Self> {
        let n = needs.len();
        let above = (n / 5).min(3 * n.isqrt());
        let mut descending = needs.to_vec();
        descending.sort_unstable_by(|a, b| b.cmp(a));
        let threshold = *descending.get(above).filter(|_| above > 0)?;
        let apart = memory_secs.max(LEAST_APART_SECS);
        let mut peaks: Vec<f64> = Vec::new();
        let (mut count, mut last_at) = (0usize, 0u64);
        for (need, outflow) in needs.iter().zip(outflows).filter(|(need, _)| **need > threshold) {
            let excess = f64::from(need - threshold);
            match peaks.last_mut().filter(|_| outflow.at - last_at <= apart) {
                Some(peak) => *peak = peak.max(excess),
                None => peaks.push(excess),
            }
            count += 1;
            last_at = outflow.at;
        }
        peaks.sort_unstable_by(f64::total_cmp);
        if peaks.is_empty() {
            return None;
        }
        Some(Self {
            threshold: f64::from(threshold),
            share_above: count as f64 / n as f64,
            extremal_index: peaks.len() as f64 / count as f64,
            fitted: (peaks.len() >= LEAST_PEAKS)
                .then(|| Pareto::fitted(&peaks))
                .flatten(),
            peaks,
        })
    }

    /// The need that a share of `share` is above, or none when that is not in the tail or there is no fit.
    #[must_use]
    pub fn need_at(&self, share: f64) -> Option<f64> {
        self.read(self.fitted?, share)
    }

    /// What the need at `share` is at most, with 95% confidence.
    #[must_use]
    pub fn upper_need_at(&self, share: f64) -> Option<f64> {
        self.need_at(share)?;
        let mut dice = Dice::new(SEED);
        let mut needs: Vec<f64> = (0..RESAMPLES)
            .filter_map(|_| {
                let draw = |_| self.peaks[dice.below(self.peaks.len() as u64) as usize];
                let mut resample: Vec<f64> = (0..self.peaks.len()).map(draw).collect();
                resample.sort_unstable_by(f64::total_cmp);
                self.read(Pareto::fitted(&resample)?, share)
            })
            .collect();
        needs.sort_unstable_by(f64::total_cmp);
        let place = (CONFIDENCE * needs.len() as f64) as usize;
        needs.get(place.min(needs.len().saturating_sub(1))).copied()
    }

    fn read(&self, fitted: Pareto, share: f64) -> Option<f64> {
        (share < self.share_above).then(|| self.threshold + fitted.quantile(share / self.share_above))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pareto(shape: f64, scale: f64, n: usize) -> Vec<f64> {
        let mut dice = Dice::new(11);
        let truth = Pareto { shape, scale };
        let mut drawn: Vec<f64> = (0..n)
            .map(|_| truth.quantile(dice.share()))
            .filter(|x| *x > 0.0)
            .collect();
        drawn.sort_unstable_by(f64::total_cmp);
        drawn
    }

    #[test]
    fn a_fit_finds_the_distribution_that_was_drawn_from() {
        for (shape, scale) in [(-0.2, 5.0), (0.1, 1.0), (0.5, 1e18), (1.0, 1e20)] {
            let fitted = Pareto::fitted(&pareto(shape, scale, 20_000)).unwrap();
            assert!((fitted.shape - shape).abs() < 0.03, "{shape}: {fitted:?}");
            assert!((fitted.scale / scale - 1.0).abs() < 0.05, "{scale}: {fitted:?}");
        }
    }

    #[test]
    fn a_quantile_is_the_inverse_of_the_tail() {
        // 1 + ξ x / σ = share^-ξ: with ξ = 1 and σ = 2 one in 100 is above 2 · 99.
        let found = Pareto {
            shape: 1.0,
            scale: 2.0,
        }
        .quantile(0.01);
        assert!((found - 198.0).abs() < 1e-9, "{found}");
        let found = Pareto {
            shape: 0.0,
            scale: 3.0,
        }
        .quantile(libm::exp(-2.0));
        assert!((found - 6.0).abs() < 1e-9, "{found}");
    }

    #[test]
    fn equal_excesses_have_a_fit_that_stays_where_they_are() {
        let fitted = Pareto::fitted(&[4.0; 30]).unwrap();
        assert!(fitted.quantile(1e-5) < 8.0, "{fitted:?}");
        assert_eq!(Pareto::fitted(&[]), None);
    }

    fn outflow(at: u64) -> Outflow {
        Outflow {
            at,
            amount: U256::ONE,
            flow: 0,
        }
    }

    #[test]
    fn needs_within_the_memory_of_each_other_are_one_peak() {
        // Of 25, five are above the threshold, which is the sixth largest.
        let mut needs = vec![U256::ONE; 25];
        let outflows: Vec<_> = (0..25).map(|i| outflow(i * 5_000)).collect();
        for (place, need) in [(3, 9), (4, 12), (6, 10), (15, 8), (24, 7)] {
            needs[place] = U256::from(need);
        }
        let tail = Tail::of(&needs, &outflows, 10_000).unwrap();
        assert_eq!(tail.peaks, [6.0, 7.0, 11.0]);
        assert_eq!(
            (tail.threshold, tail.share_above, tail.extremal_index),
            (1.0, 0.2, 0.6)
        );
        assert_eq!(tail.fitted, None, "three peaks are too few");
        assert_eq!(
            Tail::of(&needs, &outflows, 9_999).unwrap().peaks,
            [6.0, 7.0, 9.0, 11.0]
        );
    }

    #[test]
    fn a_cap_that_remembers_nothing_still_takes_an_hour_for_one_event() {
        let needs: Vec<U256> = (0..25).map(|need| U256::from(need % 5)).collect();
        let peaks = |apart: u64| {
            let outflows: Vec<_> = (0..25).map(|i| outflow(i * apart)).collect();
            Tail::of(&needs, &outflows, 0).unwrap().peaks.len()
        };
        // Every fifth one stands out.
        assert_eq!((peaks(720), peaks(721)), (1, 5));
    }

    #[test]
    fn needs_that_do_not_stand_out_have_no_tail() {
        let outflows: Vec<_> = (0..30).map(outflow).collect();
        assert_eq!(Tail::of(&[U256::ONE; 30], &outflows, 0), None);
        assert_eq!(Tail::of(&[1, 2, 3, 4].map(U256::from), &outflows[..4], 0), None);
        assert_eq!(Tail::of(&[], &[], 0), None);
    }

    #[test]
    fn rarer_needs_are_larger_and_the_upper_bound_is_above_the_estimate() {
        let mut dice = Dice::new(5);
        let needs: Vec<U256> = (0..2_000)
            .map(|_| U256::from(libm::exp(10.0 + 2.0 * dice.normal()) as u64))
            .collect();
        let outflows: Vec<_> = (0..2_000).map(|i| outflow(i * 4_000)).collect();
        let tail = Tail::of(&needs, &outflows, 0).unwrap();
        assert_eq!(tail.share_above, 132.0 / 2_000.0, "3 · 44");
        assert_eq!(tail.need_at(0.5), None);
        let mut last = 0.0;
        for budget in [100.0, 1_000.0, 10_000.0, 100_000.0] {
            let need = tail.need_at(1.0 / budget).unwrap();
            assert!(need > last);
            assert!(tail.upper_need_at(1.0 / budget).unwrap() > need);
            last = need;
        }
        assert_eq!(
            tail.upper_need_at(1e-5),
            tail.upper_need_at(1e-5),
            "the seed is fixed"
        );
    }
}
