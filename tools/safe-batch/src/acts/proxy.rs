//! By what a patch manager sets a guarded proxy: the calls inside of `set-proxy`.

use super::{acts, Waits};
use crate::{
    describe::{Refused, Telling},
    value::hub_group,
    words::{duration, share},
};
use alloy_primitives::{Bytes, FixedBytes, U256};

acts! {
    /// What of `IProxyGuards` is a setting.
    proxy::IProxyGuards;

    "set-selectors" => setSelectorsCall(c, t) [selectors: Selectors, kind: FunctionKind, group: HubGroup, latch: Count8, nests: Count8]
        by: "", waits: Waits::Always, refused: calls(c.kind, c.latch, c.nests),
        says: format!("calls of {} {}.", list(&c.selectors), told(t, c.kind, c.group, c.latch, c.nests));

    "unlist-selectors" => unlistSelectorsCall(c, _) [selectors: Selectors]
        by: "", waits: Waits::Always, refused: None,
        says: format!("calls of {} are what calls are that are not listed.", list(&c.selectors));

    "set-unlisted" => setUnlistedCall(c, t) [kind: FunctionKind, group: HubGroup, latch: Count8, nests: Count8]
        by: "", waits: Waits::Always, refused: calls(c.kind, c.latch, c.nests),
        says: format!("calls that are not listed {}.", told(t, c.kind, c.group, c.latch, c.nests));

    "set-short" => setShortCall(c, t) [kind: FunctionKind, group: HubGroup, latch: Count8, nests: Count8]
        by: "", waits: Waits::Always, refused: calls(c.kind, c.latch, c.nests),
        says: format!("calls with less data than a selector, plain transfers of ETH too, {}.", told(t, c.kind, c.group, c.latch, c.nests));

    "watch" => watchCall(c, t) [asset: Asset, capacity: Amount, refillSecs: Secs]
        by: "", waits: Waits::Always, refused: super::refused::bucket(c.capacity, c.refillSecs),
        says: format!("limits what leaves of {}: {} at once, refilled over {}.", t.words.asset(c.asset), t.words.amount(c.asset, c.capacity), duration(c.refillSecs));

    "close" => closeCall(c, t) [asset: Asset]
        by: "", waits: Waits::Always, refused: None,
        says: format!("closes {}: none of it leaves.", t.words.asset(c.asset));

    "unwatch" => unwatchCall(c, t) [asset: Asset]
        by: "", waits: Waits::Always, refused: None,
        says: format!("LOOSENS: {} is watched no longer, and leaves without a limit.", t.words.asset(c.asset));

    "set-invariant" => setInvariantCall(c, _) [place: Count8, selector: Selector, target: Account, arguments: Count8, first: Hash, second: Hash, rule: Count8, bound: Count256, failsOpen: Count8, leastGas: Count]
        by: "", waits: Waits::Always, refused: (c.rule > 5).then(|| format!("there is no rule {}: they are 0 to 5", c.rule)),
        says: {
            let arguments = match c.arguments {
                0 => String::new(),
                1 => format!(" with {}", c.first),
                _ => format!(" with {} and {}", c.first, c.second),
            };
            format!(
                "at place {}, what {} of {}{arguments} answers {} over a call; where it does not answer the call {}.",
                c.place, c.selector, c.target, rule(c.rule, c.bound),
                match c.failsOpen {
                    0 => "is refused".to_owned(),
                    _ => format!("PROCEEDS, as it always answers with {} gas", c.leastGas),
                }
            )
        };

    "clear-invariant" => clearInvariantCall(c, _) [place: Count8]
        by: "", waits: Waits::Always, refused: None,
        says: format!("LOOSENS: what has to hold at place {} no longer has to.", c.place);

    "set-mode" => setModeCall(c, _) [guard: Count8, mode_: Mode]
        by: "", waits: Waits::Always, refused: None,
        says: format!(
            "makes {} {}.",
            match c.guard {
                0 => "the limits of what leaves".to_owned(),
                guard => format!("the guard {guard} (what has to hold at place {})", guard - 1),
            },
            match c.mode_ {
                0 => "refuse",
                1 => "ONLY WATCH, and refuse nothing",
                2 => "refuse, and trip",
                _ => "act in an unknown mode",
            }
        );
}

/// What no proxy takes of what a call is.
fn calls(kind: u8, latch: u8, nests: u8) -> Option<String> {
    if kind > 4 {
        Some(format!("there is no kind {kind}: they are 0 to 4"))
    } else if latch > 2 {
        Some(format!("there is no latch {latch}: it is 0, 1 or 2"))
    } else if nests > 1 {
        Some(format!("'nests' is 0 or 1, and not {nests}"))
    } else {
        None
    }
}

fn told(t: &Telling<'_>, kind: u8, group: u8, latch: u8, nests: u8) -> String {
    let kind = match kind {
        0 => "increase risk or bring funds in",
        1 => "decrease risk",
        2 => "reduce the caller's own",
        3 => "withdraw within a limit",
        4 => "are views",
        _ => "are of an unknown kind",
    };
    let latch = match latch {
        0 => "are not latched",
        1 => "answer 'false' after a violation, which is latched",
        2 => "answer nothing after a violation, which is latched",
        _ => "are latched in an unknown way",
    };
    let nests = match nests {
        0 => "are refused",
        _ => "pass",
    };
    format!(
        "{kind}, belong to {}, {latch}, and {nests} in the middle of a transition",
        hub_group(group, t.words)
    )
}

fn rule(rule: u8, bound: U256) -> String {
    match rule {
        0 => "never falls".to_owned(),
        1 => "never rises".to_owned(),
        2 => "is unchanged".to_owned(),
        3 => {
            // 2^32 times the largest fall, and the largest rise.
            let step = |shift: usize| (bound >> shift & U256::from(u32::MAX)).saturating_to::<u64>();
            format!(
                "falls by at most {} and rises by at most {}",
                share(step(32)),
                share(step(0))
            )
        }
        4 => format!("is at least {bound}"),
        5 => format!("is at most {bound}"),
        _ => "goes by an unknown rule".to_owned(),
    }
}

fn list(selectors: &[FixedBytes<4>]) -> String {
    let selectors: Vec<String> = selectors.iter().map(ToString::to_string).collect();
    selectors.join(", ")
}

/// Why a setting is none; none when it may be one.
pub(super) fn refused(call: &[u8]) -> Option<String> {
    let known = call
        .first_chunk()
        .is_some_and(|selector| ACTS.iter().any(|act| act.selector == *selector));
    (!known).then(|| {
        "it is no setting of a guarded proxy: pauses are 'restrict' and 'lift', and what runs and who administers change by a patch"
            .to_owned()
    })
}

impl Telling<'_> {
    /// What a guarded proxy is set to.
    pub(super) fn setting(&self, call: &Bytes) -> Result<String, Refused> {
        let act = call
            .first_chunk()
            .and_then(|selector| ACTS.iter().find(|act| act.selector == *selector));
        let Some(act) = act else {
            return Ok(format!(
                "UNKNOWN CALL, nothing says what it does. Its data: {call}"
            ));
        };
        let said = act.decode(call, self)?;
        Ok(match said.refused {
            Some(why) => {
                self.look_at(format!("The proxy refuses '{}': {why}.", act.name));
                format!("THE PROXY REFUSES THIS: {why}. {}", said.what)
            }
            None => said.what,
        })
    }
}
