"""Alembic's entry point; run through `Store.upgrade`, which passes its own connection."""

from alembic import context
from sqlmodel import SQLModel

import monitor.store.tables  # noqa: F401 - registers the tables

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
