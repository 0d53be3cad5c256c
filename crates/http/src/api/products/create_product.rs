use actix_web::web::Data;
use portero_application::{Application, products::CreateProductError};
use portero_domain::{
    ids::RouterId,
    money::Money,
    product::{HotspotProfile, Offer},
    text::{Description, ForeignId, Link, Name},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    CurrencyCode, ProductBody, parse_currency, parse_details, parse_position, profile_taken, router_not_found,
};
use crate::api::{
    auth::ActiveCompanyAdmin,
    body::JsonBody,
    error::{ApiError, ApiResult, ErrorBody},
    fields::{Decimal, Faults, Given, ObjectList, as_is, id},
    wire::Created,
};

/// A new product.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewProduct)]
pub(crate) struct Request {
    /// The router that the product gives access to. It must belong to the company.
    #[schema(value_type = String)]
    router_id: Given<String>,
    /// The id of the hotspot profile on the router, such as `*1`.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    perfil_mikrotik_id: Given<String>,
    /// The name of the hotspot profile. A router has at most one product for each profile.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    perfil_mikrotik_nombre: Given<String>,
    /// The title that visitors read.
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    nombre_venta: Given<String>,
    /// A short description.
    #[schema(value_type = Option<String>, max_length = 1000, required = false)]
    descripcion: Given<String>,
    /// The address of a picture.
    #[schema(value_type = Option<String>, max_length = 500, required = false)]
    imagen_url: Given<String>,
    /// The price, with at most two decimals.
    #[schema(value_type = f64, minimum = 0.01, maximum = 99_999_999.99)]
    precio: Given<Decimal>,
    /// `MXN` unless it is given.
    #[schema(value_type = CurrencyCode, required = false)]
    moneda: Given<String>,
    /// More details for the portal, at most 8 KiB of JSON.
    #[schema(value_type = Vec<Object>, max_items = 50, required = false)]
    detalles: Given<ObjectList>,
    /// Whether the product is on sale.
    #[schema(value_type = bool, default = true, required = false)]
    activo: Given<bool>,
    /// The position in the catalogue. The smallest comes first.
    #[schema(value_type = i32, default = 0, required = false)]
    orden_visual: Given<i64>,
    /// Whether the portal highlights the product.
    #[schema(value_type = bool, default = false, required = false)]
    destacado: Given<bool>,
}

impl Request {
    fn parse(self) -> ApiResult<Offer> {
        let mut faults = Faults::in_body();
        let router = self.router_id.required(&mut faults, "router_id", id(RouterId::parse));
        let profile_id = self.perfil_mikrotik_id.required(&mut faults, "perfil_mikrotik_id", ForeignId::parse);
        let profile_name =
            self.perfil_mikrotik_nombre.required(&mut faults, "perfil_mikrotik_nombre", ForeignId::parse);
        let title = self.nombre_venta.required(&mut faults, "nombre_venta", Name::parse);
        let description = self.descripcion.optional_text(&mut faults, "descripcion", Description::parse);
        let image = self.imagen_url.optional_text(&mut faults, "imagen_url", Link::parse);
        let price = self.precio.required(&mut faults, "precio", Money::parse_price);
        let currency = self.moneda.optional(&mut faults, "moneda", parse_currency);
        let details = self.detalles.optional(&mut faults, "detalles", parse_details);
        let active = self.activo.optional(&mut faults, "activo", as_is::<bool>);
        let position = self.orden_visual.optional(&mut faults, "orden_visual", |&place| parse_position(place));
        let featured = self.destacado.optional(&mut faults, "destacado", as_is::<bool>);
        faults.finish(|| {
            Some(Offer {
                router: router?,
                profile: HotspotProfile { id: profile_id?, name: profile_name? },
                title: title?,
                description: description?,
                image: image?,
                price: price?,
                currency: currency?.unwrap_or_default(),
                details: details?.unwrap_or_default(),
                active: active?.unwrap_or(true),
                position: position?.unwrap_or_default(),
                featured: featured?.unwrap_or_default(),
            })
        })
    }
}

/// Puts a product on sale
#[utoipa::path(
    post,
    path = "/api/v1/admin/products",
    operation_id = "create_product",
    tag = "Products",
    request_body = Request,
    responses(
        (status = 201, description = "The product", body = ProductBody,
            headers(("Location" = String, description = "The path of the product"))),
        (status = 403, description = "The company is inactive, or the session has another role", body = ErrorBody),
        (status = 404, description = "The company has no router with this id", body = ErrorBody),
        (status = 409, description = "The router already has a product with this profile, on sale or not",
            body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    ActiveCompanyAdmin(mandate): ActiveCompanyAdmin,
    body: JsonBody<Request>,
    app: Data<Application>,
) -> ApiResult<Created<ProductBody>> {
    let product = app.products.create.execute(mandate, body.read()?.parse()?).await?;
    Ok(Created { location: format!("/api/v1/admin/products/{}", product.id.get()), body: product.into() })
}

impl From<CreateProductError> for ApiError {
    fn from(error: CreateProductError) -> Self {
        match error {
            CreateProductError::RouterNotFound => router_not_found(),
            CreateProductError::CompanyInactive(inactive) => inactive.into(),
            CreateProductError::ProfileTaken { profile, router } => profile_taken(&profile, &router),
            CreateProductError::Storage(error) => error.into(),
        }
    }
}
