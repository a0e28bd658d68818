"""Linking generated people with known duplicates, using the demonstration's own contracts and mappings."""

from pathlib import Path

import pytest

from bluelamp.core.contracts import read_folder
from bluelamp.workloads import single_view
from bluelamp.workloads.single_view import Built, build, open_view, people, read_mappings

DEMO = Path(single_view.__file__).parent / "demo"


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("linked")
    contracts = [each for each in read_folder(DEMO / "contracts", DEMO) if each.asset in people.SYSTEMS]
    mappings = [
        each
        for each in read_mappings(DEMO / "mappings", DEMO, read_folder(DEMO / "contracts", DEMO))
        if each.asset in people.SYSTEMS
    ]
    truth = people.generate(folder / "data", 3000)
    known = {
        "person": [(f"person:{each.system}:people.csv:{int(each.record[1:])}", str(each.person)) for each in truth],
        "address": [
            (f"address:{each.system}:people.csv:{int(each.record[1:])}", each.address) for each in truth if each.address
        ],
    }
    return build(contracts, mappings, folder / "data", folder / "view", subject="people", truth=known)


def test_people_and_addresses_are_linked_well(linked):
    person, address = linked.measured
    assert person.true_pairs > 1500
    assert person.blocking_recall > 0.95
    assert person.precision > 0.99
    assert 0.9 < person.recall <= person.blocking_recall + 0.01
    assert address.precision > 0.99
    assert address.recall > 0.98


def test_linked_entities_name_the_records_of_both_systems(linked):
    assert linked.published is not None
    assert linked.published.rows["person"] == 3000
    with open_view(linked.published.folder) as connection:
        [(both,)] = connection.execute(
            "SELECT count(*) FROM person WHERE len(list_distinct([each.asset for each in sources])) = 2"
        ).fetchall()
        [(records, distinct)] = connection.execute(
            "SELECT count(*), count(DISTINCT record) FROM links WHERE type = 'person'"
        ).fetchall()
    assert both > 800
    assert records == distinct == 3000


def test_unmapped_attributes_are_reported(linked):
    assert {each.unmapped for each in linked.staged} == {("record", "note")}
