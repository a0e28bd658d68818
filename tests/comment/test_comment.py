"""The content, order and length of the comment."""

import re
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from comparisons import comparison, judged, resource
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.comment import AZURE, GITHUB, SMALLEST, comment
from bluelamp.comment.detail import STEPS
from bluelamp.comparison.model import (
    Action,
    Cause,
    ChangedProperty,
    Comparison,
    Force,
    MonthlyCost,
    Reason,
    VerdictStatus,
)
from tests.thorough import tries

FORCES = tuple(f"force-{number}" for number in range(48))
FOUR = (
    resource(Action.REPLACED, "subnet", ChangedProperty("addressPrefix", "10.0.0.0/24", "10.0.1.0/24", replaces=True)),
    resource(Action.UPDATED, "vault", ChangedProperty("sku.name", "standard", "premium")),
    resource(Action.UPDATED, "group"),
    resource(Action.CREATED, "flow-log"),
)


def length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def fleet() -> Comparison:
    """43 forces with the same change, two that differ, and three without changes."""
    reason = Reason(
        Cause.SETTINGS, "stacks/Pulumi.force-0.yaml", 12, "bluelamp:azure.keyVault.sku", "standard", "premium"
    )
    alike = tuple(
        Force(
            force,
            resources=FOUR,
            verdicts=(judged(file=f"stacks/Pulumi.{force}.yaml"),),
            cost=MonthlyCost(Decimal(1000), Decimal("1012.50")),
            reasons=(reason,),
            alike="same",
        )
        for force in FORCES[:43]
    )
    differing = tuple(
        Force(force, resources=(*FOUR, resource(Action.DELETED, f"old-{force}", protect=True)), alike=force)
        for force in FORCES[43:45]
    )
    return comparison(*alike, *differing, *map(Force, FORCES[45:]))


def test_the_order_is_result_deletions_failures_cost_changes() -> None:
    text = comment(fleet())
    first, second, *_ = text.splitlines()
    assert first == "<!-- bluelamp:check -->"
    assert second.startswith(
        "### ❌ 45 of 48 forces affected, 43 new mandatory failures, 2 resources to delete, 45 to "
    )
    assert "+£537.50 a month" in second
    places = [text.index(f"#### {title}") for title in ("Deletions", "New mandatory", "Cost", "Changes")]
    assert places == sorted(places)
    assert "43 forces: the same 4 changes; 2 differ." in text
    assert "protected: the engine refuses to delete it" in text


def test_forces_with_one_change_are_one_group() -> None:
    text = comment(fleet())
    assert text.count("<summary>") == 3
    assert "<summary>43 forces: 1 resource to replace, 2 to update, 1 to create</summary>" in text
    # A replacement in all 45 forces appears once, with the property that forces it.
    assert text.count("**replace**") == 1
    assert "45 forces (`force-0`, `force-1`, `force-2` and 42 more): 1 resource to replace" in text
    assert "`addressPrefix`: `10.0.0.0/24` → `10.0.1.0/24`" in text
    assert "because of settings `stacks/Pulumi.force-0.yaml:12`" in text


def test_equal_comparisons_give_equal_comments() -> None:
    assert comment(fleet()) == comment(fleet())


@pytest.mark.parametrize(
    ("force", "mark", "message"),
    [
        (Force("kent", resources=FOUR[1:]), "✅", "3 updates"),
        (Force("kent", resources=FOUR[:1]), "⚠️", "1 resource to replace"),
        (Force("kent", verdicts=(judged(),)), "❌", "1 new mandatory failure, no resource changes"),
        (Force("kent", verdicts=(judged(verdict="unknown"),)), "⚠️", "Newly undecided on mandatory rules"),
        (Force("kent", verdicts=(judged(level="advisory"),)), "✅", "1 new advisory failure"),
        (Force("kent", verdicts=(judged(turn=VerdictStatus.GONE),)), "✅", "1 failure of the base no longer found."),
        (Force("kent", head_error="no such region"), "❌", "1 force failed to plan"),
        (Force("kent", base_error="no such region"), "⚠️", "1 force without a base to compare with"),
        (Force("kent", refused=("vault: no such tier",)), "❌", "1 resource refused by the cloud"),
        (Force("kent", cost=MonthlyCost(Decimal(2), Decimal(1))), "✅", "-£1.00 a month (£2.00 → £1.00)"),
        (Force("kent"), "✅", "No force is affected"),
    ],
)
def test_the_mark_shows_the_result(force: Force, mark: str, message: str) -> None:
    text = comment(comparison(force))
    assert text.splitlines()[1].startswith(f"### {mark} ")
    assert message.replace("3 updates", "2 resources to update, 1 to create") in text


