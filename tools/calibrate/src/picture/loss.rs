//! The most that a thief takes in a day, against how rarely honest people are refused.
//!
//! Each line is a shape; along it the limit grows. It is full where the history shows how often that refuses (core's count), and
//! dashed where that is read from the fitted tail. Where too few peaks were seen to fit one, it ends.

use super::style::{
    drawing, font, key, note, tick, title, Area, GRID, HEIGHT, INK, LEGEND, SHAPES, SOFT, WIDTH,
};
use super::PictureError;
use crate::analysis::{Analysis, AssetAnalysis, A_DAY};
use crate::fit::{limits, Basis, Budget, Fitter, Upper};
use crate::human::{count, tokens_up};
use crate::replay::refused;
use crate::shape::{bound, DAY};
use alloy_primitives::U256;
use plotters::prelude::*;

/// The most frequent refusals that are drawn: one in so many.
const MOST_FREQUENT: u64 = 10;
/// How many budgets are tried for a factor of ten.
const PER_DECADE: f64 = 8.0;

/// A shape's line: one refusal in `x` withdrawals, and the loss.
struct Line {
    place: usize,
    seen: Vec<(f64, f64)>,
    extrapolated: Vec<(f64, f64)>,
}

impl Line {
    fn points(&self) -> impl DoubleEndedIterator<Item = &(f64, f64)> {
        self.seen.iter().chain(&self.extrapolated)
    }
}

/// The picture, or none when there is nothing to draw.
///
/// # Errors
/// [`PictureError`].
pub fn svg(analysis: &Analysis, asset: &AssetAnalysis) -> Result<Option<String>, PictureError> {
    let rarest = analysis.budget.transactions();
    let mut lines = Vec::new();
    for place in 0..asset.settings.len() {
        let line = line(asset, place, rarest)?;
        if line.points().count() > 0 {
            lines.push(line);
        }
    }
    let losses = || lines.iter().flat_map(|line| line.points().map(|point| point.1));
    let (least, most) = (
        losses().fold(f64::INFINITY, f64::min),
        losses().fold(0.0, f64::max),
    );
    if lines.is_empty() || rarest <= MOST_FREQUENT || least <= 0.0 {
        return Ok(None);
    }
    let mut svg = String::new();
    let area = SVGBackend::with_string(&mut svg, (WIDTH, HEIGHT)).into_drawing_area();
    area.fill(&WHITE).map_err(drawing)?;
    title(
        &area,
        &format!(
            "{}: what a thief takes in a day, against false alarms",
            asset.asset
        ),
        &format!(
            "Each line is a setting whose limit grows to the right. Fitted to {} withdrawals.",
            count(asset.outflows.len() as u64)
        ),
    )?;
    draw_lines(&area, asset, &lines, rarest, (least / 1.3, most * 1.3))?;
    legend(&area, asset, lines, rarest)?;
    area.present().map_err(drawing)?;
    drop(area);
    Ok(Some(svg))
}

fn draw_lines(
    area: &Area<'_>,
    asset: &AssetAnalysis,
    lines: &[Line],
    rarest: u64,
    (least, most): (f64, f64),
) -> Result<(), PictureError> {
    let (plot, _) = area.split_horizontally(LEGEND - 20);
    let mut chart = ChartBuilder::on(&plot)
        .margin_top(70)
        .margin_right(24)
        .margin_bottom(10)
        .margin_left(12)
        .x_label_area_size(50)
        .y_label_area_size(70)
        .build_cartesian_2d(
            (MOST_FREQUENT as f64..rarest as f64 * 1.15).log_scale(),
            (least..most).log_scale(),
        )
        .map_err(drawing)?;
    let wide = most / least > 1e3;
    let is_power = |value: f64| (libm::log10(value) - libm::log10(value).round()).abs() < 1e-6;
    chart
        .configure_mesh()
        .bold_line_style(GRID)
        .light_line_style(WHITE)
        .axis_style(SOFT)
        .x_labels(40)
        .y_labels(if wide { 12 } else { 24 })
        .x_desc("One honest withdrawal refused in so many (log scale; rarer to the right)")
        .y_desc(format!(
            "Most that leaves in one day, {} (log scale)",
            asset.asset
        ))
        .x_label_formatter(&|value| {
            if is_power(*value) {
                tick(*value)
            } else {
                String::new()
            }
        })
        .y_label_formatter(&|value| {
            let digit = value / libm::pow(10.0, libm::floor(libm::log10(*value) + 1e-9));
            let shown =
                is_power(*value) || (!wide && ((digit - 2.0).abs() < 1e-6 || (digit - 5.0).abs() < 1e-6));
            if shown {
                tick(*value)
            } else {
                String::new()
            }
        })
        .label_style(font(12, &SOFT))
        .axis_desc_style(font(13, &INK))
        .draw()
        .map_err(drawing)?;
    for line in lines {
        let colour = SHAPES[line.place % SHAPES.len()];
        let seen = LineSeries::new(line.seen.iter().copied(), colour.stroke_width(2));
        chart.draw_series(seen).map_err(drawing)?;
        // The dashes begin where the full line ends.
        let beyond = line.seen.last().into_iter().chain(&line.extrapolated).copied();
        let dashed = DashedLineSeries::new(beyond, 6, 4, colour.stroke_width(2));
        chart.draw_series(dashed).map_err(drawing)?;
        if let Some(end) = line.points().next_back() {
            let dot = if line.extrapolated.is_empty() {
                WHITE.filled()
            } else {
                colour.filled()
            };
            chart.draw_series([Circle::new(*end, 4, dot)]).map_err(drawing)?;
            chart
                .draw_series([Circle::new(*end, 4, colour.stroke_width(2))])
                .map_err(drawing)?;
        }
    }
    Ok(())
}

