//! What a program reads. Amounts are decimal strings in the smallest unit.

use crate::analysis::{Analysis, AssetAnalysis, Costs, Setting, LOSS_SECS};
use crate::fit::{Basis, FittedPart};
use crate::incidents::{Incident, Loss, BUSY_OVER_MEAN};
use crate::shape::Part;
use alloy_primitives::U256;
use serde::Serialize;

/// The version of the form; a change that breaks readers raises it.
const VERSION: u32 = 1;

/// The whole analysis.
///
/// # Errors
/// When serialising fails, which it does not for numbers and texts.
pub fn json(analysis: &Analysis) -> Result<String, serde_json::Error> {
    let report = Report {
        version: VERSION,
        budget_one_in: analysis.budget.transactions(),
        confidence: crate::confidence::CONFIDENCE,
        busy_over_mean_days: BUSY_OVER_MEAN,
        sorted_because_of_line: analysis.first_out_of_order,
        assets: analysis
            .assets
            .iter()
            .map(|asset| of_asset(analysis, asset))
            .collect(),
    };
    serde_json::to_string_pretty(&report).map(|text| text + "\n")
}

#[derive(Serialize)]
struct Report {
    version: u32,
    budget_one_in: u64,
    confidence: f64,
    busy_over_mean_days: u64,
    sorted_because_of_line: Option<u64>,
    assets: Vec<Asset>,
}

#[derive(Serialize)]
struct Asset {
    asset: String,
    decimals: u8,
    rows: usize,
    withdrawals: usize,
    accounts: usize,
    first_at: u64,
    last_at: u64,
    mean_day: String,
    proposed: Option<&'static str>,
    proposed_refusing_none: Option<&'static str>,
    settings: Vec<Of>,
}

#[derive(Serialize)]
struct Of {
    setting: &'static str,
    parts: Vec<Limiter>,
    supported_one_in: u64,
    history_shorter_than_memory: bool,
    refused: Refused,
    hold_out: Option<HoldOut>,
    worst_loss: Vec<WorstLoss>,
    incidents: Vec<Robbery>,
    refusing_none: RefusingNone,
}

#[derive(Serialize)]
struct RefusingNone {
    limits: Vec<String>,
    worst_loss: Vec<WorstLoss>,
    incidents: Vec<Robbery>,
}

#[derive(Serialize)]
struct Limiter {
    kind: &'static str,
    secs: u64,
    limit: String,
    limit_as_kept: String,
    largest_need: String,
    supported_one_in: u64,
    rests_on: RestsOn,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum RestsOn {
    Seen,
    Extrapolated {
        upper_95: String,
        tail_shape: f64,
        peaks: usize,
    },
    LargestSeen {
        peaks: usize,
    },
}

#[derive(Serialize)]
struct Refused {
    count: usize,
    of: usize,
    amount: String,
    accounts: usize,
}

#[derive(Serialize)]
struct HoldOut {
    fitted_to: usize,
    refused_of_fitted: usize,
    held_out: usize,
    refused: usize,
}

#[derive(Serialize)]
struct WorstLoss {
    secs: u64,
    /// None when nothing bounds it.
    amount: Option<String>,
}

#[derive(Serialize)]
struct Robbery {
    id: String,
    attempted_dollars: f64,
    lost_dollars: f64,
    calls: usize,
    refused: usize,
}

fn of_asset(analysis: &Analysis, asset: &AssetAnalysis) -> Asset {
    let of_setting = |setting: &Setting| Of {
        setting: setting.suggestion.shape.name,
        parts: setting.suggestion.parts.iter().map(limiter).collect(),
        supported_one_in: setting.suggestion.supported(),
        history_shorter_than_memory: asset.is_too_short_for(setting),
        refused: Refused {
            count: setting.suggestion.refusals.places.len(),
            of: setting.suggestion.refusals.of,
            amount: setting.suggestion.refusals.amount.to_string(),
            accounts: setting.suggestion.refusals.accounts,
        },
        hold_out: setting.suggestion.hold_out.map(|hold_out| HoldOut {
            fitted_to: hold_out.fitted_to,
            refused_of_fitted: hold_out.refused_of_fitted,
            held_out: hold_out.held_out,
            refused: hold_out.refused,
        }),
        worst_loss: worst_loss(&setting.costs),
        incidents: robberies(&analysis.incidents, &setting.costs),
        refusing_none: RefusingNone {
            limits: setting
                .suggestion
                .refusing_none
                .iter()
                .map(|part| part.limit.to_string())
                .collect(),
            worst_loss: worst_loss(&setting.costs_refusing_none),
            incidents: robberies(&analysis.incidents, &setting.costs_refusing_none),
        },
    };
    let named = |place: usize| asset.settings[place].suggestion.shape.name;
    Asset {
        asset: asset.asset.clone(),
        decimals: asset.decimals,
        rows: asset.rows,
        withdrawals: asset.outflows.len(),
        accounts: asset.accounts,
        first_at: asset.first_at(),
        last_at: asset.last_at(),
        mean_day: asset.pace.mean_day_up().to_string(),
        proposed: asset.proposed.map(named),
        proposed_refusing_none: asset.proposed_refusing_none.map(named),
        settings: asset.settings.iter().map(of_setting).collect(),
    }
}

fn worst_loss(costs: &Costs) -> Vec<WorstLoss> {
    let told = |(secs, bound): (u64, Option<U256>)| WorstLoss {
        secs,
        amount: bound.map(|bound| bound.to_string()),
    };
    LOSS_SECS.into_iter().zip(costs.bounds).map(told).collect()
}

fn robberies(incidents: &[Incident], costs: &Costs) -> Vec<Robbery> {
    let of_incident = |(incident, loss): (&Incident, &Loss)| Robbery {
        id: incident.id.clone(),
        attempted_dollars: loss.attempted,
        lost_dollars: loss.lost,
        calls: loss.calls,
        refused: loss.refused,
    };
    incidents.iter().zip(&costs.losses).map(of_incident).collect()
}

fn limiter(part: &FittedPart) -> Limiter {
    Limiter {
        kind: match part.part {
            Part::Bucket { .. } => "bucket",
            Part::Window { .. } => "window",
            Part::Cap => "cap",
        },
        secs: part.part.memory_secs(),
        limit: part.limit.to_string(),
        limit_as_kept: part.limited.limit().to_string(),
        largest_need: part.largest_need.to_string(),
        supported_one_in: part.supported,
        rests_on: match part.basis {
            Basis::Seen => RestsOn::Seen,
            Basis::Extrapolated {
                upper,
                tail_shape,
                peaks,
            } => RestsOn::Extrapolated {
                upper_95: upper.to_string(),
                tail_shape,
                peaks,
            },
            Basis::LargestSeen { peaks } => RestsOn::LargestSeen { peaks },
        },
    }
}
