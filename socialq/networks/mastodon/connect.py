"""Who a token belongs to, and what its instance takes. Every failure becomes one sentence for the person who connects."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import requests

from socialq.networks import guard
from socialq.networks.base import Account, Connected, ConnectFailed
from socialq.networks.call import Call, Overrun
from socialq.networks.mastodon.client import Answer, Client

Limits = dict[str, Any]
VIDEOS = ("video/mp4", "video/webm", "video/quicktime")
IMAGES = ("image/jpeg", "image/png", "image/gif", "image/webp")  # what our own media room can make


def connect(account: Account) -> Connected:
    """Two or three requests: the token's owner, then the instance. Raises ConnectFailed."""
    server = clean(account.server, account.call)
    host = urlsplit(server).netloc
    if not str(account.credentials.get("access_token", "")).strip():
        raise ConnectFailed("Give an access token; the server shows one under Preferences, Development.")
    client = Client(account, server)
    owner = _owner(_ask(client, "account_verify_credentials", host), host)
    limits, domain = _instance(client, host)
    return Connected(str(owner["id"]), f"@{owner['username']}@{domain}", server, limits)


def clean(typed: str, call: Call) -> str:
    """The base URL of the server that a person named. Raises ConnectFailed."""
    try:
        return guard.clean_server(typed, allow_private=call.allow_private)
    except guard.Blocked as error:
        raise ConnectFailed(str(error)) from None


def _ask(client: Client, method: str, host: str) -> Answer:
    with explained(host):
        return client.ask(method)


@contextmanager
def explained(host: str) -> Iterator[None]:
    """Whatever a request raises becomes ConnectFailed, in a sentence that says what to do."""
    try:
        yield
    except guard.Blocked as error:
        raise ConnectFailed(str(error)) from None
    except requests.exceptions.SSLError:
        raise ConnectFailed(f"The certificate of {host} could not be verified; check the address.") from None
    except (requests.exceptions.ReadTimeout, Overrun):
        raise ConnectFailed(f"{host} does not answer in time; try again later.") from None
    except requests.exceptions.ConnectionError:
        raise ConnectFailed(f"{host} cannot be reached; check the address of the server.") from None
    except requests.exceptions.RequestException:
        raise ConnectFailed(f"{host} does not answer like a Mastodon server; check its address.") from None


def _owner(answer: Answer, host: str) -> dict[str, Any]:
    match answer.status:
        case 200 if _text(answer.fields.get("id")) and _text(answer.fields.get("username")):
            return answer.fields
        case 401 | 403 if answer.fields:
            raise ConnectFailed(
                f"{host} does not accept this token; make a new one there under Preferences, Development."
            )
        case 429:
            raise ConnectFailed(f"{host} takes no more requests for now; try again in a few minutes.")
        case status if status >= 500:
            raise ConnectFailed(f"{host} has trouble of its own (error {status}); try again later.")
        case _:
            raise ConnectFailed(f"{host} does not answer like a Mastodon server; check its address.")


def _instance(client: Client, host: str) -> tuple[Limits, str]:
    """Limits and domain from the newest description that the server has; without one the declared limits stay."""
    for method, domain in (("instance_v2", "domain"), ("instance_v1", "uri")):
        answer = _ask(client, method, host)
        if answer.status == 200 and isinstance(answer.fields.get("configuration"), dict):
            named = _text(answer.fields.get(domain))
            return limits(answer.fields["configuration"]), urlsplit(named).netloc or named or host
    return {}, host


def limits(configuration: dict[str, Any]) -> Limits:
    """The instance's numbers under the names of `base.Limits`; what it does not say is left out."""
    statuses, media = _part(configuration, "statuses"), _part(configuration, "media_attachments")
    found = {
        "characters": _number(statuses.get("max_characters")),
        "url_characters": _number(statuses.get("characters_reserved_per_url")),
        "images": _number(statuses.get("max_media_attachments")),
        "image_bytes": _number(media.get("image_size_limit")),
        "image_pixels": _number(media.get("image_matrix_limit")),
        "alt_characters": _number(media.get("description_limit")),
        "image_types": _types(media.get("supported_mime_types"), IMAGES),
        "video_bytes": _number(media.get("video_size_limit")),
        "video_types": _types(media.get("supported_mime_types"), VIDEOS),
    }
    return {name: value for name, value in found.items() if value}


def _part(configuration: dict[str, Any], name: str) -> dict[str, Any]:
    part = configuration.get(name)
    return part if isinstance(part, dict) else {}


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _types(value: Any, ours: tuple[str, ...]) -> list[str]:
    return [one for one in ours if one in value] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
