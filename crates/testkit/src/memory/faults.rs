use portero_domain::ports::{StorageError, Stored};

/// The failure that a test has asked for, if any.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    armed: Option<(usize, StorageError)>,
}

impl Faults {
    /// Fails the `n`th strike from now.
    pub(crate) fn arm(&mut self, n: usize, error: StorageError) {
        assert!(n > 0, "the next call is the first");
        self.armed = Some((n, error));
    }

    pub(crate) fn disarm(&mut self) -> bool {
        self.armed.take().is_some()
    }

    /// One call more: fails if it is the one.
    pub(crate) fn strike(&mut self) -> Stored<()> {
        match self.armed.take() {
            Some((1, error)) => Err(error),
            Some((n, error)) => {
                self.armed = Some((n - 1, error));
                Ok(())
            }
            None => Ok(()),
        }
    }
}
