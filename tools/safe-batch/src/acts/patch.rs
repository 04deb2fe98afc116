//! What a patch manager can be called with.

use super::{acts, refused, Act, Waits};
use crate::{
    describe::Telling,
    patch::sentences::{self, SWITCHES},
    value::{hub_group, restricts},
    words::{duration, moment},
};
use alloy_primitives::{keccak256, B256};
use patch_file::Patch;
use std::sync::LazyLock;

/// The rows of its interfaces.
pub(crate) fn all() -> &'static [Act] {
    static ALL: LazyLock<Vec<Act>> =
        LazyLock::new(|| [manager::ACTS, care::ACTS, sentinels::ACTS, governance::ACTS].concat());
    &ALL
}

/// Patches.
mod manager {
    use super::*;

    acts! {
        /// `IPatchManager`.
        patch::IPatchManager;

        "commit" => commitCall(c, t) [patch: Hash, proxy: Account]
            by: "For the governor.",
            waits: Waits::Never, refused: None,
            says: format!("Puts {} of the proxy {} on record as a hash. It can be approved once it was under review, and applied no sooner than it is revealed.", t.patch(c.patch), c.proxy);

        "propose" => proposeCall(c, t) [act: Count8, proxy: Account, replaces: Account, implementation: Account, codeHash: Hash, fragments: Hash, layoutBefore: Hash, layoutAfter: Hash, initHash: Hash, checksHash: Hash, path: Count8, wayBack: Count8, freezeGroups: Count8, freezeRung: Count8, freezeSecs: Secs, salt: Hash]
            by: "For the governor.",
            waits: Waits::Never, refused: refused::patch(&Patch::from(c)),
            says: format!("Puts a patch on record with its terms: {}.", t.terms(&Patch::from(c)));

        "reveal" => revealCall(c, t) [act: Count8, proxy: Account, replaces: Account, implementation: Account, codeHash: Hash, fragments: Hash, layoutBefore: Hash, layoutAfter: Hash, initHash: Hash, checksHash: Hash, path: Count8, wayBack: Count8, freezeGroups: Count8, freezeRung: Count8, freezeSecs: Secs, salt: Hash]
            by: "For the governor.",
            waits: Waits::Never, refused: refused::revealed(&Patch::from(c)),
            says: format!("Shows the terms of a patch that was committed to: {}.", t.terms(&Patch::from(c)));

        "approve-patch" => approveCall(c, t) [patch: Hash]
            by: "For the attesters.",
            waits: Waits::Never, refused: None,
            says: format!("APPROVES {}: from then on its delay runs.", t.patch(c.patch));

        "arm" => armCall(c, t) [patch: Hash, from: Count, until: Count]
            by: "For the guardian and the governor.",
            waits: Waits::Never, refused: refused::window(c.from, c.until),
            says: format!("Says that {} can be applied from {} up to {}, both inclusive; a first second that is over stands for now.", t.patch(c.patch), moment(c.from), moment(c.until));

        "apply" => applyPatchCall(c, t) [act: Count8, proxy: Account, replaces: Account, implementation: Account, codeHash: Hash, fragments: Hash, layoutBefore: Hash, layoutAfter: Hash, initHash: Hash, checksHash: Hash, path: Count8, wayBack: Count8, freezeGroups: Count8, freezeRung: Count8, freezeSecs: Secs, salt: Hash, init: Call, checks: Call, activationGas: Count]
            by: "For the guardian and the governor.",
            waits: Waits::Never, refused: refused::parts(&Patch::from(c), &c.init, &c.checks),
            says: format!("APPLIES, or nothing of it happens: {}. {}", t.terms(&Patch::from(c)), t.parts(&c.init, &c.checks, c.activationGas));

        "roll-back" => rollBackCall(c, t) [act: Count8, proxy: Account, replaces: Account, implementation: Account, codeHash: Hash, fragments: Hash, layoutBefore: Hash, layoutAfter: Hash, initHash: Hash, checksHash: Hash, path: Count8, wayBack: Count8, freezeGroups: Count8, freezeRung: Count8, freezeSecs: Secs, salt: Hash, reason: Hash]
            by: "For the guardian and the governor.",
            waits: Waits::Never,
            refused: refused::patch(&Patch::from(c)).or((c.wayBack != 0).then(|| "its terms bar the way back".to_owned())),
            says: {
                let terms = Patch::from(c);
                t.compared(&terms);
                format!("ROLLS BACK, once and in probation: the proxy {} runs {} again in place of {}. The reason on record is {}.", c.proxy, c.replaces, c.implementation, c.reason)
            };

        "settle" => settleCall(c, _) [proxy: Account]
            by: "For the guardian alone.",
            waits: Waits::Never, refused: None,
            says: format!("GIVES UP THE WAY BACK: what runs behind the proxy {} is final before its probation is over.", c.proxy);

        "cancel" => cancelCall(c, t) [patch: Hash]
            by: "For the guardian, the governor and the attesters.",
            waits: Waits::Never, refused: None,
            says: format!("Cancels {}: it will not be applied, and never comes back.", t.patch(c.patch));

        "cancel-all" => cancelAllCall(c, _) [proxy: Account]
            by: "For the guardian, the governor and the attesters.",
            waits: Waits::Never, refused: None,
            says: format!("Cancels every patch of the proxy {} that was not applied.", c.proxy);

        "canary" => canaryCall(c, t) [act: Count8, proxy: Account, replaces: Account, implementation: Account, codeHash: Hash, fragments: Hash, layoutBefore: Hash, layoutAfter: Hash, initHash: Hash, checksHash: Hash, path: Count8, wayBack: Count8, freezeGroups: Count8, freezeRung: Count8, freezeSecs: Secs, salt: Hash, init: Call, checks: Call, activationGas: Count]
            by: "For anyone.",
            waits: Waits::Never,
            refused: Some("it always reverts: it is there to be simulated, and 'CanaryPassed' is the good end".to_owned()),
            says: format!("Tries a patch and takes it back: {}. {}", t.terms(&Patch::from(c)), t.parts(&c.init, &c.checks, c.activationGas));

        "freeze" => freezeCall(c, t) [act: Count8, proxy: Account, replaces: Account, implementation: Account, codeHash: Hash, fragments: Hash, layoutBefore: Hash, layoutAfter: Hash, initHash: Hash, checksHash: Hash, path: Count8, wayBack: Count8, freezeGroups: Count8, freezeRung: Count8, freezeSecs: Secs, salt: Hash]
            by: "For anyone.",
            waits: Waits::Never,
            refused: refused::patch(&Patch::from(c)).or((c.freezeGroups == 0).then(|| "its terms freeze nothing".to_owned())),
            says: {
                let terms = Patch::from(c);
                t.compared(&terms);
                format!("Has the approved patch, by which {}, freeze what its terms say, once: {}. It ends by itself.", sentences::what(&terms), sentences::freezes(&terms, t.words))
            };

        "keep-alive" => keepAliveCall(c, _) [account: Account]
            by: "For anyone, who sends the ETH for it.",
            waits: Waits::Never, refused: None,
            says: format!("Prolongs the life of the program at {} for the ETH that comes with the call; what is too much comes back.", c.account);
    }
}

