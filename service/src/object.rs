//! Objects are read from objects only: what the derived readers would take besides, an array with the fields in their
//! order, is refused. What other readers of the same text see as no object must not be one here.

/// Gives types with `#[derive(Deserialize)]` and `#[serde(remote = "Self")]` a reader that takes an object and nothing else.
macro_rules! objects_only {
    ($($name:ident $(<$life:lifetime>)?),+ $(,)?) => {$(
        impl<'de $(: $life, $life)?> serde::Deserialize<'de> for $name $(<$life>)? {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct OnlyObject $(<$life>(std::marker::PhantomData<&$life ()>))?;

                impl<'de $(: $life, $life)?> serde::de::Visitor<'de> for OnlyObject $(<$life>)? {
                    type Value = $name $(<$life>)?;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an object")
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                        <$name $(<$life>)?>::deserialize(serde::de::value::MapAccessDeserializer::new(map))
                    }
                }

                deserializer.deserialize_map(OnlyObject $(::<$life>(std::marker::PhantomData))?)
            }
        }
    )+};
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::value::RawValue;
    use std::borrow::Cow;
    use std::path::{Path, PathBuf};

    #[derive(Debug, Deserialize)]
    #[serde(remote = "Self")]
    struct Inner<'a> {
        #[serde(borrow)]
        name: Cow<'a, str>,
        #[serde(borrow, default)]
        raw: Option<&'a RawValue>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(remote = "Self")]
    struct Outer<'a> {
        #[serde(borrow, default)]
        inner: Option<Inner<'a>>,
        #[serde(borrow, default)]
        list: Vec<Inner<'a>>,
    }

    objects_only!(Inner<'a>, Outer<'a>);

    #[test]
    fn objects_are_read_borrowed_and_whatever_else_is_refused_at_every_depth() {
        let text = r#"{"inner":{"name":"n","raw":{"a":1},"other":[]},"list":[{"name":"m"}]}"#;
        let outer: Outer<'_> = serde_json::from_str(text).unwrap();
        let inner = outer.inner.unwrap();
        assert!(matches!(inner.name, Cow::Borrowed("n")));
        assert_eq!(inner.raw.unwrap().get(), r#"{"a":1}"#);
        assert_eq!(outer.list.len(), 1);
        for text in [
            r#"[{"name":"n"},[]]"#,
            r#"{"inner":["n",{"a":1}]}"#,
            r#"{"inner":[]}"#,
            r#"{"list":[["m"]]}"#,
            r#"{"list":[{},[]]}"#,
            r#"{"inner":"n"}"#,
            "1",
        ] {
            assert!(serde_json::from_str::<Outer<'_>>(text).is_err(), "{text}");
            let value: serde_json::Value = serde_json::from_str(text).unwrap();
            assert!(serde_json::from_value::<Owned>(value).is_err(), "{text}");
        }
    }

    #[derive(Debug, Deserialize)]
    #[serde(remote = "Self")]
    struct OwnedInner {
        #[serde(default, rename = "name")]
        _name: Option<String>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(remote = "Self")]
    struct Owned {
        #[serde(default, rename = "inner")]
        _inner: Option<OwnedInner>,
        #[serde(default, rename = "list")]
        _list: Vec<OwnedInner>,
    }

    objects_only!(OwnedInner, Owned);

    /// Structs that are read from files that are compiled in.
    const OWN_FILES: [&str; 2] = ["Story", "Stories"];

    fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                found.push(path);
            }
        }
    }

    #[test]
    fn every_derived_reader_of_a_struct_with_names_takes_objects_only() {
        let mut files = Vec::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
        let mut seen = 0;
        for file in files {
            let text = std::fs::read_to_string(&file).unwrap();
            for after in text.split("#[derive(").skip(1) {
                let (derived, rest) = after.split_once(")]").unwrap();
                let Some((attributes, body)) = rest.split_once("struct ") else {
                    continue;
                };
                let plain = attributes.lines().all(|line| {
                    let line = line.trim();
                    ["", "pub", "pub(super)", "pub(crate)"].contains(&line) || line.starts_with("#[")
                });
                let name: String = body.chars().take_while(|c| c.is_alphanumeric()).collect();
                let named = body.split(['{', '(', ';']).next().map_or(0, str::len);
                let has_names = body[named..].starts_with('{');
                let derives = derived.split(',').any(|one| one.trim() == "Deserialize");
                if !(plain && has_names && derives) || OWN_FILES.contains(&name.as_str()) {
                    continue;
                }
                seen += 1;
                let place = format!("{}: {name}", file.display());
                assert!(attributes.contains("remote = \"Self\""), "{place}");
                let listed = text.split("objects_only!(").skip(1).any(|rest| {
                    let list = rest.split(')').next().unwrap();
                    list.split([',', '<', ' ', '\n']).any(|one| one == name)
                });
                assert!(listed, "{place}");
            }
        }
        assert!(seen > 20, "{seen}");
    }
}
