//! The token contracts that tests deploy: real EVM bytecode, compiled from `tests/fixtures/contracts`.

use alloy_primitives::{hex, Address, U256};
use alloy_sol_types::{sol, SolValue};
use serde::Deserialize;

sol! {
    /// What every token here answers to, and what only one of them does.
    interface IToken {
        function balanceOf(address account) external view returns (uint256);
        function totalSupply() external view returns (uint256);
        function transfer(address to, uint256 value) external;
        function approve(address spender, uint256 value) external;
        /// Only of the token without return values.
        function setFee(uint256 bps) external;
        /// Only of the greedy token.
        function setBite(address victim, uint256 bite) external;
        function seize(address from, uint256 value) external;
        /// Only of the token that returns false.
        function setRefusing(bool refusing) external;
        /// Only of the token that calls back, and of the recipient.
        function setCallback(address target, bytes data) external;
        function lastSucceeded() external view returns (bool);
        function lastReturned() external view returns (bytes);
    }

    /// An oracle that says what anyone told it last.
    interface IOracle {
        function set(address asset, uint256 wad) external;
        function setAt(address asset, uint256 wad, uint256 updatedAt) external;
        function setFailing(bool failing) external;
    }

    /// An account that makes several calls in one transaction.
    interface IBatch {
        struct Call {
            address to;
            uint256 value;
            bytes data;
            bool mayFail;
        }
        event Made(bool[] succeeded);
        function run(Call[] calls) external payable;
    }

    /// A batch that makes more calls in the middle of the others: `run` takes what a batch's does.
    interface IThief {
        function arm(IBatch.Call[] calls) external;
        function heard(uint256 index) external view returns (bool succeeded, bytes returned);
    }

    /// What a trojan does to whoever calls it by delegation.
    interface ITrojan {
        function transfer(address to, uint256 amount) external;
        function write(uint256 slot, uint256 word) external;
    }

    /// A wallet that belongs to whoever calls it.
    interface IBackdoor {
        function sweepETH(address to) external;
        function sweepERC20(address token, address to) external;
    }

    struct ConstructorArguments {
        string name;
        string symbol;
        uint8 decimals;
        address holder;
        uint256 supply;
    }
}

/// A contract of `tests/fixtures`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fixture {
    /// An ordinary token: OpenZeppelin's ERC-20.
    Token,
    /// A token whose methods return nothing and that may take a fee, in the manner of USDT.
    NoReturnToken,
    /// A token that returns false once it is told to.
    RefusingToken,
    /// A token that calls the parties of a transfer.
    CallbackToken,
    /// A contract that receives ETH and may refuse it or call somebody.
    Recipient,
    /// An account that makes several calls in one transaction.
    Batch,
    /// An oracle that says what anyone told it last.
    Oracle,
    /// A token that takes more from its victim than it moves.
    GreedyToken,
    /// An account that makes several calls in one transaction, and more when it is paid ETH.
    Thief,
    /// OpenZeppelin's ERC-4626 vault behind a hub.
    GuardedVault,
    /// A market that pays rewards, and makes other calls when it is asked for them.
    Market,
    /// Writes words of whoever calls it by delegation.
    Trojan,
    /// The code of a wallet that belongs to whoever calls it.
    Backdoor,
    /// An implementation for a proxy, with every fault that a guard from outside is for.
    Bank,
    /// Its next version, which upgrades itself for whoever asks.
    BankTwo,
    /// OpenZeppelin's beacon.
    Beacon,
    /// An implementation that says it is for another kind of proxy.
    Sworn,
    /// A version of the bank that is initialised once, behind a proxy and nowhere else.
    BankThree,
    /// The same, with more of what went wrong in an initialisation; it upgrades itself for its owner.
    BankFour,
    /// An implementation that keeps whether it was initialised where the bank keeps something else.
    Collided,
    /// OpenZeppelin's proxy, which its implementation upgrades.
    Uups,
    /// A bank that upgrades itself for its owner.
    UupsBank,
    /// An implementation that says it upgrades its proxy, and does not.
    UupsLost,
    /// A small lending pool, whose versions differ by one thing each.
    Pool,
}

