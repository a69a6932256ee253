//! The FHIR client against a server that does what no server should: every fault of the fault table, and what is
//! promised in spite of it.

#[cfg(test)]
mod faults;
#[cfg(test)]
mod forms;
#[cfg(test)]
mod latency;
#[cfg(test)]
mod negotiation;
#[cfg(test)]
mod nth;
#[cfg(test)]
mod paging;
#[cfg(test)]
mod retry;
#[cfg(test)]
mod setup;
#[cfg(test)]
mod trust;
