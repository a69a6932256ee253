//! What a record says of what it gives or orders: its own code, the Medication that it refers to, and what is in that.

use super::around::{key, keys};
use super::value::gives_reason;
use crate::chart::{Chart, Coding, Concept, Item, Narrow, Reference};
use std::collections::BTreeMap;

/// The resources that say what is in a product.
const PRODUCTS: &[&str] = &["Medication", "Substance"];

/// The Medications of charts, and the substances in them, by every reference that leads to one.
#[derive(Default)]
pub(super) struct Medications<'c>(BTreeMap<String, &'c Narrow<'c>>);

impl<'c> Medications<'c> {
    /// Of what stands in several charts under one reference, the last counts.
    pub(super) fn of(charts: impl IntoIterator<Item = &'c Chart<'c>>) -> Self {
        let mut by_reference = BTreeMap::new();
        let items = charts.into_iter().flat_map(Chart::items);
        let is_product = |item: &&Item<'_>| PRODUCTS.contains(&item.kind()) && item.doubled.is_none();
        for item in items.filter(is_product) {
            let url = item.full_url.map(str::to_owned);
            for key in keys(item).chain(url) {
                by_reference.insert(key, &*item.narrow);
            }
        }
        Self(by_reference)
    }

    /// Everything that a record says, with what its references lead to. A Medication is read whole, so that a cream is
    /// none of the drug in it that is taken.
    pub(super) fn said<'n>(&'n self, record: &'n Narrow<'n>) -> Said<'n> {
        let mut said = Said::default();
        let mut forms = Vec::new();
        let inside = Inside::of(record);
        said.concept(&record.code);
        said.texts.extend(record.code.reference.display);
        said.concept(&record.medication);
        for reference in [&record.medication_reference, &record.medication.reference] {
            let Some(product) = self.follow(&inside, reference, &mut said) else {
                continue;
            };
            // What a contained Medication is made of is contained beside it.
            let of_product;
            let holder = if reference.is_contained() {
                &inside
            } else {
                of_product = Inside::of(product);
                &of_product
            };
            said.concept(&product.code);
            for ingredient in &product.ingredients {
                said.concept(ingredient);
                if let Some(inner) = self.follow(holder, &ingredient.reference, &mut said) {
                    said.concept(&inner.code);
                    inner.ingredients.iter().for_each(|part| said.concept(part));
                }
            }
            forms.push(&*product.form);
        }
        said.wording = said.first().unwrap_or_default().to_owned();
        said.texts.extend(forms.into_iter().flat_map(Concept::texts));
        said
    }

    /// What a reference leads to; its display is kept, and that it leads nowhere.
    fn follow<'n>(
        &'n self,
        inside: &Inside<'n>,
        reference: &'n Reference<'n>,
        said: &mut Said<'n>,
    ) -> Option<&'n Narrow<'n>> {
        if !reference.named {
            return None;
        }
        said.texts.extend(reference.display);
        let target = reference.reference.unwrap_or_default().trim();
        let found = match target.strip_prefix('#') {
            Some(id) => inside.0.get(id).copied(),
            None => self.get(target),
        };
        match found {
            Some(product) => said.modified |= product.has_modifiers,
            None => said.unsent.push(target),
        }
        found
    }

    fn get(&self, reference: &str) -> Option<&'c Narrow<'c>> {
        let reference = reference.split("/_history").next().unwrap_or(reference);
        let known = self
            .0
            .get(reference)
            .or_else(|| self.0.get(key(reference).as_ref()));
        known.copied()
    }
}

/// What a record contains, by its id; of several with one id the first.
struct Inside<'n>(BTreeMap<&'n str, &'n Narrow<'n>>);

impl<'n> Inside<'n> {
    fn of(holder: &'n Narrow<'n>) -> Self {
        let named = holder.contained.iter();
        let named = named.filter_map(|inner| Some((inner.id?, inner)));
        // Of two under one key a map keeps the last.
        Self(named.rev().collect())
    }
}

/// What is said of a medication, a service or a procedure.
#[derive(Default)]
pub(super) struct Said<'n> {
    pub(super) codings: Vec<Coding<'n>>,
    pub(super) texts: Vec<&'n str>,
    /// As a person reads it, else the first code; empty if nothing is said.
    pub(super) wording: String,
    /// References that lead nowhere, as written; empty for one that has an identifier alone.
    pub(super) unsent: Vec<&'n str>,
    /// What a reference leads to says that it does not mean what it says.
    pub(super) modified: bool,
}

impl<'n> Said<'n> {
    /// A coding that says why there is none says nothing.
    fn concept(&mut self, concept: &'n Concept<'n>) {
        let codings = || concept.codings.iter().filter(|coding| !gives_reason(coding));
        self.codings.extend(codings().cloned());
        self.texts.extend(concept.text);
        self.texts.extend(codings().filter_map(Coding::display));
    }

    fn first(&self) -> Option<&str> {
        let codes = self.codings.iter().filter_map(Coding::written);
        let mut said = self.texts.iter().copied().chain(codes).map(str::trim);
        said.find(|text| !text.is_empty())
    }
}
