//! The list of what is measured. A row of the table is one entry here.

use crate::bridge::{self, Site as Bridge};
use crate::emergency;
use crate::error::BenchError;
use crate::measure::{Ending, Stage};
use crate::patch::{self, Step};
use crate::peer::{self, Create};
use crate::probe;
use crate::proxy::{self, Before, Called, Guards};
use crate::site::{Case, Site};
use crate::table::Row;
use alloy_sol_types::SolValue;
use e2e::world::Build;
use serde::{Deserialize, Serialize};

/// What stands together in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// Users' operations of the bridge.
    Bridge,
    /// Operations of those who guard and govern the bridge.
    Governance,
    /// What is done in an emergency, by guardians, councils and everybody.
    Emergency,
    /// The baselines: the call that every guard below stands in.
    Baseline,
    /// Whether the contract is paused.
    Pause,
    /// A token bucket, and the least that any limiter with a memory costs.
    Bucket,
    /// Other limiters, the breaker and the queue.
    Family,
    /// Several guards together.
    Together,
    /// Whether the call came from inside another.
    Lock,
    /// Whether the caller may.
    Authority,
    /// Whether what is held covers what is owed.
    Solvency,
    /// What a guard says: events and refusals.
    Said,
    /// The same contract behind different proxies.
    Proxy,
    /// The steps of a patch.
    Patch,
}

impl Group {
    /// Every group, in the order of the table.
    pub const ALL: [Self; 14] = [
        Self::Bridge,
        Self::Governance,
        Self::Emergency,
        Self::Baseline,
        Self::Pause,
        Self::Bucket,
        Self::Family,
        Self::Together,
        Self::Lock,
        Self::Authority,
        Self::Solvency,
        Self::Said,
        Self::Proxy,
        Self::Patch,
    ];
}

/// Brings a chain to just before the call that is measured.
pub type Prepare = Box<dyn Fn() -> Result<Stage, BenchError>>;

/// An entry of the list.
pub struct Scenario {
    /// The row's name for machines. It never changes.
    pub id: &'static str,
    group: Group,
    name: &'static str,
    by: &'static str,
    guarded: Prepare,
    baseline: Option<Prepare>,
}

impl Scenario {
    /// Makes the call guarded and, if there is one, unguarded.
    ///
    /// # Errors
    /// A [`BenchError`].
    pub fn measure(&self) -> Result<Row, BenchError> {
        let guarded = (self.guarded)()?.measure()?;
        let baseline = match &self.baseline {
            Some(prepare) => Some(prepare()?.measure()?),
            None => None,
        };
        let Self {
            id, group, name, by, ..
        } = self;
        Ok(Row::new(id, *group, name, by, &guarded, baseline.as_ref()))
    }
}

const OURS: &str = "Portcullis";
const STYLUS: &str = "plain Stylus SDK";
const SOLIDITY: &str = "plain Solidity";
const OPENZEPPELIN: &str = "OpenZeppelin 5.7.0";
const SAFE: &str = "Safe 1.5.0";
const CCIP: &str = "Chainlink CCIP 2.0.0";
const CCIP_TUNED: &str = "Chainlink CCIP 2.0.0, 80,000 runs, IR";

/// An operation that both builds of the bridge have.
fn operation(id: &'static str, name: &'static str, operation: bridge::Operation) -> Scenario {
    let of = move |build| Box::new(move || bridge::stage(build, operation, Ending::Returns)) as Prepare;
    Scenario {
        id,
        group: Group::Bridge,
        name,
        by: OURS,
        guarded: of(Build::Guarded),
        baseline: Some(of(Build::Unguarded)),
    }
}

/// An operation that only the guarded bridge has, or that it refuses.
fn guarded_only(
    id: &'static str,
    group: Group,
    name: &'static str,
    ending: Ending,
    operation: bridge::Operation,
) -> Scenario {
    Scenario {
        id,
        group,
        name,
        by: OURS,
        guarded: Box::new(move || bridge::stage(Build::Guarded, operation, ending)),
        baseline: None,
    }
}

/// What the guarded bridge's governor and guardian do.
fn governance(id: &'static str, name: &'static str, operation: bridge::Operation) -> Scenario {
    guarded_only(id, Group::Governance, name, Ending::Returns, operation)
}

/// What is done in an emergency, with whole contracts.
fn emergency(
    id: &'static str,
    name: &'static str,
    by: &'static str,
    stage: fn() -> Result<Stage, BenchError>,
) -> Scenario {
    Scenario {
        id,
        group: Group::Emergency,
        name,
        by,
        guarded: Box::new(stage),
        baseline: None,
    }
}

