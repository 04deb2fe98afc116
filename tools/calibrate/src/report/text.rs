//! What a terminal shows.

use super::table::Table;
use crate::analysis::{Analysis, AssetAnalysis, Costs, Setting, A_DAY, LOSS_SECS};
use crate::fit::{Basis, FittedPart};
use crate::human::{count, date, dollars, duration, number_up, tokens_up};
use crate::incidents::BUSY_OVER_MEAN;
use crate::shape::DAY;

/// The whole report.
#[must_use]
pub fn text(analysis: &Analysis) -> String {
    let mut out = String::new();
    if let Some(line) = analysis.first_out_of_order {
        out +=
            &format!("The rows were not in the order of time (line {line} is the first) and were sorted.\n");
    }
    for asset in &analysis.assets {
        out += &of_asset(analysis, asset);
    }
    out += &format!(
        "\nA limit is what to set; a thief's loss is the limiter's own bound, the most that leaves in any time of that length.\n\
         Robberies: the limits carried over to each bridge in proportion to what normally leaves there ({BUSY_OVER_MEAN} mean days make a\n\
         busy one), and the thieves' own calls replayed.\n"
    );
    out
}

fn of_asset(analysis: &Analysis, asset: &AssetAnalysis) -> String {
    let mut out = format!("\n{}: {}\n", asset.asset, summary(asset));
    for note in notes(analysis, asset) {
        out += &format!("{note}\n");
    }
    if asset.settings.is_empty() {
        return out;
    }
    out.push('\n');
    out += &limits(analysis, asset);
    out.push('\n');
    out += &losses(analysis, asset);
    out += &proposals(analysis, asset);
    out
}

fn proposals(analysis: &Analysis, asset: &AssetAnalysis) -> String {
    let mut out = String::new();
    let told = |parts: &[FittedPart], costs: &Costs| {
        let limits: Vec<String> = parts.iter().map(|part| limit(asset, part)).collect();
        let day = costs.bounds[A_DAY].map_or_else(
            || "no bound".to_owned(),
            |day| tokens_up(day, asset.decimals, &asset.asset),
        );
        let robberies = analysis.incidents.iter().zip(&costs.losses);
        let robberies: Vec<String> = robberies
            .map(|(incident, loss)| format!("{} {}", incident.name, dollars(loss.lost)))
            .collect();
        format!(
            "{}\n  A thief takes at most {day} in a day; of the robberies, {}.\n",
            limits.join(", "),
            robberies.join(", ")
        )
    };
    if let Some(setting) = asset.proposed.map(|place| &asset.settings[place]) {
        out += &format!(
            "→ Least loss in a day of what meets the budget, as far as that is known: {}, {}",
            setting.suggestion.shape.name,
            told(&setting.suggestion.parts, &setting.costs)
        );
    } else {
        out += "No setting is proposed for the budget: every limit rests on too few events.\n";
    }
    if let Some(setting) = asset.proposed_refusing_none.map(|place| &asset.settings[place]) {
        out += &format!(
            "○ Least loss in a day of what refuses nothing of this history: {}, {}  Of its false alarms the history says no more than 1 in {} at 95%.\n",
            setting.suggestion.shape.name,
            told(&setting.suggestion.refusing_none, &setting.costs_refusing_none),
            count(setting.suggestion.supported())
        );
    }
    out
}

fn summary(asset: &AssetAnalysis) -> String {
    let amount = |amount| tokens_up(amount, asset.decimals, &asset.asset);
    match asset.outflows.as_slice() {
        [] => format!("{} rows, none of which takes anything out: no limiter is asked for anything.", asset.rows),
        [one] => format!("a single withdrawal, of {}, on {}.", amount(one.amount), date(one.at)),
        outflows => format!(
            "{} withdrawals by {} accounts in {}, {} to {}. {} leave on a mean day, the largest withdrawal is {}.",
            count(outflows.len() as u64),
            count(asset.accounts as u64),
            duration(asset.span_secs()),
            date(asset.first_at()),
            date(asset.last_at()),
            amount(asset.pace.mean_day_up()),
            amount(outflows.iter().map(|outflow| outflow.amount).max().unwrap_or_default()),
        ),
    }
}

fn notes(analysis: &Analysis, asset: &AssetAnalysis) -> Vec<String> {
    let mut notes = Vec::new();
    if asset.decimals == 0 && !asset.outflows.is_empty() {
        notes.push(format!(
            "Amounts are in the smallest unit; '--decimals {}=18' shows whole ones.",
            asset.asset
        ));
    }
    if asset.idle_rows > 0 {
        notes.push(format!(
            "{} rows move nothing; they do not count.",
            count(asset.idle_rows as u64)
        ));
    }
    let supported: Vec<u64> = asset
        .settings
        .iter()
        .map(|setting| setting.suggestion.supported())
        .collect();
    let budget = analysis.budget.transactions();
    if let (Some(least), Some(most)) = (supported.iter().min(), supported.iter().max()) {
        if *least < budget {
            notes.push(format!(
                "This history supports a budget of at most 1 in {} at 95%; for some settings only 1 in {}. What is beyond that is\n\
                 read from a tail fitted to the peaks. Where 'at most' is far above the limit, the history does not know.",
                count(*most),
                count(*least),
            ));
        }
    }
    let short: Vec<&str> = asset
        .settings
        .iter()
        .filter(|setting| asset.is_too_short_for(setting))
        .map(|setting| setting.suggestion.shape.name)
        .collect();
    if !short.is_empty() {
        notes.push(format!(
            "The history is {} long, shorter than the memory of {}: what a whole one needs was never seen.",
            duration(asset.span_secs()),
            short.join(", ")
        ));
    }
    notes
}

