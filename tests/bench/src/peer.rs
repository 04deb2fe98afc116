//! Solidity peers: other libraries' guards, each alone, on the same chain. See `peers/README.md`.

use crate::error::BenchError;
use crate::measure::Stage;
use crate::site::{units, Case, Site, CALLER, CAPACITY, DEPLOYER, REFILL_SECS};
use crate::table::Size;
use alloy_primitives::{hex, Address, FixedBytes, U256};
use alloy_sol_types::{sol, SolCall, SolValue};
use serde::Deserialize;
use std::path::{Path, PathBuf};

sol! {
    /// The part of OpenZeppelin's AccessManager that grants a caller a function.
    interface IAccessManager {
        function setTargetFunctionRole(address target, bytes4[] selectors, uint64 roleId) external;
        function grantRole(uint64 roleId, address account, uint32 executionDelay) external;
    }
}

/// The contract without a guard.
pub const NOTHING: &str = "Nothing";

/// Creates a peer on a site and returns its address.
pub type Create = fn(&mut Site) -> Result<Address, BenchError>;

/// The stage of a peer.
///
/// # Errors
/// A [`BenchError`]; [`BenchError::NotFetched`] when it is one that is not checked in and nobody fetched it.
pub fn stage(create: Create, case: Case) -> Result<Stage, BenchError> {
    let mut site = Site::new(case)?;
    let peer = create(&mut site)?;
    let size = Size {
        raw: site.chain.code(peer).len() as u64,
        compressed: None,
    };
    site.before_second_use(peer, size)
}

impl Site {
    /// Creates a contract that is checked in.
    ///
    /// # Errors
    /// A [`BenchError`].
    pub fn create(&mut self, contract: &str, arguments: Vec<u8>) -> Result<Address, BenchError> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/artifacts");
        self.create_from(&folder.join(format!("{contract}.json")), arguments)
    }

    /// Creates a contract that is made on this machine and not checked in.
    ///
    /// # Errors
    /// A [`BenchError`]; [`BenchError::NotFetched`] when it was not made.
    pub fn create_fetched(&mut self, contract: &str, arguments: Vec<u8>) -> Result<Address, BenchError> {
        let path = fetched().join(format!("{contract}.json"));
        if !path.exists() {
            return Err(BenchError::NotFetched(path));
        }
        self.create_from(&path, arguments)
    }

    fn create_from(&mut self, artefact: &Path, arguments: Vec<u8>) -> Result<Address, BenchError> {
        let code = [creation_code(artefact)?, arguments].concat();
        Ok(self.chain.deploy(DEPLOYER, code)?)
    }

    /// Creates a contract that an AccessManager guards, and grants the caller its function through a role of its own.
    ///
    /// # Errors
    /// A [`BenchError`].
    pub fn create_access_managed(&mut self) -> Result<Address, BenchError> {
        const ROLE: u64 = 1;
        let manager = self.create("AccessManagerPeer", DEPLOYER.abi_encode())?;
        let peer = self.create("AccessManagedPeer", manager.abi_encode())?;
        let call = IAccessManager::setTargetFunctionRoleCall {
            target: peer,
            selectors: vec![FixedBytes(crate::site::IGuarded::runCall::SELECTOR)],
            roleId: ROLE,
        };
        self.must(DEPLOYER, manager, &call)?;
        let call = IAccessManager::grantRoleCall {
            roleId: ROLE,
            account: CALLER,
            executionDelay: 0,
        };
        self.must(DEPLOYER, manager, &call)?;
        Ok(peer)
    }

    /// The capacity of a bucket and the amount that it gains in a second, as CCIP's constructor takes them.
    #[must_use]
    pub fn ccip_limit(&self) -> (U256, U256) {
        (units(CAPACITY), units(CAPACITY) / U256::from(REFILL_SECS))
    }
}

/// Where peers lie that are not checked in.
fn fetched() -> PathBuf {
    std::env::var_os("PORTCULLIS_PEERS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/peers"),
        PathBuf::from,
    )
}

fn creation_code(path: &Path) -> Result<Vec<u8>, BenchError> {
    #[derive(Deserialize)]
    struct Artefact {
        bytecode: String,
    }
    let wrong = |reason: String| BenchError::File {
        path: path.to_owned(),
        reason,
    };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let artefact: Artefact = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    hex::decode(artefact.bytecode).map_err(|error| wrong(error.to_string()))
}
