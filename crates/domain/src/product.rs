//! What a captive portal sells: access by a RouterOS profile, at a price.

use crate::{
    Timestamp,
    change::Change,
    ids::{CompanyId, ProductId, RouterId},
    money::{Currency, Money},
    text::{Description, ForeignId, Link, Name},
};

/// A product as it stands. Any combination of its parts is a valid one, so they are open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Its identity.
    pub id: ProductId,
    /// Whose it is.
    pub company: CompanyId,
    /// What it is.
    pub offer: Offer,
    /// When it was created.
    pub created_at: Timestamp,
}

/// What a product offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The router it gives access to.
    pub router: RouterId,
    /// The hotspot profile that access follows. A router has one product a profile.
    pub profile: HotspotProfile,
    /// What the visitor reads.
    pub title: Name,
    /// A sentence or two about it.
    pub description: Option<Description>,
    /// A picture of it.
    pub image: Option<Link>,
    /// What it costs.
    pub price: Money,
    /// In which currency.
    pub currency: Currency,
    /// Further points, for the portal to show.
    pub details: ProductDetails,
    /// Whether it is on sale. Deleting a product takes it off sale.
    pub active: bool,
    /// Its place in the catalogue, smallest first.
    pub position: i32,
    /// Whether it stands out among those of the same place.
    pub featured: bool,
}

/// A hotspot profile on a router, by RouterOS's own identity and by name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HotspotProfile {
    /// RouterOS's identity of it, such as `*1`.
    pub id: ForeignId,
    /// Its name.
    pub name: ForeignId,
}

/// A list of JSON objects that the portal gets back letter by letter. Portero does not look into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductDetails(String);

impl ProductDetails {
    /// The list in this JSON text, which its maker vouches for.
    pub const fn new(json: String) -> Self {
        Self(json)
    }

    /// The list as JSON text.
    pub fn as_json(&self) -> &str {
        &self.0
    }
}

impl Default for ProductDetails {
    fn default() -> Self {
        Self("[]".to_owned())
    }
}

/// Changes to a product; what is not mentioned stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfferEdit {
    /// Another router of the same company.
    pub router: Option<RouterId>,
    /// RouterOS's identity of another profile.
    pub profile_id: Option<ForeignId>,
    /// The name of another profile.
    pub profile_name: Option<ForeignId>,
    /// A new title.
    pub title: Option<Name>,
    /// The description.
    pub description: Change<Description>,
    /// The picture.
    pub image: Change<Link>,
    /// A new price.
    pub price: Option<Money>,
    /// Another currency.
    pub currency: Option<Currency>,
    /// Other points.
    pub details: Option<ProductDetails>,
    /// On or off sale.
    pub active: Option<bool>,
    /// Another place in the catalogue.
    pub position: Option<i32>,
    /// Standing out or not.
    pub featured: Option<bool>,
}

impl Offer {
    /// Carries out an edit.
    pub fn edit(&mut self, edit: OfferEdit) {
        fn set<T>(value: &mut T, new: Option<T>) {
            if let Some(new) = new {
                *value = new;
            }
        }
        set(&mut self.router, edit.router);
        set(&mut self.profile.id, edit.profile_id);
        set(&mut self.profile.name, edit.profile_name);
        set(&mut self.title, edit.title);
        edit.description.apply(&mut self.description);
        edit.image.apply(&mut self.image);
        set(&mut self.price, edit.price);
        set(&mut self.currency, edit.currency);
        set(&mut self.details, edit.details);
        set(&mut self.active, edit.active);
        set(&mut self.position, edit.position);
        set(&mut self.featured, edit.featured);
    }
}
