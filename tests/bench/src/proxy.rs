//! The same ERC-20 in Solidity called by itself, behind OpenZeppelin's proxies, and behind the guarded proxy.
//!
//! Each is a second use, as everywhere: the token moved before, and the bucket was charged. What is guarded is set by the proxy's constructor.

use crate::emergency::program;
use crate::error::BenchError;
use crate::measure::{Ending, Stage};
use crate::site::{
    units, Case, Site, AMOUNT, CALLER, CAPACITY, DEPLOYER, FIRST, GUARDIAN, REFILL_SECS, WAIT,
};
use crate::table::Size;
use alloy_primitives::{Address, Bytes, B256, U256};
use alloy_sol_types::{sol, SolCall, SolValue};
use e2e::proxy::{proxy_input, IProxyGuards};
use embedded_chain::Transaction;

sol! {
    /// The ERC-20 behind the proxies.
    interface IImplementation {
        function initialize(address holder, uint256 supply) external;
        function transfer(address to, uint256 amount) external returns (bool);
        function balanceOf(address account) external view returns (uint256);
        function totalSupply() external view returns (uint256);
        function pay(address token, address to, uint256 amount) external;
    }
}

/// What stands before the ERC-20.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// Nothing.
    Nothing,
    /// OpenZeppelin's TransparentUpgradeableProxy.
    Transparent,
    /// OpenZeppelin's ERC1967Proxy, behind which a UUPS contract stands.
    Erc1967,
    /// The guarded proxy.
    Guarded(Guards),
}

/// What the guarded proxy is set to, each with what is before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Guards {
    /// Its pause ladder, its lock and its own words, which it always looks at.
    Always,
    /// A limit of one token that leaves.
    Limit,
    /// That the supply is unchanged.
    Invariant,
    /// And its calls are latched.
    Latch,
}

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Called {
    /// A transfer of the ERC-20.
    Transfer,
    /// A payment of another token, which is the one that is watched.
    Payment,
    /// A balance.
    View,
}

impl Called {
    fn call(self, site: &Site, amount: u64) -> Vec<u8> {
        let (to, amount) = (GUARDIAN, units(amount));
        match self {
            Self::Transfer => IImplementation::transferCall { to, amount }.abi_encode(),
            Self::Payment => IImplementation::payCall {
                token: site.token,
                to,
                amount,
            }
            .abi_encode(),
            Self::View => IImplementation::balanceOfCall { account: to }.abi_encode(),
        }
    }
}

/// Brings a chain to just before a call.
///
/// # Errors
/// A [`BenchError`].
pub fn stage(before: Before, called: Called) -> Result<Stage, BenchError> {
    let mut site = Site::new(Case::PASSES)?;
    let implementation = site.create("ImplementationPeer", Vec::new())?;
    let initialize = IImplementation::initializeCall {
        holder: CALLER,
        supply: units(10 * CAPACITY),
    };
    let data = Bytes::from(initialize.abi_encode());
    let (contract, size) = match before {
        Before::Nothing => {
            site.must(DEPLOYER, implementation, &initialize)?;
            (implementation, None)
        }
        Before::Transparent => {
            let arguments = (implementation, DEPLOYER, data).abi_encode_params();
            (site.create("TransparentPeer", arguments)?, None)
        }
        Before::Erc1967 => {
            let arguments = (implementation, data).abi_encode_params();
            (site.create("Erc1967Peer", arguments)?, None)
        }
        Before::Guarded(guards) => {
            // It administers nothing here; it only has to be a contract.
            let admin = site.create(crate::peer::NOTHING, Vec::new())?;
            let settings = settings(&site, guards, implementation);
            let input = proxy_input(admin, implementation, false, data.to_vec(), settings);
            let (contract, size) = program(&mut site, "proxy", input)?;
            (contract, Some(size))
        }
    };
    site.fund(contract)?;
    let first = Transaction::call(CALLER, contract, called.call(&site, FIRST));
    crate::measure::ended(&site.chain.transact(first)?, Ending::Returns)?;
    site.chain.advance_time(WAIT);
    Ok(Stage {
        call: Transaction::call(CALLER, contract, called.call(&site, AMOUNT)),
        contract,
        size: size.unwrap_or(Size {
            raw: site.chain.code(contract).len() as u64,
            compressed: None,
        }),
        chain: site.chain,
        ending: Ending::Returns,
    })
}

/// What the constructor sets.
fn settings(site: &Site, guards: Guards, implementation: Address) -> Vec<Vec<u8>> {
    let selectors = |of: Vec<[u8; 4]>, kind, latch| {
        IProxyGuards::setSelectorsCall {
            selectors: of.into_iter().map(Into::into).collect(),
            kind,
            group: 0,
            latch,
            nests: 0,
        }
        .abi_encode()
    };
    let calls = vec![
        IImplementation::transferCall::SELECTOR,
        IImplementation::payCall::SELECTOR,
    ];
    let latch = u8::from(guards == Guards::Latch);
    let mut settings = vec![
        selectors(calls, 3, latch),
        selectors(vec![IImplementation::balanceOfCall::SELECTOR], 4, 0),
    ];
    if guards >= Guards::Limit {
        let limit = IProxyGuards::watchCall {
            asset: site.token,
            capacity: units(CAPACITY),
            refillSecs: REFILL_SECS,
        };
        settings.push(limit.abi_encode());
    }
    if guards >= Guards::Invariant {
        // Asked of the implementation itself, whose own supply is zero for ever: as much work as to ask the proxy's, and known before that is.
        let unchanged = IProxyGuards::setInvariantCall {
            place: 0,
            selector: IImplementation::totalSupplyCall::SELECTOR.into(),
            target: implementation,
            arguments: 0,
            first: B256::ZERO,
            second: B256::ZERO,
            rule: 2,
            bound: U256::ZERO,
            failsOpen: 0,
            leastGas: 0,
        };
        settings.push(unchanged.abi_encode());
    }
    settings
}
