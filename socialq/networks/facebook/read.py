"""Reading back: the post under its own number, for a look; errors of readings. Changes nothing anywhere."""

from typing import Any

from socialq.domain.outcomes import Absent, Disconnected, Found, Look, LookFailed, Near, Prepared
from socialq.networks.base import AccessLost, Account, ReadFailed
from socialq.networks.call import Call, plainly
from socialq.networks.facebook.client import RATE, Answer, Client, client_of
from socialq.networks.facebook.links import address
from socialq.networks.facebook.refusals import ACCESS, meant

GONE = "the post that was made ready is not on Facebook any more, or the Page does not show it"


def find(prepared: Prepared, account: Account) -> Look:
    """Exact: our unpublished post is public by now or it is not. One that is gone may have been public: a person is asked."""
    number = prepared.memory.get("post")
    if not number:
        return LookFailed("the post's number is not remembered")
    try:
        answer = client_of(account).ask("get_object", number, fields="id,is_published,permalink_url")
    except Exception as error:  # a failed look says nothing about the post
        return LookFailed(plainly(error))
    if answer.gone:
        return Near(GONE)
    match answer.fields.get("is_published"):
        case True:
            return Found(number, address(answer.fields.get("permalink_url"), number))
        case False:
            return Absent(account.handle)
    return LookFailed(f"the server answered {answer.status}")


def asked(client: Client, method: str, *args: Any, **options: Any) -> Answer:
    """For numbers. Raises ReadFailed when there is no answer."""
    try:
        return client.ask(method, *args, **options)
    except Exception as error:
        failed = ReadFailed(f"Facebook cannot be asked: {plainly(error)}.")
    raise failed


def failed(answer: Answer, call: Call) -> ReadFailed:
    """AccessLost where somebody must connect the Page again."""
    if answer.code in RATE:
        return ReadFailed("Facebook takes no more requests for now.")
    if isinstance(meant(answer, ACCESS, call), Disconnected):
        return AccessLost("Facebook no longer accepts the access.")
    return ReadFailed(f"Facebook answered {answer.status} without numbers.")
