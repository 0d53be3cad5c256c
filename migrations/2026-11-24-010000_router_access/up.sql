ALTER TABLE routers
    -- SHA-256 of the certificate that an admin confirmed, without which nothing secret is sent over TLS.
    ADD COLUMN certificate_sha256 bytea CHECK (octet_length(certificate_sha256) = 32),
    -- Whether to sign in as RouterOS before 6.43 wants it: said for each router, never tried.
    ADD COLUMN old_login boolean NOT NULL DEFAULT false;
-- The service always says it.
ALTER TABLE routers ALTER COLUMN old_login DROP DEFAULT;
