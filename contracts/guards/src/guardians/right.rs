//! The right to pause a group once, and what it costs.

use super::guard::{GuardianLapsed, Guardians};
use crate::{authority::Council, errors, pause_guard::PauseOutOfBounds, GuardError};
use alloy_primitives::Address;
use portcullis_core::{
    guardian::{Assignment, PauseRefused, Role},
    pause::Group,
};

errors! {
    /// Only the group's guardian or its fallback may do this.
    NotGroupGuardian(group: u8, caller: Address);
    /// The caller has paused and was not armed again since.
    GuardianSpent(group: u8, caller: Address);
    /// The fallback pauses when the guardian is spent, or was reported, which anyone can do from `staleAt` on.
    GuardianStillThere(group: u8, stale_at: u64);
    /// The last pause by a guardian or a fallback of this group was not long enough ago.
    GuardiansCoolingDown(group: u8, retry_at: u64);
    /// The pause is longer than what the budget of the group's guardians holds. At `retryAt` it holds it if they do not pause before.
    GuardianBudgetExceeded(group: u8, secs: u64, left_secs: u64, retry_at: u64);
}

/// The right to pause one group, once: of its guardian, of its fallback or of the council.
///
/// What it takes is asked when it is used, by [`crate::pause_guard::PauseGuard::pause`]:
///
/// # Errors
/// - of all: [`GuardiansUnset`](super::GuardiansUnset), [`PauseOutOfBounds`];
/// - of a guardian: [`GuardianLapsed`];
/// - of a fallback: [`GuardianStillThere`];
/// - of both: [`GuardianSpent`], [`GuardiansCoolingDown`], [`GuardianBudgetExceeded`].
pub struct PauseRight<'a> {
    guardians: &'a mut Guardians,
    group: Group,
    by: Address,
    role: Role,
}

/// A right that may be used, and what is left when it has been. Nothing is stored yet.
pub(crate) struct Spent<'a> {
    right: PauseRight<'a>,
    to: Option<Assignment>,
}

impl<'a> PauseRight<'a> {
    pub(super) fn new(guardians: &'a mut Guardians, group: Group, by: Address, role: Role) -> Self {
        Self {
            guardians,
            group,
            by,
            role,
        }
    }

    pub(super) fn of_council(guardians: &'a mut Guardians, group: Group, by: &Council) -> Self {
        Self::new(guardians, group, by.address(), Role::Council)
    }

    /// The group.
    pub fn group(&self) -> Group {
        self.group
    }

    /// As what the caller pauses.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Asks whether it covers a pause of `secs` from now.
    #[inline(never)]
    pub(crate) fn admit(self, secs: u64, now: u64) -> Result<Spent<'a>, GuardError> {
        let terms = self.guardians.required_terms()?;
        let group = self.group.number();
        if self.role == Role::Council {
            let maximum_secs = terms.council_secs();
            if secs == 0 || secs > maximum_secs {
                return Err(PauseOutOfBounds { secs, maximum_secs }.into());
            }
            return Ok(Spent {
                right: self,
                to: None,
            });
        }
        let caller = self.by;
        let to = self
            .guardians
            .assignment(self.group)
            .pause(self.role, secs, &terms, now)
            .map_err(|refused| match refused {
                PauseRefused::Spent => GuardError::from(GuardianSpent { group, caller }),
                PauseRefused::Lapsed { stale_at } => GuardianLapsed { group, stale_at }.into(),
                PauseRefused::GuardianThere { stale_at } => GuardianStillThere { group, stale_at }.into(),
                PauseRefused::CoolingDown { retry_at } => GuardiansCoolingDown { group, retry_at }.into(),
                PauseRefused::OutOfBounds { secs, maximum_secs } => {
                    PauseOutOfBounds { secs, maximum_secs }.into()
                }
                PauseRefused::OverBudget { left_secs, retry_at } => GuardianBudgetExceeded {
                    group,
                    secs,
                    left_secs,
                    retry_at,
                }
                .into(),
            })?;
        Ok(Spent {
            right: self,
            to: Some(to),
        })
    }
}

impl Spent<'_> {
    /// Stores what is left, and says who used it and as what.
    pub(crate) fn keep(self) -> (Address, Role) {
        let PauseRight {
            guardians,
            group,
            by,
            role,
        } = self.right;
        if let Some(to) = self.to {
            guardians.keep(group, to);
        }
        (by, role)
    }
}
