"""The program's migrations and one more, as a newer version will bring it."""

from pathlib import Path

from cti_client.hub.store.schema import MIGRATIONS, Migrations

NEXT = "next"
_REVISION = """
import sqlalchemy as sa
from alembic import op

revision = "next"
down_revision = "HEAD"

def upgrade():
    op.create_table("pool", sa.Column("id", sa.Integer(), primary_key=True))
    with op.batch_alter_table("line") as line:
        line.add_column(sa.Column("team", sa.String(), nullable=False, server_default="support"))
    {more}
"""


def next_version(folder: Path, more: str = "") -> Migrations:
    """The program's migrations and one more."""
    target = folder / "migrations"
    (target / "versions").mkdir(parents=True)
    for file in (MIGRATIONS.folder / "env.py", *(MIGRATIONS.folder / "versions").glob("r*.py")):
        (target / file.relative_to(MIGRATIONS.folder)).write_text(file.read_text())
    revision = _REVISION.replace("HEAD", MIGRATIONS.head).replace("{more}", more)
    (target / "versions" / "next.py").write_text(revision)
    return Migrations((*MIGRATIONS.revisions, NEXT), target)
