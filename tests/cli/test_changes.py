"""How changes are shown: destructive changes first, one by one; the rest grouped; everything with `--details` and in
JSON.
"""

import json
import re
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.cli.results import show_result
from bluelamp.cli.screen import Screen
from bluelamp.core.wire import KNOWN_LATER, OUTPUT, SECRET, SIGNATURE, UNKNOWN_STRING
from bluelamp.engine.events import Step, Violation
from bluelamp.errors import Status
from bluelamp.fleet.deploy import Result
from tests.thorough import tries

DIAGNOSTIC, VAULT = "azure-native:monitor:DiagnosticSetting", "azure-native:keyvault:Vault"


def urn(name: str, kind: str = DIAGNOSTIC) -> str:
    return f"urn:pulumi:essex::bluelamp::{kind}::{name}"


def step(called: str, op: str = "update", kind: str = DIAGNOSTIC, **changes: tuple[str, Any, Any]) -> Step:
    """A step whose `changes` are the kind, the old and the new value of each property."""
    old = {key: was for key, (_, was, _) in changes.items() if was is not None}
    new = {key: now for key, (_, _, now) in changes.items() if now is not None}
    return Step(urn(called, kind), op, {key: what for key, (what, _, _) in changes.items()}, new, old)


def output(
    monkeypatch: pytest.MonkeyPatch, result: Result, *, details: bool = False, seen: Result | None = None
) -> str:
    stream = StringIO()
    monkeypatch.setattr("sys.stdout", stream)
    monkeypatch.setattr("sys.stderr", stream)
    show_result(Screen(), result, details=details, seen=seen)
    return stream.getvalue()


def preview(*steps: Step, **more: Any) -> Result:
    return Result("essex", "preview", Status.DONE, steps, **more)


