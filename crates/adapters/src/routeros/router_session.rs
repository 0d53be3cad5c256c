//! The one session with a router, and its circuit breaker.

use std::{
    collections::HashMap,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use portero_domain::{
    hotspot::{ProfileName, RouterText},
    ids::RouterId,
    ports::{HotspotError, HotspotResult},
    router::RouterAccess,
};
use portero_routeros::{client::Connection, value::Version};
use tokio::{
    sync::{Semaphore, SemaphorePermit, watch},
    task::JoinHandle,
    time::{Instant, timeout},
};

use super::{Tuning, breaker::Breaker};

/// How many users are made at a time. Making a user takes several commands, and a router replies in the order of the
/// requests. If a crowd sent all first commands at once, a slow router would reach the second ones after every timeout.
const MAKERS: usize = 16;

/// How long it is believed that a profile is there.
const PROFILE_IS_KNOWN: Duration = Duration::from_mins(1);

/// A connection and its number among the connections of the router.
pub(super) type Numbered = (Connection, u64);

/// What those who wait for a session hear in the end.
type Told = Option<HotspotResult<Numbered>>;

/// The one session with a router. It opens a connection when a caller needs it.
#[derive(Debug)]
pub(super) struct RouterSession {
    router: RouterId,
    tuning: Tuning,
    /// Spreads the pauses of different routers.
    chance: u8,
    makers: Semaphore,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// What the rest is about.
    access: Option<RouterAccess>,
    phase: Phase,
    /// Numbers the sessions, so that late news of one is not taken for news of the next.
    generation: u64,
    /// The last session whose loss was counted: many commands may tell of one loss.
    lost: u64,
    /// What serves the session, until it has ended at the router too.
    task: Option<JoinHandle<()>>,
    breaker: Breaker,
    profiles: HashMap<ProfileName, (RouterText, Instant)>,
    /// What the router runs, as the last session found it.
    version: Option<Version>,
    uses: usize,
    last_use: Instant,
    last_answer: Instant,
}

#[derive(Debug)]
enum Phase {
    Closed,
    Opening(watch::Receiver<Told>),
    Open(Connection),
}

/// What someone who wants the session finds.
#[derive(Debug)]
pub(super) enum Entry {
    /// It is open.
    Open(Numbered),
    /// It is being opened.
    Wait(watch::Receiver<Told>),
}

/// The task of opening a session.
#[derive(Debug)]
pub(super) struct Opening {
    /// The number that the session will have.
    pub(super) generation: u64,
    /// What served the session before, which must be over first: the router counts both.
    pub(super) predecessor: Option<JoinHandle<()>>,
    /// Tells those who wait.
    pub(super) tell: watch::Sender<Told>,
}

/// What to do with an idle session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Duty {
    /// Nothing until then.
    Wait(Instant),
    /// Try whether it still works.
    Try,
    /// The router's session no longer uses it: close it.
    Close,
}

impl RouterSession {
    pub(super) fn new(router: RouterId, tuning: Tuning, chance: u8) -> Self {
        let now = Instant::now();
        let state = State {
            access: None,
            phase: Phase::Closed,
            generation: 0,
            lost: 0,
            task: None,
            breaker: Breaker::default(),
            profiles: HashMap::new(),
            version: None,
            uses: 0,
            last_use: now,
            last_answer: now,
        };
        Self { router, tuning, chance, makers: Semaphore::new(MAKERS), state: Mutex::new(state) }
    }

    pub(super) const fn router(&self) -> &RouterId {
        &self.router
    }

    /// The session for exactly this access, or the wait for it. One of many callers opens it. A session for another
    /// access is closed first. While the circuit breaker is open, returns the error that opened it.
    pub(super) fn enter(
        &self,
        access: &RouterAccess,
        open: impl FnOnce(Opening) -> JoinHandle<()>,
    ) -> HotspotResult<Entry> {
        let now = Instant::now();
        let mut state = self.lock();
        state.last_use = now;
        if state.access.as_ref() != Some(access) {
            state.begin_anew(access);
        }
        match &state.phase {
            Phase::Open(connection) if connection.closed().is_none() => {
                return Ok(Entry::Open((connection.clone(), state.generation)));
            }
            Phase::Opening(told) if told.has_changed().is_ok() => return Ok(Entry::Wait(told.clone())),
            // A session that was lost, or an opening that ended without a word.
            Phase::Open(_) | Phase::Opening(_) | Phase::Closed => {}
        }
        state.breaker.admit(now)?;
        let (tell, told) = watch::channel(None);
        state.generation += 1;
        state.phase = Phase::Opening(told.clone());
        let (generation, predecessor) = (state.generation, state.task.take());
        state.task = Some(open(Opening { generation, predecessor, tell }));
        Ok(Entry::Wait(told))
    }

