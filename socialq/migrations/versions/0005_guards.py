"""What holds deliveries back: moved folders, hosts that do not answer, budgets, posts an hour, a person's yes after a restore."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "installations",
        sa.Column("host_id", sa.String(length=64), nullable=False),
        sa.Column("folder", sa.String(length=64), nullable=False),
        sa.Column("database", sa.String(length=120), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("previous", sa.String(length=32), nullable=False),
        sa.Column("renewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("host_id", name=op.f("pk_installations")),
    )
    op.create_table(
        "hosts",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("timeouts", sa.Integer(), nullable=False),
        sa.Column("trouble_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wait_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clock_off", sa.Integer(), nullable=True),
        sa.Column("clock_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_hosts")),
    )
    op.create_table(
        "budgets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("resets_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budgets")),
        sa.UniqueConstraint("scope", "subject", "name", name=op.f("uq_budgets_scope_subject_name")),
    )
    with op.batch_alter_table("channels") as batch:
        batch.add_column(sa.Column("posts_an_hour", sa.Integer(), nullable=False, server_default="25"))
        batch.add_column(sa.Column("breaker_until", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("deliveries") as batch:
        batch.add_column(sa.Column("confirm_since", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("confirm_found", sa.String(length=16), nullable=False, server_default=""))
        batch.add_column(sa.Column("confirm_url", sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("confirm_remote_id", sa.String(length=255), nullable=True))
        batch.create_index("ix_deliveries_out", ["channel_id", "published_at"])


def downgrade() -> None:

    with op.batch_alter_table("deliveries") as batch:
        batch.drop_index("ix_deliveries_out")
        for name in ("confirm_remote_id", "confirm_url", "confirm_found", "confirm_since"):
            batch.drop_column(name)
    with op.batch_alter_table("channels") as batch:
        batch.drop_column("breaker_until")
        batch.drop_column("posts_an_hour")
    for name in ("budgets", "hosts", "installations"):
        op.drop_table(name)
