DROP TABLE transactions, products, sessions, users, api_keys, routers, companies;
