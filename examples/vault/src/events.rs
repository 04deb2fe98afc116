//! What the vault tells, beside what its guards tell.

use alloy_primitives::{Address, U256};
use portcullis::events;

events! {
    /// ERC-20. Minted from the zero address, burned to it.
    Transfer(from: Address, to: Address; value: U256);
    /// ERC-20.
    Approval(owner: Address, spender: Address; value: U256);
    /// ERC-4626.
    Deposit(sender: Address, owner: Address; assets: U256, shares: U256);
    /// ERC-4626.
    Withdraw(sender: Address, receiver: Address, owner: Address; assets: U256, shares: U256);
    /// A part of the surplus is managed now.
    GainCounted(; previous: U256, managed: U256);
    /// The vault held less than it managed, and manages what it holds now.
    LossWrittenDown(by: Address; previous: U256, managed: U256);
}
