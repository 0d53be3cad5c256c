use std::time::Duration;

use super::{
    Allowance, CreationMark, HotspotPassword, HotspotUser, HotspotUsername, Mac, NewHotspotUser, Usage, UserChange,
};

/// What one purchase gives, over all the devices that it was used on.
///
/// A hotspot user that is bound to a device does not let in the same guest whose telephone has drawn another hardware
/// address. So the guest gets a further user for that device, `<user>_RANDMAC1` to `_RANDMAC15` (auto-reconnect page),
/// and the time that was paid moves there: of all these users one is in use, and the others are idle. An idle one is
/// disabled and says so in its comment, which tells it from one that an admin has disabled, and by a number those of before an
/// admin added time from those after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaidAccess {
    base: HotspotUser,
    copies: Vec<HotspotUser>,
}

/// The user that a device is to use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceUser<'a> {
    /// One that is there.
    There(&'a HotspotUser),
    /// One that must be made under this name.
    Missing(HotspotUsername),
}

impl PaidAccess {
    /// How many devices there may be beside the first.
    pub const MAX_COPIES: usize = 15;

    const SUFFIX: &'static str = "_RANDMAC";
    const IDLE: &'static str = "portero:idle";

    /// How much more time a user may have been given by devices that came at once.
    const RACED_AT_MOST: Duration = Duration::from_mins(1);

    /// The names of all users that may belong to this one's purchase, the one that was sold first. The given name may be
    /// that of any of them.
    pub fn names(given: &HotspotUsername) -> Vec<HotspotUsername> {
        let base = Self::base_name(given.as_str());
        let copies = (1..=Self::MAX_COPIES).map(|number| format!("{base}{}{number}", Self::SUFFIX));
        // A name so long that nothing fits behind it has no copies.
        [base.to_owned()].into_iter().chain(copies).filter_map(|name| HotspotUsername::parse(&name).ok()).collect()
    }

    /// The name of the user that was sold, where this is the name of any user of its purchase.
    pub fn sold_name(given: &HotspotUsername) -> HotspotUsername {
        HotspotUsername::parse(Self::base_name(given.as_str())).unwrap_or_else(|_| given.clone())
    }

    fn base_name(name: &str) -> &str {
        let parts = name.rsplit_once(Self::SUFFIX);
        let copy = parts.filter(|(base, number)| {
            let counted = number.parse().is_ok_and(|number: usize| (1..=Self::MAX_COPIES).contains(&number));
            counted && !number.starts_with(['0', '+']) && !base.is_empty()
        });
        copy.map_or(name, |(base, _)| base)
    }

    /// The purchase of these users, which are those of [`names`](Self::names) that are there. `None` when the one that
    /// was sold is gone: with it, the purchase is.
    pub fn of(mut users: Vec<HotspotUser>) -> Option<Self> {
        let base = users.iter().position(|user| Self::base_name(user.name.as_str()) == user.name.as_str())?;
        let base = users.swap_remove(base);
        Some(Self { base, copies: users })
    }

    fn users(&self) -> impl Iterator<Item = &HotspotUser> {
        std::iter::once(&self.base).chain(&self.copies)
    }

    /// The user that was sold.
    pub const fn sold(&self) -> &HotspotUser {
        &self.base
    }

    /// The user of this name.
    pub fn user(&self, name: &HotspotUsername) -> Option<&HotspotUser> {
        self.users().find(|user| user.name == *name)
    }

    /// Whether this password is the right one for all of its users: that of the one that was sold. `None` when the router
    /// keeps it from Portero.
    pub fn accepts(&self, password: &HotspotPassword) -> Option<bool> {
        self.base.password.as_ref().map(|ours| ours.matches(password))
    }

    /// The password that a user of the purchase should have, where it has another one: that of the user that was sold, which
    /// an admin may have changed.
    pub fn new_password_for(&self, user: &HotspotUser) -> Option<HotspotPassword> {
        let sold = self.base.password.as_ref()?;
        user.password.as_ref().filter(|theirs| !theirs.matches(sold)).map(|_| sold.clone())
    }

