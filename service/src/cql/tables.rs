//! The WHO grade and the stages, from the rows of the review's tables.

use super::rules::{Rules, string, strings, touches};
use cds_cards::knowledge::{GradeRow, StagingTable, TRow};
use fhir_profiles::interval::Bound;
use fhir_profiles::{FactId, Interval};
use std::collections::BTreeSet;
use std::fmt::Write as _;

impl Rules<'_> {
    pub(super) fn grade(&mut self) {
        self.section("WHO grade");
        let ki67 = self.reads(FactId::Ki67);
        let mitoses = self.reads(FactId::Mitoses);
        let recorded = self.reads(FactId::GradeRecorded);
        let rows = &self.knowledge.grade.rows;
        let measures = [
            ("ki67", &ki67, 0, (|row| &row.ki67) as fn(&GradeRow) -> &Interval),
            ("mitoses", &mitoses, 1, |row| &row.mitoses),
        ];
        for (name, fact, column, band) in measures {
            let statements = rows.iter().filter_map(|row| row.statements.get(column));
            let quotes = self.quotes(statements);
            let grades: Vec<String> = (1..)
                .zip(rows)
                .map(|(place, row)| {
                    let touches = touches("R", band(row));
                    format!("      if {touches} then {{ {place} }} else List<Integer>{{}}")
                })
                .collect();
            let grades = grades.join(",\n");
            let of = |readings: &str| {
                format!(
                    "{fact}.{readings} R return all Tuple {{\n    specimen: R.specimen,\n    grades: flatten {{\n{grades}\n    }}\n  }}"
                )
            };
            self.define(&quotes, &format!("Grades by {name} readings"), &of("readings"));
            self.define(
                &["Readings of which nobody knows whose tumour they are.".to_owned()],
                &format!("Grades by {name} unowned"),
                &of("unowned"),
            );
            self.define(
                &[],
                &format!("Grades by {name}"),
                &format!("if {fact}.unknown is not null then null\n  else Facts.\"By measure\"(\"Grades by {name} readings\")"),
            );
            self.define(
                &[],
                &format!("Grades that {name} may allow"),
                &format!(
                    "if {fact}.unknown is null or not exists (\"Grades by {name} unowned\") then null\n  \
                     else Facts.\"By measure\"(\"Grades by {name} unowned\")"
                ),
            );
        }
        let names: Vec<&str> = rows.iter().map(|row| row.grade.as_str()).collect();
        let mut places = String::new();
        for (place, name) in (1..).zip(&names) {
            let _ = write!(places, " when {} then {place}", string(name));
        }
        self.define(
            &["As recorded, where the record says that it is a grade of neuroendocrine tumours.".to_owned()],
            "Grades by record",
            &format!(
                "(flatten ({recorded}.readings R where R.system = 'who' return all R.words)) W\n    \
                 return all case W{places} else null end"
            ),
        );
        let possible = "case\n    \
            when \"Grades by ki67\" is not null and \"Grades by mitoses\" is not null\n      \
            then Facts.\"Higher\"(\"Grades by ki67\", \"Grades by mitoses\")\n    \
            when \"Grades by ki67\" is not null and \"Grades that mitoses may allow\" is not null\n      \
            then Facts.\"Or unreadable\"(\"Grades by ki67\", Facts.\"Higher\"(\"Grades by ki67\", \"Grades that mitoses may allow\"))\n    \
            when \"Grades by mitoses\" is not null and \"Grades that ki67 may allow\" is not null\n      \
            then Facts.\"Or unreadable\"(\"Grades by mitoses\", Facts.\"Higher\"(\"Grades by mitoses\", \"Grades that ki67 may allow\"))\n    \
            when \"Grades by ki67\" is not null then \"Grades by ki67\"\n    \
            when \"Grades by mitoses\" is not null then \"Grades by mitoses\"\n    \
            when exists (\"Grades by record\") then \"Grades by record and what may be\"\n    \
            else null end";
        self.define(
            &[],
            "Grades by record and ki67",
            "if \"Grades that ki67 may allow\" is null then Facts.\"Possible\"(\"Grades by record\", 'conflicting')\n  \
             else Facts.\"Or unreadable\"(Facts.\"Possible\"(\"Grades by record\", 'conflicting'), \"Grades that ki67 may allow\")",
        );
        self.define(
            &[],
            "Grades by record and what may be",
            "if \"Grades that mitoses may allow\" is null then \"Grades by record and ki67\"\n  \
             else Facts.\"Or unreadable\"(\"Grades by record and ki67\", \"Grades that mitoses may allow\")",
        );
        self.define(
            &[
                "The higher of two measures counts; the recorded grade only where no measure is known."
                    .to_owned(),
            ],
            "Grade possible",
            possible,
        );
        self.define(
            &[],
            "Grade unknown",
            &format!(
                "if \"Grade possible\" is not null then null\n  \
                 else Facts.\"Outranking\"(Facts.\"Outranking\"({ki67}.unknown, {mitoses}.unknown), {recorded}.unknown)"
            ),
        );
        let mut named = String::new();
        for (place, name) in (1..).zip(&names) {
            let _ = write!(named, " when {place} then {}", string(name));
        }
        self.define(
            &["Grades still possible; every grade where nothing is known.".to_owned()],
            "Grade candidates",
            &format!(
                "if \"Grade possible\" is null then {}\n  else \"Grade possible\".grades G return all case G{named} else null end",
                strings(&names)
            ),
        );
        self.define(
            &[],
            "Grade",
            "if \"Grade possible\" is not null and Count(\"Grade candidates\") = 1 then First(\"Grade candidates\") else null",
        );
        self.define(
            &["Why there is none.".to_owned()],
            "Grade reason",
            "if \"Grade\" is not null then null else Coalesce(\"Grade unknown\", \"Grade possible\".several)",
        );
    }

    pub(super) fn stages(&mut self) {
        self.section("stages");
        let (n, m) = (self.reads(FactId::N), self.reads(FactId::M));
        let [liver, elsewhere] =
            [FactId::LiverMetastases, FactId::ExtrahepaticMetastases].map(|fact| self.reads(fact));
        self.define(
            &[],
            "N",
            &format!(
                "if {n}.unknown is not null or not exists ({n}.readings) then {{ 'N0', 'N1' }}\n  \
                 else distinct flatten ({n}.readings R return all R.words)"
            ),
        );
        self.define(
            &["Metastases of any day are M1, also against a recorded M0: the stage is that of the diagnosis.".to_owned()],
            "M",
            &format!(
                "case\n    when Facts.\"Metastatic at diagnosis\" then {{ 'M1' }}\n    \
                 when {m}.unknown is not null or not exists ({m}.readings) then {{ 'M0', 'M1' }}\n    \
                 when exists ({liver}.readings R where R.words contains 'present')\n      \
                 or exists ({elsewhere}.readings R where R.words contains 'present') then {{ 'M0', 'M1' }}\n    \
                 else distinct ((flatten ({m}.readings R return all R.words)) W\n      \
                 return all if StartsWith(W, 'M1') then 'M1' else W) end"
            ),
        );
        let knowledge = self.knowledge;
        self.staging("ENETS", "enets", &knowledge.enets);
        self.staging("AJCC 7", "ajcc-7", &knowledge.ajcc7);
    }

    fn staging(&mut self, name: &str, system: &str, table: &StagingTable) {
        let t = self.reads(FactId::T);
        let size = self.reads(FactId::TumourSize);
        let reach = self.reads(FactId::TumourExtension);
        let known: Vec<&str> = once(table.t.iter().map(|row| row.t.as_str()));
        let extensions: Vec<&str> = once(table.t.iter().filter_map(|row| row.extension.as_deref()));
        let quotes = self.quotes(table.t.iter().map(|row| &row.statement));
        for extension in &extensions {
            let body = of_extension(table, extension, &size);
            self.define(&[], &format!("{name} T of {extension}"), &body);
        }
        let of_all: Vec<String> = extensions
            .iter()
            .map(|extension| format!("\"{name} T of {extension}\""))
            .collect();
        let mut ranks = String::new();
        for (rank, name) in (1..).zip(&known) {
            let _ = write!(ranks, " when {} then {rank}", string(name));
        }
        let none: Vec<&str> = once(
            table
                .t
                .iter()
                .filter(|row| row.extension.is_none())
                .map(|row| row.t.as_str()),
        );
        let of_nothing = match none.is_empty() {
            true => "List<String>{}".to_owned(),
            false => format!(
                "(if exists ({size}.readings) then List<String>{{}} else {})",
                strings(&none)
            ),
        };
        let of_word: Vec<String> = extensions
            .iter()
            .map(|extension| format!("when {} then \"{name} T of {extension}\"", string(extension)))
            .collect();
        let derived = format!(
            "if {reach}.unknown is not null or not exists ({reach}.readings)\n    \
             then distinct flatten {{ {}, {of_nothing} }}\n  \
             else distinct flatten ({reach}.readings R\n    let sets: (R.words W return all case W\n      {} else List<String>{{}} end)\n    \
             return all ((flatten sets) T\n      \
             where not exists (sets S where not exists (S O\n        \
             where (case O{ranks} else 0 end) <= (case T{ranks} else 0 end)))))",
            of_all.join(", "),
            of_word.join("\n      ")
        );
        self.define(&quotes, &format!("{name} T by size and extension"), &derived);
        self.define(
            &["As recorded for this system; else by size and extension.".to_owned()],
            &format!("{name} T recorded"),
            &format!(
                "distinct ((flatten ({t}.readings R where R.system = '{system}' return all R.words)) W where W in {})",
                strings(&known)
            ),
        );
        self.define(
            &[],
            &format!("{name} T"),
            &format!("if exists (\"{name} T recorded\") then \"{name} T recorded\" else \"{name} T by size and extension\""),
        );
        let quotes = self.quotes(table.stages.iter().map(|row| &row.statement));
        let rows: Vec<String> = table
            .stages
            .iter()
            .map(|row| {
                let allows = |define: &str, categories: &Option<Vec<String>>| {
                    let categories = categories.as_ref()?;
                    Some(format!(
                        "exists (\"{define}\" C where C in {})",
                        strings(categories)
                    ))
                };
                let m = Some(row.m.clone());
                let all = [
                    allows(&format!("{name} T"), &row.t),
                    allows("N", &row.n),
                    allows("M", &m),
                ];
                let all: Vec<String> = all.into_iter().flatten().collect();
                format!(
                    "    if {} then {} else null",
                    all.join(" and "),
                    string(&row.stage)
                )
            })
            .collect();
        self.define(
            &quotes,
            &format!("{name} stages"),
            &format!("distinct Facts.\"Present\"({{\n{}\n  }})", rows.join(",\n")),
        );
    }
}

