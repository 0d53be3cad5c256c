//! The logos that companies upload.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use portero_domain::{
    logo::{Logo, LogoFile},
    ports::{Logos, Stored},
};

use super::{
    error::{OrBroken, storage},
    schema::company_logos,
    unit_of_work::PgStorage,
};

impl Logos for PgStorage<'_> {
    fn find(&mut self, file: &LogoFile) -> Stored<Option<Logo>> {
        let content: Option<Vec<u8>> = company_logos::table
            .find(file.company.as_str())
            .filter(company_logos::tag.eq(file.tag.as_str()))
            .filter(company_logos::kind.eq(file.kind.extension()))
            .select(company_logos::content)
            .first(self.connection)
            .optional()
            .map_err(storage)?;
        content.map(Logo::parse).transpose().or_broken("logo")
    }

    fn replace(&mut self, file: &LogoFile, logo: &Logo) -> Stored<()> {
        let row = (
            company_logos::tag.eq(file.tag.as_str()),
            company_logos::kind.eq(file.kind.extension()),
            company_logos::content.eq(logo.content()),
        );
        diesel::insert_into(company_logos::table)
            .values((company_logos::company_id.eq(file.company.as_str()), row))
            .on_conflict(company_logos::company_id)
            .do_update()
            .set(row)
            .execute(self.connection)
            .map(drop)
            .map_err(storage)
    }
}
