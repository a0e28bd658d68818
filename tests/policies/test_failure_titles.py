"""A rule has two headings: one for a pass, and one for a failure."""

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.policies import Rule, Verdict, rules
from bluelamp.policies.headings import heading
from bluelamp.policies.model import Severity
from bluelamp.policies.rule import Must, require, rule

LONGEST = 80
ALL = pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
ABOUT = {"severity": Severity.LOW, "controls": (), "at": "test:box:Box", "fix": "Do.", "example": ""}


@ALL
def test_a_failure_heading_is_one_line(rule: Rule) -> None:
    assert 10 < len(rule.failure) <= LONGEST
    assert rule.failure[0].isupper()
    assert not rule.failure.endswith((".", "!", ":"))
    assert rule.failure.isprintable()
    assert len(rule.failure.split()) > 2


@ALL
def test_a_failure_heading_is_not_the_title_with_a_prefix(rule: Rule) -> None:
    output, title = rule.failure.casefold(), rule.title.casefold()
    assert title not in output
    assert not re.match(r"(not|no|failed|failure|violation|breach)\b[ :]", output)


def test_no_two_headings_are_the_same() -> None:
    output = Counter(text.casefold() for rule in rules() for text in (rule.title, rule.failure))
    assert [text for text, count in output.items() if count > 1] == []


def test_no_text_has_a_gendered_or_personal_pronoun() -> None:
    pronoun = re.compile(r"\b(he|she|his|her|him|himself|nobody|somebody|everybody|anybody|whoever)\b", re.IGNORECASE)
    texts = {each.id: f"{each.title} {each.failure} {each.rationale} {each.fix}" for each in rules()}
    assert [id_ for id_, text in texts.items() if pronoun.search(text)] == []


def test_a_rule_without_a_failure_does_not_load() -> None:
    with pytest.raises(TypeError, match="failure"):
        rule("T-1", "Boxes are shut", **ABOUT)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="failure"):
        require("T-1", "Boxes are shut", Must("lid", be=True), rationale="", **ABOUT)  # type: ignore[call-arg]


@pytest.mark.parametrize("failure", ["", "  ", "boxes are shut", None])
def test_an_empty_failure_heading_does_not_load(failure: str) -> None:
    with pytest.raises(ValueError, match="T-1: failure"):
        require("T-1", "Boxes are shut", Must("lid", be=True), failure=failure, rationale="", **ABOUT)


@settings(derandomize=True, deadline=None)
@given(title=st.text(min_size=1), failure=st.text(min_size=1), verdict=st.sampled_from([*Verdict]))
def test_only_a_pass_has_the_title_as_its_heading(title: str, failure: str, verdict: Verdict) -> None:
    output = heading(title, failure, verdict)
    assert (output == title) == (verdict is Verdict.PASS or (verdict is Verdict.FAIL and failure == title))
    assert failure in output if verdict in (Verdict.FAIL, Verdict.EXEMPT) else title in output
