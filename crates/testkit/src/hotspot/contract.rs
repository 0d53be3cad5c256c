//! Contracts of [`Hotspot`] and [`RouterProbe`], kept by real routers and by whatever plays one.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};

use portero_domain::{
    hotspot::{
        ActiveSession, Allowance, GuestLogin, HotspotHost, HotspotPassword, HotspotUser, HotspotUsername, ItemId, Mac,
        NewHotspotUser, ProfileName, RouterText, SessionsOf, Usage, UserChange,
    },
    ports::{CreateHotspotUserError, Hotspot, HotspotError, HotspotResult, Rejection, RouterProbe},
    router::RouterAccess,
};

use crate::builders::a_device;

/// A router with the profile `default` and no users, with the means to bring in what the ports cannot.
pub trait HotspotHarness: Send + Sync {
    /// The routers.
    fn hotspot(&self) -> Arc<dyn Hotspot>;

    /// The same routers.
    fn probe(&self) -> Arc<dyn RouterProbe>;

    /// The access to the router.
    fn access(&self) -> RouterAccess;

    /// Adds a profile that this many sessions may share.
    fn add_profile(&self, name: &str, shared_users: u32);

    /// A device comes into the hotspot's network.
    fn add_host(&self, device: Mac, address: Ipv4Addr);

    /// Lets time pass on the router.
    fn pass(&self, span: Duration);

    /// Hides passwords from now on, and returns the access for that.
    fn hide_passwords(&self) -> RouterAccess;
}

/// Makes a test of each contract of hotspots, as [`contract_tests!`](crate::contract_tests) does of stores. `make_harness`
/// names an `async fn() -> impl HotspotHarness`.
#[macro_export]
macro_rules! hotspot_contract_tests {
    ($make_harness:ident) => {
        $crate::contract_tests! { for $make_harness:
            hotspot {
                profiles_come_whole_in_the_routers_order,
                a_new_user_reads_back_as_it_was_made_and_is_disabled,
                values_are_kept_letter_by_letter,
                nothing_to_use_is_the_least_that_can_be_said,
                an_attempt_that_is_repeated_makes_one_user,
                a_name_is_taken_once,
                a_profile_is_known_by_its_whole_name,
                users_are_found_by_their_very_names,
                a_password_is_known_to_be_empty,
                a_password_that_is_not_shown_is_not_known,
                a_change_changes_what_it_says,
                a_change_needs_its_user,
                a_removed_user_is_gone_with_its_sessions,
                removing_nobody_is_fine,
                a_guest_is_let_in_once,
                the_address_of_a_device_is_found,
                a_guest_from_nowhere_is_refused,
                a_guest_needs_the_right_password_and_a_user_that_is_on,
                a_bound_user_lets_in_its_device_alone,
                a_profile_lets_in_as_many_as_it_shares,
                a_device_that_returns_as_somebody_else_is_let_in,
                sessions_are_found_by_user_device_and_address,
                what_a_session_used_is_known_once_it_ends,
                one_session_ends_alone,
                other_devices_are_forgotten,
                a_user_that_is_used_up_lets_nobody_in,
                a_router_says_how_it_is,
            }
        }
    };
}

const HOUR: Duration = Duration::from_hours(1);

fn name(text: &str) -> HotspotUsername {
    HotspotUsername::parse(text).expect("a username")
}

fn address(number: u8) -> Ipv4Addr {
    Ipv4Addr::new(10, 5, 50, number)
}

/// A user of an hour, bound to no device.
fn new_user(text: &str) -> NewHotspotUser {
    NewHotspotUser {
        name: name(text),
        password: HotspotPassword::new("0456".into()),
        profile: ProfileName::parse("default").expect("a profile's name"),
        mac: None,
        server: None,
        allowance: Allowance { time: Some(HOUR), ..Allowance::default() },
        comment: "t-1".to_owned(),
    }
}

fn guest(user: &str, device: u8) -> GuestLogin {
    let password = HotspotPassword::new("0456".into());
    GuestLogin { user: user.into(), password, mac: a_device(device), address: Some(address(device).into()) }
}

