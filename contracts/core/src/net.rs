//! What counts of the flows within one transaction.
//!
//! Gross counting can be burnt: somebody borrows a hundred million, deposits it and takes it out again in one
//! transaction, and the day's budget of everybody is used up by somebody who moved nothing. Net counting over time
//! can be walked around: what came in yesterday, and can be had back another way, pays for what goes out today. So:
//! **within a transaction net, of the same actor; across transactions gross.**
//!
//! **The bound.** Let an actor's *deficit* be what it took out beyond what it brought in during the transaction, or
//! nothing. What counts is the sum of the deficits of all actors. What leaves the protocol net in a transaction is at
//! most that sum, because what one actor brought in beyond what it took lowers nobody else's. And nothing counts for
//! whoever leaves a transaction with no more than it brought.
//!
//! # Design
//! - **[`Actor`] is two words for an asset and an actor, [`Tally`] is two words for an asset, in transient storage
//!   all four.** The chain clears them at the end of the transaction; nothing of a surplus outlives it.
//! - **Brought in means verified.** The caller measures the difference of its own balance. An amount that was named,
//!   or that a token with a fee kept, is not brought in.
//! - **Who the actor is** is the caller's choice and must be one that cannot be lent: `msg.sender` of the outermost
//!   call, never an address in an argument. A deposit on another's behalf is the payer's.
//! - **A deficit that is made good stops counting**, within the transaction: taking out 100 and bringing back 100
//!   comes to nothing, as in a flash loan that the protocol itself gives.
//! - **What was charged to a lasting limiter stays charged.** A limiter over time is charged at each outermost exit
//!   with [`Tally::due`]: what counts then, beyond what the transaction was charged already. What is made good after
//!   an exit is not given back to a limiter, it is only not charged again when it is taken once more.
//! - Nothing wraps: a sum that does not fit is an error.
//!
//! # The attack
//! Flash deposit and withdrawal to burn the budget; a second actor's deposit to pay for the first one's withdrawal;
//! yesterday's deposit to pay for today's. `tests/net_model.rs` does each, and random transactions of several actors
//! against the definition.

use alloy_primitives::U256;

/// What an actor has moved of an asset in this transaction. Both zero at its beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Actor {
    /// What it verifiably brought in.
    pub brought_in: U256,
    /// What it has taken out.
    pub taken_out: U256,
}

/// What counts of an asset in this transaction. Both zero at its beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The sum of the deficits of all actors. A cap on a transaction is a cap on this.
    pub counted: U256,
    /// What of it has been charged to limiters that outlast the transaction.
    pub charged: U256,
}

/// A sum of more than 256 bits. Nothing is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overflow;

impl Actor {
    /// What it took out beyond what it brought in.
    pub fn deficit(&self) -> U256 {
        self.taken_out.saturating_sub(self.brought_in)
    }

    /// What it may take out before anything counts.
    pub fn surplus(&self) -> U256 {
        self.brought_in.saturating_sub(self.taken_out)
    }
}

/// The actor brings in `amount`.
///
/// # Errors
/// [`Overflow`].
pub fn bring_in(actor: Actor, tally: Tally, amount: U256) -> Result<(Actor, Tally), Overflow> {
    let brought_in = actor.brought_in.checked_add(amount).ok_or(Overflow)?;
    moved(actor, Actor { brought_in, ..actor }, tally)
}

/// The actor takes out `amount`.
///
/// # Errors
/// [`Overflow`].
pub fn take_out(actor: Actor, tally: Tally, amount: U256) -> Result<(Actor, Tally), Overflow> {
    let taken_out = actor.taken_out.checked_add(amount).ok_or(Overflow)?;
    moved(actor, Actor { taken_out, ..actor }, tally)
}

fn moved(before: Actor, after: Actor, tally: Tally) -> Result<(Actor, Tally), Overflow> {
    // A tally of other transactions, or of another asset, would be less than this actor's deficit: that is refused too.
    let others = tally.counted.checked_sub(before.deficit()).ok_or(Overflow)?;
    let counted = others.checked_add(after.deficit()).ok_or(Overflow)?;
    Ok((after, Tally { counted, ..tally }))
}

impl Tally {
    /// What is to be charged at an outermost exit, and the tally when it has been.
    #[must_use]
    pub fn due(self) -> (U256, Self) {
        let due = self.counted.saturating_sub(self.charged);
        let charged = self.charged.max(self.counted);
        (due, Self { charged, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn u(amount: u64) -> U256 {
        U256::from(amount)
    }

    const NOBODY: Actor = Actor {
        brought_in: U256::ZERO,
        taken_out: U256::ZERO,
    };

    #[test]
    fn a_flash_deposit_and_withdrawal_counts_nothing() {
        let (actor, tally) = bring_in(NOBODY, Tally::default(), u(1_000_000)).unwrap();
        assert_eq!(actor.surplus(), u(1_000_000));
        let (actor, tally) = take_out(actor, tally, u(1_000_000)).unwrap();
        assert_eq!(
            (actor.deficit(), tally.counted, tally.due().0),
            (u(0), u(0), u(0))
        );
    }

    #[test]
    fn what_is_taken_beyond_counts() {
        let (actor, tally) = bring_in(NOBODY, Tally::default(), u(100)).unwrap();
        let (actor, tally) = take_out(actor, tally, u(130)).unwrap();
        assert_eq!((actor.deficit(), actor.surplus()), (u(30), u(0)));
        assert_eq!(tally.due().0, u(30));
    }

    #[test]
    fn another_actors_deposit_buys_nothing() {
        let (_, tally) = bring_in(NOBODY, Tally::default(), u(100)).unwrap();
        let (_, tally) = take_out(NOBODY, tally, u(100)).unwrap();
        assert_eq!(tally.counted, u(100));
    }

    #[test]
    fn a_deficit_made_good_stops_counting() {
        let (actor, tally) = take_out(NOBODY, Tally::default(), u(100)).unwrap();
        assert_eq!(tally.counted, u(100));
        let (_, tally) = bring_in(actor, tally, u(70)).unwrap();
        assert_eq!(tally.counted, u(30));
    }

    #[test]
    fn what_was_charged_is_not_given_back_and_not_charged_twice() {
        let (actor, tally) = take_out(NOBODY, Tally::default(), u(100)).unwrap();
        let (due, tally) = tally.due();
        assert_eq!(due, u(100));
        assert_eq!(tally.due(), (u(0), tally));
        let (actor, tally) = bring_in(actor, tally, u(100)).unwrap();
        assert_eq!((tally.counted, tally.due().0), (u(0), u(0)));
        let (actor, tally) = take_out(actor, tally, u(100)).unwrap();
        assert_eq!(tally.due().0, u(0));
        let (_, tally) = take_out(actor, tally, u(1)).unwrap();
        assert_eq!(tally.due().0, u(1));
    }

    #[test]
    fn nothing_wraps() {
        let (full, tally) = take_out(NOBODY, Tally::default(), U256::MAX).unwrap();
        assert_eq!(take_out(full, tally, u(1)), Err(Overflow));
        // Another actor's deficit on top does not fit the tally.
        assert_eq!(take_out(NOBODY, tally, u(1)), Err(Overflow));
        let (rich, tally) = bring_in(NOBODY, Tally::default(), U256::MAX).unwrap();
        assert_eq!(bring_in(rich, tally, u(1)), Err(Overflow));
        // A tally that does not belong to the actor.
        assert_eq!(take_out(full, Tally::default(), u(0)), Err(Overflow));
    }
}
