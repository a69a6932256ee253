//! Which files of a crate need which others: read from their sources with `syn`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, Macro, UseTree, Visibility};

/// A module as its path from the crate's root; a path that something names, likewise.
pub(crate) type Names = Vec<String>;

/// What a file names: paths of other modules, and names that it hands on.
#[derive(Default)]
pub(crate) struct Named {
    pub(crate) paths: Vec<Names>,
    pub(crate) handed_on: BTreeMap<String, Names>,
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Path>()
                .is_ok_and(|path| path.is_ident("test"))
    })
}

/// Every path of a tree of names, each with the name under which it is known here.
fn leaves(tree: &UseTree, before: &[String], found: &mut Vec<(String, Names)>) {
    let with = |name: String| [before, &[name]].concat();
    match tree {
        UseTree::Path(path) => leaves(&path.tree, &with(path.ident.to_string()), found),
        UseTree::Name(name) => found.push((name.ident.to_string(), with(name.ident.to_string()))),
        UseTree::Rename(name) => found.push((name.rename.to_string(), with(name.ident.to_string()))),
        UseTree::Glob(_) => found.push(("*".to_owned(), before.to_vec())),
        UseTree::Group(group) => group.items.iter().for_each(|item| leaves(item, before, found)),
    }
}

impl<'ast> Visit<'ast> for Named {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes = match item {
            Item::Mod(item) => &item.attrs,
            Item::Fn(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            Item::Use(item) => &item.attrs,
            _ => return visit::visit_item(self, item),
        };
        if !is_for_tests(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        assert!(
            module.content.is_none(),
            "a module inside a file: {}",
            module.ident
        );
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let mut found = Vec::new();
        leaves(&item.tree, &[], &mut found);
        match item.vis {
            Visibility::Inherited => self.paths.extend(found.into_iter().map(|(_, path)| path)),
            _ => self.handed_on.extend(found),
        }
    }

    fn visit_visibility(&mut self, _: &'ast Visibility) {
        // To be seen by the module above is not to need it.
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.paths.push(
            path.segments
                .iter()
                .map(|segment| segment.ident.to_string())
                .collect(),
        );
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, invoked: &'ast Macro) {
        let tokens = invoked.tokens.to_string();
        let words: Vec<&str> = tokens.split_whitespace().collect();
        for (place, _) in words
            .iter()
            .enumerate()
            .filter(|(_, word)| ["crate", "super"].contains(word))
        {
            let steps = words.get(place..).unwrap_or_default().chunks(2);
            let path = steps.take_while(|step| matches!(step, [_, "::"])).count();
            let names = words
                .get(place..)
                .unwrap_or_default()
                .iter()
                .step_by(2)
                .take(path + 1);
            self.paths.push(names.map(|name| (*name).to_owned()).collect());
        }
        visit::visit_macro(self, invoked);
    }
}

/// The files of a crate by their modules.
fn modules(source: &Path) -> BTreeMap<Names, PathBuf> {
    let mut found = BTreeMap::new();
    let mut folders = vec![source.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let inside = path
                    .strip_prefix(source)
                    .expect("a file of the crate")
                    .with_extension("");
                let mut names: Names = inside
                    .iter()
                    .map(|name| name.to_string_lossy().into_owned())
                    .collect();
                names.pop_if(|last| ["mod", "lib", "main"].contains(&last.as_str()));
                found.insert(names, path);
            }
        }
    }
    found
}

pub(crate) struct Crate {
    pub(crate) named: BTreeMap<Names, Named>,
}

impl Crate {
    pub(crate) fn read(source: &Path) -> Self {
        let named = modules(source).into_iter().map(|(module, path)| {
            let text = fs::read_to_string(&path).expect("a file");
            let file = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let mut named = Named::default();
            named.visit_file(&file);
            (module, named)
        });
        Self {
            named: named.collect(),
        }
    }

    /// A path as it is from the crate's root.
    pub(crate) fn from_root(from: &[String], path: &[String]) -> Option<Names> {
        let up = path.iter().take_while(|name| *name == "super").count();
        let (base, rest) = match path.first()?.as_str() {
            "crate" => (&[][..], path.get(1..)?),
            "self" => (from, path.get(1..)?),
            "super" => (from.get(..from.len().checked_sub(up)?)?, path.get(up..)?),
            _ => (from, path),
        };
        Some([base, rest].concat())
    }

    /// The module in which what a path names is at home, following what modules hand on.
    fn home(&self, from: &[String], path: &[String], depth: usize) -> Option<Names> {
        let first = path.first()?;
        let full = Self::from_root(from, path)?;
        let longest = (0..=full.len()).rev().find(|length| {
            // The crate's root is everybody's, and hands on only.
            self.named.contains_key(full.get(..*length).unwrap_or_default())
        })?;
        let (module, rest) = full.split_at(longest);
        let is_bare = !["crate", "self", "super"].contains(&first.as_str());
        if is_bare && module.len() <= from.len() {
            return None;
        }
        let handed_on = rest
            .first()
            .and_then(|name| self.named.get(module)?.handed_on.get(name));
        match handed_on {
            Some(further) if depth > 0 => self.home(module, further, depth - 1),
            _ => Some(module.to_vec()),
        }
    }

    pub(crate) fn needs(&self, module: &[String]) -> BTreeSet<Names> {
        let paths = self
            .named
            .get(module)
            .map(|named| named.paths.as_slice())
            .unwrap_or_default();
        let homes = paths.iter().filter_map(|path| self.home(module, path, 8));
        homes.filter(|home| !home.is_empty() && home != module).collect()
    }
}
