"""The catalogues of frameworks: a row for every control, with rules where the row claims coverage."""

import re
from collections import defaultdict

import pytest

from bluelamp.policies import Control, controls, rules
from bluelamp.policies.catalogues import Extent, catalogues, with_derived

CATALOGUES = pytest.mark.parametrize("catalogue", catalogues(), ids=lambda each: f"{each.framework} {each.edition}")
COUNTS = {
    ("CIS Kubernetes Benchmark", "1.9"): 130,
    ("Cyber Essentials", "3.3"): 5,
    ("DPA 2018 Part 3", "as amended 2025"): 59,
    ("ISO/IEC 27001 Annex A", "2022"): 93,
    ("Microsoft cloud security benchmark", "v1"): 86,
    ("NCSC CAF", "3.2"): 39,
    ("NCSC CAF", "4.0"): 41,
    ("NCSC cloud security principles", "current"): 21,
    ("National Policing Community Security Policy", "1.3"): 22,
    ("Pod Security Standards", "1.36"): 19,
}


def test_every_framework_of_the_rules_has_a_catalogue_with_all_its_controls():
    named = {value for name, value in vars(controls).items() if name.isupper() and isinstance(value, tuple)}
    assert {(each.framework, each.edition): len(each.controls) for each in catalogues()} == COUNTS
    assert named == set(COUNTS)


@CATALOGUES
def test_a_catalogue_names_its_source_and_what_was_not_verified(catalogue):
    assert re.fullmatch(r"\d{4}-\d\d-\d\d|not verified", catalogue.published)
    assert catalogue.source.startswith("https://")
    assert catalogue.title
    assert catalogue.publisher
    if catalogue.published == "not verified":
        assert catalogue.unverified


@CATALOGUES
def test_a_row_names_what_rules_cannot_assess(catalogue):
    for id_, row in catalogue.controls.items():
        assert row.title, id_
        assert bool(row.why) is (row.extent is not Extent.ASSESSED), id_


def test_rules_for_the_newer_edition_also_cover_the_older_one():
    assert with_derived(controls.caf("A2.c", "B3.b")) == controls.caf("A2.c", "B3.b") + controls.caf_3_2("A2.b", "B3.b")
    assert with_derived(controls.iso("8.24")) == controls.iso("8.24")


@CATALOGUES
def test_the_sources_of_a_row_exist(catalogue):
    edition = catalogue.follows or catalogue.edition
    (source,) = [each for each in catalogues() if (each.framework, each.edition) == (catalogue.framework, edition)]
    for id_, row in catalogue.controls.items():
        assert set(row.origin) <= set(source.controls), id_
        if catalogue.follows:
            assert row.origin, id_


def test_rules_name_only_the_newest_edition_and_existing_controls():
    known = {
        Control(each.framework, each.edition, id_) for each in catalogues() if not each.follows for id_ in each.controls
    }
    unheard = [f"{rule.id}: {control}" for rule in rules() for control in rule.controls if control not in known]
    assert not unheard, "\n".join(unheard)


def test_a_row_has_rules_exactly_if_it_claims_coverage():
    off = _off(*Extent)
    assert not off, "\n".join(off)


def _off(*extents):
    """The rows of these extents whose rules, or lack of rules, contradict them."""
    answering = defaultdict(list)
    for rule in rules():
        for control in with_derived(rule.controls):
            answering[control].append(rule.id)
    lines = []
    for catalogue in catalogues():
        for id_, row in catalogue.controls.items():
            found = answering[Control(catalogue.framework, catalogue.edition, id_)]
            if row.extent in extents and bool(found) is (row.extent is Extent.NOT_ASSESSABLE):
                named = f"named by {', '.join(found)}" if found else "no rule names it"
                lines.append(f"{catalogue.framework} {catalogue.edition} {id_} {row.title}: {row.extent}, {named}")
    return lines
