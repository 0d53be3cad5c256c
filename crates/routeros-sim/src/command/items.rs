//! Commands that change the router.

use super::{Menu, Request};
use crate::{
    Trap,
    assumptions::Point,
    state::{Choices, Login, Profile, Router, User, id_text, parse_id},
    value::{self, Value},
};

type Answer = Result<Option<Value>, Vec<Trap>>;

pub(super) fn change(router: &mut Router, menu: Menu, verb: &str, request: &Request) -> Answer {
    match (menu, verb) {
        (Menu::Users, "add") => add_user(router, request).map(Some).map_err(|trap| vec![trap]),
        (Menu::Profiles, "add") => add_profile(router, request).map(Some).map_err(|trap| vec![trap]),
        (Menu::Active, "login") => log_in(router, request).map(|()| None).map_err(|trap| vec![trap]),
        (Menu::Plain(_), _) => {
            router.identity = request.attribute("name").unwrap_or_default().to_vec();
            Ok(None)
        }
        _ => each_item(router, menu, request, |router, id| match (menu, verb) {
            (Menu::Users, "remove") => remove_user(router, id),
            (Menu::Users, "reset-counters") => edit_user(router, id, |user, _| {
                (user.uptime, user.bytes, user.packets) = Default::default();
                Ok(())
            }),
            (Menu::Users, "enable") => switch_user(router, id, false),
            (Menu::Users, "disable") => switch_user(router, id, true),
            (Menu::Users, _) => edit_user(router, id, |user, choices| set_user(user, request, choices)),
            (Menu::Profiles, "remove") => remove_profile(router, id),
            (Menu::Profiles, _) => set_profile(router, id, request),
            _ => {
                remove_row(router, menu, id);
                Ok(())
            }
        }),
    }
}

/// Changes each item that the command names. Items that do not exist are reported before any item is changed.
fn each_item(
    router: &mut Router,
    menu: Menu,
    request: &Request,
    mut act: impl FnMut(&mut Router, u64) -> Result<(), Trap>,
) -> Answer {
    let Some(numbers) = request.attribute(".id").or_else(|| request.attribute("numbers")) else {
        return Err(vec![Trap::missing_value("numbers")]);
    };
    let items = numbers.split(|byte| *byte == b',').filter(|item| !item.is_empty());
    let found: Vec<Option<u64>> = items.map(|item| find(router, menu, item)).collect();
    let missing = found.iter().filter(|id| id.is_none()).count();
    if missing > 0 {
        let traps = if router.assumptions.hold(Point::OneTrapPerMissingItem) { missing } else { 1 };
        return Err(vec![Trap::no_such_item(&router.version); traps]);
    }
    for id in found.into_iter().flatten() {
        act(router, id).map_err(|trap| vec![trap])?;
    }
    Ok(None)
}

/// An item by its id, or by its name where rows have one.
fn find(router: &Router, menu: Menu, item: &[u8]) -> Option<u64> {
    if let Some(id) = parse_id(item) {
        let exists = match menu {
            Menu::Users => router.users.get(id).is_some(),
            Menu::Profiles => router.profiles.get(id).is_some(),
            Menu::Active => router.active.get(id).is_some(),
            Menu::Hosts => router.hosts.get(id).is_some(),
            Menu::Cookies => router.cookies.get(id).is_some(),
            Menu::Log | Menu::Plain(_) => false,
        };
        return exists.then_some(id);
    }
    match menu {
        Menu::Users => router.users.named(item).next().map(|(id, _)| id),
        Menu::Profiles => router.profiles.iter().find(|(_, profile)| profile.name == item).map(|(id, _)| id),
        _ => None,
    }
}

fn add_user(router: &mut Router, request: &Request) -> Result<Value, Trap> {
    let mut user = User::named(b"");
    if let Some(origin) = request.attribute("copy-from") {
        let id = find(router, Menu::Users, origin).ok_or_else(|| Trap::no_such_item(&router.version))?;
        if let Some(origin) = router.users.get(id) {
            user = User { built_in: false, ..origin.clone() };
            (user.uptime, user.bytes, user.packets) = Default::default();
        }
    }
    with_choices(router, |choices| set_user(&mut user, request, choices))?;
    if user.name.is_empty() {
        return Err(Trap::missing_value("name"));
    }
    router.add_user(user).map(String::into_bytes)
}

fn set_user(user: &mut User, request: &Request, choices: Choices<'_>) -> Result<(), Trap> {
    for (name, value) in &request.attributes {
        match std::str::from_utf8(name).unwrap_or_default() {
            ".id" | "numbers" | "copy-from" => {}
            name => user.set(name, value, choices)?,
        }
    }
    Ok(())
}

