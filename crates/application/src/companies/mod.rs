//! The tenants.

mod company_overview;
mod create_company;
mod edit_company;
mod find_company;
mod list_companies;
mod switch_company;

pub use self::{
    company_overview::CompanyOverview,
    create_company::{CreateCompany, CreateCompanyError, NewCompany},
    edit_company::{CompanySecrets, EditCompany, EditCompanyError},
    find_company::FindCompany,
    list_companies::ListCompanies,
    switch_company::SwitchCompany,
};
