//! The entry point of a guarded contract.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{parse2, Error, Ident, ItemStruct};

pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let latching = latching(arguments)?;
    let contract: ItemStruct = parse2(item).map_err(|error| {
        Error::new(
            error.span(),
            "#[portcullis::entrypoint] goes on the contract's struct, above #[storage]",
        )
    })?;
    if let Some(other) = contract.attrs.iter().find(|attribute| {
        attribute
            .path()
            .segments
            .last()
            .is_some_and(|s| s.ident == "entrypoint")
    }) {
        return Err(Error::new_spanned(
            other,
            "the contract has two entry points: take this one out and keep #[portcullis::entrypoint]",
        ));
    }
    if !contract.generics.params.is_empty() {
        return Err(Error::new_spanned(
            &contract.generics,
            "the struct of a contract has no generic parameters",
        ));
    }
    let name = &contract.ident;
    let (router, latching) = if latching {
        let mark = quote! {
            #[automatically_derived]
            impl ::portcullis::transition::LatchingEntrypoint for #name {}
        };
        (quote!(::portcullis::transition::enter_latching::<#name>), mark)
    } else {
        (
            quote!(::stylus_sdk::abi::router_entrypoint::<#name, #name>),
            quote!(),
        )
    };
    Ok(quote! {
        #contract

        // SAFETY: it is the contract's own storage, which begins at slot zero, and the only one that its entry point makes.
        #[cfg(not(feature = "contract-client-gen"))]
        #[automatically_derived]
        unsafe impl ::stylus_sdk::stylus_core::storage::TopLevelStorage for #name {}

        #[automatically_derived]
        impl ::portcullis::transition::GuardedEntrypoint for #name {}

        #latching

        const _: () = {
            const fn every_call_is_guarded<Contract: ::portcullis::transition::EveryCallGuarded>() {}
            every_call_is_guarded::<#name>()
        };

        #[cfg(not(feature = "contract-client-gen"))]
        #[doc(hidden)]
        #[allow(dead_code)]
        #[::stylus_sdk::prelude::entrypoint]
        fn __portcullis_entrypoint(
            input: ::portcullis::abi::ByteVec<u8>,
            host: ::stylus_sdk::host::VM,
        ) -> ::stylus_sdk::ArbResult {
            #router(input, host)
        }
    })
}

/// Whether the attribute says `latch`.
fn latching(arguments: TokenStream) -> syn::Result<bool> {
    if arguments.is_empty() {
        return Ok(false);
    }
    match parse2::<Ident>(arguments.clone()) {
        Ok(word) if word == "latch" => Ok(true),
        _ => Err(Error::new_spanned(
            arguments,
            "write #[portcullis::entrypoint], or #[portcullis::entrypoint(latch)] for a contract with latched methods",
        )),
    }
}
