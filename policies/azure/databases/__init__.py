"""Rules for SQL, PostgreSQL and MySQL."""
