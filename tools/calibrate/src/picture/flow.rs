//! What left each day, and the proposed limit over it.

use super::style::{
    drawing, font, key, label, tick, title, Area, BLUE, FLOW, GREEN, GRID, HEIGHT, INK, LEGEND, ORANGE, SOFT,
    WIDTH,
};
use super::PictureError;
use crate::analysis::{AssetAnalysis, Setting};
use crate::fit::{limits, FittedPart};
use crate::human::{count, date, number_up};
use crate::replay::used;
use crate::shape::DAY;
use alloy_primitives::U256;
use plotters::prelude::*;

/// A limit that is more than so many times what was used is not drawn: it would flatten everything else.
const HIGHEST: f64 = 4.0;

/// The amounts of one day, in whole tokens.
#[derive(Clone, Copy, Default)]
struct Day {
    left: f64,
    used: f64,
}

/// The picture, or none when no setting is proposed.
///
/// # Errors
/// [`PictureError`].
pub fn svg(asset: &AssetAnalysis) -> Result<Option<String>, PictureError> {
    let Some(place) = asset.proposed.or(asset.proposed_refusing_none) else {
        return Ok(None);
    };
    let setting = &asset.settings[place];
    let suggestion = &setting.suggestion;
    // Of several parts the one that remembers longest.
    let part = (0..suggestion.parts.len())
        .max_by_key(|part| suggestion.parts[*part].part.memory_secs())
        .unwrap_or(0);
    let days = days(asset, setting, part);
    let highest = days.iter().map(|day| day.left.max(day.used)).fold(0.0, f64::max);
    let whole = |limit: U256| f64::from(limit) / libm::pow(10.0, f64::from(asset.decimals));
    let limit = whole(suggestion.parts[part].limit);
    let none = whole(suggestion.refusing_none[part].limit);
    let is_drawn = |limit: f64| limit <= highest * HIGHEST;
    let top = [limit, none]
        .into_iter()
        .filter(|limit| is_drawn(*limit))
        .fold(highest, f64::max);
    if top <= 0.0 {
        return Ok(None);
    }
    let mut svg = String::new();
    let area = SVGBackend::with_string(&mut svg, (WIDTH, HEIGHT)).into_drawing_area();
    area.fill(&WHITE).map_err(drawing)?;
    title(
        &area,
        &format!(
            "{}: what left each day, under a {}",
            asset.asset, suggestion.shape.name
        ),
        &format!("{} to {}", date(asset.first_at()), date(asset.last_at())),
    )?;
    let first_day = asset.first_at() / DAY;
    let (plot, _) = area.split_horizontally(LEGEND - 20);
    let length = days.len() as f64;
    let mut chart = ChartBuilder::on(&plot)
        .margin_top(70)
        .margin_right(24)
        .margin_bottom(10)
        .margin_left(12)
        .x_label_area_size(50)
        .y_label_area_size(70)
        .build_cartesian_2d(0.0..length, 0.0..top * 1.08)
        .map_err(drawing)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .bold_line_style(GRID)
        .light_line_style(WHITE)
        .axis_style(SOFT)
        .x_labels(6)
        .y_labels(8)
        .x_desc("Day of UTC")
        .y_desc(format!("Amount, {}", asset.asset))
        .x_label_formatter(&|day| date((first_day + *day as u64) * DAY))
        .y_label_formatter(&|value| tick(*value))
        .label_style(font(12, &SOFT))
        .axis_desc_style(font(13, &INK))
        .draw()
        .map_err(drawing)?;
    // What is in use is at least what left on the day, so the bars stand before it.
    let used = days
        .iter()
        .enumerate()
        .map(|(place, day)| bar(place, day.used, FLOW));
    chart.draw_series(used).map_err(drawing)?;
    let left = days
        .iter()
        .enumerate()
        .map(|(place, day)| bar(place, day.left, BLUE));
    chart.draw_series(left).map_err(drawing)?;
    for (limit, colour, dashed) in [(limit, ORANGE, false), (none, GREEN, true)] {
        if !is_drawn(limit) {
            continue;
        }
        let ends = [(0.0, limit), (length, limit)];
        if dashed {
            chart
                .draw_series(DashedLineSeries::new(ends, 6, 4, colour.stroke_width(2)))
                .map_err(drawing)?;
        } else {
            chart
                .draw_series(LineSeries::new(ends, colour.stroke_width(2)))
                .map_err(drawing)?;
        }
    }
    let refused = suggestion.refusals.places.iter().map(|place| {
        let outflow = &asset.outflows[*place];
        let day = (outflow.at - first_day * DAY) as f64 / DAY as f64;
        Cross::new((day, whole(outflow.amount)), 5, ORANGE.stroke_width(2))
    });
    chart.draw_series(refused).map_err(drawing)?;
    legend(&area, asset, setting, part, is_drawn(limit))?;
    area.present().map_err(drawing)?;
    drop((area, plot, chart));
    Ok(Some(svg))
}

fn bar(place: usize, height: f64, colour: RGBColor) -> Rectangle<(f64, f64)> {
    let left = place as f64;
    Rectangle::new([(left, 0.0), (left + 1.0, height)], colour.filled())
}

fn legend(
    area: &Area<'_>,
    asset: &AssetAnalysis,
    setting: &Setting,
    part: usize,
    is_drawn: bool,
) -> Result<(), PictureError> {
    let suggestion = &setting.suggestion;
    let told = |part: &FittedPart| {
        format!(
            "{} {}",
            part.part.limit_name(),
            number_up(part.limit, asset.decimals)
        )
    };
    let mut y = 84;
    for (colour, text) in [
        (BLUE, "left on the day"),
        (FLOW, "of the limiter in use, at most"),
    ] {
        let square = Rectangle::new([(LEGEND + 8, y - 7), (LEGEND + 18, y + 7)], colour.filled());
        area.draw(&square).map_err(drawing)?;
        label(area, y, text)?;
        y += 24;
    }
    y += 6;
    key(area, y, ORANGE, false, &told(&suggestion.parts[part]))?;
    y += 18;
    label(area, y, "for the budget")?;
    if !is_drawn {
        y += 18;
        label(area, y, "(far above the picture)")?;
    }
    y += 26;
    key(area, y, GREEN, true, &told(&suggestion.refusing_none[part]))?;
    y += 18;
    label(area, y, "refuses nothing of this history")?;
    let refused = suggestion.refusals.places.len();
    if refused > 0 {
        y += 28;
        area.draw(&Cross::new((LEGEND + 13, y), 5, ORANGE.stroke_width(2)))
            .map_err(drawing)?;
        label(area, y, &format!("refused: {}", count(refused as u64)))?;
    }
    Ok(())
}

fn days(asset: &AssetAnalysis, setting: &Setting, part: usize) -> Vec<Day> {
    let whole = libm::pow(10.0, f64::from(asset.decimals));
    let (first, last) = (asset.first_at() / DAY, asset.last_at() / DAY);
    let mut days = vec![Day::default(); (last - first + 1) as usize];
    let used = used(&limits(&setting.suggestion.parts), part, &asset.outflows);
    for (outflow, used) in asset.outflows.iter().zip(used) {
        let day = &mut days[(outflow.at / DAY - first) as usize];
        day.left += f64::from(outflow.amount) / whole;
        day.used = day.used.max(f64::from(used) / whole);
    }
    days
}
