use portero_domain::{
    Timestamp,
    ids::{CompanyId, ProductId, RouterId},
    money::{Currency, Money},
    product::{HotspotProfile, Offer, Product, ProductDetails},
    text::Description,
};

use crate::builders::{company_id, foreign_id, money, name, router_id, start};

/// An hour of access on [`crate::builders::a_router`], for 25.00 MXN, on sale.
pub fn an_offer() -> OfferBuilder {
    OfferBuilder(Offer {
        router: router_id("RTR_A1B2C3D4"),
        profile: HotspotProfile { id: foreign_id("*1"), name: foreign_id("1hora") },
        title: name("1 Hora"),
        description: Description::parse("Acceso por 1 hora").ok(),
        image: None,
        price: money("25.00"),
        currency: Currency::Mxn,
        details: ProductDetails::new(r#"[{"texto":"Velocidad 5 Mbps"}]"#.to_owned()),
        active: true,
        position: 0,
        featured: false,
    })
}

/// Makes an offer.
#[derive(Clone, Debug)]
pub struct OfferBuilder(Offer);

impl OfferBuilder {
    /// Of access by this router.
    #[must_use]
    pub fn on(mut self, router: &RouterId) -> Self {
        self.0.router = router.clone();
        self
    }

    /// Of access by the profile of this name.
    #[must_use]
    pub fn profile(mut self, profile: &str) -> Self {
        self.0.profile.name = foreign_id(profile);
        self
    }

    /// With this title.
    #[must_use]
    pub fn titled(mut self, title: &str) -> Self {
        self.0.title = name(title);
        self
    }

    /// At this price.
    #[must_use]
    pub fn price(mut self, price: Money) -> Self {
        self.0.price = price;
        self
    }

    /// Off sale.
    #[must_use]
    pub fn off_sale(mut self) -> Self {
        self.0.active = false;
        self
    }

    /// At this place of the catalogue.
    #[must_use]
    pub fn position(mut self, position: i32) -> Self {
        self.0.position = position;
        self
    }

    /// Standing out.
    #[must_use]
    pub fn featured(mut self) -> Self {
        self.0.featured = true;
        self
    }

    /// The offer.
    pub fn build(self) -> Offer {
        self.0
    }
}

/// The first product in the store: [`an_offer`] of [`crate::builders::a_company`].
pub fn a_product() -> ProductBuilder {
    ProductBuilder(Product {
        id: ProductId::new(1),
        company: company_id("EMP_3A9F1C0B2D"),
        offer: an_offer().build(),
        created_at: start(),
    })
}

/// Makes a product.
#[derive(Clone, Debug)]
pub struct ProductBuilder(Product);

impl ProductBuilder {
    /// With this id.
    #[must_use]
    pub fn id(mut self, id: i64) -> Self {
        self.0.id = ProductId::new(id);
        self
    }

    /// Of this company.
    #[must_use]
    pub fn of(mut self, company: &CompanyId) -> Self {
        self.0.company = company.clone();
        self
    }

    /// Offering this.
    #[must_use]
    pub fn offering(mut self, offer: Offer) -> Self {
        self.0.offer = offer;
        self
    }

    /// Created at this moment.
    #[must_use]
    pub fn created_at(mut self, at: Timestamp) -> Self {
        self.0.created_at = at;
        self
    }

    /// The product.
    pub fn build(self) -> Product {
        self.0
    }
}
