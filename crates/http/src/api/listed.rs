//! Lists on the wire: a page, and headers that lead to the next page.

use actix_web::{
    HttpRequest, HttpResponse, Responder,
    body::BoxBody,
    http::header::{self, HeaderName},
};
use portero_domain::page::{Cursor, Listing, RowId, RowLabel};
use serde::Serialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ObjectBuilder, RefOr, Schema,
        schema::{SchemaType, Type},
    },
};

use crate::api::{
    cursor::{self, Paged},
    query::{AFTER, OFFSET},
};

/// The header with the length of the whole list.
pub const TOTAL_COUNT: HeaderName = HeaderName::from_static("x-total-count");
/// The header with the cursor of the next page.
pub const NEXT_CURSOR: HeaderName = HeaderName::from_static("x-next-cursor");

/// A page of a list. `X-Next-Cursor` has the cursor of the next page and `Link` (RFC 8288) its path and query. The last
/// page has neither header.
#[derive(Debug)]
pub struct Listed<B> {
    body: B,
    total: Option<u64>,
    next: Option<String>,
}

impl<T> Listed<Vec<Row<T>>> {
    /// The page as an array. `X-Total-Count` has the length of the whole list, if it was counted.
    pub fn of<D: Paged>(listing: Listing<D>) -> Self
    where
        T: From<D>,
    {
        let (total, next) = (listing.total, listing.next);
        Self { total, ..Self::with_next(rows(listing), next) }
    }
}

/// A row of a list, whole or damaged.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Row<T> {
    /// A row as its type shows it.
    Whole(T),
    /// A row that breaks the rules of its type.
    Damaged(DamagedBody),
}

/// A row whose stored values break the rules of its type. It can be activated, deactivated or withdrawn as any other.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DamagedRow)]
pub struct DamagedBody {
    /// Its identity, a text or a number.
    #[schema(inline)]
    id: Identity,
    /// Its name as it is stored, for showing only; null in lists whose rows have no name.
    #[schema(required)]
    nombre: Option<String>,
    /// Whether it is active; null in lists whose rows cannot be.
    #[schema(required)]
    activo: Option<bool>,
    /// Always true.
    danado: bool,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Identity {
    Text(String),
    Number(i64),
}

impl PartialSchema for Identity {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::String, Type::Integer])).build().into()
    }
}

impl ToSchema for Identity {}

impl From<RowLabel> for DamagedBody {
    fn from(RowLabel { id, name, active }: RowLabel) -> Self {
        let id = match id {
            RowId::Text(id) => Identity::Text(id),
            RowId::Number(id) => Identity::Number(id),
        };
        Self { id, nombre: name, activo: active, danado: true }
    }
}

/// The rows of a page in their wire form.
pub fn rows<D, T: From<D>>(listing: Listing<D>) -> Vec<Row<T>> {
    let rows = listing.rows();
    rows.map(|row| row.map_or_else(|label| Row::Damaged(label.into()), |row| Row::Whole(row.into()))).collect()
}

impl<B> Listed<B> {
    /// The page as a body that contains the total itself.
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

/// The request's own path and query, with another start of the page.
fn url_of_next(request: &HttpRequest, cursor: &str) -> String {
    let kept =
        form_urlencoded::parse(request.query_string().as_bytes()).filter(|(name, _)| name != OFFSET && name != AFTER);
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).append_pair(AFTER, cursor).finish();
    format!("{}?{query}", request.path())
}

#[cfg(test)]
mod tests {
    use portero_domain::page::DamagedRow;
    use serde_json::{Value, json};

    use super::*;
    use crate::api::openapi;

    /// A row as a list has it.
    #[derive(Serialize)]
    struct Whole(i64);

    impl From<i64> for Whole {
        fn from(number: i64) -> Self {
            Self(number)
        }
    }

    #[test]
    fn a_damaged_row_is_written_as_documented_in_its_place() {
        let documented: Value = serde_json::from_str(openapi::examples()["list_companies 200 damaged"]).unwrap();
        let id = RowId::Text("EMP_3A9F1C0B2D".into());
        let label = RowLabel { id, name: Some("Hotel Central".into()), active: Some(true) };
        let damaged = vec![DamagedRow { place: 1, label }];
        let rows: Vec<Row<Whole>> = rows(Listing { items: vec![7, 8], damaged, total: None, next: None });
        assert_eq!(serde_json::to_value(rows).unwrap(), json!([7, documented[0], 8]));
        let numbered = RowLabel { id: RowId::Number(3), name: None, active: None };
        let numbered = serde_json::to_value(DamagedBody::from(numbered)).unwrap();
        assert_eq!(numbered, json!({"id": 3, "nombre": null, "activo": null, "danado": true}));
    }
}
