//! The requests of a captive portal that only read, with its router's key. The portal of an inactive router may read
//! too, so that it can tell visitors.

pub(crate) mod catalogue;
pub(crate) mod catalogue_product;
pub(crate) mod public_config;

use portero_domain::product::Product;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{
    products::CurrencyCode,
    wire::{Amount, Json, Moment},
};

/// A product on sale, for visitors.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CatalogueProduct)]
pub(crate) struct ProductBody {
    id: i64,
    perfil_mikrotik_id: String,
    perfil_mikrotik_nombre: String,
    nombre_venta: String,
    #[schema(required)]
    descripcion: Option<String>,
    #[schema(required)]
    imagen_url: Option<String>,
    precio: Amount,
    moneda: CurrencyCode,
    /// The product's details, exactly as they were stored.
    #[schema(value_type = Vec<serde_json::Map<String, serde_json::Value>>)]
    detalles: Json,
    destacado: bool,
    creado_en: Moment,
}

impl From<Product> for ProductBody {
    fn from(product: Product) -> Self {
        let offer = product.offer;
        Self {
            id: product.id.get(),
            perfil_mikrotik_id: offer.profile.id.as_str().to_owned(),
            perfil_mikrotik_nombre: offer.profile.name.as_str().to_owned(),
            nombre_venta: offer.title.as_str().to_owned(),
            descripcion: offer.description.map(|text| text.as_str().to_owned()),
            imagen_url: offer.image.map(|link| link.as_str().to_owned()),
            precio: Amount(offer.price),
            moneda: CurrencyCode(offer.currency),
            detalles: Json(offer.details.as_json().to_owned()),
            destacado: offer.featured,
            creado_en: product.created_at.into(),
        }
    }
}
