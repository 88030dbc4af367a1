"""Length as X counts it: X's own cases, and X's own library over random texts."""

import json
import os
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from socialq.networks.text import weigh
from socialq.networks.text.x import MOST
from socialq.networks.text.x_links import units
from tests.networks.texts import some
from tests.tools import x_data

ROOT = Path(__file__).parents[2]
SPECS = Path(os.environ.get("SOCIALQ_SPECS_DIR", ROOT.parent / "shared" / "specs"))
CASES = SPECS / "x" / "twitter-text" / "validate.yml"
GROUPS = ("WeightedTweetsWithDiscountedEmojiCounterTest", "UnicodeDirectionalMarkerCounterTest")
LIBRARY = ROOT / "node_modules" / "twitter-text"
TEXTS = 10_000


def _cases() -> list[Any]:
    if not CASES.is_file():
        return [pytest.param({}, marks=pytest.mark.skip(reason=f"SOCIALQ_SPECS_DIR has no {CASES}"))]
    tests = yaml.safe_load(CASES.read_text("utf-8"))["tests"]
    return [pytest.param(case, id=f"{group[:7]}-{n}") for group in GROUPS for n, case in enumerate(tests[group])]


def test_all_cases_are_there() -> None:
    assert len(_cases()) == (24 if CASES.is_file() else 1)


@pytest.mark.parametrize("case", _cases())
def test_the_cases_of_x(case: dict[str, Any]) -> None:
    found, last = weigh(case["text"]), max(len(units(case["text"])) - 1, 0)
    assert case["expected"] == {
        "weightedLength": found.length,
        "valid": found.fits,
        "permillage": found.length * 1000 // MOST,
        "displayRangeStart": 0,
        "displayRangeEnd": last,
        "validRangeStart": 0,
        "validRangeEnd": found.end,
    }


@pytest.mark.skipif(not LIBRARY.is_dir(), reason="npm twitter-text is not there: make assets-tests")
def test_random_texts_count_as_in_the_library_of_x() -> None:
    seed = random.SystemRandom().randrange(2**32)
    print(f"{TEXTS} texts of seed {seed}")
    texts = some(seed, TEXTS)
    counted = subprocess.run(
        [ROOT / "static" / "node.sh", "node", ROOT / "tests" / "tools" / "x_count.mjs"],
        input=json.dumps(texts).encode(), stdout=subprocess.PIPE, check=True, cwd=ROOT,
    )  # fmt: skip
    theirs = [tuple(one) for one in json.loads(counted.stdout)]
    ours = [(one.length, one.fits, one.end) for one in map(weigh, texts)]
    apart = [(text, *both) for text, *both in zip(texts, theirs, ours, strict=True) if both[0] != both[1]]
    assert not apart, (seed, len(apart), apart[:5])
    assert max(length for length, *_ in ours) > 2 * MOST
    assert sum(fits for _, fits, _ in ours) > TEXTS / 10


@pytest.mark.skipif(not LIBRARY.is_dir(), reason="npm twitter-text is not there: make assets-tests")
def test_the_lists_are_those_of_the_library() -> None:
    there = ROOT / "socialq" / "networks" / "text" / "x_data.py"
    assert there.read_text("utf-8") == x_data.written()


LONG = [
    "字" * 20_000 + ".字",
    "a." * 20_000,
    "a." * 10_000 + "com",
    "http://a.nl/" + "a(" * 5000,
    "http://a.nl/" + "!" * 9000,
    "字.com/" * 5000,
]


@pytest.mark.parametrize("text", LONG, ids=lambda text: text[:14])
def test_no_text_takes_long(text: str) -> None:
    """Were it quadratic, these would take minutes."""
    assert weigh(text).length >= len(text) / 20
    assert not weigh(text).fits


def test_a_long_text_without_spaces_has_its_links() -> None:
    assert weigh("字" * 3000 + "https://example.com/字").length == 2 * 3000 + 23 + 2
