//! Instructions of each measured input, counted by valgrind: no clock, and no other process on the machine, counts.

use std::collections::BTreeMap;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// What valgrind knows `dimension::measured_here` by.
const MEASURED: &str = "*measured_here";

/// What it knows the work of an evaluation by, which is done in another thread. What else goes on, the writing of the store
/// of what was answered before among it, is not counted.
const EVALUATION: &str = "*task::Task::step";

/// What one input cost.
#[derive(Debug, Clone)]
pub(crate) struct Cost {
    /// The line that the worker printed of it.
    pub(crate) line: String,
    pub(crate) instructions: u64,
    /// The file with the cost of each function.
    profile: PathBuf,
}

/// Has valgrind count from here on, for the worker that calls it: until then everything is four times as fast.
pub(crate) fn count_from_here() {
    let own = format!("--pid={}", std::process::id());
    let mut asked = Command::new("vgdb")
        .args([&own, "instrumentation", "on"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Valgrind hears it between two steps of this program, so it must not wait.
    while asked.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
}

/// A worker under valgrind.
pub(crate) struct Worker {
    child: Child,
    dir: PathBuf,
}

impl Worker {
    /// Starts this program under valgrind with these arguments; it is to print one line for each measured input.
    pub(crate) fn start(dir: PathBuf, arguments: &[String]) -> Result<Self> {
        std::fs::create_dir_all(&dir)?;
        let child = Command::new("valgrind")
            .arg("--tool=callgrind")
            .arg(format!("--callgrind-out-file={}", dir.join("out").display()))
            .arg("--dump-line=no")
            .arg("--instr-atstart=no")
            .arg(format!("--zero-before={MEASURED}"))
            .arg(format!("--dump-after={MEASURED}"))
            .arg(format!("--toggle-collect={MEASURED}"))
            .arg(format!("--toggle-collect={EVALUATION}"))
            .arg(std::env::current_exe()?)
            .args(arguments)
            .stdout(std::fs::File::create(dir.join("lines"))?)
            .stderr(std::fs::File::create(dir.join("valgrind"))?)
            .stdin(Stdio::null())
            .spawn()
            .map_err(|error| Error::other(format!("valgrind is needed: {error}")))?;
        Ok(Self { child, dir })
    }

    /// What it measured, when it has ended.
    pub(crate) fn costs(mut self) -> Result<Vec<Cost>> {
        let ended = self.child.wait()?;
        let said = std::fs::read_to_string(self.dir.join("valgrind"))?;
        if !ended.success() {
            return Err(Error::other(format!("the worker failed: {said}")));
        }
        let lines = std::fs::read_to_string(self.dir.join("lines"))?;
        let costs = lines.lines().enumerate().map(|(at, line)| {
            let profile = self.dir.join(format!("out.{}", at + 1));
            Ok(Cost {
                line: line.to_owned(),
                instructions: total(&profile)?,
                profile,
            })
        });
        costs.collect()
    }
}

impl Cost {
    /// Instructions of the functions whose names hold one of these, with all that they call; calls of one from within
    /// another of them count twice.
    pub(crate) fn within(&self, name: &str) -> Result<u64> {
        let text = std::fs::read_to_string(&self.profile)?;
        let mut names: BTreeMap<&str, bool> = BTreeMap::new();
        let (mut called, mut of_call, mut found) = (false, false, 0);
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("cfn=") {
                called = is_named(rest, name, &mut names);
            } else if let Some(rest) = line.strip_prefix("fn=") {
                is_named(rest, name, &mut names);
            } else if line.starts_with("calls=") {
                of_call = true;
            } else if of_call {
                of_call = false;
                if called {
                    found += cost(line);
                }
            }
        }
        Ok(found)
    }

    /// The functions that cost most by themselves.
    pub(crate) fn dearest(&self) -> Result<Vec<(String, u64)>> {
        let text = std::fs::read_to_string(&self.profile)?;
        let mut known: BTreeMap<&str, &str> = BTreeMap::new();
        let mut costs: BTreeMap<&str, u64> = BTreeMap::new();
        let (mut inside, mut of_call) = ("", false);
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("fn=").or_else(|| line.strip_prefix("cfn=")) {
                let (id, name) = rest
                    .split_once(") ")
                    .map_or((rest, None), |(id, name)| (id, Some(name)));
                let id = id.trim_matches(['(', ')']);
                if let Some(name) = name {
                    known.insert(id, name);
                }
                if line.starts_with("fn=") {
                    inside = id;
                }
            } else if line.starts_with("calls=") {
                of_call = true;
            } else if of_call {
                of_call = false;
            } else if line.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '*')) {
                *costs.entry(inside).or_default() += cost(line);
            }
        }
        let mut dearest: Vec<(String, u64)> = costs
            .into_iter()
            .map(|(id, cost)| (known.get(id).copied().unwrap_or(id).to_owned(), cost))
            .collect();
        dearest.sort_by_key(|(_, cost)| std::cmp::Reverse(*cost));
        dearest.truncate(4);
        Ok(dearest)
    }
}

/// Names stand in full once, and are numbers after that.
fn is_named<'t>(text: &'t str, name: &str, known: &mut BTreeMap<&'t str, bool>) -> bool {
    match text.split_once(") ") {
        Some((id, full)) => {
            let is = full.contains(name);
            known.insert(id.trim_start_matches('('), is);
            is
        }
        None => known
            .get(text.trim_matches(['(', ')']))
            .copied()
            .unwrap_or_default(),
    }
}

fn cost(line: &str) -> u64 {
    let number = line.split_whitespace().nth(1);
    number.and_then(|text| text.parse().ok()).unwrap_or_default()
}

fn total(profile: &Path) -> Result<u64> {
    let text = std::fs::read_to_string(profile)?;
    let line = text.lines().find_map(|line| {
        line.strip_prefix("summary: ")
            .or_else(|| line.strip_prefix("totals: "))
    });
    line.and_then(|text| text.split_whitespace().next()?.parse().ok())
        .ok_or_else(|| Error::other(format!("{}: no total", profile.display())))
}