/// Proxies in care.
mod care {
    use super::*;

    acts! {
        /// `IPatchCare`.
        patch::IPatchCare;

        "adopt" => adoptCall(c, _) [proxy: Account, switch_: Switch, running: Account]
            by: "For the governor.",
            waits: Waits::Never, refused: None,
            says: format!(
                "Takes the {} {} into care, of which the manager is the administrator or owner already and which runs {}.",
                SWITCHES.get(usize::from(c.switch_)).unwrap_or(&"unknown kind of proxy"), c.proxy, c.running
            );

        "lift" => liftCall(c, t) [proxy: Account, group: HubGroup]
            by: "For the governor.",
            waits: Waits::Never, refused: None,
            says: format!("LOOSENS: ends the pause of {} of the guarded proxy {} before its time; the ramp back begins.", hub_group(c.group, t.words), c.proxy);

        "set-proxy" => setProxyCall(c, t) [proxy: Account, call: Call]
            by: "For the governor.",
            waits: Waits::Always, refused: refused::setting(&c.call),
            says: format!("Sets the guarded proxy {}: [{}]", c.proxy, t.setting(&c.call)?);

        "restrict" => restrictCall(c, t) [proxy: Account, group: HubGroup, state: State, secs: PauseSecs]
            by: "For the guardian and the governor.",
            waits: Waits::Never, refused: None,
            says: format!("Of the guarded proxy {}: {} It ends by itself.", c.proxy, restricts(c.state, &hub_group(c.group, t.words), c.secs));
    }
}

