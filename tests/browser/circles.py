"""What the tests of the shared OAuth flow ask of a browser and of the installation."""

from urllib.parse import urljoin

import httpx
from playwright.sync_api import Page
from sqlalchemy import select

from socialq.models import Channel
from tests.browser.worlds import World


def way_back(page: Page) -> str:
    """Says yes there, and stays on the way: the address to which the network sends her."""
    path = page.get_attribute("#yes", "href") or ""
    return str(httpx.get(urljoin(page.url, path), trust_env=False).headers["Location"])


def circles_of(vera: World) -> list[Channel]:
    with vera.parts.db.read() as session:
        return list(session.scalars(select(Channel).where(Channel.network == "circles").order_by(Channel.id)))
