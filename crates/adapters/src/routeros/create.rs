//! Makes hotspot users, so that an attempt whose answer is lost makes one user and not two (RouterOS facts, 6.4).

use portero_domain::{
    hotspot::{ItemId, NewHotspotUser, ProfileName},
    ports::{CreateHotspotUserError, HotspotError, HotspotResult},
};
use portero_routeros::{
    Class,
    client::Answer,
    proto::{Charset, Command, Query},
};

use super::{
    call::{Call, NotChanged},
    errors, limits, profiles, rows,
};

/// How often one looks for the user, and adds it where it is not there.
const ATTEMPTS: usize = 3;

/// What a router says of the users with one name.
enum Found {
    Nobody,
    Ours(ItemId),
    SomebodyElse,
}

/// How an attempt ended that says nothing final against the user.
enum Attempt {
    Made(ItemId),
    /// The user may be there, with what went wrong unless the router just refused to add it.
    LookAgain(Option<HotspotError>),
}

/// Makes the user. Every attempt begins with a look, for the one before may have succeeded without a word.
pub(super) async fn create(call: &Call<'_>, new: &NewHotspotUser) -> Result<ItemId, CreateHotspotUserError> {
    let line = call.line();
    let _turn = line.maker_turn().await.ok_or_else(errors::busy)?;
    let mut doubt = None;
    for _ in 0..ATTEMPTS {
        match attempt(call, new).await {
            Ok(Attempt::Made(id)) => return Ok(id),
            Ok(Attempt::LookAgain(error)) => doubt = doubt.or(error),
            Err(CreateHotspotUserError::NameTaken) => return Err(CreateHotspotUserError::NameTaken),
            // Nothing was done now, but perhaps before.
            Err(error) => return Err(doubt.map_or(error, CreateHotspotUserError::Hotspot)),
        }
    }
    Err(doubt.map_or(CreateHotspotUserError::NameTaken, CreateHotspotUserError::Hotspot))
}

async fn attempt(call: &Call<'_>, new: &NewHotspotUser) -> Result<Attempt, CreateHotspotUserError> {
    match look(call, new).await? {
        Found::Ours(id) => return Ok(Attempt::Made(id)),
        Found::SomebodyElse => return Err(CreateHotspotUserError::NameTaken),
        Found::Nobody => {}
    }
    match call.change(&add(new)).await {
        Ok(Answer { ret: Some(id), .. }) => {
            let id = Charset::default().read(&id).ok_or_else(errors::unreadable)?;
            Ok(Attempt::Made(ItemId::new(id.into_owned())))
        }
        Ok(Answer { ret: None, .. }) => Ok(Attempt::LookAgain(Some(doubtful("it did not say what it added")))),
        Err(NotChanged::InDoubt(error)) => Ok(Attempt::LookAgain(Some(error))),
        Err(NotChanged::NotDone(error)) => Err(error.into()),
        Err(NotChanged::Refused(trap)) => match trap.class() {
            Class::DuplicateUser => Ok(Attempt::LookAgain(None)),
            Class::UnknownProfile | Class::AmbiguousValue => {
                // What is known of the profile is out of date, unless it is the server that there is none of.
                call.line().forget(&new.profile);
                let there = has_profile(call, &new.profile).await?;
                Err(if there { errors::rejected(&trap).into() } else { unknown_profile(call).await? })
            }
            _ => Err(errors::rejected(&trap).into()),
        },
    }
}

/// Looks who has the name, and in the same round trip whether there is the profile, unless that is known.
async fn look(call: &Call<'_>, new: &NewHotspotUser) -> Result<Found, CreateHotspotUserError> {
    let by_name = Command::new("/ip/hotspot/user/print")
        .proplist(&[".id", "name", "comment"])
        .matching(Query::equals("name", new.name.as_str()));
    let known = call.line().knows(&new.profile);
    let profile = async { if known { Ok(true) } else { has_profile(call, &new.profile).await } };
    let (answer, has_profile) = tokio::try_join!(call.read(&by_name), profile)?;
    let found = whose(&answer, new)?;
    if matches!(found, Found::Nobody) && !has_profile {
        return Err(unknown_profile(call).await?);
    }
    Ok(found)
}

fn whose(answer: &Answer, new: &NewHotspotUser) -> HotspotResult<Found> {
    let mut found = Found::Nobody;
    for row in answer.rows.iter().filter(|row| row.get("name") == Some(new.name.as_str().as_bytes())) {
        if rows::text(row, "comment").is_some_and(|comment| new.mark.is_in(&comment)) {
            return Ok(Found::Ours(rows::id(row)?));
        }
        found = Found::SomebodyElse;
    }
    Ok(found)
}

/// Whether there is a profile with this very name: a router takes the beginning of a name for it.
async fn has_profile(call: &Call<'_>, profile: &ProfileName) -> HotspotResult<bool> {
    let by_name = Command::new("/ip/hotspot/user/profile/print")
        .proplist(&[".id", "name"])
        .matching(Query::equals("name", profile.as_str()));
    let answer = call.read(&by_name).await?;
    let found = answer.rows.iter().any(|row| row.get("name") == Some(profile.as_str().as_bytes()));
    if found {
        call.line().saw(profile);
    }
    Ok(found)
}

async fn unknown_profile(call: &Call<'_>) -> HotspotResult<CreateHotspotUserError> {
    Ok(CreateHotspotUserError::UnknownProfile { available: profiles::names(call).await? })
}

fn add(new: &NewHotspotUser) -> Command {
    let add = Command::new("/ip/hotspot/user/add")
        .attribute("name", new.name.as_str())
        .attribute("password", new.password.expose())
        .attribute("profile", new.profile.as_str())
        .attribute("comment", new.mark.append_to(&new.comment))
        .attribute("disabled", "yes");
    let add = match new.mac {
        Some(mac) => add.attribute("mac-address", mac.to_string()),
        None => add,
    };
    let add = match &new.server {
        Some(server) => add.attribute("server", server),
        None => add,
    };
    limits::set(add, &new.allowance)
}

fn doubtful(why: &str) -> HotspotError {
    HotspotError::Unknown(why.to_owned())
}
