use portero_domain::{
    company::CompanyInactive,
    ids::CompanyId,
    ports::{Storage, Stored},
};

/// The right to change a company and what belongs to it, and to connect to its routers.
///
/// A use case that does so takes a mandate in place of a company's identity. The identity comes out of `Mandate::enter`
/// only, inside the transaction that changes something. A company's own admin is refused there while the company is
/// inactive, so a deactivation at the same moment does not let a change through.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Mandate {
    company: CompanyId,
    holder: Holder,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Holder {
    SuperAdmin,
    CompanyAdmin,
}

impl Mandate {
    /// A super admin's mandate over this company, active or not.
    pub const fn of_super_admin(company: CompanyId) -> Self {
        Self { company, holder: Holder::SuperAdmin }
    }

    /// The mandate of this company's own admin. See [`crate::sessions::AuthorizeWrite`].
    pub(crate) const fn of_company_admin(company: CompanyId) -> Self {
        Self { company, holder: Holder::CompanyAdmin }
    }

    /// The company that may be changed. For its own admin, it is locked and active.
    pub(crate) fn enter(&self, storage: &mut dyn Storage) -> Stored<Result<CompanyId, CompanyInactive>> {
        let refused = match self.holder {
            Holder::SuperAdmin => false,
            Holder::CompanyAdmin => storage.companies().lock_active(&self.company)? == Some(false),
        };
        Ok(if refused { Err(CompanyInactive) } else { Ok(self.company.clone()) })
    }
}
