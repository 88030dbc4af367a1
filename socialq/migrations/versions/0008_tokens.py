"""When a channel's access is renewed, when it was, and when only a person can."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:

    with op.batch_alter_table("channels") as batch:
        batch.add_column(sa.Column("refresh_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("refresh_tries", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("renewed_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("renewable_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:

    with op.batch_alter_table("channels") as batch:
        batch.drop_column("renewable_until")
        batch.drop_column("renewed_at")
        batch.drop_column("refresh_tries")
        batch.drop_column("refresh_at")
