//! What the pages are made of.

use super::assets::Assets;
use super::form_fields::SavedForms;
use super::kept::KnowledgePages;
use super::template::Templates;
use crate::errors::{ErrorCode, Failure};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use std::future::{Ready, ready};
use std::ops::Deref;
use std::sync::Arc;

/// What the pages are made of.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(super) templates: Templates,
    pub(super) assets: Assets,
    pub(super) knowledge: KnowledgePages,
    pub(super) saved: SavedForms,
}

/// The pages of a service, where it has them; clones are the same ones.
#[derive(Debug, Clone)]
pub(crate) struct Pages(Arc<Parts>);

impl Pages {
    /// The pages as compiled in.
    ///
    /// # Errors
    /// What is wrong with a template, by its name.
    pub(crate) fn new() -> Result<Self, String> {
        Ok(Self(Arc::new(Parts {
            templates: Templates::new()?,
            assets: Assets::new(),
            knowledge: KnowledgePages::default(),
            saved: SavedForms::default(),
        })))
    }

    /// Those of the service that a request came to.
    ///
    /// # Errors
    /// [`ErrorCode::UnknownPath`] where it has none.
    pub(super) fn of(request: &HttpRequest) -> Result<Self, Failure> {
        let pages = request.app_data::<Self>().cloned();
        pages.ok_or_else(|| ErrorCode::UnknownPath.into())
    }
}

impl Deref for Pages {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl FromRequest for Pages {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}
