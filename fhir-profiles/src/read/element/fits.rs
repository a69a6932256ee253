//! Whether a resource is of a shape that fhirbolt would take as it stands and the tape holds alike. Anything else is left to
//! fhirbolt: to say yes wrongly would be a fault, to say no costs time.

use super::shapes::{Place, Primitive, SHAPES, Shapes};
use crate::json::{Json, JsonKind};

/// Containers in one another, of which fhirbolt takes some more.
const DEEPEST: u8 = 100;

pub(super) fn fits(json: Json<'_>) -> bool {
    json.kind() == JsonKind::Object
        && json.height() <= DEEPEST
        && !json.has_doubled_key()
        && resource(&SHAPES, json)
}

/// Whether a resource fits, at the root or in another.
fn resource(shapes: &Shapes, json: Json<'_>) -> bool {
    let kind = json.get("resourceType").and_then(Json::text);
    kind.and_then(|kind| shapes.kind(kind))
        .is_some_and(|place| object(shapes, json, place))
}

fn object(shapes: &Shapes, json: Json<'_>, place: Place) -> bool {
    json.fields().all(|field| {
        let Some(key) = field.plain_key() else {
            return false;
        };
        match key.strip_prefix('_') {
            None => member(shapes, field, key, place),
            Some(name) => !name.starts_with('_') && beside(shapes, json.get(name), field, name, place),
        }
    })
}

fn member(shapes: &Shapes, value: Json<'_>, key: &str, around: Place) -> bool {
    if key == "resourceType" {
        return shapes.shape(around).kind && value.kind() == JsonKind::Text;
    }
    let Some(place) = shapes.child(around, key) else {
        return false;
    };
    // The id of a number or a truth value is taken for one itself.
    if key == "id" && shapes.shape(around).primitive != Primitive::Text {
        return false;
    }
    match value.kind() {
        JsonKind::List => {
            // What they hold is no element of its own.
            !matches!(key, "id" | "url")
                && value
                    .items()
                    .all(|item| item.is_null() || one(shapes, item, key, place))
        }
        JsonKind::Object => one(shapes, value, key, place),
        JsonKind::Null => false,
        // In the place of a list it would be one.
        _ => !shapes.shape(place).list && one(shapes, value, key, place),
    }
}

/// Whether a value that is no list fits.
fn one(shapes: &Shapes, value: Json<'_>, key: &str, place: Place) -> bool {
    let shape = shapes.shape(place);
    match value.kind() {
        JsonKind::Null | JsonKind::List => false,
        JsonKind::Text => shape.primitive == Primitive::Text,
        // An exponent is written anew by fhirbolt.
        JsonKind::Number => shape.primitive == Primitive::Decimal && !value.raw().contains(['e', 'E']),
        JsonKind::True | JsonKind::False => shape.primitive == Primitive::Flag,
        // In these `resourceType` is an element as any other.
        JsonKind::Object if matches!(key, "instance" | "provision" | "filterBy") => false,
        JsonKind::Object if shape.resource => resource(shapes, value),
        JsonKind::Object => object(shapes, value, place),
    }
}

/// Whether what `_name` says of a value fits beside it.
fn beside(shapes: &Shapes, value: Option<Json<'_>>, beside: Json<'_>, name: &str, around: Place) -> bool {
    let Some(place) = shapes.child(around, name) else {
        return false;
    };
    let shape = shapes.shape(place);
    let is_free = |json: Json<'_>| json.get("value").is_none() && json.get("_value").is_none();
    let fits =
        |json: Json<'_>| json.kind() == JsonKind::Object && is_free(json) && object(shapes, json, place);
    let is_element = !shape.resource && !matches!(name, "id" | "url" | "resourceType");
    let is_scalar = |json: Json<'_>| !matches!(json.kind(), JsonKind::Object | JsonKind::List);
    is_element
        && match (value, beside.kind()) {
            (None, JsonKind::Object) => fits(beside),
            (Some(value), JsonKind::Object) => is_scalar(value) && fits(beside),
            (Some(values), JsonKind::List) if values.kind() == JsonKind::List => {
                values.items().all(is_scalar) && beside.items().all(|item| item.is_null() || fits(item))
            }
            _ => false,
        }
}
