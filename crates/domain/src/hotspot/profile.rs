use super::ItemId;

/// A user profile of a hotspot, in the router's own words: nothing here is interpreted, `None` is what it does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the RouterOS property of that name")]
pub struct Profile {
    pub id: ItemId,
    pub name: String,
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
