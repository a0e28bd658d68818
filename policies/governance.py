"""A force's governance: its baseline and its exemptions.

governance, mistakes = governance_from(rules(), layers, exemptions, stack="essex")
judgements, uses = governance.judge(resources, today)
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from os.path import lexists
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bluelamp.core.problems import Problem
from bluelamp.core.resource import Resource
from bluelamp.core.source import problem_at
from bluelamp.core.suggestions import did_you_mean
from bluelamp.policies.approval import Approvers
from bluelamp.policies.baseline import tightened
from bluelamp.policies.exemptions import Extent, Use, exempted, extent, needs_all_resources
from bluelamp.policies.judging import Baseline
from bluelamp.policies.model import Judgement
from bluelamp.policies.rule import Rule

if TYPE_CHECKING:
    from bluelamp.policies.settings import Exemption, Layer

REGISTER: Final = "stacks/forces.yaml"
NATIONAL: Final = "stacks/baseline.yaml"
REGIONAL: Final = "stacks/regions/{region}.yaml"
FORCE: Final = "stacks/{force}/baseline.yaml"
EXEMPTIONS: Final = "stacks/{force}/exemptions.yaml"
BLOCK_UNKNOWN: Final = "BLUELAMP_BLOCK_UNKNOWN"
"""The environment variable that makes the policy pack block unknown verdicts of mandatory rules."""


@dataclass(frozen=True)
class Governance:
    """The rules of a force's baseline, its exemptions, and whether unknown verdicts stop a deployment.

    `approvers` may approve exemptions; None without a register of approvers. `all_rules`, by default `rules`, determine
    the resources against which scopes are measured, even if `rules` is a selection.
    """

    rules: tuple[Rule, ...]
    exemptions: tuple["Exemption", ...] = ()
    block_unknown: bool = False
    approvers: Approvers | None = None
    all_rules: tuple[Rule, ...] = ()

    def judge(self, resources: Iterable[Resource], today: date) -> tuple[list[Judgement], tuple[Use, ...]]:
        """The judgements of `resources` together on the day `today`, and the use of each exemption."""
        listed = list(resources)
        return self.exempt(Baseline(self.rules).judge(listed), today, listed)

    def exempt(
        self, judgements: Iterable[Judgement], today: date, resources: Iterable[Resource] | None = None
    ) -> tuple[list[Judgement], tuple[Use, ...]]:
        """`judgements` with exempt failures on the day `today`, and the use of each exemption.

        `resources` are all resources judged together, by default those of `judgements`.
        """
        measured = None if resources is None or not self.exemptions else self._extent(resources)
        return exempted(judgements, self.exemptions, self.by_id, today, self.approvers, measured)

    def needs_all_resources(self, judgement: Judgement, today: date) -> bool:
        """Whether the exemption of a failure depends on all resources together."""
        return bool(self.exemptions) and needs_all_resources(
            judgement, self.exemptions, self.by_id, today, self.approvers
        )

    def _extent(self, resources: Iterable[Resource]) -> Extent:
        exempt = {each.rule for each in self.exemptions}
        return extent(resources, self.all_rules or self.rules, (each for each in self.rules if each.id in exempt))

    @cached_property
    def by_id(self) -> Mapping[str, Rule]:
        """The rules by id."""
        return {rule.id: rule for rule in self.rules}


def layers(root: Path, region: str, *forces: str) -> list[Path]:
    """The existing baseline files in the order of their application: country, `region`, each of `forces` (a force, and
    its environment).

    Unreadable files and broken links are included, so that none counts as missing.
    """
    names = (
        NATIONAL,
        REGIONAL.format(region=region) if region else "",
        *(FORCE.format(force=force) for force in dict.fromkeys(forces) if force),
    )
    return [root / name for name in names if name and lexists(root / name)]


def exemptions_of(root: Path, force: str) -> Path | None:
    """The file of the force's exemptions; None if it has none."""
    path = root / EXEMPTIONS.format(force=force)
    return path if force and lexists(path) else None


def governance_from(
    rules: Iterable[Rule],
    baselines: Sequence["Layer"],
    exemptions: Sequence["Exemption | None"] = (),
    *,
    stack: str,
    force: str = "",
    approvers: Approvers | None = None,
) -> tuple[Governance, list[tuple[Problem, ...]]]:
    """The governance of the `force` with the stack `stack`: `rules` tightened by `baselines`, with `exemptions`.

    Rules that are limited to other forces are left out; shared baselines may name them. Also returns the mistakes in
    each baseline, and last those in the exemptions, of which unreadable ones are None. The governance is not usable if
    there is any mistake.
    """
    used = tuple(rules)
    mistakes = []
    for layer in baselines:
        used, problems = tightened(used, layer)
        mistakes.append(problems)
    all_rules = used
    used = tuple(rule for rule in all_rules if rule.holds_for(stack, force))
    mistakes.append(tuple(_mistakes(exemptions, all_rules, stack, force)))
    valid = tuple(each for each in exemptions if each)
    block_unknown = any(layer.block_unknown for layer in baselines)
    return Governance(used, valid, block_unknown, approvers, used), mistakes


def _mistakes(
    exemptions: Sequence["Exemption | None"], rules: Sequence[Rule], stack: str, force: str
) -> Iterator[Problem]:
    known = {rule.id: rule for rule in rules}
    seen: dict[str, int] = {}
    for number, each in enumerate(exemptions):
        if each is None:
            continue
        steps = ("exemptions", number)
        if each.rule not in known:
            step = did_you_mean(each.rule, known) or "bluelamp explain ID shows a rule"
            yield problem_at((*steps, "rule"), f"there is no rule {each.rule}", next_step=step)
        elif not known[each.rule].holds_for(stack, force):
            limited = ", ".join(known[each.rule].forces)
            yield problem_at((*steps, "rule"), f"{each.rule} is only for {limited}", next_step="remove the exemption")
        if seen.setdefault(each.id.casefold(), number) != number:
            yield problem_at((*steps, "id"), f"{each.id} is the id of exemption {seen[each.id.casefold()] + 1} already")
        if each.expiry < each.start:
            yield problem_at((*steps, "expiry"), f"{each.expiry} is before its start, {each.start}")
        if not each.scope.startswith(f"urn:pulumi:{stack}::"):
            allowed = f"begins with urn:pulumi:{stack}::"
            step = "copy the URN from the finding, with * for any text"
            yield problem_at((*steps, "scope"), f"is not a URN of {stack}", each.scope, allowed, step)