async fn create(harness: &dyn HotspotHarness, new: &NewHotspotUser) -> Result<ItemId, CreateHotspotUserError> {
    harness.hotspot().create_user(&harness.access(), new).await
}

/// Makes a user that lets guests in.
async fn make(harness: &dyn HotspotHarness, new: &NewHotspotUser) -> ItemId {
    let id = create(harness, new).await.expect("a free name");
    let on = UserChange { disabled: Some(false), ..UserChange::default() };
    harness.hotspot().change_user(&harness.access(), &id, &on).await.expect("a user to change");
    id
}

async fn find(harness: &dyn HotspotHarness, names: &[&str]) -> Vec<HotspotUser> {
    let names: Vec<_> = names.iter().map(|text| RouterText::from(*text)).collect();
    harness.hotspot().users(&harness.access(), &names).await.expect("an answer")
}

async fn the(harness: &dyn HotspotHarness, user: &str) -> HotspotUser {
    find(harness, &[user]).await.pop().expect("a user of that name")
}

async fn log_in(harness: &dyn HotspotHarness, guest: &GuestLogin) -> HotspotResult<Option<ActiveSession>> {
    harness.hotspot().log_in(&harness.access(), guest).await
}

async fn let_in(harness: &dyn HotspotHarness, guest: &GuestLogin) -> ActiveSession {
    log_in(harness, guest).await.expect("a good login").expect("a session")
}

async fn sessions(harness: &dyn HotspotHarness, of: SessionsOf) -> Vec<ActiveSession> {
    harness.hotspot().sessions(&harness.access(), &of).await.expect("an answer")
}

fn refusal<T>(outcome: &HotspotResult<T>) -> Option<Rejection> {
    match outcome {
        Err(HotspotError::Rejected { kind, .. }) => Some(*kind),
        _ => None,
    }
}

/// A list is the whole of it.
pub async fn profiles_come_whole_in_the_routers_order(harness: &dyn HotspotHarness) {
    harness.add_profile("2 días ½", 3);
    harness.add_profile("1hora", 1);
    let profiles = harness.hotspot().profiles(&harness.access()).await.expect("an answer");
    let names: Vec<_> = profiles.iter().map(|profile| profile.name.to_string()).collect();
    assert_eq!(names, ["default", "2 días ½", "1hora"]);
    assert_eq!(profiles[1].shared_users.as_deref(), Some("3"));
    assert!(profiles.iter().all(|profile| profile.id.as_str().starts_with('*')));
}

/// Every field of a user is kept, and the user is disabled.
pub async fn a_new_user_reads_back_as_it_was_made_and_is_disabled(harness: &dyn HotspotHarness) {
    harness.add_profile("1hora", 1);
    let allowance = Allowance { time: Some(90 * HOUR), bytes_in: Some(1), bytes_out: Some(2), bytes_total: Some(3) };
    let new = NewHotspotUser {
        profile: ProfileName::parse("1hora").expect("a profile's name"),
        mac: Some(a_device(1)),
        allowance,
        comment: "MODE=PIN TL=1h tx:10M".to_owned(),
        ..new_user("AB3C9D")
    };
    let id = create(harness, &new).await.expect("a free name");
    let made = HotspotUser {
        id,
        name: "AB3C9D".into(),
        password: Some(new.password.clone()),
        profile: "1hora".into(),
        mac: new.mac,
        server: None,
        comment: "MODE=PIN TL=1h tx:10M".into(),
        disabled: true,
        allowance,
        used: Usage::default(),
        unreadable: None,
    };
    assert_eq!(find(harness, &["AB3C9D"]).await, [made]);
    let unlimited = NewHotspotUser { allowance: Allowance::default(), comment: "t-2".to_owned(), ..new_user("free") };
    create(harness, &unlimited).await.expect("a free name");
    let read = the(harness, "free").await;
    assert_eq!((read.allowance, read.mac, read.comment), (Allowance::default(), None, "t-2".into()));
}

