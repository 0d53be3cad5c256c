//! What a database error means to a caller.

use diesel::result::{DatabaseErrorKind, Error};
use portero_domain::ports::{StorageError, Stored};

use crate::blocking::NoAnswer;

/// Sorts a database error by what a caller can do about it. Time limits are not told apart here: they lie beyond the
/// moment at which the caller has stopped waiting (see the connection string).
pub(super) fn storage(error: Error) -> StorageError {
    match error {
        Error::DatabaseError(
            DatabaseErrorKind::ClosedConnection
            | DatabaseErrorKind::UnableToSendCommand
            | DatabaseErrorKind::ReadOnlyTransaction,
            _,
        )
        | Error::BrokenTransactionManager
        | Error::RollbackErrorOnCommit { .. } => StorageError::Unavailable(Box::new(error)),
        Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => StorageError::Busy,
        other => StorageError::Failed(Box::new(other)),
    }
}

/// A stored value that should parse: one that breaks a rule of the domain is a failure of the store, not half a value.
pub(super) trait OrBroken<T> {
    /// The value, or the failure that names what was broken.
    fn or_broken(self, what: &'static str) -> Stored<T>;
}

impl<T> OrBroken<T> for Option<T> {
    fn or_broken(self, what: &'static str) -> Stored<T> {
        self.ok_or_else(|| StorageError::Failed(format!("a stored {what} breaks its rules").into()))
    }
}

impl<T, E> OrBroken<T> for Result<T, E> {
    fn or_broken(self, what: &'static str) -> Stored<T> {
        self.ok().or_broken(what)
    }
}

/// What it means that blocking work gave no answer.
pub(super) fn no_answer(none: NoAnswer) -> StorageError {
    match none {
        NoAnswer::Busy => StorageError::Busy,
        NoAnswer::TimedOut => StorageError::Unavailable(none.into()),
        NoAnswer::Panicked => StorageError::Failed(none.into()),
    }
}
