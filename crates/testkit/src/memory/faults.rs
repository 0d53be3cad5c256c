use portero_domain::ports::{StorageError, Stored};

/// The failure that a test has asked for, if any.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    armed: Option<(usize, StorageError)>,
    lost: Option<usize>,
}

impl Faults {
    /// Fails the `n`th strike from now.
    pub(crate) fn arm(&mut self, n: usize, error: StorageError) {
        assert!(n > 0, "the next call is the first");
        self.armed = Some((n, error));
    }

    /// Loses the answer to the `n`th commit from now, which is carried out.
    pub(crate) fn lose(&mut self, n: usize) {
        assert!(n > 0, "the next commit is the first");
        self.lost = Some(n);
    }

    pub(crate) fn disarm(&mut self) -> bool {
        let (armed, lost) = (self.armed.take().is_some(), self.lost.take().is_some());
        armed || lost
    }

    /// One commit more: its answer is lost if it is the one.
    pub(crate) fn answer(&mut self) -> Stored<()> {
        match self.lost.take() {
            Some(1) => Err(StorageError::Unavailable("told to lose the answer".into())),
            Some(n) => {
                self.lost = Some(n - 1);
                Ok(())
            }
            None => Ok(()),
        }
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
