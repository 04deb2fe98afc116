//! Everything that the vault may revert with.

use alloy_primitives::{Address, U256};
use portcullis::{error_set, errors, GuardError};

errors! {
    /// The amount is zero, or so small that nothing would be given for it.
    NothingMoved();
    /// More than a number can hold.
    AmountTooLarge();
    /// The token kept a part of what it moved. Nothing is minted for less than was said.
    FeeOnTransfer(asset: Address, expected: U256, arrived: U256);
    /// There is no such guard or mode.
    UnknownMode(guard: u8, mode: u8);
    /// What the vault counts as gains by itself would leave the window, and a gift could shut the ways out: a price has to be let rise by 3% at least, and its reference by 2% a day, in
    /// periods of a day at most.
    WindowTooTight(up_bps: u64, step_bps: u64, period_secs: u64);
    /// ERC-6093: the account does not have that many shares.
    ERC20InsufficientBalance(sender: Address, balance: U256, needed: U256);
    /// ERC-6093: the spender is not allowed that many.
    ERC20InsufficientAllowance(spender: Address, allowance: U256, needed: U256);
    /// ERC-6093: nobody would have them.
    ERC20InvalidReceiver(receiver: Address);
}

error_set! {
    /// A refusal: of the vault itself, or of a guard.
    VaultError {
        NothingMoved,
        AmountTooLarge,
        FeeOnTransfer,
        UnknownMode,
        WindowTooTight,
        ERC20InsufficientBalance,
        ERC20InsufficientAllowance,
        ERC20InvalidReceiver,
        GuardError,
    }
}
