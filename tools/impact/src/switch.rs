//! How the new version gets in: as the manager applies the patch, or as the proxy's administrator switches.
//!
//! # Design
//! - **The real way where there is one.** A patch that is on record goes the manager's whole way, each step in the name of who may make it and as soon
//!   as it can be: code, layout, initialisation and checks are looked at by the manager's own code. What it refuses is not applied here either.
//! - **Before that, the switch and nothing else**: by whoever administers the proxy, found at ERC-1967's slots or by `owner()`.
//! - **Looked at afterwards**: what runs then is what was to run.

use crate::errors::Errors;
use crate::interface::others::{IBeacon, IOwned, IUpgrades};
use crate::worlds::{ask, send, sentence, stranger, Worlds, ACTIVATION_VALUE};
use alloy_primitives::{b256, Address, Bytes, B256, U256};
use alloy_sol_types::{SolCall, SolError};
use embedded_chain::{Fork, Outcome};
use patch_file::interface::{IPatchCare, IPatchGovernance, IPatchManager};
use patch_file::terms::{Patch, HAND_OVER, PHASES};
use safe_batch::words::moment;

/// ERC-1967's slots.
const IMPLEMENTATION: B256 = b256!("360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc");
const ADMIN: B256 = b256!("b53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103");
const BEACON: B256 = b256!("a3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6cb3582b35133d50");
/// More steps than a patch's life has.
const MOST_STEPS: usize = 16;

/// A new version, and how it gets in.
#[derive(Clone, Debug, PartialEq)]
pub enum Way {
    /// By a patch manager.
    Managed(Box<Managed>),
    /// By the proxy's administrator.
    Administered(Administered),
}

/// A patch for a manager.
#[derive(Clone, Debug, PartialEq)]
pub struct Managed {
    /// The manager.
    pub manager: Address,
    /// What is approved.
    pub terms: Patch,
    /// The call that initialises.
    pub init: Bytes,
    /// What has to hold over the switch.
    pub checks: Bytes,
    /// With how much gas a program is activated in the switch; zero when it is active.
    pub activation_gas: u64,
}

/// A switch by an administrator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Administered {
    /// What runs then.
    pub implementation: Address,
    /// The call that initialises; none when it is empty.
    pub init: Bytes,
    /// Who switches; whom the proxy says when nobody is named.
    pub administrator: Option<Address>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switched {
    /// What was done, in sentences.
    pub steps: Vec<String>,
    /// Why the new version does not run.
    pub refused: Option<String>,
    /// What ran before.
    pub before: Address,
    /// What was to run then.
    pub after: Address,
}

/// Has the new version run in the new world, at the earliest time at which it can.
///
/// # Errors
/// A sentence: there is nothing to switch, or the endpoint does not answer.
pub fn switch(worlds: &mut Worlds, proxy: Address, way: &Way, errors: &Errors) -> Result<Switched, String> {
    let before = running(&worlds.new, proxy)?;
    let after = match way {
        Way::Managed(patch) => patch.terms.implementation,
        Way::Administered(switch) => switch.implementation,
    };
    let mut switching = Switching {
        worlds,
        errors,
        steps: Vec::new(),
    };
    let refused = match way {
        Way::Managed(patch) => switching.managed(proxy, patch)?,
        Way::Administered(switch) => switching.administered(proxy, switch)?,
    };
    let steps = switching.steps;
    let runs = running(&worlds.new, proxy)?;
    if refused.is_none() && runs != after {
        return Err(format!(
            "the switch succeeded, and yet {runs} runs and not {after}"
        ));
    }
    Ok(Switched {
        steps,
        refused,
        before,
        after,
    })
}

fn slot(fork: &Fork, account: Address, slot: B256) -> Result<Address, String> {
    let word = fork
        .storage(account, slot.into())
        .map_err(|why| why.to_string())?;
    Ok(Address::from_word(word.into()))
}

/// What runs behind a proxy, its own or its beacon's.
fn running(fork: &Fork, proxy: Address) -> Result<Address, String> {
    let beacon = slot(fork, proxy, BEACON)?;
    let runs = if beacon.is_zero() {
        slot(fork, proxy, IMPLEMENTATION)?
    } else {
        ask(fork, beacon, &IBeacon::implementationCall {})?.unwrap_or_default()
    };
    if runs.is_zero() {
        return Err(format!(
            "{proxy} is no proxy: it has neither an implementation nor a beacon at the slots of ERC-1967"
        ));
    }
    Ok(runs)
}

struct Switching<'a> {
    worlds: &'a mut Worlds,
    errors: &'a Errors,
    steps: Vec<String>,
}

