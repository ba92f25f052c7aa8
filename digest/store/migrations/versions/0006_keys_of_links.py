"""The keys that sign links to unsubscribe, confirm and change preferences."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from digest.store.schema import Utc

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signing_key",
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("made", Utc, nullable=False),
    )
