//! What a storage struct says of its layout.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{
    ext::IdentExt, parse2, spanned::Spanned, Data, DeriveInput, Error, Fields, GenericArgument, Ident,
    PathArguments, Type,
};

pub(crate) fn expand(item: TokenStream) -> syn::Result<TokenStream> {
    let item: DeriveInput = parse2(item)?;
    let misplaced = "#[derive(StorageLayout)] goes on a struct with named fields, beside #[storage]";
    let Data::Struct(structure) = &item.data else {
        return Err(Error::new_spanned(&item.ident, misplaced));
    };
    let fields: Vec<_> = match &structure.fields {
        // What `#[storage]` adds when it stands above: no storage.
        Fields::Named(fields) => fields.named.iter().filter(|field| !is_the_sdks(field)).collect(),
        Fields::Unit => Vec::new(),
        Fields::Unnamed(fields) => return Err(Error::new_spanned(fields, misplaced)),
    };
    let name = &item.ident;
    if let Some(field) = fields.iter().find(|field| holds(&field.ty, name)) {
        return Err(Error::new_spanned(
            &field.ty,
            "a struct that holds itself has no layout: keep the inner ones in a map beside it, by a key",
        ));
    }
    let label = name.unraw().to_string();
    let entries = fields.iter().map(|field| {
        let of = &field.ty;
        let label = field.ident.as_ref().map(|name| name.unraw().to_string());
        // A type without a layout is pointed at.
        quote_spanned!(of.span()=> ::portcullis::layout::Field::of::<#of>(#label))
    });
    let mut generics = item.generics.clone();
    if generics.type_params().next().is_some() {
        let types = fields.iter().map(|field| &field.ty);
        generics
            .make_where_clause()
            .predicates
            .extend(types.map(|of| -> syn::WherePredicate {
                syn::parse_quote!(#of: ::portcullis::layout::StorageLayout)
            }));
    }
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    Ok(quote! {
        #[cfg(not(feature = "contract-client-gen"))]
        #[automatically_derived]
        impl #impl_generics ::portcullis::layout::StorageLayout for #name #type_generics #where_clause {
            const FIELDS: &'static [::portcullis::layout::Field] = &[#(#entries),*];
            const HASH: ::portcullis::layout::Hash = ::portcullis::layout::of_struct::<Self>();

            #[cfg(not(target_arch = "wasm32"))]
            fn describe() -> ::portcullis::layout::Type {
                ::portcullis::layout::Type::structure::<Self>(#label)
            }
        }
    })
}

fn is_the_sdks(field: &syn::Field) -> bool {
    field
        .ident
        .as_ref()
        .is_some_and(|name| name == "__stylus_host" || name == "__stylus_contract_address")
}

/// Whether a type is of this name, or made of one that is.
fn holds(of: &Type, name: &Ident) -> bool {
    let Type::Path(of) = of else {
        return false;
    };
    let parts = of.path.segments.last().map(|last| &last.arguments);
    let Some(PathArguments::AngleBracketed(parts)) = parts else {
        return of.path.is_ident(name) || of.path.is_ident("Self");
    };
    parts
        .args
        .iter()
        .any(|part| matches!(part, GenericArgument::Type(part) if holds(part, name)))
}
