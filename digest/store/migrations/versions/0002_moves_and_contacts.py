"""How long feeds want to be left alone, when they moved or went; whom releases name; known items by what they hold."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Plain ALTERs: a batch would copy the table, and the search index refers to its rows through triggers.
    op.add_column("source", sa.Column("asks_s", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("source", sa.Column("moved_since", sa.DateTime(timezone=True)))
    op.add_column("source", sa.Column("gone_since", sa.DateTime(timezone=True)))
    op.add_column("entry", sa.Column("contact", sa.Text(), nullable=False, server_default=""))
    op.drop_index("entry_by_source", "entry")
    op.create_index("entry_by_source", "entry", ["source_id", "fingerprint"])
