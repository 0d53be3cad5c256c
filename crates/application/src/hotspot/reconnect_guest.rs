use std::{cmp::Reverse, net::IpAddr, sync::Arc, time::Duration};

use portero_domain::{
    hotspot::{
        ActiveSession, GuestLogin, HotspotPassword, HotspotUser, HotspotUsername, Mac, Profile, RouterText, SessionsOf,
        SoldUser, UserChange,
    },
    ports::{Hotspot, HotspotError, Rejection, SellingRouter},
    router::RouterAccess,
};

use super::{GuestError, fold_leftovers::fold_leftovers, prove::Proof};
use crate::routers::RouterAccessLoader;

/// Logs a returning guest in again, on whatever device (ADR 16).
///
/// The device uses the user that was sold. Where that user is bound to another device, the binding moves to this one. Where
/// the user has as many sessions as its profile shares, the one that is idle for longest ends.
pub struct ReconnectGuest {
    pub(crate) access: RouterAccessLoader,
    pub(crate) hotspot: Arc<dyn Hotspot>,
}

/// A guest who returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturningGuest {
    /// The user that was sold to the guest, or a leftover of it.
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
    pub user: RouterText,
    /// Whether the user was bound to another device before.
    pub moved: bool,
    /// Whether nothing had been used before.
    pub first: bool,
    /// How long the guest was online before this session.
    pub used: Duration,
    /// How much time is left at the beginning of this session; none is without limit.
    pub left: Option<Duration>,
    /// The session, unless the router accepted the log-in and has none to show yet.
    pub session: Option<ActiveSession>,
}

impl ReconnectGuest {
    /// Logs this guest in on the router.
    pub async fn execute(&self, router: SellingRouter, guest: ReturningGuest) -> Result<Reconnection, GuestError> {
        if guest.username.is_mac() {
            // The router logs such users in by their device alone. No guest may name one.
            return Err(GuestError::UnknownUser);
        }
        let router = self.access.selling(&router).await?;
        let proof = Proof {
            hotspot: &*self.hotspot,
            router: &router,
            name: &guest.username,
            password: &guest.password,
            device: Some(guest.device),
        };
        let sold = proof.sold_user().await?;
        if sold.is_blocked() {
            return Err(GuestError::Blocked);
        }
        let sold = fold_leftovers(&proof, sold).await?;
        // A sold user that is still disabled by our earlier mark had its time on a leftover, which another tool removed.
        if sold.left().is_used_up() || sold.user().disabled {
            return Err(GuestError::UsedUp);
        }
        let moved = self.bind(&proof, &sold, guest.device).await?;
        let user = sold.user();
        let password = user.password.clone().ok_or(GuestError::PasswordHidden)?;
        let login = GuestLogin { user: user.name.clone(), password, mac: guest.device, address: guest.address };
        let (session, ended) = self.log_in(&router, user, &login).await?;
        let used_before = user.used.time.saturating_add(ended);
        Ok(Reconnection {
            user: login.user,
            moved,
            first: used_before.is_zero(),
            used: used_before,
            left: user.left().time.map(|left| left.saturating_sub(ended)),
            session,
        })
    }

    /// Moves the binding of the user to this device, if it is bound to another one. Nothing is written before it is known
    /// that the router knows the device and still has the profile.
    async fn bind(&self, proof: &Proof<'_>, sold: &SoldUser, device: Mac) -> Result<bool, GuestError> {
        let (user, router) = (sold.user(), proof.router);
        if user.mac.is_none_or(|bound| bound == device) {
            return Ok(false);
        }
        if self.hotspot.host(router, device).await?.is_none() {
            let text = "the device has no address here".to_owned();
            return Err(HotspotError::Rejected { kind: Rejection::HostUnknown, text }.into());
        }
        self.profile_of(router, user).await?;
        let change = UserChange { mac: Some(device), ..UserChange::default() };
        self.hotspot.change_user(router, &user.id, &change).await?;
        if proof.sold_user().await?.user().mac != Some(device) {
            return Err(GuestError::Contended);
        }
        // A cookie would log the device before in again, which the user is no longer bound to.
        self.hotspot.forget_other_devices(router, &user.name, device).await?;
        Ok(true)
    }

    /// The profile that the user follows.
    async fn profile_of(&self, router: &RouterAccess, user: &HotspotUser) -> Result<Profile, GuestError> {
        let profiles = self.hotspot.profiles(router).await?;
        profiles.into_iter().find(|profile| profile.name == user.profile).ok_or(GuestError::ProfileGone)
    }

    /// Logs the device in, with room made for it if need be. Answers how long the sessions were that ended for it.
    async fn log_in(
        &self,
        router: &RouterAccess,
        user: &HotspotUser,
        login: &GuestLogin,
    ) -> Result<(Option<ActiveSession>, Duration), GuestError> {
        let mut ended = Duration::ZERO;
        let answer = match self.hotspot.log_in(router, login).await {
            Err(full @ HotspotError::Rejected { kind: Rejection::SessionLimit, .. }) => {
                ended = self.make_room(router, user, login.mac, full).await?;
                self.hotspot.log_in(router, login).await
            }
            answer => answer,
        };
        match answer {
            Ok(session) => Ok((session, ended)),
            Err(error) => Err(match error {
                HotspotError::Rejected { kind: Rejection::QuotaUsed, .. } => GuestError::UsedUp,
                // The password is right and there was room: one of them changed in between.
                HotspotError::Rejected { kind: Rejection::BadCredentials | Rejection::SessionLimit, .. } => {
                    GuestError::Contended
                }
                error => error.into(),
            }),
        }
    }

    /// Ends as many sessions of other devices as the profile demands, the longest idle first. None ends where nothing
    /// would be left for the newcomer.
    async fn make_room(
        &self,
        router: &RouterAccess,
        user: &HotspotUser,
        device: Mac,
        full: HotspotError,
    ) -> Result<Duration, GuestError> {
        let of_user = SessionsOf::User(user.name.clone());
        let sessions = self.hotspot.sessions(router, &of_user).await?;
        // The same name on another hotspot server is another guest's.
        let counts = |session: &ActiveSession| user.server.is_none() || session.server == user.server;
        let others = |session: &ActiveSession| session.mac != Some(device) && counts(session);
        let mut others: Vec<_> = sessions.into_iter().filter(others).collect();
        let Some(shares) = self.profile_of(router, user).await?.shares() else { return Err(full.into()) };
        let excess = (others.len() + 1).saturating_sub(shares.max(1));
        if excess == 0 {
            // A log-in of another device is under way and has no session to end yet.
            return Err(GuestError::Contended);
        }
        others.sort_by_key(|session| Reverse(session.idle));
        others.truncate(excess);
        let lasted = others.iter().map(|session| session.uptime).sum();
        if user.left().time.is_some_and(|left| left <= lasted) {
            return Err(GuestError::UsedUp);
        }
        for session in &others {
            self.hotspot.end_session(router, session).await?;
        }
        Ok(lasted)
    }
}
