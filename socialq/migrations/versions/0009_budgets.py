"""budgets"""

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To be filled by its owner in this session."""


def downgrade() -> None:
    """To be filled likewise."""