/// No value is read as anything but a value.
pub async fn values_are_kept_letter_by_letter(harness: &dyn HotspotHarness) {
    let texts = ["a=b", "=name=x", "?#|", "\"q\" 'q' \\", "$(x) [find]", "ñandú 😀", "a,b*1", "0456", "a  b", ".tag=1"];
    for (number, text) in texts.iter().enumerate() {
        let new = NewHotspotUser {
            password: HotspotPassword::new(format!(" {text} ").as_str().into()),
            comment: format!("{text}  t-{number} "),
            ..new_user(text)
        };
        create(harness, &new).await.unwrap_or_else(|error| panic!("{text:?}: {error}"));
        let read = the(harness, text).await;
        assert_eq!(read.name, (*text).into());
        assert_eq!(read.password, Some(new.password));
        assert_eq!(read.comment, new.comment.as_str().into());
    }
    assert_eq!(find(harness, &texts).await.len(), texts.len());
    for text in texts {
        harness.hotspot().remove_user(&harness.access(), &the(harness, text).await).await.expect("a user to remove");
    }
    assert_eq!(find(harness, &texts).await, []);
}

/// Zero means "without limit" to a router, so it is not what is said to it.
pub async fn nothing_to_use_is_the_least_that_can_be_said(harness: &dyn HotspotHarness) {
    let nothing = Allowance {
        time: Some(Duration::from_millis(10)),
        bytes_in: Some(0),
        bytes_out: Some(0),
        bytes_total: Some(0),
    };
    let least =
        Allowance { time: Some(Duration::from_secs(1)), bytes_in: Some(1), bytes_out: Some(1), bytes_total: Some(1) };
    let id = create(harness, &NewHotspotUser { allowance: nothing, ..new_user("none") }).await.expect("a free name");
    assert_eq!(the(harness, "none").await.allowance, least);
    let change = |allowance| UserChange { allowance: Some(allowance), ..UserChange::default() };
    for (allowance, read) in [(Allowance::default(), Allowance::default()), (nothing, least)] {
        harness.hotspot().change_user(&harness.access(), &id, &change(allowance)).await.expect("a user to change");
        assert_eq!(the(harness, "none").await.allowance, read);
    }
}

/// A caller whose reply was lost retries.
pub async fn an_attempt_that_is_repeated_makes_one_user(harness: &dyn HotspotHarness) {
    let new = NewHotspotUser { comment: "TL=1h".to_owned(), ..new_user("AB3C9D") };
    let first = create(harness, &new).await;
    assert_eq!(create(harness, &new).await, first);
    assert_eq!(find(harness, &["AB3C9D"]).await.len(), 1);
}

/// A user of another attempt is not ours.
pub async fn a_name_is_taken_once(harness: &dyn HotspotHarness) {
    create(harness, &new_user("AB3C9D")).await.expect("a free name");
    for other in ["t-2", "t-11", "t"] {
        let rival = NewHotspotUser { comment: other.to_owned(), ..new_user("AB3C9D") };
        assert_eq!(create(harness, &rival).await, Err(CreateHotspotUserError::NameTaken), "{other}");
    }
    let no_profile = NewHotspotUser {
        profile: ProfileName::parse("gone").expect("a name"),
        comment: "t-3".to_owned(),
        ..new_user("AB3C9D")
    };
    assert_eq!(create(harness, &no_profile).await, Err(CreateHotspotUserError::NameTaken));
    assert_eq!(find(harness, &["AB3C9D"]).await.len(), 1);
}

/// Routers accept the beginning of a name (`F43`). No guest may get another plan by that.
pub async fn a_profile_is_known_by_its_whole_name(harness: &dyn HotspotHarness) {
    harness.add_profile("1hora", 1);
    for wrong in ["1h", "1hora ilimitada", "1HORA", "2horas"] {
        let new =
            NewHotspotUser { profile: ProfileName::parse(wrong).expect("a profile's name"), ..new_user("AB3C9D") };
        let available = vec!["default".to_owned(), "1hora".to_owned()];
        assert_eq!(create(harness, &new).await, Err(CreateHotspotUserError::UnknownProfile { available }), "{wrong}");
    }
    assert_eq!(find(harness, &["AB3C9D"]).await, []);
}

