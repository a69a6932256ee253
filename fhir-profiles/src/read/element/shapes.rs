//! What fhirbolt takes in each place of a resource: compiled once from its hints on types.

use fhirbolt::{FhirRelease, FhirReleases};
use fhirbolt_shared::element_map::r4::ELEMENT_MAP;
use fhirbolt_shared::type_hints::r4::TYPE_HINTS;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::LazyLock;

/// R4 names every element that is read; in compatibility mode what R4B and R5 call otherwise is kept as it stands.
pub(super) const RELEASE: FhirRelease = FhirReleases::R4;

/// The kinds of resources that are read in full, and those that stand in them.
const KINDS: &[&str] = &[
    "BodyStructure",
    "Condition",
    "DiagnosticReport",
    "Encounter",
    "Location",
    "Medication",
    "MedicationAdministration",
    "MedicationDispense",
    "MedicationRequest",
    "MedicationStatement",
    "Observation",
    "Organization",
    "Patient",
    "Practitioner",
    "Procedure",
    "ServiceRequest",
    "Specimen",
    "Substance",
];

/// The place of an element among those of all types.
pub(super) type Place = u16;

/// An element that no type has.
pub(super) const UNKNOWN: Place = 0;

/// What fhirbolt makes of a value without parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Primitive {
    /// It takes strings alone.
    Text,
    /// It takes numbers, and strings that it does not look at.
    Decimal,
    /// It takes truth values, and strings that look so.
    Flag,
    /// It refuses numbers, and takes strings that look so.
    Integer,
}

/// What can stand in a place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub(super) primitive: Primitive,
    /// Something by itself becomes a list of one.
    pub(super) list: bool,
    /// Resources stand in it, each with its own places.
    pub(super) resource: bool,
    /// A resource that is read begins here.
    pub(super) kind: bool,
    /// A type or a resource begins here.
    is_root: bool,
}

impl Shape {
    const UNKNOWN: Self = Self {
        primitive: Primitive::Text,
        list: false,
        resource: false,
        kind: false,
        is_root: false,
    };
}

/// The places of all types that are read.
#[derive(Debug)]
pub(super) struct Shapes {
    shapes: Vec<Shape>,
    kinds: HashMap<&'static str, Place>,
    children: HashMap<(Place, &'static str), Place, BuildHasherDefault<Quick>>,
}

/// A hash of short names: the table is made of our own, so that nobody can choose what collides in it.
#[derive(Debug, Default)]
struct Quick(u64);

impl Quick {
    fn take(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let word = chunk
                .iter()
                .rev()
                .fold(0, |word, byte| (word << 8) | u64::from(*byte));
            self.take(word);
        }
    }

    fn write_u16(&mut self, number: u16) {
        self.take(u64::from(number));
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Where an element is, as fhirbolt writes it.
fn path(around: &str, key: &str) -> String {
    let around = type_at(around)
        .or_else(|| TYPE_HINTS.content_reference_paths.get(around).copied())
        .unwrap_or(around);
    format!("{around}.{key}")
}

/// The type whose places those within a path are.
fn type_at(path: &str) -> Option<&'static str> {
    let Some((around, last)) = path.rsplit_once('.') else {
        return TYPE_HINTS.type_paths.get(path).copied();
    };
    match last {
        "extension" | "modifierExtension" => Some("Extension"),
        "meta" if !around.contains('.') => Some("Meta"),
        "text" if !around.contains('.') => Some("Narrative"),
        "contained" if !around.contains('.') => Some("Resource"),
        _ => TYPE_HINTS.type_paths.get(path).copied(),
    }
}

fn shape(path: &str) -> Shape {
    let hints = &TYPE_HINTS;
    let primitive = if hints.boolean_paths.contains(path) {
        Primitive::Flag
    } else if hints.integer_paths.contains(path)
        || hints.integer64_paths.contains(path)
        || hints.positive_integer_paths.contains(path)
        || hints.unsigned_integer_paths.contains(path)
    {
        Primitive::Integer
    } else if hints.decimal_paths.contains(path) {
        Primitive::Decimal
    } else {
        Primitive::Text
    };
    let last = path
        .rsplit_once('.')
        .map(|(around, last)| (around.contains('.'), last));
    let list = match last {
        Some((_, "extension" | "modifierExtension")) | Some((false, "contained")) => true,
        _ => hints.array_paths.contains(path),
    };
    Shape {
        primitive,
        list,
        resource: type_at(path) == Some("Resource"),
        kind: KINDS.contains(&path),
        is_root: last.is_none() || type_at(path).is_some(),
    }
}

/// The names of the elements in a path.
pub(super) fn names(path: &str) -> impl Iterator<Item = &'static str> {
    let of = type_at(path)
        .or_else(|| TYPE_HINTS.content_reference_paths.get(path).copied())
        .unwrap_or(path);
    let names = ELEMENT_MAP.get(of).into_iter();
    names.flat_map(|names| names.iter().copied())
}

