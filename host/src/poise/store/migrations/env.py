"""Alembic's entry point. It runs the migrations on the connection that `poise.store.migrate` passes in."""

from alembic import context

from poise.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # because SQLite alters a table by copying it
)
with context.begin_transaction():
    context.run_migrations()