/// Of many names, those that are there.
pub async fn users_are_found_by_their_very_names(harness: &dyn HotspotHarness) {
    for (number, text) in ["a", "ab", "A", "c"].iter().enumerate() {
        create(harness, &NewHotspotUser { comment: number.to_string(), ..new_user(text) }).await.expect("a free name");
    }
    let mut names: Vec<String> = (0..17).map(|number| format!("nobody-{number}")).collect();
    names.extend(["ab", "c", "default-trial"].map(str::to_owned));
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(names.len(), 20);
    let mut found: Vec<String> = find(harness, &names).await.iter().map(|user| user.name.to_string()).collect();
    found.sort_unstable();
    assert_eq!(found, ["ab", "c"]);
    assert_eq!(find(harness, &["a"]).await.len(), 1);
    assert_eq!(find(harness, &[]).await, []);
}

/// Also where routers leave out what is empty.
pub async fn a_password_is_known_to_be_empty(harness: &dyn HotspotHarness) {
    let pin = NewHotspotUser { password: HotspotPassword::none(), ..new_user("482915") };
    create(harness, &pin).await.expect("a free name");
    assert_eq!(the(harness, "482915").await.password, Some(HotspotPassword::none()));
}

/// It is neither known nor taken for an empty one.
pub async fn a_password_that_is_not_shown_is_not_known(harness: &dyn HotspotHarness) {
    create(harness, &new_user("AB3C9D")).await.expect("a free name");
    let access = harness.hide_passwords();
    let users = harness.hotspot().users(&access, &["AB3C9D".into()]).await.expect("an answer");
    assert_eq!(users.iter().map(|user| user.password.clone()).collect::<Vec<_>>(), [None]);
}

/// The rest stays.
pub async fn a_change_changes_what_it_says(harness: &dyn HotspotHarness) {
    let new = NewHotspotUser { mac: Some(a_device(1)), comment: "TL=1h".to_owned(), ..new_user("AB3C9D") };
    let id = create(harness, &new).await.expect("a free name");
    create(harness, &NewHotspotUser { comment: "t-2".to_owned(), ..new_user("other") }).await.expect("a free name");
    let (before, other) = (the(harness, "AB3C9D").await, the(harness, "other").await);
    let change = async |change| {
        harness.hotspot().change_user(&harness.access(), &id, &change).await.expect("a user to change");
        the(harness, "AB3C9D").await
    };
    let on = HotspotUser { disabled: false, ..before };
    assert_eq!(change(UserChange { disabled: Some(false), ..UserChange::default() }).await, on);
    let allowance = Allowance { bytes_total: Some(5_000_000_000), ..Allowance::default() };
    let limited = HotspotUser { allowance, ..on };
    assert_eq!(change(UserChange { allowance: Some(allowance), ..UserChange::default() }).await, limited);
    let noted = HotspotUser { comment: "TL=2h \"=\"".into(), ..limited };
    assert_eq!(change(UserChange { comment: Some(noted.comment.clone()), ..UserChange::default() }).await, noted);
    let bound = HotspotUser { mac: Some(a_device(2)), ..noted };
    assert_eq!(change(UserChange { mac: Some(a_device(2)), ..UserChange::default() }).await, bound);
    let (allowance, comment, mac) = (Allowance::default(), RouterText::default(), Some(a_device(3)));
    let off = HotspotUser { disabled: true, allowance, comment: comment.clone(), mac, ..bound };
    let all = UserChange { disabled: Some(true), allowance: Some(allowance), comment: Some(comment), mac };
    assert_eq!(change(all).await, off);
    assert_eq!(the(harness, "other").await, other);
}

