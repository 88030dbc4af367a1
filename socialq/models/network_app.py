"""NetworkApp: socialq as one server of a network knows it. Made at the first connection there; its secret is sealed."""

from datetime import datetime

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from socialq.models.base import Record


class NetworkApp(Record):
    __tablename__ = "network_apps"
    __table_args__ = (UniqueConstraint("network", "server"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    network: Mapped[str] = mapped_column(String(32))
    server: Mapped[str] = mapped_column(String(255))
    client_id: Mapped[str] = mapped_column(String(255))
    client_secret: Mapped[bytes] = mapped_column(LargeBinary)
    returns_to: Mapped[str] = mapped_column(String(500))  # the redirect URI it was registered with
    created_at: Mapped[datetime]

    @property
    def owner(self) -> str:
        """The name under which its secret is sealed."""
        return f"network_app:{self.network}:{self.server}"
