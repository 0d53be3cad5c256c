use super::{Allowance, HotspotPassword, HotspotUser, HotspotUsername, RouterText, UserChange};

/// A hotspot user that was sold, with what earlier systems left beside it.
///
/// One purchase is one row on the router, whatever device the guest uses. The router counts one user, one limit and one
/// set of sessions. Changes by other tools to the row count (ADR 16, `R1205`).
///
/// The existing system, and earlier versions of Portero, made further users for further devices, `<user>_RANDMAC1` to
/// `_RANDMAC15`. Such leftovers are folded into the sold user, one after the other, and removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoldUser {
    user: HotspotUser,
    leftovers: Vec<HotspotUser>,
}

/// How one leftover is folded into the sold user: claim it, charge the sold user, remove the leftover.
///
/// Each step may be the last one before a crash. Then the same fold comes out of the rows again, and charges nothing twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fold {
    /// The leftover, whose sessions have ended.
    pub leftover: HotspotUser,
    /// A change that writes into the leftover what will be left after it. Only for one that has no limit of its own.
    pub claim: Option<UserChange>,
    /// A change of the sold user.
    pub charge: UserChange,
}

/// What stands between the sold name and the number of a leftover.
const SUFFIX: &str = "_RANDMAC";

/// The greatest number of a leftover.
const MOST: u8 = 15;

/// What an earlier version of Portero wrote into the comments of the users that a device did not use.
const IDLE: &str = "portero:idle";

impl SoldUser {
    /// The names to ask a router for: the sold user's, in each spelling that a router may have, and those of its leftovers.
    /// The given name may be that of a leftover.
    pub fn names(given: &HotspotUsername) -> Vec<RouterText> {
        let bases = bases(given);
        let leftovers = bases.iter().flat_map(|base| (1..=MOST).map(|number| leftover(base, number)));
        bases.iter().cloned().chain(leftovers).collect()
    }

    /// The name of the sold user, where this is its name or that of a leftover.
    pub fn sold_name(given: &HotspotUsername) -> HotspotUsername {
        let visible = given.visible();
        HotspotUsername::parse(base_of(visible.as_str())).unwrap_or(visible)
    }

    /// The users of that name among these rows, which are those of [`names`](Self::names) that are there. There may be one
    /// for each hotspot server. None when the sold user is gone: with it, the purchase is.
    pub fn among(rows: &[HotspotUser], given: &HotspotUsername) -> Vec<Self> {
        let named = |name: &RouterText| rows.iter().filter(|row| row.name == *name).cloned().collect::<Vec<_>>();
        let Some(base) = bases(given).into_iter().find(|base| rows.iter().any(|row| row.name == *base)) else {
            return Vec::new();
        };
        let leftovers: Vec<_> = (1..=MOST).flat_map(|number| named(&leftover(&base, number))).collect();
        let of = |user: HotspotUser| {
            let leftovers = leftovers.iter().filter(|row| row.server == user.server).cloned().collect();
            Self { user, leftovers }
        };
        named(&base).into_iter().map(of).collect()
    }

    /// The one of these users that counts on a hotspot server: the server's own, else the one of all servers.
    pub fn on_server(users: Vec<Self>, server: Option<&RouterText>) -> Option<Self> {
        let own = users.iter().position(|user| server.is_some() && user.user.server.as_ref() == server);
        let index = own.or_else(|| users.iter().position(|user| user.user.server.is_none()))?;
        users.into_iter().nth(index)
    }

    /// The user itself.
    pub const fn user(&self) -> &HotspotUser {
        &self.user
    }

    /// What earlier systems left beside it.
    pub fn leftovers(&self) -> &[HotspotUser] {
        &self.leftovers
    }

    /// Whether this password is the right one. `None` when the router keeps it from Portero.
    pub fn accepts(&self, given: &HotspotPassword) -> Option<bool> {
        self.user.password.as_ref().map(|ours| ours.accepts(given))
    }

    /// Whether an admin has disabled it. An earlier version of Portero disabled it with a mark in the comment.
    pub fn is_blocked(&self) -> bool {
        self.user.disabled && idle_number(&self.user).is_none()
    }