impl Fixture {
    /// Every one.
    pub const ALL: [Self; 24] = [
        Self::Token,
        Self::NoReturnToken,
        Self::RefusingToken,
        Self::CallbackToken,
        Self::Recipient,
        Self::Batch,
        Self::Oracle,
        Self::GreedyToken,
        Self::Thief,
        Self::GuardedVault,
        Self::Market,
        Self::Trojan,
        Self::Backdoor,
        Self::Bank,
        Self::BankTwo,
        Self::Beacon,
        Self::Sworn,
        Self::BankThree,
        Self::BankFour,
        Self::Collided,
        Self::Uups,
        Self::UupsBank,
        Self::UupsLost,
        Self::Pool,
    ];

    fn json(self) -> &'static str {
        match self {
            Self::Token => include_str!("../../fixtures/artifacts/Token.json"),
            Self::NoReturnToken => include_str!("../../fixtures/artifacts/NoReturnToken.json"),
            Self::RefusingToken => include_str!("../../fixtures/artifacts/RefusingToken.json"),
            Self::CallbackToken => include_str!("../../fixtures/artifacts/CallbackToken.json"),
            Self::Recipient => include_str!("../../fixtures/artifacts/Recipient.json"),
            Self::Batch => include_str!("../../fixtures/artifacts/Batch.json"),
            Self::Oracle => include_str!("../../fixtures/artifacts/Oracle.json"),
            Self::GreedyToken => include_str!("../../fixtures/artifacts/GreedyToken.json"),
            Self::Thief => include_str!("../../fixtures/artifacts/Thief.json"),
            Self::GuardedVault => include_str!("../../fixtures/artifacts/GuardedVault.json"),
            Self::Market => include_str!("../../fixtures/artifacts/Market.json"),
            Self::Trojan => include_str!("../../fixtures/artifacts/Trojan.json"),
            Self::Backdoor => include_str!("../../fixtures/artifacts/Backdoor.json"),
            Self::Bank => include_str!("../../fixtures/artifacts/Bank.json"),
            Self::BankTwo => include_str!("../../fixtures/artifacts/BankTwo.json"),
            Self::Beacon => include_str!("../../fixtures/artifacts/Beacon.json"),
            Self::Sworn => include_str!("../../fixtures/artifacts/Sworn.json"),
            Self::BankThree => include_str!("../../fixtures/artifacts/BankThree.json"),
            Self::BankFour => include_str!("../../fixtures/artifacts/BankFour.json"),
            Self::Collided => include_str!("../../fixtures/artifacts/Collided.json"),
            Self::Uups => include_str!("../../fixtures/artifacts/Uups.json"),
            Self::UupsBank => include_str!("../../fixtures/artifacts/UupsBank.json"),
            Self::UupsLost => include_str!("../../fixtures/artifacts/UupsLost.json"),
            Self::Pool => include_str!("../../fixtures/artifacts/Pool.json"),
        }
    }

    /// The code that creates the contract, without its constructor's arguments.
    ///
    /// # Panics
    /// When the artefact that is checked in is damaged, which a test rules out.
    #[must_use]
    pub fn creation_code(self) -> Vec<u8> {
        #[derive(Deserialize)]
        struct Artefact {
            bytecode: String,
        }
        let artefact: Artefact = serde_json::from_str(self.json()).expect("a test has read the artefact");
        hex::decode(artefact.bytecode).expect("a test has decoded the bytecode")
    }

    /// The code that creates a token whose whole supply one account holds.
    #[must_use]
    pub fn token_init_code(self, symbol: &str, decimals: u8, holder: Address, supply: U256) -> Vec<u8> {
        let arguments = ConstructorArguments {
            name: symbol.to_owned(),
            symbol: symbol.to_owned(),
            decimals,
            holder,
            supply,
        };
        [self.creation_code(), arguments.abi_encode_params()].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_artefact_holds_the_code_of_a_contract() {
        for fixture in Fixture::ALL {
            // A Solidity contract begins by pushing where its free memory starts, behind what is immutable.
            assert!(matches!(fixture.creation_code()[0], 0x60 | 0x61), "{fixture:?}");
        }
    }

    #[test]
    fn a_tokens_init_code_ends_with_its_arguments() {
        let holder = Address::repeat_byte(7);
        let code = Fixture::Token.token_init_code("USDC", 6, holder, U256::from(1_000_000u64));
        let plain = Fixture::Token.creation_code();
        assert_eq!(code[..plain.len()], plain);
        // Five heads, and two strings of a length and a word each.
        assert_eq!(code.len() - plain.len(), 5 * 32 + 2 * 64);
        assert_eq!(code[plain.len() + 64 + 31], 6);
    }
}
