//! What an edit does to one optional value.

/// Left alone, emptied, or given a new value: absent, `""` and a text in an edit's body.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Change<T> {
    /// Nothing was said of it.
    #[default]
    Keep,
    /// It is to be empty.
    Clear,
    /// It is to be this.
    Set(T),
}

impl<T> Change<T> {
    /// Carries the change out.
    pub fn apply(self, value: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *value = None,
            Self::Set(new) => *value = Some(new),
        }
    }

    /// The same change with the new value turned into another.
    pub fn map<U>(self, turn: impl FnOnce(T) -> U) -> Change<U> {
        match self {
            Self::Keep => Change::Keep,
            Self::Clear => Change::Clear,
            Self::Set(new) => Change::Set(turn(new)),
        }
    }

    /// The same change with the new value turned into another, or why that could not be done.
    pub fn try_map<U, E>(self, turn: impl FnOnce(T) -> Result<U, E>) -> Result<Change<U>, E> {
        Ok(match self {
            Self::Keep => Change::Keep,
            Self::Clear => Change::Clear,
            Self::Set(new) => Change::Set(turn(new)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_does_what_it_says() {
        let mut value = Some(1);
        Change::Keep.apply(&mut value);
        assert_eq!(value, Some(1));
        Change::Set(2).apply(&mut value);
        assert_eq!(value, Some(2));
        Change::Clear.apply(&mut value);
        assert_eq!(value, None);
    }
}
