use actix_web::web::Data;
use portero_application::Application;
use portero_domain::filter::FleetFilter;

use super::health::{RouterHealthBody, RouterState, parse_state};
use crate::api::{
    auth::SuperAdmin,
    error::{ApiResult, ErrorBody},
    fields::Faults,
    listed::{Listed, Row},
    query::{PageParams, Query},
};

/// Shows the states of all routers, oldest router first
#[utoipa::path(
    get,
    path = "/admin/routers/salud",
    operation_id = "fleet_health",
    tag = "Routers",
    params(
        ("estado" = Option<RouterState>, Query, description = "Only routers in this state", example = "sin_conexion"),
        PageParams,
    ),
    responses(
        (status = 200, description = "The states of the routers", body = Vec<RouterHealthBody>,
            headers(("X-Total-Count" = u64, description = "The length of the whole list. Missing with `despues_de`"))),
        (status = 422, description = "`estado`, `limit`, `offset` or `despues_de` is invalid", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    _: SuperAdmin,
    query: Query,
    app: Data<Application>,
) -> ApiResult<Listed<Vec<Row<RouterHealthBody>>>> {
    let mut faults = Faults::in_query();
    let state = faults.check("estado", query.get("estado").map(parse_state).transpose());
    let page = query.read_page(&mut faults);
    let (state, page) = faults.finish(|| Some((state?, page?)))?;
    Ok(Listed::of(app.health.of_fleet.execute(FleetFilter { state }, page).await?))
}
