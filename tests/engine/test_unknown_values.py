"""No preview shows the engine's marker of an unknown value, at any depth."""

import json
from io import StringIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.cli.results import show_result
from bluelamp.cli.screen import Screen
from bluelamp.core.wire import KNOWN_LATER, OUTPUT, SECRET, SIGNATURE, UNKNOWNS, is_unknown, shown
from bluelamp.engine.events import Outcome
from bluelamp.errors import Status
from bluelamp.fleet.deploy import Result
from tests.thorough import tries

URN = "urn:pulumi:essex::bluelamp::azure-native:network:Subnet::hub"

marks = st.sampled_from(sorted(UNKNOWNS)) | st.sampled_from([mark.upper() for mark in sorted(UNKNOWNS)])
plain = st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), max_size=8)
texts = marks | st.builds("{}{}{}".format, plain, marks, plain) | st.builds("{}/{}-{}".format, marks, plain, marks)
leaves = st.none() | st.booleans() | st.integers(-9, 9) | plain | texts
outputs = st.fixed_dictionaries({SIGNATURE: st.just(OUTPUT)}, optional={"value": leaves})
secrets = st.fixed_dictionaries({SIGNATURE: st.just(SECRET), "value": texts})
values = st.recursive(
    leaves | outputs | secrets,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(plain | texts, inner, max_size=3),
    max_leaves=6,
)


def result(was: Any, now: Any, path: str = "a") -> Result:
    """The result of a preview in which a property changes, read from the engine's events."""
    outcome = Outcome()
    metadata = {"urn": URN, "op": "update", "old": {"inputs": {"a": was}}, "new": {"inputs": {"a": now}}}
    outcome.take({"resourcePreEvent": {"metadata": {**metadata, "detailedDiff": {path: {"diffKind": "update"}}}}})
    output = now if isinstance(now, str) else "x"
    outcome.take({"diagnosticEvent": {"severity": "warning", "message": f"about {output}", "urn": URN}})
    outcome.take({"diagnosticEvent": {"severity": "error", "message": f"wrong {output}", "urn": URN}})
    outcome.take({"policyEvent": {"policyName": "BL-NET-001", "resourceUrn": URN, "message": f"found {output}"}})
    return Result(
        "essex",
        "preview",
        Status.DONE,
        tuple(outcome.changes),
        tuple(outcome.violations),
        tuple(outcome.errors),
        tuple(outcome.warnings),
    )


def output(monkeypatch: pytest.MonkeyPatch, one: Result) -> str:
    """The output for a user."""
    streams = StringIO()
    monkeypatch.setattr("sys.stdout", streams)
    monkeypatch.setattr("sys.stderr", streams)
    show_result(Screen(), one)
    return streams.getvalue()


@settings(max_examples=tries(1200), derandomize=True, deadline=None)
@given(was=values, now=values)
def test_no_marker_is_shown(was: Any, now: Any) -> None:
    one = result(was, now)
    with pytest.MonkeyPatch.context() as patch:
        text = output(patch, one)
    for given_ in (text, json.dumps(one.as_dict())):
        assert not is_unknown(given_)
        assert SIGNATURE not in given_


@settings(max_examples=tries(500), derandomize=True, deadline=None)
@given(
    value=st.recursive(st.none() | st.integers() | plain, lambda inner: st.lists(inner) | st.dictionaries(plain, inner))
)
def test_known_values_are_shown_unchanged(value: Any) -> None:
    assert shown(value) == value


@pytest.mark.parametrize("mark", sorted(UNKNOWNS))
def test_an_unknown_value_is_shown_in_words(mark: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert f"a: nothing => {KNOWN_LATER}" in output(monkeypatch, result(None, mark))
    assert f'a: "x" => {{"b": ["{KNOWN_LATER}", 1]}}' in output(monkeypatch, result("x", {"b": [mark, 1]}))
    assert f'"https://<{KNOWN_LATER}>.vault"' in output(monkeypatch, result("x", f"https://{mark}.vault"))
    properties = result("x", {"b": mark}).as_dict()["changes"][0]["properties"]
    assert properties == {"a": {"kind": "update", "was": "x", "now": {"b": KNOWN_LATER}}}


def test_two_unknown_keys_stay_distinct_and_secrets_stay_hidden() -> None:
    first, second = sorted(UNKNOWNS)[:2]
    assert shown({first: 1, second: 2}) == {KNOWN_LATER: 1, f"{KNOWN_LATER} (2)": 2}
    assert shown({"a": {SIGNATURE: SECRET, "value": "hunter2"}}) == {"a": "[secret]"}
    assert shown({SIGNATURE: OUTPUT, "secret": True, "value": "hunter2"}) == "[secret]"


@pytest.mark.parametrize("path", ["[", f'a["{sorted(UNKNOWNS)[0]}"]'])
def test_paths_have_no_marker(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one = result({sorted(UNKNOWNS)[0]: 1}, {sorted(UNKNOWNS)[0]: 2}, path)
    assert not is_unknown(output(monkeypatch, one) + json.dumps(one.as_dict()))