fn edit_user(
    router: &mut Router,
    id: u64,
    edit: impl FnOnce(&mut User, Choices<'_>) -> Result<(), Trap>,
) -> Result<(), Trap> {
    let Some(mut user) = router.users.get(id).cloned() else { return Ok(()) };
    with_choices(router, |choices| edit(&mut user, choices))?;
    let clashes = router.assumptions.hold(Point::ServerAllClashesWithNamed);
    router.users.replace(id, user, clashes)?;
    router.note(Menu::Users, id, false);
    Ok(())
}

fn switch_user(router: &mut Router, id: u64, disabled: bool) -> Result<(), Trap> {
    edit_user(router, id, |user, _| {
        user.disabled = disabled;
        Ok(())
    })
}

fn remove_user(router: &mut Router, id: u64) -> Result<(), Trap> {
    let stay = router.assumptions.hold(Point::DefaultRowsStay);
    if stay && router.users.get(id).is_some_and(|user| user.built_in) {
        return Err(Trap::default_row());
    }
    router.users.remove(id);
    router.note(Menu::Users, id, true);
    Ok(())
}

fn with_choices<T>(router: &Router, act: impl FnOnce(Choices<'_>) -> T) -> T {
    let profiles: Vec<Value> = router.profiles.iter().map(|(_, profile)| profile.name.clone()).collect();
    let by_prefix = router.assumptions.hold(Point::EnumPrefixMatches);
    act(Choices { profiles: &profiles, servers: &router.servers, by_prefix })
}

fn add_profile(router: &mut Router, request: &Request) -> Result<Value, Trap> {
    let mut profile = Profile::named("");
    if let Some(origin) = request.attribute("copy-from") {
        let id = find(router, Menu::Profiles, origin).ok_or_else(|| Trap::no_such_item(&router.version))?;
        if let Some(origin) = router.profiles.get(id) {
            profile = origin.clone();
            profile.name.clear();
        }
    }
    apply_to_profile(&mut profile, request)?;
    if profile.name.is_empty() {
        return Err(Trap::missing_value("name"));
    }
    check_profile_name(router, &profile.name, None)?;
    let id = router.profiles.insert(profile);
    router.note(Menu::Profiles, id, false);
    Ok(id_text(id).into_bytes())
}

fn set_profile(router: &mut Router, id: u64, request: &Request) -> Result<(), Trap> {
    let Some(old) = router.profiles.get(id).cloned() else { return Ok(()) };
    let mut profile = old.clone();
    apply_to_profile(&mut profile, request)?;
    check_profile_name(router, &profile.name, Some(id))?;
    if profile.name != old.name {
        router.follow_profile(&old.name, &profile.name);
    }
    if let Some(slot) = router.profiles.get_mut(id) {
        *slot = profile;
    }
    router.note(Menu::Profiles, id, false);
    Ok(())
}

fn apply_to_profile(profile: &mut Profile, request: &Request) -> Result<(), Trap> {
    for (name, value) in &request.attributes {
        match std::str::from_utf8(name).unwrap_or_default() {
            ".id" | "numbers" | "copy-from" => {}
            name => profile.set(name, value)?,
        }
    }
    Ok(())
}

fn check_profile_name(router: &Router, name: &[u8], except: Option<u64>) -> Result<(), Trap> {
    if router.profiles.iter().any(|(id, other)| Some(id) != except && other.name == name) {
        Err(Trap::duplicate_profile())
    } else {
        Ok(())
    }
}

fn remove_profile(router: &mut Router, id: u64) -> Result<(), Trap> {
    let stay = router.assumptions.hold(Point::DefaultRowsStay);
    if stay && router.profiles.get(id).is_some_and(|profile| profile.name == b"default") {
        return Err(Trap::default_row());
    }
    router.profiles.remove(id);
    router.note(Menu::Profiles, id, true);
    Ok(())
}

fn remove_row(router: &mut Router, menu: Menu, id: u64) {
    match menu {
        Menu::Active => {
            router.end_session(id, true);
        }
        Menu::Hosts => {
            router.hosts.remove(id);
            router.note(menu, id, true);
        }
        _ => {
            router.cookies.remove(id);
            router.note(menu, id, true);
        }
    }
}

fn log_in(router: &mut Router, request: &Request) -> Result<(), Trap> {
    let mut login = Login::default();
    for (name, value) in &request.attributes {
        match &name[..] {
            b"ip" => login.ip = Some(value::address(value).ok_or_else(|| Trap::invalid_value("ip"))?),
            b"mac-address" => {
                login.mac = Some(value::mac(value).ok_or_else(|| Trap::mac_required("mac-address"))?);
            }
            b"user" => login.user.clone_from(value),
            b"password" => login.password.clone_from(value),
            _ => login.domain.clone_from(value),
        }
    }
    router.log_guest_in(login)
}
