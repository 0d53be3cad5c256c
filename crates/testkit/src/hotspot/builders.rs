use std::time::Duration;

use portero_domain::hotspot::{Allowance, HotspotPassword, HotspotUser, ItemId, Mac, RouterText, Usage};

/// The hotspot user `*A1` of this name: an hour of the profile `1hora`, nothing of it used, with the password `0456`, bound
/// to the device `DA:00:00:00:00:01`. Its parts are open: `HotspotUser { disabled: true, ..a_hotspot_user("AB3C9D") }`.
pub fn a_hotspot_user(name: &str) -> HotspotUser {
    HotspotUser {
        id: ItemId::new("*A1".to_owned()),
        name: name.into(),
        password: Some(HotspotPassword::new("0456".into())),
        profile: "1hora".into(),
        mac: Some(a_device(1)),
        server: None,
        comment: RouterText::default(),
        disabled: false,
        allowance: Allowance { time: Some(Duration::from_hours(1)), ..Allowance::default() },
        used: Usage::default(),
        unreadable: None,
    }
}

/// The hardware address of the device of this number, as a telephone draws it: `DA:00:00:00:00:01` is the first.
pub fn a_device(number: u8) -> Mac {
    Mac::new([0xDA, 0, 0, 0, 0, number])
}
