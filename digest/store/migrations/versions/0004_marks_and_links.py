"""What waits behind an entry's link, and what addresses answered when they were asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("entry", sa.Column("marks", sa.JSON(), nullable=False, server_default="[]"))
    op.create_table(
        "link_answer",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("asked", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("url"),
    )
