//! Contracts of [`Sessions`](portero_domain::ports::Sessions), and of finding a person by one.

use portero_domain::{ids::UserId, session::Session};
use time::Duration;

use crate::builders::{SessionBuilder, a_company, a_session, a_user, start};
use crate::contract::{Harness, a_person, after, commit, refused};

fn session(number: u8) -> SessionBuilder {
    a_session().id(&format!("ses_{number:026}"))
}

async fn begin(harness: &dyn Harness, session: &Session) {
    let session = session.clone();
    commit(harness, move |storage| storage.sessions().insert(&session)).await;
}

/// Whether the store still knows the session, and as it was written.
async fn is_there(harness: &dyn Harness, session: &Session) -> bool {
    let id = session.id.clone();
    let found = commit(harness, move |storage| storage.users().find_by_session(&id)).await;
    assert!(found.iter().all(|(found, person)| found == session && person.id == session.user));
    found.is_some()
}

/// Both are read back completely, also if the user is inactive or the session has expired. The caller decides.
pub async fn a_session_is_found_with_its_person(harness: &dyn Harness) {
    commit(harness, |storage| storage.companies().insert(&a_company().build())).await.expect("a free id");
    let admin = a_user().email("a@hotel.mx").admin_of(&a_company().build().id);
    let mut expected = Vec::new();
    for (number, builder) in [(1, a_user()), (2, admin)] {
        let id = a_person(harness, builder.clone().build()).await;
        let session = session(number).of(id).lasting(Duration::SECOND).build();
        begin(harness, &session).await;
        commit(harness, move |storage| storage.users().set_active(id, number == 1)).await;
        let mut person = builder.stored(id);
        person.active = number == 1;
        expected.push((session, person));
    }
    for (session, person) in expected {
        let id = session.id.clone();
        let found = commit(harness, move |storage| storage.users().find_by_session(&id)).await;
        assert_eq!(found, Some((session, person)));
    }
    let unknown = session(3).build().id;
    assert_eq!(commit(harness, move |storage| storage.users().find_by_session(&unknown)).await, None);
}

/// Ending it again is fine.
pub async fn an_ended_session_is_gone(harness: &dyn Harness) {
    let id = a_person(harness, a_user().build()).await;
    let (ended, kept) = (session(1).of(id).build(), session(2).of(id).build());
    begin(harness, &ended).await;
    begin(harness, &kept).await;
    for _ in 0..2 {
        let id = ended.id.clone();
        commit(harness, move |storage| storage.sessions().remove(&id)).await;
        assert!(!is_there(harness, &ended).await);
        assert!(is_there(harness, &kept).await);
    }
}

/// Those of another person go on.
pub async fn all_sessions_of_one_person_end(harness: &dyn Harness) {
    let id = a_person(harness, a_user().build()).await;
    let other = a_person(harness, a_user().email("otra@portero.mx").build()).await;
    let sessions = [session(1).of(id).build(), session(2).of(id).build(), session(3).of(other).build()];
    for session in &sessions {
        begin(harness, session).await;
    }
    for _ in 0..2 {
        commit(harness, move |storage| storage.sessions().remove_all(id)).await;
        for (session, there) in sessions.iter().zip([false, false, true]) {
            assert_eq!(is_there(harness, session).await, there);
        }
    }
}

/// Of that person and of others. A session that ends at this very moment is over.
pub async fn a_new_session_forgets_those_that_are_over(harness: &dyn Harness) {
    let id = a_person(harness, a_user().build()).await;
    let other = a_person(harness, a_user().email("otra@portero.mx").build()).await;
    let now = after(Duration::HOUR);
    let sessions = [
        (session(1).of(id).lasting(Duration::minutes(1)).build(), false),
        (session(2).of(id).lasting(Duration::HOUR).build(), false),
        (session(3).of(id).lasting(Duration::HOUR + Duration::SECOND).build(), true),
        (session(4).of(other).lasting(Duration::minutes(1)).build(), false),
        (session(6).of(other).lasting(Duration::HOUR + Duration::SECOND).build(), true),
    ];
    for (session, _) in sessions.iter().rev() {
        // Begun at the same time, so that none forgets another.
        assert_eq!(session.issued_at, start());
        begin(harness, session).await;
    }
    let new = session(5).of(id).issued_at(now).build();
    begin(harness, &new).await;
    assert!(is_there(harness, &new).await);
    for (session, there) in &sessions {
        assert_eq!(is_there(harness, session).await, *there, "{session:?}");
    }
}

/// The newest sessions of a person stay, and those of others are not counted.
pub async fn a_person_has_a_bounded_number_of_live_sessions(harness: &dyn Harness) {
    let id = a_person(harness, a_user().build()).await;
    let other = a_person(harness, a_user().email("otra@portero.mx").build()).await;
    let others = session(0).of(other).build();
    begin(harness, &others).await;
    let sessions: Vec<_> = (1..=23)
        .map(|number| session(number).of(id).issued_at(after(Duration::minutes(number.into()))).build())
        .collect();
    for session in &sessions {
        begin(harness, session).await;
    }
    for (index, session) in sessions.iter().enumerate() {
        assert_eq!(is_there(harness, session).await, index >= 3, "session {index}");
    }
    assert!(is_there(harness, &others).await);
}

/// What a log-in deletes is bounded, and the next ones delete the rest.
pub async fn expired_sessions_of_anybody_are_deleted_bit_by_bit(harness: &dyn Harness) {
    let absent = a_person(harness, a_user().build()).await;
    let present = a_person(harness, a_user().email("otra@portero.mx").build()).await;
    let expired: Vec<_> = (0..20).map(|number| session(number).of(absent).lasting(Duration::MINUTE).build()).collect();
    for session in &expired {
        begin(harness, session).await;
    }
    begin(harness, &session(30).of(present).issued_at(after(Duration::HOUR)).build()).await;
    for session in &expired {
        assert!(!is_there(harness, session).await, "{session:?}");
    }
}

/// A session without a user is a bug, not an expected error.
pub async fn a_session_needs_its_person(harness: &dyn Harness) {
    let orphan = session(1).of(UserId::new(i64::MAX)).build();
    let written = orphan.clone();
    refused(harness, move |storage| storage.sessions().insert(&written)).await;
    assert!(!is_there(harness, &orphan).await);
}
