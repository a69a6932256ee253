//! The facts that are known where a chart is read: those of the specification and a site's own.

use super::file::themes;
use super::id::FactId;
use super::info::{FactInfo, Kind, PRESENCE};
use super::site::SiteFact;
use crate::values::is_unit;

/// The facts that are known where a chart is read and assessed: those of the specification and a site's. The default has
/// no site's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalogue {
    site: Vec<FactId>,
}

impl Catalogue {
    /// The facts of the specification and these, of which no id is another's. They are kept until the program ends, so that
    /// a fact can be named by a handle: to be called once for each start.
    pub fn with(facts: impl IntoIterator<Item = FactInfo>) -> Self {
        let fact = |mut info: FactInfo| {
            if info.kind == Kind::Presence {
                info.words = PRESENCE.map(str::to_owned).to_vec();
            }
            FactId::OfSite(SiteFact(Box::leak(Box::new(info))))
        };
        let mut site: Vec<FactId> = facts.into_iter().map(fact).collect();
        site.sort_unstable();
        Self { site }
    }

    /// Every fact, in order of presentation, a site's last.
    pub fn facts(&self) -> impl Iterator<Item = FactId> + Clone + '_ {
        FactId::ALL.iter().chain(&self.site).copied()
    }

    /// The facts of the site alone.
    pub fn site(&self) -> &[FactId] {
        &self.site
    }

    /// The fact whose id is written so, or `None`.
    pub fn parse(&self, text: &str) -> Option<FactId> {
        let site = || self.site.iter().copied().find(|fact| fact.as_str() == text);
        FactId::parse(text).or_else(site)
    }

    /// The facts that the records of a theme can state, `conditions` and `medications` among the themes; none for another
    /// name.
    pub fn of_theme(&self, theme: &str) -> Vec<FactId> {
        // What a report contains is of the tumour.
        let theme = if theme == "reports" { "pathology" } else { theme };
        self.facts().filter(|fact| fact.info().is_of(theme)).collect()
    }
}

/// The themes that a fact of a site can have: those by which Observations are searched.
pub fn observed() -> impl Iterator<Item = &'static str> {
    let observed = themes().iter().filter(|theme| theme.kind == "Observation");
    observed.map(|theme| theme.id.as_str())
}

/// Why a unit cannot be that of a fact of this kind, if it cannot.
pub fn unfit_unit(kind: Kind, unit: Option<&str>) -> Option<String> {
    match (kind, unit) {
        (Kind::Number, Some(unit)) if is_unit(unit) => None,
        (Kind::Number, Some(unit)) => Some(format!("`{unit}` is no unit of UCUM")),
        (Kind::Number, None) => Some("`unit` is missing: a number has one".to_owned()),
        (_, Some(_)) => Some(format!("a fact of kind {} has no unit", kind.as_str())),
        (_, None) => None,
    }
}
