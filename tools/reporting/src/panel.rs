//! One panel: axes, step lines with their names at their ends, refusals.

use super::axis::{TimeAxis, ValueAxis};
use super::marks::{self, Flag};
use super::svg::{number, Svg};
use super::{Panel, Role, Series};

/// Width of a panel with its margins.
pub(super) const WIDTH: f64 = 420.0;
/// Height of the plot itself.
const PLOT_HEIGHT: f64 = 150.0;
/// Room for the labels of the axis of values.
const LEFT: f64 = 46.0;
/// Room for the names at the ends of the lines.
const RIGHT: f64 = 104.0;
/// Room for title and subtitle.
const HEAD: f64 = 40.0;
/// Height of a row of guards' names.
const FLAG_ROW: f64 = 15.0;
/// Room for the labels of the time axis.
const FOOT: f64 = 28.0;
/// Least distance between two names at line ends, each of two lines.
const END_GAP: f64 = 29.0;

/// A panel with its scales.
pub(super) struct Layout<'a> {
    panel: &'a Panel,
    lines: Vec<(&'a Series, Vec<(u64, f64)>)>,
    values: ValueAxis,
    time: TimeAxis,
    flags: Vec<Flag>,
}

impl<'a> Layout<'a> {
    /// Sorts the points, leaves out those that are not finite, and chooses the scales.
    pub(super) fn new(panel: &'a Panel) -> Self {
        let lines: Vec<_> = panel
            .series
            .iter()
            .map(|series| (series, clean(series)))
            .collect();
        let points = || lines.iter().flat_map(|(_, points)| points);
        let last = points()
            .map(|point| point.0)
            .chain(panel.marks.iter().map(|mark| mark.at))
            .max();
        let time = TimeAxis::new(last.unwrap_or(0));
        let values = ValueAxis::new(points().map(|point| point.1).fold(0.0, f64::max), panel.unit);
        let flags = marks::placed(&panel.marks, |at| x_of(&time, at), WIDTH - RIGHT);
        Self {
            panel,
            lines,
            values,
            time,
            flags,
        }
    }

    /// How many rows of names stand above the plot.
    pub(super) fn flag_rows(&self) -> usize {
        self.flags.iter().map(|flag| flag.row + 1).max().unwrap_or(0)
    }

    /// The height of a panel with so many rows of names.
    pub(super) fn height(flag_rows: usize) -> f64 {
        HEAD + flag_rows as f64 * FLAG_ROW + 8.0 + PLOT_HEIGHT + FOOT
    }

    /// Draws the panel with its top left corner at `(x, y)`.
    pub(super) fn draw(&self, svg: &mut Svg, (x, y): (f64, f64), flag_rows: usize) {
        let place = format!("translate({} {})", number(x), number(y));
        svg.open("g", &[("transform", &place)]);
        svg.label("panel-title", 0.0, 14.0, "start", &self.panel.title);
        svg.label("panel-subtitle", 0.0, 31.0, "start", &self.panel.subtitle);
        let top = HEAD + flag_rows as f64 * FLAG_ROW + 8.0;
        self.draw_axes(svg, top);
        for (series, points) in &self.lines {
            self.draw_line(svg, top, series.role, points);
        }
        self.draw_marks(svg, top);
        self.draw_ends(svg, top);
        svg.close("g");
    }

    fn y_of(&self, top: f64, value: f64) -> f64 {
        top + PLOT_HEIGHT * (1.0 - (value / self.values.top).clamp(0.0, 1.0))
    }

    fn draw_axes(&self, svg: &mut Svg, top: f64) {
        for &tick in &self.values.ticks {
            let y = self.y_of(top, tick);
            let class = if tick == 0.0 { "axis" } else { "grid" };
            svg.line(class, (LEFT, y), (WIDTH - RIGHT, y));
            svg.label("tick", LEFT - 6.0, y + 4.0, "end", &self.values.label(tick));
        }
        let base = top + PLOT_HEIGHT;
        for (at, label) in self.time.ticks() {
            let x = x_of(&self.time, at);
            svg.line("axis", (x, base), (x, base + 4.0));
            svg.label("tick", x, base + 17.0, "middle", &label);
        }
    }