    /// Whether an admin has disabled it, in any of its users.
    pub fn is_blocked(&self) -> bool {
        self.users().any(|user| user.disabled && idle_mark(user).is_none())
    }

    /// The user for this device: the one that is bound to it, else the sold one if it is bound to none, else a further
    /// one. `None` when there are as many as there may be.
    pub fn user_for(&self, device: Mac) -> Option<DeviceUser<'_>> {
        let bound = self.users().find(|user| user.mac == Some(device));
        let unbound = || Some(&self.base).filter(|base| base.mac.is_none());
        if let Some(user) = bound.or_else(unbound) {
            return Some(DeviceUser::There(user));
        }
        let free = |name: &HotspotUsername| self.copies.iter().all(|copy| copy.name != *name);
        Self::names(&self.base.name).into_iter().skip(1).find(free).map(DeviceUser::Missing)
    }

    /// All users but this one.
    pub fn others(&self, than: &HotspotUsername) -> impl Iterator<Item = &HotspotUser> {
        self.users().filter(move |user| user.name != *than)
    }

    /// The users that let somebody in, but for this one.
    pub fn others_in_use(&self, than: &HotspotUsername) -> impl Iterator<Item = &HotspotUser> {
        self.others(than).filter(|user| !user.disabled)
    }

    /// Whether this user lets its guest in and no other one does.
    pub fn is_all_on(&self, name: &HotspotUsername) -> bool {
        self.is_in_use(name) && self.others_in_use(name).next().is_none()
    }

    /// Whether this user lets its guest in.
    pub fn is_in_use(&self, name: &HotspotUsername) -> bool {
        self.user(name).is_some_and(|user| !user.disabled)
    }

    /// What was used in all, but for sessions under way.
    pub fn used(&self) -> Usage {
        self.users().fold(Usage::default(), |sum, user| Usage {
            time: sum.time.saturating_add(user.used.time),
            bytes_in: sum.bytes_in.saturating_add(user.used.bytes_in),
            bytes_out: sum.bytes_out.saturating_add(user.used.bytes_out),
        })
    }

    /// What is left of what was paid, but for sessions under way. None is without limit.
    ///
    /// That is what is left to the user in use, with what an admin may have added to it. Where a move was interrupted and
    /// it is not just one, it is the least that is left to any since an admin last added something: each idle one has what
    /// was left when it became idle, so the least is the latest.
    pub fn left(&self) -> Allowance {
        let mut in_use = self.users().filter(|user| !user.disabled);
        match (in_use.next(), in_use.next()) {
            (Some(only), None) => left_to(only),
            _ => self.least_left(),
        }
    }

    /// The least that is left to the users in use, and to the idle ones since an admin last added something.
    pub fn least_left(&self) -> Allowance {
        let last = self.last_idle();
        let counts = |user: &&HotspotUser| !user.disabled || idle_mark(user) == last;
        self.users().filter(counts).map(left_to).reduce(least).unwrap_or_else(|| left_to(&self.base))
    }

    /// What makes a user of it idle, with the number of those before it; with the next one where an admin has added time to
    /// it, so that what those before it have left does not count any more.
    pub fn to_idle(&self, user: &HotspotUser) -> UserChange {
        let last = self.last_idle().unwrap_or(0);
        let number = if self.was_raised(user) { last.saturating_add(1) } else { last.max(1) };
        let comment = with_idle_mark(&user.comment, number);
        UserChange { disabled: Some(true), comment: Some(comment), ..UserChange::default() }
    }

    /// The greatest number of an idle user.
    fn last_idle(&self) -> Option<u64> {
        self.users().filter(|user| user.disabled).filter_map(idle_mark).max()
    }

    /// Whether the only user in use has more time than was left to the idle ones, which it otherwise cannot. Seconds more may
    /// come of devices that raced for it.
    fn was_raised(&self, user: &HotspotUser) -> bool {
        let last = self.last_idle().filter(|&last| last > 0);
        let idle = self.users().filter(|user| user.disabled && last.is_some() && idle_mark(user) == last);
        let before = idle.filter_map(|user| left_to(user).time).min();
        let alone = self.others_in_use(&user.name).next().is_none();
        let raised = |before| left_to(user).time.is_none_or(|now| now > before + Self::RACED_AT_MOST);
        alone && before.is_some_and(raised)
    }

    /// A further user for this device. It is made idle, as one that was never in use.
    pub fn copy_for(
        &self,
        device: Mac,
        name: HotspotUsername,
        password: HotspotPassword,
        mark: CreationMark,
    ) -> NewHotspotUser {
        let foreign = |word: &&str| !word.starts_with(CreationMark::PREFIX);
        let comment: Vec<&str> = self.base.comment.split(' ').filter(foreign).collect();
        NewHotspotUser {
            name,
            password,
            profile: self.base.profile.clone(),
            mac: Some(device),
            server: self.base.server.clone(),
            allowance: self.left(),
            comment: with_idle_mark(&comment.join(" "), 0),
            mark,
        }
    }
}

