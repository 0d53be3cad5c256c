use actix_web::web::{Data, Json, Path};
use portero_application::{Application, products::EditProductError};
use portero_domain::{
    ids::{ProductId, RouterId},
    money::Money,
    product::OfferEdit,
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
};

/// Changes to a product. A missing or null field keeps its value. `""` empties a field that may be empty.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ProductEdit)]
pub(crate) struct Request {
    /// The router that the product gives access to. It must belong to the company.
    #[schema(value_type = Option<String>, required = false)]
    router_id: Given<String>,
    /// The id of the hotspot profile on the router, such as `*1`.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200, required = false)]
    perfil_mikrotik_id: Given<String>,
    /// The name of the hotspot profile. A router has at most one product for each profile.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200, required = false)]
    perfil_mikrotik_nombre: Given<String>,
    /// The title that visitors read.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100, required = false)]
    nombre_venta: Given<String>,
    /// A short description.
    #[schema(value_type = Option<String>, max_length = 1000, required = false)]
    descripcion: Given<String>,
    /// The address of a picture.
    #[schema(value_type = Option<String>, max_length = 500, required = false)]
    imagen_url: Given<String>,
    /// The price, with at most two decimals.
    #[schema(value_type = Option<f64>, minimum = 0.01, maximum = 99_999_999.99, required = false)]
    precio: Given<Decimal>,
    #[schema(value_type = Option<CurrencyCode>, required = false)]
    moneda: Given<String>,
    /// More details for the portal, at most 8 KiB of JSON.
    #[schema(value_type = Option<Vec<Object>>, max_items = 50, required = false)]
    detalles: Given<ObjectList>,
    /// Whether the product is on sale.
    #[schema(value_type = Option<bool>, required = false)]
    activo: Given<bool>,
    /// The position in the catalogue. The smallest comes first.
    #[schema(value_type = Option<i32>, required = false)]
    orden_visual: Given<i64>,
    /// Whether the portal highlights the product.
    #[schema(value_type = Option<bool>, required = false)]
    destacado: Given<bool>,
}

impl Request {
    fn parse(self) -> ApiResult<OfferEdit> {
        let mut faults = Faults::in_body();
        let router = self.router_id.optional(&mut faults, "router_id", id(RouterId::parse));
        let profile_id = self.perfil_mikrotik_id.optional(&mut faults, "perfil_mikrotik_id", ForeignId::parse);
        let profile_name =
            self.perfil_mikrotik_nombre.optional(&mut faults, "perfil_mikrotik_nombre", ForeignId::parse);
        let title = self.nombre_venta.optional(&mut faults, "nombre_venta", Name::parse);
        let description = self.descripcion.change(&mut faults, "descripcion", Description::parse);
        let image = self.imagen_url.change(&mut faults, "imagen_url", Link::parse);
        let price = self.precio.optional(&mut faults, "precio", Money::parse_price);
        let currency = self.moneda.optional(&mut faults, "moneda", parse_currency);
        let details = self.detalles.optional(&mut faults, "detalles", parse_details);
        let active = self.activo.optional(&mut faults, "activo", as_is::<bool>);
        let position = self.orden_visual.optional(&mut faults, "orden_visual", |&place| parse_position(place));
        let featured = self.destacado.optional(&mut faults, "destacado", as_is::<bool>);
        faults.finish(|| {
            Some(OfferEdit {
                router: router?,
                profile_id: profile_id?,
                profile_name: profile_name?,
                title: title?,
                description: description?,
                image: image?,
                price: price?,
                currency: currency?,
                details: details?,
                active: active?,
                position: position?,
                featured: featured?,
            })
        })
    }
}

/// Edits a product, or moves it to another router of the company
#[utoipa::path(
    put,
    path = "/api/v1/admin/products/{producto_id}",
    operation_id = "edit_product",
    tag = "Products",
    params(("producto_id" = i64, Path, description = "The product", example = 1)),
    request_body = Request,
    responses(
        (status = 200, description = "The product after the change", body = ProductBody),
        (status = 404, description = "The company has no product or no router with this id", body = ErrorBody),
        (status = 409, description = "The router has another product with this profile, on sale or not",
            body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    ActiveCompanyAdmin(mandate): ActiveCompanyAdmin,
    path: Path<String>,
    body: JsonBody<Request>,
    app: Data<Application>,
) -> ApiResult<Json<ProductBody>> {
    let edit = body.read()?.parse()?;
    let product = ProductId::parse(&path).ok_or(EditProductError::NotFound)?;
    Ok(Json(app.products.edit.execute(mandate, product, edit).await?.into()))
}

impl From<EditProductError> for ApiError {
    fn from(error: EditProductError) -> Self {
        match error {
            EditProductError::NotFound => {
                Self::not_found("product_not_found", "Producto no encontrado o no pertenece a esta empresa")
            }
            EditProductError::RouterNotFound => router_not_found(),
            EditProductError::ProfileTaken { profile, router } => profile_taken(&profile, &router),
            EditProductError::CompanyInactive(inactive) => inactive.into(),
            EditProductError::Storage(error) => error.into(),
        }
    }
}
