"""The register of Azure retirements: facts with their source, and predicates whose properties are in the SDK."""

from datetime import date, timedelta

import pytest

from bluelamp.policies import Resource
from bluelamp.policies.data.spend._retirements import RETIRING, matches, register
from bluelamp.policies.value import root
from bluelamp.rehearsal.sdk.schema import Catalogue

AZURE = Catalogue("azure-native")
ENTRIES = register()
ALL = pytest.mark.parametrize("entry", ENTRIES, ids=lambda each: each["id"])


def _matched(case, before=date.max):
    resource = Resource("urn", case["type"], "judged", case["properties"])
    return [retirement.id for retirement, _ in matches(root(resource), before)]


def test_the_register_has_enough_entries_sorted_by_date_without_duplicates():
    assert len(ENTRIES) >= 60
    assert len({each["id"] for each in ENTRIES}) == len(ENTRIES)
    assert [each["date"] for each in ENTRIES] == sorted(each["date"] for each in ENTRIES)
    assert sum(date.fromisoformat(each["date"]) > date(2026, 11, 30) for each in ENTRIES) >= 30


@ALL
def test_an_entry_has_its_date_its_source_and_the_day_it_was_seen(entry):
    assert date.fromisoformat(entry["seenOn"]) <= date.fromisoformat("2026-11-30")
    assert date(2024, 1, 1) < date.fromisoformat(entry["date"]) < date(2030, 1, 1)
    assert entry["source"].startswith("https://")
    assert 8 < len(entry["title"]) < 90
    assert entry["when"]


@ALL
def test_an_entry_matches_its_case_and_not_the_other(entry):
    assert entry["id"] in _matched(entry["matches"])
    assert entry["id"] not in _matched(entry["passes"])
    assert entry["passes"]["type"] in set(AZURE.tokens())


@ALL
def test_an_entry_applies_from_the_day_after_its_last_day(entry):
    last = date.fromisoformat(entry["date"])
    assert entry["id"] not in _matched(entry["matches"], last)
    assert entry["id"] in _matched(entry["matches"], last + timedelta(days=1))


@ALL
def test_the_types_and_properties_of_an_entry_are_in_the_sdk(entry):
    tokens = set(AZURE.tokens())
    for each in entry["when"]:
        assert each["type"] in tokens
        for condition in each["where"]:
            _assert_exists(each["type"], condition["path"])
    for case in (entry["matches"], entry["passes"]):
        for name in case["properties"]:
            assert name in AZURE.resource(case["type"]).inputs.properties, (case["type"], name)


def _assert_exists(type_, path):
    """Every step is a property; below a mapping with free keys, any key is allowed."""
    shape = None
    properties = AZURE.resource(type_).inputs.properties
    for step in path.split("."):
        name = step.removesuffix("[*]")
        if shape is not None and shape.kind == "map":
            shape = shape.item
        else:
            assert name in properties, f"{type_} has no {path}"
            shape = properties[name].shape
        while shape.options or (shape.item and step.endswith("[*]")):
            shape = shape.item or next(option for option in shape.options if option.object or option.kind != "string")
        properties = shape.object.properties if shape.object else {}


def test_a_type_takes_precedence_over_a_property():
    managed_hsm = {"type": "azure-native:keyvault:ManagedHsm", "properties": {"sku": {"name": "Standard_B1"}}}
    assert _matched(managed_hsm) == []
    assert _matched(
        {"type": "azure-native:compute:VirtualMachine", "properties": {"hardwareProfile": {"vmSize": "Standard_B1s"}}}
    ) == ["503"]


@pytest.mark.parametrize(
    "size",
    [
        "Standard_F8as_v6",
        "Standard_FX4mds",
        "Standard_B4as_v2",
        "Standard_L8s_v3",
        "Standard_D2_v5",
        "Standard_DC4ads_cc_v5",
        "Standard_A_custom",
    ],
)
def test_newer_series_with_similar_names_are_not_retired(size):
    case = {"type": "azure-native:compute:VirtualMachine", "properties": {"hardwareProfile": {"vmSize": size}}}
    assert _matched(case) == []


def test_every_type_has_its_entries_by_date():
    for listed in RETIRING.values():
        lasts = [retirement.last for retirement, _ in listed]
        assert lasts == sorted(lasts)
