"""Where the database lives, so that a restored copy is recognised."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("hub", sa.Column("place", sa.String(), server_default="", nullable=False))
