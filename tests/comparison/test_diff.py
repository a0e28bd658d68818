"""Comparing snapshots, property by property."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.comparison import diff
from bluelamp.comparison.model import Action
from bluelamp.comparison.snapshot import encoded
from bluelamp.paths import found, parse
from bluelamp.rehearsal.values import UNKNOWN, Blob, Secret
from tests.thorough import tries

KEY = b"key"
URN = "urn:pulumi:essex::bluelamp::a:b:C::name"
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.text("ab", max_size=2),
    st.just(UNKNOWN),
    st.text("ab", max_size=1).map(Secret),
    st.text("ab", max_size=1).map(lambda text: Blob({"text": text})),
)
KEYS = st.sampled_from(["a", "b", "a.b", 'c"d', "0", "e f"])
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=6
)
INPUTS = st.dictionaries(KEYS, VALUES, max_size=3)


def side(inputs: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    one = {
        "custom": True,
        "inputs": {name: encoded(value, KEY) for name, value in inputs.items()},
        "references": {},
        "parent": "",
        "protect": False,
        "aliases": [],
        "ignore": [],
        "forced": [],
        "failures": [],
        "place": None,
    }
    return {"resources": {URN: {**one, **more}}, "components": {}}


def none(_urn: str, _before: object, _after: object) -> tuple[str, ...]:
    return ()


def same(old: Any, new: Any) -> bool:
    """Whether two values are equal to a cloud, for which None and absent are the same."""
    if isinstance(old, dict) and isinstance(new, dict):
        return all(same(old.get(key), new.get(key)) for key in {**old, **new})
    if isinstance(old, list) and isinstance(new, list):
        longer = max(len(old), len(new))
        one, other = (each + [None] * (longer - len(each)) for each in (old, new))
        return all(map(same, one, other))
    return bool(old == new and isinstance(old, bool) == isinstance(new, bool))


@settings(max_examples=tries(150), deadline=None, derandomize=True)
@given(before=INPUTS, after=INPUTS)
def test_a_resource_differs_exactly_where_its_values_differ(before: dict[str, Any], after: dict[str, Any]) -> None:
    changed = diff.resources(side(before), side(after), none)
    assert bool(changed) is not same(before, after)
    for each in changed:
        assert each.what is Action.UPDATED
        for one in each.properties:
            steps = parse(one.path)
            for inputs, value in ((before, one.before), (after, one.after)):
                plain = diff.shown({name: encoded(item, KEY) for name, item in inputs.items()})
                assert found(plain, steps) == value


def test_secrets_and_unknown_values_are_not_shown() -> None:
    (changed,) = diff.resources(side({"p": Secret("one"), "q": "x"}), side({"p": Secret("two"), "q": UNKNOWN}), none)
    assert [(each.path, each.before, each.after) for each in changed.properties] == [
        ("p", "[secret]", "[secret]"),
        ("q", "x", "<unknown>"),
    ]
    assert not diff.resources(side({"p": Secret("one")}), side({"p": Secret("one")}), none)
    assert "sesame" not in str(side({"p": Secret("sesame")}))


def test_an_unknown_value_from_another_resource_differs() -> None:
    old, new = (side({"p": UNKNOWN}, references={"p": [f"{URN}-{which}"]}) for which in "ab")
    (changed,) = diff.resources(old, new, none)
    assert [(each.before, each.after) for each in changed.properties] == [
        ("<unknown, from name-a>", "<unknown, from name-b>")
    ]


@pytest.mark.parametrize(
    ("ignore", "differs"), [([], True), (["a"], False), (["a[*].b"], False), (["a[0].b"], False), (["a[0].c"], True)]
)
def test_ignored_changes_do_not_differ(ignore: list[str], differs: bool) -> None:
    old, new = side({"a": [{"b": 1}]}), side({"a": [{"b": 2}]}, ignore=ignore)
    assert bool(diff.resources(old, new, none)) is differs


def test_a_renamed_resource_with_its_alias_is_the_same_resource() -> None:
    old, new = side({"p": 1}), side({"p": 1}, aliases=[URN])
    new["resources"] = {f"{URN}-new": new["resources"][URN]}
    assert not diff.resources(old, new, none)
    new["resources"][f"{URN}-new"]["aliases"] = []
    assert {each.what for each in diff.resources(old, new, none)} == {Action.DELETED, Action.CREATED}


def test_changes_are_alike_apart_from_names_and_addresses() -> None:
    def digest(slug: str, address: str, size: str) -> str:
        changed = diff.resources(
            side({"name": f"vm-{slug}", "ip": address, "size": "s1"}),
            side({"name": f"vm-{slug}-2", "size": size}),
            none,
        )
        return diff.alike(changed, (), (), [slug])

    assert digest("essex", "10.1.0.4", "s2") == digest("kent", "10.9.0.4", "s2")
    assert digest("essex", "10.1.0.4", "s2") != digest("kent", "10.9.0.4", "s3")


def test_replacements_by_the_program_or_the_cloud_are_marked() -> None:
    def changed(forced: list[str], ignore: list[str]) -> list[tuple[Action, list[bool]]]:
        old, new = side({"a": 1, "b": 1}), side({"a": 2, "b": 2}, forced=forced, ignore=ignore)
        found = diff.resources(old, new, lambda *_: ["b"])
        return [(each.what, [one.replaces for one in each.properties]) for each in found]

    assert changed([], []) == [(Action.REPLACED, [False, True])]
    assert changed(["a"], []) == [(Action.REPLACED, [True, True])]
    assert changed([], ["b"]) == [(Action.UPDATED, [False])]