    /// The error that opened the circuit breaker, while it is open for this access.
    pub(super) fn known_failure(&self, access: &RouterAccess) -> Option<HotspotError> {
        let state = self.lock();
        let admitted = state.breaker.admit(Instant::now());
        admitted.err().filter(|_| state.access.as_ref() == Some(access))
    }

    /// The session of this number is open. False if no caller wants it any more.
    pub(super) fn opened(&self, generation: u64, connection: &Connection, version: Version) -> bool {
        let mut state = self.lock();
        let wanted = state.generation == generation;
        if wanted {
            state.phase = Phase::Open(connection.clone());
            state.version = Some(version);
            state.last_answer = Instant::now();
            state.last_use = state.last_answer;
        }
        wanted
    }

    /// The session of this number could not be opened.
    pub(super) fn failed(&self, generation: u64, error: &HotspotError) {
        self.count(&mut self.lock(), generation, error);
    }

    /// A command was answered.
    pub(super) fn answered(&self, generation: u64) {
        let mut state = self.lock();
        if state.generation == generation {
            state.last_answer = Instant::now();
            if state.breaker.reset() {
                tracing::info!(router = self.router.as_str(), "the router answers again");
            }
        }
    }

    /// The session was lost under a command.
    pub(super) fn lost(&self, generation: u64, error: &HotspotError) {
        self.count(&mut self.lock(), generation, error);
    }

    /// A command that was sent at `asked` got no reply. If the router has been silent to all callers since then, and
    /// for long enough, the session is closed. It may be half open, and would delay the next callers.
    pub(super) fn owes_answer(&self, generation: u64, asked: Instant, error: &HotspotError) {
        let mut state = self.lock();
        if state.last_answer <= asked && asked.elapsed() >= self.tuning.silence {
            self.count(&mut state, generation, error);
        }
    }

    /// A log-in with this access worked on another session, so the circuit breaker closes.
    pub(super) fn forgive(&self, access: &RouterAccess) {
        let mut state = self.lock();
        if state.access.as_ref() == Some(access) {
            state.breaker.reset();
        }
    }

