//! A token that may misbehave.

use crate::chain::{u, Net, DEPLOYER};
use alloy_primitives::{hex, keccak256, Address, Bytes, U256};
use alloy_sol_types::SolValue;
use e2e::tokens::{Fixture, IToken};
use proptest::prelude::*;
use proptest::sample::select;

/// What a token becomes. All but the first three are an upgrade to code that does only this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    FeeBps(u64),
    ReturnsFalse,
    /// So much more is taken from the protocol with each transfer of its own.
    Bites(u64),
    Reverts,
    BurnsGas,
    SaysNothing,
    SaysZero,
    SaysTheLargestNumber,
}

/// What a token of this kind can become.
pub fn trouble(fixture: Fixture) -> impl Strategy<Value = Trouble> {
    let own = match fixture {
        Fixture::NoReturnToken => (1..=10_000u64).prop_map(Trouble::FeeBps).boxed(),
        Fixture::RefusingToken => Just(Trouble::ReturnsFalse).boxed(),
        Fixture::GreedyToken => (1..=1_000u64).prop_map(Trouble::Bites).boxed(),
        _ => Just(Trouble::Reverts).boxed(),
    };
    let codes = [
        Trouble::Reverts,
        Trouble::BurnsGas,
        Trouble::SaysNothing,
        Trouble::SaysZero,
        Trouble::SaysTheLargestNumber,
    ];
    prop_oneof![2 => own, 1 => select(codes.to_vec())]
}

#[derive(Clone)]
pub struct Token {
    pub address: Address,
    pub fixture: Fixture,
    /// What it is now, when it is not itself.
    pub trouble: Option<Trouble>,
    /// Its own code, for when it was upgraded.
    code: Bytes,
}

impl Token {
    /// One that was just made.
    pub fn at(net: &Net, address: Address, fixture: Fixture) -> Self {
        Self {
            address,
            fixture,
            trouble: None,
            code: net.code_of(address),
        }
    }

    /// What an account holds of it, whatever it says.
    pub fn purse(&self, net: &Net, account: Address) -> U256 {
        let words = net.words(self.address);
        words.get(&self.purse_slot(account)).copied().unwrap_or_default()
    }

    pub fn set_purse(&self, net: &mut Net, account: Address, value: U256) {
        net.set_word(self.address, self.purse_slot(account), value);
    }

    /// It takes so much back from an account, in basis points.
    pub fn seize(&self, net: &mut Net, account: Address, part: u64) {
        let kept = self.purse(net, account) * u(10_000 - part) / u(10_000);
        self.set_purse(net, account, kept);
    }

    fn purse_slot(&self, account: Address) -> U256 {
        // Where the compiler put `balanceOf`.
        let slot = if self.fixture == Fixture::NoReturnToken {
            4u64
        } else {
            0
        };
        keccak256((account, u(slot)).abi_encode()).into()
    }

    /// It becomes this for a protocol.
    pub fn spoil(&mut self, net: &mut Net, protocol: Address, trouble: Trouble) {
        self.repair(net, protocol);
        self.trouble = Some(trouble);
        let code: &[u8] = match trouble {
            Trouble::FeeBps(bps) => return self.keep(net, bps),
            Trouble::ReturnsFalse => return self.refuse(net, true),
            Trouble::Bites(bite) => return self.bite(net, protocol, bite),
            Trouble::Reverts => &hex!("5f5ffd"),
            Trouble::BurnsGas => &hex!("5b5f56"),
            Trouble::SaysNothing => &hex!("00"),
            Trouble::SaysZero => &hex!("60205ff3"),
            Trouble::SaysTheLargestNumber => &hex!("5f195f5260205ff3"),
        };
        net.upgrade(self.address, Bytes::copy_from_slice(code));
    }

    /// It is itself again.
    pub fn repair(&mut self, net: &mut Net, protocol: Address) {
        self.upgrade_back(net);
        match self.trouble.take() {
            Some(Trouble::FeeBps(_)) => self.keep(net, 0),
            Some(Trouble::Bites(_)) => self.bite(net, protocol, 0),
            Some(Trouble::ReturnsFalse) => self.refuse(net, false),
            _ => {}
        }
    }

    /// It has its own code on this chain.
    pub fn upgrade_back(&self, net: &mut Net) {
        net.upgrade(self.address, self.code.clone());
    }

    fn keep(&self, net: &mut Net, bps: u64) {
        net.must(DEPLOYER, self.address, &IToken::setFeeCall { bps: u(bps) });
    }

    fn bite(&self, net: &mut Net, victim: Address, bite: u64) {
        let bite = u(bite);
        net.must(DEPLOYER, self.address, &IToken::setBiteCall { victim, bite });
    }

    fn refuse(&self, net: &mut Net, refusing: bool) {
        net.must(DEPLOYER, self.address, &IToken::setRefusingCall { refusing });
    }
}
