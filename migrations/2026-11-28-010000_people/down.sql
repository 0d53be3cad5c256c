DROP INDEX sessions_by_end;
DROP INDEX users_with_imported_hash;
ALTER TABLE users DROP COLUMN must_change_password;
