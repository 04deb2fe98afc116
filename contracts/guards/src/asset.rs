//! ETH and ERC-20 moved and measured. The zero address is ETH.
//!
//! # Design
//! - A token's answer counts as yes when the call succeeded and returned nothing (as USDT) or the word 1. Nothing returned
//!   counts only if there is code: a call to an address without any succeeds as well.
//! - What came in is the difference of two balances, never the amount asked for: a token may keep a fee.
//! - What a token or a recipient reverts with is not passed on; only that it refused.
//!
//! # Trust assumptions
//! - The caller holds [`crate::lock`]: a token that calls back between the two balances would be counted twice.

use crate::{calldata, errors, sdk, sdk::VM, GuardError};
use alloy_primitives::{Address, B256, U256};
use stylus_sdk::prelude::*;

errors! {
    /// The call's value is not the amount for ETH, or not zero for a token.
    WrongValue(sent: U256, expected: U256);
    /// The token or the recipient of ETH refused: the call failed or returned false, or there is no code.
    TransferFailed(asset: Address);
    /// The address does not answer as a token does.
    NotAToken(asset: Address);
}

/// The address that stands for ETH.
pub const ETH: Address = Address::ZERO;

/// What the contract holds of an asset. In a payable call that includes the value of the call.
///
/// # Errors
/// [`NotAToken`] when the balance cannot be read.
pub fn held(vm: &VM, asset: Address) -> Result<U256, GuardError> {
    balance_of(vm, asset, vm.contract_address())
}

/// What somebody holds of an asset.
///
/// # Errors
/// [`NotAToken`] when the balance cannot be read.
pub fn balance_of(vm: &VM, asset: Address, holder: Address) -> Result<U256, GuardError> {
    if asset == ETH {
        return Ok(vm.balance(holder));
    }
    let answer = sdk::static_call(vm, asset, &calldata!("balanceOf", holder: Address));
    answer
        .and_then(|word| word_of(&word))
        .ok_or_else(|| NotAToken { asset }.into())
}

/// What of a `balance` at the entry of a call was held before it: the call's value is in the contract's balance by then.
pub(crate) fn before_call(vm: &VM, asset: Address, holder: Address, balance: U256) -> U256 {
    if asset == ETH && holder == vm.contract_address() {
        // In a call that delegates for another the value may not have come in: then there is nothing of it to subtract from.
        return balance.saturating_sub(vm.msg_value());
    }
    balance
}

/// Takes `amount` of an asset from the caller and returns what arrived: of ETH the call's value, which has to be the amount; of a token, which the
/// caller has approved, what the balance grew by, while the call brings no value.
///
/// # Errors
/// [`WrongValue`], and those of [`pull_token`].
#[inline(never)]
pub fn take(vm: &VM, asset: Address, amount: U256) -> Result<U256, GuardError> {
    let sent = vm.msg_value();
    let expected = if asset == ETH { amount } else { U256::ZERO };
    if sent != expected {
        return Err(WrongValue { sent, expected }.into());
    }
    if asset == ETH {
        Ok(amount)
    } else {
        pull_token(vm, asset, vm.msg_sender(), amount)
    }
}

/// Takes `amount` of a token from `from`, which has approved it, and returns what arrived.
///
/// # Errors
/// [`TransferFailed`] when the token refuses or less is held after than before; [`NotAToken`].
pub fn pull_token(vm: &VM, token: Address, from: Address, amount: U256) -> Result<U256, GuardError> {
    let before = held(vm, token)?;
    let this = vm.contract_address();
    call_token(
        vm,
        token,
        &calldata!("transferFrom", from: Address, this: Address, amount: U256),
    )?;
    let after = held(vm, token)?;
    after
        .checked_sub(before)
        .ok_or_else(|| TransferFailed { asset: token }.into())
}

/// Sends `amount` of an asset to `to`, with all gas.
///
/// # Errors
/// [`TransferFailed`] when the token or the recipient refuses.
pub fn push(vm: &VM, asset: Address, to: Address, amount: U256) -> Result<(), GuardError> {
    if asset == ETH {
        return sdk::call(vm, to, amount, &[])
            .map(drop)
            .ok_or_else(|| TransferFailed { asset }.into());
    }
    call_token(vm, asset, &calldata!("transfer", to: Address, amount: U256))
}

fn call_token(vm: &VM, token: Address, data: &[u8]) -> Result<(), GuardError> {
    match sdk::call(vm, token, U256::ZERO, data) {
        Some(answer) if is_yes(&answer, || vm.code_size(token) != 0) => Ok(()),
        _ => Err(TransferFailed { asset: token }.into()),
    }
}

fn is_yes(answer: &[u8], has_code: impl FnOnce() -> bool) -> bool {
    match word_of(answer) {
        Some(word) => word == U256::ONE,
        None => answer.is_empty() && has_code(),
    }
}

