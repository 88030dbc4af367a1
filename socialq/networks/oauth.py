"""The OAuth 2 code flow with PKCE, once for all networks that want an app: a network declares a Flow and inherits ByCode.

Authlib builds and reads the messages, our guarded Call carries them. Keeps nothing; no secret is in what it says."""

import re
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests

from socialq.networks import guard
from socialq.networks.base import App, AppUnknown, ConnectFailed, Visit
from socialq.networks.call import Call, Overrun

if TYPE_CHECKING:
    from collections.abc import Iterator

KEPT = ("access_token", "refresh_token")
ASKED = {"Accept": "application/json"}
LONGEST = 20_000  # of a token


@dataclass(frozen=True)
class Flow:
    """What differs between networks. `authorize` and `token` are paths: the first on `site`, the second on `api`.

    `optional` scopes may be left out by the person; `client_auth` is how the app shows its secret ("client_secret_basic" or
    "client_secret_post"); `asks` are further parameters of the first address."""

    site: str
    authorize: str
    api: str
    token: str
    scopes: tuple[str, ...]
    optional: tuple[str, ...] = ()
    between_scopes: str = " "
    client_auth: str = "client_secret_post"
    pkce: bool = True
    asks: Mapping[str, str] = field(default_factory=dict)


class ByCode:
    """The methods of `CanAuthorize` for a network that also declares `app_credentials` (see `NeedsApp`)."""

    key: str
    name: str
    flow: Flow

    def server(self, typed: str, call: Call) -> str:
        """The API's base URL: what the settings say, else the network's own. Makes no request."""
        return (typed or self.flow.api).rstrip("/")

    def register(self, server: str, returns_to: str, call: Call) -> App:
        """Somebody makes the app by hand. Raises ConnectFailed."""
        raise ConnectFailed(f"{self.name} needs an app, which somebody makes there by hand.")

    def authorization(self, app: App, visit: Visit) -> str:
        """Where the person says yes or no. What stands in for the API stands in for the site too."""
        flow = self.flow
        site = flow.site if visit.server == flow.api.rstrip("/") else visit.server
        client = _client(flow, app, visit, None)
        verifier = visit.verifier if flow.pkce else None
        address, _ = client.create_authorization_url(
            site.rstrip("/") + flow.authorize, state=visit.state, code_verifier=verifier, **flow.asks
        )
        return str(address)

    def token(self, app: App, visit: Visit, code: str, call: Call) -> Mapping[str, Any]:
        """One request. `expires_in` counts from before it. Raises ConnectFailed, AppUnknown."""
        client = _client(self.flow, app, visit, call)
        more = {"code_verifier": visit.verifier} if self.flow.pkce else {}
        with _explained(self.name, urlsplit(visit.server).netloc):
            found = client.fetch_token(
                visit.server + self.flow.token, grant_type="authorization_code", code=code, headers=ASKED, **more
            )
        self._allowed(found.get("scope"))
        return _credentials(found, self.name)

    def _allowed(self, granted: Any) -> None:
        """Some networks do not say; then their own calls do."""
        if not isinstance(granted, str) or not granted:
            return
        missing = set(self.flow.scopes) - set(self.flow.optional) - set(re.split(r"[ ,]+", granted))
        if missing:
            raise ConnectFailed(
                f"{self.name} was not told to allow everything ({', '.join(sorted(missing))} is missing): "
                "start again and leave all boxes ticked there."
            )


def _client(flow: Flow, app: App, visit: Visit, call: Call | None) -> Any:
    """Authlib's messages over a session of ours; the address alone needs none."""
    from authlib.integrations.base_client import OAuthError
    from authlib.integrations.requests_client.oauth2_session import OAuth2ClientAuth
    from authlib.oauth2.client import OAuth2Client

    class Client(OAuth2Client):  # type: ignore[misc]  # Authlib has no types
        client_auth_class = OAuth2ClientAuth
        oauth_error_class = OAuthError

    return Client(
        call.session() if call else None, app.client_id, app.client_secret, token_endpoint_auth_method=flow.client_auth,
        scope=flow.between_scopes.join(flow.scopes), redirect_uri=visit.returns_to,
        code_challenge_method="S256" if flow.pkce else None,
    )  # fmt: skip


@contextmanager
def _explained(name: str, host: str) -> "Iterator[None]":
    """Whatever an exchange raises becomes one sentence that says what to do."""
    from authlib.integrations.base_client import OAuthError

    try:
        yield
    except OAuthError as error:
        raise _refused(name, str(error.error)) from None
    except guard.Blocked as error:
        raise ConnectFailed(str(error)) from None
    except (requests.exceptions.ReadTimeout, Overrun):
        raise ConnectFailed(f"{host} does not answer in time; try again later.") from None
    except requests.exceptions.HTTPError as error:
        raise _trouble(host, error) from None
    except requests.exceptions.ConnectionError:
        raise ConnectFailed(f"{host} cannot be reached; try again later.") from None
    except (requests.exceptions.RequestException, ValueError):
        raise ConnectFailed(f"{host} gave no answer that can be used; try again later.") from None


def _refused(name: str, error: str) -> ConnectFailed:
    if error in ("invalid_client", "unauthorized_client"):
        return AppUnknown(
            f"{name} does not know socialq's app or its secret is another one by now: copy both codes again from there, "
            "under Settings, Network apps."
        )
    return ConnectFailed(f"{name} did not accept the way back, perhaps it took too long; start again.")


def _trouble(host: str, error: requests.exceptions.HTTPError) -> ConnectFailed:
    status = error.response.status_code if error.response is not None else 0
    if status == 429:
        return ConnectFailed(f"{host} takes no more requests for now; try again in a few minutes.")
    return ConnectFailed(f"{host} has trouble of its own (error {status}); try again later.")


def _credentials(found: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Only what is kept; nothing that cannot be sent again."""
    kept = {key: found[key] for key in KEPT if found.get(key)}
    fit = all(isinstance(one, str) and one.isascii() and one.isprintable() for one in kept.values())
    if "access_token" not in kept or not fit or sum(map(len, kept.values())) > LONGEST:
        raise ConnectFailed(f"{name} gave no token that can be used; start again.")
    seconds = str(found.get("expires_in") or "")
    return kept | ({"expires_in": int(seconds)} if seconds.isascii() and seconds.isdecimal() else {})
