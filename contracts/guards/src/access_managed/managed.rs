//! The manager, asked for a call.

// The storage macro names both.
use crate::{
    abi::{encode, encode_with_bytes, function_selector, Blob},
    authority::{Governor, Guardian},
    errors, events, sdk,
    timelock::{Change, Timelock},
    GuardError,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, FixedBytes, B256, U256};
use stylus_sdk::{keccak_const::Keccak256, prelude::*, storage::StorageAddress};

events! {
    /// Another manager decides from now on. As OpenZeppelin's contracts tell it.
    AuthorityUpdated(; authority: Address);
}

errors! {
    /// The manager lets the caller call this function neither now nor after a delay.
    AccessDenied(caller: Address);
    /// The manager lets the caller call it after a delay, and the call was not scheduled, is not ready, or has expired.
    AccessNotScheduled(caller: Address, delay_secs: u64);
    /// There is no code at the address: it could manage nothing.
    AuthorityWithoutCode(authority: Address);
}

/// The four bytes of a function.
pub(super) type Selector = FixedBytes<4>;

const CAN_CALL: [u8; 4] = function_selector!("canCall", Address, Address, Selector);
const CONSUME: [u8; 4] = function_selector!("consumeScheduledOp", Address, Blob);
const IS_CONSUMING: [u8; 4] = function_selector!("isConsumingScheduledOp");

/// Where it is kept that a schedule is being used up.
const SLOT: B256 = B256::new(Keccak256::new().update(b"portcullis.access_managed").finalize());

/// Who manages the contract.
#[storage]
#[derive(crate::StorageLayout)]
pub struct AccessManaged {
    authority: StorageAddress,
}

/// A call that the manager allows, with the right of a governor for it.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "asking the manager uses up what was scheduled"]
pub struct Access<'a> {
    governor: Governor,
    data: &'a [u8],
    delay_secs: u64,
}

impl<'a> Access<'a> {
    /// The caller's right as the governor.
    pub fn governor(&self) -> &Governor {
        &self.governor
    }

    /// The caller's right as the guardian, for a function that only tightens.
    pub fn guardian(&self) -> Guardian {
        Guardian::granted(self.governor.address())
    }

    /// How long the manager made the call wait; zero when it was granted at once, or came through the manager.
    pub fn delay_secs(&self) -> u64 {
        self.delay_secs
    }

    /// The right to a change by this call. It waits in `timelock`, unless the manager made it wait, and at least as long.
    pub fn change(&self, timelock: &'a mut Timelock) -> Change<'a> {
        if self.delay_secs >= timelock.delay().secs() {
            Change::waited_elsewhere(&self.governor)
        } else {
            timelock.change(&self.governor, self.data)
        }
    }

    /// The right to a change that waits nowhere but in the manager: not at all, if its admin granted the call at once.
    pub fn change_as_granted(&self) -> Change<'a> {
        Change::waited_elsewhere(&self.governor)
    }
}

impl AccessManaged {
    /// Names the first manager. For a constructor: it asks nobody.
    ///
    /// # Errors
    /// [`AuthorityWithoutCode`].
    ///
    /// # Events
    /// [`AuthorityUpdated`].
    pub fn initialize(&mut self, authority: Address) -> Result<(), GuardError> {
        self.change_authority(authority)
    }

    /// The governor's right of a constructor's caller, as long as no manager is named: so that a constructor sets what a governor sets.
    ///
    /// # Errors
    /// [`AccessDenied`] once there is one.
    pub fn founder(&self) -> Result<Governor, GuardError> {
        let caller = self.vm().msg_sender();
        if self.authority.get().is_zero() {
            Ok(Governor::granted(caller))
        } else {
            Err(AccessDenied { caller }.into())
        }
    }

    /// The caller's right to the call with this data, if the manager grants it now, or after a delay that it has waited. Uses up what was scheduled.
    ///
    /// # Errors
    /// [`AccessDenied`], [`AccessNotScheduled`].
    pub fn authorize<'a>(&mut self, data: &'a [u8]) -> Result<Access<'a>, GuardError> {
        let caller = self.vm().msg_sender();
        let denied = AccessDenied { caller };
        let delay_secs = match self.can_call(caller, data).ok_or(denied)? {
            (true, _) => 0,
            (false, 0) => return Err(denied.into()),
            (false, delay_secs) => {
                if !self.consume(caller, data) {
                    return Err(AccessNotScheduled { caller, delay_secs }.into());
                }
                delay_secs
            }
        };
        Ok(Access {
            governor: Governor::granted(caller),
            data,
            delay_secs,
        })
    }

    /// Hands over to another manager. Only the manager may.
    ///
    /// # Errors
    /// [`AccessDenied`], [`AuthorityWithoutCode`].
    ///
    /// # Events
    /// [`AuthorityUpdated`].
    pub fn set_authority(&mut self, authority: Address) -> Result<(), GuardError> {
        let caller = self.vm().msg_sender();
        // No need to refuse the zero address: no transaction has it as its caller.
        if caller != self.authority.get() {
            return Err(AccessDenied { caller }.into());
        }
        self.change_authority(authority)
    }

    /// The manager.
    pub fn authority(&self) -> Address {
        self.authority.get()
    }

    /// This function's own four bytes while the manager is asked to use up a schedule for this contract, zeros at any other time.
    pub fn is_consuming_scheduled_op(&self) -> Selector {
        if sdk::transient_load(&SLOT) == B256::ZERO {
            Selector::ZERO
        } else {
            Selector::new(IS_CONSUMING)
        }
    }

    /// What the manager answers: whether at once, else after how many seconds; none when it gives no such answer.
    fn can_call(&self, caller: Address, data: &[u8]) -> Option<(bool, u64)> {
        let mut selector = B256::ZERO;
        selector.0.get_mut(..4)?.copy_from_slice(data.get(..4)?);
        let this = self.vm().contract_address();
        let question = encode(&CAN_CALL, &[&caller, &this, &selector]);
        let answer = sdk::static_call_words(self.vm(), self.authority.get(), &question, 2)?;
        let immediate = small(answer.get(..32)?, u64::from(u8::from(true)))?;
        let delay_secs = small(answer.get(32..64)?, u64::from(u32::MAX))?;
        Some((immediate == 1, delay_secs))
    }

    /// Whether the manager had the call scheduled and ready; it is not any more.
    fn consume(&mut self, caller: Address, data: &[u8]) -> bool {
        let request = encode_with_bytes(&CONSUME, &[], &[&caller], data);
        let authority = self.authority.get();
        consuming(|| sdk::call(self.vm(), authority, U256::ZERO, &request).is_some())
    }

    fn change_authority(&mut self, authority: Address) -> Result<(), GuardError> {
        if self.vm().code_size(authority) == 0 {
            return Err(AuthorityWithoutCode { authority }.into());
        }
        self.authority.set(authority);
        sdk::emit(self.vm(), AuthorityUpdated { authority });
        Ok(())
    }
}

/// Runs `body`, during which a schedule is being used up.
pub(super) fn consuming<T>(body: impl FnOnce() -> T) -> T {
    sdk::transient_store(&SLOT, &B256::with_last_byte(1));
    let result = body();
    sdk::transient_store(&SLOT, &B256::ZERO);
    result
}

/// The number in a word, none when it is above `most`.
fn small(word: &[u8], most: u64) -> Option<u64> {
    let (high, low) = word.split_at_checked(24)?;
    let number = u64::from_be_bytes(low.try_into().ok()?);
    (number <= most && high.iter().all(|byte| *byte == 0)).then_some(number)
}
