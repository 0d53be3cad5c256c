DROP INDEX api_keys_expiring;
DROP TABLE notices;
