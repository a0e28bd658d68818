"""Data flows: for any register, the rules find exactly the steps that cross a boundary without an agreement."""

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.core.asset_type import ASSET
from bluelamp.core.resource import UNKNOWN
from bluelamp.policies import Resource, Verdict, judge, rules
from tests.thorough import tries

MARKINGS = ("OFFICIAL", "OFFICIAL-SENSITIVE", "SECRET", "TOP SECRET")
FLOWS = {rule.id: rule for rule in rules() if rule.id in ("BL-AST-007", "BL-AST-008", "BL-AST-009")}
PERMITS = {"BL-AST-007": "lowerClassification", "BL-AST-008": "public", "BL-AST-009": "outsideUk"}


@dataclass(frozen=True)
class Drawn:
    """An asset; its sources are indices of earlier assets."""

    level: int
    public: bool
    abroad: bool
    permits: frozenset[str]
    expired: bool
    sources: frozenset[int]


@st.composite
def registers(draw: st.DrawFn) -> list[Drawn]:
    count = draw(st.integers(1, 6))
    return [
        Drawn(
            draw(st.integers(0, 3)),
            draw(st.booleans()),
            draw(st.booleans()),
            draw(st.frozensets(st.sampled_from(sorted(PERMITS.values())), max_size=2)),
            draw(st.booleans()),
            draw(st.frozensets(st.integers(0, number - 1), max_size=3)) if number else frozenset(),
        )
        for number in range(count)
    ]


def resource(number: int, asset: Drawn) -> Resource:
    agreement = {"reference": "A", "expires": "2020-01-01" if asset.expired else "2999-01-01"}
    properties = {
        "id": f"a{number}",
        "classification": MARKINGS[asset.level],
        "placements": [{"location": "northeurope" if asset.abroad else "ukwest", "public": asset.public}],
        "lineage": [f"a{each}" for each in sorted(asset.sources)],
        "agreements": [{**agreement, **dict.fromkeys(asset.permits, True)}],
    }
    return Resource(f"urn:pulumi:f::bluelamp::{ASSET}::asset-a{number}", ASSET, f"asset-a{number}", properties)


def crosses(rule: str, source: Drawn, asset: Drawn) -> bool:
    return {
        "BL-AST-007": source.level > asset.level,
        "BL-AST-008": asset.public and not source.public,
        "BL-AST-009": asset.abroad and not source.abroad,
    }[rule]


def agreed(rule: str, *ends: Drawn) -> bool:
    return any(PERMITS[rule] in end.permits and not end.expired for end in ends)


def is_wrong(rule: str, asset: Drawn, register: list[Drawn]) -> bool:
    """The expected verdict, derived independently from the definition."""
    sources = [register[each] for each in asset.sources]
    if sources:
        return any(crosses(rule, each, asset) and not agreed(rule, each, asset) for each in sources)
    there = {"BL-AST-007": False, "BL-AST-008": asset.public, "BL-AST-009": asset.abroad}[rule]
    return there and not agreed(rule, asset)


@settings(derandomize=True, deadline=None, max_examples=tries(300))
@given(registers())
def test_exactly_the_crossings_without_an_agreement_fail(register: list[Drawn]) -> None:
    resources = [resource(number, asset) for number, asset in enumerate(register)]
    for judgement in judge(resources, FLOWS.values()):
        asset = register[int(judgement.urn.rpartition("asset-a")[2])]
        wrong = is_wrong(judgement.rule, asset, register)
        assert judgement.verdict is (Verdict.FAIL if wrong else Verdict.PASS), judgement
        if wrong:
            assert judgement.urn.rpartition("asset-")[2] in judgement.message  # the path ends here


@settings(derandomize=True, deadline=None, max_examples=tries(150))
@given(registers(), st.data())
def test_an_unknown_value_never_passes_where_a_known_value_would_fail(
    register: list[Drawn], data: st.DataObject
) -> None:
    number = data.draw(st.integers(0, len(register) - 1))
    key = data.draw(st.sampled_from(["classification", "placements", "agreements", "lineage"]))
    resources = [resource(each, asset) for each, asset in enumerate(register)]
    hidden = list(resources)
    hidden[number] = Resource(
        resources[number].urn, ASSET, resources[number].name, {**resources[number].properties, key: UNKNOWN}
    )
    known = {(each.rule, each.urn): each.verdict for each in judge(resources, FLOWS.values())}
    for judgement in judge(hidden, FLOWS.values()):
        if known[judgement.rule, judgement.urn] is Verdict.FAIL:
            assert judgement.verdict in (Verdict.FAIL, Verdict.UNKNOWN), judgement


def test_the_path_begins_at_the_source_of_the_data() -> None:
    sensitive = Drawn(1, False, False, frozenset(), False, frozenset())
    register = [
        sensitive,
        Drawn(1, False, False, frozenset(), False, frozenset({0})),
        Drawn(0, False, False, frozenset(), False, frozenset({1})),
    ]
    (found,) = [
        each
        for each in judge([resource(*each) for each in enumerate(register)], [FLOWS["BL-AST-007"]])
        if each.verdict is Verdict.FAIL
    ]
    assert "a0 -> a1 -> a2 leads to OFFICIAL" in found.message
