"""Alembic's entry: runs migrations on the connection and in the transaction of whoever asked (`schema.py`)."""

from alembic import context

from cti_client.hub.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
