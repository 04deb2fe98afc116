//! Why a replay could not be run. A guard that refuses is no error: it is what a replay is about.

use crate::incident::IncidentError;
use crate::refusal;
use crate::settings::NoSetting;
use crate::stage::Refused;
use e2e::rpc::{EndpointError, RpcError};
use e2e::wasm::WasmError;
use e2e::world::WorldError;

/// Why a replay could not be run.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The incident's file is not usable.
    #[error(transparent)]
    Incident(#[from] IncidentError),
    /// A guard cannot be set.
    #[error(transparent)]
    Setting(#[from] NoSetting),
    /// The chain, or a contract that had to agree, did not.
    #[error(transparent)]
    World(#[from] WorldError),
    /// Something was refused that had to pass.
    #[error("{what} was refused at step {step}: {reason}")]
    Refused {
        /// What.
        what: &'static str,
        /// At which step.
        step: usize,
        /// With what.
        reason: String,
    },
    /// A transaction failed for a reason of the chain's.
    #[error("the transaction of step {0} failed: {1}")]
    Halted(usize, String),
    /// Something was asked for that is not there.
    #[error("{0} is not there: say in the victim's module where it is from")]
    Missing(String),
    /// The build without guards did not do what the incident says.
    #[error("{id}: {what} is {found}, and {expected} is expected")]
    Unfaithful {
        /// Which incident.
        id: String,
        /// What.
        what: String,
        /// What it is.
        found: String,
        /// What it has to be.
        expected: String,
    },
    /// The older replay's data.
    #[error(transparent)]
    Older(#[from] e2e::incidents::IncidentError),
}

impl ReplayError {
    /// Of something that had to pass.
    #[must_use]
    pub fn refused(what: &'static str, refused: &Refused) -> Self {
        Self::Refused {
            what,
            step: refused.step,
            reason: refusal::told(&refused.output),
        }
    }
}

impl From<WasmError> for ReplayError {
    fn from(error: WasmError) -> Self {
        Self::World(error.into())
    }
}

impl From<RpcError> for ReplayError {
    fn from(error: RpcError) -> Self {
        Self::World(error.into())
    }
}

impl From<EndpointError> for ReplayError {
    fn from(error: EndpointError) -> Self {
        Self::World(error.into())
    }
}
