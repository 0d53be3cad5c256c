use actix_web::web::Data;
use portero_application::Application;
use portero_domain::{filter::UserFilter, ids::CompanyId};

use super::{RoleName, UserBody, parse_role};
use crate::api::{
    auth::SuperAdmin,
    error::{ApiResult, ErrorBody},
    fields::Faults,
    listed::{Listed, Row},
    query::{PageParams, Query},
};

/// Lists the users, oldest first
#[utoipa::path(
    get,
    path = "/admin/usuarios",
    operation_id = "list_users",
    tag = "Users",
    params(
        ("rol" = Option<RoleName>, Query, description = "Only users with this role"),
        ("empresa_id" = Option<String>, Query, description = "Only the admins of this company"),
        PageParams,
    ),
    responses(
        (status = 200, description = "The users", body = Vec<UserBody>,
            headers(("X-Total-Count" = u64, description = "The length of the whole list. Missing with `despues_de`"))),
        (status = 400, description = "The role does not exist", body = ErrorBody),
        (status = 422, description = "`empresa_id`, `limit`, `offset` or `despues_de` is invalid", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    _: SuperAdmin,
    query: Query,
    app: Data<Application>,
) -> ApiResult<Listed<Vec<Row<UserBody>>>> {
    let mut faults = Faults::in_query();
    let company = query.id(&mut faults, "empresa_id", CompanyId::parse);
    let page = query.read_page(&mut faults);
    let (company, page) = faults.finish(|| Some((company?, page?)))?;
    let role = query.get("rol").map(parse_role).transpose()?;
    Ok(Listed::of(app.users.list.execute(UserFilter { role, company }, page).await?))
}