/// A user that is gone cannot be changed.
pub async fn a_change_needs_its_user(harness: &dyn HotspotHarness) {
    let id = create(harness, &new_user("AB3C9D")).await.expect("a free name");
    harness.hotspot().remove_user(&harness.access(), &the(harness, "AB3C9D").await).await.expect("a user to remove");
    let on = UserChange { disabled: Some(false), ..UserChange::default() };
    let outcome = harness.hotspot().change_user(&harness.access(), &id, &on).await;
    assert_eq!(refusal(&outcome), Some(Rejection::NotFound));
}

/// No session of a removed user stays, and no other session ends.
pub async fn a_removed_user_is_gone_with_its_sessions(harness: &dyn HotspotHarness) {
    for (number, user) in [(1, "AB3C9D"), (2, "other")] {
        harness.add_host(a_device(number), address(number));
        make(harness, &NewHotspotUser { comment: user.to_owned(), ..new_user(user) }).await;
        let_in(harness, &guest(user, number)).await;
    }
    harness.hotspot().remove_user(&harness.access(), &the(harness, "AB3C9D").await).await.expect("a user to remove");
    assert_eq!(find(harness, &["AB3C9D"]).await, []);
    assert_eq!(sessions(harness, SessionsOf::User("AB3C9D".into())).await, []);
    assert_eq!(sessions(harness, SessionsOf::User("other".into())).await.len(), 1);
    assert_eq!(find(harness, &["other"]).await.len(), 1);
}

/// It may have been done before.
pub async fn removing_nobody_is_fine(harness: &dyn HotspotHarness) {
    make(harness, &new_user("AB3C9D")).await;
    let gone = the(harness, "AB3C9D").await;
    for _ in 0..2 {
        harness.hotspot().remove_user(&harness.access(), &gone).await.expect("nothing to do");
        harness.hotspot().end_sessions(&harness.access(), &gone.name).await.expect("nothing to do");
    }
    harness.hotspot().end_sessions(&harness.access(), &"default-trial".into()).await.expect("nothing to do");
}

/// Letting a guest in again changes nothing.
pub async fn a_guest_is_let_in_once(harness: &dyn HotspotHarness) {
    harness.add_host(a_device(1), address(1));
    make(harness, &new_user("AB3C9D")).await;
    let session = let_in(harness, &guest("AB3C9D", 1)).await;
    assert_eq!((session.mac, session.address), (Some(a_device(1)), Some(address(1).into())));
    assert_eq!(session.user, "AB3C9D".into());
    assert_eq!((session.uptime, session.time_left), (Duration::ZERO, Some(HOUR)));
    assert_eq!(let_in(harness, &guest("AB3C9D", 1)).await.id, session.id);
    assert_eq!(sessions(harness, SessionsOf::User("AB3C9D".into())).await.len(), 1);
}

/// The device is enough.
pub async fn the_address_of_a_device_is_found(harness: &dyn HotspotHarness) {
    harness.add_host(a_device(1), address(1));
    harness.add_host(a_device(2), address(2));
    let host = async |device| harness.hotspot().host(&harness.access(), device).await.expect("an answer");
    assert_eq!(host(a_device(2)).await.map(|HotspotHost { address, .. }| address), Some(IpAddr::from(address(2))));
    assert_eq!(host(a_device(3)).await, None);
    make(harness, &new_user("AB3C9D")).await;
    let session = let_in(harness, &GuestLogin { address: None, ..guest("AB3C9D", 2) }).await;
    assert_eq!(session.address, Some(address(2).into()));
}

/// Only who is in the hotspot's network, at their own address, can be let in.
pub async fn a_guest_from_nowhere_is_refused(harness: &dyn HotspotHarness) {
    harness.add_host(a_device(1), address(1));
    make(harness, &new_user("AB3C9D")).await;
    let stranger = guest("AB3C9D", 3);
    assert_eq!(refusal(&log_in(harness, &stranger).await), Some(Rejection::HostUnknown));
    let stranger = GuestLogin { address: None, ..stranger };
    assert_eq!(refusal(&log_in(harness, &stranger).await), Some(Rejection::HostUnknown));
    let elsewhere = GuestLogin { address: Some(address(1).into()), ..guest("AB3C9D", 3) };
    assert_eq!(refusal(&log_in(harness, &elsewhere).await), Some(Rejection::WrongMac));
}

