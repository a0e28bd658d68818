"""Merging two documents: equal values stay, a value in only one is copied, and a difference becomes a question."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.merging.combine import Combining, suffixed
from bluelamp.merging.questions import Answer, Answers
from bluelamp.merging.schedule import in_order
from tests.thorough import tries

often = settings(derandomize=True, deadline=None, max_examples=tries(1000))
scalars = st.one_of(st.integers(0, 9), st.sampled_from(["a", "b", "c"]), st.booleans())
keys = st.sampled_from(["amount", "size", "role", "tier", "contacts"])
documents = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.dictionaries(keys, inner, max_size=4),
        st.lists(st.fixed_dictionaries({"name": st.sampled_from(["x", "y", "z"]), "value": inner}), max_size=3).map(
            lambda items: list({each["name"]: each for each in items}.values())
        ),
    ),
    max_leaves=12,
)
mappings = st.dictionaries(keys, documents, max_size=5)


def combined(first: Any, second: Any, given: dict[str, Answer] | None = None) -> tuple[Any, Answers]:
    answers = Answers(given)
    return Combining(("kent", "surrey"), answers, "settings")(first, second), answers


@often
@given(mappings)
def test_equal_documents_give_no_questions(document: Any) -> None:
    made, answers = combined(document, document)
    assert made == document
    assert answers.asked == {}


@often
@given(mappings)
def test_a_value_in_only_one_document_is_copied(document: Any) -> None:
    for pair in ((document, {}), ({}, document)):
        made, answers = combined(*pair)
        assert made == document
        assert answers.asked == {}


@often
@given(mappings, mappings, st.sampled_from(["kent", "surrey"]))
def test_an_open_question_leaves_its_value_out_and_an_answer_fills_it_in(first: Any, second: Any, word: str) -> None:
    draft, asked = combined(first, second)
    made, answered = combined(first, second, {name: Answer(word) for name in asked.asked})
    assert answered.open == []
    assert leaves(made) == leaves(draft) + sum(leaves(each.options[word]) for each in answered.asked.values())


def leaves(value: Any) -> int:
    """The number of scalars in a document, without the names of items."""
    if isinstance(value, dict):
        return sum(leaves(item) for key, item in value.items() if key != "name")
    if isinstance(value, list):
        return sum(leaves(item) for item in value)
    return 1


@often
@given(mappings, mappings)
def test_the_order_of_the_forces_changes_no_question(first: Any, second: Any) -> None:
    _, one = combined(first, second)
    _, other = combined(second, first)
    assert one.asked.keys() == other.asked.keys()


def test_numbers_that_add_up_offer_their_sum() -> None:
    _, answers = combined({"budget": {"amount": 18040}}, {"budget": {"amount": 8260}})
    (question,) = answers.asked.values()
    assert question.options == {"kent": 18040, "surrey": 8260, "sum": 26300}
    made, _ = combined({"budget": {"amount": 18040}}, {"budget": {"amount": 8260}}, {question.id: Answer("sum")})
    assert made == {"budget": {"amount": 26300}}


def test_the_higher_profile_and_the_higher_marking_are_used() -> None:
    made, answers = combined({"profile": "full", "tier": "OFFICIAL"}, {"profile": "starter", "tier": "SECRET"})
    assert made == {"profile": "full", "tier": "SECRET"}
    assert answers.asked == {}


def test_milestones_keep_their_length_and_start_after_their_dependencies() -> None:
    roadmap = {
        "milestones": [
            {"id": "c", "start": "2027-04-01", "end": "2027-04-30", "dependsOn": ["b"]},
            {"id": "b", "start": "2027-01-01", "end": "2027-03-31", "dependsOn": ["a"]},
            {"id": "a", "start": "2026-01-01", "end": "2027-12-31"},
        ]
    }
    made, moved = in_order(roadmap)
    assert [(each["start"], each["end"]) for each in made["milestones"]] == [
        ("2028-03-31", "2028-04-29"),
        ("2028-01-01", "2028-03-30"),
        ("2026-01-01", "2027-12-31"),
    ]
    assert len(moved) == 4
    assert in_order(made) == (made, {})


@pytest.mark.parametrize("broken", [{}, {"milestones": [{"id": "a"}]}, {"milestones": "soon"}])
def test_an_unreadable_roadmap_is_unchanged(broken: dict[str, Any]) -> None:
    assert in_order(broken) == (broken, {})


def test_an_owner_is_asked_for_once() -> None:
    owner, other = {"role": "Head of ICT", "email": "a@x.example"}, {"role": "Director", "email": "b@y.example"}
    _, answers = combined({"one": owner, "two": owner}, {"one": other, "two": other})
    (question,) = answers.asked.values()
    made, _ = combined({"one": owner, "two": owner}, {"one": other, "two": other}, {question.id: Answer("surrey")})
    assert made == {"one": other, "two": other}


@given(st.from_regex(r"[a-z]([a-z-]{0,25}[a-z])?", fullmatch=True), st.from_regex(r"[a-z]{2,5}", fullmatch=True))
@settings(derandomize=True, deadline=None, max_examples=tries(300))
def test_a_new_name_is_within_the_length_limit(name: str, code: str) -> None:
    made = suffixed(name, code)
    assert len(made) <= 20
    assert made.endswith(f"-{code}")
    assert "--" not in made or "--" in name