def test_unknown_changes_are_not_reported_as_no_changes() -> None:
    for force in (Force("kent", base_error="no such region"), Force("kent", head_error="no such region")):
        assert "no resource changes" not in comment(comparison(force, Force("essex", verdicts=(judged(),))))


def large(resources: int, rules: int) -> Comparison:
    """One force with many changes."""
    changed = tuple(
        resource(
            what,
            f"thing-{number}-{'x' * 60}",
            *(ChangedProperty(f"p{n}", "old " * 20, "new " * 20, n == 0) for n in range(8)),
        )
        for what in Action
        for number in range(resources)
    )
    verdicts = tuple(judged(f"BL-X-{number:03}", name=f"thing-{number}") for number in range(rules))
    return comparison(Force("west-midlands", resources=changed, verdicts=verdicts, alike="one"))


@pytest.mark.parametrize("limit", [SMALLEST, 5_000, 20_000, GITHUB, AZURE])
def test_a_large_change_fits_and_says_what_is_left_out(limit: int) -> None:
    text = comment(large(400, 300), limit=limit)
    assert length(text) <= limit
    assert f"left out to fit {limit:,} characters" in text
    assert "300 new mandatory failures, 400 resources to delete, 400 to replace" in text
    if limit >= GITHUB:
        assert text.count("**delete**") == text.count("**replace**") * 1 or text.count("**delete**") >= 100


def test_if_only_the_result_fits_the_comment_says_that_the_rest_is_left_out() -> None:
    forces = [Force(f"force-{n}", resources=(resource(Action.DELETED, f"a{n}"),), alike=str(n)) for n in range(48)]
    text = comment(comparison(*forces), limit=SMALLEST)
    assert length(text) <= SMALLEST
    assert "48 resources to delete" in text
    assert f"left out to fit {SMALLEST:,} characters" in text


@settings(max_examples=tries(25), derandomize=True, deadline=None)
@given(st.integers(0, 60), st.integers(0, 40), st.integers(SMALLEST, 30_000))
def test_every_comment_fits_its_limit_and_closes_its_folds(resources: int, rules: int, limit: int) -> None:
    text = comment(large(resources, rules), limit=limit)
    assert length(text) <= limit
    assert text.count("<details>") == text.count("</details>")
    assert text.endswith("</sub>\n")


def test_detail_is_dropped_in_the_documented_order() -> None:
    documented = (Path(__file__).parents[2] / "docs/pull-requests.md").read_text()
    part = documented.partition("## Size limit")[2].partition("\n## ")[0]
    order_found = [line.partition("`")[2].partition("`")[0] for line in part.splitlines() if re.match(r"\d+\. ", line)]
    order: list[str] = []
    for before, after in pairwise(STEPS):
        for name in after.__slots__:
            if getattr(after, name) != getattr(before, name) and name not in order:
                order.append(name)
    assert order_found == order
    for before, after in pairwise(STEPS):
        assert all(getattr(after, name) <= getattr(before, name) for name in after.__slots__), "detail never returns"


def test_a_limit_too_small_for_the_result_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot hold the result"):
        comment(fleet(), limit=SMALLEST - 1)


def test_the_longest_result_fits_the_smallest_limit() -> None:
    force = Force("x" * 5_000, resources=FOUR, head_error="e" * 5_000, base_error="b")
    text = comment(comparison(force, reference="r" * 5_000, notes=("n" * 5_000,)), limit=SMALLEST)
    assert length(text) <= SMALLEST