fn once<'t>(names: impl Iterator<Item = &'t str>) -> Vec<&'t str> {
    let mut known = BTreeSet::new();
    names.filter(|name| known.insert(*name)).collect()
}

/// T categories of the rows for one extension; rows with sizes are chosen by every size on record, and what the printed table
/// leaves open between two of them may be of either.
fn of_extension(table: &StagingTable, extension: &str, size: &str) -> String {
    let rows: Vec<&TRow> = table
        .t
        .iter()
        .filter(|row| row.extension.as_deref() == Some(extension))
        .collect();
    let sets: Vec<String> = rows
        .iter()
        .enumerate()
        .map(|(position, row)| {
            let Some(band) = &row.size else {
                return string(&row.t);
            };
            let above = rows
                .get(position + 1)
                .and_then(|next| between(band, next.size.as_ref()?));
            let below = position
                .checked_sub(1)
                .and_then(|last| rows.get(last))
                .and_then(|last| between(last.size.as_ref()?, band));
            let parts: Vec<String> = [Some(*band), above, below]
                .iter()
                .flatten()
                .map(|part| format!("({})", touches("R", part)))
                .collect();
            format!(
                "if not exists ({size}.readings) or exists ({size}.readings R where {}) then {} else null",
                parts.join(" or "),
                string(&row.t)
            )
        })
        .collect();
    format!("Facts.\"Present\"({{\n    {}\n  }})", sets.join(",\n    "))
}

/// The sizes that the printed table leaves open between two neighbouring rows.
fn between(lower: &Interval, upper: &Interval) -> Option<Interval> {
    let flip = |bound: Bound| Bound {
        inclusive: !bound.inclusive,
        ..bound
    };
    Interval::new(Some(flip(lower.high()?)), Some(flip(upper.low()?)))
}