/// One answer for all that is wrong with a name and a password.
pub async fn a_guest_needs_the_right_password_and_a_user_that_is_on(harness: &dyn HotspotHarness) {
    harness.add_host(a_device(1), address(1));
    create(harness, &new_user("off")).await.expect("a free name");
    make(harness, &new_user("on")).await;
    let wrong = GuestLogin { password: HotspotPassword::new("456".into()), ..guest("on", 1) };
    for bad in [guest("nobody", 1), guest("off", 1), wrong] {
        assert_eq!(refusal(&log_in(harness, &bad).await), Some(Rejection::BadCredentials), "{bad:?}");
    }
    let_in(harness, &guest("on", 1)).await;
}

/// A user can be kept to one device.
pub async fn a_bound_user_lets_in_its_device_alone(harness: &dyn HotspotHarness) {
    harness.add_host(a_device(1), address(1));
    harness.add_host(a_device(2), address(2));
    make(harness, &NewHotspotUser { mac: Some(a_device(1)), ..new_user("AB3C9D") }).await;
    assert_eq!(refusal(&log_in(harness, &guest("AB3C9D", 2)).await), Some(Rejection::WrongMac));
    let_in(harness, &guest("AB3C9D", 1)).await;
}

/// One session too many is rejected, and the current ones stay.
pub async fn a_profile_lets_in_as_many_as_it_shares(harness: &dyn HotspotHarness) {
    harness.add_profile("pareja", 2);
    make(harness, &NewHotspotUser { profile: ProfileName::parse("pareja").expect("a name"), ..new_user("AB3C9D") })
        .await;
    for device in 1..=3 {
        harness.add_host(a_device(device), address(device));
    }
    let_in(harness, &guest("AB3C9D", 1)).await;
    let_in(harness, &guest("AB3C9D", 2)).await;
    assert_eq!(refusal(&log_in(harness, &guest("AB3C9D", 3)).await), Some(Rejection::SessionLimit));
    let devices: Vec<_> = sessions(harness, SessionsOf::User("AB3C9D".into())).await.iter().map(|s| s.mac).collect();
    assert_eq!(devices, [Some(a_device(1)), Some(a_device(2))]);
}

/// The session that it left behind gives way.
pub async fn a_device_that_returns_as_somebody_else_is_let_in(harness: &dyn HotspotHarness) {
    harness.add_host(a_device(1), address(1));
    make(harness, &new_user("first")).await;
    make(harness, &NewHotspotUser { comment: "t-2".to_owned(), ..new_user("second") }).await;
    let_in(harness, &guest("first", 1)).await;
    let session = let_in(harness, &guest("second", 1)).await;
    assert_eq!(session.user, "second".into());
    assert_eq!(sessions(harness, SessionsOf::Device(a_device(1))).await, [session]);
}

/// Exactly the matching sessions are found.
pub async fn sessions_are_found_by_user_device_and_address(harness: &dyn HotspotHarness) {
    let mut there = Vec::new();
    for (device, user) in [(1, "AB3C9D"), (2, "other")] {
        harness.add_host(a_device(device), address(device));
        make(harness, &NewHotspotUser { comment: user.to_owned(), ..new_user(user) }).await;
        there.push(let_in(harness, &guest(user, device)).await);
    }
    let second = &there[1..];
    assert_eq!(sessions(harness, SessionsOf::User("other".into())).await, second);
    assert_eq!(sessions(harness, SessionsOf::Device(a_device(2))).await, second);
    assert_eq!(sessions(harness, SessionsOf::Address(address(2).into())).await, second);
    assert_eq!(sessions(harness, SessionsOf::User("oth".into())).await, []);
    assert_eq!(sessions(harness, SessionsOf::Device(a_device(3))).await, []);
    assert_eq!(sessions(harness, SessionsOf::Address(address(3).into())).await, []);
}

