//! The protocol, with its faults.
//!
//! # The faults
//! - `donate` (Euler 2023) gives collateral to the reserves and asks nothing.
//! - `emergency_withdraw` (Platypus 2023) asks whether the account can pay before the collateral leaves, and not after.
//! - `swap` takes the lent asset at par, whoever made it.

use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use portcullis::{
    asset,
    core_types::{
        invariant::health::{Account, Factor},
        mul_div::{mul_div_down, mul_div_up},
    },
    errors, GuardError,
};
use stylus_sdk::{
    prelude::*,
    storage::{StorageAddress, StorageMap, StorageU256},
};

errors! {
    /// The account could not pay.
    CannotPay(account: Address);
    /// The account can pay.
    CanPay(account: Address);
    /// There is less than that.
    TooLittle(requested: U256, available: U256);
    /// More than a number holds.
    TooLarge();
    /// More is asked for than is paid.
    AbovePar(paid: U256, requested: U256);
}

const WHOLE_BPS: U256 = U256::from_limbs([10_000, 0, 0, 0]);

/// How a share is counted, and what an account may owe.
pub(crate) struct Terms {
    /// What is lent.
    pub(crate) lent: Address,
    /// What is put up.
    pub(crate) collateral: Address,
    /// How much of the collateral's token so many shares are.
    pub(crate) token_per_share: [U256; 2],
    /// What they are worth in what is lent.
    pub(crate) value_per_share: [U256; 2],
    /// The part of it that may be owed.
    pub(crate) factor_bps: U256,
    /// What a liquidator pays less.
    pub(crate) discount_bps: U256,
    /// What of a debt that is taken over is added to it for the reserves.
    pub(crate) reserve_fee_bps: U256,
}

/// The protocol's storage.
#[storage]
pub(crate) struct Protocol {
    lent: StorageAddress,
    collateral: StorageAddress,
    tokens: StorageU256,
    values: StorageU256,
    per_shares: StorageU256,
    per_shares_of_value: StorageU256,
    factor_bps: StorageU256,
    discount_bps: StorageU256,
    reserve_fee_bps: StorageU256,
    /// By the word of an account.
    shares: StorageMap<B256, StorageU256>,
    debts: StorageMap<B256, StorageU256>,
    total_debt: StorageU256,
}

impl Protocol {
    pub(crate) fn initialize(&mut self, terms: &Terms) {
        self.lent.set(terms.lent);
        self.collateral.set(terms.collateral);
        let [tokens, per_shares] = terms.token_per_share;
        self.tokens.set(tokens);
        self.per_shares.set(per_shares);
        let [values, per_shares] = terms.value_per_share;
        self.values.set(values);
        self.per_shares_of_value.set(per_shares);
        self.factor_bps.set(terms.factor_bps);
        self.discount_bps.set(terms.discount_bps);
        self.reserve_fee_bps.set(terms.reserve_fee_bps);
    }

    pub(crate) fn lent(&self) -> Address {
        self.lent.get()
    }

    pub(crate) fn collateral(&self) -> Address {
        self.collateral.get()
    }

    pub(crate) fn shares(&self, account: Address) -> U256 {
        self.shares.get(account.into_word())
    }

    pub(crate) fn debt(&self, account: Address) -> U256 {
        self.debts.get(account.into_word())
    }

    pub(crate) fn total_debt(&self) -> U256 {
        self.total_debt.get()
    }

    /// What an account has and owes, in what is lent.
    pub(crate) fn account(&self, account: Address) -> Result<Account, GuardError> {
        let shares = self.shares(account);
        Ok(Account {
            collateral: part_down(shares, self.values.get(), self.per_shares_of_value.get())?,
            debt: self.debt(account),
        })
    }

    /// The part that may be owed; none when the deployer named none.
    pub(crate) fn factor(&self) -> Option<Factor> {
        let [factor_bps, ..] = self.factor_bps.get().into_limbs();
        Factor::new(u32::try_from(factor_bps).ok()?)
    }

    fn can_pay(&self, account: Address) -> Result<bool, GuardError> {
        let state = self.account(account)?;
        Ok(self.factor().is_some_and(|factor| factor.is_healthy(&state)))
    }

    fn require_can_pay(&self, account: Address) -> Result<(), GuardError> {
        if self.can_pay(account)? {
            return Ok(());
        }
        Err(GuardError::own(CannotPay { account }))
    }

    /// Puts up collateral.
    pub(crate) fn deposit(&mut self, by: Address, amount: U256) -> Result<(), GuardError> {
        let arrived = asset::pull_token(self.vm(), self.collateral(), by, amount)?;
        let shares = part_down(arrived, self.per_shares.get(), self.tokens.get())?;
        self.add_shares(by, shares)
    }

    /// Takes collateral out.
    pub(crate) fn withdraw(&mut self, by: Address, amount: U256) -> Result<(), GuardError> {
        let shares = mul_div_up(amount, self.per_shares.get(), self.tokens.get());
        self.take_shares(by, shares.ok_or_else(too_large)?)?;
        self.require_can_pay(by)?;
        asset::push(self.vm(), self.collateral(), by, amount)
    }

