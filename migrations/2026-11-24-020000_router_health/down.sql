DROP INDEX routers_of_all_oldest_first;
DROP TABLE router_health_changes, router_health;
