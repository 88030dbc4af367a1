"""facebook-sdk as we need it: a current version, our own connections, no token in an address. Only imported where it is called."""

from typing import Any

import requests
from facebook import FACEBOOK_GRAPH_URL, GraphAPI
from requests.adapters import BaseAdapter

VERSION = "v25.0"  # ends on 2028-07-29; the names of metrics were seen alive on it


class Graph(GraphAPI):  # type: ignore[misc]  # the SDK has no types
    """One account over one session of ours. `answered` is the newest answer, whole: the SDK throws status, headers, subcode and
    is_transient away."""

    access_token: str | None

    def __init__(self, token: str, proof: str, session: requests.Session, server: str) -> None:
        super().__init__(token, session=session)
        self.version = VERSION  # set afterwards: the constructor knows none above 3.1
        self.answered: requests.Response | None = None
        self._proof = {"appsecret_proof": proof} if proof else {}
        session.headers["Authorization"] = f"Bearer {token}"
        session.hooks["response"].append(self._keep)
        session.mount(FACEBOOK_GRAPH_URL, _Rebased(session.get_adapter(server), server))

    def request(
        self, path: str, args: Any = None, post_args: Any = None, files: Any = None, method: str | None = None
    ) -> Any:
        """The SDK's, but the token goes in a header: it would write it into the address, and addresses end in logs."""
        if post_args is None:
            args = {**(args or {}), **self._proof}
        else:
            post_args = {**post_args, **self._proof}
        token, self.access_token = self.access_token, None
        try:
            return super().request(path, args, post_args, files, method)
        finally:
            self.access_token = token

    def change(self, node: str, **fields: str) -> Any:
        """POST /{node}, for which the SDK has no method of its own."""
        return self.request(f"{self.version}/{node}", post_args=fields)

    def exchange(self, **fields: str) -> Any:
        """One token for another; the SDK would put the app's secret into the address."""
        return self.request(f"{self.version}/oauth/access_token", post_args=fields)

    def _keep(self, response: requests.Response, *_: Any, **__: Any) -> None:
        self.answered = response


class _Rebased(BaseAdapter):
    """The SDK's base URL is one global of all threads: left alone, and answered for here."""

    def __init__(self, inner: BaseAdapter, server: str) -> None:
        super().__init__()
        self._inner, self._server = inner, server.rstrip("/")

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        request.url = f"{self._server}/{str(request.url).removeprefix(FACEBOOK_GRAPH_URL)}"
        return self._inner.send(request, *args, **options)

    def close(self) -> None:
        self._inner.close()