fn limits(analysis: &Analysis, asset: &AssetAnalysis) -> String {
    let n = asset.outflows.len();
    let budget = count(analysis.budget.transactions());
    let fitted = asset
        .settings
        .iter()
        .find_map(|setting| setting.suggestion.hold_out);
    let held_out = fitted.map_or_else(
        || "Held out:\ntoo short".to_owned(),
        |hold_out| {
            format!(
                "Fitted to {}: of\nthese / other {}",
                count(hold_out.fitted_to as u64),
                count(hold_out.held_out as u64)
            )
        },
    );
    let mut table = Table::new(vec![
        "Setting".to_owned(),
        format!("Limit for one refusal\nin {budget}"),
        "At most\n(95%)".to_owned(),
        "Rests on".to_owned(),
        "Largest need\nin the history".to_owned(),
        format!("Refuses of\nthe {}", count(n as u64)),
        held_out,
        "History\nsupports".to_owned(),
    ]);
    for (place, setting) in asset.settings.iter().enumerate() {
        let suggestion = &setting.suggestion;
        let lines = |told: &dyn Fn(&FittedPart) -> String| {
            suggestion.parts.iter().map(told).collect::<Vec<_>>().join("\n")
        };
        let refusals = &suggestion.refusals;
        table.row(vec![
            name(asset, place),
            lines(&|part| limit(asset, part)),
            lines(&|part| upper(asset, part)),
            lines(&|part| basis(part)),
            lines(&|part| number_up(part.largest_need, asset.decimals)),
            if refusals.places.is_empty() {
                "0".to_owned()
            } else {
                format!(
                    "{}, {} in all",
                    count(refusals.places.len() as u64),
                    tokens_up(refusals.amount, asset.decimals, &asset.asset)
                )
            },
            suggestion.hold_out.map_or_else(
                || "-".to_owned(),
                |hold_out| {
                    format!(
                        "{} / {}",
                        count(hold_out.refused_of_fitted as u64),
                        count(hold_out.refused as u64)
                    )
                },
            ),
            format!("1 in {}", count(suggestion.supported())),
        ]);
    }
    table.text()
}

fn losses(analysis: &Analysis, asset: &AssetAnalysis) -> String {
    let mut heading = vec!["A thief takes at most".to_owned()];
    heading.extend(LOSS_SECS.map(|secs| {
        format!(
            "in {}",
            if secs == DAY {
                "1 d".to_owned()
            } else {
                short(secs)
            }
        )
    }));
    for (place, incident) in analysis.incidents.iter().enumerate() {
        let attempted = asset
            .settings
            .first()
            .and_then(|setting| setting.costs.losses.get(place));
        heading.push(format!(
            "{},\nof {}",
            incident.name,
            dollars(attempted.map_or(0.0, |loss| loss.attempted))
        ));
    }
    let mut table = Table::new(heading);
    for (place, setting) in asset.settings.iter().enumerate() {
        let mut cells = vec![name(asset, place)];
        cells.extend(setting.costs.bounds.map(|bound| {
            bound.map_or_else(
                || "no bound".to_owned(),
                |bound| tokens_up(bound, asset.decimals, &asset.asset),
            )
        }));
        cells.extend(setting.costs.losses.iter().map(|loss| dollars(loss.lost)));
        table.row(cells);
    }
    table.text()
}

fn short(secs: u64) -> String {
    if secs.is_multiple_of(DAY) {
        format!("{} d", secs / DAY)
    } else {
        format!("{} h", secs / 3_600)
    }
}

fn name(asset: &AssetAnalysis, place: usize) -> String {
    let mark = if asset.proposed == Some(place) {
        "→ "
    } else {
        "  "
    };
    let setting: &Setting = &asset.settings[place];
    format!("{mark}{}", setting.suggestion.shape.name)
}

fn limit(asset: &AssetAnalysis, part: &FittedPart) -> String {
    let amount = tokens_up(part.limit, asset.decimals, &asset.asset);
    format!("{} {amount}", part.part.limit_name())
}

fn upper(asset: &AssetAnalysis, part: &FittedPart) -> String {
    match part.basis {
        Basis::Extrapolated { upper, .. } => number_up(upper, asset.decimals),
        Basis::Seen | Basis::LargestSeen { .. } => "-".to_owned(),
    }
}

fn basis(part: &FittedPart) -> String {
    match part.basis {
        Basis::Seen => "what was seen".to_owned(),
        Basis::Extrapolated {
            tail_shape, peaks, ..
        } => format!("tail, ξ {tail_shape:.2}; peaks: {peaks}"),
        Basis::LargestSeen { peaks } => format!("largest need; peaks: {peaks}"),
    }
}
