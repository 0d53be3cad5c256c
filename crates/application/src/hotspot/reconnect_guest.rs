use std::{net::IpAddr, sync::Arc, time::Duration};

use futures_util::future::try_join_all;
use portero_domain::{
    hotspot::{
        ActiveSession, DeviceUser, GuestLogin, HotspotPassword, HotspotUser, HotspotUsername, Mac, PaidAccess,
        UserChange, to_use,
    },
    ports::{CreateHotspotUserError, Hotspot, HotspotError, Ids, Rejection, SellingRouter},
    router::RouterAccess,
};

use super::{GuestError, prove};
use crate::routers::Accesses;

/// How often the users of a purchase are looked at anew when somebody else is changing them.
const ATTEMPTS: usize = 3;

/// Lets a returning guest in again, on whatever device (auto-reconnect page).
///
/// Where the guest's user is bound to another device, what was paid moves to a user for this one: see [`PaidAccess`].
pub struct ReconnectGuest {
    pub(crate) accesses: Accesses,
    pub(crate) hotspot: Arc<dyn Hotspot>,
    pub(crate) ids: Arc<dyn Ids>,
}

/// A guest who comes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturningGuest {
    /// The user that was sold to the guest, or one that was made for a further device of theirs.
    pub username: HotspotUsername,
    /// Its password; empty where the name is all there is to know.
    pub password: HotspotPassword,
    /// The device that the guest comes with.
    pub device: Mac,
    /// The address of that device, if the portal knows it.
    pub address: Option<IpAddr>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconnection {
    /// The user that the device uses.
    pub user: HotspotUsername,
    /// Whether the device is another one than before.
    pub moved: bool,
    /// Whether nothing had been used before.
    pub first: bool,
    /// How long the guest was online before this session.
    pub used: Duration,
    /// How much time is left at the beginning of this session; none is without limit.
    pub left: Option<Duration>,
    /// The session, unless the router took the login and has none to show yet.
    pub session: Option<ActiveSession>,
}

/// The user in use for a device, and what its purchase stands at.
struct Placed {
    user: HotspotUsername,
    moved: bool,
    others: Vec<HotspotUsername>,
    used: Duration,
    left: Option<Duration>,
}

impl ReconnectGuest {
    /// Lets this guest in on the router.
    pub async fn execute(&self, router: SellingRouter, guest: ReturningGuest) -> Result<Reconnection, GuestError> {
        if guest.username.is_mac() {
            // The router lets in such users by their address alone: they are nobody's to log in as.
            return Err(GuestError::UnknownUser);
        }
        let router = self.accesses.selling(&router).await?;
        let Placed { user, moved, others, used, left } = self.place(&router, &guest).await?;
        let ReturningGuest { password, device, address, .. } = guest;
        let login = GuestLogin { user, password, mac: device, address };
        let session = self.log_in(&router, &login).await;
        // A login of another device that the router had accepted before its user became idle is a session by now; and a call
        // that was cut off may have left one. So each call looks, whether it moved anything or not.
        try_join_all(others.iter().map(|other| self.hotspot.end_sessions(&router, other))).await?;
        let session = session?;
        Ok(Reconnection { user: login.user, moved, first: used.is_zero(), used, left, session })
    }

    /// Sees to it that the user for the guest's device is in use, and no other one of the purchase.
    async fn place(&self, router: &RouterAccess, guest: &ReturningGuest) -> Result<Placed, GuestError> {
        for _ in 0..ATTEMPTS {
            let access = self.read(router, guest).await?;
            if access.is_blocked() {
                return Err(GuestError::Blocked);
            }
            let name = match access.user_for(guest.device).ok_or(GuestError::TooManyDevices)? {
                DeviceUser::There(user) if access.is_all_on(&user.name) => {
                    if access.left().is_used_up() {
                        return Err(GuestError::UsedUp);
                    }
                    if let Some(password) = access.new_password_for(user) {
                        let change = UserChange { password: Some(password), ..UserChange::default() };
                        self.hotspot.change_user(router, &user.id, &change).await?;
                    }
                    return Ok(Placed::at(&access, user.name.clone()));
                }
                DeviceUser::There(user) => user.name.clone(),
                DeviceUser::Missing(name) => name,
            };
            if let Some(placed) = self.move_to(router, guest, &access, name).await? {
                return Ok(placed);
            }
        }
        Err(GuestError::Contended)
    }

