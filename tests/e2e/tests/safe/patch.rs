//! A patch from finding to final: a Safe governs and guards, three attesters approve, and what is patched is a program behind the guarded proxy. `docs/PATCHES.md` does the same by hand.

use super::multisig::{SafeTransaction, Version};
use super::world::{World, EXECUTOR};
use super::HOUR;
use alloy_primitives::{keccak256, Address, Bytes, B256, U256};
use alloy_sol_types::{sol, SolCall, SolError};
use e2e::action::{approvals, Action, Entry, COUNCIL};
use e2e::bridge::{constructor, Validators};
use e2e::hub::ICouncil;
use e2e::patch::{check, manager_input, IPatchCare, IPatchManager, Patch, Rule};
use e2e::proxy::{proxy_input, selectors, IProxyGuards};
use serde_json::json;

pub(super) const DAY: u64 = 24 * HOUR;
pub(super) const ETHER: u64 = 1_000_000_000_000_000_000;
/// What a change of the manager itself waits.
const CHANGE_SECS: u64 = 2 * DAY;
/// The groups of the purse's functions.
const TRANSFERS: u8 = 1;
const WITHDRAWALS: u8 = 2;
const FROZEN: u8 = 4;
/// What a deposit is at least from version 2 on.
const LEAST: u64 = 1_000;
/// Phases.
const FINAL: u8 = 6;
const ROLLED_BACK: u8 = 9;

sol! {
    /// The purse of `examples/purse`, in all its versions.
    interface IPurse {
        function initialize() external;
        function initializeTwo(uint256 least) external;
        function deposit() external payable;
        function transfer(address to, uint256 amount) external;
        function withdraw(uint256 amount) external;
        function balanceOf(address holder) external view returns (uint256);
        function total() external view returns (uint256);
        function least() external view returns (uint256);
        function version() external view returns (uint256);
        function storageLayoutHash() external view returns (bytes32);
        error AlreadyInitialized();
        error NotEnough(address holder, uint256 held, uint256 needed);
        error DepositTooSmall(uint256 value, uint256 least);
    }
}

/// A patch with its data and checks.
struct Whole {
    terms: Patch,
    init: Vec<u8>,
    checks: Vec<u8>,
}

pub(super) struct Walk {
    pub(super) world: World,
    pub(super) attesters: Validators,
    pub(super) council: Address,
    pub(super) manager: Address,
    pub(super) purse: Address,
    pub(super) proxy: Address,
    pub(super) user: Address,
    thief: Address,
}

impl Walk {
    /// The whole set, and the proxy in the manager's care.
    pub(super) async fn start(version: Version) -> Self {
        let world = World::start(version).await;
        let attesters = Validators::new(3);
        let council = world.deploy_council(&attesters.addresses(), 2).await;
        // One Safe is governor and guardian.
        let safe = world.governor.address;
        let manager = world
            .deploy("patch-manager", manager_input(safe, safe, council, CHANGE_SECS))
            .await;
        let purse = world.deploy("purse", constructor(&[])).await;
        let views = [
            IPurse::balanceOfCall::SELECTOR,
            IPurse::totalCall::SELECTOR,
            IPurse::leastCall::SELECTOR,
            IPurse::versionCall::SELECTOR,
            IPurse::storageLayoutHashCall::SELECTOR,
        ];
        let settings = vec![
            selectors(views, [4, 0, 0, 1]).abi_encode(),
            selectors([IPurse::transferCall::SELECTOR], [0, TRANSFERS, 0, 0]).abi_encode(),
            selectors([IPurse::withdrawCall::SELECTOR], [3, WITHDRAWALS, 0, 0]).abi_encode(),
        ];
        let input = proxy_input(
            manager,
            purse,
            false,
            IPurse::initializeCall {}.abi_encode(),
            settings,
        );
        let proxy = world.deploy("proxy", input).await;
        let [user, thief] = [world.guardian.addresses()[0], world.guardian.addresses()[1]];
        let walk = Self {
            world,
            attesters,
            council,
            manager,
            purse,
            proxy,
            user,
            thief,
        };
        let (switch_, running) = (0, purse);
        walk.by_safe(&[IPatchCare::adoptCall {
            proxy,
            switch_,
            running,
        }
        .abi_encode()])
            .await;
        walk
    }

