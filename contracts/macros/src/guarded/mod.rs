//! `#[guarded]` on an `impl` block.

mod declaration;
mod method;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{parse2, parse_quote, Attribute, Error, ImplItem, ItemImpl, Path, Type};

pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    if !arguments.is_empty() {
        return Err(Error::new_spanned(
            arguments,
            "#[guarded] takes nothing; what guards a method stands above the method, as #[guard(…)]",
        ));
    }
    let mut block: ItemImpl = parse2(item).map_err(|error| {
        Error::new(
            error.span(),
            "#[guarded] goes on an `impl` block, above its #[public]",
        )
    })?;
    if !block.attrs.iter().any(|attribute| named(attribute, "public")) {
        return Err(Error::new_spanned(
            &block.self_ty,
            "#[guarded] goes above #[public]: write #[guarded] first and #[public] below it",
        ));
    }

    let mut needs = method::Needs::default();
    let mut mistakes = Mistakes::default();
    for item in &mut block.items {
        if let ImplItem::Fn(function) = item {
            match method::guard(function) {
                Ok(more) => needs.add(more),
                Err(error) => mistakes.add(error),
            }
        }
    }
    // What else is written is written all the same, so that the compiler tells the mistakes and nothing that follows from them.
    let mistakes = mistakes.told();

    let contract = &block.self_ty;
    let marks = match &block.trait_ {
        Some((_, path, _)) => {
            let interface = interface(path, &block);
            quote! {
                #[automatically_derived]
                impl ::portcullis::transition::Covers<#interface> for #contract {}
            }
        }
        None => {
            let routed = routed(&block)?;
            quote! {
                #[automatically_derived]
                impl ::portcullis::transition::EveryCallGuarded for #contract {}
                const _: () = {
                    const fn comes_in_here<Contract: ::portcullis::transition::GuardedEntrypoint>() {}
                    comes_in_here::<#contract>()
                };
                #(const _: () = {
                    const fn covers<Contract: ::portcullis::transition::Covers<dyn #routed>>() {}
                    covers::<#contract>()
                };)*
            }
        }
    };
    let demands = needs.demands(contract);
    Ok(quote! {
        #mistakes
        #block
        #marks
        #demands
    })
}

/// Several mistakes, all told at once.
#[derive(Default)]
struct Mistakes(Option<Error>);

impl Mistakes {
    fn add(&mut self, error: Error) {
        match &mut self.0 {
            Some(first) => first.combine(error),
            None => self.0 = Some(error),
        }
    }

    fn told(self) -> Option<TokenStream> {
        self.0.map(Error::into_compile_error)
    }
}

/// Whether an attribute has this name, under whatever path.
fn named(attribute: &Attribute, name: &str) -> bool {
    attribute
        .path()
        .segments
        .last()
        .is_some_and(|segment| segment.ident == name)
}

/// The traits whose methods the contract takes calls for.
fn routed(block: &ItemImpl) -> syn::Result<Vec<Path>> {
    let mut paths = Vec::new();
    for attribute in block
        .attrs
        .iter()
        .filter(|attribute| named(attribute, "implements"))
    {
        let listed = attribute
            .parse_args_with(syn::punctuated::Punctuated::<Path, syn::Token![,]>::parse_terminated)?;
        paths.extend(listed);
    }
    Ok(paths)
}

/// The type `dyn Trait` by which the contract routes to a trait: with its associated types.
fn interface(path: &Path, block: &ItemImpl) -> Type {
    let types: Vec<_> = block
        .items
        .iter()
        .filter_map(|item| match item {
            ImplItem::Type(associated) => {
                let (name, value) = (&associated.ident, &associated.ty);
                Some(quote!(#name = #value))
            }
            _ => None,
        })
        .collect();
    if types.is_empty() {
        return parse_quote!(dyn #path);
    }
    let mut plain = path.clone();
    let mut arguments = Vec::new();
    if let Some(last) = plain.segments.last_mut() {
        if let syn::PathArguments::AngleBracketed(listed) = &last.arguments {
            arguments.extend(listed.args.iter().cloned());
        }
        last.arguments = syn::PathArguments::None;
    }
    parse_quote!(dyn #plain<#(#arguments,)* #(#types),*>)
}
