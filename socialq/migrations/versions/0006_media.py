"""media"""

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To be filled by its owner in this session."""


def downgrade() -> None:
    """To be filled likewise."""
