use std::collections::BTreeSet;

/// A guess about the simulated system: its switch, its meaning and its default.
#[derive(Debug, Clone, Copy)]
pub struct Assumption<P> {
    /// Which one.
    pub point: P,
    /// The name of the switch.
    pub name: &'static str,
    /// What the real system does if the guess is right.
    pub says: &'static str,
    /// The default.
    pub believed: bool,
}

/// A guess.
pub const fn guess<P>(point: P, name: &'static str, says: &'static str, believed: bool) -> Assumption<P> {
    Assumption { point, name, says, believed }
}

/// The points about which one simulator guesses.
pub trait Guesses: Copy + Ord + 'static {
    /// All guesses of the simulator, one for each point.
    const ALL: &'static [Assumption<Self>];
}

/// Which guesses hold in one simulator. By default, each has its own default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assumptions<P> {
    switched: BTreeSet<P>,
}

impl<P> Default for Assumptions<P> {
    fn default() -> Self {
        Self { switched: BTreeSet::new() }
    }
}

/// There is no assumption of that name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no assumption called {0}")]
pub struct UnknownAssumption(String);

impl<P: Guesses> Assumptions<P> {
    /// Whether that guess holds.
    pub fn hold(&self, point: P) -> bool {
        let believed = P::ALL.iter().any(|guess| guess.point == point && guess.believed);
        believed ^ self.switched.contains(&point)
    }

    /// These guesses, with that one set.
    #[must_use]
    pub fn with(mut self, point: P, holds: bool) -> Self {
        if self.hold(point) != holds && !self.switched.remove(&point) {
            self.switched.insert(point);
        }
        self
    }

    /// These guesses, with the one of that name set.
    pub fn with_named(self, name: &str, holds: bool) -> Result<Self, UnknownAssumption> {
        let guess = P::ALL.iter().find(|guess| guess.name == name);
        Ok(self.with(guess.ok_or_else(|| UnknownAssumption(name.to_owned()))?.point, holds))
    }

    /// The default guesses, with those of these names set.
    pub fn of(settings: &[(String, bool)]) -> Result<Self, UnknownAssumption> {
        settings.iter().try_fold(Self::default(), |guesses, (name, holds)| guesses.with_named(name, *holds))
    }
}