/// Who restricts when something is found, before there is a fix.
mod sentinels {
    use super::*;
    use portcullis_core::guardian::Config;

    acts! {
        /// `IPatchSentinels`.
        patch::IPatchSentinels;

        "sentinel-restrict" => sentinelRestrictCall(c, t) [proxy: Account, group: HubGroup, state: State, secs: PauseSecs, finding: Hash]
            by: "For the group's sentinel, or its fallback in its place; each can do it once until it is armed again.",
            waits: Waits::Never, refused: None,
            says: format!("Of the guarded proxy {}, because of the finding {}: {} It ends by itself.", c.proxy, c.finding, restricts(c.state, &hub_group(c.group, t.words), c.secs));

        "sentinel-heartbeat" => sentinelHeartbeatCall(c, t) [proxy: Account, group: HubGroup]
            by: "For the group's sentinel.",
            waits: Waits::Never, refused: None,
            says: format!("Says that the sentinel of {} of the guarded proxy {} is there. It changes nothing else.", hub_group(c.group, t.words), c.proxy);

        "report-sentinel" => reportSentinelCall(c, t) [proxy: Account, group: HubGroup]
            by: "For anyone.",
            waits: Waits::Never, refused: None,
            says: format!("Says that the sentinel of {} of the guarded proxy {} gave no sign of life for too long: its fallback may restrict at once.", hub_group(c.group, t.words), c.proxy);

        "name-sentinel" => nameSentinelCall(c, t) [proxy: Account, group: HubGroup, sentinel_: Account, fallback_: Account]
            by: "For the governor.",
            waits: Waits::Always, refused: refused::pair(c.sentinel_, c.fallback_),
            says: format!(
                "Makes {} the sentinel of {} of the guarded proxy {} and {} its fallback, in place of those before; both may restrict it once.",
                c.sentinel_, hub_group(c.group, t.words), c.proxy, c.fallback_
            );

        "configure-sentinels" => configureSentinelsCall(c, _) [proxy: Account, heartbeatSecs: Secs, pauseSecs: Secs, coolDownSecs: Secs, budgetSecs: Secs, periodSecs: Secs]
            by: "For the governor.",
            waits: Waits::IfLoosens,
            refused: refused::guardians(Config {
                heartbeat_secs: c.heartbeatSecs,
                pause_secs: c.pauseSecs,
                cool_down_secs: c.coolDownSecs,
                budget_secs: c.budgetSecs,
                period_secs: c.periodSecs,
                // No council decides there.
                council_secs: c.pauseSecs,
            }),
            says: format!(
                "Sets what sentinels of the guarded proxy {} may do: a sign of life every {}; a restriction of up to {}; the next one {} after its end; and at most {} of them in any {}.",
                c.proxy, duration(c.heartbeatSecs), duration(c.pauseSecs), duration(c.coolDownSecs), duration(c.budgetSecs), duration(c.periodSecs)
            );

        "rearm-sentinel" => rearmSentinelCall(c, t) [proxy: Account, group: HubGroup]
            by: "For the governor.",
            waits: Waits::Never, refused: None,
            says: format!("Lets the sentinel and the fallback of {} of the guarded proxy {} each restrict once more, within the same budget.", hub_group(c.group, t.words), c.proxy);

        "dismiss-sentinel" => dismissSentinelCall(c, t) [proxy: Account, group: HubGroup]
            by: "For the guardian, the governor and the attesters.",
            waits: Waits::Never, refused: None,
            says: format!("Leaves {} of the guarded proxy {} without sentinel and fallback.", hub_group(c.group, t.words), c.proxy);
    }
}

/// Who governs, guards and approves, and how patches wait.
mod governance {
    use super::*;

