-- The service folds an e-mail to lower case by Unicode's rules before it writes it. What `lower` does to other letters than
-- ASCII depends on the database's locale and version, so this check agrees with the service on ASCII letters only.
ALTER TABLE users
    DROP CONSTRAINT users_email_check,
    ADD CONSTRAINT users_email_check CHECK (email = lower(email COLLATE "C") AND email <> '');
