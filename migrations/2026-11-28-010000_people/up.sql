-- Whether an administrator set the password, and the person has not changed it since. The default is for the version that
-- runs beside this one during a roll-out and does not write the column.
ALTER TABLE users ADD COLUMN must_change_password boolean NOT NULL DEFAULT false;

-- Each log-in looks for people whose hash is still an imported one. The index is empty once there are none.
CREATE INDEX users_with_imported_hash ON users (id) WHERE password_hash LIKE '$2%';

-- Each log-in deletes a bounded number of expired sessions.
CREATE INDEX sessions_by_end ON sessions (expires_at);