    acts! {
        /// `IPatchGovernance`.
        patch::IPatchGovernance;

        "set-policy" => setPolicyCall(c, _) [reviewSecs: Secs, proposalSecs: Secs, delaySecs: Secs, approvalSecs: Secs, standbySecs: Secs, windowSecs: Secs, probationSecs: Secs, minSecsLeft: Secs]
            by: "For the governor.",
            waits: Waits::IfLoosens,
            refused: refused::policy([c.reviewSecs, c.proposalSecs, c.delaySecs, c.approvalSecs, c.standbySecs, c.windowSecs, c.probationSecs, c.minSecsLeft]),
            says: format!(
                "Sets how patches wait that are put on record from then on: {} of review; {} in which it can be approved; {} of delay; {} in which it can be armed, or {} on standby; a window of {} at the most; {} of probation; and a program has at least {} left when it is switched to.",
                duration(c.reviewSecs), duration(c.proposalSecs), duration(c.delaySecs), duration(c.approvalSecs), duration(c.standbySecs), duration(c.windowSecs), duration(c.probationSecs), duration(c.minSecsLeft)
            );

        "set-attesters" => setAttestersCall(c, _) [attesters_: Account]
            by: "For the governor.",
            waits: Waits::Always, refused: None,
            says: format!("Makes {}, a council's contract, the one that approves patches, in place of the one before.", c.attesters_);

        "set-guardian" => setGuardianCall(c, _) [guardian_: Account]
            by: "For the governor, for whom it waits, and the attesters, for whom it does not.",
            waits: Waits::Governor, refused: None,
            says: format!("Makes {} the guardian, who arms, applies and rolls back, in place of the one before.", c.guardian_);

        "set-delay" => setDelayCall(c, _) [secs: DelaySecs]
            by: "For the governor.",
            waits: Waits::IfLoosens, refused: None,
            says: super::super::delays(c.secs);

        "schedule" => scheduleCall(c, t) [data: Call]
            by: "For the governor.",
            waits: Waits::Scheduling, refused: None,
            says: t.scheduled(&c.data)?;

        "propose-governor" => proposeGovernorCall(c, _) [proposed: AnyAccount]
            by: "For the governor.",
            waits: Waits::Never, refused: None,
            says: super::super::proposes(c.proposed);

        "accept-governor" => acceptGovernorCall(_, _) []
            by: "For the one whom the governor proposed.",
            waits: Waits::Never, refused: None,
            says: super::super::ACCEPTS.to_owned();

        "cancel-scheduled" => cancelScheduledCall(c, _) [operation: Hash]
            by: "For the guardian and the governor.",
            waits: Waits::Never, refused: None,
            says: super::super::cancels(c.operation);
    }
}

impl Telling<'_> {
    /// A patch by its identifier; with its terms where it is the file's.
    fn patch(&self, id: B256) -> String {
        match self.words.patch.as_deref() {
            Some(file) if file.id() == id => format!(
                "the patch {id} (that of the file: {})",
                sentences::terms(&file.terms, self.words)
            ),
            Some(file) => {
                self.look_at(format!(
                    "The patch {id} is not that of the file, which is {}.",
                    file.id()
                ));
                format!("the patch {id} (NOT that of the file)")
            }
            None => format!("the patch {id}"),
        }
    }

    /// Notes where terms are not the file's.
    fn compared(&self, terms: &Patch) {
        if self
            .words
            .patch
            .as_deref()
            .is_some_and(|file| file.terms != *terms)
        {
            self.look_at("The terms of a call are not those of the file.".to_owned());
        }
    }

    fn terms(&self, terms: &Patch) -> String {
        self.compared(terms);
        sentences::terms(terms, self.words)
    }

    /// What is called in the switch, what has to hold, and what may be activated.
    fn parts(&self, init: &[u8], checks: &[u8], activation_gas: u64) -> String {
        let mut text = match init.is_empty() {
            true => String::new(),
            false => format!(
                "In the switch the proxy is called: {}. ",
                sentences::call(init, self.words)
            ),
        };
        match sentences::checks(checks, self.words) {
            Some(checks) => text.push_str(&checks),
            None => text.push_str(&format!("Its checks are none: hash {}.", keccak256(checks))),
        }
        text.push_str(&match activation_gas {
            0 => " A program has to be active already.".to_owned(),
            gas => format!(" A program that is not active is activated first, with {gas} gas at the most."),
        });
        text
    }
}
