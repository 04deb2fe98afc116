//! The smallest limits of a shape that keep to a budget.

use super::part::{limits, raise, Basis, FittedPart};
use super::Budget;
use crate::confidence;
use crate::history::Outflow;
use crate::human::{next_down, round_up};
use crate::need::needs;
use crate::replay::count_refused;
use crate::shape::{InvalidSetting, Limited, Part, Shape};
use crate::tail::Tail;
use alloy_primitives::U256;
use std::cell::RefCell;
use std::collections::HashMap;

/// A shape and a history, measured once for every budget.
pub struct Fitter<'a> {
    outflows: &'a [Outflow],
    parts: Vec<Measured>,
    /// How many each limit refuses that was asked about: neighbouring budgets ask about the same ones.
    counted: RefCell<HashMap<(Part, U256), usize>>,
}

/// What a part would need of a history.
struct Measured {
    part: Part,
    /// The largest first.
    needs: Vec<U256>,
    tail: Option<Tail>,
    supported: u64,
}

/// Whether the upper bound of an extrapolated limit is worked out, which takes longest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upper {
    /// It is.
    Told,
    /// It is not: it stands at the limit.
    LeftOut,
}

impl<'a> Fitter<'a> {
    /// Measures a history: at least one outflow.
    #[must_use]
    pub fn new(shape: Shape, outflows: &'a [Outflow]) -> Self {
        let measured = |part: &Part| {
            let mut needs = needs(*part, outflows);
            let tail = Tail::of(&needs, outflows, part.memory_secs());
            needs.sort_unstable_by(|a, b| b.cmp(a));
            let independent = tail.as_ref().map_or(1.0, |tail| tail.extremal_index);
            Measured {
                part: *part,
                needs,
                tail,
                supported: confidence::supported(outflows.len() as f64 * independent),
            }
        };
        Self {
            outflows,
            parts: shape.parts.iter().map(measured).collect(),
            counted: RefCell::default(),
        }
    }

    /// The limits for a budget.
    ///
    /// # Errors
    /// [`InvalidSetting`] when core refuses a limit, which it does for none that is above zero.
    pub fn fit(&self, budget: Budget, upper: Upper) -> Result<Vec<FittedPart>, InvalidSetting> {
        let allowed = budget.allowed(self.outflows.len());
        let count = self.parts.len();
        let mut parts = Vec::with_capacity(count);
        for (place, measured) in self.parts.iter().enumerate() {
            // Together they are allowed no more than one alone: 3 is 1 and 2.
            let of_part = (allowed + place) / count;
            let share = budget.share() / count as f64;
            parts.push(self.fit_part(measured, share, of_part, upper)?);
        }
        while count > 1 && count_refused(&limits(&parts), self.outflows) > allowed {
            for part in &mut parts {
                raise(part)?;
            }
        }
        Ok(parts)
    }

    fn fit_part(
        &self,
        measured: &Measured,
        share: f64,
        allowed: usize,
        upper: Upper,
    ) -> Result<FittedPart, InvalidSetting> {
        let nth = |place: usize| measured.needs.get(place).copied().unwrap_or(U256::ONE);
        let (largest_need, enough) = (nth(0), nth(allowed));
        let tail = measured.tail.as_ref();
        let (limit, basis) = match tail.and_then(|tail| Some((tail, tail.need_at(share)?))) {
            _ if share * measured.supported as f64 >= 1.0 => (enough, Basis::Seen),
            Some((tail, need)) => {
                let at_most = match upper {
                    Upper::Told => tail.upper_need_at(share).unwrap_or(need),
                    Upper::LeftOut => need,
                };
                let extrapolated = Basis::Extrapolated {
                    upper: round_up(whole_up(at_most).max(enough)),
                    tail_shape: tail.fitted.map_or(0.0, |fitted| fitted.shape),
                    peaks: tail.peaks.len(),
                };
                (enough.max(whole_up(need)), extrapolated)
            }
            None => {
                let peaks = tail.map_or(0, |tail| tail.peaks.len());
                (largest_need, Basis::LargestSeen { peaks })
            }
        };
        let part = measured.part;
        let limit = round_up(limit);
        let mut fitted = FittedPart {
            part,
            limit,
            limited: Limited::new(part, limit)?,
            basis,
            largest_need,
            supported: measured.supported,
        };
        while self.count_refused(part, fitted.limited) > allowed {
            raise(&mut fitted)?;
        }
        // Of two together neither goes below its needs: what one refuses then says nothing of the two.
        if self.parts.len() == 1 && basis == Basis::Seen {
            self.lower(&mut fitted, allowed)?;
        }
        Ok(fitted)
    }

    fn count_refused(&self, part: Part, limited: Limited) -> usize {
        let mut counted = self.counted.borrow_mut();
        *counted
            .entry((part, limited.limit()))
            .or_insert_with(|| count_refused(&[limited], self.outflows))
    }

    /// The smallest limit such that it and all of two digits up to this one refuse no more than is allowed.
    fn lower(&self, part: &mut FittedPart, allowed: usize) -> Result<(), InvalidSetting> {
        while let Some(limit) = next_down(part.limit) {
            let limited = Limited::new(part.part, limit)?;
            if self.count_refused(part.part, limited) > allowed {
                break;
            }
            (part.limit, part.limited) = (limit, limited);
        }
        Ok(())
    }
}

fn whole_up(number: f64) -> U256 {
    U256::saturating_from(libm::ceil(number))
}
