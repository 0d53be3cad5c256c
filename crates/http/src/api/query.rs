//! What callers say after the `?`.

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
    fields::{self, Fault, Faults},
};

/// The field that begins a page behind so many rows.
pub const OFFSET: &str = "offset";
/// The field that begins a page behind the row of a cursor.
pub const AFTER: &str = "despues_de";
/// What stands in [`AFTER`] where a walk by cursors begins.
const BEGINNING: &str = "inicio";

/// How the document shows the part of a list that is wanted.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageParams {
    /// How many at most; all of them when left out.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u16>,
    /// How many to leave out at the start. The farther, the slower; `despues_de` is not.
    #[param(default = 0)]
    pub offset: Option<u32>,
    /// Where to go on: the `X-Next-Cursor` of the page before, or `inicio` for the first page. Not with `offset`. Nothing
    /// is counted then: there is no total.
    #[param(example = "inicio")]
    pub despues_de: Option<String>,
}

/// A request's query, read and not yet judged, for the reason that [`crate::api::body::JsonBody`] has.
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
    /// The field, unless left out or empty.
    pub fn get(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The part of a list that is wanted: `limit`, and `offset` or `despues_de`. Everything when they are left out.
    pub fn page<T: Paged>(&self) -> ApiResult<Page<T>> {
        let mut faults = Faults::in_query();
        let page = self.read_page(&mut faults);
        faults.finish(|| page)
    }

    /// As [`Query::page`], where other fields are judged at the same time.
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

    /// An id to look things up by. Nothing at all is answered when it is faulty.
    pub fn id<T>(&self, faults: &mut Faults, field: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<Option<T>> {
        let Some(text) = self.get(field) else { return Some(None) };
        faults.check(field, fields::id(parse)(text)).map(Some)
    }

    #[expect(clippy::option_option, reason = "faulty, left out and given are three things")]
    fn number(&self, faults: &mut Faults, field: &str, least: i64, most: i64) -> Option<Option<i64>> {
        let Some(text) = self.0.get(field) else { return Some(None) };
        let number = whole(text).ok_or_else(|| Fault::new("int_type", "Debe ser un número entero"));
        let number =
            number.and_then(
                |number| {
                    if (least..=most).contains(&number) { Ok(number) } else { Err(Fault::range(least, most)) }
                },
            );
        faults.check(field, number).map(Some)
    }
}

/// The whole number in `text`, in its one spelling: without a plus sign, blanks or zeros in front.
fn whole(text: &str) -> Option<i64> {
    text.parse().ok().filter(|number: &i64| number.to_string() == text)
}
