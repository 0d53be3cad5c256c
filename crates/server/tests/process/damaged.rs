//! A row that breaks the rules of its type, in the running program.

use portero_adapters::postgres::testing::TestDatabase;
use serde_json::json;

use super::wire::has_the_shape_of;

use crate::support::{
    program::Program,
    sql,
    tenant::{Tenant, new_company},
};

#[test]
fn a_damaged_company_is_listed_beside_the_others_and_can_be_deactivated() {
    let database = TestDatabase::empty();
    let server = Program::serving(&database).serve();
    let tenant = Tenant::of(&server);
    let other = tenant.admin.post("/admin/empresas", &new_company()).expect(201);
    let damage = format!("UPDATE companies SET contact_email = 'x@i\u{307}.mx' WHERE id = '{}'", tenant.company);
    database.statement(&damage);

    let listed = tenant.admin.get("/admin/empresas").expect(200);
    let rows = listed.body.as_array().unwrap();
    assert_eq!((rows.len(), rows[1]["id"].as_str()), (2, Some(other.text("id"))));
    has_the_shape_of(&json!([rows[0]]), "list_companies 200 damaged");
    assert_eq!(rows[0]["id"], tenant.company.as_str());

    let switch = format!("/admin/empresas/{}/activo", tenant.company);
    tenant.admin.put(&switch, &json!({"activo": false})).expect(200);
    assert_eq!(sql::number(&database, "SELECT count(*) FROM companies WHERE NOT active"), 1);
    assert_eq!(tenant.admin.get("/admin/empresas").expect(200).body[0]["activo"], false);
}

#[test]
fn an_email_that_is_none_in_lower_case_is_refused() {
    let database = TestDatabase::empty();
    let server = Program::serving(&database).serve();
    let tenant = Tenant::of(&server);
    let edit = format!("/admin/empresas/{}", tenant.company);
    tenant.admin.put(&edit, &json!({"contacto_email": "x@İ.mx"})).expect(422);
    tenant.admin.get("/admin/empresas").expect(200);
}