fn word_of(answer: &[u8]) -> Option<U256> {
    let word = B256::try_from(answer.get(..32)?).ok()?;
    Some(word.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::council::world::World;
    use alloc::{boxed::Box, rc::Rc, vec, vec::Vec};
    use core::cell::Cell;
    use stylus_sdk::testing::TestVM;

    const TOKEN: Address = Address::repeat_byte(0x70);
    const USER: Address = Address::repeat_byte(0x05);

    fn chain() -> (TestVM, VM) {
        let test = TestVM::new();
        (test.clone(), VM { host: Box::new(test) })
    }

    fn answers(answer: Result<Vec<u8>, Vec<u8>>, has_code: bool) -> Result<(), GuardError> {
        let (test, vm) = chain();
        if has_code {
            test.set_code(TOKEN, vec![0xfe]);
        }
        let (to, amount) = (USER, U256::from(7));
        let data = calldata!("transfer", to: Address, amount: U256);
        test.mock_call(TOKEN, data, U256::ZERO, answer);
        push(&vm, TOKEN, USER, U256::from(7))
    }

    #[test]
    fn a_token_says_yes_with_one_or_with_nothing() {
        assert_eq!(answers(Ok(U256::ONE.to_be_bytes_vec()), true), Ok(()));
        assert_eq!(answers(Ok(vec![]), true), Ok(()));
    }

    #[test]
    fn anything_else_is_a_refusal() {
        let refused = Err(GuardError::from(TransferFailed { asset: TOKEN }));
        assert_eq!(answers(Ok(U256::ZERO.to_be_bytes_vec()), true), refused);
        assert_eq!(answers(Ok(U256::from(2).to_be_bytes_vec()), true), refused);
        assert_eq!(answers(Ok(vec![1]), true), refused, "less than a word");
        assert_eq!(answers(Err(vec![]), true), refused, "a revert without data");
        assert_eq!(answers(Ok(vec![]), false), refused, "nobody at the address");
    }

    #[test]
    fn eth_comes_as_the_calls_value_and_a_token_without_any() {
        let (test, vm) = chain();
        test.set_value(U256::from(7));
        assert_eq!(take(&vm, ETH, U256::from(7)), Ok(U256::from(7)));
        let refused = |sent: u64, expected: u64| {
            let [sent, expected] = [sent, expected].map(U256::from);
            Err(GuardError::from(WrongValue { sent, expected }))
        };
        assert_eq!(take(&vm, ETH, U256::from(8)), refused(7, 8));
        assert_eq!(take(&vm, ETH, U256::from(6)), refused(7, 6));
        assert_eq!(take(&vm, TOKEN, U256::from(7)), refused(7, 0));
        test.set_value(U256::ZERO);
        // It gets as far as the token, which is none.
        let no_token = Err(NotAToken { asset: TOKEN }.into());
        assert_eq!(take(&vm, TOKEN, U256::from(7)), no_token);
    }

    /// Takes seven of a token from its owner by `take`, of which `after` are held after 100 were before.
    fn taken(after: u64, answer: Result<Vec<u8>, Vec<u8>>) -> Result<U256, GuardError> {
        let (test, _) = chain();
        let world = World::new(&test);
        let host = Box::new(world.clone());
        let vm = VM { host };
        test.set_sender(USER);
        let (from, this, amount) = (USER, test.contract_address(), U256::from(7));
        let balance = Rc::new(Cell::new(100));
        let held = balance.clone();
        world.answers(TOKEN, move |data| {
            assert_eq!(data, calldata!("balanceOf", this: Address));
            Ok(U256::from(held.get()).to_be_bytes_vec())
        });
        world.obeys(TOKEN, move |data| {
            let asked = calldata!("transferFrom", from: Address, this: Address, amount: U256);
            assert_eq!(data, asked);
            balance.set(after);
            answer.clone()
        });
        take(&vm, TOKEN, amount)
    }

    #[test]
    fn what_arrived_is_what_the_balance_grew_by_whatever_was_asked_for() {
        let yes = || Ok(U256::ONE.to_be_bytes_vec());
        for (after, arrived) in [(107, 7), (106, 6), (108, 8), (100, 0)] {
            assert_eq!(taken(after, yes()), Ok(U256::from(arrived)));
        }
        let refused = Err(GuardError::from(TransferFailed { asset: TOKEN }));
        assert_eq!(taken(99, yes()), refused, "less is held than before");
        assert_eq!(taken(107, Ok(U256::ZERO.to_be_bytes_vec())), refused);
        assert_eq!(taken(107, Err(vec![])), refused);
    }

    #[test]
    fn a_recipient_of_eth_may_refuse() {
        let (test, vm) = chain();
        assert_eq!(push(&vm, ETH, USER, U256::from(7)), Ok(()));
        test.mock_call(USER, vec![], U256::from(7), Err(vec![]));
        assert_eq!(
            push(&vm, ETH, USER, U256::from(7)),
            Err(TransferFailed { asset: ETH }.into())
        );
    }

    #[test]
    fn an_address_without_a_balance_is_no_token() {
        let (_, vm) = chain();
        assert_eq!(held(&vm, TOKEN), Err(NotAToken { asset: TOKEN }.into()));
    }
}