/// Until then it is the session that tells.
pub async fn what_a_session_used_is_known_once_it_ends(harness: &dyn HotspotHarness) {
    harness.add_host(a_device(1), address(1));
    make(harness, &new_user("AB3C9D")).await;
    let_in(harness, &guest("AB3C9D", 1)).await;
    harness.pass(HOUR / 4);
    assert_eq!(the(harness, "AB3C9D").await.used, Usage::default());
    let session = sessions(harness, SessionsOf::User("AB3C9D".into())).await.remove(0);
    assert_eq!((session.uptime, session.time_left), (HOUR / 4, Some(HOUR * 3 / 4)));
    harness.hotspot().end_sessions(&harness.access(), &"AB3C9D".into()).await.expect("sessions to end");
    assert_eq!(the(harness, "AB3C9D").await.used.time, HOUR / 4);
    assert_eq!(sessions(harness, SessionsOf::User("AB3C9D".into())).await, []);
    assert_eq!(let_in(harness, &guest("AB3C9D", 1)).await.time_left, Some(HOUR * 3 / 4));
}

/// The other sessions of the user go on.
pub async fn one_session_ends_alone(harness: &dyn HotspotHarness) {
    harness.add_profile("familia", 3);
    make(harness, &NewHotspotUser { profile: ProfileName::parse("familia").expect("a name"), ..new_user("AB3C9D") })
        .await;
    let mut there = Vec::new();
    for device in 1..=3 {
        harness.add_host(a_device(device), address(device));
        there.push(let_in(harness, &guest("AB3C9D", device)).await);
    }
    harness.pass(HOUR / 4);
    for _ in 0..2 {
        harness.hotspot().end_session(&harness.access(), &there[1]).await.expect("a session to end");
        let left = sessions(harness, SessionsOf::User("AB3C9D".into())).await;
        assert_eq!(left.iter().map(|s| s.mac).collect::<Vec<_>>(), [Some(a_device(1)), Some(a_device(3))]);
    }
    assert_eq!(the(harness, "AB3C9D").await.used.time, HOUR / 4);
}

/// The name's own cookies on other devices go. It is fine if there are none.
pub async fn other_devices_are_forgotten(harness: &dyn HotspotHarness) {
    harness.add_host(a_device(1), address(1));
    make(harness, &new_user("AB3C9D")).await;
    let session = let_in(harness, &guest("AB3C9D", 1)).await;
    for device in [1, 2] {
        let forget =
            harness.hotspot().forget_other_devices(&harness.access(), &"AB3C9D".into(), a_device(device)).await;
        assert_eq!(forget, Ok(()));
    }
    assert_eq!(sessions(harness, SessionsOf::User("AB3C9D".into())).await, [session]);
}

/// A session ends with the time that its user has, and no other begins.
pub async fn a_user_that_is_used_up_lets_nobody_in(harness: &dyn HotspotHarness) {
    harness.add_host(a_device(1), address(1));
    make(harness, &new_user("AB3C9D")).await;
    let_in(harness, &guest("AB3C9D", 1)).await;
    harness.pass(2 * HOUR);
    assert_eq!(sessions(harness, SessionsOf::User("AB3C9D".into())).await, []);
    assert_eq!(the(harness, "AB3C9D").await.used.time, HOUR);
    assert_eq!(refusal(&log_in(harness, &guest("AB3C9D", 1)).await), Some(Rejection::QuotaUsed));
}

/// Over the kept session and over one of its own.
pub async fn a_router_says_how_it_is(harness: &dyn HotspotHarness) {
    let (probe, access) = (harness.probe(), harness.access());
    let kept = probe.check(&access, Duration::from_secs(5)).await.expect("vitals");
    let tried = probe.try_access(&access).await.expect("vitals");
    for vitals in [&kept, &tried] {
        assert_eq!(vitals.identity, "MikroTik");
        assert!(vitals.version.starts_with(['6', '7']), "{}", vitals.version);
        assert!(vitals.latency < Duration::from_secs(5));
    }
    assert_eq!(kept.version, tried.version);
}
