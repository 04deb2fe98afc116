//! Damage: more value out than in. And a suspicion, which only damage confirms.

use alloy_primitives::U256;

/// The most by which what goes out may exceed what comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DamageBound(U256);

/// A bound that nothing exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidBound;

/// Value that is lost beyond the bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damage {
    lost: U256,
    bound: U256,
}

impl DamageBound {
    /// A bound; zero tolerates no loss.
    ///
    /// # Errors
    /// [`InvalidBound`] for the largest number, which nothing exceeds.
    pub fn new(bound: U256) -> Result<Self, InvalidBound> {
        if bound == U256::MAX {
            return Err(InvalidBound);
        }
        Ok(Self(bound))
    }
}

/// The damage that a transition did, by the value that went in and out of the protocol, or none within the bound. Equality
/// is within it.
pub fn damage(value_in: U256, value_out: U256, bound: DamageBound) -> Option<Damage> {
    let lost = value_out.saturating_sub(value_in);
    (lost > bound.0).then_some(Damage { lost, bound: bound.0 })
}

impl Damage {
    /// How much more went out than came in.
    pub fn lost(&self) -> U256 {
        self.lost
    }

    /// How much was tolerated.
    pub fn bound(&self) -> U256 {
        self.bound
    }
}

/// A score of suspicion from something that cannot be proven on chain: how unlike others a transition looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suspicion(pub u16);

/// The highest score.
pub const HIGHEST_SCORE: u16 = 10_000;

/// From which score on a suspicion is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SuspicionThreshold(u16);

/// A threshold that every score reaches, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidSuspicion {
    /// The threshold asked for.
    pub threshold: u16,
}

/// A suspicion, and the damage that confirms it: what may trip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confirmed {
    /// The score.
    pub score: u16,
    /// The damage.
    pub damage: Damage,
}

impl SuspicionThreshold {
    /// A threshold within `1..=10,000`.
    ///
    /// # Errors
    /// [`InvalidSuspicion`] when every score would reach it, or none.
    pub fn new(threshold: u16) -> Result<Self, InvalidSuspicion> {
        if !(1..=HIGHEST_SCORE).contains(&threshold) {
            return Err(InvalidSuspicion { threshold });
        }
        Ok(Self(threshold))
    }
}

impl Suspicion {
    /// Anomalous *and* harmful: the score reaches the threshold, and there is damage. Otherwise nothing.
    pub fn confirmed_by(self, threshold: SuspicionThreshold, damage: Option<Damage>) -> Option<Confirmed> {
        let damage = damage?;
        (self.0 >= threshold.0).then_some(Confirmed {
            score: self.0,
            damage,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn u(amount: u64) -> U256 {
        U256::from(amount)
    }

    fn bound(bound: u64) -> DamageBound {
        DamageBound::new(u(bound)).unwrap()
    }

    #[test]
    fn exactly_the_bound_is_no_damage_and_one_more_is() {
        assert_eq!(damage(u(100), u(110), bound(10)), None);
        let done = damage(u(100), u(111), bound(10)).unwrap();
        assert_eq!((done.lost(), done.bound()), (u(11), u(10)));
        assert_eq!(damage(u(111), u(100), bound(0)), None, "a gain");
        assert!(damage(U256::ZERO, U256::MAX, bound(0)).is_some());
    }

    #[test]
    fn a_bound_that_nothing_exceeds_is_refused() {
        assert_eq!(DamageBound::new(U256::MAX), Err(InvalidBound));
        let largest = DamageBound::new(U256::MAX - U256::ONE).unwrap();
        assert!(damage(U256::ZERO, U256::MAX, largest).is_some());
    }

    #[test]
    fn a_suspicion_alone_never_trips_and_neither_does_a_harm_that_looks_normal() {
        let harm = damage(u(0), u(5), bound(4));
        let two = SuspicionThreshold::new(2).unwrap();
        assert_eq!(Suspicion(10_000).confirmed_by(two, None), None);
        assert_eq!(Suspicion(1).confirmed_by(two, harm), None);
        let confirmed = Suspicion(2).confirmed_by(two, harm).unwrap();
        assert_eq!((confirmed.score, Some(confirmed.damage)), (2, harm));
    }

    #[test]
    fn a_threshold_that_every_score_reaches_or_none_is_refused() {
        for threshold in [0, 10_001, u16::MAX] {
            assert_eq!(
                SuspicionThreshold::new(threshold),
                Err(InvalidSuspicion { threshold })
            );
        }
        let highest = SuspicionThreshold::new(10_000).unwrap();
        assert!(Suspicion(10_000)
            .confirmed_by(highest, damage(u(0), u(5), bound(4)))
            .is_some());
    }
}
