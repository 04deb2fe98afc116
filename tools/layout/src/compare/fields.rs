//! Lists of fields: of a contract, or of a struct.

use super::{compatible, shortened, Change, Comparison, Difference};
use crate::model::Field;
use alloy_primitives::U512;

/// Whether a new field stands for an old one.
type Way = fn(&Field, &Field) -> bool;

impl<'a> Comparison<'a> {
    /// What is different between two lists of fields, of which the second may be longer where `may_grow`.
    pub(super) fn fields(
        &mut self,
        old: &'a [Field],
        new: &'a [Field],
        within: Option<&str>,
        may_grow: bool,
    ) -> Vec<Difference> {
        let (gaps, kept): (Vec<&Field>, Vec<&Field>) = old.iter().partition(|field| self.old.is_gap(field));
        let pairs = self.pairs(&kept, new);
        let mut found = Vec::new();
        for (before, after) in kept.iter().zip(&pairs) {
            match after {
                Some(after) => self.pair(before, &new[*after], within, &mut found),
                None => {
                    let was = self.old.of(before.of).label.clone();
                    found.push(own(before, within, Change::Deleted { at: before.at, was }));
                }
            }
        }
        let old_ends = old.last().map_or(U512::ZERO, |last| self.old.end(last));
        for (index, field) in new.iter().enumerate() {
            if pairs.contains(&Some(index)) {
                continue;
            }
            if let Some(change) = self.newcomer(field, &gaps, &kept, old_ends, may_grow) {
                found.push(own(field, within, change));
            }
        }
        for gap in gaps {
            let end = self.old.end(gap);
            if !new.iter().any(|field| self.new.end(field) == end) {
                let was = self.old.of(gap.of).label.clone();
                found.push(own(gap, within, Change::GapLost { at: gap.at, was }));
            }
        }
        shortened(found)
    }

    /// For each old field the new one that stands for it: of its name and place, else of its name, else at its place. A contract in
    /// Solidity may have a name twice.
    fn pairs(&self, old: &[&Field], new: &[Field]) -> Vec<Option<usize>> {
        let mut pairs = vec![None; old.len()];
        let mut taken: Vec<bool> = new.iter().map(|field| self.new.is_gap(field)).collect();
        let ways: [Way; 3] = [
            |before, after| before.label == after.label && before.at == after.at,
            |before, after| before.label == after.label,
            |before, after| before.at == after.at,
        ];
        for matches in ways {
            for (before, pair) in old.iter().zip(&mut pairs) {
                if pair.is_some() {
                    continue;
                }
                *pair = (0..new.len()).find(|index| !taken[*index] && matches(before, &new[*index]));
                if let Some(index) = *pair {
                    taken[index] = true;
                }
            }
        }
        pairs
    }

    /// What is different between an old field and the new one that stands for it.
    fn pair(
        &mut self,
        before: &'a Field,
        after: &'a Field,
        within: Option<&str>,
        found: &mut Vec<Difference>,
    ) {
        let inside = self.types(before.of, after.of, false);
        if before.label != after.label {
            let (at, by) = (before.at, after.label.clone());
            let change = if compatible(&inside) {
                Change::Renamed { at, to: by }
            } else {
                let was = self.old.of(before.of).label.clone();
                let is = self.new.of(after.of).label.clone();
                Change::Replaced { at, was, by, is }
            };
            found.push(own(before, within, change));
            return;
        }
        if before.at != after.at {
            let (from, to) = (before.at, after.at);
            found.push(own(before, within, Change::Moved { from, to }));
        }
        found.extend(inside.into_iter().map(|difference| Difference {
            path: format!("{}{}", before.label, difference.path),
            // A place is counted from the nearest struct's.
            within: difference.within.or_else(|| within.map(str::to_owned)),
            change: difference.change,
        }));
    }

    /// What a field is that stands for no old one; nothing of note, for a gap in bytes that were nobody's.
    fn newcomer(
        &self,
        field: &Field,
        gaps: &[&Field],
        kept: &[&Field],
        old_ends: U512,
        may_grow: bool,
    ) -> Option<Change> {
        let (start, end) = (field.at.byte(), self.new.end(field));
        let at = field.at;
        let what = self.new.of(field.of).label.clone();
        let overlaps = |other: &&&Field| other.at.byte() < end && start < self.old.end(other);
        if kept.iter().find(overlaps).is_some() {
            Some(Change::Inserted { at, what })
        } else if start >= old_ends {
            Some(if may_grow {
                Change::Appended { at, what }
            } else {
                Change::AppendedInside { at, what }
            })
        } else if self.new.is_gap(field) {
            None
        } else if gaps.iter().find(overlaps).is_some() {
            Some(Change::TookGap { at, what })
        } else {
            Some(Change::TookFree { at, what })
        }
    }
}

/// A difference of a field itself, and not of what it is made of.
fn own(field: &Field, within: Option<&str>, change: Change) -> Difference {
    Difference {
        path: field.label.clone(),
        within: within.map(str::to_owned),
        change,
    }
}
