//! Where the names of the guards stand: in rows above the plot, each over its first refusal.
//!
//! # Design
//! - Refusals by the same guard share one name, with their count.
//! - A name may not cover another one, nor the thin line that leads from another one down to its mark.

use super::svg::text_width;
use super::Mark;

/// Size of the names, in pixels.
const FONT_SIZE: f64 = 11.0;
/// Room between two names, or between a name and a leader.
const GAP: f64 = 6.0;

/// A name, placed.
#[derive(Debug, PartialEq)]
pub(super) struct Flag {
    /// What it says.
    pub(super) text: String,
    /// Seconds of the first refusal.
    pub(super) at: u64,
    /// Where the leader stands.
    pub(super) x: f64,
    /// Whether the text stands left of the leader rather than right.
    pub(super) leftwards: bool,
    /// The row, zero nearest to the plot.
    pub(super) row: usize,
}

impl Flag {
    fn span(&self) -> (f64, f64) {
        let width = text_width(&self.text, FONT_SIZE);
        if self.leftwards {
            (self.x - width - GAP, self.x)
        } else {
            (self.x, self.x + width + GAP)
        }
    }

    /// Whether two flags, at their rows, cover each other's text or leader.
    fn clashes(&self, other: &Self) -> bool {
        let (a, b) = (self.span(), other.span());
        let covers = |span: (f64, f64), x: f64| span.0 < x && x < span.1;
        match self.row.cmp(&other.row) {
            std::cmp::Ordering::Equal => a.0 < b.1 && b.0 < a.1,
            std::cmp::Ordering::Less => covers(a, other.x),
            std::cmp::Ordering::Greater => covers(b, self.x),
        }
    }
}

/// Places the marks' names, where `x_of` maps seconds to pixels and no text may pass `right`.
pub(super) fn placed(marks: &[Mark], x_of: impl Fn(u64) -> f64, right: f64) -> Vec<Flag> {
    let mut groups: Vec<(u64, &str, usize)> = Vec::new();
    for mark in marks {
        match groups.iter_mut().find(|group| group.1 == mark.label) {
            Some(group) => *group = (group.0.min(mark.at), group.1, group.2 + 1),
            None => groups.push((mark.at, &mark.label, 1)),
        }
    }
    // From the right: a name that has to climb then leads down left of the names it climbs over.
    groups.sort_by_key(|group| std::cmp::Reverse(group.0));
    let mut flags: Vec<Flag> = Vec::new();
    for (at, label, count) in groups {
        let text = if count == 1 {
            label.to_owned()
        } else {
            format!("{label} ×{count}")
        };
        let x = x_of(at);
        let leftwards = x + text_width(&text, FONT_SIZE) + GAP > right;
        let mut flag = Flag {
            text,
            at,
            x,
            leftwards,
            row: 0,
        };
        while flag.row < marks.len() && flags.iter().any(|other| flag.clashes(other)) {
            flag.row += 1;
        }
        flags.push(flag);
    }
    flags
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(at: u64, label: &str) -> Mark {
        Mark {
            at,
            label: label.into(),
        }
    }

    #[test]
    fn refusals_by_one_guard_share_a_name() {
        let flags = placed(&[mark(9, "cap"), mark(3, "cap")], |at| at as f64, 300.0);
        assert_eq!(
            flags,
            [Flag {
                text: "cap ×2".into(),
                at: 3,
                x: 3.0,
                leftwards: false,
                row: 0
            }]
        );
    }

    #[test]
    fn names_that_would_overlap_climb() {
        let flags = placed(
            &[mark(0, "rate limit"), mark(20, "breaker"), mark(200, "cap")],
            |at| at as f64,
            400.0,
        );
        let rows: Vec<_> = flags.iter().map(|flag| (flag.text.as_str(), flag.row)).collect();
        assert_eq!(rows, [("cap", 0), ("breaker", 0), ("rate limit", 1)]);
    }

    #[test]
    fn a_name_at_the_right_edge_turns_left() {
        assert!(placed(&[mark(290, "rate limit")], |at| at as f64, 300.0)[0].leftwards);
    }
}
