"""What is wrong with a setting is said at start, in one line, without repeating a secret."""

import pytest

from socialq.errors import BadInput
from socialq.settings import load_settings


@pytest.mark.parametrize(
    "url", ["mail.example.com", "http://vera:canary@mail.example.com", "smtp://", "smtp://vera:canary@", "smtp://vera:canary@h:99999", "smtp://[::1"]
)  # fmt: skip
def test_a_mail_server_that_is_none_is_found_at_start(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("SOCIALQ_SMTP_URL", url)
    with pytest.raises(BadInput, match="smtp_url: .*write it like smtp://user:password@mail.example.com:587") as said:
        load_settings()
    assert "canary" not in str(said.value) and "\n" not in str(said.value)


def test_one_that_can_be_used_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for url in ("", "smtp://vera:p%40ss@mail.example.com:587", "smtps://mail.example.com", "smtp://h?security=plain"):
        monkeypatch.setenv("SOCIALQ_SMTP_URL", url)
        assert load_settings().smtp_url == url
