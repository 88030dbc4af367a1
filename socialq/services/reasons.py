"""Why something did not go, as the program writes it down in English, said in the reader's language. Knows no incident."""

import re
from functools import lru_cache

from socialq.services.i18n import Words, mark

# As domain, networks and publishing write them. `%(…)s` stands for what they fill in.
KNOWN = (
    mark("its slot passed"),
    mark("cancelled on request"),
    mark("the post before it in the thread has no link to answer to"),
    mark("the post before it in the thread does not go out"),
    mark("it did not arrive, and its slot is over"),
    mark("looked twice: it is not there"),
    mark("the network gave no usable answer"),
    mark("the network gave no usable answer while preparing"),
    mark("the network accepted it and has not said whether it is out"),
    mark("the network answered with the id of another post (%(id)s)"),
    mark("it could not be read back: %(why)s"),
    mark("it was not found, but the machine that sent it may only be asleep"),
    mark("another attempt of it is out too"),
    mark("it waited for a yes after socialq was moved or restored"),
    mark("left out after socialq was moved or restored"),
    mark("the network takes no more posts for now"),
    mark("The access to this account ends too soon to post with it."),
    mark("The access to this account has ended."),
    mark("The network's answer to a renewal of the access was lost."),
    mark("the access to this account is being renewed"),
    mark("its channel was not connected"),
    mark("its worker has not been heard of"),
    mark("its worker died while sending"),
    mark("the claim was not acknowledged"),
    mark("preparing it stopped the program %(times)s times"),
    mark("%(network)s cannot be read back"),
    mark("%(fault)s after it may have gone out"),
    mark("%(fault)s while preparing"),
    mark("%(fault)s while reading back"),
    mark("the time for sending it was over before the first byte"),
    mark("the server's certificate could not be verified"),
    mark("the server did not answer in time"),
    mark("the server could not be reached in time"),
    mark("the connection to the server failed"),
    mark("the call failed (%(fault)s)"),
    mark("the server answered %(status)s"),
    mark("the server has lost a picture; it is uploaded again"),
    mark("the server still works on a picture"),
    mark("the server takes no more requests for now"),
    mark("The server refuses a picture: it is too large."),
    mark("The server refuses the post: %(why)s"),
    mark("The server refuses the post."),
    mark("The server does not let this account post: %(why)s"),
    mark("The server does not let this account post."),
    mark("The server no longer accepts the token: %(why)s"),
    mark("The server no longer accepts the token."),
    mark("The server refuses a picture: %(why)s"),
    mark("the preparation was too old"),
    mark("the post before it in the thread is not out yet"),
    mark("The post before it in the thread cannot be read: %(why)s"),
    mark("A picture cannot be read or made small enough; add it again."),
    mark("A picture or video cannot be read or made to fit; add it again."),
    mark("A picture is no longer the one that was prepared; make the post anew."),
    mark("Bluesky no longer accepts the app password: %(why)s"),
    mark("Bluesky no longer accepts the app password."),
    mark("Bluesky has shut this account, or its owner has: %(why)s"),
    mark("Bluesky has shut this account, or its owner has."),
    mark("Bluesky's own schema refuses %(fields)s."),
    mark("Somebody took socialq's access away in Facebook's settings; connect the Page again."),
    mark("Facebook wants the person who connected the Page to log in there first; connect it again afterwards."),
    mark("The Facebook password of the person who connected the Page was changed; connect it again."),
    mark("Facebook's access to this Page has ended; connect it again."),
    mark("Facebook wants the person who connected the Page to confirm the account first; connect it again afterwards."),
    mark("The person who connected the Page has no task on it any more; somebody who has must connect it again."),
    mark("Facebook does not accept socialq's app any more, perhaps its secret was changed; connect the Page again."),
    mark("Facebook no longer accepts the access: %(why)s"),
    mark("Facebook no longer accepts the access."),
    mark("Facebook does not let socialq do this on the Page: %(why)s"),
    mark("Facebook does not let socialq do this on the Page."),
    mark("Facebook takes no more requests for now"),
    mark("Facebook has blocked this Page for some hours"),
    mark("Facebook refuses the post: %(why)s"),
    mark("Facebook refuses the post."),
    mark("Facebook refuses it because the Page's last post was the same."),
    mark("Facebook cannot use the link in it: %(why)s"),
    mark("Facebook cannot use the link in it."),
    mark("Facebook knows no threads: only the first part can be a post there."),
    mark("The post that was made ready on Facebook is not there any more; make it anew."),
    mark("the post that was made ready is not on Facebook any more, or the Page does not show it"),
    mark("X no longer accepts the token: %(why)s"),
    mark("X no longer accepts the token."),
    mark("X has locked or suspended this account: %(why)s"),
    mark("The app at X is not allowed to post: %(why)s"),
    mark("The app at X is not allowed to post."),
    mark("X's usage cap for the app is reached: raise it in X's developer console"),
    mark("the app's credit at X is used up: add to it in X's developer console"),
    mark("X refuses the same text twice, and it is there already."),
    mark("X does not let this post answer the one before it, so the thread ends with that one: %(why)s"),
    mark("X refuses the post: %(why)s"),
    mark("X cannot use this video or picture: make it anew, as MP4 with H.264 and AAC."),
    mark("X does not renew the access any more; log in there again."),
    mark("the app at X is not set up here"),
    mark("X does not know the app: its codes are others by now"),
    mark("the practice folder cannot be written: %(why)s"),
    mark("a fault of the program; it is in the log"),
    mark("it was begun %(times)s times and never ended"),
    mark("whoever was sending it has not been heard of since"),
    # what a mail server does
    mark("The mail server does not take it now (%(code)s %(words)s)."),
    mark("The mail server refuses it (%(code)s %(words)s)."),
    mark("%(host)s does not accept the user name and password (%(code)s %(words)s)."),
    mark("%(host)s does not let us in (%(code)s %(words)s)."),
    mark("The connection to %(host)s broke while signing in."),
    mark("its addresses or subject cannot be written as a mail"),
    mark("The certificate of %(host)s cannot be trusted, or it speaks no TLS at port %(port)s."),
    mark("The connection broke after the mail was handed over; %(host)s did not say whether it took it."),
    mark("The server does not offer what is set: %(what)s."),
    mark("Addresses with letters beyond a to z cannot be mailed."),
    mark("%(host)s does not answer at port %(port)s."),
    mark("The connection to %(host)s broke before the mail was handed over."),
)
_HOLE = re.compile(r"%\((\w+)\)s")


