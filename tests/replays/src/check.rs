//! What has to hold within a file of the schema `incident-2`, beyond its types.

use crate::incident::{directory, Figure, Incident, Step};
use std::collections::BTreeSet;

/// Checks a file against itself.
///
/// # Errors
/// The first thing that is wrong, as a sentence.
pub fn check(incident: &Incident) -> Result<(), String> {
    if incident.schema != "incident-2" {
        return Err(format!(
            "its schema is {:?}, and only incident-2 is known",
            incident.schema
        ));
    }
    if incident.root_cause.len() != 2 {
        return Err("root_cause has two sentences".to_owned());
    }
    unique("a source's id", incident.sources.iter().map(|source| &source.id))?;
    unique(
        "a transaction's id",
        incident.transactions.iter().map(|tx| &tx.id),
    )?;
    unique(
        "an asset's symbol",
        incident.assets.iter().map(|asset| &asset.symbol),
    )?;
    let states = incident.state.iter().map(|state| (&state.name, &state.asset));
    unique("a state's name and asset", states)?;
    unique(
        "a flow's asset",
        incident.normal.flows.iter().map(|flow| &flow.asset),
    )?;
    unique(
        "a debt's asset",
        incident.normal.debts.iter().map(|debt| &debt.asset),
    )?;
    unique(
        "a price's name",
        incident.normal.prices.iter().map(|price| &price.of),
    )?;
    unique(
        "a share price's name",
        incident.normal.share_prices.iter().map(|price| &price.of),
    )?;

    for (place, step) in incident.steps.iter().enumerate() {
        check_step(incident, place, step).map_err(|reason| format!("step {}: {reason}", step.n))?;
    }
    for symbol in other_references(incident) {
        known_asset(incident, symbol)?;
    }
    for (what, figure) in figures(incident) {
        check_figure(incident, figure).map_err(|reason| format!("{what}: {reason}"))?;
    }
    Ok(())
}

fn unique<T: Ord + std::fmt::Debug>(what: &str, all: impl Iterator<Item = T>) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for one in all {
        let text = format!("{one:?}");
        if !seen.insert(one) {
            return Err(format!("{what} is there twice: {text}"));
        }
    }
    Ok(())
}

fn known_asset(incident: &Incident, symbol: &str) -> Result<(), String> {
    let is_share = incident
        .normal
        .share_prices
        .iter()
        .any(|share| share.of == symbol);
    if is_share || incident.assets.iter().any(|asset| asset.symbol == symbol) {
        return Ok(());
    }
    Err(format!("there is no asset {symbol}"))
}

fn check_step(incident: &Incident, place: usize, step: &Step) -> Result<(), String> {
    if step.n != place + 1 {
        return Err(format!("it stands at place {}: steps count from one", place + 1));
    }
    let own_act = matches!(step.tx.as_str(), "upgrade" | "pause");
    if !own_act && !incident.transactions.iter().any(|tx| tx.id == step.tx) {
        return Err(format!("there is no transaction {}", step.tx));
    }
    let steps_of = |n: usize| (1..=incident.steps.len()).contains(&n) && n != step.n;
    if step.inside.is_some_and(|n| !steps_of(n)) {
        return Err("it is inside a step that is not another one".to_owned());
    }
    if let Some(n) = step.args.get("step") {
        if !n.parse().is_ok_and(steps_of) {
            return Err(format!("its argument names step {n}, which is not another one"));
        }
    }
    if let Some(file) = step.args.get("file") {
        if !directory().join(file).is_file() {
            return Err(format!("there is no {file} beside it"));
        }
    }
    let assets = [&step.asset, &step.to_asset].into_iter().flatten();
    let expected = step.expect.iter().filter_map(|expect| expect.asset.as_ref());
    for symbol in assets.chain(expected) {
        known_asset(incident, symbol)?;
    }
    if step.amount.is_some() && step.asset.is_none() {
        return Err("it has an amount and no asset".to_owned());
    }
    Ok(())
}

