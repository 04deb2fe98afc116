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

/// None asks nothing.
impl<I: Invariant> Invariant for Option<I> {
    type Before = Option<I::Before>;

    fn before(&self, vm: &VM) -> Result<Self::Before, Unmet> {
        self.as_ref().map(|invariant| invariant.before(vm)).transpose()
    }

    fn after(&self, vm: &VM, before: Self::Before) -> Result<(), Unmet> {
        match (self, before) {
            (Some(invariant), Some(before)) => invariant.after(vm, before),
            _ => Ok(()),
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