    /// Moves what was paid to the user of this name, which is made if it is not there. `None` when someone else was
    /// quicker: look again.
    ///
    /// Each step may be the last one before a crash. In between nobody of the purchase is in use, what was paid can be
    /// told from those that are idle, and the next call goes on from there.
    async fn move_to(
        &self,
        router: &RouterAccess,
        guest: &ReturningGuest,
        before: &PaidAccess,
        name: HotspotUsername,
    ) -> Result<Option<Placed>, GuestError> {
        // Also those that are idle already: a call that was cut off may have left them a session.
        self.make_idle(router, before, before.others(&name)).await?;
        let mut access = self.read(router, guest).await?;
        if access.is_blocked() {
            return Err(GuestError::Blocked);
        }
        let left = access.left();
        if left.is_used_up() {
            return Err(GuestError::UsedUp);
        }
        if let Some(DeviceUser::Missing(free)) = access.user_for(guest.device) {
            if free != name {
                return Ok(None);
            }
            let new = access.copy_for(guest.device, free, guest.password.clone(), self.ids.creation_mark());
            match self.hotspot.create_user(router, &new).await {
                Ok(_) => {}
                Err(CreateHotspotUserError::NameTaken) => return Ok(None),
                Err(CreateHotspotUserError::UnknownProfile { .. }) => return Err(GuestError::ProfileGone),
                Err(CreateHotspotUserError::Hotspot(error)) => return Err(error.into()),
            }
            access = self.read(router, guest).await?;
        }
        let Some(DeviceUser::There(user)) = access.user_for(guest.device) else { return Ok(None) };
        let change = UserChange { password: access.new_password_for(user), ..to_use(user, &left) };
        self.hotspot.change_user(router, &user.id, &change).await?;

        // Of all who put a user in use at the same time, the last one finds here what the others did, and each leaves to its
        // own what others have used of it since it was read.
        let mut access = self.read(router, guest).await?;
        if access.others_in_use(&name).next().is_some() {
            self.make_idle(router, &access, access.others_in_use(&name)).await?;
            access = self.read(router, guest).await?;
        }
        let left = access.least_left();
        if left.is_used_up() {
            return Err(GuestError::UsedUp);
        }
        if let Some(DeviceUser::There(user)) = access.user_for(guest.device) {
            // Only what it may use: by now another one may have made it idle, and then it stays so.
            let lessened = UserChange { allowance: to_use(user, &left).allowance, ..UserChange::default() };
            if lessened.allowance != Some(user.allowance) {
                self.hotspot.change_user(router, &user.id, &lessened).await?;
                access = self.read(router, guest).await?;
            }
        }
        Ok(access.is_in_use(&name).then(|| Placed { moved: true, ..Placed::at(&access, name) }))
    }

    async fn make_idle(
        &self,
        router: &RouterAccess,
        access: &PaidAccess,
        users: impl Iterator<Item = &HotspotUser>,
    ) -> Result<(), HotspotError> {
        for user in users {
            if !user.disabled {
                self.hotspot.change_user(router, &user.id, &access.to_idle(user)).await?;
            }
            // What a session under way has used is in its user's row only once it ends.
            self.hotspot.end_sessions(router, &user.name).await?;
        }
        Ok(())
    }

    async fn read(&self, router: &RouterAccess, guest: &ReturningGuest) -> Result<PaidAccess, GuestError> {
        prove(&*self.hotspot, router, &guest.username, &guest.password).await
    }

    /// Logs the device in. A session that the guest left behind on another device makes room.
    async fn log_in(&self, router: &RouterAccess, login: &GuestLogin) -> Result<Option<ActiveSession>, GuestError> {
        let answer = match self.hotspot.log_in(router, login).await {
            Err(HotspotError::Rejected { kind: Rejection::SessionLimit, .. }) => {
                self.hotspot.end_sessions(router, &login.user).await?;
                self.hotspot.log_in(router, login).await
            }
            answer => answer,
        };
        match answer {
            Ok(session) => Ok(session),
            // The password is known to be right: another device of the purchase has come in between, and this one's user is
            // idle again.
            Err(HotspotError::Rejected { kind: Rejection::BadCredentials, .. }) => Err(GuestError::Contended),
            Err(HotspotError::Rejected { kind: Rejection::QuotaUsed, .. }) => Err(GuestError::UsedUp),
            Err(error) => Err(error.into()),
        }
    }
}

impl Placed {
    fn at(access: &PaidAccess, user: HotspotUsername) -> Self {
        let others = access.others(&user).map(|other| other.name.clone()).collect();
        Self { user, moved: false, others, used: access.used().time, left: access.left().time }
    }
}
