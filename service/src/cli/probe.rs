//! `pnet-cds probe`: what the service would pull from a FHIR server about one patient, and what it makes of it.

mod answers;
mod asked;
mod checks;
mod passed_over;
mod profile;
mod relevant;
mod report;
mod searched;
mod table;
mod views;

use super::args::{ProbeArgs, ProbeFormat};
use super::ended::{Ended, block_on, print};
use super::given::{address, read_token};
use super::{settings, style};
use crate::address::AllowedBase;
use crate::clock;
use crate::fhir_client::{FetchState, Fetched, FhirClient, Query};
use crate::hooks::Service;
use crate::hooks::flow::{self, Enquiry, Origin, Server};
use crate::hooks::pauses::NoPauses;
use crate::hooks::request::HookRequest;
use crate::hooks::trail::Trail;
use crate::settings::Settings;
use crate::site;
use asked::{Probe, Waits, clients_of};
use cds_cards::assessment::Assessment;
use fhir_profiles::chart::ChartBuilder;
use fhir_profiles::facts::Gap;
use profile::Profile;
use report::{Keys, Report};
use searched::Searched;
use std::path::Path;
use std::time::Instant;

/// The base with every other address that the settings give its server.
fn with_aliases(settings: &Settings, base: AllowedBase) -> AllowedBase {
    let clients = clients_of(settings, &base);
    let servers: Vec<&AllowedBase> = clients.iter().flat_map(|client| &client.fhir_servers).collect();
    let address = base.to_string();
    let own = servers
        .iter()
        .filter(|known| servers.len() == 1 || known.admits(&address));
    own.flat_map(|known| known.addresses()).fold(base, |base, other| {
        match base.admits(other) {
            true => base,
            // It was registered, so it is one.
            false => base.clone().with_alias(other).unwrap_or(base),
        }
    })
}

/// Probes and prints.
pub(super) fn run(args: &ProbeArgs, config: Option<&Path>) -> Result<(), Ended> {
    let settings = settings::current(config)?;
    let evaluator = site::load(&settings).map_err(Ended::wrong)?;
    let base = with_aliases(&settings, address("--fhir", &args.fhir)?);
    let patient = args.patient.trim_start_matches("Patient/").to_owned();
    if Query::new("patient", &format!("Patient/{patient}")).is_err() {
        return Err(Ended::wrong(["--patient: expected the id of a Patient"]));
    }
    let probe = Probe {
        settings: &settings,
        templates: evaluator.templates(),
        evaluator: &evaluator,
        deadline: Waits::of(&settings, &base),
        base,
        token: args.token_file.as_deref().map(read_token).transpose()?,
        patient,
        as_of: args.as_of.unwrap_or_else(clock::today),
    };
    let report = block_on(probe.report())??;
    print(&match args.format {
        ProbeFormat::Table => table::write(&report, style::wanted_on_stdout()),
        ProbeFormat::Json => {
            serde_json::to_string_pretty(&report).map_err(|e| Ended::failed(e.to_string()))? + "\n"
        }
    })?;
    let core = |searched: &&Searched| {
        probe
            .templates
            .iter()
            .any(|t| t.key == searched.key && t.is_core())
    };
    let failed: Vec<String> = report
        .searches
        .iter()
        .filter(core)
        .filter(|searched| searched.state == "failed")
        .map(|searched| {
            format!(
                "`{}` could not be fetched: {}",
                searched.key,
                searched.why.unwrap_or_default()
            )
        })
        .collect();
    match failed.is_empty() {
        true => Ok(()),
        false => Err(Ended::wrong(failed)),
    }
}

