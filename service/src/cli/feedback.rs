//! `pnet-cds feedback report`

use super::args::ReportFormat;
use super::ended::{Ended, print};
use super::store::{url, with};
use crate::store::{Report, Tally, report as count};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::fmt::Write as _;
use std::path::Path;

/// Counts the cards since the begin of a day, in the time zone of the machine.
pub(super) fn report(since: Option<Date>, format: ReportFormat, config: Option<&Path>) -> Result<(), Ended> {
    let start = since.map(|day| day.to_zoned(TimeZone::system())).transpose();
    let start = start.map_err(|error| Ended::wrong([format!("--since: {error}")]))?;
    let seconds = start.map_or(0, |start| start.timestamp().as_second());
    let url = url(config)?;
    let report = with(&url, count(&url, seconds))?;
    match format {
        ReportFormat::Text => print(&text(&report, since)),
        ReportFormat::Json => {
            let json = serde_json::to_string_pretty(&report);
            print(&format!(
                "{}\n",
                json.map_err(|error| Ended::failed(error.to_string()))?
            ))
        }
    }
}

fn text(report: &Report, since: Option<Date>) -> String {
    let mut text = match since {
        Some(day) => format!("Cards sent since {day}\n"),
        None => "Cards sent\n".to_owned(),
    };
    if report.kinds.is_empty() {
        text.push_str("none\n");
        return text;
    }
    head(&mut text, "kind of card");
    for (kind, counts) in &report.kinds {
        line(&mut text, kind, &counts.all);
    }
    for (kind, counts) in &report.kinds {
        let all = &counts.all;
        // Where every card names every option, their numbers say nothing that the kind does not.
        let telling = |verdicts: &std::collections::BTreeMap<String, Tally>| {
            verdicts.len() > 1 || verdicts.values().any(|tally| tally != all)
        };
        if counts.options.values().any(telling) {
            head(&mut text, &format!("{kind}: option, verdict"));
            for (option, verdicts) in &counts.options {
                for (verdict, tally) in verdicts {
                    line(&mut text, &format!("{option}, {verdict}"), tally);
                }
            }
        }
        if !all.reasons.is_empty() {
            let _ = writeln!(text, "\n{kind}: why overridden");
            for (reason, times) in &all.reasons {
                let _ = writeln!(text, "{times:>9}  {reason}");
            }
        }
    }
    text
}

fn head(text: &mut String, what: &str) {
    let _ = writeln!(
        text,
        "\n{what:<48}{:>9}{:>10}{:>10}{:>12}",
        "issued", "answered", "accepted", "overridden"
    );
}

fn line(text: &mut String, name: &str, tally: &Tally) {
    let Tally {
        issued,
        answered,
        accepted,
        overridden,
        ..
    } = tally;
    let _ = writeln!(
        text,
        "{name:<48}{issued:>9}{answered:>10}{accepted:>10}{overridden:>12}"
    );
}
