use std::sync::Arc;

use portero_domain::{
    hotspot::{Allowance, HotspotUser, ItemId, NewHotspotUser, ProfileName, RouterText, UserChange},
    ports::{CreateHotspotUserError, Hotspot, HotspotError, HotspotResult, Rejection, transact},
    purchase::{GuestAnswer, GuestCredentials, GuestKind, GuestProblem, Purchase},
    router::RouterAccess,
};

use super::guest_secrets::GuestSecrets;
use crate::routers::RouterAccessLoader;

/// The steps of a purchase on its router.
pub(super) struct GuestSteps {
    pub(super) access: RouterAccessLoader,
    pub(super) hotspot: Arc<dyn Hotspot>,
    pub(super) secrets: GuestSecrets,
}

/// What a router answered to a new user.
pub(super) enum Made {
    /// The user is there, disabled.
    User(ItemId),
    /// Another user has the name.
    NameTaken,
    /// The user is not there, or it is not known.
    No(GuestAnswer),
}

impl GuestSteps {
    /// Makes the hotspot user, disabled, or finds the one that an earlier try made.
    pub(super) async fn reserve(&self, purchase: &Purchase) -> Made {
        let (access, credentials) = match self.prepare(purchase).await {
            Ok(prepared) => prepared,
            Err(Unprepared::NoRouter) => return Made::No(GuestAnswer::Refused(GuestProblem::Rejected)),
            Err(Unprepared::NotNow) => return Made::No(GuestAnswer::Unknown),
        };
        self.create(purchase, &access, &credentials).await
    }

    /// Enables the user. Makes it again if it is gone.
    ///
    /// The user is looked for by its name, although this process may know its id on the router. A router that was replaced
    /// or reset during the charge can have another user with that id.
    pub(super) async fn enable(&self, purchase: &Purchase) -> GuestAnswer {
        let Ok((access, credentials)) = self.prepare(purchase).await else { return GuestAnswer::Unknown };
        let user = match self.ours(purchase, &access, &credentials).await {
            Ok(Some(user)) => user.id,
            Err(_) => return GuestAnswer::Unknown,
            Ok(None) => match self.create(purchase, &access, &credentials).await {
                Made::User(user) => user,
                Made::NameTaken | Made::No(_) => return GuestAnswer::Unknown,
            },
        };
        let enabled = UserChange { disabled: Some(false), ..UserChange::default() };
        match self.hotspot.change_user(&access, &user, &enabled).await {
            Ok(()) => GuestAnswer::Enabled,
            // It was removed since it was made. The next try finds that out.
            Err(_) => GuestAnswer::Unknown,
        }
    }

    /// Disables the user and ends its sessions.
    pub(super) async fn disable(&self, purchase: &Purchase) -> GuestAnswer {
        self.end(purchase, Ending::Disable).await
    }

    /// Removes the user.
    pub(super) async fn remove(&self, purchase: &Purchase) -> GuestAnswer {
        self.end(purchase, Ending::Remove).await
    }

    /// Ends the access of the user, unless it is gone. A router that Portero no longer has, has no user of ours.
    async fn end(&self, purchase: &Purchase, ending: Ending) -> GuestAnswer {
        let (access, credentials) = match self.prepare(purchase).await {
            Ok(prepared) => prepared,
            Err(Unprepared::NoRouter) => return GuestAnswer::Gone,
            Err(Unprepared::NotNow) => return GuestAnswer::Unknown,
        };
        let user = match self.ours(purchase, &access, &credentials).await {
            Ok(Some(user)) => user,
            Ok(None) => return GuestAnswer::Gone,
            Err(_) => return GuestAnswer::Unknown,
        };
        let ended = match ending {
            Ending::Disable => self.disable_user(&access, &user).await,
            Ending::Remove => self.hotspot.remove_user(&access, &user).await,
        };
        match ended {
            Ok(()) | Err(HotspotError::Rejected { kind: Rejection::NotFound, .. }) => GuestAnswer::Gone,
            Err(_) => GuestAnswer::Unknown,
        }
    }

    async fn disable_user(&self, access: &RouterAccess, user: &HotspotUser) -> HotspotResult<()> {
        let disabled = UserChange { disabled: Some(true), ..UserChange::default() };
        self.hotspot.change_user(access, &user.id, &disabled).await?;
        self.hotspot.end_sessions(access, &user.name).await
    }

    async fn create(&self, purchase: &Purchase, access: &RouterAccess, credentials: &GuestCredentials) -> Made {
        let Ok(profile) = ProfileName::parse(purchase.order.profile.as_str()) else {
            return Made::No(GuestAnswer::Refused(GuestProblem::ProfileMissing));
        };
        let new = NewHotspotUser {
            name: credentials.name.clone(),
            password: credentials.password.clone(),
            profile,
            mac: None,
            server: None,
            allowance: Allowance::default(),
            comment: purchase.comment(),
        };
        match self.hotspot.create_user(access, &new).await {
            Ok(user) => Made::User(user),
            Err(CreateHotspotUserError::NameTaken) => Made::NameTaken,
            Err(CreateHotspotUserError::UnknownProfile { .. }) => {
                Made::No(GuestAnswer::Refused(GuestProblem::ProfileMissing))
            }
            Err(CreateHotspotUserError::Hotspot(HotspotError::Rejected { .. } | HotspotError::AddressRefused)) => {
                Made::No(GuestAnswer::Refused(GuestProblem::Rejected))
            }
            Err(CreateHotspotUserError::Hotspot(_)) => Made::No(GuestAnswer::Unknown),
        }
    }

    /// The user of this purchase on its router. Its comment names the purchase. Another tool may have written its own
    /// comment, so a user with the name and the password that were sold is ours too. A PIN has no password: until it is
    /// paid, a user with its name may be another guest's.
    async fn ours(
        &self,
        purchase: &Purchase,
        access: &RouterAccess,
        credentials: &GuestCredentials,
    ) -> HotspotResult<Option<HotspotUser>> {
        let comment = RouterText::from(purchase.comment().as_str());
        let name = RouterText::from(credentials.name.as_str());
        let users = self.hotspot.users(access, &[name]).await?;
        let is_known = purchase.guest.kind() == GuestKind::UserAndPassword || purchase.paid_at.is_some();
        let same_password = |user: &HotspotUser| is_known && user.password.as_ref() == Some(&credentials.password);
        let (named, others): (Vec<_>, Vec<_>) = users.into_iter().partition(|user| user.comment == comment);
        Ok(named.into_iter().next().or_else(|| others.into_iter().find(same_password)))
    }

    async fn prepare(&self, purchase: &Purchase) -> Result<(RouterAccess, GuestCredentials), Unprepared> {
        let (company, id) = (purchase.order.company.clone(), purchase.order.router.clone());
        let found = transact(&*self.access.storage, move |storage| storage.routers().find(&company, &id)).await;
        let router = found.map_err(|_| Unprepared::NotNow)?.ok_or(Unprepared::NoRouter)?;
        let access = self.access.decrypt(&router).map_err(|_| Unprepared::NotNow)?;
        let credentials = self.secrets.decrypt(purchase).map_err(|_| Unprepared::NotNow)?;
        Ok((access, credentials))
    }
}

/// How the access of a user ends.
#[derive(Clone, Copy)]
enum Ending {
    Disable,
    Remove,
}

/// Why a step on a router cannot be taken.
enum Unprepared {
    /// The router was deleted.
    NoRouter,
    /// The store gave no answer, or a secret cannot be decrypted.
    NotNow,
}
