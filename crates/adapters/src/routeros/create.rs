//! Makes hotspot users, so that an attempt whose answer is lost makes one user and not two.

use portero_domain::{
    hotspot::{ItemId, NewHotspotUser, ProfileName, RouterText},
    ports::{CreateHotspotUserError, HotspotError, HotspotResult},
};
use portero_routeros::{
    Class,
    client::Answer,
    proto::{Command, Query},
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
    let session = call.session();
    let _turn = session.maker_turn().await.ok_or_else(errors::busy)?;
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
    let profile = match look(call, new).await? {
        (Found::Ours(id), _) => return Ok(Attempt::Made(id)),
        (Found::SomebodyElse, _) => return Err(CreateHotspotUserError::NameTaken),
        (Found::Nobody, profile) => profile,
    };
    match call.change(&add(new, &profile)).await {
        Ok(Answer { ret: Some(id), .. }) => {
            let id = String::from_utf8(id).map_err(|_| errors::unreadable())?;
            Ok(Attempt::Made(ItemId::new(id)))
        }
        Ok(Answer { ret: None, .. }) => Ok(Attempt::LookAgain(Some(doubtful("it did not say what it added")))),
        Err(NotChanged::InDoubt(error)) => Ok(Attempt::LookAgain(Some(error))),
        Err(NotChanged::NotDone(error)) => Err(error.into()),
        Err(NotChanged::Refused(trap)) => match trap.class() {
            Class::DuplicateUser => Ok(Attempt::LookAgain(None)),
            Class::UnknownProfile | Class::AmbiguousValue => {
                // The remembered profile is out of date, unless the error is about the server.
                call.session().forget(&new.profile);
                let there = self::profile(call, &new.profile).await?;
                Err(if there.is_some() { errors::rejected(&trap).into() } else { unknown_profile(call).await? })
            }
            _ => Err(errors::rejected(&trap).into()),
        },
    }
}

/// Finds out who has the name and, in the same round trip unless it is known, the profile's own bytes on the router.
async fn look(call: &Call<'_>, new: &NewHotspotUser) -> Result<(Found, RouterText), CreateHotspotUserError> {
    let by_name = Command::new("/ip/hotspot/user/print")
        .proplist(&[".id", "name", "comment"])
        .matching(Query::equals("name", new.name.as_str()));
    let known = call.session().known(&new.profile);
    let profile = async { if known.is_some() { Ok(known) } else { profile(call, &new.profile).await } };
    let (answer, profile) = tokio::try_join!(call.read(&by_name), profile)?;
    match (whose(&answer, new)?, profile) {
        (found, Some(profile)) => Ok((found, profile)),
        (Found::Nobody, None) => Err(unknown_profile(call).await?),
        (found, None) => Ok((found, RouterText::default())),
    }
}

fn whose(answer: &Answer, new: &NewHotspotUser) -> HotspotResult<Found> {
    let mut found = Found::Nobody;
    for row in answer.rows.iter().filter(|row| row.get("name") == Some(new.name.as_str().as_bytes())) {
        if row.get("comment") == Some(new.comment.as_bytes()) {
            return Ok(Found::Ours(rows::id(row)?));
        }
        found = Found::SomebodyElse;
    }
    Ok(found)
}

/// The profile of this very name, in either spelling that a router may have: a router takes the beginning of a name for it.
async fn profile(call: &Call<'_>, wanted: &ProfileName) -> HotspotResult<Option<RouterText>> {
    let spellings = RouterText::spellings(wanted.as_str());
    let any = spellings.iter().map(|spelling| Query::equals("name", spelling)).reduce(Query::or);
    let Some(any) = any else { return Ok(None) };
    let by_name = Command::new("/ip/hotspot/user/profile/print").proplist(&[".id", "name"]).matching(any);
    let answer = call.read(&by_name).await?;
    let there = |spelling: &RouterText| answer.rows.iter().any(|row| row.get("name") == Some(spelling.as_bytes()));
    let found = spellings.into_iter().find(there);
    if let Some(found) = &found {
        call.session().saw(wanted, found);
    }
    Ok(found)
}

async fn unknown_profile(call: &Call<'_>) -> HotspotResult<CreateHotspotUserError> {
    Ok(CreateHotspotUserError::UnknownProfile { available: profiles::names(call).await? })
}

fn add(new: &NewHotspotUser, profile: &RouterText) -> Command {
    let add = Command::new("/ip/hotspot/user/add")
        .attribute("name", new.name.as_str())
        .attribute("password", new.password.expose())
        .attribute("profile", profile)
        .attribute("comment", &new.comment)
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
