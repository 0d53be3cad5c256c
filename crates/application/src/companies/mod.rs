//! The tenants.

mod company_overview;
mod create_company;
mod edit_company;
mod find_company;
mod find_logo;
mod list_companies;
mod set_company_active;
mod set_logo;

use std::sync::Arc;

use portero_domain::ports::Ports;

pub use self::{
    company_overview::CompanyOverview,
    create_company::{CreateCompany, CreateCompanyError, NewCompany},
    edit_company::{CompanySecrets, EditCompany, EditCompanyError},
    find_company::FindCompany,
    find_logo::FindLogo,
    list_companies::ListCompanies,
    set_company_active::SetCompanyActive,
    set_logo::{SetLogo, SetLogoError},
};

/// The companies.
#[expect(missing_docs, reason = "each field is the use case that its type documents")]
pub struct Companies {
    pub create: CreateCompany,
    pub list: ListCompanies,
    pub find: FindCompany,
    pub edit: EditCompany,
    pub set_active: SetCompanyActive,
    pub overview: CompanyOverview,
    pub set_logo: SetLogo,
    pub find_logo: FindLogo,
}

impl Companies {
    /// The use cases of this area.
    pub(crate) fn new(ports: &Ports) -> Self {
        Self {
            create: CreateCompany {
                storage: Arc::clone(&ports.storage),
                clock: Arc::clone(&ports.clock),
                ids: Arc::clone(&ports.ids),
                vault: Arc::clone(&ports.vault),
            },
            list: ListCompanies { storage: Arc::clone(&ports.storage) },
            find: FindCompany { storage: Arc::clone(&ports.storage) },
            edit: EditCompany {
                storage: Arc::clone(&ports.storage),
                vault: Arc::clone(&ports.vault),
                gateways: ports.gateways.clone(),
            },
            set_active: SetCompanyActive { storage: Arc::clone(&ports.storage) },
            set_logo: SetLogo { storage: Arc::clone(&ports.storage), ids: Arc::clone(&ports.ids) },
            find_logo: FindLogo { storage: Arc::clone(&ports.storage) },
            overview: CompanyOverview { storage: Arc::clone(&ports.storage), clock: Arc::clone(&ports.clock) },
        }
    }
}
