use super::{ItemId, RouterText};

/// A user profile of a hotspot, in the router's own words: nothing here is interpreted, `None` is what it does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the RouterOS property of that name")]
pub struct Profile {
    pub id: ItemId,
    pub name: RouterText,
    pub session_timeout: Option<String>,
    pub idle_timeout: Option<String>,
    pub keepalive_timeout: Option<String>,
    pub status_autorefresh: Option<String>,
    pub shared_users: Option<String>,
    pub rate_limit: Option<String>,
    pub address_list: Option<String>,
    pub mac_cookie_timeout: Option<String>,
    pub add_mac_cookie: Option<bool>,
}

impl Profile {
    /// How many sessions a user of this profile may have at once; `None` is without limit. RouterOS's own default is one,
    /// which is also what an unreadable value counts as.
    pub fn shares(&self) -> Option<usize> {
        match self.shared_users.as_deref() {
            Some("unlimited" | "0") => None,
            Some(number) => Some(number.parse().unwrap_or(1)),
            None => Some(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_shares_one_session_unless_it_says_more() {
        for (said, shares) in [
            (None, Some(1)),
            (Some("1"), Some(1)),
            (Some("3"), Some(3)),
            (Some("unlimited"), None),
            (Some("0"), None),
            (Some("many"), Some(1)),
        ] {
            let profile = Profile { shared_users: said.map(str::to_owned), ..Profile::default() };
            assert_eq!(profile.shares(), shares, "{said:?}");
        }
    }
}
