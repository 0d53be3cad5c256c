ALTER TABLE users
    DROP CONSTRAINT users_email_check,
    ADD CONSTRAINT users_email_check CHECK (email = lower(email) AND email <> '');
