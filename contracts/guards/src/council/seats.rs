//! Who the members are: named, seated, counted.

use super::{
    events::{MemberAdded, MemberRemoved, MembersChanged, ThresholdChanged},
    quorum::Quorum,
    refusals::{CouncilSizeOutOfBounds, CouncilUnset, InvalidMember, NotMember, ThresholdOutOfBounds},
};
use crate::{sdk, GuardError};
use alloc::vec::Vec;
use alloy_primitives::{Address, B256, U256};
use portcullis_core::council::{first_out_of_place, InvalidTerms, Seat, Terms, MAX_MEMBERS};
use stylus_sdk::prelude::*;

impl Quorum {
    /// The terms, none before members are named.
    pub(super) fn terms(&self) -> Option<Terms> {
        Terms::from_word(self.terms.get())
    }

    /// The members, ascending.
    #[inline(never)]
    pub(super) fn members(&self) -> Vec<Address> {
        let count = self.terms().map_or(0, Terms::count);
        let seats = (0..count).filter_map(Seat::new);
        seats
            .map(|seat| Address::from_word(self.members.get(seat.to_word().into()).into()))
            .collect()
    }

    /// Whether the account is a member.
    pub(super) fn has_member(&self, account: Address) -> bool {
        self.seat(account).is_ok()
    }

    /// The terms that these members and this threshold make in the next epoch. Changes nothing.
    #[inline(never)]
    pub(super) fn next_terms(&self, members: &[Address], threshold: u64) -> Result<Terms, GuardError> {
        let terms =
            Terms::after(self.terms(), members.len() as u64, threshold).map_err(|invalid| match invalid {
                InvalidTerms::CountOutOfBounds { count } => GuardError::from(CouncilSizeOutOfBounds {
                    count,
                    maximum: MAX_MEMBERS,
                }),
                InvalidTerms::ThresholdOutOfBounds { threshold, count } => {
                    ThresholdOutOfBounds { threshold, count }.into()
                }
            })?;
        // The contract itself acts for the council; it is not in it.
        let own = self.vm().contract_address();
        let own = || members.iter().position(|member| *member == own);
        if let Some(index) = first_out_of_place(members).or_else(own) {
            return Err(InvalidMember {
                index: index as u64,
                member: members.get(index).copied().unwrap_or_default(),
            }
            .into());
        }
        Ok(terms)
    }

    /// Seats these members, for whom [`Quorum::next_terms`] made the terms.
    #[inline(never)]
    pub(super) fn seat_all(&mut self, council: B256, members: &[Address], terms: Terms) {
        let epoch = terms.epoch();
        let before = self.members();
        let previous = self.terms().map_or(0, Terms::threshold);
        for (number, member) in (0..).zip(&before) {
            if members.binary_search(member).is_err() {
                self.seats.insert(member.into_word(), U256::ZERO);
                let member = *member;
                sdk::emit(
                    self.vm(),
                    MemberRemoved {
                        council,
                        member,
                        epoch,
                    },
                );
            }
            if number >= terms.count() {
                self.put(number, Address::ZERO);
            }
        }
        for (number, member) in (0..).zip(members) {
            if before.binary_search(member).is_err() {
                let member = *member;
                sdk::emit(
                    self.vm(),
                    MemberAdded {
                        council,
                        member,
                        epoch,
                    },
                );
            }
            self.put(number, *member);
        }
        self.terms.set(terms.to_word());
        let current = terms.threshold();
        if previous != current {
            sdk::emit(
                self.vm(),
                ThresholdChanged {
                    council,
                    previous,
                    current,
                    epoch,
                },
            );
        }
        sdk::emit(
            self.vm(),
            MembersChanged {
                council,
                previous: before.len() as u64,
                current: terms.count(),
                epoch,
            },
        );
    }

    /// The terms, where there are members.
    pub(super) fn required(&self) -> Result<Terms, GuardError> {
        self.terms().ok_or_else(|| CouncilUnset {}.into())
    }

    pub(super) fn seat(&self, account: Address) -> Result<Seat, GuardError> {
        Seat::from_word(self.seats.get(account.into_word())).ok_or_else(|| NotMember { account }.into())
    }

    /// Puts a member into a seat; the zero address leaves it empty.
    fn put(&mut self, number: u64, member: Address) {
        if let Some(seat) = Seat::new(number) {
            let seat = seat.to_word();
            self.members.insert(seat.into(), member.into_word().into());
            if !member.is_zero() {
                self.seats.insert(member.into_word(), seat);
            }
        }
    }
}