fn legend(
    area: &Area<'_>,
    asset: &AssetAnalysis,
    mut lines: Vec<Line>,
    rarest: u64,
) -> Result<(), PictureError> {
    let end = |line: &Line| line.points().next_back().map_or(0.0, |point| point.1);
    lines.sort_by(|a, b| end(b).total_cmp(&end(a)));
    let mut y = 84;
    note(area, y, "In the order of the lines' ends")?;
    for line in &lines {
        y += 22;
        let setting = &asset.settings[line.place];
        let mark = if asset.proposed == Some(line.place) {
            "→ "
        } else {
            ""
        };
        let text = format!("{mark}{}", setting.suggestion.shape.name);
        key(area, y, SHAPES[line.place % SHAPES.len()], false, &text)?;
    }
    y += 34;
    key(area, y, SOFT, false, "seen in the history")?;
    y += 22;
    key(area, y, SOFT, true, "read from the fitted tail")?;
    y += 26;
    area.draw(&Circle::new((LEGEND + 13, y), 4, SOFT.filled()))
        .map_err(drawing)?;
    super::style::label(area, y, &format!("one in {}", count(rarest)))?;
    y += 22;
    area.draw(&Circle::new((LEGEND + 13, y), 4, SOFT.stroke_width(2)))
        .map_err(drawing)?;
    super::style::label(area, y, "the history says no more")?;
    if let Some(setting) = asset.proposed.map(|place| &asset.settings[place]) {
        let day = setting.costs.bounds[A_DAY].unwrap_or(U256::MAX);
        y += 28;
        note(
            area,
            y,
            &format!(
                "→ proposed: {} in a day",
                tokens_up(day, asset.decimals, &asset.asset)
            ),
        )?;
    }
    Ok(())
}

fn line(asset: &AssetAnalysis, place: usize, rarest: u64) -> Result<Line, PictureError> {
    let mut line = Line {
        place,
        seen: Vec::new(),
        extrapolated: Vec::new(),
    };
    let shape = asset.settings[place].suggestion.shape;
    let fitter = Fitter::new(shape, &asset.outflows);
    let whole = libm::pow(10.0, f64::from(asset.decimals));
    for budget in budgets(rarest) {
        let parts = fitter.fit(budget, Upper::LeftOut)?;
        let limits = limits(&parts);
        let Some(loss) = bound(&limits, DAY) else {
            break;
        };
        let loss = f64::from(loss) / whole;
        if parts
            .iter()
            .any(|part| matches!(part.basis, Basis::LargestSeen { .. }))
        {
            break;
        }
        if parts.iter().all(|part| part.basis == Basis::Seen) {
            let refused = refused(&limits, &asset.outflows).len();
            let one_in = asset.outflows.len() as f64 / refused.max(1) as f64;
            // What is refused more rarely than it may be is drawn where it is.
            let one_in = if refused == 0 {
                budget.transactions() as f64
            } else {
                one_in
            };
            if line.seen.last().is_none_or(|last| last.0 < one_in) {
                line.seen.push((one_in, loss));
            }
        } else {
            line.extrapolated.push((budget.transactions() as f64, loss));
        }
    }
    // A count that is rarer than the first extrapolated budget would draw the line back.
    let begins = line.extrapolated.first().map_or(f64::INFINITY, |first| first.0);
    line.seen.retain(|point| point.0 <= begins);
    Ok(line)
}

/// Budgets from the most frequent to the one that was asked for, evenly on a logarithmic scale.
fn budgets(rarest: u64) -> Vec<Budget> {
    let decades = libm::log10(rarest as f64 / MOST_FREQUENT as f64).max(0.0);
    let steps = libm::ceil(decades * PER_DECADE) as u64;
    let one_in = |step: u64| {
        let exponent = decades * step as f64 / steps.max(1) as f64;
        libm::round(MOST_FREQUENT as f64 * libm::pow(10.0, exponent)) as u64
    };
    (0..=steps)
        .filter_map(|step| Budget::one_in(one_in(step)).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budgets_end_at_the_one_that_was_asked_for() {
        let told: Vec<u64> = budgets(1_000)
            .iter()
            .map(|budget| budget.transactions())
            .collect();
        assert_eq!(told.len(), 17);
        assert_eq!((told[0], told[8], told[16]), (10, 100, 1_000));
        assert_eq!(budgets(10).len(), 1);
    }
}
