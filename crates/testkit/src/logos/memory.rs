use portero_domain::{
    logo::{Logo, LogoFile},
    ports::{Logos, Stored},
};

use crate::memory::{tables::refused, transaction::MemoryTransaction};

impl Logos for MemoryTransaction<'_> {
    fn find(&mut self, file: &LogoFile) -> Stored<Option<Logo>> {
        self.step(|tables| {
            let found = tables.logos.iter().find(|(known, _)| known == file);
            Ok(found.map(|(_, logo)| logo.clone()))
        })
    }

    fn replace(&mut self, file: &LogoFile, logo: &Logo) -> Stored<()> {
        self.step(|tables| {
            if !tables.has_company(&file.company) {
                return refused("a logo has a company");
            }
            tables.logos.retain(|(known, _)| known.company != file.company);
            tables.logos.push((file.clone(), logo.clone()));
            Ok(())
        })
    }
}
