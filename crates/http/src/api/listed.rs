//! Lists on the wire: a page, and in its headers the way to the next one.

use actix_web::{
    HttpRequest, HttpResponse, Responder,
    body::BoxBody,
    http::header::{self, HeaderName},
};
use portero_domain::page::{Cursor, Listing};
use serde::Serialize;

use crate::api::{
    cursor::{self, Paged},
    query::{AFTER, OFFSET},
};

/// The header that tells how long a whole list is.
pub const TOTAL_COUNT: HeaderName = HeaderName::from_static("x-total-count");
/// The header that has the cursor to go on by.
pub const NEXT_CURSOR: HeaderName = HeaderName::from_static("x-next-cursor");

/// A page of a list. `X-Next-Cursor` has its cursor and `Link` (RFC 8288) the whole URL of the page that follows; neither
/// is there where none follows.
#[derive(Debug)]
pub struct Listed<B> {
    body: B,
    total: Option<u64>,
    next: Option<String>,
}

impl<T> Listed<Vec<T>> {
    /// The page as an array, each item in its wire form. The length of the whole list is in `X-Total-Count`, where it was
    /// counted (decisions, "Lists").
    pub fn of<D: Paged>(listing: Listing<D>) -> Self
    where
        T: From<D>,
    {
        let items = listing.items.into_iter().map(T::from).collect();
        Self { total: listing.total, ..Self::with_next(items, listing.next) }
    }
}

impl<B> Listed<B> {
    /// The page as a body that says itself what there is to say of the whole list.
    pub fn with_next<D: Paged>(body: B, next: Option<Cursor<D>>) -> Self {
        Self { body, total: None, next: next.as_ref().map(cursor::text) }
    }
}

impl<B: Serialize> Responder for Listed<B> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let mut response = HttpResponse::Ok();
        if let Some(total) = self.total {
            response.insert_header((TOTAL_COUNT, total));
        }
        if let Some(cursor) = self.next {
            response.insert_header((header::LINK, format!("<{}>; rel=\"next\"", url_of_next(request, &cursor))));
            response.insert_header((NEXT_CURSOR, cursor));
        }
        response.json(self.body)
    }
}

/// The request's own path and query, but for where the page begins.
fn url_of_next(request: &HttpRequest, cursor: &str) -> String {
    let kept =
        form_urlencoded::parse(request.query_string().as_bytes()).filter(|(name, _)| name != OFFSET && name != AFTER);
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).append_pair(AFTER, cursor).finish();
    format!("{}?{query}", request.path())
}
