//! Words as seen from a now that never moves: a week later, every time in them is a week earlier.

use super::{State, RAMP_SECS, WEEK};
use alloy_primitives::U256;
use portcullis_core::{
    guardian::{Assignment, Budget, Terms},
    pause::{Group, Pause, Pauses, GROUPS},
    timelock::Operation,
};

/// What time it is, always.
pub const NOW: u64 = 1_000 * WEEK;

/// Each kind of word, a week later.
pub mod a_week_later {
    use super::*;

    pub fn pauses(pauses: Pauses) -> U256 {
        rebuilt(pauses, |pause| Pause {
            until: pause.until - WEEK,
            ..pause
        })
    }

    pub fn assignment(assignment: Assignment) -> Assignment {
        Assignment {
            heartbeat_at: assignment.heartbeat_at - WEEK,
            paused_until: assignment.paused_until.saturating_sub(WEEK),
            budget: Budget {
                at: assignment.budget.at.saturating_sub(WEEK),
                ..assignment.budget
            },
            ..assignment
        }
    }

    pub fn operation(operation: Operation) -> Operation {
        Operation {
            ready_at: operation.ready_at.saturating_sub(WEEK),
            expires_at: operation.expires_at.saturating_sub(WEEK),
        }
    }
}

/// The same state without what makes no difference any more, so that there are finitely many.
pub fn forget_what_is_over(state: &mut State, tight: &Terms) {
    state.pauses = rebuilt(state.pauses(), |pause| {
        if pause.until + RAMP_SECS <= NOW {
            Pause { rung: None, until: 0 }
        } else {
            pause
        }
    });
    let mut assignment = state.assignment();
    let config = tight.config();
    assignment.heartbeat_at = assignment.heartbeat_at.max(NOW - config.heartbeat_secs);
    if assignment.cool_at(tight) <= NOW {
        assignment.paused_until = 0;
    }
    // What has leaked out under the terms that leak least.
    if assignment.budget.level_up(tight, NOW) == 0 {
        assignment.budget = Budget::default();
    }
    state.assignment = assignment.to_words();
    for word in &mut state.operations {
        let operation = Operation::from_word(*word);
        *word = if operation.is_pending(NOW) {
            U256::from(operation.ready_at.max(NOW)) | U256::from(operation.expires_at) << 40
        } else {
            U256::ZERO
        };
    }
    for (operation, waiting) in state.operations.iter().zip(&mut state.seen.waiting) {
        if operation.is_zero() {
            *waiting = None;
        }
    }
}

/// The word with each of its pauses changed.
fn rebuilt(pauses: Pauses, change: impl Fn(Pause) -> Pause) -> U256 {
    let groups = (0..=GROUPS).map(|number| Group::new(number).unwrap());
    groups.fold(U256::ZERO, |word, group| {
        let pause = pauses.own(group);
        let Some(rung) = pause.rung else { return word };
        let Pause { rung, until } = change(Pause {
            rung: Some(rung),
            ..pause
        });
        let level = rung.map_or(0, |rung| rung as u64 + 1);
        let bits = U256::from(until | level << 40);
        word | bits << (42 * usize::from(group.number()))
    })
}
