"""Who may ask the fake X: bearer tokens, signatures of OAuth 1.0a, codes with PKCE, refresh tokens that serve once."""

import base64
import hashlib
import itertools
from typing import Any
from urllib.parse import parse_qsl, urlencode

from oauthlib.common import Request
from oauthlib.oauth1.rfc5849 import signature

from tests.networks.fake_server import Reply

JSON = dict[str, Any]
CLIENT = ("x-client", "x-secret")
KEYS = {
    "consumer_key": "ck",
    "consumer_secret": "cs-0123456789",
    "access_token": "12-at",
    "access_token_secret": "ats-0123456789",
}


class Doors:
    """`tokens` are the bearer tokens that are good now; `refreshing` the one token that renews; `used` those that did."""

    def __init__(self, token: str) -> None:
        self.tokens, self.refreshing, self.used = {token}, "refresh-0", set[str]()
        self.codes: dict[str, JSON] = {}
        self._serial = itertools.count(1)

    def lets_in(self, method: str, url: str, query: Any, headers: dict[str, str]) -> bool:
        given = headers.get("authorization", "")
        if given.startswith("OAuth "):
            return _signed(method, url, query, given)
        return given.removeprefix("Bearer ") in self.tokens

    def visit(self, query: Any) -> Reply:
        """The person says yes: she is sent back with a code."""
        code = f"code-{next(self._serial)}"
        self.codes[code] = {name: values[0] for name, values in query.items()}
        back = urlencode({"state": query["state"][0], "code": code})
        return Reply(302, {}, {"Location": f"{query['redirect_uri'][0]}?{back}"})

    def token(self, form: JSON, headers: dict[str, str]) -> Reply:
        basic = "Basic " + base64.b64encode(":".join(CLIENT).encode()).decode()
        if headers.get("authorization") != basic:
            return Reply(
                401, {"error": "unauthorized_client", "error_description": "Missing valid authorization header"}
            )
        if form.get("grant_type") == "authorization_code":
            return self._exchanged(form)
        used = form.get("refresh_token", "")
        if used != self.refreshing:
            self.tokens.clear()
            self.refreshing = ""
            return Reply(
                400, {"error": "invalid_request", "error_description": "Value passed for the token was invalid."}
            )
        self.used.add(used)
        return self._given()

    def revoke(self, form: JSON) -> Reply:
        if form.get("token") in {self.refreshing, *self.tokens}:
            self.tokens.clear()
            self.refreshing = ""
        return Reply(200, {"revoked": True})

    def _exchanged(self, form: JSON) -> Reply:
        asked = self.codes.pop(form.get("code", ""), None)
        proof = (
            base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
            .rstrip(b"=")
            .decode()
        )
        if asked is None or asked["code_challenge"] != proof or asked["redirect_uri"] != form.get("redirect_uri"):
            return Reply(
                400,
                {
                    "error": "invalid_request",
                    "error_description": "Value passed for the authorization code was invalid.",
                },
            )
        return self._given(asked["scope"])

    def _given(self, scope: str = "tweet.read tweet.write users.read media.write offline.access") -> Reply:
        number = next(self._serial)
        token, self.refreshing = f"access-{number:09d}", f"refresh-{number:09d}"
        self.tokens = {token}
        told = {
            "token_type": "bearer",
            "expires_in": 7200,
            "access_token": token,
            "refresh_token": self.refreshing,
            "scope": scope,
        }
        return Reply(200, told)


def _signed(method: str, url: str, query: Any, given: str) -> bool:
    """Over the address that was called, as a server checks it."""
    fields = dict(one.strip().split("=", 1) for one in given.removeprefix("OAuth ").split(","))
    fields = {name: value.strip('"') for name, value in fields.items()}
    asked = urlencode([(name, one) for name, values in query.items() for one in values])
    params = signature.collect_parameters(uri_query=asked, headers={"Authorization": given})
    request = Request(f"{url}?{asked}" if asked else url, method)
    request.params, request.signature = params, dict(parse_qsl(f"s={fields['oauth_signature']}"))["s"]
    known = (
        fields.get("oauth_token") == KEYS["access_token"] and fields.get("oauth_consumer_key") == KEYS["consumer_key"]
    )
    good: bool = signature.verify_hmac_sha1(request, KEYS["consumer_secret"], KEYS["access_token_secret"])
    return known and good
