//! How the work of the service grows with what it is given: instructions over sizes n, 2n and 4n, for every element
//! that the reader names and every member of a request, fitted on a log-log line. See README.md beside this.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test program")]

mod calls;
mod chart;
mod count;
mod dimension;
mod elements;
mod scenarios;

use count::{Cost, Worker};
use dimension::{Dimension, Outcome, with_service};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Error, Result};
use std::process::ExitCode;

/// The greatest exponent that is still no nested scan: sorting and trees of maps stay below it.
const GREATEST: f64 = 1.2;
/// How often a dimension may shrink until its largest size is within the limits.
const SHRINKS: usize = 6;

fn dimensions() -> Vec<Dimension> {
    let mut all = chart::dimensions();
    all.extend(scenarios::dimensions());
    all
}

/// Stands for each list of a kind of resource in one resource.
const ONCE: &str = "once";

/// The dimensions whose name holds `wanted`.
fn chosen(wanted: &str) -> Vec<Dimension> {
    let mut known = BTreeSet::new();
    let is_wanted = |dimension: &Dimension| match wanted {
        ONCE => known.insert(dimension.kind()),
        wanted => dimension.name.contains(wanted),
    };
    dimensions().into_iter().filter(is_wanted).collect()
}

/// Runs every dimension of a part of those that are wanted, and says what became of each input.
fn work(wanted: &str, part: usize, of: usize) {
    with_service(|take: &mut dyn FnMut(&dimension::Input) -> Outcome| {
        let all = chosen(wanted);
        let chosen = all.iter();
        for (_, dimension) in chosen.enumerate().filter(|(at, _)| at % of == part) {
            let mut smallest = dimension.smallest;
            for _ in 0..SHRINKS {
                // The largest first: where that is beyond a limit, all become smaller.
                let mut shrink = false;
                for factor in [4, 2, 1] {
                    let input = dimension.input(smallest * factor);
                    let outcome = take(&input);
                    println!("{}\t{}\t{}", dimension.name, smallest * factor, outcome.word());
                    shrink = outcome == Outcome::TooLarge;
                    if shrink {
                        break;
                    }
                }
                if !shrink || smallest == 1 {
                    break;
                }
                smallest = (smallest / 2).max(1);
            }
        }
    });
}

/// A dimension as it was measured: its inputs by size, the largest that were all taken.
struct Measured {
    name: String,
    costs: BTreeMap<usize, (Outcome, Cost)>,
}

impl Measured {
    /// The slope of a line through what each doubling adds, over the size, in logarithms: what an input costs whatever
    /// its size drops out.
    fn exponent(&self) -> f64 {
        let costs: Vec<(f64, f64)> = self
            .costs
            .iter()
            .map(|(size, (_, cost))| (*size as f64, cost.instructions as f64))
            .collect();
        let added: Vec<(f64, f64)> = costs
            .windows(2)
            .map(|pair| (pair[0].0.ln(), (pair[1].1 - pair[0].1).max(1.0).ln()))
            .collect();
        let count = added.len() as f64;
        let mean = |of: fn(&(f64, f64)) -> f64| added.iter().map(of).sum::<f64>() / count;
        let (x, y) = (mean(|point| point.0), mean(|point| point.1));
        let above: f64 = added.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
        let below: f64 = added.iter().map(|point| (point.0 - x).powi(2)).sum();
        above / below
    }

    /// Whether nothing more happens for a larger input than this share of the smallest.
    fn is_flat(&self) -> bool {
        let costs = || self.costs.values().map(|(_, cost)| cost.instructions);
        let (least, most) = (
            costs().min().unwrap_or_default(),
            costs().max().unwrap_or_default(),
        );
        most - least < least / 50
    }
}

fn gather(costs: Vec<Cost>) -> Vec<Measured> {
    let mut found: Vec<Measured> = Vec::new();
    for cost in costs {
        let fields: Vec<&str> = cost.line.split('\t').collect();
        let (name, size, outcome) = (
            fields[0],
            fields[1].parse().unwrap(),
            Outcome::parse(fields[2]).unwrap(),
        );
        if found.last().is_none_or(|last| last.name != name) {
            found.push(Measured {
                name: name.to_owned(),
                costs: BTreeMap::new(),
            });
        }
        let last = found.last_mut().unwrap();
        if last
            .costs
            .values()
            .any(|(outcome, _)| *outcome == Outcome::TooLarge)
        {
            last.costs.clear();
        }
        last.costs.insert(size, (outcome, cost));
    }
    found
}

/// Says how a dimension grows; whether it is as it must be.
fn judged(measured: &Measured) -> Result<bool> {
    let largest = measured.costs.last_key_value().unwrap();
    let (size, (_, cost)) = largest;
    let outcomes: Vec<Outcome> = measured.costs.values().map(|(outcome, _)| *outcome).collect();
    let exponent = measured.exponent();
    let verdict = if outcomes.contains(&Outcome::TooLarge) {
        "beyond the limits at every size"
    } else if outcomes.contains(&Outcome::Refused) {
        "REFUSED"
    } else if measured.is_flat() || exponent <= GREATEST {
        "ok"
    } else {
        "TOO MUCH"
    };
    println!(
        "{exponent:>6.2} {size:>6} {:>12} {verdict:<9} {}",
        cost.instructions, measured.name
    );
    if verdict == "TOO MUCH" {
        for (name, cost) in cost.dearest()? {
            println!("{:>31}   {name}", cost);
        }
    }
    Ok(!matches!(verdict, "TOO MUCH" | "REFUSED"))
}

/// Measures every dimension that is wanted, on all processors.
fn grow(wanted: &str) -> Result<()> {
    let missing = elements::without_a_dimension();
    if !missing.is_empty() {
        let list = missing.join(", ");
        return Err(Error::other(format!(
            "the reader names elements that chart.json has not: {list}"
        )));
    }
    let dir = std::env::temp_dir().join(format!("growth-{}", std::process::id()));
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let started: Vec<Worker> = (0..workers)
        .map(|part| {
            let arguments = [
                "work".to_owned(),
                wanted.to_owned(),
                part.to_string(),
                workers.to_string(),
            ];
            Worker::start(dir.join(part.to_string()), &arguments)
        })
        .collect::<Result<_>>()?;
    let mut all = Vec::new();
    for worker in started {
        all.extend(gather(worker.costs()?));
    }
    all.sort_by(|a, b| b.exponent().total_cmp(&a.exponent()));
    println!(
        "{:>6} {:>6} {:>12} {:<9} dimension",
        "growth", "size", "instructions", ""
    );
    let mut wrong = 0;
    for measured in &all {
        wrong += usize::from(!judged(measured)?);
    }
    std::fs::remove_dir_all(&dir)?;
    println!(
        "{} dimensions, {wrong} that grow faster than with the power {GREATEST}",
        all.len()
    );
    match wrong {
        0 => Ok(()),
        _ => Err(Error::other("the work grows faster than the input")),
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ended = match arguments.as_slice() {
        ["work", wanted, part, of] => {
            work(wanted, part.parse().unwrap(), of.parse().unwrap());
            Ok(())
        }
        ["calls"] => {
            calls::work();
            Ok(())
        }
        ["instructions"] => calls::compare(false),
        ["renew"] => calls::compare(true),
        [wanted] => grow(wanted),
        _ => grow(""),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("growth: {error}");
            ExitCode::FAILURE
        }
    }
}
