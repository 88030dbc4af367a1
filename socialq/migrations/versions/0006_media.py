"""Videos: how long one lasts and how it is encoded."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:

    with op.batch_alter_table("media") as batch:
        batch.add_column(sa.Column("seconds", sa.Double(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("codecs", sa.String(length=64), nullable=False, server_default=""))


def downgrade() -> None:

    with op.batch_alter_table("media") as batch:
        batch.drop_column("codecs")
        batch.drop_column("seconds")