def reason(words: Words, written: str) -> str:
    """The reason as a sentence. One that is not ours (a network's own words) stands in quotation marks, as it came."""
    if not written:
        return ""
    for known in KNOWN:
        if found := _pattern(known).fullmatch(written):
            inner = {name: _inner(words, name, value) for name, value in found.groupdict().items()}
            return _sentence(words.text(known, **inner))
    return _sentence(words.text("The answer was: “%(words)s”", words=written))


def _inner(words: Words, name: str, value: str) -> str:
    """A reason inside a reason: ours in the reader's language, anybody else's in quotation marks."""
    if name != "why":
        return value
    return words.text(value) if value in KNOWN else f"“{value.rstrip('.')}”"


@lru_cache(maxsize=256)
def _pattern(known: str) -> re.Pattern[str]:
    """Numbers and names are short; what somebody else says may be anything."""
    parts = _HOLE.split(known)
    holes = {name: f"(?P<{name}>.+)" for name in parts[1::2]}
    return re.compile("".join(holes[part] if n % 2 else re.escape(part) for n, part in enumerate(parts)), re.DOTALL)


def _sentence(text: str) -> str:
    begun = text[:1].upper() + text[1:] if not text.startswith("⟦") else text
    return begun if begun.endswith((".", "?”", "!”", "⟧")) else f"{begun}."
