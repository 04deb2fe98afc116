//! Several invariants as one.

use super::{Invariant, Unmet};
use crate::sdk::VM;

impl<I: Invariant> Invariant for &I {
    type Before = I::Before;

    fn before(&self, vm: &VM) -> Result<Self::Before, Unmet> {
        (**self).before(vm)
    }

    fn after(&self, vm: &VM, before: Self::Before) -> Result<(), Unmet> {
        (**self).after(vm, before)
    }
}

/// An invariant that is asked of some transitions only.
#[derive(Clone, Copy, Debug)]
pub struct OnlyIf<I> {
    condition: bool,
    invariant: I,
}

/// Asks the invariant where the condition holds at the entry of the transition, and nothing where it does not. What the condition is at the exit does not count: the body is not asked whether it is
/// watched.
pub const fn only_if<I: Invariant>(condition: bool, invariant: I) -> OnlyIf<I> {
    OnlyIf { condition, invariant }
}

impl<I: Invariant> Invariant for OnlyIf<I> {
    type Before = Option<I::Before>;

    fn before(&self, vm: &VM) -> Result<Self::Before, Unmet> {
        if self.condition {
            self.invariant.before(vm).map(Some)
        } else {
            Ok(None)
        }
    }

    fn after(&self, vm: &VM, before: Self::Before) -> Result<(), Unmet> {
        match before {
            Some(before) => self.invariant.after(vm, before),
            None => Ok(()),
        }
    }
}

macro_rules! tuples {
    ($(($($invariant:ident $before:ident),*);)*) => {$(
        impl<$($invariant: Invariant),*> Invariant for ($($invariant,)*) {
            type Before = ($($invariant::Before,)*);

            #[allow(non_snake_case, clippy::unused_unit)]
            fn before(&self, _vm: &VM) -> Result<Self::Before, Unmet> {
                let ($($invariant,)*) = self;
                Ok(($($invariant.before(_vm)?,)*))
            }

            #[allow(non_snake_case)]
            fn after(&self, _vm: &VM, before: Self::Before) -> Result<(), Unmet> {
                let (($($invariant,)*), ($($before,)*)) = (self, before);
                $($invariant.after(_vm, $before)?;)*
                Ok(())
            }
        }
    )*};
}

tuples! {
    ();
    (A a);
    (A a, B b);
    (A a, B b, C c);
    (A a, B b, C c, D d);
    (A a, B b, C c, D d, E e);
    (A a, B b, C c, D d, E e, F f);
}
