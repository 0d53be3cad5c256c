/// What is asked of something that is on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// To this, whatever it is now: asking twice changes nothing more.
    To(bool),
    /// To the other.
    Toggle,
}

impl Switch {
    /// What it is to be, given what it is.
    pub(crate) const fn from(self, current: bool) -> bool {
        match self {
            Self::To(wanted) => wanted,
            Self::Toggle => !current,
        }
    }
}