fn other_references(incident: &Incident) -> impl Iterator<Item = &String> {
    let loss = incident.loss.in_replay.iter().map(|amount| &amount.asset);
    let capital = incident.capital.iter().map(|capital| &capital.asset);
    let states = incident.state.iter().filter_map(|state| state.asset.as_ref());
    let flows = incident.normal.flows.iter().map(|flow| &flow.asset);
    let debts = incident.normal.debts.iter().map(|debt| &debt.asset);
    loss.chain(capital).chain(states).chain(flows).chain(debts)
}

/// Every figure of a file.
pub fn figures_of(incident: &Incident) -> impl Iterator<Item = &Figure> {
    figures(incident).into_iter().map(|(_, figure)| figure)
}

/// Every figure, and what it is called when something is wrong with it.
fn figures(incident: &Incident) -> Vec<(String, &Figure)> {
    let mut all = vec![
        ("time_utc".to_owned(), &incident.time_utc),
        ("block".to_owned(), &incident.block),
        ("loss.usd".to_owned(), &incident.loss.usd),
        ("loss.returned_usd".to_owned(), &incident.loss.returned_usd),
        ("normal.tvl_usd".to_owned(), &incident.normal.tvl_usd),
        (
            "normal.utilisation_bps".to_owned(),
            &incident.normal.utilisation_bps,
        ),
    ];
    let mut add = |what: String, figure| all.push((what, figure));
    for asset in &incident.assets {
        add(format!("the price of {}", asset.symbol), &asset.price_usd);
    }
    for state in &incident.state {
        add(format!("the state {}", state.name), &state.figure);
    }
    for capital in &incident.capital {
        add(format!("the capital in {}", capital.asset), &capital.amount);
        add(format!("the fee in {}", capital.asset), &capital.fee);
    }
    for step in &incident.steps {
        for figure in [&step.amount, &step.received].into_iter().flatten() {
            add(format!("step {}", step.n), figure);
        }
        for expect in &step.expect {
            add(format!("step {}, {}", step.n, expect.what), &expect.figure);
        }
    }
    for amount in incident.loss.in_replay.iter().chain(&incident.loss.elsewhere) {
        add(format!("the loss of {}", amount.asset), &amount.amount);
    }
    let normal = &incident.normal;
    for flow in &normal.flows {
        add(format!("the flow of {}", flow.asset), &flow.held);
        add(format!("the flow of {}", flow.asset), &flow.busy_day);
    }
    for debt in &normal.debts {
        add(format!("the debt in {}", debt.asset), &debt.outstanding);
        add(format!("the debt in {}", debt.asset), &debt.busy_day);
    }
    for price in &normal.prices {
        add(format!("the normal price of {}", price.of), &price.before);
    }
    for price in &normal.share_prices {
        for figure in [&price.before, &price.yearly_growth_bps, &price.least_supply] {
            add(format!("the share price of {}", price.of), figure);
        }
    }
    if let Some(volume) = &normal.volume_usd_day {
        add("normal.volume_usd_day".to_owned(), volume);
    }
    if let Some(rewards) = &normal.rewards {
        add("normal.rewards".to_owned(), &rewards.largest_daily_bps);
    }
    all
}

fn check_figure(incident: &Incident, figure: &Figure) -> Result<(), String> {
    for id in &figure.sources {
        if !incident.sources.iter().any(|source| &source.id == id) {
            return Err(format!("there is no source {id}"));
        }
    }
    let value = figure.value.as_str();
    let is_date = value.as_bytes().get(4) == Some(&b'-') && value.starts_with("20");
    let is_bytes = value
        .strip_prefix("0x")
        .is_some_and(|hex| hex.bytes().all(|digit| digit.is_ascii_hexdigit()));
    if figure.number().is_none() && figure.dollars().is_none() && !is_bytes && !is_date && value != "unknown"
    {
        return Err(format!("{value:?} is no number, word or date, and not unknown"));
    }
    if figure.verified && value == "unknown" {
        return Err("what is unknown was not verified".to_owned());
    }
    if figure.verified && figure.sources.is_empty() && figure.note.is_none() {
        return Err("it is verified, and neither a source nor a note says how".to_owned());
    }
    Ok(())
}
