//! A code with its system. Only a code of a system that the project knows can be read; any other can only be shown.

use super::system::{TEXT, canonical};

type Str<'a> = Option<&'a str>;

/// A code with its system. What the value sets, the packs and a site's maps say of it is asked of
/// [`Codes::meanings`](super::Codes::meanings), and its letters are read only by [`Coding::code_in`]: a code of a
/// system that is not known has no way to a number or a word (specification, section 2).
#[derive(Debug, Clone, Default)]
pub(crate) struct Coding<'a> {
    pub(super) system: Str<'a>,
    pub(super) code: Str<'a>,
    display: Str<'a>,
}

fn said(text: Str<'_>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

impl<'a> Coding<'a> {
    pub(crate) fn new(system: Str<'a>, code: Str<'a>, display: Str<'a>) -> Self {
        Self {
            system,
            code,
            display,
        }
    }

    /// A text in the place of a code, under which a site can map it.
    pub(crate) fn of_text(text: &'a str) -> Self {
        Self::new(Some(TEXT), Some(text), None)
    }

    /// Whether it is of this system, by its canonical name.
    pub(crate) fn is_in(&self, system: &'static str) -> bool {
        canonical(self.system.unwrap_or_default()) == system
    }

    /// The code, if it is one of this system, which whoever asks knows how to read.
    pub(crate) fn code_in(&self, system: &'static str) -> Str<'a> {
        said(self.code).filter(|_| self.is_in(system))
    }

    /// The code, if no system is named: where FHIR itself binds the element to one.
    pub(crate) fn code_without_system(&self) -> Str<'a> {
        said(self.code).filter(|_| said(self.system).is_none())
    }

    /// Whether it is a text in the place of a code.
    pub(crate) fn is_text(&self) -> bool {
        self.is_in(TEXT)
    }

    /// What a person reads beside the code.
    pub(crate) fn display(&self) -> Str<'a> {
        self.display
    }

    /// System and code as they stand, to tell whether two are the same; never an answer.
    pub(crate) fn identity(&self) -> Option<String> {
        let system = canonical(self.system.unwrap_or_default());
        said(self.code).map(|code| format!("{system}|{code}"))
    }

    /// The code as it stands, whatever its system: to be shown, or to tell what kind of record it is; never an answer.
    pub(crate) fn written(&self) -> Str<'a> {
        self.code
    }
}

#[cfg(test)]
mod tests {
    use super::super::system::{FACT_VALUES, LOINC};
    use super::*;

    #[test]
    fn a_code_is_read_only_by_who_knows_its_system() {
        let coding = |system: Option<&'static str>| Coding::new(system, Some("3"), None);
        let own = coding(Some(
            "https://pnet-cds.github.io/fhir/CodeSystem/fact-values|1.0.0",
        ));
        assert_eq!(own.code_in(FACT_VALUES), Some("3"));
        assert_eq!(own.code_in(LOINC), None);
        for foreign in [
            None,
            Some(""),
            Some("urn:oid:1.2.276.99.5.answers"),
            Some("local"),
        ] {
            let coding = coding(foreign);
            assert_eq!(coding.code_in(FACT_VALUES), None, "{foreign:?}");
            assert_eq!(coding.written(), Some("3"));
        }
        assert_eq!(coding(None).code_without_system(), Some("3"));
        assert_eq!(coding(Some("local")).code_without_system(), None);
    }
}