    /// The turn to make a user, or nothing if it does not come in time.
    pub(super) async fn maker_turn(&self) -> Option<SemaphorePermit<'_>> {
        timeout(self.tuning.maker_turn, self.makers.acquire()).await.ok()?.ok()
    }

    pub(super) fn begin_use(&self) {
        self.lock().uses += 1;
    }

    pub(super) fn end_use(&self) {
        let mut state = self.lock();
        state.uses -= 1;
        state.last_use = Instant::now();
    }

    /// What is to be done about the session of this number. If it was idle for too long, it is given up.
    pub(super) fn duty(&self, generation: u64) -> Duty {
        let now = Instant::now();
        let mut state = self.lock();
        if state.generation != generation || !matches!(state.phase, Phase::Open(_)) {
            return Duty::Close;
        }
        let idle = if state.uses > 0 { now } else { state.last_use } + self.tuning.idle;
        let silent = state.last_answer + self.tuning.keepalive;
        if idle <= now {
            state.phase = Phase::Closed;
            return Duty::Close;
        }
        if silent <= now { Duty::Try } else { Duty::Wait(idle.min(silent)) }
    }

    /// How soon the session may be closed to make room for others, if it is open: unused ones first, then by their last
    /// use. One that is being opened comes last.
    pub(super) fn rank(&self) -> Option<(bool, bool, Instant)> {
        let state = self.lock();
        let opening = match state.phase {
            Phase::Closed => return None,
            Phase::Opening(_) => true,
            Phase::Open(_) => false,
        };
        Some((opening, state.uses > 0, state.last_use))
    }

    /// Closes the session to make room for others. One that is being opened is kept.
    pub(super) fn give_way(&self) {
        let mut state = self.lock();
        if let Phase::Open(connection) = &state.phase {
            connection.close();
            state.phase = Phase::Closed;
        }
    }

    /// Whether there is nothing to remember about the router.
    pub(super) fn is_forgettable(&self) -> bool {
        let now = Instant::now();
        let state = self.lock();
        let is_over = state.task.as_ref().is_none_or(JoinHandle::is_finished);
        is_over && state.breaker.admit(now).is_ok() && state.last_use + self.tuning.idle <= now
    }

    /// The profile's own bytes on the router, if the router had it a moment ago.
    pub(super) fn known(&self, profile: &ProfileName) -> Option<RouterText> {
        let state = self.lock();
        let (found, seen) = state.profiles.get(profile)?;
        (seen.elapsed() < PROFILE_IS_KNOWN).then(|| found.clone())
    }

    /// The router has this profile, in these bytes.
    pub(super) fn saw(&self, profile: &ProfileName, found: &RouterText) {
        let mut state = self.lock();
        state.profiles.retain(|_, (_, seen)| seen.elapsed() < PROFILE_IS_KNOWN);
        state.profiles.insert(profile.clone(), (found.clone(), Instant::now()));
    }

    /// The router no longer has this profile.
    pub(super) fn forget(&self, profile: &ProfileName) {
        self.lock().profiles.remove(profile);
    }

    /// What the router runs, as the last session found it.
    pub(super) fn version(&self) -> Option<Version> {
        self.lock().version
    }

    /// Counts the failure of a session, once, and gives it up.
    fn count(&self, state: &mut State, generation: u64, error: &HotspotError) {
        if state.generation != generation || state.lost == generation {
            return;
        }
        state.lost = generation;
        if let Phase::Open(connection) = mem::replace(&mut state.phase, Phase::Closed) {
            connection.close();
        }
        let router = self.router.as_str();
        if state.breaker.fail(Instant::now(), error, &self.tuning, self.chance) {
            tracing::warn!(router, %error, "the router fails and is left alone for a while");
        } else {
            tracing::debug!(router, %error, "the router failed");
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Forgets all that was known of the router as it was reached before.
    fn begin_anew(&mut self, access: &RouterAccess) {
        self.access = Some(access.clone());
        // What is still to come from before is of no interest.
        self.generation += 1;
        self.breaker.reset();
        self.profiles.clear();
        match mem::replace(&mut self.phase, Phase::Closed) {
            Phase::Open(connection) => connection.close(),
            Phase::Opening(_) => self.task.iter().for_each(JoinHandle::abort),
            Phase::Closed => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use portero_domain::{
        network::{Endpoint, Host, Port},
        router::ApiUsername,
        secret::Secret,
    };
    use portero_routeros::client::Options;

    use super::*;

    fn access() -> RouterAccess {
        RouterAccess {
            router: RouterId::parse("RTR_00000001").unwrap(),
            endpoint: Endpoint::new(Host::parse("192.0.2.1").unwrap(), Port::API, None),
            certificate: None,
            username: ApiUsername::parse("admin").unwrap(),
            password: Secret::new("secret".to_owned()),
            old_login: false,
        }
    }

    fn gone() -> HotspotError {
        HotspotError::Unreachable("it closed the connection".to_owned())
    }

    /// Opens a connection, if the circuit breaker is closed, and returns its number.
    fn open(session: &RouterSession) -> HotspotResult<u64> {
        let mut number = 0;
        session.enter(&access(), |opening| {
            number = opening.generation;
            tokio::spawn(async {})
        })?;
        let (ours, _) = tokio::io::duplex(64);
        let version = Version { major: 7, minor: 18, patch: 0 };
        assert!(session.opened(number, &Connection::over(ours, &Options::default()), version));
        Ok(number)
    }

    #[tokio::test]
    async fn many_who_tell_of_one_loss_tell_of_one_failure() {
        let session = RouterSession::new(access().router, Tuning::default(), 0);
        for _ in 0..2 {
            let number = open(&session).unwrap();
            (0..10).for_each(|_| session.lost(number, &gone()));
        }
        let third = open(&session).unwrap();
        session.lost(third - 1, &gone());
        assert!(matches!(session.enter(&access(), |_| unreachable!()), Ok(Entry::Open(_))), "old news changes nothing");
        session.lost(third, &gone());
        assert_eq!(open(&session), Err(gone()));
    }

    #[tokio::test]
    async fn an_opening_that_ends_without_a_word_is_not_waited_for_for_ever() {
        let session = RouterSession::new(access().router, Tuning::default(), 0);
        let mut openings = 0;
        for _ in 0..2 {
            let entry = session.enter(&access(), |opening| {
                openings += 1;
                drop(opening);
                tokio::spawn(async {})
            });
            let Ok(Entry::Wait(mut told)) = entry else { panic!("{entry:?}") };
            assert!(told.changed().await.is_err());
        }
        assert_eq!(openings, 2);
    }

    #[tokio::test]
    async fn an_answer_of_an_older_session_says_nothing_of_the_newer_one() {
        let session = RouterSession::new(access().router, Tuning::default(), 0);
        let old = open(&session).unwrap();
        session.lost(old, &gone());
        for _ in 0..2 {
            session.lost(open(&session).unwrap(), &gone());
            session.answered(old);
        }
        assert_eq!(open(&session), Err(gone()));
    }
}