/// A build of the probe, against the build that does nothing.
fn probe(
    id: &'static str,
    group: Group,
    name: &'static str,
    by: &'static str,
    build: &'static str,
    case: Case,
) -> Scenario {
    let unguarded = Case {
        ending: Ending::Returns,
        ..case
    };
    Scenario {
        id,
        group,
        name,
        by,
        guarded: Box::new(move || probe::stage(build, case)),
        baseline: Some(Box::new(move || probe::stage(probe::NOTHING, unguarded))),
    }
}

/// A Solidity contract, against the one that does nothing.
fn peer(
    id: &'static str,
    group: Group,
    name: &'static str,
    by: &'static str,
    case: Case,
    create: Create,
) -> Scenario {
    let unguarded = Case {
        ending: Ending::Returns,
        ..case
    };
    let nothing: Create = |site| site.create(peer::NOTHING, Vec::new());
    Scenario {
        id,
        group,
        name,
        by,
        guarded: Box::new(move || peer::stage(create, case)),
        baseline: Some(Box::new(move || peer::stage(nothing, unguarded))),
    }
}

/// A call through a proxy, against the same without one.
fn proxied(
    id: &'static str,
    name: &'static str,
    by: &'static str,
    before: Before,
    called: Called,
) -> Scenario {
    Scenario {
        id,
        group: Group::Proxy,
        name,
        by,
        guarded: Box::new(move || proxy::stage(before, called)),
        baseline: Some(Box::new(move || proxy::stage(Before::Nothing, called))),
    }
}

/// A step of an upgrade.
fn patched(id: &'static str, name: &'static str, by: &'static str, guarded: Prepare) -> Scenario {
    Scenario {
        id,
        group: Group::Patch,
        name,
        by,
        guarded,
        baseline: None,
    }
}

/// The call that does nothing.
fn baseline(id: &'static str, name: &'static str, by: &'static str, guarded: Prepare) -> Scenario {
    Scenario {
        id,
        group: Group::Baseline,
        name,
        by,
        guarded,
        baseline: None,
    }
}

