"""Reading `access.yaml`: unknown names and missing agreements are reported with a location and a next step."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from bluelamp.access.changes import changes
from bluelamp.core.access import Offered, cells, decide, read_access
from bluelamp.core.contracts import read_assets
from bluelamp.core.problems import SettingsError

ROOT = Path(__file__).resolve().parents[2]
FORCE = "west-midlands"
EVERYTHING = Offered(("landing", "curated", "published"), interfaces=True)
TEXT = (ROOT / "stacks" / FORCE / "access.yaml").read_text("utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "stacks" / FORCE / "assets", root / "stacks" / FORCE / "assets")
    return root


def read(root, text, offered=EVERYTHING):
    (root / "stacks" / FORCE / "access.yaml").write_text(text, "utf-8")
    policy = read_access(root, FORCE, read_assets(root, FORCE), offered)
    assert policy is not None
    return policy


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "personas: [response-officer]\n    assets: [single",
            "personas: [respond-officer]\n    assets: [single",
            "did you mean response-officer?",
        ),
        ("assets: [intelligence, single-view]", "assets: [inteligence]", "did you mean intelligence?"),
        ("  digital-evidence:\n", "  digital-evidnce:\n", "did you mean digital-evidence?"),
        ("purposes: [stewardship]", "purposes: [steward]", "did you mean stewardship?"),
        ("networks: [city-council]", "networks: [council]", "is not among the networks"),
        ("devices: [managed]\n    mask", "devices: [manged]\n    mask", "did you mean managed?"),
        (
            "mask: identifiers\n    agreement: ISA-2026-011",
            "mask: identifier\n    agreement: ISA-2026-011",
            "did you mean identifiers?",
        ),
        ("identifiers: [source_rows, match", "identifiers: [source_row, match", "did you mean source_rows?"),
        ("by: [month, lsoa_code", "by: [month, lsoa", "is not among the columns of street-crime"),
        ("agreement: ISA-2026-012", "agreement: ISA-2026-112", "did you mean ISA-2026-012?"),
        ("    agreement: ISA-2026-012\n", "", "shares data with others without an agreement"),
        ("city-council: [192.0.2.64/27]", "city-council: [192.0.2.0/24]", "an address belongs to one network"),
        ("  force: [203", "  home: [203", "`force` is missing"),
        ("kind: staff, group: 6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e51", "kind: staff", "needs `group`"),
        ("8e52}", "8e51}", "has the same id as response-officer"),
        ("path: demand-forecast", "path: single-view/forecast", "overlaps the path of"),
        ("container: published, path: demand", "container: publish, path: demand", "did you mean published?"),
        ("id: council\n", "id: ambulance\n", "duplicate id ambulance"),
        ("effect: deny", "effect: forbid", "is not an allowed value"),
        ("minimum: 5", "minimum: 1", "at least 3"),
        ("assets: [any]", "assets: [any, intelligence]", "any cannot be combined with names"),
        (
            "networks: [force]\n    devices: [managed]\n    mask",
            "networks: [force, internet]\n    devices: [managed]\n    mask",
            "the lake has private endpoints only",
        ),
        ("devices: [unmanaged]", "devices: [managed]", "rule no-unmanaged-devices denies what rule"),
        ("without-sources: [source_rows]", "full: [source_rows]", "full is a view of every asset"),
        ("rules:\n", "agreements: {A: '2026-01-01'}\nrules:\n", "agreements are read from the register"),
        ("effect: allow", "efect: allow", "did you mean effect?"),
    ],
)
def test_a_mistake_is_reported_with_its_location_and_next_step(folder, old, new, message):
    assert old in TEXT
    with pytest.raises(SettingsError) as raised:
        read(folder, TEXT.replace(old, new, 1))
    assert message in str(raised.value)
    for problem in raised.value.problems:
        assert problem.file == f"stacks/{FORCE}/access.yaml"
        assert problem.line > 0
        assert problem.next_step or problem.allowed


@pytest.mark.parametrize(
    ("offered", "message"),
    [
        (Offered(), "single-view is in the lake, and the force has none"),
        (Offered(("published",)), "the force deploys no API Management service"),
        (Offered(("landing",), interfaces=True), "the lake has no file system published"),
    ],
)
def test_access_to_something_the_force_does_not_deploy_is_refused(folder, offered, message):
    with pytest.raises(SettingsError, match=message):
        read(folder, TEXT, offered)


def test_access_ends_with_the_agreement_of_the_contract(folder):
    policy = read(folder, TEXT)
    [rule] = [each for each in policy.rules if each.id == "ambulance"]
    assert policy.ends(rule) == date(2027, 9, 30)
    [cell] = [
        c
        for c in cells(policy)
        if c[:4] == ("ambulance-trust", "single-view", "safeguarding", "ambulance-trust") and c.device == "managed"
    ]
    assert decide(policy, cell, date(2027, 9, 30)).view == "identifiers"
    assert decide(policy, cell, date(2027, 10, 1)).view is None


def test_changes_name_who_gains_and_who_loses_access(folder):
    before = read(folder, TEXT)
    text = TEXT.replace("networks: [city-council]", "networks: [city-council, internet]")
    after = read(folder, text.replace("assets: [demand-forecast, street-crime]", "assets: [street-crime]"))
    found = changes(before, after, date(2026, 12, 1))
    assert [(each.what, each.persona, each.asset, each.networks) for each in found] == [
        ("gains", "council-safeguarding", "single-view", ("internet",)),
        ("loses", "analyst", "demand-forecast", ("force",)),
    ]
    assert changes(before, before, date(2026, 12, 1)) == ()
    assert {each.what for each in changes(None, before, date(2026, 12, 1))} == {"gains"}