impl Probe<'_> {
    async fn report(&self) -> Result<Report, Ended> {
        let client = self.client(self.settings.fhir.max_pages)?;
        let hook = self.hook(&client).await?;
        let queries: Vec<(String, Query)> = self
            .templates
            .iter()
            .filter_map(|template| {
                let text = template.resolve(&self.patient);
                let query = Query::new(&template.key, &text).ok()?;
                Some((text, query))
            })
            .collect();
        let (texts, queries): (Vec<String>, Vec<Query>) = queries.into_iter().unzip();
        let fetched = self.fetch(&client, &self.patient, &queries).await;
        let mut searches: Vec<Searched> = texts
            .into_iter()
            .zip(&fetched)
            .map(|(query, fetched)| self.searched(query, fetched))
            .collect();
        let wide = checks::wide(self, &client).await;
        let server_checks = checks::run(self, &client, &wide, &fetched, &mut searches).await?;
        let assessment = self.assess(&fetched, &searches)?;
        let mut resources = checks::resources(self, &wide.fetched);
        resources.extend(checks::resources(self, &fetched));
        let unmapped = relevant::find(&self.evaluator.codes, &resources);
        let answers = answers::find(&self.evaluator.codes, &assessment, &resources);
        let passed_over = passed_over::find(&assessment, &resources);
        Ok(Report {
            server: self.base.to_string(),
            hook,
            keys: Keys::of(&searches),
            searches,
            profile: Profile::of(&client.learnt(&self.base)),
            server_checks,
            assessment,
            passed_over,
            concept_map: relevant::concept_map(&unmapped),
            unmapped,
            answers,
        })
    }

    /// What the service itself would answer, with its own deadline.
    async fn hook(&self, client: &FhirClient) -> Result<String, Ended> {
        let body = serde_json::json!({
            "hook": Service::PatientView.hook(),
            "hookInstance": uuid::Uuid::nil().to_string(),
            "context": {"userId": "Practitioner/probe", "patientId": self.patient},
        });
        let body = body.to_string();
        let wrong = |failure: crate::errors::Failure| Ended::wrong([failure.to_string()]);
        let document = crate::input::document(&body).map_err(wrong)?;
        let mut request = HookRequest::parse(&document).map_err(wrong)?;
        request.token = self.token.clone();
        let source = Origin::Server(Server {
            client,
            base: &self.base,
            deadline: self.deadline.deadline,
        });
        let start = Instant::now();
        let enquiry = Enquiry {
            evaluator: self.evaluator,
            templates: &self.templates,
            request: &request,
            source,
            as_of: self.as_of,
            trail: &Trail::default(),
        };
        let advice = flow::advise(&enquiry, &NoPauses).await;
        let millis = start.elapsed().as_millis();
        Ok(match advice {
            Ok(advice) if advice.cards.is_empty() => format!("no card: no PNET on record ({millis} ms)"),
            Ok(advice) => format!("{} cards ({millis} ms)", advice.cards.len()),
            Err(failure) => format!(
                "{} {}: {failure} ({millis} ms)",
                failure.code.status(),
                failure.code.code()
            ),
        })
    }

    fn searched(&self, query: String, fetched: &Fetched) -> Searched {
        let Waits { deadline, setting } = self.deadline;
        let mut notes = Vec::new();
        if fetched.elapsed > deadline {
            notes.push(format!(
                "slower than `{setting}` ({} ms): the service would not have it",
                deadline.as_millis()
            ));
        }
        let resources = views::resources(fetched.state.pages());
        notes.extend(views::outcomes(fetched.state.pages()));
        Searched {
            key: fetched.key.clone(),
            query,
            state: match fetched.state {
                FetchState::Complete(_) => "complete",
                FetchState::Partial { .. } => "partial",
                FetchState::Failed(_) => "failed",
            },
            why: fetched.state.why().map(|why| why.text()),
            resources: resources.len(),
            pages: fetched.state.pages().len(),
            requests: fetched.requests,
            millis: fetched.elapsed.as_millis(),
            notes,
        }
    }

    /// The assessment of what was fetched, without searches that brought another patient's data.
    fn assess(&self, fetched: &[Fetched], searches: &[Searched]) -> Result<Assessment, Ended> {
        // Where an address is missing from the settings the service refuses the call, and a check says so.
        let known = checks::unknown_addresses(self, fetched).is_empty();
        let addresses = self.base.addresses().filter(|_| known);
        let mut builder = ChartBuilder::new(Some(&self.patient)).served_by(addresses);
        for (fetched, searched) in fetched.iter().zip(searches) {
            if !checks::is_of_patient(self, fetched.state.pages()) {
                builder.report(searched.key.as_str(), "left out: it holds another patient's data");
                self.gap(&mut builder, &searched.key, Gap::Failed);
                continue;
            }
            for page in fetched.state.pages() {
                builder.add(page.root());
            }
            if let Some(why) = searched.why {
                builder.report(searched.key.as_str(), why);
                let gap = match fetched.state {
                    FetchState::Partial { .. } => Gap::Partial,
                    FetchState::Complete(_) | FetchState::Failed(_) => Gap::Failed,
                };
                self.gap(&mut builder, &searched.key, gap);
            }
        }
        let chart = builder
            .finish()
            .map_err(|error| Ended::wrong([error.to_string()]))?;
        Ok(self.evaluator.assess(&chart, self.as_of))
    }

    fn gap(&self, builder: &mut ChartBuilder<'_>, key: &str, gap: Gap) {
        let template = self.templates.iter().find(|template| template.key == key);
        builder.gap(
            template
                .into_iter()
                .flat_map(|template| template.facts.iter().copied()),
            gap,
        );
    }
}
