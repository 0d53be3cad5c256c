/// A request to activate or deactivate a company, a router or a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// Set this state. A repeated request changes nothing.
    To(bool),
    /// Set the opposite of the current state.
    Toggle,
}

impl Activation {
    /// Returns the new state.
    pub(crate) const fn from(self, current: bool) -> bool {
        match self {
            Self::To(wanted) => wanted,
            Self::Toggle => !current,
        }
    }
}