    fn draw_line(&self, svg: &mut Svg, top: f64, role: Role, points: &[(u64, f64)]) {
        let Some(first) = points.first() else { return };
        let mut path = format!(
            "M{} {}",
            number(x_of(&self.time, first.0)),
            number(self.y_of(top, first.1))
        );
        for &(at, value) in &points[1..] {
            path += &format!(
                "H{}V{}",
                number(x_of(&self.time, at)),
                number(self.y_of(top, value))
            );
        }
        path += &format!("H{}", number(WIDTH - RIGHT));
        svg.empty(
            "path",
            &[("class", &format!("line {}", class(role))), ("d", &path)],
        );
    }

    fn draw_marks(&self, svg: &mut Svg, top: f64) {
        let guarded = self
            .lines
            .iter()
            .find(|(series, _)| matches!(series.role, Role::Guarded | Role::New));
        let line = guarded
            .or(self.lines.first())
            .map_or(&[][..], |(_, points)| points);
        let height_at = |at| self.y_of(top, value_at(line, at));
        for flag in &self.flags {
            let y = top - 12.0 - flag.row as f64 * FLAG_ROW;
            svg.line("leader", (flag.x, y - 8.0), (flag.x, height_at(flag.at)));
            let (dx, anchor) = if flag.leftwards {
                (-4.0, "end")
            } else {
                (4.0, "start")
            };
            svg.label("flag", flag.x + dx, y, anchor, &flag.text);
        }
        for mark in &self.panel.marks {
            let (x, y) = (number(x_of(&self.time, mark.at)), number(height_at(mark.at)));
            svg.empty("circle", &[("class", "mark"), ("cx", &x), ("cy", &y), ("r", "4")]);
        }
    }

    /// Names and last values, pushed apart where lines end close together.
    fn draw_ends(&self, svg: &mut Svg, top: f64) {
        let mut ends: Vec<_> = self
            .lines
            .iter()
            .filter_map(|(series, points)| points.last().map(|&(_, value)| (*series, value)))
            .map(|(series, value)| (self.y_of(top, value), series, value))
            .collect();
        ends.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut free = f64::MIN;
        for end in &mut ends {
            end.0 = end.0.max(free);
            free = end.0 + END_GAP;
        }
        // The value's line, under the name, stays above the labels of the time axis.
        let mut limit = top + PLOT_HEIGHT - 13.0;
        for end in ends.iter_mut().rev() {
            end.0 = end.0.min(limit);
            limit = end.0 - END_GAP;
        }
        let x = WIDTH - RIGHT + 7.0;
        for (y, series, value) in ends {
            let class = class(series.role);
            svg.label(&format!("end {class}"), x, y - 1.0, "start", &series.label);
            svg.label(
                &format!("end value {class}"),
                x,
                y + 12.0,
                "start",
                &self.values.value(value),
            );
        }
    }
}

fn x_of(time: &TimeAxis, at: u64) -> f64 {
    LEFT + (WIDTH - LEFT - RIGHT) * (at as f64 / time.end as f64)
}

fn clean(series: &Series) -> Vec<(u64, f64)> {
    let mut points: Vec<_> = series
        .points
        .iter()
        .copied()
        .filter(|point| point.1.is_finite())
        .collect();
    points.sort_by_key(|point| point.0);
    points
}

/// The step line's value at a time: that of the last point not after it.
fn value_at(points: &[(u64, f64)], at: u64) -> f64 {
    let before = points.iter().rev().find(|point| point.0 <= at);
    before.or(points.first()).map_or(0.0, |point| point.1)
}

pub(super) fn class(role: Role) -> &'static str {
    match role {
        Role::Unguarded => "unguarded",
        Role::Guarded => "guarded",
        Role::Adaptive => "adaptive",
        Role::Honest => "honest",
        Role::Limit => "limit",
        Role::Old => "old",
        Role::New => "new",
    }
}
