ALTER TABLE routers DROP COLUMN certificate_sha256, DROP COLUMN old_login;