def test_similar_changes_are_one_group(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = [step(f"logs-{n:02}", workspaceId=("add", None, "/workspaces/main")) for n in range(12)]
    text = output(monkeypatch, preview(*steps, counts={"same": 905, "update": 12}))
    assert f"  ~ 12 x {DIAGNOSTIC}: + workspaceId\n" in text
    assert 'workspaceId: nothing => "/workspaces/main"' in text
    assert "logs-00, logs-01, logs-02 and 9 more" in text
    assert "--details shows everything" in text
    assert text.endswith("essex: 12 to update, 905 unchanged\n")


def test_changes_of_other_values_or_properties_are_separate_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    one = step("a", name=("update", 1, 2))
    other = step("b", name=("update", 1, 3))
    third = step("c", name=("delete", 1, None))
    text = output(monkeypatch, preview(one, other, third))
    assert f"~ 2 x {DIAGNOSTIC}: ~ name" in text
    assert "~ name: values differ" in text
    assert "- name: 1 => nothing" in text


def test_destructive_changes_come_first_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = [
        *(step(f"new-{n}", "create", name=("add", None, n)) for n in range(30)),
        *(step(f"gone-{n}", "delete") for n in range(60)),
        *(step(f"vault-{n}", "replace", VAULT, location=("update-replace", "ukwest", "uksouth")) for n in range(60)),
        *(step(f"vault-{n}", "create-replacement", VAULT) for n in range(60)),
    ]
    lines = output(monkeypatch, preview(*steps)).splitlines()
    gone = [number for number, line in enumerate(lines) if re.match(r" +- .* gone-\d+$", line)]
    replaced = [number for number, line in enumerate(lines) if re.match(r" +\+- .* vault-\d+$", line)]
    made = [number for number, line in enumerate(lines) if " + " in line and "create" not in line and " x " in line]
    assert (len(gone), len(replaced), len(made)) == (60, 60, 1)
    assert max(gone) < min(replaced) < max(replaced) < made[0]
    assert lines.count('      ~ location: "ukwest" => "uksouth" (forces replacement)') == 60
    assert lines[-1] == "essex: 60 to delete, 60 to replace, 30 to create"


def test_details_show_everything_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    long = "x" * 300
    properties = {f"p{n:02}": ("update", n, long) for n in range(40)}
    steps = [step(f"s{n:02}", **properties) for n in range(50)]
    steps.append(Step(urn("made"), "create", {}, {"tags": {"cost-centre": "A", "a.b": ["c", "d"]}, "empty": {}}))
    steps.append(Step(urn("gone"), "delete", {}, {}, {"location": "ukwest"}))
    brief, full = output(monkeypatch, preview(*steps)), output(monkeypatch, preview(*steps), details=True)
    assert "…" in brief
    assert "--details shows everything" in brief
    assert "…" not in full
    assert "--details" not in full
    assert full.count(f'=> "{long}"') == 40 * 50
    assert '+ tags.cost-centre: "A"' in full
    assert '+ tags["a.b"][1]: "d"' in full
    assert "+ empty: {}" in full
    assert '- location: "ukwest"' in full


values = st.recursive(
    st.sampled_from([UNKNOWN_STRING, f"a-{UNKNOWN_STRING}", 1, True, "plain", {SIGNATURE: OUTPUT}])
    | st.builds(lambda word: {SIGNATURE: SECRET, "value": f"hush-{word}"}, st.integers(0, 9))
    | st.builds(lambda word: {SIGNATURE: OUTPUT, "secret": True, "value": f"hush-{word}"}, st.integers(0, 9)),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b-c", "d.e"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=tries(200), derandomize=True, deadline=None, database=None)
@given(st.lists(st.tuples(st.sampled_from(["create", "update", "delete", "replace"]), values), min_size=1, max_size=6))
def test_no_secret_and_no_marker_of_an_unknown_value_is_shown(several: list[tuple[str, Any]]) -> None:
    steps = []
    for number, (op, value) in enumerate(several):
        changes = {"p": "update"} if op in ("update", "replace") else {}
        new = {} if op == "delete" else {"p": value}
        steps.append(Step(urn(f"s{number}"), op, changes, new, {"p": value}))
    result = preview(*steps)
    with pytest.MonkeyPatch.context() as patch:
        texts = [output(patch, result), output(patch, result, details=True), json.dumps(result.as_dict())]
    for text in texts:
        assert "hush" not in text
        assert UNKNOWN_STRING not in text
        assert SIGNATURE not in text
    if any(value == UNKNOWN_STRING for _, value in several):
        assert all(KNOWN_LATER in text for text in texts[1:])
    assert all(f"s{number}" in texts[1] for number in range(len(steps)))


def test_json_has_everything() -> None:
    result = preview(Step(urn("a"), "create", {}, {"x": {"y": 1}}), Step(urn("b"), "delete", {}, {}, {"z": 2}))
    changes = {change["name"]: change for change in result.as_dict()["changes"]}
    assert changes["a"]["inputs"] == {"x": {"y": 1}}
    assert changes["b"]["inputs"] == {"z": 2}


def advice(count: int, rule: str = "BL-NET-012", *, mandatory: bool = False) -> tuple[Violation, ...]:
    return tuple(
        Violation(
            rule, "bluelamp", urn(f"network-{n}"), mandatory, "medium", f"{rule} Networks\nfound {n % 2}\nFix: set it"
        )
        for n in range(count)
    )


def test_an_advisory_is_shown_once_with_a_count(monkeypatch: pytest.MonkeyPatch) -> None:
    result = Result("essex", "up", Status.DONE, (step("a", "create"),), advice(12))
    text = output(monkeypatch, result)
    assert text.count("advisory") == 1
    assert "advisory BL-NET-012 (12 resources)" in text
    assert text.count("Fix: set it") == 1
    assert "network-0, network-1, network-10, network-11, network-2 and 7 more" in text
    full = output(monkeypatch, result, details=True)
    assert all(f"network-{n}\n" in full for n in range(12))


def test_a_mandatory_failure_names_every_resource(monkeypatch: pytest.MonkeyPatch) -> None:
    result = Result("essex", "preview", Status.RULES_BROKEN, (), advice(12, mandatory=True))
    text = output(monkeypatch, result)
    assert all(f"network-{n}\n" in text for n in range(12))
    assert "refused: 1 mandatory rule is broken" in text


def test_an_exempt_violation_is_shown_with_its_exemption(monkeypatch: pytest.MonkeyPatch) -> None:
    excepted = replace(advice(1)[0], exceptions=(("EXC-42", "moves in May"),))
    text = output(monkeypatch, preview(step("a", "create"), violations=(*advice(3), excepted)))
    assert "excepted BL-NET-012 network-0\n    │ by EXC-42: moves in May\n" in text
    assert "advisory BL-NET-012 (3 resources)" in text
    assert text.rstrip().endswith("1 excepted")


def test_a_confirmed_preview_is_not_shown_again(monkeypatch: pytest.MonkeyPatch) -> None:
    planned = preview(step("a", "create"), violations=advice(3), warnings=("slow",))
    done = Result("essex", "up", Status.DONE, planned.steps, (*advice(3), *advice(1, "BL-KV-007")), warnings=("slow",))
    text = output(monkeypatch, done, seen=planned)
    assert "BL-NET-012" not in text
    assert "slow" not in text
    assert "advisory BL-KV-007 network-0" in text


def test_a_count_names_what_it_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = [
        step("a", "create"),
        step("b", "create"),
        replace(step("hub", "create", "bluelamp:azure:Hub"), custom=False),
        replace(step("essex", "create", "pulumi:pulumi:Stack"), custom=False),
    ]
    assert "4 to create (2 resources, 1 component, the stack)" in output(monkeypatch, preview(*steps))


def test_quiet_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = StringIO()
    monkeypatch.setattr("sys.stdout", stream)
    monkeypatch.setattr("sys.stderr", stream)
    show_result(Screen(quiet=True), preview(step("a", name=("update", 1, 2)), notes=("a note",), warnings=("w",)))
    assert stream.getvalue() == "essex: 1 to update\n"
