//! The administrator's calls, read by hand.
//!
//! # Design
//! - The interface is declared to the SDK, which prints it, and read here: the SDK's reader keeps the text of each list of argument types in the program, 264 bytes each, and of a program's static data every call of
//!   anybody pays for every byte, a call to which none of it matters too. It is a tenth of what the whole proxy costs.
//! - That both say the same is tested: what `IGuardedProxy.sol` says is compared with what is declared, and the tests on a chain call what it says.
//! - As everywhere in Solidity, a word that its type cannot hold is refused, with empty data, and so are arguments that end too soon. Longer ones are read as far as they go.

use super::{
    arguments::{AssetState, InvariantTerms, SelectorTerms, Violated},
    guards::IProxyGuards,
    key_of, Proxy,
};
use alloc::vec::Vec;
use alloy_primitives::{Address, FixedBytes, B256};
use portcullis::{
    abi::{arguments::ArgumentWord, encode, Blob},
    pause_guard::{Pause, PauseState},
    rate_limiter::BucketTerms,
};
use stylus_sdk::{
    alloy_sol_types::{
        abi::token::{FixedSeqToken, WordToken},
        SolType,
    },
    function_selector,
    prelude::*,
    ArbResult,
};

/// Makes the call of a selector, if it is one of these.
macro_rules! routes {
    ($selector:ident, $data:ident, $($name:literal($($argument:ident: $type:ty),*) => $call:expr;)*) => {
        $(if $selector == const { function_selector!($name $(, $type)*) } {
            let mut _arguments = Arguments::of($data);
            $(let Some($argument) = <$type>::read(&mut _arguments) else { return Some(Err(Vec::new())) };)*
            return Some($call.answer());
        })*
        None
    };
}

/// Constructs the proxy.
#[inline(never)]
pub(crate) fn construct(proxy: &mut Proxy, data: &[u8]) -> ArbResult {
    let mut from = Arguments::of(data);
    let mut read = || {
        Some((
            Address::read(&mut from)?,
            Address::read(&mut from)?,
            bool::read(&mut from)?,
            Blob::read(&mut from)?,
            Vec::<Blob>::read(&mut from)?,
        ))
    };
    match read() {
        Some((admin, target, is_beacon, initial, settings)) if proxy.vm().msg_value().is_zero() => proxy
            .constructor(admin, target, is_beacon, initial, settings)
            .answer(),
        _ => Err(Vec::new()),
    }
}

/// Makes a call of the administrator; none where there is no such function.
#[inline(never)]
pub(crate) fn administer(proxy: &mut Proxy, selector: [u8; 4], data: &[u8]) -> Option<ArbResult> {
    const PAYABLE: [u8; 4] = function_selector!("upgradeToAndCall", Address, Blob);
    if selector != PAYABLE && !proxy.vm().msg_value().is_zero() {
        return None;
    }
    routes! { selector, data,
        "restrict"(pause: Pause) => proxy.restrict(pause);
        "lift"(group: u8) => proxy.lift(group);
        "upgradeToAndCall"(implementation: Address, data: Blob) => proxy.upgrade_to_and_call(implementation, data);
        "upgradeBeacon"(beacon: Address) => proxy.upgrade_beacon(beacon);
        "changeAdmin"(admin: Address) => proxy.change_admin(admin);
        "requireProxiable"(required: bool) => proxy.require_proxiable(required);
        "setSelectors"(selectors: Vec<FixedBytes<4>>, terms: SelectorTerms) => proxy.set_selectors(selectors, terms);
        "unlistSelectors"(selectors: Vec<FixedBytes<4>>) => proxy.unlist_selectors(selectors);
        "setUnlisted"(terms: SelectorTerms) => proxy.set_unlisted(terms);
        "setShort"(terms: SelectorTerms) => proxy.set_short(terms);
        "watch"(terms: BucketTerms) => proxy.watch(terms);
        "close"(asset: Address) => proxy.close(asset);
        "unwatch"(asset: Address) => proxy.unwatch(asset);
        "setInvariant"(place: u8, selector: FixedBytes<4>, terms: InvariantTerms) => proxy.set_invariant(place, selector, terms);
        "clearInvariant"(place: u8) => proxy.clear_invariant(place);
        "setMode"(guard: u8, mode: u8) => proxy.set_mode(guard, mode);
        "implementation"() => proxy.implementation();
        "beacon"() => proxy.beacon();
        "admin"() => proxy.admin();
        "setting"(selector: FixedBytes<4>) => proxy.setting(selector);
        "unlisted"() => proxy.unlisted();
        "short"() => proxy.short();
        "watched"(place: u8) => proxy.watched(place);
        "invariant"(place: u8) => proxy.invariant(place);
        "mode"(guard: u8) => proxy.mode(guard);
        "state"(group: u8) => proxy.state(group);
        "lastViolation"() => proxy.last_violation();
    }
}

