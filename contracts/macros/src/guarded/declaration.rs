//! What a method declares: `#[guard(…)]`, `#[exempt("…")]`, `#[settled]`.

use proc_macro2::Span;
use syn::{
    parenthesized,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
    Attribute, Error, Expr, Ident, LitStr, Path, Token,
};

use super::named;

/// What may stand in `#[guard(…)]`.
const ITEMS: &str =
    "enter(…), inflow(asset, amount), outflow(asset, amount), inflow(asset), outflow(asset), keep(…), leave(…), lock or latch";

/// A check, with the name of its guard if it has one.
pub(crate) struct Check {
    pub(crate) guard: Option<Path>,
    pub(crate) expression: Expr,
}

impl Parse for Check {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        Ok(Self {
            guard: guard_name(input)?,
            expression: input.parse()?,
        })
    }
}

/// Which way a flow goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    In,
    Out,
}

/// A flow that a method declares.
pub(crate) struct Flow {
    pub(crate) guard: Option<Path>,
    pub(crate) direction: Direction,
    pub(crate) asset: Expr,
    /// None: measured.
    pub(crate) amount: Option<Expr>,
}

/// What guards a method.
#[derive(Default)]
pub(crate) struct Guard {
    pub(crate) enter: Vec<Check>,
    pub(crate) flows: Vec<Flow>,
    pub(crate) keep: Vec<Check>,
    pub(crate) leave: Vec<Check>,
    pub(crate) latch: Option<Ident>,
    lock: bool,
}

impl Guard {
    fn is_empty(&self) -> bool {
        !self.lock
            && self.enter.is_empty()
            && self.flows.is_empty()
            && self.keep.is_empty()
            && self.leave.is_empty()
            && self.latch.is_none()
    }

    /// Every name of a guard in it.
    pub(crate) fn names(&self) -> impl Iterator<Item = &Path> {
        let checks = self.enter.iter().chain(&self.keep).chain(&self.leave);
        let flows = self.flows.iter().map(|flow| &flow.guard);
        checks.map(|check| &check.guard).chain(flows).flatten()
    }
}

impl Parse for Guard {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let mut guard = Self::default();
        while !input.is_empty() {
            let word: Ident = input.parse()?;
            match word.to_string().as_str() {
                "enter" => guard.enter.extend(checks(input, &word)?),
                "keep" => guard.keep.extend(checks(input, &word)?),
                "leave" => guard.leave.extend(checks(input, &word)?),
                "inflow" => guard.flows.push(flow(input, &word, Direction::In)?),
                "outflow" => guard.flows.push(flow(input, &word, Direction::Out)?),
                "lock" => guard.lock = true,
                "latch" => guard.latch = Some(word),
                _ => {
                    return Err(Error::new(
                        word.span(),
                        format!("`{word}` is no guard; write {ITEMS}"),
                    ))
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(guard)
    }
}

/// `NAME:` in front of a check.
fn guard_name(input: ParseStream) -> syn::Result<Option<Path>> {
    let ahead = input.fork();
    if ahead.call(Path::parse_mod_style).is_err() || !ahead.peek(Token![:]) {
        return Ok(None);
    }
    let name = input.call(Path::parse_mod_style)?;
    input.parse::<Token![:]>()?;
    Ok(Some(name))
}

fn checks(input: ParseStream, word: &Ident) -> syn::Result<Vec<Check>> {
    let content = brackets(input, word)?;
    let checks = Punctuated::<Check, Token![,]>::parse_terminated(&content)?;
    if checks.is_empty() {
        return Err(Error::new(
            word.span(),
            format!("`{word}` checks nothing; write an expression in its brackets, or take it out"),
        ));
    }
    Ok(checks.into_iter().collect())
}

fn flow(input: ParseStream, word: &Ident, direction: Direction) -> syn::Result<Flow> {
    let content = brackets(input, word)?;
    let guard = guard_name(&content)?;
    let mut values = Punctuated::<Expr, Token![,]>::parse_terminated(&content)?.into_iter();
    match (values.next(), values.next(), values.next()) {
        (Some(asset), amount, None) => Ok(Flow {
            guard,
            direction,
            asset,
            amount,
        }),
        _ => Err(Error::new(
            word.span(),
            format!("write `{word}(asset, amount)`, or `{word}(asset)` for one that is measured"),
        )),
    }
}

fn brackets<'a>(input: ParseStream<'a>, word: &Ident) -> syn::Result<syn::parse::ParseBuffer<'a>> {
    if !input.peek(syn::token::Paren) {
        return Err(Error::new(word.span(), format!("write `{word}(…)`")));
    }
    let content;
    parenthesized!(content in input);
    Ok(content)
}

/// What a method says of itself.
pub(crate) enum Declaration {
    Guarded(Guard),
    Exempt,
    Settled(Span),
    /// Nothing.
    None,
}

/// Takes the declaration out of a method's attributes, also where it is mistaken.
pub(crate) fn take(attributes: &mut Vec<Attribute>) -> syn::Result<Declaration> {
    let declares = |attribute: &mut Attribute| {
        ["guard", "exempt", "settled"]
            .iter()
            .any(|name| named(attribute, name))
    };
    let mut declared = Declaration::None;
    for attribute in attributes.extract_if(.., declares).collect::<Vec<_>>() {
        let next = if named(&attribute, "guard") {
            guard(&attribute)?
        } else if named(&attribute, "exempt") {
            exempt(&attribute)?
        } else {
            settled(&attribute)?
        };
        if !matches!(declared, Declaration::None) {
            return Err(Error::new_spanned(
                attribute,
                "a method has one of #[guard(…)], #[exempt(\"…\")] and #[settled]; put all guards into one #[guard(…)]",
            ));
        }
        declared = next;
    }
    Ok(declared)
}

fn guard(attribute: &Attribute) -> syn::Result<Declaration> {
    let guard = match &attribute.meta {
        syn::Meta::Path(_) => Guard::default(),
        _ => attribute.parse_args::<Guard>()?,
    };
    if guard.is_empty() {
        return Err(Error::new_spanned(
            attribute,
            format!("this guards nothing; write one or more of {ITEMS}"),
        ));
    }
    Ok(Declaration::Guarded(guard))
}

fn settled(attribute: &Attribute) -> syn::Result<Declaration> {
    if attribute.meta.require_path_only().is_err() {
        return Err(Error::new_spanned(
            attribute,
            "#[settled] takes nothing: the view is refused in the middle of a transition",
        ));
    }
    Ok(Declaration::Settled(attribute.pound_token.span))
}

/// A reason shorter than this is none.
const SHORTEST_REASON: usize = 10;

fn exempt(attribute: &Attribute) -> syn::Result<Declaration> {
    let reason = attribute.parse_args::<LitStr>().map_err(|_| {
        Error::new_spanned(
            attribute,
            "say why no guard is needed: #[exempt(\"only the governor, and it moves nothing\")]",
        )
    })?;
    if reason.value().trim().chars().count() < SHORTEST_REASON {
        return Err(Error::new_spanned(
            reason,
            "this is no reason; say in a few words why the method needs no guard",
        ));
    }
    Ok(Declaration::Exempt)
}
