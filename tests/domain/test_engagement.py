"""Missing is not zero, and a rate names what it is a share of."""

from hypothesis import given
from hypothesis import strategies as st

from socialq.domain.engagement import KINDS, Rate, engagements, rate_of_post, rate_over_posts, total

counts = st.none() | st.integers(0, 10**9)
numbers = st.dictionaries(st.sampled_from([*KINDS, "views", "reach", "clicks"]), counts)


def test_what_counts() -> None:
    given_all = {"likes": 3, "comments": 2, "shares": 1, "saves": 4, "clicks": 90, "views": 1000}
    assert engagements(given_all) == 10
    assert engagements({"likes": 0, "comments": None}) == 0
    assert engagements({"views": 12, "likes": None}) is None


@given(st.lists(counts))
def test_a_total_is_missing_only_when_all_is(values: list[int | None]) -> None:
    assert total(values) == (sum(v for v in values if v is not None) if any(v is not None for v in values) else None)


@given(numbers, counts)
def test_the_denominator_is_the_best_that_is_known(found: dict[str, int | None], followers: int | None) -> None:
    rate = rate_of_post(found, followers)
    bases = [("reach", found.get("reach")), ("views", found.get("views")), ("followers", followers)]
    usable = [(of, base) for of, base in bases if base]
    done = engagements(found)
    if done is None or not usable:
        assert rate is None
    else:
        assert rate == Rate(done / (usable[0][1] or 0), usable[0][0])


def test_over_posts_only_views_count() -> None:
    assert rate_over_posts(59, 1000) == Rate(0.059, "views")
    assert rate_over_posts(59, None) is None
    assert rate_over_posts(59, 0) is None
    assert rate_over_posts(None, 1000) is None
    assert rate_over_posts(0, 1000) == Rate(0.0, "views")