/// What puts a user in use, with this much left to it.
pub fn to_use(user: &HotspotUser, left: &Allowance) -> UserChange {
    let Usage { time, bytes_in, bytes_out } = user.used;
    let up_to = |left: Option<u64>, used: u64| left.map(|left| left.saturating_add(used));
    let allowance = Allowance {
        time: left.time.map(|left| left.saturating_add(time)),
        bytes_in: up_to(left.bytes_in, bytes_in),
        bytes_out: up_to(left.bytes_out, bytes_out),
        bytes_total: up_to(left.bytes_total, bytes_in.saturating_add(bytes_out)),
    };
    let comment = Some(without_idle_mark(&user.comment));
    UserChange { disabled: Some(false), comment, allowance: Some(allowance), ..UserChange::default() }
}

/// The number behind a comment's word for idle: how often an admin had added time by then, from one on. None is zero, of a user
/// that was never in use.
fn idle_mark(user: &HotspotUser) -> Option<u64> {
    user.comment.split(' ').find_map(number_of_idle)
}

fn number_of_idle(word: &str) -> Option<u64> {
    match word.strip_prefix(PaidAccess::IDLE)? {
        "" => Some(0),
        number => number.parse().ok(),
    }
}

fn without_idle_mark(comment: &str) -> String {
    let words: Vec<&str> = comment.split(' ').filter(|word| number_of_idle(word).is_none()).collect();
    words.join(" ")
}

fn with_idle_mark(comment: &str, number: u64) -> String {
    let comment = without_idle_mark(comment);
    let gap = if comment.is_empty() { "" } else { " " };
    let number = if number == 0 { String::new() } else { number.to_string() };
    format!("{comment}{gap}{}{number}", PaidAccess::IDLE)
}

fn left_to(user: &HotspotUser) -> Allowance {
    let Usage { time, bytes_in, bytes_out } = user.used;
    let less = |limit: Option<u64>, used: u64| limit.map(|limit| limit.saturating_sub(used));
    Allowance {
        time: user.allowance.time.map(|limit| limit.saturating_sub(time)),
        bytes_in: less(user.allowance.bytes_in, bytes_in),
        bytes_out: less(user.allowance.bytes_out, bytes_out),
        bytes_total: less(user.allowance.bytes_total, bytes_in.saturating_add(bytes_out)),
    }
}

