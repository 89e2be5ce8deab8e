"""A cluster of three PostgreSQL servers under Patroni, in network namespaces on one machine."""
