"""A redacted report: none of its files has an address or a name of the force's own, and it is still readable."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bluelamp.policies import Resource, Rule
from bluelamp.policies.estate import Estate
from bluelamp.policies.rule import Fail, Outcome
from bluelamp.policies.value import Value
from bluelamp.reports import Report, Source, assess, write
from bluelamp.reports.anonymous import Anonymous
from bluelamp.reports.trend import Since
from bluelamp.reports.words import explanation
from tests.rules import made

NAMES = ("vnet-essex-hub", "custody-records", "st-essex-evidence", "digital-evidence", "allow-custody")
ADDRESSES = (
    "10.40.1.4",
    "10.40.0.0/22",
    "81.2.69.142",
    "fd00:40::/48",
    "fd00:40::1",
    "records.custody.essex.police.uk",
    "stessex.blob.core.windows.net",
    "duty.officer@essex.police.example",
)
KEPT = ("0.0.0.0/0", "::/0", "127.0.0.1", "TLS1_2", "uksouth", "kubernetes.io", "1.36.3", "lock.shut", "09:30:00")


@pytest.fixture
def talkative() -> Rule:
    """Its messages contain everything about a box and the others."""

    @made("A-1", "Tells all", fix="Hush.", estate=True)
    def tells(place: Value, estate: Estate) -> Outcome:
        """None."""
        others = [other.raw for other in estate.of("test:box:Box")]
        return Fail(place["lock"], {"others": others}, why="; ".join([*NAMES, *ADDRESSES, *KEPT]))

    return tells


def box(name: str) -> Resource:
    properties = {
        "virtualNetworkName": "vnet-essex-hub",
        "lock": list(ADDRESSES),
        "list": [{"name": "allow-custody", "properties": {"prefix": "10.40.0.0/22"}}],
        "metadata": {"name": "custody-records", "namespace": "digital-evidence"},
        "sku": {"name": "Standard_ZRS"},
    }
    urn = f"urn:pulumi:essex::bluelamp::bluelamp:index:Hub$test:box:Box::{name}"
    return Resource(urn, "test:box:Box", name, properties, source=(f"stacks/essex/{name}.yaml", 3))


@pytest.fixture
def report(talkative: Rule, tmp_path: Path) -> Report:
    boxes = [box("st-essex-evidence"), box("custody-records")]
    made = assess("essex", boxes, Source.PLAN, root=tmp_path, name="Essex Police", rules=[talkative])
    keys = tuple(finding.key for finding in made.findings)
    return replace(made, since=Since(None, keys, (), (), dict.fromkeys(keys, made.ended)))


def texts(reports: Sequence[Report], folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in write(reports, folder) if path.suffix != ".sig"}


def test_no_file_has_an_address_or_a_name(report: Report, tmp_path: Path) -> None:
    for name, text in texts([Anonymous()(report)], tmp_path / "out").items():
        for word in (*NAMES, *ADDRESSES):
            assert word not in text, f"{word} in {name}"


def test_public_names_stay(report: Report, tmp_path: Path) -> None:
    output = Anonymous()(report).to_json()
    for word in (*KEPT, "essex", "Essex Police", "test:box:Box", "bluelamp:index:Hub", "Standard_ZRS", "Hush."):
        assert word in output, word


def test_the_same_name_has_the_same_pseudonym_everywhere(report: Report, tmp_path: Path) -> None:
    redacted = Anonymous()(report)
    first = redacted.findings[0]
    stand_ins = [re.search(r"found|\[address-\d+\]", each)[0] for each in first.observed]  # type: ignore[index] # all are
    assert len(set(stand_ins)) == len(ADDRESSES)
    again = [other["lock"] for other in first.expected["others"]]
    assert again == [first.observed, first.observed]
    custody = next(each for each in redacted.findings if each.source == (f"stacks/essex/{each.name}.yaml", 3))
    assert custody.urn.endswith(f"::{custody.name}")
    assert redacted.since is not None
    assert redacted.since.new == tuple(finding.key for finding in redacted.findings)
    assert set(redacted.since.ages) == {finding.key for finding in redacted.findings}
    names = {other["metadata"]["name"] for other in first.expected["others"]}
    assert names == {each.name for each in redacted.findings if each.name in names}


def test_every_report_of_a_run_has_the_same_pseudonyms(report: Report) -> None:
    anonymous = Anonymous()
    one, other = anonymous(report), anonymous(replace(report, force="kent", findings=report.findings[::-1]))
    assert {each.urn for each in one.findings} == {each.urn for each in other.findings}


def test_the_counts_stay_and_the_report_says_what_it_leaves_out(report: Report, busy: Report) -> None:
    redacted = Anonymous()(busy)
    assert redacted.counts == busy.counts
    assert len({each.key for each in redacted.findings}) == len({each.key for each in busy.findings})
    assert explanation(Anonymous()(report))[-1].startswith("Addresses and names are redacted")
    assert json.loads(redacted.to_json())["redacted"] is True


def test_a_property_path_stays_a_path(report_on: Callable[..., Report]) -> None:
    report = report_on("open")
    finding = replace(
        report.findings[0],
        path='metadata.labels["custody-records"].lock[0]',
        message='metadata.labels["custody-records"].lock[0]: found custody-records, expected lock',
    )
    report = replace(report, findings=(finding,), names=frozenset({"custody-records", "lock"}))
    (output,) = Anonymous()(report).findings
    assert re.fullmatch(r'metadata\.labels\["\[name-\d+\]"\]\.lock\[0\]', output.path)
    assert output.message.startswith(f"{output.path}: found [name-")


def test_unpickling_a_redacted_report_reveals_no_name(report: Report) -> None:
    redacted = Anonymous()(report)
    assert redacted.names == frozenset()
    assert not any(word in repr(redacted) for word in (*NAMES, *ADDRESSES))
