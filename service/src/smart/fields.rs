//! The fields of an address that a browser was sent to.

use crate::errors::{ErrorCode, Failure};
use actix_web::HttpRequest;
use actix_web::web::Query;

/// The fields of an address.
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    pub(super) fn of(request: &HttpRequest) -> Result<Self, Failure> {
        let fields = Query::<Vec<(String, String)>>::from_query(request.query_string());
        let fields = fields.map_err(|_| Failure::from(ErrorCode::InvalidLaunch))?;
        Ok(Self(fields.into_inner()))
    }

    /// The value of a field that may be there once.
    pub(super) fn only(&self, name: &str) -> Result<Option<&str>, Failure> {
        let mut found = self.0.iter().filter(|(known, _)| known == name);
        let first = found.next().map(|(_, value)| value.as_str());
        match found.next() {
            Some(_) => Err(ErrorCode::InvalidLaunch.into()),
            None => Ok(first),
        }
    }
}
