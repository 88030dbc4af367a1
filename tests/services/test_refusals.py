"""Several sentences as one refusal: in English, kept, and said later in another language."""

import json

from socialq.domain.shots import Said
from socialq.services.i18n import Words
from socialq.services.refusals import all_of, kept, said, told

LONG = Said(
    "The text has %(size)s characters, %(network)s takes %(most)s.", {"size": 1501, "network": "X", "most": 280}
)
MOVES = Said(
    "Picture %(number)s moves, and %(network)s would show it standing still.", {"number": 2, "network": "Bluesky"}
)
EMPTY = Said("There is neither text nor a picture.", {})


def test_one() -> None:
    error = all_of([LONG, LONG])
    assert str(error) == "The text has 1501 characters, X takes 280."
    assert said(Words("nl"), error) == "De tekst heeft 1.501 tekens, X neemt er 280."
    assert said(Words("nl"), EMPTY) == "Er is nog geen tekst en geen foto."


def test_several_are_kept_as_json_and_said_later() -> None:
    error = all_of([LONG, MOVES, LONG, EMPTY])
    assert str(error) == f"{LONG} {MOVES} {EMPTY}"
    later = json.loads(json.dumps(kept(error)))
    assert told(Words("nl"), later) == " ".join(str(said(Words("nl"), one)) for one in (LONG, MOVES, EMPTY))


def test_one_that_has_no_translation_is_said_in_english() -> None:
    foreign = Said("%(network)s closes at %(size)s.", {"network": "X", "size": 5})
    assert said(Words("nl"), all_of([EMPTY, foreign])) == "Er is nog geen tekst en geen foto. X closes at 5."
