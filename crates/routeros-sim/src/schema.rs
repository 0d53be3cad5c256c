//! Which arguments each command takes, as real routers list them (`/console/inspect`, RouterOS 7.9 to 7.24).

use crate::{command::Menu, version::Version};

const USER: &[&str] = &[
    "address",
    "comment",
    "disabled",
    "email",
    "limit-bytes-in",
    "limit-bytes-out",
    "limit-bytes-total",
    "limit-uptime",
    "mac-address",
    "name",
    "password",
    "profile",
    "routes",
    "server",
];

const PROFILE: &[&str] = &[
    "add-mac-cookie",
    "address-list",
    "address-pool",
    "advertise",
    "advertise-interval",
    "advertise-timeout",
    "advertise-url",
    "idle-timeout",
    "incoming-filter",
    "incoming-packet-mark",
    "insert-queue-before",
    "keepalive-timeout",
    "mac-cookie-timeout",
    "name",
    "on-login",
    "on-logout",
    "open-status-page",
    "outgoing-filter",
    "outgoing-packet-mark",
    "parent-queue",
    "queue-type",
    "rate-limit",
    "session-timeout",
    "shared-users",
    "status-autorefresh",
    "transparent-proxy",
];

const PRINT: &[&str] = &[
    "append",
    "as-value",
    "brief",
    "bytes",
    "comments",
    "count-only",
    "detail",
    "file",
    "follow",
    "follow-only",
    "from",
    "interval",
    "on-event",
    "packets",
    "proplist",
    "show-ids",
    "stats",
    "status",
    "terse",
    "timestamp",
    "value-list",
    "where",
    "without-paging",
];

const LOGIN: &[&str] = &["domain", "ip", "mac-address", "password", "user"];

/// Whether that command takes that argument on that version.
pub(crate) fn takes(menu: &Menu, verb: &str, argument: &str, version: &Version) -> bool {
    let from = |major, minor| version.at_least(major, minor, 0);
    if matches!(argument, ".id" | "numbers") {
        return matches!(verb, "set" | "remove" | "enable" | "disable" | "reset-counters");
    }
    match (menu, verb) {
        (_, "print" | "getall" | "listen") => {
            argument == ".proplist"
                || PRINT.contains(&argument)
                || argument == "group-by" && from(7, 17)
                || argument == "order-by" && from(7, 24)
                || argument == "show-sensitive" && *menu == Menu::Users && version.has_show_sensitive()
        }
        (Menu::Users, "add" | "set") => {
            USER.contains(&argument)
                || argument == "copy-from" && verb == "add"
                || argument == "totp-secret" && from(7, 21) && !from(7, 22)
                || argument == "otp-secret" && from(7, 22)
        }
        (Menu::Profiles, "add") => PROFILE.contains(&argument) || argument == "copy-from",
        (Menu::Profiles, "set") => PROFILE.contains(&argument),
        (Menu::Active, "login") => LOGIN.contains(&argument),
        (Menu::Plain("/system/identity"), "set") => argument == "name",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What these menus list at 7.24 and is taken there.
    #[test]
    fn every_argument_of_the_routers_own_list_is_taken_and_no_other() {
        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("../../routeros/tests/vectors.json")).unwrap();
        let version: Version = "7.24".parse().unwrap();
        let lists =
            vectors["schema_7_24"].as_object().unwrap().iter().filter(|(path, _)| path.starts_with("/ip/hotspot"));
        let mut checked = 0;
        for (path, arguments) in lists {
            let (menu, verb) = path.rsplit_once('/').unwrap();
            let menu = Menu::at(menu).unwrap();
            for argument in arguments.as_array().unwrap() {
                let argument = argument.as_str().unwrap();
                assert!(takes(&menu, verb, argument, &version), "{path} {argument}");
                checked += 1;
            }
            assert!(!takes(&menu, verb, "favourite-colour", &version), "{path}");
        }
        assert!(checked > 100, "{checked}");
    }

    #[test]
    fn an_argument_is_taken_from_its_version_on() {
        let at = |text: &str, menu: &Menu, verb, argument| takes(menu, verb, argument, &text.parse().unwrap());
        assert!(!at("7.16", &Menu::Users, "print", "group-by") && at("7.17", &Menu::Users, "print", "group-by"));
        assert!(!at("7.23", &Menu::Hosts, "print", "order-by") && at("7.24", &Menu::Hosts, "print", "order-by"));
        assert!(!at("7.20", &Menu::Users, "print", "show-sensitive"));
        assert!(at("7.21", &Menu::Users, "print", "show-sensitive"));
        assert!(!at("7.21", &Menu::Hosts, "print", "show-sensitive"));
        assert!(at("7.21", &Menu::Users, "add", "totp-secret") && !at("7.22", &Menu::Users, "add", "totp-secret"));
        assert!(!at("7.21", &Menu::Users, "add", "otp-secret") && at("7.22", &Menu::Users, "add", "otp-secret"));
    }
}