impl Shapes {
    fn compile() -> Self {
        let mut made = Self {
            shapes: vec![Shape::UNKNOWN],
            kinds: HashMap::new(),
            children: HashMap::default(),
        };
        let mut known: HashMap<String, Place> = HashMap::new();
        let mut open: Vec<(String, Place)> = Vec::new();
        for kind in KINDS {
            let place = made.place((*kind).to_owned(), &mut known, &mut open);
            made.kinds.insert(kind, place);
        }
        while let Some((around, place)) = open.pop() {
            if type_at(&around) == Some("Resource") {
                continue;
            }
            for name in names(&around) {
                let child = made.place(path(&around, name), &mut known, &mut open);
                made.children.insert((place, name), child);
            }
            for name in ["extension", "modifierExtension"] {
                let child = made.place(path(&around, name), &mut known, &mut open);
                made.children.insert((place, name), child);
            }
        }
        for name in ["extension", "modifierExtension"] {
            let child = made.place(format!("Unknown.x.{name}"), &mut known, &mut open);
            made.children.insert((UNKNOWN, name), child);
            for inner in names("Extension").chain(["modifierExtension"]) {
                let inner_place = known.get(&path("Extension", inner)).copied();
                made.children
                    .insert((child, inner), inner_place.unwrap_or(UNKNOWN));
            }
        }
        made
    }

    fn place(
        &mut self,
        path: String,
        known: &mut HashMap<String, Place>,
        open: &mut Vec<(String, Place)>,
    ) -> Place {
        if let Some(place) = known.get(&path) {
            return *place;
        }
        let place = Place::try_from(self.shapes.len()).unwrap_or(UNKNOWN);
        self.shapes.push(shape(&path));
        known.insert(path.clone(), place);
        open.push((path, place));
        place
    }

    /// The kinds of resources that are compiled.
    #[cfg(test)]
    pub(super) fn names(&self) -> Vec<&'static str> {
        self.kinds.keys().copied().collect()
    }

    /// The place of a kind of resource, if it is compiled.
    pub(super) fn kind(&self, kind: &str) -> Option<Place> {
        self.kinds.get(kind).copied()
    }

    /// The place of an element; nothing where fhirbolt has a type that is not compiled.
    pub(super) fn child(&self, around: Place, key: &str) -> Option<Place> {
        let known = self.children.get(&(around, key)).copied();
        let is_root = self.shape(around).is_root;
        let own_type = matches!(key, "meta" | "text" | "contained");
        match known {
            None if is_root && own_type => None,
            known => Some(known.unwrap_or(UNKNOWN)),
        }
    }

    pub(super) fn shape(&self, place: Place) -> Shape {
        let known = self.shapes.get(place as usize).copied();
        known.unwrap_or(Shape::UNKNOWN)
    }
}

pub(super) static SHAPES: LazyLock<Shapes> = LazyLock::new(Shapes::compile);