/// Arguments, and how far they were read.
struct Arguments<'a> {
    data: &'a [u8],
    read: usize,
}

impl<'a> Arguments<'a> {
    fn of(data: &'a [u8]) -> Self {
        Self { data, read: 0 }
    }

    /// The next word.
    #[inline(never)]
    fn word(&mut self) -> Option<B256> {
        let word = self.data.get(self.read..)?.first_chunk::<32>()?;
        // Invariant: so many bytes are there.
        self.read = self.read.wrapping_add(32);
        Some(B256::new(*word))
    }

    /// What a word points to, and its length: of bytes, or of how many there are.
    #[inline(never)]
    fn tail(&mut self) -> Option<(Arguments<'a>, usize)> {
        let mut tail = Self::of(self.data.get(self.size()?..)?);
        let length = tail.size()?;
        Some((Self::of(tail.data.get(32..)?), length))
    }

    /// A word that counts bytes or words: nothing is longer than the arguments.
    fn size(&mut self) -> Option<usize> {
        let size = u64::from_word(&self.word()?)?;
        usize::try_from(size).ok().filter(|size| *size <= self.data.len())
    }
}

/// A type of argument.
trait Argument: Sized {
    /// None where there is no such value.
    fn read(from: &mut Arguments<'_>) -> Option<Self>;
}

/// Types of a word.
macro_rules! words {
    ($($type:ty),*) => {$(
        impl Argument for $type {
            fn read(from: &mut Arguments<'_>) -> Option<Self> {
                ArgumentWord::from_word(&from.word()?)
            }
        }
    )*};
}

words!(Address, u8);

impl Argument for bool {
    fn read(from: &mut Arguments<'_>) -> Option<Self> {
        u8::read(from).filter(|word| *word < 2).map(|word| word == 1)
    }
}

impl Argument for FixedBytes<4> {
    fn read(from: &mut Arguments<'_>) -> Option<Self> {
        let word = from.word()?;
        let (bytes, padding) = word.split_first_chunk::<4>()?;
        padding.iter().all(|byte| *byte == 0).then_some(Self(*bytes))
    }
}

impl Argument for Blob {
    #[inline(never)]
    fn read(from: &mut Arguments<'_>) -> Option<Self> {
        let (tail, length) = from.tail()?;
        Some(Self(tail.data.get(..length)?.to_vec()))
    }
}

impl<T: Argument> Argument for Vec<T> {
    #[inline(never)]
    fn read(from: &mut Arguments<'_>) -> Option<Self> {
        let (mut tail, length) = from.tail()?;
        (0..length).map(|_| T::read(&mut tail)).collect()
    }
}

/// Types of several words.
macro_rules! structs {
    ($($type:ty: $words:literal),*) => {$(
        impl Argument for $type {
            #[inline(never)]
            fn read(from: &mut Arguments<'_>) -> Option<Self> {
                let mut words = [WordToken(B256::ZERO); $words];
                for word in &mut words {
                    word.0 = from.word()?;
                }
                let words = FixedSeqToken(words);
                Self::valid_token(&words).then(|| Self::detokenize(words))
            }
        }
    )*};
}

structs!(Pause: 3, SelectorTerms: 4, BucketTerms: 3, InvariantTerms: 8);

/// What a call answers.
trait Answer {
    fn answer(self) -> ArbResult;
}

impl<T: Answer, E: Into<Vec<u8>>> Answer for Result<T, E> {
    fn answer(self) -> ArbResult {
        self.map_err(Into::into)?.answer()
    }
}

impl Answer for () {
    fn answer(self) -> ArbResult {
        Ok(Vec::new())
    }
}

macro_rules! answers {
    ($($type:ty),*) => {$(
        impl Answer for $type {
            fn answer(self) -> ArbResult {
                Ok(encode(&[], &[&self]))
            }
        }
    )*};
}

answers!(u8, Address, AssetState, PauseState, SelectorTerms, Violated);

impl Answer for (SelectorTerms, bool) {
    fn answer(self) -> ArbResult {
        Ok(encode(&[], &[&self.0, &self.1]))
    }
}

impl Answer for (FixedBytes<4>, InvariantTerms) {
    fn answer(self) -> ArbResult {
        Ok(encode(&[], &[&key_of(&self.0 .0), &self.1]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::U256;

    fn word(number: u64) -> [u8; 32] {
        U256::from(number).to_be_bytes()
    }

    fn read<T: Argument>(words: &[[u8; 32]]) -> Option<T> {
        T::read(&mut Arguments::of(&words.concat()))
    }

    #[test]
    fn what_its_type_cannot_hold_is_refused() {
        assert_eq!(read::<bool>(&[word(1)]), Some(true));
        assert_eq!(read::<bool>(&[word(0)]), Some(false));
        assert_eq!(read::<bool>(&[word(2)]), None);
        assert_eq!(read::<u8>(&[word(255)]), Some(255));
        assert_eq!(read::<u8>(&[word(256)]), None);
        let mut selector = [0; 32];
        selector[..4].copy_from_slice(&[1, 2, 3, 4]);
        assert_eq!(read::<FixedBytes<4>>(&[selector]), Some(FixedBytes([1, 2, 3, 4])));
        selector[4] = 1;
        assert_eq!(read::<FixedBytes<4>>(&[selector]), None);
        assert_eq!(read::<Pause>(&[word(1), word(256), word(3)]), None);
        assert_eq!(
            read::<Pause>(&[word(1), word(2), word(3)]),
            Some(Pause {
                group: 1,
                state: 2,
                secs: 3
            })
        );
    }

    #[test]
    fn arguments_that_end_too_soon_are_refused() {
        assert_eq!(read::<u8>(&[]), None);
        assert_eq!(u8::read(&mut Arguments::of(&word(1)[..31])), None);
        assert_eq!(read::<Pause>(&[word(1), word(2)]), None);
        assert_eq!(read::<Blob>(&[word(32)]), None);
        assert_eq!(
            read::<Blob>(&[word(32), word(33), word(7)]),
            None,
            "one byte more than there is"
        );
        assert_eq!(read::<Blob>(&[word(u64::MAX), word(1), word(7)]), None);
        assert_eq!(read::<Blob>(&[word(32), word(u64::MAX), word(7)]), None);
        assert_eq!(read::<Vec<Blob>>(&[word(32), word(1)]), None);
    }

    #[test]
    fn bytes_and_lists_are_those_that_alloy_encodes() {
        use stylus_sdk::abi::encode_params;
        let blobs = Vec::from([
            Blob(Vec::from([1; 33])),
            Blob(Vec::new()),
            Blob(Vec::from([2; 32])),
        ]);
        let selectors = Vec::from([FixedBytes([1, 2, 3, 4]), FixedBytes([5, 6, 7, 8])]);
        let data = encode_params(&(selectors.clone(), blobs.clone(), blobs[0].clone(), true));
        let mut arguments = Arguments::of(&data);
        assert_eq!(Vec::read(&mut arguments), Some(selectors));
        assert_eq!(Vec::read(&mut arguments), Some(blobs.clone()));
        assert_eq!(Blob::read(&mut arguments).as_ref(), Some(&blobs[0]));
        assert_eq!(bool::read(&mut arguments), Some(true));
    }
}
