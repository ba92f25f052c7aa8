"""One schema for SQLite and PostgreSQL: SQLAlchemy Core tables, Alembic migrations, and the queries on them."""
