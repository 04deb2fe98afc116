//! Replays three bridge robberies and an honest day against one bridge in two builds, prints a table and writes a
//! picture: the first argument says where, `out/incidents.svg` when there is none.

use e2e::incidents::{self, Fault, Incident, CAPACITY_DAYS};
use e2e::replay::{gas_added, replay, replay_adaptive, run_honest_day, HonestDay, Point, Replayed};
use e2e::report::{self, amount, table, Mark, Panel, Picture, Role, Row, Series, Unit};
use e2e::world::{Build, WorldError};
use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread::ScopedJoinHandle;

/// How much longer than the theft its panel shows, so that the end of the lines can be seen: a part of its length.
const TAIL: u64 = 5;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// All that was replayed of one incident.
struct Told {
    unguarded: Replayed,
    guarded: Replayed,
    adaptive: Replayed,
    honest_unguarded: HonestDay,
    honest_guarded: HonestDay,
}

fn run() -> Result<(), Box<dyn Error>> {
    let to = std::env::args_os()
        .nth(1)
        .map_or_else(|| PathBuf::from("out/incidents.svg"), PathBuf::from);
    let incidents = incidents::all()?;
    let mut told = Vec::new();
    for incident in &incidents {
        told.push(tell(incident)?);
    }

    let rows: Vec<Row> = incidents.iter().zip(&told).map(|(i, t)| row(i, t)).collect();
    println!("\n{}", table::text(&rows));
    for (incident, told) in incidents.iter().zip(&told) {
        let day = &told.honest_guarded;
        println!(
            "An honest day at {}: {} of {} deposits and withdrawals passed, {} out.",
            incident.name,
            day.flows - day.refused,
            day.flows,
            amount::dollars(day.outflow.last().map_or(0.0, |point| point.dollars)),
        );
    }
    println!(
        "\nEach asset may lose {CAPACITY_DAYS} normal days of outflow at once, refilled over a day. The figures, what was assumed and the\n\
         sources are in tests/incidents."
    );
    write(&to, &report::svg(&draw(&incidents, &told)))?;
    println!("The vaults over time: {}", to.display());
    if told.iter().any(|told| told.honest_guarded.refused != 0) {
        return Err("an honest flow was refused: a limit is too tight".into());
    }
    Ok(())
}

fn tell(incident: &Incident) -> Result<Told, WorldError> {
    let step = |what: &str| {
        eprintln!("    {}: {what}", incident.name);
        // A pipe that nobody reads is no reason to stop.
        let _ = std::io::stderr().flush();
    };
    step("the robbery and an honest day, without guards and with them; an attacker who knows the guards, for a day");
    // All at the same time: each has a chain of its own.
    std::thread::scope(|scope| {
        let unguarded = scope.spawn(|| replay(incident, Build::Unguarded));
        let guarded = scope.spawn(|| replay(incident, Build::Guarded));
        let adaptive = scope.spawn(|| replay_adaptive(incident));
        let honest_unguarded = scope.spawn(|| run_honest_day(incident, Build::Unguarded));
        let honest_guarded = scope.spawn(|| run_honest_day(incident, Build::Guarded));
        Ok(Told {
            unguarded: joined(unguarded)?,
            guarded: joined(guarded)?,
            adaptive: joined(adaptive)?,
            honest_unguarded: joined(honest_unguarded)?,
            honest_guarded: joined(honest_guarded)?,
        })
    })
}

/// What a thread returned; its panic goes on here.
fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn row(incident: &Incident, told: &Told) -> Row {
    let (added, base) = gas_added(&told.honest_unguarded, &told.honest_guarded);
    let hole = match incident.fault {
        Fault::StolenKeys {
            validators,
            threshold,
        } => format!("{threshold} of {validators} keys stolen"),
        Fault::ZeroRoot { .. } => "zero root accepted".to_owned(),
    };
    let guarded = &told.guarded;
    Row {
        incident: format!("{} {}\n{hole}", incident.name, incident.date),
        attempted: format!(
            "{}\n{} calls",
            amount::dollars(incident.attempted()),
            incident.calls.len()
        ),
        lost_unguarded: amount::dollars(told.unguarded.lost),
        lost_guarded: format!(
            "{}\n{} calls refused",
            amount::dollars(guarded.lost),
            guarded.refused
        ),
        lost_adaptive: amount::dollars(told.adaptive.lost),
        guard: guarded
            .first_refusal
            .as_ref()
            .map_or_else(|| "none".to_owned(), |refusal| refusal.guard.to_owned()),
        gas: format!("+{}\non {}", amount::gas(added), amount::gas(base)),
    }
}

fn points(points: &[Point]) -> Vec<(u64, f64)> {
    points.iter().map(|point| (point.secs, point.dollars)).collect()
}

fn draw(incidents: &[Incident], told: &[Told]) -> Picture {
    let mut panels: Vec<Panel> = incidents.iter().zip(told).map(|(i, t)| panel(i, t)).collect();
    if let (Some(incident), Some(told)) = (incidents.first(), told.first()) {
        let end = told.honest_guarded.outflow.last().map_or(0, |point| point.secs);
        let limit = incident
            .assets
            .iter()
            .map(|asset| asset.value(asset.capacity()))
            .sum();
        panels.push(Panel {
            title: format!("An honest day at {}", incident.name),
            subtitle: "All that users withdrew, and what may leave at once".to_owned(),
            unit: Unit::Dollars,
            series: vec![
                Series {
                    label: "Withdrawn".to_owned(),
                    role: Role::Honest,
                    points: points(&told.honest_guarded.outflow),
                },
                Series {
                    label: "Limit".to_owned(),
                    role: Role::Limit,
                    points: vec![(0, limit), (end, limit)],
                },
            ],
            marks: Vec::new(),
        });
    }
    Picture {
        title: "Three bridge robberies, replayed".to_owned(),
        subtitle: "The same bridge, the same hole, the same calls: without guards and with them".to_owned(),
        description:
            "For each robbery the value of the bridge's vault over time. Without guards it falls to almost \
                      nothing; with guards it stays within a few percent of where it was."
                .to_owned(),
        panels,
        mark: "a guard refuses a call".to_owned(),
    }
}

fn panel(incident: &Incident, told: &Told) -> Panel {
    let last = incident.calls.last().map_or(0, |call| call.secs);
    let end = last + last / TAIL + 60;
    let line = |label: &str, role, replayed: &Replayed| {
        let mut line = points(&replayed.vault);
        if let Some((_, dollars)) = line.last().copied() {
            line.push((end, dollars));
        }
        Series {
            label: label.to_owned(),
            role,
            points: line,
        }
    };
    Panel {
        title: format!("{}, {}", incident.name, incident.date),
        subtitle: "What the vault holds".to_owned(),
        unit: Unit::Dollars,
        series: vec![
            line("Without guards", Role::Unguarded, &told.unguarded),
            line("With guards", Role::Guarded, &told.guarded),
        ],
        marks: told
            .guarded
            .first_refusal
            .iter()
            .map(|refusal| Mark {
                at: refusal.secs,
                label: refusal.guard.to_owned(),
            })
            .collect(),
    }
}

fn write(to: &Path, svg: &str) -> Result<(), Box<dyn Error>> {
    if let Some(directory) = to.parent() {
        std::fs::create_dir_all(directory)?;
    }
    std::fs::write(to, svg).map_err(|error| format!("{} cannot be written: {error}", to.display()))?;
    Ok(())
}
