//! The products of a company, for its admins.

pub(crate) mod create_product;
pub(crate) mod delete_product;
pub(crate) mod edit_product;
pub(crate) mod find_product;
pub(crate) mod list_products;

use portero_domain::{
    money::Currency,
    product::{HotspotProfile, Product, ProductDetails},
    text::Name,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{
    error::ApiError,
    fields::{Fault, ObjectList},
    wire::{Amount, Json, Moment},
    words::{Words, words},
};

/// A product, on sale or not.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Product)]
pub(crate) struct ProductBody {
    id: i64,
    empresa_id: String,
    router_id: String,
    perfil_mikrotik_id: String,
    perfil_mikrotik_nombre: String,
    nombre_venta: String,
    #[schema(required)]
    descripcion: Option<String>,
    #[schema(required)]
    imagen_url: Option<String>,
    precio: Amount,
    moneda: CurrencyCode,
    /// The details, exactly as they were sent.
    #[schema(value_type = Vec<Object>)]
    detalles: Json,
    /// Whether the product is on sale.
    activo: bool,
    /// The position in the catalogue. The smallest comes first.
    orden_visual: i32,
    /// Whether the portal highlights the product.
    destacado: bool,
    creado_en: Moment,
}

impl From<Product> for ProductBody {
    fn from(product: Product) -> Self {
        let Product { id, company, offer, created_at } = product;
        Self {
            id: id.get(),
            empresa_id: company.to_string(),
            router_id: offer.router.to_string(),
            perfil_mikrotik_id: offer.profile.id.as_str().to_owned(),
            perfil_mikrotik_nombre: offer.profile.name.as_str().to_owned(),
            nombre_venta: offer.title.as_str().to_owned(),
            descripcion: offer.description.map(|text| text.as_str().to_owned()),
            imagen_url: offer.image.map(|link| link.as_str().to_owned()),
            precio: Amount(offer.price),
            moneda: CurrencyCode(offer.currency),
            detalles: Json(offer.details.as_json().to_owned()),
            activo: offer.active,
            orden_visual: offer.position,
            destacado: offer.featured,
            creado_en: created_at.into(),
        }
    }
}

/// The largest number of objects in `detalles`.
const MAX_DETAILS: usize = 50;
/// The largest number of bytes of JSON in `detalles`.
const MAX_DETAILS_BYTES: usize = 8 * 1024;

/// The details in a list of objects, if the list is not too large.
fn parse_details(list: &ObjectList) -> Result<ProductDetails, Fault> {
    if list.length > MAX_DETAILS {
        return Err(Fault::new("list_too_long", format!("Debe tener como máximo {MAX_DETAILS} elementos")));
    }
    if list.json.len() > MAX_DETAILS_BYTES {
        return Err(Fault::new("list_too_long", format!("Debe ocupar como máximo {MAX_DETAILS_BYTES} bytes")));
    }
    Ok(ProductDetails::new(list.json.clone()))
}

words! {
    /// A currency, by its ISO 4217 code.
    pub(crate) CurrencyCode of Currency {
        [Currency::Mxn] => "MXN",
        [Currency::Usd] => "USD",
        [Currency::Eur] => "EUR",
    }
}

/// The currency of this code.
fn parse_currency(code: &str) -> Result<Currency, Fault> {
    CurrencyCode::parse(code).ok_or_else(|| Fault::value("Moneda no válida. Valores permitidos: MXN, USD, EUR"))
}

/// A position in the catalogue.
fn parse_position(position: i64) -> Result<i32, Fault> {
    i32::try_from(position).map_err(|_| Fault::range(i32::MIN, i32::MAX))
}

/// The error for a product that the company does not have.
fn product_not_found() -> ApiError {
    ApiError::not_found("product_not_found", "Producto no encontrado")
}

/// The error for a router that the company does not have.
fn router_not_found() -> ApiError {
    ApiError::not_found("router_not_found", "Router no encontrado o no pertenece a esta empresa")
}

/// The error for a router that already has a product with this profile.
fn profile_taken(profile: &HotspotProfile, router: &Name) -> ApiError {
    let (profile, router) = (profile.name.as_str(), router.as_str());
    let sentence = format!("Ya existe un producto con el perfil '{profile}' para este router ({router})");
    ApiError::conflict("product_exists", sentence)
}
