//! Hook calls without prefetch, or with some: the whole service against a FHIR server that does as it is told.

#[cfg(test)]
mod calls;
#[cfg(test)]
mod latency;
#[cfg(test)]
mod ordered;
#[cfg(test)]
mod products;
#[cfg(test)]
mod setup;
#[cfg(test)]
mod table;
#[cfg(test)]
mod texts;
#[cfg(test)]
mod whole;
