"""Drift, the filters that exclude some of it, its age, and its description in an issue."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.cli.drifting import MARKER, Drifting, drifting, issue
from bluelamp.core.markdown import LONGEST_TEXT
from bluelamp.core.problems import SettingsError
from bluelamp.engine.events import Step
from bluelamp.errors import Status
from bluelamp.fleet.deploy import Result, _beyond
from bluelamp.fleet.drift_history import file_of, keys, remember
from bluelamp.fleet.drift_settings import Drift, Filter, read_drift
from tests.conftest import ROOT, in_process
from tests.thorough import tries

TODAY = date(2026, 11, 30)
NETWORK = "azure-native:network:VirtualNetwork"
REASON = "The inventory tool of the network team writes it every night."


def step(name: str, *paths: str, op: str = "update", type_: str = NETWORK, **values: object) -> Step:
    urn = f"urn:pulumi:essex::bluelamp::{type_}::{name}"
    return Step(urn, op, dict.fromkeys(paths, "update"), {**values}, {})


def read(root: Path, text: str, today: date = TODAY) -> Drift:
    file = root / "stacks" / "essex" / "drift.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return read_drift(root, "essex", today)


def one(**more: str) -> str:
    output = {"type": NETWORK, "property": "tags.note", "reason": REASON, "expiry": "2027-01-31", **more}
    rows = "".join(f'    {key}: "{value}"\n' for key, value in output.items() if value)
    return f"ignore:\n  -\n{rows}"


def test_a_filter_covers_a_property_and_those_below_it_of_some_resources(tmp_path: Path) -> None:
    drift = read(tmp_path, one(property="tags", resource="hub-*"))
    kept, ignored = drift.sift(
        [step("hub-network", "tags.note", "tags.x", "dhcpOptions"), step("other", "tags.note"), step("hub-b", "tags")]
    )
    assert [(each.name, list(each.changes)) for each in kept] == [
        ("hub-network", ["dhcpOptions"]),
        ("other", ["tags.note"]),
    ]
    assert [(each.urn.rpartition("::")[2], each.property) for each in ignored] == [
        ("hub-network", "tags.note"),
        ("hub-network", "tags.x"),
        ("hub-b", "tags"),
    ]


def test_a_wildcard_matches_any_index(tmp_path: Path) -> None:
    drift = read(tmp_path, one(property="rules[*].priority"))
    kept, ignored = drift.sift([step("a", "rules[3].priority", "rules[3].name", "rules", 'rules["x"].priority')])
    assert [each.property for each in ignored] == ["rules[3].priority"]
    assert list(kept[0].changes) == ["rules[3].name", "rules", 'rules["x"].priority']


def test_a_deleted_resource_is_always_drift(tmp_path: Path) -> None:
    gone = step("hub", "tags.note", op="delete")
    assert read(tmp_path, one()).sift([gone]) == ([gone], [])


def test_a_filter_applies_until_its_expiry(tmp_path: Path) -> None:
    text = one(expiry="2026-11-30")
    assert read(tmp_path, text).sift([step("a", "tags.note")])[0] == []
    after = read(tmp_path, text, TODAY + timedelta(days=1))
    assert len(after.sift([step("a", "tags.note")])[0]) == 1
    assert len(after.expired) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"property": "a..b"}, "is not a valid property path"),
        ({"property": "*"}, "is not a valid property path"),
        ({"type": "*"}, "is not a valid name"),
        ({"type": ""}, "names no type and no resource"),
        ({"reason": "noise"}, "gives no reason"),
        ({"expiry": "2028-01-01"}, "is more than a year ahead"),
        ({"expiry": "soon"}, "is not a date"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_mistake_is_reported_with_its_location(tmp_path: Path, change: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError) as error:
        read(tmp_path, one(**change))
    [problem] = [str(each) for each in error.value.problems]
    assert problem.startswith("stacks/essex/drift.yaml:")
    assert message in problem


@settings(derandomize=True, deadline=None, max_examples=tries(60))
@given(st.lists(st.sampled_from(["tags.note", "tags.x", "rules[0].a", "sku"]), unique=True, min_size=1))
def test_every_property_is_either_drift_or_ignored(paths: list[str]) -> None:
    tags = Filter(type=NETWORK, property="tags", reason=REASON, expiry=TODAY)
    drift = Drift(filters=(tags,))
    kept, ignored = drift.sift([step("a", *paths)])
    assert sorted([path for each in kept for path in each.changes] + [each.property for each in ignored]) == sorted(
        paths
    )


def test_the_history_has_the_age_of_drift_and_what_is_resolved(tmp_path: Path) -> None:
    file = file_of(tmp_path, rehearse=False)
    days = [datetime(2026, 11, day, tzinfo=UTC) for day in (1, 2, 3, 4)]
    both = [step("a", "tags.note", "sku"), step("b", op="delete")]
    first, trouble = remember(file, "essex", keys(both), days[0])
    assert (trouble, first.previous) == ("", None)
    assert {runs for _, runs in first.since.values()} == {1}
    remember(file, "essex", keys(both[:1]), days[1])
    third, _ = remember(file, "essex", keys(both), days[2])
    assert third.since[both[0].urn, "sku"] == (days[0], 3)
    assert third.since[both[1].urn, ""] == (days[2], 1)
    last, _ = remember(file, "essex", [], days[3])
    assert len(last.gone) == 3
    assert remember(file, "kent", [], days[3])[0].previous is None
    assert file.stat().st_mode & 0o777 == 0o600


def test_forces_are_recorded_at_the_same_time(tmp_path: Path) -> None:
    file = file_of(tmp_path, rehearse=False)
    forces = [f"force-{number}" for number in range(6)]
    with ThreadPoolExecutor(6) as pool:
        messages = list(pool.map(lambda force: remember(file, force, [("u", "p")], datetime.now(UTC))[1], forces))
    assert set(messages) == {""}
    again = [remember(file, force, [("u", "p")], datetime.now(UTC))[0] for force in forces]
    assert {runs for each in again for _, runs in each.since.values()} == {2}


def test_an_unusable_history_is_no_failure(tmp_path: Path) -> None:
    file = file_of(tmp_path, rehearse=True)
    file.parent.mkdir(parents=True)
    file.write_bytes(b"not a database" * 100)
    history, trouble = remember(file, "essex", [("u", "p")], datetime.now(UTC))
    assert history.since == {}
    assert "move it away to start a new one" in trouble


def found(*steps: Step, status: Status = Status.CHANGES_FOUND, force: str = "essex") -> Result:
    return Result(force, "drift", status, steps=steps)


def test_an_issue_shows_values_as_code_and_can_be_found_again(tmp_path: Path) -> None:
    hostile = step("a`b", "tags.note", type_="t:m:<img>", tags={"note": "`</details> @everyone\n# x <script>"})
    run = Drifting(tmp_path, datetime(2026, 11, 30, tzinfo=UTC), {"essex": Drift()})
    text = issue([found(hostile), found(status=Status.DONE, force="kent")], run, "bluelamp drift --all")
    assert text.startswith("### 1 resource of 1 force drifted\n")
    assert text.rstrip().endswith(MARKER)
    assert "\n# x" not in text
    assert "`` `</details> @everyone # x <script> ``" in text
    assert "kent" not in text
    failed = Result("kent", "drift", Status.FAILED, errors=("no *login*",))
    assert "**kent** could not be compared: no \\*login\\*" in issue([failed], run, "x")
    assert issue([found(status=Status.DONE)], run, "x").startswith("### No drift\n")


def test_an_issue_fits_the_limit_of_its_host(tmp_path: Path) -> None:
    run = Drifting(tmp_path, datetime(2026, 11, 30, tzinfo=UTC), {})
    many = found(*(step(f"network-{number}", "tags.note", tags={"note": "x" * 200}) for number in range(2_000)))
    text = issue([many], run, "bluelamp drift --all")
    assert len(text) <= LONGEST_TEXT
    assert "more" in text


def test_an_issue_fits_the_limit_of_its_host_in_utf_16_units(tmp_path: Path) -> None:
    run = Drifting(tmp_path, datetime(2026, 11, 30, tzinfo=UTC), {})
    many = found(*(step(f"network-{number}", "tags.note", tags={"note": "😀" * 290}) for number in range(200)))
    failed = [Result(f"force-{number}", "drift", Status.FAILED, errors=("&" * 2_000,)) for number in range(100)]
    text = issue([many, *failed], run, "bluelamp drift --all")
    assert len(text.encode("utf-16-le")) // 2 <= LONGEST_TEXT
    assert text.count("could not be compared") == 100


def test_an_error_in_an_issue_links_and_mentions_nothing(tmp_path: Path) -> None:
    run = Drifting(tmp_path, datetime(2026, 11, 30, tzinfo=UTC), {})
    error = "see https://evil.example, www.evil.example, #123, !7, GH-4 and @everyone <!-- bluelamp-drift -->"
    text = issue([Result("kent", "drift", Status.FAILED, errors=(error,))], run, "x")
    assert not re.search(r"://|www\.|[#!@]\w|GH-\d", text)
    assert text.count(MARKER) == 1


def test_all_mistakes_of_all_forces_are_reported_at_once(tmp_path: Path) -> None:
    for force in ("essex", "kent"):
        (tmp_path / "stacks" / force).mkdir(parents=True)
        (tmp_path / "stacks" / force / "drift.yaml").write_text("repair: 1\n", encoding="utf-8")
    with pytest.raises(SettingsError) as error:
        drifting(tmp_path, ["essex", "kent"], rehearse=False)
    assert [problem.file for problem in error.value.problems] == [
        "stacks/essex/drift.yaml",
        "stacks/kent/drift.yaml",
    ]


def test_a_repair_changes_drifted_resources_only() -> None:
    drifted = found(step("a", "tags.note"), step("b", op="delete"))
    assert _beyond(step("a", "tags.note"), drifted) == ""
    assert _beyond(step("b", op="create"), drifted) == ""
    assert _beyond(step("a", "tags.note", "sku"), drifted) == "a (sku)"
    assert _beyond(step("a", op="replace"), drifted) == "a (replace)"
    assert _beyond(step("a", op="create"), drifted) == "a (create)"


@pytest.mark.parametrize("file", ["stacks", "Pulumi.yaml/drift.md"])
def test_an_unwritable_issue_file_is_wrong_use_and_nothing_is_compared(file: str) -> None:
    status, _, err = in_process(ROOT, ["drift", "--rehearse", "dyfed-powys", "--issue", file])
    assert (status, f"{file}: cannot be written: " in err) == (2, True), err