    /// What is left of the purchase over all of its rows, without the use of current sessions.
    ///
    /// Where exactly one row is enabled, its own rest counts: with what an admin may have added to it. Otherwise the least
    /// counts that is left to the enabled rows and to those that became idle last. A row that was claimed always counts.
    pub fn left(&self) -> Allowance {
        let enabled: Vec<_> = self.rows().filter(|row| !row.disabled).collect();
        let last = self.rows().filter(|row| row.disabled).filter_map(idle_number).max();
        let idle = self.rows().filter(|row| row.disabled && last.is_some() && idle_number(row) == last);
        let lesser = |left: Allowance, row: &HotspotUser| left.least(&row.left());
        let left = match enabled[..] {
            [only] => only.left(),
            _ => enabled.iter().copied().chain(idle).fold(Allowance::default(), lesser),
        };
        let claimed = self.leftovers.iter().filter(|row| row.disabled && idle_number(row).is_none());
        claimed.fold(left, lesser)
    }

    /// How to fold the next leftover, once its sessions have ended.
    pub fn fold(&self) -> Option<Fold> {
        let leftover = self.leftovers.first()?.clone();
        let before = self.left();
        // The existing system gave its further users no limit, so what they used was never charged.
        let uncharged = leftover.allowance.is_unlimited() && !before.is_unlimited();
        let left = if uncharged { before.after(&leftover.used) } else { before };
        let claim = uncharged.then(|| UserChange {
            disabled: Some(true),
            allowance: Some(leftover.allowance_for(&left)),
            ..UserChange::default()
        });
        Some(Fold { claim, charge: self.charge(&left), leftover })
    }

    /// What puts the sold user in use with this much left, and takes our earlier mark out of its comment.
    fn charge(&self, left: &Allowance) -> UserChange {
        let allowance = self.user.allowance_for(left);
        let comment = idle_number(&self.user).map(|_| without_idle_mark(&self.user.comment));
        UserChange {
            disabled: self.user.disabled.then_some(false),
            allowance: Some(allowance).filter(|allowance| *allowance != self.user.allowance),
            comment,
            ..UserChange::default()
        }
    }

    fn rows(&self) -> impl Iterator<Item = &HotspotUser> {
        std::iter::once(&self.user).chain(&self.leftovers)
    }
}

/// The names that the sold user may have, the likelier ones first: as it was given, then without invisible characters.
fn bases(given: &HotspotUsername) -> Vec<RouterText> {
    let visible = given.visible();
    let mut bases = Vec::new();
    for name in [given, &visible] {
        for spelling in RouterText::spellings(base_of(name.as_str())) {
            if !bases.contains(&spelling) {
                bases.push(spelling);
            }
        }
    }
    bases
}

/// The name without the ending of a leftover.
fn base_of(name: &str) -> &str {
    let parts = name.rsplit_once(SUFFIX);
    let leftover = parts.filter(|(base, number)| {
        let counted = number.parse().is_ok_and(|number: u8| (1..=MOST).contains(&number));
        counted && !number.starts_with(['0', '+']) && !base.is_empty()
    });
    leftover.map_or(name, |(base, _)| base)
}

fn leftover(base: &RouterText, number: u8) -> RouterText {
    RouterText::new([base.as_bytes(), format!("{SUFFIX}{number}").as_bytes()].concat())
}

/// The words of a comment.
fn words(comment: &RouterText) -> impl Iterator<Item = &[u8]> {
    comment.as_bytes().split(|&byte| byte == b' ')
}

/// The number behind our earlier mark in a comment.
fn idle_number(user: &HotspotUser) -> Option<u64> {
    words(&user.comment).find_map(|word| {
        let number = std::str::from_utf8(word).ok()?.strip_prefix(IDLE)?;
        if number.is_empty() { Some(0) } else { number.parse().ok() }
    })
}

