//! The templates of the pages: every value escaped, a value that is not there a fault.

use super::assets::Assets;
use crate::errors::{ErrorCode, Failure};
use cds_cards::Knowledge;
use include_dir::{Dir, include_dir};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, escape_formatter};
use serde::Serialize;

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/src/pages/templates");

/// The templates, compiled.
#[derive(Debug)]
pub(super) struct Templates(Environment<'static>);

/// What every page's frame shows.
#[derive(Debug, Serialize)]
pub(super) struct Frame {
    /// The way from the page to the root of the service, so that a path before it does not matter.
    root: &'static str,
    /// What the browser's title says before the name of the service.
    title: String,
    /// Which entry of the navigation it is.
    here: &'static str,
    style: String,
    script: String,
    icon: String,
    version: String,
    cut_off: String,
}

impl Frame {
    pub(super) fn new(
        assets: &Assets,
        knowledge: &Knowledge,
        root: &'static str,
        here: &'static str,
        title: impl Into<String>,
    ) -> Self {
        let reference = &knowledge.package.reference;
        Self {
            root,
            title: title.into(),
            here,
            style: assets.path("style.css"),
            script: assets.path("page.js"),
            icon: assets.path("icon.svg"),
            version: reference.edition(),
            cut_off: reference.evidence_cut_off.clone(),
        }
    }
}

/// What a page says where it cannot show what was asked for.
#[derive(Debug, Serialize)]
pub(super) struct Fault {
    status: u16,
    code: &'static str,
    text: String,
}

impl From<&Failure> for Fault {
    fn from(failure: &Failure) -> Self {
        Self {
            status: failure.code.status(),
            code: failure.code.code(),
            text: failure.to_string(),
        }
    }
}

#[derive(Serialize)]
struct Filled<'a, V> {
    frame: &'a Frame,
    page: &'a V,
}

impl Templates {
    /// Compiles every template.
    ///
    /// # Errors
    /// The first template that does not compile, with what is wrong.
    pub(super) fn new() -> Result<Self, String> {
        let mut environment = Environment::new();
        let syntax = SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build();
        environment.set_syntax(syntax.map_err(|error| error.to_string())?);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_formatter(|out, state, value| {
            if value.is_undefined() || value.is_none() {
                return Err(Error::new(ErrorKind::UndefinedError, "a slot without a value"));
            }
            escape_formatter(out, state, value)
        });
        // What is HTML already comes so from its maker; no template can declare anything so.
        for filter in ["safe", "escape", "e"] {
            environment.remove_filter(filter);
        }
        for file in FILES.files() {
            let (Some(name), Some(text)) = (file.path().to_str(), file.contents_utf8()) else {
                continue;
            };
            environment
                .add_template(name, text)
                .map_err(|error| format!("page template {name}: {error}"))?;
        }
        Ok(Self(environment))
    }

    /// The page of a template.
    ///
    /// # Errors
    /// [`ErrorCode::Internal`] if a value is missing, which the tests exclude for every page.
    pub(super) fn fill<V: Serialize>(&self, name: &str, frame: &Frame, page: &V) -> Result<String, Failure> {
        let filled = self
            .0
            .get_template(name)
            .and_then(|template| template.render(Serde(Filled { frame, page })));
        filled.map_err(|error| {
            // The kind and the line only: a message can quote a value.
            tracing::error!(template = name, line = error.line(), kind = %error.kind(), "a page could not be made");
            ErrorCode::Internal.into()
        })
    }
}
