DROP TABLE transactions, products, sessions, users, api_keys, routers, companies;
DROP DOMAIN key_id, sha256;
