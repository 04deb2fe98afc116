//! Incidents, replayed against small protocols with the same fault: `tests/incidents` has the data, `tests/replays/victims` the protocols, `docs/INCIDENTS.md` what came of it.
//!
//! # Design
//! - [`incident`] and [`check`] read the data; [`settings`] makes guards' settings of what was normal; [`stage`] is a chain with a victim and actors; [`run`] plays the steps, [`honest`] a day
//!   without them; [`outcome`] and [`table`] say what came of it.
//! - A module of [`victims`] translates steps into calls of its victim and says which settings it has. A guard has no setting that is not from [`settings`].

pub mod check;
pub mod error;
pub mod honest;
pub mod incident;
pub mod older;
pub mod outcome;
pub mod refusal;
pub mod run;
pub mod settings;
pub mod stage;
pub mod table;
pub mod victims;

use error::ReplayError;
use incident::{Incident, IDS};
use outcome::Outcome;

/// Replays every incident that has a victim: the later ones in the order of the README, then the three bridges.
///
/// # Errors
/// The first [`ReplayError`].
pub fn replay_all() -> Result<Vec<Outcome>, ReplayError> {
    let mut outcomes = Vec::new();
    for id in IDS {
        outcomes.push(victims::replay(&Incident::read(id)?)?);
    }
    outcomes.extend(older::replay_all()?);
    Ok(outcomes)
}
