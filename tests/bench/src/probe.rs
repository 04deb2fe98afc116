//! Our guards, each alone: builds of the probe, one guard in each.

use crate::error::BenchError;
use crate::measure::Stage;
use crate::site::{units, Case, Site, CALLER, CAPACITY, DEPLOYER, GUARDIAN, PAUSE_SECS, REFILL_SECS, WAIT};
use crate::table::Size;
use alloy_sol_types::sol;
use e2e::wasm;

sol! {
    /// What the build that sets the stage answers to.
    interface ISetup {
        function setUp(address guardian, address token, uint256 capacity, uint64 refillSecs) external;
        function pause(uint64 secs) external;
    }
}

/// The build without a guard.
pub const NOTHING: &str = "nothing";

/// The stage of a build of the probe.
///
/// # Errors
/// A [`BenchError`].
pub fn stage(build: &str, case: Case) -> Result<Stage, BenchError> {
    let mut site = Site::new(case)?;
    let probe = site.chain.deploy_program(DEPLOYER, &load(&setup_of(build))?)?;
    let call = ISetup::setUpCall {
        guardian: GUARDIAN,
        token: site.token,
        capacity: units(CAPACITY),
        refillSecs: REFILL_SECS,
    };
    site.must(CALLER, probe, &call)?;
    site.fund(probe)?;
    // The pause that set the word is over after this.
    site.chain.advance_time(WAIT);
    if case.paused {
        site.must(CALLER, probe, &ISetup::pauseCall { secs: PAUSE_SECS })?;
    }
    let measured = load(build)?;
    let twin = site.chain.deploy_program(DEPLOYER, &measured)?;
    let code = site.chain.code(twin);
    let size = Size {
        raw: measured.len() as u64,
        compressed: Some(code.len() as u64),
    };
    site.chain.set_code(probe, code);
    site.before_second_use(probe, size)
}

/// The guards that a build has in a storage of its own; its stage is set by a build that has it too.
const EXTRA: [&str; 10] = [
    "adaptive", "breaker", "flow-cap", "growth", "ladder", "position", "queue", "scoped", "share", "window",
];

fn setup_of(build: &str) -> String {
    if EXTRA.contains(&build) {
        format!("setup-{build}")
    } else {
        "setup".to_owned()
    }
}

fn load(build: &str) -> Result<Vec<u8>, BenchError> {
    Ok(wasm::load(&format!("bench/{build}"))?)
}
