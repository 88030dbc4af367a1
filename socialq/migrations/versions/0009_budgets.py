"""What calls have taken from budgets, which budgets only posts take from, what calls cost, and what follows a post in a thread."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "budget_holds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("network", sa.String(length=32), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name=op.f("fk_budget_holds_channel_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_holds")),
    )
    op.create_index("ix_budget_holds_channel_id", "budget_holds", ["channel_id"])
    with op.batch_alter_table("budgets") as batch:
        batch.add_column(sa.Column("only_posts", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("declared", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_attempts_started", "attempts", ["started_at"])
    with op.batch_alter_table("clients") as batch:
        batch.add_column(sa.Column("monthly_cap", sa.Integer(), nullable=True))
    op.create_table(
        "costs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("micros", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("spent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_costs_client_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_costs_channel_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_costs_delivery_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_costs")),
    )
    op.create_index("ix_costs_client_time", "costs", ["client_id", "spent_at"])
    op.create_table(
        "revision_parts",
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revisions.id"], name=op.f("fk_revision_parts_revision_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("revision_id", "position", name=op.f("pk_revision_parts")),
    )


def downgrade() -> None:

    op.drop_table("revision_parts")
    op.drop_table("costs")
    with op.batch_alter_table("clients") as batch:
        batch.drop_column("monthly_cap")
    op.drop_index("ix_attempts_started", table_name="attempts")
    with op.batch_alter_table("budgets") as batch:
        batch.drop_column("declared")
        batch.drop_column("only_posts")
    op.drop_table("budget_holds")
