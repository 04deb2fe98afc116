//! What is written around the body of a method.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{
    parse_quote, spanned::Spanned, Error, FnArg, GenericArgument, ImplItemFn, PathArguments, ReturnType, Type,
};

use super::{
    declaration::{self, Check, Declaration, Direction, Flow, Guard},
    named,
};

/// What the contract has to provide for what its methods declare.
#[derive(Default)]
pub(crate) struct Needs {
    inflows: bool,
    outflows: bool,
    modes: bool,
    latching: bool,
}

impl Needs {
    pub(crate) fn add(&mut self, other: Self) {
        self.inflows |= other.inflows;
        self.outflows |= other.outflows;
        self.modes |= other.modes;
        self.latching |= other.latching;
    }

    /// What does not compile where it is missing, told once for a contract and not at each method.
    pub(crate) fn demands(&self, contract: &Type) -> TokenStream {
        let mut bounds = Vec::new();
        if self.inflows {
            bounds.push(quote!(::portcullis::transition::Inflows));
        }
        if self.outflows {
            bounds.push(quote!(::portcullis::transition::Outflows));
        }
        if self.modes {
            bounds.push(quote!(::portcullis::transition::Moded));
        }
        if self.latching {
            bounds.push(quote!(::portcullis::transition::LatchingEntrypoint));
            bounds.push(quote!(::portcullis::transition::Latching));
        }
        quote! {
            #(const _: () = {
                const fn is_there<Contract: #bounds>() {}
                is_there::<#contract>()
            };)*
        }
    }
}

/// Puts the guards around a method.
pub(crate) fn guard(function: &mut ImplItemFn) -> syn::Result<Needs> {
    let declared = declaration::take(&mut function.attrs)?;
    let special = |name| function.attrs.iter().any(|attribute| named(attribute, name));
    if special("constructor") {
        return match declared {
            Declaration::None | Declaration::Exempt => Ok(Needs::default()),
            Declaration::Guarded(_) | Declaration::Settled(_) => Err(Error::new(
                function.sig.ident.span(),
                "a constructor runs once and before there is anything to guard; take the declaration out",
            )),
        };
    }
    match (receiver(function), declared) {
        (Receiver::Changes, Declaration::Guarded(guard)) => write(function, &guard),
        (Receiver::Changes, Declaration::Exempt) => Ok(Needs::default()),
        (Receiver::Changes, Declaration::None) => Err(unguarded(function)),
        (Receiver::Changes, Declaration::Settled(span)) => Err(Error::new(
            span,
            "#[settled] is for views; a method that changes state says #[guard(…)], whose lock refuses in the middle of a transition",
        )),
        (Receiver::Views, Declaration::Settled(_)) => settle(function),
        (Receiver::Views, Declaration::None) => Ok(Needs::default()),
        (Receiver::Views, Declaration::Guarded(_) | Declaration::Exempt) => Err(Error::new(
            function.sig.ident.span(),
            format!(
                "`{}` takes no `&mut self` and changes nothing, so it needs no guard: take the declaration out, or write `&mut self`",
                function.sig.ident
            ),
        )),
    }
}

enum Receiver {
    Changes,
    Views,
}

/// Whether a method may change state: by `&mut self`, or by a storage that is handed in.
fn receiver(function: &ImplItemFn) -> Receiver {
    let changes = match function.sig.inputs.first() {
        // Of `&mut self` the type is `&mut Self`.
        Some(FnArg::Receiver(receiver)) => {
            matches!(&*receiver.ty, Type::Reference(r) if r.mutability.is_some())
        }
        Some(FnArg::Typed(argument)) => matches!(&*argument.ty, Type::Reference(r) if r.mutability.is_some()),
        None => false,
    };
    if changes {
        Receiver::Changes
    } else {
        Receiver::Views
    }
}

fn unguarded(function: &ImplItemFn) -> Error {
    let name = &function.sig.ident;
    Error::new(
        name.span(),
        format!(
            "`{name}` may change state and declares no guard: write #[guard(…)] above it with what guards it, \
             #[guard(lock)] for the lock alone, or #[exempt(\"why it needs none\")]"
        ),
    )
}

/// The types of a method's `Result`, as far as it says them.
struct Returns<'a> {
    ok: Option<&'a Type>,
}

fn returns(function: &ImplItemFn) -> Option<Returns<'_>> {
    let ReturnType::Type(_, returned) = &function.sig.output else {
        return None;
    };
    let Type::Path(path) = &**returned else {
        return None;
    };
    let last = path.path.segments.last()?;
    if !last.ident.to_string().ends_with("Result") {
        return None;
    }
    let ok = match &last.arguments {
        PathArguments::AngleBracketed(arguments) => {
            arguments.args.iter().find_map(|argument| match argument {
                GenericArgument::Type(ok) => Some(ok),
                _ => None,
            })
        }
        _ => None,
    };
    Some(Returns { ok })
}

fn settle(function: &mut ImplItemFn) -> syn::Result<Needs> {
    if returns(function).is_none() {
        return Err(Error::new(
            function.sig.ident.span(),
            format!(
                "a settled view has to be able to refuse: let `{}` return a `Result` whose error is made from `GuardError`",
                function.sig.ident
            ),
        ));
    }
    let body = &function.block;
    function.block = parse_quote!({
        ::portcullis::lock::require_settled()?;
        #body
    });
    Ok(Needs::default())
}