    /// Calls of the manager in one transaction of the Safe, which two of its three owners sign.
    pub(super) async fn by_safe(&self, calls: &[Vec<u8>]) {
        let batcher = self.world.safe.contracts["MultiSendCallOnly"].address;
        let transaction = SafeTransaction::batch(batcher, self.manager, calls);
        self.world
            .execute(&self.world.governor, [0, 2], &transaction)
            .await;
    }

    /// A call of the manager as the council's action, for a day from now on.
    pub(super) async fn action(&self, call: Vec<u8>, nonce: u64) -> Action {
        let now = self.world.now().await;
        let epoch = self.world.ask(self.council, ICouncil::epochCall {}).await;
        Action {
            target: self.manager,
            value: U256::ZERO,
            call: call.into(),
            nonce: U256::from(nonce),
            epoch,
            validAfter: now,
            validBefore: now + DAY,
        }
    }

    /// The approval of one of the attesters, signed.
    pub(super) fn signed(&self, action: &Action, index: usize) -> Entry {
        let digest = action.signing_hash(COUNCIL, self.world.chain_id(), self.council);
        let signature = self.attesters.sign_alone(digest, index);
        (self.attesters.addresses()[index], [&[1], &signature[..]].concat())
    }

    /// A call of the manager by two of the three attesters, handed in by anybody.
    pub(super) async fn attest(&self, call: Vec<u8>, nonce: u64) {
        let action = self.action(call, nonce).await;
        let entries = [0, 2].map(|index| self.signed(&action, index));
        let execute = action.execute(approvals(entries.to_vec()));
        self.world
            .send(EXECUTOR, self.council, execute.abi_encode(), 0)
            .await;
    }

    pub(super) async fn pass(&self, secs: u64) {
        let _: serde_json::Value = self.world.raw("evm_increaseTime", json!([secs])).await;
        let _: serde_json::Value = self.world.raw("evm_mine", json!([])).await;
    }

    async fn purse<C: SolCall>(&self, by: Address, call: C, value: u64) {
        self.send(by, self.proxy, call.abi_encode(), value).await;
    }

    /// A transaction of one of the node's own accounts, which the node signs. It has to succeed.
    pub(super) async fn send(&self, from: Address, to: Address, data: Vec<u8>, value: u64) {
        let (data, value) = (Bytes::from(data), U256::from(value));
        let request = json!([{ "from": from, "to": to, "data": data, "value": value }]);
        let hash: B256 = self.world.raw("eth_sendTransaction", request).await;
        let receipt: serde_json::Value = self.world.raw("eth_getTransactionReceipt", json!([hash])).await;
        assert_eq!(receipt["status"], "0x1", "{receipt}");
    }

    /// What a call of the purse behind the proxy is refused with.
    async fn refused<C: SolCall>(&self, by: Address, call: C) -> Vec<u8> {
        self.world.refusal(by, self.proxy, call.abi_encode()).await
    }

    async fn held(&self, holder: Address) -> U256 {
        self.world.ask(self.proxy, IPurse::balanceOfCall { holder }).await
    }

    async fn version(&self) -> U256 {
        self.world.ask(self.proxy, IPurse::versionCall {}).await
    }

    pub(super) async fn layout(&self, program: Address) -> B256 {
        self.world.ask(program, IPurse::storageLayoutHashCall {}).await
    }

    async fn phase(&self, patch: B256) -> u8 {
        let state = IPatchCare::patchStateCall { patch };
        self.world.ask(self.manager, state).await.phase
    }

    /// To this program, after which the version is the next and nothing else has moved.
    async fn patch(&self, replaces: Address, program: Address, version: u64, init: Vec<u8>) -> Whole {
        let unchanged = |call: Vec<u8>| check(Rule::Unchanged(0), self.proxy, &call);
        let checks = [
            check(
                Rule::Equals(U256::from(version)),
                self.proxy,
                &IPurse::versionCall {}.abi_encode(),
            ),
            unchanged(IPurse::totalCall {}.abi_encode()),
            unchanged(IPurse::balanceOfCall { holder: self.user }.abi_encode()),
        ]
        .concat();
        let code_hash = keccak256(self.world.code(program).await);
        let terms = Patch {
            layoutBefore: self.layout(replaces).await,
            layoutAfter: self.layout(program).await,
            salt: B256::repeat_byte(7),
            ..Patch::new(self.proxy, replaces, program, code_hash).with(&init, &checks)
        };
        Whole { terms, init, checks }
    }

