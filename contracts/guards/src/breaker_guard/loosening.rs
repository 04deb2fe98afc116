//! Which settings of a breaker loosen.

use portcullis_core::breaker::{Config, Recovery};

/// Whether under the settings `to` more could pass at some time than under `from`, or nobody can say.
///
/// | setting | what loosens |
/// |---|---|
/// | `throttle_bps`, `exit_bps` | more: a larger share passes |
/// | `dwell_secs`, `expiry_secs`, `ramp_secs` | less: it is back sooner |
/// | `decision_secs` | less: the council holds it for a shorter time |
/// | `freezes` | fewer: reduce-only in place of a freeze |
/// | `freeze_back_secs` | more, where there were freezes |
/// | `trip_at_bps` | more: it trips later |
/// | `calm_below_bps` | more: it steps back sooner |
/// | `recovery` | any change, but from ramped: both others hold longer |
/// | `measure` | any change: the thresholds mean something else |
pub fn loosens(from: Config, to: Config) -> bool {
    to.throttle_bps > from.throttle_bps
        || to.exit_bps > from.exit_bps
        || to.dwell_secs < from.dwell_secs
        || to.expiry_secs < from.expiry_secs
        || to.ramp_secs < from.ramp_secs
        || to.decision_secs < from.decision_secs
        || to.freezes < from.freezes
        || from.freezes > 0 && to.freeze_back_secs > from.freeze_back_secs
        || to.trip_at_bps > from.trip_at_bps
        || to.calm_below_bps > from.calm_below_bps
        || to.recovery != from.recovery && from.recovery != Recovery::Ramped
        || to.measure != from.measure
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::CONFIG;
    use portcullis_core::breaker::Measure;

    /// Whether each of these loosens, from settings that are in the middle of every bound.
    fn changed(change: fn(&mut Config)) -> bool {
        let mut to = CONFIG;
        change(&mut to);
        assert_ne!(to, CONFIG);
        loosens(CONFIG, to)
    }

    #[test]
    fn the_same_settings_loosen_nothing() {
        assert!(!loosens(CONFIG, CONFIG));
    }

    #[test]
    fn each_setting_loosens_in_one_direction() {
        let loosening: [fn(&mut Config); 12] = [
            |to| to.throttle_bps += 1,
            |to| to.exit_bps += 1,
            |to| to.dwell_secs -= 1,
            |to| to.expiry_secs -= 1,
            |to| to.ramp_secs -= 1,
            |to| to.decision_secs -= 1,
            |to| to.freezes -= 1,
            |to| to.freeze_back_secs += 1,
            |to| to.trip_at_bps += 1,
            |to| to.calm_below_bps += 1,
            |to| to.measure = Measure::Rise,
            |to| {
                // One that tightens everywhere else loosens as a whole.
                to.throttle_bps = 1;
                to.exit_bps = 1;
                to.calm_below_bps += 1;
            },
        ];
        for (index, change) in loosening.into_iter().enumerate() {
            assert!(changed(change), "{index}");
        }
        let tightening: [fn(&mut Config); 10] = [
            |to| to.throttle_bps -= 1,
            |to| to.exit_bps -= 1,
            |to| to.dwell_secs += 1,
            |to| to.expiry_secs += 1,
            |to| to.ramp_secs += 1,
            |to| to.decision_secs += 1,
            |to| to.freezes += 1,
            |to| to.freeze_back_secs -= 1,
            |to| to.trip_at_bps -= 1,
            |to| to.calm_below_bps -= 1,
        ];
        for (index, change) in tightening.into_iter().enumerate() {
            assert!(!changed(change), "{index}");
        }
    }

    #[test]
    fn a_first_freeze_tightens_whenever_the_next_comes() {
        let none = Config {
            freezes: 0,
            freeze_back_secs: 0,
            ..CONFIG
        };
        assert!(!loosens(none, CONFIG));
        assert!(loosens(CONFIG, none));
        // The first and only one does not: it comes back later.
        let once = Config { freezes: 1, ..CONFIG };
        let later = Config {
            freeze_back_secs: once.freeze_back_secs + 1,
            ..once
        };
        assert!(loosens(once, later));
        assert!(!loosens(later, once));
    }

    #[test]
    fn only_from_ramped_does_another_way_back_tighten() {
        use Recovery::*;
        for (from, to, expected) in [
            (Ramped, Timed, false),
            (Ramped, ByDecision, false),
            (Timed, Ramped, true),
            (Timed, ByDecision, true),
            (ByDecision, Ramped, true),
            (ByDecision, Timed, true),
            (Ramped, Ramped, false),
            (Timed, Timed, false),
            (ByDecision, ByDecision, false),
        ] {
            let with = |recovery| Config { recovery, ..CONFIG };
            assert_eq!(loosens(with(from), with(to)), expected, "{from:?} {to:?}");
        }
    }
}
