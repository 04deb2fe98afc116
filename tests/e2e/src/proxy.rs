//! The guarded proxy as its administrator sees it, and an implementation that knows of no guard.

use crate::bridge::constructor;
use alloy_primitives::{Address, Bytes};
use alloy_sol_types::{sol, SolValue};

pub use proxy_abi::{IGuardedProxy, IProxyGuards};

mod proxy_abi {
    // What the macro makes of a method with many parameters is not ours to shorten.
    #![allow(clippy::too_many_arguments)]
    alloy_sol_types::sol!(
        #![sol(all_derives)]
        "../../contracts/proxy/IGuardedProxy.sol"
    );
}

/// What selectors are: kind, group, whether they are latched, and whether they nest.
#[must_use]
pub fn selectors<const N: usize>(of: [[u8; 4]; N], terms: [u8; 4]) -> IProxyGuards::setSelectorsCall {
    let [kind, group, latch, nests] = terms;
    IProxyGuards::setSelectorsCall {
        selectors: of.into_iter().map(Into::into).collect(),
        kind,
        group,
        latch,
        nests,
    }
}

sol! {
    /// A bank in Solidity, with every fault that a guard from outside is for.
    #[sol(all_derives)]
    interface IBank {
        function initialize(address token_, uint256 marker_) external payable;
        function version() external view returns (uint256);
        function marker() external view returns (uint256);
        function token() external view returns (address);
        function owner() external view returns (address);
        function received() external view returns (uint256);
        function price() external view returns (uint256);
        function deposit(uint256 amount) external payable returns (bool);
        function withdraw(address to, uint256 amount) external returns (bool);
        function withdrawEth(address to, uint256 amount) external payable;
        function repay() external payable;
        function setPrice(uint256 price_) external payable returns (bool);
        function setPriceSilently(uint256 price_) external;
        function setMute(bool mute_) external;
        function priceOr() external view returns (uint256);
        function scaled(uint256 by, uint256 plus) external view returns (uint256);
        function whoAsks() external view returns (address);
        function peek(address to, uint256 amount) external returns (uint256);
        function echo(bytes data) external returns (bytes);
        function answer(bytes data) external payable;
        function fail(bytes data) external payable;
        function failTyped(uint256 number) external;
        function burn() external;
        function callOut(address target, bytes data) external returns (bool done, bytes returned);
        function callSelf(bytes data) external returns (bytes returned);
        function multicall(bytes[] calls) external payable;
        function overwrite(bytes32 slot, bytes32 value) external;
        function destroy(address to) external;
        function migrate(uint256 marker_) external payable;
        function upgradeToAndCall(address newImplementation, bytes data) external payable;
        function initializeThree(bytes32 root, bool mutes) external;
        function initializeCalling(address target, bytes data) external payable returns (bool done);
        function initializeFailing() external;
        function initializeParameters(uint256 price_, uint256 marker_) external;
        function initializeOwner(address owner_) external;
        function initializeRewards(uint256 index_) external;
        function initializeRegistry(address registry_) external;
        function earned(address account) external view returns (uint256);
        function transferOwnership(address to) external;
        function lastAnswer() external view returns (bytes);
        function acceptable(bytes32 root) external view returns (bool);
        function process(bytes32 root, uint256 rounds) external view returns (bool);
        event Deposited(address indexed by, uint256 amount, uint256 value);
        error Custom(uint256 number, bytes data);
    }

    /// OpenZeppelin's beacon.
    #[sol(all_derives)]
    interface IBeacon {
        function upgradeTo(address newImplementation) external;
        function implementation() external view returns (address);
    }
}

/// The input of the call that constructs a proxy.
#[must_use]
pub fn proxy_input(
    admin: Address,
    target: Address,
    is_beacon: bool,
    initial: Vec<u8>,
    settings: Vec<Vec<u8>>,
) -> Vec<u8> {
    let settings: Vec<Bytes> = settings.into_iter().map(Into::into).collect();
    constructor(&(admin, target, is_beacon, Bytes::from(initial), settings).abi_encode_params())
}