    /// Collateral and debt at once, without a token moving.
    pub(crate) fn mint_self(&mut self, by: Address, amount: U256) -> Result<(), GuardError> {
        let shares = part_down(amount, self.per_shares.get(), self.tokens.get())?;
        self.add_shares(by, shares)?;
        self.add_debt(by, amount)?;
        self.require_can_pay(by)
    }

    /// Lends.
    pub(crate) fn borrow(&mut self, by: Address, amount: U256) -> Result<(), GuardError> {
        self.add_debt(by, amount)?;
        self.require_can_pay(by)?;
        asset::push(self.vm(), self.lent(), by, amount)
    }

    /// Pays a debt back.
    pub(crate) fn repay(&mut self, by: Address, amount: U256) -> Result<(), GuardError> {
        let arrived = asset::pull_token(self.vm(), self.lent(), by, amount)?;
        self.take_debt(by, arrived)
    }

    /// Gives collateral to the reserves. **The fault**: nobody asks whether the debt is still covered.
    pub(crate) fn donate(&mut self, by: Address, shares: U256) -> Result<(), GuardError> {
        self.take_shares(by, shares)?;
        self.add_shares(Address::ZERO, shares)
    }

    /// Takes all collateral out. **The fault**: the account is looked at before, and not after.
    pub(crate) fn emergency_withdraw(&mut self, by: Address) -> Result<(), GuardError> {
        self.require_can_pay(by)?;
        let shares = self.shares(by);
        self.take_shares(by, shares)?;
        let amount = part_down(shares, self.tokens.get(), self.per_shares.get())?;
        asset::push(self.vm(), self.collateral(), by, amount)
    }

    /// Takes a debt over from an account that cannot pay, with collateral at a discount; all of the collateral when that is less.
    pub(crate) fn liquidate(&mut self, by: Address, violator: Address, debt: U256) -> Result<(), GuardError> {
        if self.can_pay(violator)? {
            return Err(GuardError::own(CanPay { account: violator }));
        }
        // Invariant: the deployer names a discount below the whole.
        let paid_bps = WHOLE_BPS.saturating_sub(self.discount_bps.get());
        let value = part_down(debt, WHOLE_BPS, paid_bps)?;
        let seized = part_down(value, self.per_shares_of_value.get(), self.values.get())?;
        let seized = seized.min(self.shares(violator));
        self.take_shares(violator, seized)?;
        self.add_shares(by, seized)?;
        let fee = mul_div_up(debt, self.reserve_fee_bps.get(), WHOLE_BPS).ok_or_else(too_large)?;
        self.take_debt(violator, debt)?;
        self.add_debt(by, debt.saturating_add(fee))?;
        self.require_can_pay(by)
    }

    /// Sells something that the pool holds for what is lent, at par or below: `decimals` is by how many powers of ten the one has fewer units. **The fault**: it takes what
    /// was minted elsewhere for what it says that it is.
    pub(crate) fn swap(
        &mut self,
        by: Address,
        out: Address,
        paid: U256,
        received: U256,
        unit: U256,
    ) -> Result<(), GuardError> {
        let arrived = asset::pull_token(self.vm(), self.lent(), by, paid)?;
        let requested = received.checked_mul(unit).ok_or_else(too_large)?;
        if requested > arrived {
            return Err(GuardError::own(AbovePar {
                paid: arrived,
                requested,
            }));
        }
        asset::push(self.vm(), out, by, received)
    }

    fn add_shares(&mut self, account: Address, shares: U256) -> Result<(), GuardError> {
        let sum = self.shares(account).checked_add(shares).ok_or_else(too_large)?;
        self.shares.insert(account.into_word(), sum);
        Ok(())
    }

    fn take_shares(&mut self, account: Address, shares: U256) -> Result<(), GuardError> {
        let left = less(self.shares(account), shares)?;
        self.shares.insert(account.into_word(), left);
        Ok(())
    }

    fn add_debt(&mut self, account: Address, amount: U256) -> Result<(), GuardError> {
        let total = self.total_debt().checked_add(amount).ok_or_else(too_large)?;
        // Invariant: no debt is larger than the sum of all.
        let debt = self.debt(account).saturating_add(amount);
        self.total_debt.set(total);
        self.debts.insert(account.into_word(), debt);
        Ok(())
    }

    fn take_debt(&mut self, account: Address, amount: U256) -> Result<(), GuardError> {
        let left = less(self.debt(account), amount)?;
        self.debts.insert(account.into_word(), left);
        // Invariant: no debt is larger than the sum of all.
        let total = self.total_debt().saturating_sub(amount);
        self.total_debt.set(total);
        Ok(())
    }
}

fn less(available: U256, requested: U256) -> Result<U256, GuardError> {
    available
        .checked_sub(requested)
        .ok_or_else(|| GuardError::own(TooLittle { requested, available }))
}

fn part_down(amount: U256, over: U256, under: U256) -> Result<U256, GuardError> {
    mul_div_down(amount, over, under).ok_or_else(too_large)
}

fn too_large() -> GuardError {
    GuardError::own(TooLarge {})
}
