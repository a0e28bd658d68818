"""Decides exit criteria from a force's plan."""

from collections import Counter
from collections.abc import Collection, Iterable

from bluelamp.core.contracts import Contract
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.roadmap import Criterion as Asked
from bluelamp.core.roadmap import Roadmap
from bluelamp.core.source import Source
from bluelamp.core.suggestions import did_you_mean
from bluelamp.infra.settings.model import Force
from bluelamp.infra.settings.profiles import COMES_WITH, LEVELS
from bluelamp.infra.settings.roadmap import COMPONENTS
from bluelamp.policies import Verdict
from bluelamp.reports.findings import Finding
from bluelamp.roadmap.model import Criterion

_SHOWN = 2
"""The number of resources named as evidence."""
_NOT_ENOUGH = (Verdict.FAIL, Verdict.ERROR, Verdict.UNKNOWN, Verdict.EXEMPT)


class CriteriaDecider:
    """Decides the criteria of one force from the components in its plan, verdicts and data contracts."""

    def __init__(
        self, force: Force, types: Iterable[str], findings: Iterable[Finding], contracts: Iterable[Contract]
    ) -> None:
        self._force = force
        self._types = Counter(types)
        self._findings: dict[str, list[Finding]] = {}
        for each in findings:
            self._findings.setdefault(each.rule.id, []).append(each)
        self._contracts = {each.asset: each for each in contracts}

    def decide(self, asked: Asked) -> Criterion:
        """Whether the plan meets a criterion, with the evidence."""
        if asked.component is not None:
            met, evidence = self._component(asked.component, asked.profile)
        elif asked.rule is not None:
            met, evidence = self._rule(asked.rule)
        else:
            met, evidence = self._asset(str(asked.asset))
        return Criterion(asked.words, met, evidence)

    def _component(self, name: str, profile: str | None) -> tuple[bool, str]:
        count = sum(self._types[each] for each in COMPONENTS.get(name, ()))
        if not count:
            return False, "not in the plan"
        found = f"{count} in the plan"
        if name not in COMES_WITH or profile is None:
            return True, found
        level = self._force.level(name)
        order: list[str] = list(LEVELS)
        return order.index(level) >= order.index(profile), f"{found}, at {level}"

    def _rule(self, id_: str) -> tuple[bool, str]:
        findings = self._findings.get(id_, [])
        counts = Counter(each.verdict for each in findings)
        told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict])
        bad = [each.name for each in findings if each.verdict in _NOT_ENOUGH]
        if bad:
            more = f" and {len(bad) - _SHOWN} more" if len(bad) > _SHOWN else ""
            return False, f"{told}: {', '.join(bad[:_SHOWN])}{more}"
        return bool(counts[Verdict.PASS]), told or "no resource is judged by it"

    def _asset(self, asset: str) -> tuple[bool, str]:
        contract = self._contracts.get(asset)
        if contract is None:
            return False, "no data contract"
        agreed = contract.properties.information_asset_owner.agreed
        return True, f"{contract.file}, owner {f'agreed {agreed}' if agreed else 'proposed'}"


def known_rules(roadmap: Roadmap, ids: Collection[str]) -> None:
    """Raises `SettingsError` for criteria with unknown rules."""
    source = roadmap.source or Source(roadmap.file)
    problems: list[Problem] = []
    for index, milestone in enumerate(roadmap.milestones):
        for place, criterion in enumerate(milestone.exit_criteria):
            if criterion.rule is not None and criterion.rule not in ids:
                problems.append(
                    source.problem(
                        ("milestones", index, "exitCriteria", place, "rule"),
                        f"no rule is called {criterion.rule}",
                        criterion.rule,
                        "",
                        did_you_mean(criterion.rule, ids) or "see `bluelamp list rules`",
                    )
                )
    if problems:
        raise SettingsError(problems)