    fn id(&self, patch: &Whole) -> B256 {
        patch.terms.id(self.world.chain_id(), self.manager)
    }

    /// That anybody who tries it is told that nothing was found, whatever is paused.
    async fn passes(&self, patch: &Whole) {
        let call = patch
            .terms
            .canary(patch.init.clone().into(), patch.checks.clone().into(), 0);
        let told = self
            .world
            .refusal(self.thief, self.manager, call.abi_encode())
            .await;
        let passed = IPatchManager::CanaryPassed {
            patch: self.id(patch),
            checks: 3,
        };
        assert_eq!(Bytes::from(told), Bytes::from(passed.abi_encode()));
    }

    /// Arms it for the hour from now on, and applies it.
    async fn apply(&self, patch: &Whole) {
        let from = self.world.now().await;
        let arm = IPatchManager::armCall {
            patch: self.id(patch),
            from,
            until: from + HOUR,
        };
        let apply = patch
            .terms
            .apply(patch.init.clone().into(), patch.checks.clone().into(), 0);
        self.by_safe(&[arm.abi_encode()]).await;
        self.by_safe(&[apply.abi_encode()]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patch_goes_from_finding_to_final_and_the_next_one_is_taken_back() {
    let walk = Walk::start(Version::V1_4_1).await;
    let (user, thief, proxy, purse) = (walk.user, walk.thief, walk.proxy, walk.purse);
    walk.purse(user, IPurse::depositCall {}, ETHER).await;
    // The finding: what a holder sends himself he has twice.
    walk.purse(thief, IPurse::depositCall {}, 1).await;
    let amount = U256::from(1);
    let twice = IPurse::transferCall { to: thief, amount };
    walk.purse(thief, twice.clone(), 0).await;
    assert_eq!(walk.held(thief).await, U256::from(2));

    // What it needs is frozen at once, and the rest goes on.
    let now = walk.world.now().await;
    let restrict = |group| {
        let (state, secs) = (FROZEN, 10 * DAY);
        IPatchCare::restrictCall {
            proxy,
            group,
            state,
            secs,
        }
        .abi_encode()
    };
    walk.by_safe(&[restrict(TRANSFERS), restrict(WITHDRAWALS)]).await;
    for refused in [
        walk.refused(thief, twice.clone()).await,
        walk.refused(thief, IPurse::withdrawCall { amount }).await,
    ] {
        let restricted = IProxyGuards::GroupRestricted::abi_decode(&refused).unwrap();
        assert_eq!(restricted.state, FROZEN);
        assert!(restricted.retryAt >= now + 10 * DAY);
    }
    walk.purse(user, IPurse::depositCall {}, 1).await;

    // The new version is there, and its hash on record; then the terms.
    let two = walk.world.deploy("purse-two", constructor(&[])).await;
    let least = U256::from(LEAST);
    let init = IPurse::initializeTwoCall { least }.abi_encode();
    let mut patch = walk.patch(purse, two, 2, init).await;
    patch.terms.freezeGroups = 1 << TRANSFERS | 1 << WITHDRAWALS;
    patch.terms.freezeRung = FROZEN;
    patch.terms.freezeSecs = 20 * DAY;
    let id = walk.id(&patch);
    assert_ne!(patch.terms.layoutBefore, patch.terms.layoutAfter);
    walk.by_safe(&[IPatchManager::commitCall { patch: id, proxy }.abi_encode()])
        .await;
    walk.by_safe(&[patch.terms.reveal().abi_encode()]).await;
    walk.passes(&patch).await;

    // The review is over; attesters approve; a stranger freezes for longer; the delay is over.
    walk.pass(HOUR).await;
    walk.attest(IPatchManager::approveCall { patch: id }.abi_encode(), 1)
        .await;
    walk.send(thief, walk.manager, patch.terms.freeze().abi_encode(), 0)
        .await;
    let refused = walk.refused(user, IPurse::withdrawCall { amount }).await;
    let restricted = IProxyGuards::GroupRestricted::abi_decode(&refused).unwrap();
    assert!(restricted.retryAt >= now + 20 * DAY);
    walk.pass(DAY).await;
    walk.apply(&patch).await;
    assert_eq!(walk.version().await, U256::from(2));
    assert_eq!(walk.world.ask(proxy, IPurse::leastCall {}).await, least);
    let again = walk
        .refused(thief, IPurse::initializeTwoCall { least: amount })
        .await;
    assert_eq!(again, IPurse::AlreadyInitialized {}.abi_encode());

    let small = walk.refused(user, IPurse::depositCall {}).await;
    let value = U256::ZERO;
    assert_eq!(small, IPurse::DepositTooSmall { value, least }.abi_encode());

    // Open again: the user withdraws, and nobody has anything twice.
    let lift = |group| IPatchCare::liftCall { proxy, group }.abi_encode();
    walk.by_safe(&[lift(TRANSFERS), lift(WITHDRAWALS)]).await;
    walk.purse(thief, twice, 0).await;
    assert_eq!(walk.held(thief).await, U256::from(2));
    let before = walk.world.balance(proxy).await;
    let amount = U256::from(ETHER);
    walk.purse(user, IPurse::withdrawCall { amount }, 0).await;
    assert_eq!(before - walk.world.balance(proxy).await, amount);
    walk.pass(5 * DAY).await;
    assert_eq!(walk.phase(id).await, FINAL);

    // The next one keeps a 128th of what is withdrawn, which no check looks at.
    let three = walk.world.deploy("purse-three", constructor(&[])).await;
    let next = walk.patch(two, three, 3, Vec::new()).await;
    let next_id = walk.id(&next);
    walk.by_safe(&[next.terms.propose().abi_encode()]).await;
    walk.passes(&next).await;
    walk.pass(HOUR).await;
    walk.attest(IPatchManager::approveCall { patch: next_id }.abi_encode(), 2)
        .await;
    walk.pass(DAY).await;
    walk.apply(&next).await;
    walk.purse(user, IPurse::depositCall {}, 2 * LEAST).await;
    let withdraw = || IPurse::withdrawCall {
        amount: U256::from(LEAST),
    };
    let before = walk.world.balance(proxy).await;
    walk.purse(user, withdraw(), 0).await;
    assert_eq!(before - walk.world.balance(proxy).await, U256::from(993));
    let reason = keccak256("withdrawals are cut");
    walk.by_safe(&[next.terms.roll_back(reason).abi_encode()]).await;
    assert_eq!(walk.version().await, U256::from(2));
    let before = walk.world.balance(proxy).await;
    walk.purse(user, withdraw(), 0).await;
    assert_eq!(before - walk.world.balance(proxy).await, U256::from(LEAST));
    assert_eq!(
        [walk.phase(id).await, walk.phase(next_id).await],
        [FINAL, ROLLED_BACK]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_patched_is_locked_and_pays_nobody_more_than_is_his() {
    let walk = Walk::start(Version::V1_5_0).await;
    let (user, thief) = (walk.user, walk.thief);
    let locked = IPurse::AlreadyInitialized {}.abi_encode();
    // Itself, and behind the proxy, where its constructor is there for everybody, too.
    let initialize = IPurse::initializeCall {}.abi_encode();
    for (to, call) in [
        (walk.purse, initialize.clone()),
        (walk.proxy, initialize),
        (walk.proxy, constructor(&[])),
    ] {
        assert_eq!(walk.world.refusal(thief, to, call).await, locked);
    }
    walk.purse(user, IPurse::depositCall {}, 5).await;
    let (held, needed) = (U256::from(5), U256::from(6));
    let not_enough = IPurse::NotEnough {
        holder: user,
        held,
        needed,
    }
    .abi_encode();
    let (to, amount) = (thief, needed);
    assert_eq!(
        walk.refused(user, IPurse::transferCall { to, amount }).await,
        not_enough
    );
    assert_eq!(
        walk.refused(user, IPurse::withdrawCall { amount }).await,
        not_enough
    );
    // To another one it is right.
    let amount = U256::from(2);
    walk.purse(user, IPurse::transferCall { to, amount }, 0).await;
    assert_eq!(
        [walk.held(user).await, walk.held(thief).await],
        [3, 2].map(U256::from)
    );
    let total = walk.world.ask(walk.proxy, IPurse::totalCall {}).await;
    walk.purse(thief, IPurse::withdrawCall { amount }, 0).await;
    let left = walk.world.ask(walk.proxy, IPurse::totalCall {}).await;
    assert_eq!([total, left], [5, 3].map(U256::from));
    assert_eq!(walk.world.balance(walk.proxy).await, left);
}
