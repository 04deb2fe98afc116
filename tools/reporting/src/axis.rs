//! Axes: where the ticks stand and what they say.

use super::amount::{dollars, plain};
use super::Unit;

/// Intervals between ticks of time, in seconds.
const TIME_STEPS: [u64; 17] = [
    1, 5, 10, 30, 60, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 14_400, 21_600, 43_200, 86_400, 172_800,
];

/// The axis of values, from zero to a round number that is at least the greatest value.
pub(super) struct ValueAxis {
    unit: Unit,
    /// The value at the top.
    pub(super) top: f64,
    /// The values of the ticks, zero included.
    pub(super) ticks: Vec<f64>,
}

impl ValueAxis {
    /// At most six ticks, on steps of 1, 2, 2.5 or 5 times a power of ten.
    pub(super) fn new(greatest: f64, unit: Unit) -> Self {
        let shown = match unit {
            Unit::Dollars => greatest >= 1.0,
            Unit::Plain => greatest >= 1e-30,
        };
        let greatest = if greatest.is_finite() && shown {
            greatest
        } else {
            1.0
        };
        let power = 10f64.powf((greatest / 4.0).log10().floor());
        let factors = [1.0, 2.0, 2.5, 5.0, 10.0];
        let step = factors
            .map(|f| f * power)
            .into_iter()
            .find(|step| greatest <= step * 4.0 * 1.000_001);
        let step = step.unwrap_or(10.0 * power);
        let steps = (greatest / step - 0.000_001).ceil().max(1.0);
        let ticks = (0..=steps as u32).map(|i| f64::from(i) * step).collect();
        Self {
            unit,
            top: steps * step,
            ticks,
        }
    }

    /// What a tick says.
    pub(super) fn label(&self, value: f64) -> String {
        match self.unit {
            Unit::Dollars if value > 0.0 && value < 1.0 => format!("${value}"),
            _ => self.value(value),
        }
    }

    /// What a value is, written out.
    pub(super) fn value(&self, value: f64) -> String {
        match self.unit {
            Unit::Dollars => dollars(value),
            Unit::Plain => plain(value),
        }
    }
}

/// The axis of time, from zero to the last point.
pub(super) struct TimeAxis {
    /// Seconds at the right end, at least one.
    pub(super) end: u64,
    /// Seconds between ticks.
    step: u64,
}

impl TimeAxis {
    /// At most seven ticks, on round times.
    pub(super) fn new(last: u64) -> Self {
        let end = last.max(1);
        let days = end.div_ceil(6).div_ceil(86_400).saturating_mul(86_400);
        let step = TIME_STEPS
            .into_iter()
            .find(|step| end / step <= 6)
            .unwrap_or(days);
        Self { end, step }
    }

    /// The ticks' seconds and labels; only the last one names the unit.
    pub(super) fn ticks(&self) -> Vec<(u64, String)> {
        let (unit, name) = match self.step {
            0..60 => (1, "s"),
            60..3_600 => (60, "min"),
            3_600..86_400 => (3_600, "h"),
            _ => (86_400, "d"),
        };
        let count = self.end / self.step;
        let label = |i: u64| {
            let value = i * self.step / unit;
            if i == count {
                format!("{value} {name}")
            } else {
                value.to_string()
            }
        };
        (0..=count).map(|i| (i * self.step, label(i))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(last: u64) -> Vec<String> {
        TimeAxis::new(last)
            .ticks()
            .into_iter()
            .map(|(_, label)| label)
            .collect()
    }

    #[test]
    fn dollars_stand_on_round_steps_that_cover_the_greatest_value() {
        let ticks = |greatest| ValueAxis::new(greatest, Unit::Dollars).ticks;
        assert_eq!(ticks(594e6), [0.0, 200e6, 400e6, 600e6]);
        assert_eq!(ticks(100e6), [0.0, 25e6, 50e6, 75e6, 100e6]);
        assert_eq!(ValueAxis::new(190e6, Unit::Dollars).top, 200e6);
    }

    #[test]
    fn small_values_have_an_axis_of_their_own_where_they_are_no_dollars() {
        let axis = ValueAxis::new(0.000_3, Unit::Plain);
        let labels: Vec<String> = axis.ticks.iter().map(|tick| axis.label(*tick)).collect();
        assert_eq!(labels, ["0", "0.0001", "0.0002", "0.0003"]);
        assert_eq!(ValueAxis::new(0.000_3, Unit::Dollars).top, 1.0);
    }

    #[test]
    fn nothing_to_show_still_has_an_axis() {
        for greatest in [0.0, -5.0, f64::NAN, f64::INFINITY] {
            for unit in [Unit::Dollars, Unit::Plain] {
                assert_eq!(ValueAxis::new(greatest, unit).top, 1.0);
            }
        }
        assert_eq!(labels(0), ["0", "1 s"]);
        assert!(labels(u64::MAX).len() <= 7);
    }

    #[test]
    fn time_is_in_minutes_or_hours_and_the_last_tick_names_the_unit() {
        assert_eq!(labels(86_400), ["0", "4", "8", "12", "16", "20", "24 h"]);
        assert_eq!(labels(3_600), ["0", "10", "20", "30", "40", "50", "60 min"]);
        assert_eq!(labels(9_000), ["0", "30", "60", "90", "120", "150 min"]);
        assert_eq!(labels(5 * 86_400), ["0", "1", "2", "3", "4", "5 d"]);
    }
}