fn least(one: Allowance, other: Allowance) -> Allowance {
    fn lesser<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
        one.into_iter().chain(other).min()
    }
    Allowance {
        time: lesser(one.time, other.time),
        bytes_in: lesser(one.bytes_in, other.bytes_in),
        bytes_out: lesser(one.bytes_out, other.bytes_out),
        bytes_total: lesser(one.bytes_total, other.bytes_total),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hotspot::{ItemId, ProfileName};

    const HOUR: Duration = Duration::from_hours(1);

    fn name(text: &str) -> HotspotUsername {
        HotspotUsername::parse(text).unwrap()
    }

    fn device(last: u8) -> Mac {
        Mac::new([0xDA, 0, 0, 0, 0, last])
    }

    /// A user of one hour, enabled, bound to the device of that number.
    fn user(text: &str, last: u8) -> HotspotUser {
        HotspotUser {
            id: ItemId::new(format!("*{last:X}")),
            name: name(text),
            password: Some(HotspotPassword::new("0456".to_owned())),
            profile: ProfileName::parse("1hora").unwrap(),
            mac: Some(device(last)),
            server: None,
            comment: "MODE=t TL=1h".to_owned(),
            disabled: false,
            allowance: Allowance { time: Some(HOUR), ..Allowance::default() },
            used: Usage::default(),
        }
    }

    fn having_used(mut user: HotspotUser, minutes: u64) -> HotspotUser {
        user.used.time = Duration::from_mins(minutes);
        user
    }

    /// The user after this change, as a router carries it out.
    fn after(mut user: HotspotUser, change: UserChange) -> HotspotUser {
        user.disabled = change.disabled.unwrap_or(user.disabled);
        user.comment = change.comment.unwrap_or(user.comment);
        user.allowance = change.allowance.unwrap_or(user.allowance);
        user
    }

    /// The user made idle, as the only one of its purchase.
    fn idle(user: HotspotUser) -> HotspotUser {
        idle_among(&[], user)
    }

    /// The user made idle, beside others of its purchase.
    fn idle_among(others: &[HotspotUser], user: HotspotUser) -> HotspotUser {
        let change = PaidAccess { base: user.clone(), copies: others.to_vec() }.to_idle(&user);
        after(user, change)
    }

    fn made(new: NewHotspotUser, last: u8) -> HotspotUser {
        let comment = new.mark.append_to(&new.comment);
        let NewHotspotUser { name, password, profile, mac, server, allowance, .. } = new;
        let (id, used) = (ItemId::new(format!("*{last:X}")), Usage::default());
        HotspotUser {
            id,
            name,
            password: Some(password),
            profile,
            mac,
            server,
            comment,
            disabled: true,
            allowance,
            used,
        }
    }

    fn minutes_left(access: &PaidAccess) -> Option<u64> {
        access.left().time.map(|left| left.as_secs() / 60)
    }

    #[test]
    fn any_user_of_a_purchase_leads_to_all_of_them() {
        for given in ["AB3C9D", "AB3C9D_RANDMAC1", "AB3C9D_RANDMAC15"] {
            let names = PaidAccess::names(&name(given));
            assert_eq!(names.len(), 16, "{given}");
            assert_eq!((names[0].as_str(), names[15].as_str()), ("AB3C9D", "AB3C9D_RANDMAC15"));
        }
    }

    #[test]
    fn a_name_that_only_looks_like_a_copy_is_its_own() {
        for own in
            ["AB_RANDMAC0", "AB_RANDMAC16", "AB_RANDMAC01", "AB_RANDMAC+1", "AB_RANDMAC", "_RANDMAC1", "AB_randmac1"]
        {
            assert_eq!(PaidAccess::names(&name(own))[0].as_str(), own);
        }
        let long = "x".repeat(100);
        assert_eq!(PaidAccess::names(&name(&long)).len(), 1);
    }

    #[test]
    fn a_purchase_without_the_user_that_was_sold_is_none() {
        assert_eq!(PaidAccess::of(vec![]), None);
        assert_eq!(PaidAccess::of(vec![user("AB_RANDMAC1", 1)]), None);
        let access = PaidAccess::of(vec![user("AB_RANDMAC1", 1), user("AB", 2)]).unwrap();
        assert_eq!(access.sold().name.as_str(), "AB");
    }

    #[test]
    fn a_device_keeps_its_user_and_a_new_one_gets_the_first_that_is_free() {
        let access = PaidAccess::of(vec![user("AB", 1), user("AB_RANDMAC2", 2)]).unwrap();
        let there = |number| access.user_for(device(number));
        assert!(matches!(there(1), Some(DeviceUser::There(user)) if user.name.as_str() == "AB"));
        assert!(matches!(there(2), Some(DeviceUser::There(user)) if user.name.as_str() == "AB_RANDMAC2"));
        assert_eq!(there(3), Some(DeviceUser::Missing(name("AB_RANDMAC1"))));
    }

    #[test]
    fn a_user_that_is_bound_to_no_device_is_for_all() {
        let access = PaidAccess::of(vec![HotspotUser { mac: None, ..user("AB", 1) }]).unwrap();
        assert!(matches!(access.user_for(device(9)), Some(DeviceUser::There(user)) if user.name.as_str() == "AB"));
    }

    #[test]
    fn there_are_fifteen_further_devices_at_most() {
        let copies = (1..=15).map(|number| user(&format!("AB_RANDMAC{number}"), number + 1));
        let access = PaidAccess::of([user("AB", 1)].into_iter().chain(copies).collect()).unwrap();
        assert!(access.user_for(device(16)).is_some());
        assert_eq!(access.user_for(device(17)), None);
    }

    #[test]
    fn what_an_admin_disabled_is_blocked_and_what_is_idle_is_not() {
        let disabled = |user| HotspotUser { disabled: true, ..user };
        let blocked = |users| PaidAccess::of(users).unwrap().is_blocked();
        assert!(!blocked(vec![user("AB", 1), idle(user("AB_RANDMAC1", 2))]));
        assert!(blocked(vec![disabled(user("AB", 1))]));
        assert!(blocked(vec![idle(user("AB", 1)), disabled(user("AB_RANDMAC1", 2))]));
    }

    /// Paid time moves from device to device and back, and ends when it is used.
    #[test]
    fn paid_time_is_kept_and_never_multiplied() {
        let sold = having_used(user("AB", 1), 20);
        let access = PaidAccess::of(vec![sold.clone()]).unwrap();
        assert_eq!(minutes_left(&access), Some(40));

        let Some(DeviceUser::Missing(copy_name)) = access.user_for(device(2)) else { panic!("a further device") };
        let mark = CreationMark::parse("m1").unwrap();
        let password = HotspotPassword::new("0456".to_owned());
        let copy = made(access.copy_for(device(2), copy_name, password, mark), 2);
        assert_eq!(copy.comment, "MODE=t TL=1h portero:idle tx:m1");
        let sold = idle(sold);
        // Killed here, nobody is in use, and nothing is lost.
        let access = PaidAccess::of(vec![sold.clone(), copy.clone()]).unwrap();
        assert_eq!((minutes_left(&access), access.is_blocked()), (Some(40), false));

        let change = to_use(&copy, &access.left());
        let copy = having_used(after(copy, change), 15);
        assert_eq!(copy.comment, "MODE=t TL=1h tx:m1");
        let access = PaidAccess::of(vec![sold.clone(), copy.clone()]).unwrap();
        assert!(access.is_all_on(&copy.name) && !access.is_all_on(&sold.name));
        assert_eq!(minutes_left(&access), Some(25));
        assert_eq!(access.used().time, Duration::from_mins(35));

        // The first device comes back: 20 minutes used there, 25 left in all.
        let change = to_use(&sold, &access.left());
        let copy = idle_among(std::slice::from_ref(&sold), copy);
        let sold = having_used(after(sold, change), 44);
        assert_eq!(sold.allowance.time, Some(Duration::from_mins(45)));
        let access = PaidAccess::of(vec![sold.clone(), copy.clone()]).unwrap();
        assert_eq!((minutes_left(&access), access.left().is_used_up()), (Some(1), false));
        let access = PaidAccess::of(vec![having_used(sold, 45), copy]).unwrap();
        assert!(access.left().is_used_up());
    }

    /// The one that became idle last knows what is left, also where an admin added to it, and a new one never does.
    #[test]
    fn what_is_left_is_what_the_last_one_in_use_has_left() {
        let sold = idle(having_used(user("AB", 1), 50));
        let mut first = having_used(user("AB_RANDMAC1", 2), 5);
        first.allowance.time = Some(3 * HOUR);
        let first = idle_among(std::slice::from_ref(&sold), first);
        assert_eq!(
            (sold.comment.as_str(), first.comment.as_str()),
            ("MODE=t TL=1h portero:idle1", "MODE=t TL=1h portero:idle2")
        );
        let access = PaidAccess::of(vec![sold.clone(), first.clone()]).unwrap();
        assert_eq!(minutes_left(&access), Some(175));
        let mark = CreationMark::parse("m1").unwrap();
        let DeviceUser::Missing(free) = access.user_for(device(3)).unwrap() else { panic!("a further device") };
        let new = made(access.copy_for(device(3), free, HotspotPassword::new("0456".to_owned()), mark), 3);
        assert_eq!(new.comment, "MODE=t TL=1h portero:idle tx:m1");
        let access =
            PaidAccess::of(vec![sold, first.clone(), HotspotUser { allowance: Allowance::default(), ..new }]).unwrap();
        assert_eq!(minutes_left(&access), Some(175));
        let again = after(first, to_use(access.user(&name("AB_RANDMAC1")).unwrap(), &access.left()));
        assert_eq!(again.comment, "MODE=t TL=1h");
    }

    /// Two devices came at once, and both of their users were put in use.
    #[test]
    fn two_in_use_have_what_the_lesser_has_left() {
        let access =
            PaidAccess::of(vec![having_used(user("AB", 1), 10), having_used(user("AB_RANDMAC1", 2), 25)]).unwrap();
        assert_eq!(minutes_left(&access), Some(35));
        let others: Vec<_> = access.others_in_use(&name("AB")).map(|user| user.name.as_str().to_owned()).collect();
        assert_eq!(others, ["AB_RANDMAC1"]);
    }

    #[test]
    fn what_an_admin_adds_to_the_user_in_use_counts() {
        let mut copy = having_used(user("AB_RANDMAC1", 2), 5);
        copy.allowance.time = Some(3 * HOUR);
        let access = PaidAccess::of(vec![idle(having_used(user("AB", 1), 59)), copy]).unwrap();
        assert_eq!(minutes_left(&access), Some(175));
    }

    #[test]
    fn bytes_are_kept_as_time_is_and_what_has_no_limit_gets_none() {
        let mut sold = user("AB", 1);
        sold.allowance = Allowance { bytes_total: Some(1_000), bytes_in: Some(700), ..Allowance::default() };
        sold.used = Usage { time: HOUR, bytes_in: 300, bytes_out: 200 };
        let access = PaidAccess::of(vec![sold.clone()]).unwrap();
        let left = Allowance { bytes_total: Some(500), bytes_in: Some(400), ..Allowance::default() };
        assert_eq!((access.left(), access.left().is_used_up()), (left, false));
        assert_eq!(to_use(&sold, &left).allowance, Some(sold.allowance));
        sold.used.bytes_out = 700;
        assert!(PaidAccess::of(vec![sold]).unwrap().left().is_used_up());
    }

    #[test]
    fn a_password_that_the_router_hides_is_neither_right_nor_wrong() {
        let right = HotspotPassword::new("0456".to_owned());
        let access = PaidAccess::of(vec![user("AB", 1)]).unwrap();
        assert_eq!(access.accepts(&right), Some(true));
        assert_eq!(access.accepts(&HotspotPassword::new("456".to_owned())), Some(false));
        let hidden = PaidAccess::of(vec![HotspotUser { password: None, ..user("AB", 1) }]).unwrap();
        assert_eq!(hidden.accepts(&right), None);
    }
}
