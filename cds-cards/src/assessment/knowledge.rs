//! By which knowledge something was concluded.

use serde::Serialize;

/// Identity of the knowledge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KnowledgeRef {
    /// Package id.
    pub id: String,
    /// Package version; where a site's files are laid over the built-in ones, with a hash of these ([`of_site`]).
    ///
    /// [`of_site`]: KnowledgeRef::of_site
    pub version: String,
    /// `sha256:` and the hash of all its files that are read.
    pub hash: String,
    /// Month to which the review's literature search reaches.
    pub evidence_cut_off: String,
}

/// What stands between the version and the hash of a site's files: build metadata of a semantic version, so that the whole is
/// a version of a FHIR resource too.
const SITE: &str = "+site.";

impl KnowledgeRef {
    /// The version of knowledge over which files with this hash are laid.
    pub fn of_site(version: &str, hash: &str) -> String {
        format!("{version}{SITE}{hash}")
    }

    /// Whether a site's files are laid over the built-in ones.
    pub fn is_of_site(&self) -> bool {
        self.version.contains(SITE)
    }

    /// The version as a clinician reads it: `2.0.0`, or `2.0.0, site rules 1a2b3c4d`.
    pub fn edition(&self) -> String {
        self.version.replacen(SITE, ", site rules ", 1)
    }
}