fn without_idle_mark(comment: &RouterText) -> RouterText {
    let kept: Vec<_> = words(comment).filter(|word| !word.starts_with(IDLE.as_bytes())).collect();
    RouterText::new(kept.join(&b' '))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::hotspot::{ItemId, Usage};

    const MINUTE: Duration = Duration::from_mins(1);

    fn name(text: &str) -> HotspotUsername {
        HotspotUsername::parse(text).unwrap()
    }

    /// A user with a limit and a usage in minutes; a limit of zero is none.
    fn row(name: &str, limit: u32, used: u32) -> HotspotUser {
        HotspotUser {
            id: ItemId::new(format!("*{name}")),
            name: name.into(),
            password: Some(HotspotPassword::parse("0456").unwrap()),
            profile: "1hora".into(),
            mac: None,
            server: None,
            comment: RouterText::default(),
            disabled: false,
            allowance: Allowance { time: (limit > 0).then(|| MINUTE * limit), ..Allowance::default() },
            used: Usage { time: MINUTE * used, ..Usage::default() },
            unreadable: None,
        }
    }

    fn idle(row: HotspotUser, number: u64) -> HotspotUser {
        HotspotUser { disabled: true, comment: format!("vc-3 {IDLE}{number}").as_str().into(), ..row }
    }

    fn sold(rows: &[HotspotUser]) -> SoldUser {
        SoldUser::among(rows, &name("AB")).pop().unwrap()
    }

    #[test]
    fn the_name_of_a_leftover_leads_to_the_sold_user() {
        for (given, base) in [
            ("AB", "AB"),
            ("AB_RANDMAC1", "AB"),
            ("AB_RANDMAC15", "AB"),
            ("AB_RANDMAC16", "AB_RANDMAC16"),
            ("AB_RANDMAC0", "AB_RANDMAC0"),
            ("AB_RANDMAC01", "AB_RANDMAC01"),
            ("AB_RANDMAC", "AB_RANDMAC"),
            ("_RANDMAC1", "_RANDMAC1"),
            ("\u{FEFF}AB_RANDMAC2\u{200B}", "AB"),
        ] {
            assert_eq!(SoldUser::sold_name(&name(given)).as_str(), base, "{given:?}");
        }
        assert_eq!(SoldUser::names(&name("AB_RANDMAC3")).len(), 16);
        assert_eq!(SoldUser::names(&name("AB_RANDMAC3"))[..2], ["AB".into(), "AB_RANDMAC1".into()]);
    }

    #[test]
    fn a_name_is_found_in_its_own_bytes_before_any_other_spelling() {
        let utf8 = row("señor", 60, 0);
        let windows = HotspotUser { name: RouterText::new(b"se\xf1or".to_vec()), ..row("x", 60, 0) };
        let found = |rows: &[HotspotUser]| SoldUser::among(rows, &name("señor")).pop().map(|sold| sold.user.name);
        assert_eq!(found(&[windows.clone(), utf8.clone()]), Some(utf8.name));
        assert_eq!(found(std::slice::from_ref(&windows)), Some(windows.name));
        let (pasted, plain) = (row("ZW1\u{200B}", 60, 0), row("ZW1", 60, 0));
        let found = |rows: &[HotspotUser]| SoldUser::among(rows, &name("ZW1\u{200B}")).pop().map(|sold| sold.user.name);
        assert_eq!(found(&[plain.clone(), pasted.clone()]), Some(pasted.name));
        assert_eq!(found(std::slice::from_ref(&plain)), Some(plain.name));
        assert_eq!(found(&[row("ZW", 60, 0)]), None);
    }

    #[test]
    fn without_the_sold_user_there_is_no_purchase() {
        assert_eq!(SoldUser::among(&[row("AB_RANDMAC1", 60, 0)], &name("AB_RANDMAC1")), []);
    }

    #[test]
    fn the_server_of_the_device_decides_between_users_of_one_name() {
        let on = |server: Option<&str>, id: &str| HotspotUser {
            id: ItemId::new(id.into()),
            server: server.map(Into::into),
            ..row("AB", 60, 0)
        };
        let rows = [on(Some("lobby"), "*1"), on(Some("pool"), "*2"), on(None, "*3")];
        let chosen = |rows: &[HotspotUser], server: Option<&str>| {
            let server = server.map(RouterText::from);
            let sold = SoldUser::on_server(SoldUser::among(rows, &name("AB")), server.as_ref());
            sold.map(|sold| sold.user.id.to_string())
        };
        assert_eq!(chosen(&rows, Some("pool")).as_deref(), Some("*2"));
        assert_eq!(chosen(&rows, Some("roof")).as_deref(), Some("*3"));
        assert_eq!(chosen(&rows, None).as_deref(), Some("*3"));
        assert_eq!(chosen(&rows[..2], Some("roof")), None);
    }

    /// Folds all leftovers, each step carried out. Answers the rows in the end.
    fn folded(mut rows: Vec<HotspotUser>, crash_after: Option<usize>) -> Vec<HotspotUser> {
        let mut steps = 0;
        let mut crashed = false;
        while let Some(fold) = sold(&rows).fold() {
            let leftover = fold.leftover.id.clone();
            for step in 0..3 {
                match step {
                    0 => {
                        if let Some(claim) = &fold.claim {
                            apply(&mut rows, &leftover, claim);
                        }
                    }
                    1 => apply(&mut rows, &ItemId::new("*AB".into()), &fold.charge),
                    _ => rows.retain(|row| row.id != leftover),
                }
                steps += 1;
                if crash_after == Some(steps) && !crashed {
                    crashed = true;
                    break;
                }
            }
        }
        rows
    }

    fn apply(rows: &mut [HotspotUser], id: &ItemId, change: &UserChange) {
        let row = rows.iter_mut().find(|row| row.id == *id).unwrap();
        row.disabled = change.disabled.unwrap_or(row.disabled);
        if let Some(allowance) = change.allowance {
            // A router writes a limit of nothing as the least there is.
            row.allowance =
                Allowance { time: allowance.time.map(|time| time.max(Duration::from_secs(1))), ..allowance };
        }
        if let Some(comment) = &change.comment {
            row.comment = comment.clone();
        }
    }

    /// Wherever the folding is cut off, the next run ends with the same row.
    #[track_caller]
    fn assert_folds(rows: &[HotspotUser], left: Option<Duration>) {
        for crash_after in (1..=3 * rows.len()).map(Some).chain([None]) {
            let rows = folded(rows.to_vec(), crash_after);
            assert_eq!(rows.len(), 1, "{crash_after:?}");
            assert_eq!(rows[0].left().time, left, "{crash_after:?}: {rows:?}");
            assert!(!rows[0].disabled && idle_number(&rows[0]).is_none(), "{crash_after:?}");
        }
    }

    #[test]
    fn what_users_without_a_limit_used_is_charged_once() {
        let rows = [row("AB", 60, 10), row("AB_RANDMAC1", 0, 15), row("AB_RANDMAC4", 0, 5)];
        assert_folds(&rows, Some(MINUTE * 30));
    }

    #[test]
    fn what_was_used_up_stays_used_up() {
        let rows = [row("AB", 60, 40), row("AB_RANDMAC1", 0, 15), row("AB_RANDMAC2", 0, 15)];
        let rows = folded(rows.to_vec(), None);
        assert!(rows[0].left().time.unwrap() <= Duration::from_secs(1), "{rows:?}");
    }

    #[test]
    fn the_rest_of_the_row_in_use_counts() {
        let rows = [idle(row("AB", 60, 10), 1), row("AB_RANDMAC1", 50, 20), idle(row("AB_RANDMAC2", 45, 0), 1)];
        assert_folds(&rows, Some(MINUTE * 30));
        let raised = [idle(row("AB", 60, 10), 1), row("AB_RANDMAC1", 200, 20)];
        let rows = folded(raised.to_vec(), None);
        assert_eq!(rows[0].left().time, Some(MINUTE * 180));
    }

    #[test]
    fn where_nobody_is_in_use_the_least_rest_of_the_last_idle_counts() {
        let rows = [idle(row("AB", 60, 10), 2), idle(row("AB_RANDMAC1", 50, 20), 2), idle(row("AB_RANDMAC2", 5, 0), 1)];
        assert_folds(&rows, Some(MINUTE * 30));
    }

    #[test]
    fn a_purchase_without_limits_stays_without() {
        assert_folds(&[row("AB", 0, 10), row("AB_RANDMAC1", 0, 15)], None);
    }

    #[test]
    fn other_tools_words_in_a_comment_stay() {
        let rows = [idle(row("AB", 60, 0), 1), row("AB_RANDMAC1", 60, 0)];
        assert_eq!(folded(rows.to_vec(), None)[0].comment, "vc-3".into());
        let untouched = HotspotUser { comment: "vc-123 rx:5M tx:10M lote 7".into(), ..row("AB", 60, 0) };
        let rows = folded(vec![untouched.clone(), row("AB_RANDMAC1", 0, 0)], None);
        assert_eq!(rows[0].comment, untouched.comment);
    }

    #[test]
    fn an_admins_disabling_is_not_our_mark() {
        let disabled = HotspotUser { disabled: true, ..row("AB", 60, 0) };
        assert!(sold(&[disabled]).is_blocked());
        assert!(!sold(&[idle(row("AB", 60, 0), 1)]).is_blocked());
        assert!(!sold(&[row("AB", 60, 0)]).is_blocked());
    }
}
