//! The query of a request.

use std::{
    collections::HashMap,
    future::{Ready, ready},
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use portero_domain::page::{Limit, Page, Start};
use utoipa::IntoParams;

use crate::api::{
    cursor::{self, Paged},
    error::{ApiError, ApiResult},
    fields::{self, Fault, Faults, WireType},
};

/// The query field with the number of rows to skip.
pub const OFFSET: &str = "offset";
/// The query field with the cursor to continue after.
pub const AFTER: &str = "despues_de";
/// The value of [`AFTER`] for the first page.
const BEGINNING: &str = "inicio";

/// The query fields of a list, for the OpenAPI document.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageParams {
    /// The largest number of items. Without it, the response has all items.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u16>,
    /// The number of items to skip. A large offset is slow.
    #[param(default = 0)]
    pub offset: Option<u32>,
    /// The `X-Next-Cursor` of the previous page, or `inicio` for the first page. Not together with `offset`. The
    /// response then has no total.
    #[param(example = "inicio")]
    pub despues_de: Option<String>,
}

/// The query of a request, read but not checked yet. The handler checks it after the credential, like a
/// [`crate::api::body::JsonBody`].
#[derive(Debug)]
pub struct Query(HashMap<String, String>);

impl FromRequest for Query {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let fields =
            web::Query::from_query(request.query_string()).map_or_else(|_| HashMap::new(), web::Query::into_inner);
        ready(Ok(Self(fields)))
    }
}

impl Query {
    /// The value of the field, if it is present and not empty.
    pub fn get(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The requested page of a list: `limit`, and `offset` or `despues_de`. Without them it is the whole list.
    pub fn page<T: Paged>(&self) -> ApiResult<Page<T>> {
        let mut faults = Faults::in_query();
        let page = self.read_page(&mut faults);
        faults.finish(|| page)
    }

    /// The same as [`Query::page`], together with other fields.
    pub fn read_page<T: Paged>(&self, faults: &mut Faults) -> Option<Page<T>> {
        let limit = self.number(faults, "limit", 1, Limit::MAX.into());
        let start = self.start(faults);
        let limit = match limit? {
            Some(rows) => Some(u16::try_from(rows).ok().and_then(Limit::new)?),
            None => None,
        };
        Some(Page { limit, start: start? })
    }

    fn start<T: Paged>(&self, faults: &mut Faults) -> Option<Start<T>> {
        let offset = self.number(faults, OFFSET, 0, i32::MAX.into());
        let Some(after) = self.get(AFTER) else {
            let offset = offset?.map(u32::try_from).transpose().ok()?;
            return Some(Start::Offset(offset.unwrap_or_default()));
        };
        let start = match after {
            _ if self.get(OFFSET).is_some() => Err(Fault::value("No se puede combinar con offset")),
            BEGINNING => Ok(Start::Beginning),
            text => fields::id(cursor::parse)(text).map(Start::After).map_err(Fault::from),
        };
        faults.check(AFTER, start)
    }

    /// An optional id. The outer `None` means that it is invalid.
    pub fn id<T>(&self, faults: &mut Faults, field: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<Option<T>> {
        let Some(text) = self.get(field) else { return Some(None) };
        faults.check(field, fields::id(parse)(text)).map(Some)
    }

    /// An optional `true` or `false`. The outer `None` means that it is invalid.
    pub fn flag(&self, faults: &mut Faults, field: &str) -> Option<Option<bool>> {
        let flag = self.get(field).map(|text| text.parse().map_err(|_| bool::wrong_type()));
        faults.check(field, flag.transpose())
    }

    #[expect(clippy::option_option, reason = "faulty, left out and given are three things")]
    fn number(&self, faults: &mut Faults, field: &str, least: i64, most: i64) -> Option<Option<i64>> {
        let Some(text) = self.0.get(field) else { return Some(None) };
        let number = match whole(text) {
            None => Err(i64::wrong_type()),
            Some(number) if !(least..=most).contains(&number) => Err(Fault::range(least, most)),
            Some(number) => Ok(Some(number)),
        };
        faults.check(field, number)
    }
}

/// The whole number in `text`, in its one spelling: without a plus sign, blanks or zeros in front.
fn whole(text: &str) -> Option<i64> {
    text.parse().ok().filter(|number: &i64| number.to_string() == text)
}