/// Why something is not done; none when it is.
type Refused = Option<String>;

impl Switching<'_> {
    fn managed(&mut self, proxy: Address, patch: &Managed) -> Result<Refused, String> {
        let (terms, manager) = (&patch.terms, patch.manager);
        if terms.act == HAND_OVER {
            return Err(
                "the patch hands the proxy over to another administrator: no other version runs then"
                    .to_owned(),
            );
        }
        let beacon = slot(&self.worlds.new, proxy, BEACON)?;
        if terms.proxy != proxy && (beacon.is_zero() || terms.proxy != beacon) {
            return Err(format!(
                "the patch is of {}, and the scenario of {proxy}, which is not behind it",
                terms.proxy
            ));
        }
        let unlike = || format!("{manager} does not answer as a patch manager does");
        let id = ask(&self.worlds.new, manager, &terms.patch_id())?.ok_or_else(unlike)?;
        for step in 0..MOST_STEPS {
            let state = self.state(manager, id)?.ok_or_else(unlike)?;
            if step == 0 && (1..=4).contains(&state.phase) {
                self.steps.push(format!(
                    "The patch {id} is {} on record with the manager {manager}.",
                    PHASES[usize::from(state.phase)]
                ));
            }
            let refused = match state.phase {
                0 => {
                    self.steps.push(format!(
                        "The patch {id} is not on record with the manager {manager}: the switch is made as the proxy's administrator, and what the manager would look at is not looked at."
                    ));
                    let switch = Administered {
                        implementation: terms.implementation,
                        init: patch.init.clone(),
                        administrator: None,
                    };
                    return self.administered(proxy, &switch);
                }
                1 => {
                    let governor = self.role(manager, &IPatchGovernance::governorCall {})?;
                    self.step(governor, manager, &terms.reveal(), "revealed", "governor")?
                }
                2 => {
                    let attesters = self.role(manager, &IPatchGovernance::attestersCall {})?;
                    let approve = IPatchManager::approveCall { patch: id };
                    self.step(attesters, manager, &approve, "approved", "attesters")?
                }
                3 => {
                    self.wait_for(state.readyAt);
                    self.arm(manager, id)?
                }
                4 => {
                    self.wait_for(state.readyAt);
                    let refused = self.apply(patch)?;
                    return Ok(refused);
                }
                phase => {
                    let phase = PHASES
                        .get(usize::from(phase))
                        .copied()
                        .unwrap_or("in a phase that is not known");
                    return Err(format!(
                        "the patch {id} is {phase}: there is nothing to apply. To see what another would change, put it on record or leave the manager out"
                    ));
                }
            };
            if refused.is_some() {
                return Ok(refused);
            }
        }
        Err(format!("the patch {id} does not come to where it is applied"))
    }

    /// Where a patch stands; none when the manager does not answer as one does.
    fn state(&self, manager: Address, patch: B256) -> Result<Option<IPatchCare::patchStateReturn>, String> {
        let call = IPatchCare::patchStateCall { patch };
        let asked = self.worlds.new.call(stranger(), manager, call.abi_encode());
        let outcome = asked.map_err(sentence)?;
        // Of one that it never heard of it says so by refusing.
        let unknown = refusal::<IPatchManager::PatchInPhase>(&outcome).filter(|refused| refused.phase == 0);
        if unknown.is_some() {
            return Ok(Some(IPatchCare::patchStateReturn {
                phase: 0,
                readyAt: 0,
                endsAt: 0,
                proxy: Address::ZERO,
            }));
        }
        let answered = outcome.is_success();
        Ok(answered
            .then(|| IPatchCare::patchStateCall::abi_decode_returns_validate(&outcome.output).ok())
            .flatten())
    }

    fn role<C: SolCall<Return = Address>>(&self, manager: Address, call: &C) -> Result<Address, String> {
        ask(&self.worlds.new, manager, call)?
            .ok_or_else(|| format!("{manager} does not answer as a patch manager does"))
    }

    fn wait_for(&mut self, time: u64) {
        if time > self.worlds.now() {
            self.worlds.move_to(time);
        }
    }

    /// A step of the patch's life, as soon as it can be made.
    fn step<C: SolCall>(
        &mut self,
        from: Address,
        manager: Address,
        call: &C,
        done: &str,
        role: &str,
    ) -> Result<Refused, String> {
        let mut outcome = send(&mut self.worlds.new, from, manager, call.abi_encode(), U256::ZERO)?;
        if let Some(early) = refusal::<IPatchManager::PatchTooEarly>(&outcome) {
            self.wait_for(early.opensAt);
            outcome = send(&mut self.worlds.new, from, manager, call.abi_encode(), U256::ZERO)?;
        }
        Ok(self.concluded(&outcome, done, role, from))
    }

    fn concluded(&mut self, outcome: &Outcome, done: &str, role: &str, by: Address) -> Refused {
        let refused = self.errors.of(outcome);
        match &refused {
            Some(why) => Some(format!("it is not {done} in the name of the {role} {by}: {why}")),
            None => {
                let at = moment(self.worlds.now());
                self.steps
                    .push(format!("It is {done} in the name of the {role} {by} at {at}."));
                None
            }
        }
    }

    /// Arms the patch from now on, for as long as the manager lets.
    fn arm(&mut self, manager: Address, patch: B256) -> Result<Refused, String> {
        let guardian = self.role(manager, &IPatchGovernance::guardianCall {})?;
        let from = self.worlds.now();
        let call = |until| IPatchManager::armCall { patch, from, until }.abi_encode();
        let mut outcome = send(
            &mut self.worlds.new,
            guardian,
            manager,
            call(u64::MAX),
            U256::ZERO,
        )?;
        if let Some(bounds) = refusal::<IPatchManager::WindowUntilOutOfBounds>(&outcome) {
            outcome = send(
                &mut self.worlds.new,
                guardian,
                manager,
                call(bounds.latest),
                U256::ZERO,
            )?;
        }
        Ok(self.concluded(&outcome, "armed", "guardian", guardian))
    }

    fn apply(&mut self, patch: &Managed) -> Result<Refused, String> {
        let guardian = self.role(patch.manager, &IPatchGovernance::guardianCall {})?;
        let value = if patch.activation_gas == 0 {
            U256::ZERO
        } else {
            let value = U256::from(ACTIVATION_VALUE);
            for world in [&mut self.worlds.old, &mut self.worlds.new] {
                world.give(guardian, value).map_err(|why| why.to_string())?;
            }
            value
        };
        let call = patch
            .terms
            .apply(patch.init.clone(), patch.checks.clone(), patch.activation_gas);
        let outcome = send(
            &mut self.worlds.new,
            guardian,
            patch.manager,
            call.abi_encode(),
            value,
        )?;
        Ok(self.concluded(&outcome, "applied", "guardian", guardian))
    }

    fn administered(&mut self, proxy: Address, switch: &Administered) -> Result<Refused, String> {
        let fork = &self.worlds.new;
        let (beacon, admin) = (slot(fork, proxy, BEACON)?, slot(fork, proxy, ADMIN)?);
        let implementation = switch.implementation;
        let code = fork.code(implementation).map_err(|why| why.to_string())?;
        if code.is_empty() {
            return Err(format!(
                "nothing stands at {implementation}: name the new version's address, or its code with --code"
            ));
        }
        let of_owner = |owned: Address| -> Result<Address, String> {
            let owner = ask(fork, owned, &IOwned::ownerCall {})?.filter(|owner| !owner.is_zero());
            owner.ok_or_else(|| {
                format!("{owned} does not say by owner() who may upgrade it: name that with --administrator")
            })
        };
        let named = switch.administrator;
        let (target, by, data) = if !beacon.is_zero() {
            if !switch.init.is_empty() {
                return Err(
                    "a beacon's proxies are not initialised by the switch: leave --init out".to_owned(),
                );
            }
            let by = named.map_or_else(|| of_owner(beacon), Ok)?;
            let data = IBeacon::upgradeToCall {
                newImplementation: implementation,
            };
            (beacon, by, data.abi_encode())
        } else {
            let by = match (named, admin.is_zero()) {
                (Some(named), _) => named,
                (None, false) => admin,
                (None, true) => of_owner(proxy)?,
            };
            let data = IUpgrades::upgradeToAndCallCall {
                newImplementation: implementation,
                data: switch.init.clone(),
            };
            (proxy, by, data.abi_encode())
        };
        let outcome = send(&mut self.worlds.new, by, target, data, U256::ZERO)?;
        Ok(match self.errors.of(&outcome) {
            Some(why) => Some(format!("{target} is not switched in the name of {by}: {why}")),
            None => {
                let at = moment(self.worlds.now());
                self.steps
                    .push(format!("{target} is switched in the name of {by} at {at}."));
                None
            }
        })
    }
}

fn refusal<E: SolError>(outcome: &Outcome) -> Option<E> {
    (!outcome.is_success())
        .then(|| E::abi_decode(&outcome.output).ok())
        .flatten()
}