/// Everything that is measured.
#[must_use]
#[rustfmt::skip]
pub fn all() -> Vec<Scenario> {
    use Group::{Authority, Bucket, Family, Lock, Pause, Said, Solvency, Together};
    let (passes, with_token) = (Case::PASSES, Case::PASSES_WITH_TOKEN);
    vec![
        operation("bridge/deposit-eth", "Deposit of ETH", Bridge::deposit_eth),
        operation("bridge/deposit-token", "Deposit of a token", Bridge::deposit_token),
        operation("bridge/withdraw-eth", "Withdrawal of ETH", Bridge::withdraw_eth),
        operation("bridge/withdraw-token", "Withdrawal of a token", Bridge::withdraw_token),
        guarded_only("bridge/refused-by-limit", Group::Bridge, "Withdrawal that the limit refuses", Ending::Reverts, Bridge::withdraw_too_much),
        guarded_only("bridge/refused-by-pause", Group::Bridge, "Withdrawal that a pause refuses", Ending::Reverts, Bridge::withdraw_in_a_pause),

        governance("governance/pause", "Pause", Bridge::pause),
        governance("governance/unpause", "Unpause", Bridge::unpause),
        governance("governance/configure-bucket", "Change of a bucket", Bridge::configure_bucket),
        governance("governance/close-bucket", "Closing of a bucket", Bridge::close_bucket),
        governance("governance/set-guardian", "Change of the guardian", Bridge::set_guardian),
        governance("governance/propose-governor", "Proposal of a governor", Bridge::propose_governor),
        governance("governance/accept-governor", "Acceptance by the governor", Bridge::accept_governor),

        emergency("emergency/guardian-pause", "Pause by a guardian, once and for a time", OURS, emergency::guardian_pause),
        emergency("emergency/openzeppelin-pause", "Pause by the owner (`Pausable`, `Ownable`)", OPENZEPPELIN, emergency::openzeppelin_pause),
        emergency("emergency/council-execution", "Pause that 3 of 5 signed", OURS, emergency::council_execution),
        emergency("emergency/safe-execution", "Pause that 3 of 5 signed (of `Pausable`)", SAFE, emergency::safe_pause),
        emergency("emergency/exit-payment", "Share paid at the emergency exit, token", OURS, emergency::exit_payment),
        emergency("emergency/access-managed", "Guardian named, through a role of an AccessManager", OURS, emergency::access_managed),

        baseline("baseline/stylus", "The call that does nothing", STYLUS, Box::new(move || probe::stage(probe::NOTHING, passes))),
        baseline("baseline/solidity", "The call that does nothing", SOLIDITY, Box::new(move || peer::stage(|site| site.create(peer::NOTHING, Vec::new()), passes))),

        probe("pause/portcullis", Pause, "Check, not paused", OURS, "pause", passes),
        peer("pause/openzeppelin", Pause, "Check, not paused (`Pausable`)", OPENZEPPELIN, passes, |site| site.create("PausablePeer", false.abi_encode())),

        probe("floor/stylus", Bucket, "Storage floor: one word read and written", STYLUS, "floor", passes),
        peer("floor/solidity", Bucket, "Storage floor: one word read and written", SOLIDITY, passes, |site| site.create("StorageFloor", Vec::new())),
        probe("floor-in-map/stylus", Bucket, "Storage floor, a word for each asset", STYLUS, "floor-in-map", passes),
        peer("floor-in-map/solidity", Bucket, "Storage floor, a word for each asset", SOLIDITY, passes, |site| site.create("StorageFloorInMap", site.token.abi_encode())),
        probe("bucket/portcullis/eth", Bucket, "Bucket for each asset, ETH", OURS, "bucket", passes),
        probe("bucket/portcullis/token", Bucket, "Bucket for each asset, token", OURS, "bucket", with_token),
        peer("bucket/ccip/single/zero", Bucket, "One bucket, address zero (`_consume`)", CCIP, passes, |site| site.create_fetched("CcipRateLimiterPeer", site.ccip_limit().abi_encode_params())),
        peer("bucket/ccip/single/token", Bucket, "One bucket, token (`_consume`)", CCIP, with_token, |site| site.create_fetched("CcipRateLimiterPeer", site.ccip_limit().abi_encode_params())),
        peer("bucket/ccip/each/zero", Bucket, "Bucket for each asset, address zero (`_consume`)", CCIP, passes, |site| site.create_fetched("CcipRateLimiterInMapPeer", ccip_in_map(site))),
        peer("bucket/ccip/each/token", Bucket, "Bucket for each asset, token (`_consume`)", CCIP, with_token, |site| site.create_fetched("CcipRateLimiterInMapPeer", ccip_in_map(site))),
        peer("bucket/ccip-80000-ir/single/zero", Bucket, "One bucket, address zero (`_consume`)", CCIP_TUNED, passes, |site| site.create_fetched("CcipRateLimiterPeer80000Ir", site.ccip_limit().abi_encode_params())),
        peer("bucket/ccip-80000-ir/each/zero", Bucket, "Bucket for each asset, address zero (`_consume`)", CCIP_TUNED, passes, |site| site.create_fetched("CcipRateLimiterInMapPeer80000Ir", ccip_in_map(site))),

        probe("family/window", Family, "Sliding window for each asset", OURS, "window", passes),
        probe("family/scoped", Family, "Two scopes, asset and account under the default", OURS, "scoped", passes),
        probe("family/flow-cap", Family, "Caps on transition and transaction, net", OURS, "flow-cap", passes),
        probe("family/adaptive", Family, "Bucket whose capacity adapts", OURS, "adaptive", passes),
        probe("family/share", Family, "Share of a baseline as a cap, value observed", OURS, "share", passes),
        probe("family/growth", Family, "Ceiling that expands with time", OURS, "growth", passes),
        probe("family/position", Family, "Net position, bounded either side", OURS, "position", passes),
        probe("family/breaker", Family, "Breaker asked, closed", OURS, "breaker", passes),
        probe("family/ladder", Family, "Pause ladder asked, nothing paused", OURS, "ladder", passes),
        probe("family/queue", Family, "Ticket deferred", OURS, "queue", passes),

        probe("together/pause-bucket", Together, "Pause check and bucket", OURS, "pause-bucket", passes),
        probe("together/frame", Together, "Frame: lock, pause check, bucket, solvency, balance bound; ETH", OURS, "frame", passes),
        probe("together/latched-frame", Together, "The same frame, latched; ETH", OURS, "latch", passes),

        probe("lock/portcullis", Lock, "Lock, transient", OURS, "lock", passes),
        peer("lock/openzeppelin-transient", Lock, "Lock, transient (`ReentrancyGuardTransient`)", OPENZEPPELIN, passes, |site| site.create("ReentrancyGuardTransientPeer", Vec::new())),
        peer("lock/openzeppelin", Lock, "Lock, in storage (`ReentrancyGuard`)", OPENZEPPELIN, passes, |site| site.create("ReentrancyGuardPeer", Vec::new())),

        probe("authority/portcullis", Authority, "The caller is the governor", OURS, "authority", passes),
        peer("authority/openzeppelin-ownable", Authority, "The caller is the owner (`Ownable`)", OPENZEPPELIN, passes, |site| site.create("OwnablePeer", crate::site::CALLER.abi_encode())),
        peer("authority/openzeppelin-access-manager", Authority, "The caller has the function's role (`AccessManager`)", OPENZEPPELIN, passes, Site::create_access_managed),

        probe("solvency/portcullis/eth", Solvency, "Held covers owed, ETH", OURS, "solvency", passes),
        probe("solvency/portcullis/token", Solvency, "Held covers owed, token", OURS, "solvency", with_token),

        probe("event/portcullis", Said, "Event, one topic and one word", OURS, "event", passes),
        peer("event/solidity", Said, "Event, one topic and one word", SOLIDITY, passes, |site| site.create("EventPeer", Vec::new())),
        probe("refusal/portcullis", Said, "Typed refusal of two words", OURS, "refusal", Case::REFUSED),
        peer("refusal/solidity", Said, "Typed refusal of two words", SOLIDITY, Case::REFUSED, |site| site.create("RefusalPeer", Vec::new())),
        probe("pause/portcullis/paused", Said, "Pause check: paused, refused", OURS, "pause", Case::PAUSED),
        peer("pause/openzeppelin/paused", Said, "Pause check: paused, refused (`Pausable`)", OPENZEPPELIN, Case::PAUSED, |site| site.create("PausablePeer", true.abi_encode())),
        probe("bucket/portcullis/refused", Said, "Bucket: more than it holds, refused", OURS, "bucket", Case::TOO_MUCH),
        peer("bucket/ccip/refused", Said, "Bucket: more than it holds, refused (`_consume`)", CCIP, Case::TOO_MUCH, |site| site.create_fetched("CcipRateLimiterInMapPeer", ccip_in_map(site))),

        proxied("proxy/transfer/transparent", "Transfer (`TransparentUpgradeableProxy`)", OPENZEPPELIN, Before::Transparent, Called::Transfer),
        proxied("proxy/transfer/erc1967", "Transfer (`ERC1967Proxy`, UUPS)", OPENZEPPELIN, Before::Erc1967, Called::Transfer),
        proxied("proxy/transfer/guarded", "Transfer: pause ladder, lock, ERC-1967's words", OURS, Before::Guarded(Guards::Always), Called::Transfer),
        proxied("proxy/transfer/limit", "Transfer: and a limit, of which nothing leaves", OURS, Before::Guarded(Guards::Limit), Called::Transfer),
        proxied("proxy/transfer/invariant", "Transfer: and an invariant", OURS, Before::Guarded(Guards::Invariant), Called::Transfer),
        proxied("proxy/transfer/latch", "Transfer: and latched", OURS, Before::Guarded(Guards::Latch), Called::Transfer),
        proxied("proxy/payment/transparent", "Payment of another token (`TransparentUpgradeableProxy`)", OPENZEPPELIN, Before::Transparent, Called::Payment),
        proxied("proxy/payment/limit", "Payment of another token: a limit, which is charged", OURS, Before::Guarded(Guards::Limit), Called::Payment),
        proxied("proxy/view/transparent", "View (`TransparentUpgradeableProxy`)", OPENZEPPELIN, Before::Transparent, Called::View),
        proxied("proxy/view/guarded", "View, by a static call of the proxy to itself", OURS, Before::Guarded(Guards::Always), Called::View),

        patched("patch/propose", "Patch put on record, with its terms", OURS, Box::new(|| patch::stage(Step::Propose))),
        patched("patch/approve", "Approved, 3 of 5 signed", OURS, Box::new(|| patch::stage(Step::Approve))),
        patched("patch/arm", "Armed", OURS, Box::new(|| patch::stage(Step::Arm))),
        patched("patch/canary", "Tried, 4 checks", OURS, Box::new(|| patch::stage(Step::Canary))),
        patched("patch/apply", "Applied, no check", OURS, Box::new(|| patch::stage(Step::Apply(0)))),
        patched("patch/apply-4-checks", "Applied, 4 checks", OURS, Box::new(|| patch::stage(Step::Apply(4)))),
        patched("patch/roll-back", "Rolled back", OURS, Box::new(|| patch::stage(Step::RollBack))),
        patched("patch/openzeppelin-schedule", "Upgrade scheduled (`TimelockController`)", OPENZEPPELIN, Box::new(|| patch::openzeppelin(false))),
        patched("patch/openzeppelin-execute", "Upgrade executed (`TimelockController`, `ProxyAdmin`)", OPENZEPPELIN, Box::new(|| patch::openzeppelin(true))),
        patched("patch/openzeppelin-proxy-admin", "Upgrade by the owner (`ProxyAdmin`)", OPENZEPPELIN, Box::new(patch::proxy_admin)),
    ]
}

fn ccip_in_map(site: &Site) -> Vec<u8> {
    let (capacity, rate) = site.ccip_limit();
    (site.token, capacity, rate).abi_encode_params()
}
