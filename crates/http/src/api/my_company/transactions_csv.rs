//! A list of transactions as a CSV file (RFC 4180), written page by page.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, Accept, Header as _, Quality},
    web::{Bytes, Data},
};
use csv::{Terminator, WriterBuilder};
use futures_util::{StreamExt, TryStreamExt, stream};
use portero_application::Application;
use portero_domain::{
    filter::PurchaseFilter,
    ids::CompanyId,
    page::{Limit, Listing, Page, RowId, Start},
    ports::{StorageError, Stored},
    purchase::Purchase,
};
use serde::Serialize;
use thiserror::Error;

use super::PurchaseBody;
use crate::api::error::ApiResult;

/// How many transactions are in memory at once.
const PAGE: Limit = Limit::new(500).unwrap();

/// The columns: the fields of a transaction in JSON, in the same order.
const COLUMNS: [&str; 16] = [
    "id",
    "transaccion_id",
    "compra_id",
    "monto",
    "moneda",
    "reembolsado",
    "estado_pago",
    "estado",
    "router_id",
    "producto",
    "pasarela",
    "usuario_hotspot",
    "cliente_nombre",
    "cliente_email",
    "creada_en",
    "pagada_en",
];

/// Whether the request prefers CSV to JSON. It must name CSV.
pub(super) fn is_wanted(request: &HttpRequest) -> bool {
    let Ok(accept) = Accept::parse(request) else { return false };
    let quality = |name: &str| {
        accept.iter().find(|item| item.item.essence_str() == name).map_or(Quality::ZERO, |item| item.quality)
    };
    quality("text/csv") > quality("application/json")
}

/// The transactions that match the filter as a file. Without a limit it has all of them.
///
/// The first page is read before the response begins, so most failures have an error response. If a later page fails, the
/// connection ends without the end of the body, so the caller notices.
pub(super) async fn response(
    app: &Data<Application>,
    company: CompanyId,
    filter: PurchaseFilter,
    page: Page<Purchase>,
) -> ApiResult<HttpResponse> {
    // The length of the whole list is not asked for.
    let start = if page.start == Start::Offset(0) { Start::Beginning } else { page.start };
    let source = Source { app: Data::clone(app), company, filter };
    let first = source.read(Page { limit: Some(page.limit.unwrap_or(PAGE)), start }).await?;
    let ends_here = page.limit.is_some();
    let next = first.next.filter(|_| !ends_here);
    let first = [header_line(), lines(first)].map(|lines| lines.map_err(CutOff::from));
    let pages = stream::try_unfold((source, next), |(source, next)| async move {
        let Some(cursor) = next else { return Ok(None) };
        let listing = source.read(Page { limit: Some(PAGE), start: Start::After(cursor) }).await?;
        let next = listing.next;
        Ok::<_, CutOff>(Some((lines(listing)?, (source, next))))
    });
    let file = stream::iter(first).chain(pages);
    let file = file.inspect_err(|error| {
        let cause = std::error::Error::source(error).map(ToString::to_string);
        tracing::error!(cause, "a file of transactions was cut off: {error}");
    });
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"transacciones.csv\""))
        .streaming(file))
}

/// Why a file ends before its end.
#[derive(Debug, Error)]
enum CutOff {
    /// The store gave no answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A row cannot be written.
    #[error(transparent)]
    Csv(#[from] csv::Error),
}

/// Where the rows come from.
struct Source {
    app: Data<Application>,
    company: CompanyId,
    filter: PurchaseFilter,
}

impl Source {
    async fn read(&self, page: Page<Purchase>) -> Stored<Listing<Purchase>> {
        self.app.purchases.list.execute(self.company.clone(), self.filter.clone(), page).await
    }
}

fn header_line() -> csv::Result<Bytes> {
    written(|file| file.write_record(COLUMNS))
}

fn lines(listing: Listing<Purchase>) -> csv::Result<Bytes> {
    written(|file| {
        for row in listing.rows() {
            match row {
                Ok(purchase) => file.serialize(cells(purchase.into()))?,
                Err(label) => file.write_record(damaged(label.id))?,
            }
        }
        Ok(())
    })
}

fn written(write: impl FnOnce(&mut csv::Writer<&mut Vec<u8>>) -> csv::Result<()>) -> csv::Result<Bytes> {
    let mut bytes = Vec::new();
    let mut file = WriterBuilder::new().has_headers(false).terminator(Terminator::CRLF).from_writer(&mut bytes);
    write(&mut file)?;
    file.flush()?;
    drop(file);
    Ok(bytes.into())
}

/// The cells of a transaction. Numbers, and words and times that Portero writes, stay as they are.
fn cells(row: PurchaseBody) -> impl Serialize {
    (
        row.id,
        text(row.transaccion_id),
        row.compra_id,
        row.monto.0.to_string(),
        row.moneda,
        row.reembolsado.0.to_string(),
        row.estado_pago,
        row.estado,
        row.router_id,
        text(row.producto),
        row.pasarela,
        text(row.usuario_hotspot),
        row.cliente_nombre.map(text),
        text(row.cliente_email),
        row.creada_en,
        row.pagada_en,
    )
}

/// The cells of a damaged row.
fn damaged(id: RowId) -> [String; COLUMNS.len()] {
    let mut cells = [const { String::new() }; COLUMNS.len()];
    cells[0] = match id {
        RowId::Text(id) => text(id),
        RowId::Number(id) => id.to_string(),
    };
    cells
}

/// A text in a cell. A spreadsheet would run a text that begins like a formula.
fn text(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use portero_testkit::builders::a_purchase;
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_columns_are_the_fields_in_json() {
        let row = serde_json::to_value(PurchaseBody::from(a_purchase().build())).unwrap();
        let Value::Object(fields) = row else { panic!("no object") };
        assert_eq!(fields.keys().map(String::as_str).collect::<Vec<_>>(), COLUMNS);
        let line = written(|file| file.serialize(cells(a_purchase().build().into()))).unwrap();
        let line = String::from_utf8(line.to_vec()).unwrap();
        let cells: Vec<_> = line.trim_end().split(',').collect();
        assert_eq!(cells.len(), COLUMNS.len());
        for (cell, value) in cells.into_iter().zip(fields.values()) {
            let number = || Some(cell.parse::<f64>().unwrap()) == value.as_f64();
            assert!(value.as_str().map_or_else(number, |text| text == cell), "{cell} is not {value}");
        }
    }

    #[test]
    fn a_text_that_begins_like_a_formula_is_no_formula() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(text(formula.to_owned()), format!("'{formula}"));
        }
        for plain in ["", "Juan", "a=b", " =1", "'"] {
            assert_eq!(text(plain.to_owned()), plain);
        }
    }

    #[test]
    fn csv_must_be_named_and_preferred() {
        for (accept, wanted) in [
            ("text/csv", true),
            ("Text/CSV; charset=utf-8", true),
            ("text/csv, */*", true),
            ("text/csv, application/json;q=0.9", true),
            ("application/json, text/csv;q=0.5", false),
            ("application/json, text/csv", false),
            ("text/csv;q=0", false),
            ("*/*", false),
            ("text/*", false),
            ("", false),
            ("nothing", false),
        ] {
            let request = TestRequest::default().insert_header(("accept", accept)).to_http_request();
            assert_eq!(is_wanted(&request), wanted, "{accept:?}");
        }
        assert!(!is_wanted(&TestRequest::default().to_http_request()));
    }
}
