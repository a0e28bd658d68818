"""Every count of a report, each defined once: all formats show these numbers under these names."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from bluelamp.core.camel import camel

NAMES: Final = {
    "resources": "Resources {source}",
    "judged": "Resources judged",
    "in_part": "Resources judged in part",
    "without_rule": "Resources without a rule",
    "left_out": "Left out by the source",
    "with_verdict": "Resources with a verdict",
    "rules": "Rules applied",
    "idle_rules": "Rules with nothing to judge",
    "verdicts": "Verdicts (findings)",
    "failures": "Failures",
    "mandatory_failures": "Mandatory failures",
    "advisory_failures": "Advisory failures",
    "rules_broken": "Mandatory rules broken",
    "undecided": "Mandatory verdicts undecided",
    "exempt": "Exempt failures",
}
"""The name of each count."""
MEANINGS: Final = {
    "resources": "What a provider manages in Azure, Kubernetes or elsewhere. Components, providers, the stack "
    "and the entries of the registers of information assets and of access do not count.",
    "judged": "At least one rule for its kind applies.",
    "in_part": "Only rules on location, classification and cost apply.",
    "without_rule": "No rule applies. Judged, judged in part and without a rule add up to all resources.",
    "left_out": "What the source holds and is not among the resources, such as documents of another kind, files that "
    "cannot be read, and properties that no rule knows.",
    "with_verdict": "At least one rule gives a verdict, if only not applicable.",
    "rules": "Rules of the baseline that were applied.",
    "idle_rules": "Rules applied that concern no resource here.",
    "verdicts": "One for each rule and resource that the rule concerns. A verdict with its evidence is a finding.",
    "failures": "Mandatory and advisory failures.",
    "mandatory_failures": "Failures that stop a deployment.",
    "advisory_failures": "Failures that stop nothing.",
    "rules_broken": "Mandatory rules with at least one failure.",
    "undecided": "Unknown or in error. They keep the answer open.",
    "exempt": "Failures that an exemption in force allows. They are not among the failures.",
}
"""The definition of each count."""
SOURCES: Final = {
    "plan": "planned",
    "state": "deployed",
    "manifests": "in the manifests",
    "templates": "in the templates",
}
"""The words for the resources of a source."""


@dataclass(frozen=True, slots=True)
class Totals:
    """The counts of one report, or of several together; `MEANINGS` defines each."""

    resources: int
    judged: int
    in_part: int
    without_rule: int
    left_out: int
    with_verdict: int
    rules: int
    idle_rules: int
    verdicts: int
    failures: int
    mandatory_failures: int
    advisory_failures: int
    rules_broken: int
    undecided: int
    exempt: int

    def as_dict(self) -> dict[str, int]:
        """The counts as JSON values, by their names in camel case."""
        return {camel(each.name): getattr(self, each.name) for each in fields(self)}

    @property
    def by_name(self) -> dict[str, int]:
        """The counts, by their names with hyphens."""
        return {each.name.replace("_", "-"): getattr(self, each.name) for each in fields(self)}

    def rows(self, source: str) -> list[tuple[str, int, str]]:
        """Each count: its name in a report on `source`, the number, and its definition."""
        return [(named(each.name, source), getattr(self, each.name), MEANINGS[each.name]) for each in fields(self)]


def named(count: str, source: str) -> str:
    """The name of a count in a report on `source`."""
    return NAMES[count].format(source=SOURCES.get(source, ""))


def together(all_totals: Sequence[Totals]) -> dict[str, Any]:
    """The sums over several reports, by count name, without the counts of rules, as reports share rules."""
    shared = {"rules", "idle_rules", "rules_broken"}
    return {
        each.name: sum(getattr(totals, each.name) for totals in all_totals)
        for each in fields(Totals)
        if each.name not in shared
    }
