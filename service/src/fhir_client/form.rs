//! The forms in which one search can be sent, and which one is tried after another was refused.

use super::parameters::{Named, ResultParameters};
use super::refusal::Refusal;
use super::why::Why;

/// An address from which on a refusal may be due to its length; some gateways stop at 2048 characters.
pub(super) const LONG: usize = 1024;
/// Forms of one search that are tried, the first one included.
pub(super) const MOST_FORMS: usize = 8;
/// Codes of one search where the server does not take all of them: first so many, then one at a time.
const FEWER: [usize; 2] = [10, 1];

/// How a search is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Form {
    /// `subject=Patient/ID` instead of `patient=ID`.
    pub(super) subject: bool,
    /// POST to `_search` instead of GET.
    pub(super) post: bool,
    /// Result parameters that are left out.
    pub(super) without: ResultParameters,
    /// The most codes that one search asks for.
    pub(super) codes: usize,
}

impl Form {
    /// As the template writes it.
    pub(super) const PLAIN: Self = Self {
        subject: false,
        post: false,
        without: ResultParameters::NONE,
        codes: usize::MAX,
    };

    fn lacking(self, parameters: ResultParameters) -> Self {
        Self {
            without: self.without.with(parameters),
            ..self
        }
    }

    fn of_so_many_codes(self, codes: usize) -> Self {
        Self { codes, ..self }
    }

    fn sent_by(self, post: bool) -> Self {
        Self { post, ..self }
    }

    fn turned(self) -> Self {
        Self {
            subject: !self.subject,
            ..self
        }
    }
}

/// What of a search decides in which forms it can be sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Traits {
    /// Its result parameters.
    pub(super) results: ResultParameters,
    /// It names the patient, so that it can do so in the other way.
    pub(super) turns: bool,
    /// The codes that it asks for.
    pub(super) codes: usize,
    /// The length of its address with all of them.
    pub(super) length: usize,
}

/// The search for the form that a server takes.
#[derive(Debug, Clone)]
pub(super) struct Negotiation {
    traits: Traits,
    /// The form that the others are made from: the first one, changed as the server said.
    base: Form,
    tried: Vec<Form>,
    too_long: bool,
}

impl Negotiation {
    pub(super) fn begin(traits: Traits, form: Form) -> Self {
        Self {
            traits,
            base: form,
            tried: vec![form],
            too_long: false,
        }
    }

    /// The same for another search of the type.
    pub(super) fn of(self, traits: Traits) -> Self {
        Self { traits, ..self }
    }

    /// The form that is tried now.
    pub(super) fn form(&self) -> Form {
        self.tried.last().copied().unwrap_or(self.base)
    }

    /// Whether another form than the first one is tried.
    pub(super) fn has_moved(&self) -> bool {
        self.tried.len() > 1
    }

    /// The next form after this refusal of the last one; nothing if the refusal is not due to the form, or none is left.
    pub(super) fn next(&mut self, refusal: &Refusal) -> Option<Form> {
        if self.tried.len() >= MOST_FORMS {
            return None;
        }
        let hinted = self.hinted(refusal).filter(|form| !self.tried.contains(form));
        if let Some(form) = hinted {
            self.base = form;
        }
        let last = self.form();
        match refusal.why {
            // From now on by the other method, whatever else is changed.
            Why::TooLong if !last.post => {
                self.too_long = true;
                self.base.post = true;
            }
            Why::NotSupported | Why::NotFound | Why::Forbidden if last.post => self.base.post = false,
            _ => {}
        }
        let next = hinted.or_else(|| self.blind(refusal.why))?;
        self.tried.push(next);
        Some(next)
    }

    /// The form without what the server names.
    fn hinted(&self, refusal: &Refusal) -> Option<Form> {
        let Named {
            results,
            patient,
            code,
        } = refusal.named;
        let last = self.form();
        let results = results.shared(self.traits.results);
        if !results.is_empty() {
            let form = last.lacking(results);
            return (form != last).then_some(form);
        }
        if code && let Some(fewer) = self.fewer(last) {
            return Some(last.of_so_many_codes(fewer));
        }
        (patient && self.traits.turns).then(|| last.turned())
    }

    /// The first of the forms that a refusal of this kind suggests and that was not tried.
    fn blind(&self, why: Why) -> Option<Form> {
        let (base, last) = (self.base, self.form());
        let bare = base.lacking(self.traits.results);
        let long = self.traits.length > LONG;
        let mut forms = Vec::new();
        match why {
            _ if last.post && matches!(why, Why::NotSupported | Why::NotFound | Why::Forbidden) => {
                forms.push(base);
                if self.too_long || long {
                    forms.extend(self.split(base));
                }
                forms.push(bare);
                forms.extend(self.split(bare));
            }
            Why::TooLong => {
                forms.push(base.sent_by(true));
                forms.extend(self.split(base.sent_by(false)));
            }
            Why::NotFound | Why::Forbidden => {
                forms.extend(long.then(|| base.sent_by(true)));
                forms.push(bare);
                forms.extend(self.split(bare));
            }
            Why::NotSupported => {
                forms.extend([base.sent_by(true), bare]);
                forms.extend(self.split(bare));
            }
            Why::BadRequest => {
                let unsorted = base.lacking(self.traits.results.shared(ResultParameters::SORT));
                forms.push(unsorted);
                forms.extend(long.then(|| unsorted.sent_by(true)));
                let turned = |form: Form| self.traits.turns.then(|| form.turned());
                forms.extend(turned(unsorted));
                forms.extend(self.split(unsorted).take(1));
                forms.push(bare);
                forms.extend(self.split(unsorted));
                forms.extend(self.split(bare).last());
                forms.extend(turned(bare));
            }
            _ => {}
        }
        forms.into_iter().find(|form| !self.tried.contains(form))
    }

    fn fewer(&self, form: Form) -> Option<usize> {
        let now = form.codes.min(self.traits.codes);
        FEWER.into_iter().find(|fewer| *fewer < now)
    }

    /// The form with fewer codes a search, and with one.
    fn split(&self, form: Form) -> impl Iterator<Item = Form> {
        let now = form.codes.min(self.traits.codes);
        let fewer = FEWER.into_iter().filter(move |fewer| *fewer < now);
        fewer.map(move |fewer| form.of_so_many_codes(fewer))
    }
}

#[cfg(test)]
mod tests;
