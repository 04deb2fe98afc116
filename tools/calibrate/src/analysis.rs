//! Everything about a file: for each asset every shape with its suggestion, its bounds and the robberies under it.

use crate::fit::{limits, suggest, Budget, FittedPart, Suggestion};
use crate::history::{AssetHistory, History, Outflow};
use crate::incidents::{Incident, Loss, Pace};
use crate::shape::{bound, InvalidSetting, DAY, HOUR, SHAPES, WEEK};
use alloy_primitives::U256;
use std::collections::HashMap;

/// For which times a thief's largest loss is told, in seconds: an hour, a day, a week.
pub const LOSS_SECS: [u64; 3] = [HOUR, DAY, WEEK];
/// The place of a day in that.
pub const A_DAY: usize = 1;

/// What a thief can take under limits.
#[derive(Clone, Debug, PartialEq)]
pub struct Costs {
    /// The most that leaves in each of [`LOSS_SECS`], by core's formula; none when nothing bounds it.
    pub bounds: [Option<U256>; LOSS_SECS.len()],
    /// What each robbery would have taken, in the order of the incidents.
    pub losses: Vec<Loss>,
}

/// A shape, and all that is told of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Its limits, and what they refuse.
    pub suggestion: Suggestion,
    /// What a thief can take under the suggested limits.
    pub costs: Costs,
    /// What a thief can take under the smallest limits that refuse nothing of the history.
    pub costs_refusing_none: Costs,
}

/// All that is told of an asset.
#[derive(Clone, Debug, PartialEq)]
pub struct AssetAnalysis {
    /// The asset.
    pub asset: String,
    /// How many of the smallest unit make one, as a power of ten.
    pub decimals: u8,
    /// How many rows it has.
    pub rows: usize,
    /// How many of them move nothing.
    pub idle_rows: usize,
    /// What limiters are asked for.
    pub outflows: Vec<Outflow>,
    /// How many accounts that is of.
    pub accounts: usize,
    /// How fast it leaves.
    pub pace: Pace,
    /// One for each shape; none when nothing leaves.
    pub settings: Vec<Setting>,
    /// The place of the setting that is proposed before the others.
    pub proposed: Option<usize>,
    /// The same of the limits that refuse nothing of the history; none when the proposed one is not extrapolated.
    pub proposed_refusing_none: Option<usize>,
}

/// All that is told of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Analysis {
    /// The budget.
    pub budget: Budget,
    /// Its assets, in the order in which the file names them.
    pub assets: Vec<AssetAnalysis>,
    /// The robberies.
    pub incidents: Vec<Incident>,
    /// The first line that was not in the order of time.
    pub first_out_of_order: Option<u64>,
}

/// Looks at a history.
///
/// # Errors
/// [`InvalidSetting`] when core refuses a limit, which it does for none that is above zero.
pub fn analyse(
    history: &History,
    budget: Budget,
    decimals: &HashMap<String, u8>,
    incidents: Vec<Incident>,
) -> Result<Analysis, InvalidSetting> {
    let of_asset = |history: &AssetHistory| {
        let decimals = decimals.get(&history.asset).copied().unwrap_or(0);
        analyse_asset(history, budget, decimals, &incidents)
    };
    Ok(Analysis {
        budget,
        assets: history.assets.iter().map(of_asset).collect::<Result<_, _>>()?,
        incidents,
        first_out_of_order: history.first_out_of_order,
    })
}

fn analyse_asset(
    history: &AssetHistory,
    budget: Budget,
    decimals: u8,
    incidents: &[Incident],
) -> Result<AssetAnalysis, InvalidSetting> {
    let outflows = history.outflows();
    let pace = Pace::of(&outflows);
    let mut settings = Vec::new();
    for shape in SHAPES.into_iter().filter(|_| !outflows.is_empty()) {
        let suggestion = suggest(shape, history, &outflows, budget)?;
        settings.push(Setting {
            costs: costs(&suggestion.parts, &pace, incidents)?,
            costs_refusing_none: costs(&suggestion.refusing_none, &pace, incidents)?,
            suggestion,
        });
    }
    let mut analysis = AssetAnalysis {
        asset: history.asset.clone(),
        decimals,
        rows: history.flows.len(),
        idle_rows: history.idle_rows(),
        accounts: history.accounts(outflows.iter().map(|outflow| outflow.flow)),
        pace,
        settings,
        proposed: None,
        proposed_refusing_none: None,
        outflows,
    };
    analysis.proposed = analysis.cheapest(|setting| setting.suggestion.is_fitted(), |setting| &setting.costs);
    let is_extrapolated = |place: &usize| analysis.settings[*place].suggestion.is_extrapolated();
    if analysis.proposed.as_ref().is_none_or(is_extrapolated) {
        analysis.proposed_refusing_none = analysis.cheapest(|_| true, |setting| &setting.costs_refusing_none);
    }
    Ok(analysis)
}

impl AssetAnalysis {
    /// From the first outflow to the last, in seconds.
    #[must_use]
    pub fn span_secs(&self) -> u64 {
        self.last_at() - self.first_at()
    }

    /// When the first outflow was.
    #[must_use]
    pub fn first_at(&self) -> u64 {
        self.outflows.first().map_or(0, |outflow| outflow.at)
    }

    /// When the last outflow was.
    #[must_use]
    pub fn last_at(&self) -> u64 {
        self.outflows.last().map_or(0, |outflow| outflow.at)
    }

    /// Whether the history is shorter than the setting's memory: what a whole window needs was not seen.
    #[must_use]
    pub fn is_too_short_for(&self, setting: &Setting) -> bool {
        self.span_secs() < setting.suggestion.shape.memory_secs()
    }

    /// The setting under which a thief takes least in a day, and of equal ones in a week, of those that something bounds and whose
    /// memory is not longer than the history.
    fn cheapest(&self, fits: impl Fn(&Setting) -> bool, costs: impl Fn(&Setting) -> &Costs) -> Option<usize> {
        let places = (0..self.settings.len()).filter(|place| {
            let setting = &self.settings[*place];
            fits(setting) && costs(setting).bounds[A_DAY].is_some() && !self.is_too_short_for(setting)
        });
        places.min_by_key(|place| {
            let [_, day, week] = costs(&self.settings[*place]).bounds;
            (day, week)
        })
    }
}

fn costs(parts: &[FittedPart], pace: &Pace, incidents: &[Incident]) -> Result<Costs, InvalidSetting> {
    let limits = limits(parts);
    let parts: Vec<_> = parts.iter().map(|part| (part.part, part.limit)).collect();
    Ok(Costs {
        bounds: LOSS_SECS.map(|secs| bound(&limits, secs)),
        losses: incidents
            .iter()
            .map(|incident| incident.under(&parts, pace))
            .collect::<Result<_, _>>()?,
    })
}
