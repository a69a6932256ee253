//! What is known of a patient: every fact with its readings, their evidence, and why one is unknown.

mod builder;
mod collected;
mod evidence;
mod fact;
mod given;
mod mentioned;
mod not_read;
mod patient;
mod person;
mod value;

pub use builder::FactsBuilder;
pub(crate) use collected::{ClosedWorld, Raw, Spread};
pub use evidence::{Aside, Evidence, Gap, Source};
pub use fact::{Fact, Reading, Unknown};
pub(crate) use given::Course;
pub use given::{Given, Says, TreatmentRecord};
pub use mentioned::Mentioned;
pub use not_read::{NotRead, NotReadWhy};
pub use patient::Facts;
pub(crate) use patient::Record;
pub use person::{Person, Problem};
pub use value::{Basis, Flag, Specimen, System, Value};