fn write(function: &mut ImplItemFn, guard: &Guard) -> syn::Result<Needs> {
    let name = &function.sig.ident;
    if !matches!(function.sig.inputs.first(), Some(FnArg::Receiver(_))) {
        return Err(Error::new(
            name.span(),
            format!("the guards of `{name}` are fields of the contract: let it take `&mut self`"),
        ));
    }
    let Some(returned) = returns(function) else {
        return Err(Error::new(
            name.span(),
            format!(
                "a guarded method has to be able to refuse: let `{name}` return a `Result` whose error is made from `GuardError`"
            ),
        ));
    };
    if let Some(latch) = &guard.latch {
        if !returned.ok.is_some_and(is_bool) {
            return Err(Error::new(
                latch.span(),
                format!(
                    "a latched method tells its caller whether it happened: let `{name}` return `Result<bool, …>`, end its body \
                     with `Ok(true)`, and give other values by an event or a view"
                ),
            ));
        }
    }

    let modes = guard
        .names()
        .next()
        .map(|_| quote!(let __modes = ::portcullis::transition::Moded::guard_modes(self);));
    let latched = guard.latch.is_some();
    let enter = guard.enter.iter().map(check);
    let declared = guard.flows.iter().filter_map(declared_flow);
    let (snapshots, verdicts): (Vec<_>, Vec<_>) = guard.keep.iter().enumerate().map(invariant).unzip();
    let (measures, charges): (Vec<_>, Vec<_>) = guard
        .flows
        .iter()
        .filter(|flow| flow.amount.is_none())
        .enumerate()
        .map(measured_flow)
        .unzip();
    let leave = guard.leave.iter().map(check);
    let (output, body) = (&function.sig.output, &function.block);
    let block = quote! {{
        let __frame = ::portcullis::transition::Frame::begin(#latched)?;
        #modes
        #(#enter)*
        #(#declared)*
        #(#measures)*
        #(#snapshots)*
        #[allow(clippy::redundant_closure_call)]
        let __output = (|| #output #body)()?;
        #(#verdicts)*
        #(#charges)*
        #(#leave)*
        Ok(__output)
    }};
    let declares = |direction| guard.flows.iter().any(|flow| flow.direction == direction);
    let needs = Needs {
        inflows: declares(Direction::In),
        outflows: declares(Direction::Out),
        modes: modes.is_some(),
        latching: latched,
    };
    function.block = syn::parse2(block)?;
    Ok(needs)
}

fn is_bool(ok: &Type) -> bool {
    matches!(ok, Type::Path(path) if path.path.is_ident("bool"))
}

/// A verdict, weighed by the mode of its guard if that has a name.
fn weighed(guard: Option<&syn::Path>, span: proc_macro2::Span, verdict: &TokenStream) -> TokenStream {
    match guard {
        Some(guard) => quote_spanned! { span =>
            let __verdict = ::core::result::Result::map_err(#verdict, ::portcullis::GuardError::from);
            __frame.weigh(self.vm(), __modes, #guard, ::core::result::Result::map(__verdict, |_| ()))?;
        },
        None => quote_spanned! { span =>
            #[allow(clippy::let_unit_value)]
            let _ = #verdict?;
        },
    }
}

fn check(Check { guard, expression }: &Check) -> TokenStream {
    weighed(guard.as_ref(), expression.span(), &quote!((#expression)))
}

fn charge(direction: Direction, asset: &TokenStream, amount: &TokenStream) -> TokenStream {
    match direction {
        Direction::In => quote!(::portcullis::transition::Inflows::inflow(self, #asset, #amount)),
        Direction::Out => quote!(::portcullis::transition::Outflows::outflow(self, #asset, #amount)),
    }
}

fn declared_flow(flow: &Flow) -> Option<TokenStream> {
    let amount = flow.amount.as_ref()?;
    let asset = &flow.asset;
    let charged = charge(flow.direction, &quote!(__asset), &quote!(__amount));
    let weighed = weighed(flow.guard.as_ref(), asset.span(), &charged);
    Some(quote! {{
        let (__asset, __amount) = (#asset, #amount);
        #weighed
    }})
}

/// What is measured before the body, and charged after it.
fn measured_flow((index, flow): (usize, &Flow)) -> (TokenStream, TokenStream) {
    let asset = &flow.asset;
    let (measured, moved) = (
        format_ident!("__asset{index}"),
        format_ident!("__measured{index}"),
    );
    let measure = quote! {
        let #measured = #asset;
        let #moved = ::portcullis::transition::Measured::begin(self.vm(), #measured)?;
    };
    let difference = match flow.direction {
        Direction::In => quote!(increase),
        Direction::Out => quote!(decrease),
    };
    let charged = charge(flow.direction, &quote!(#measured), &quote!(__amount));
    let weighed = weighed(flow.guard.as_ref(), asset.span(), &charged);
    let charge = quote! {{
        let __amount = #moved.#difference(self.vm())?;
        if !__amount.is_zero() {
            #weighed
        }
    }};
    (measure, charge)
}

/// An invariant's snapshot before the body, and its verdict after it.
fn invariant((index, Check { guard, expression }): (usize, &Check)) -> (TokenStream, TokenStream) {
    let before = format_ident!("__before{index}");
    let span = expression.span();
    match guard {
        Some(guard) => (
            quote_spanned! { span =>
                let #before = __frame.snapshot(self.vm(), __modes, #guard, &(#expression))?;
            },
            quote_spanned! { span =>
                __frame.judge(self.vm(), __modes, #guard, &(#expression), #before)?;
            },
        ),
        None => (
            quote_spanned! { span =>
                let #before = __frame.snapshot_unnamed(self.vm(), &(#expression))?;
            },
            quote_spanned! { span =>
                __frame.judge_unnamed(self.vm(), &(#expression), #before)?;
            },
        ),
    }
}
