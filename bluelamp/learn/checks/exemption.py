"""A failure is exempt, by an exemption that says what the task says."""

from collections.abc import Iterator, Mapping

from bluelamp.core.problems import Problem
from bluelamp.learn.at import At
from bluelamp.learn.exercise import Model
from bluelamp.policies.model import Verdict


class Wanted(Model):
    """The `rule` is exempt on `resource` alone. `fields` are what the exemption says, as a report keeps it."""

    rule: str
    resource: str
    fields: Mapping[str, str] = {}
    longest: int
    """Days that it may hold, both the first and the last counted."""


def check(at: At, wanted: Wanted) -> Iterator[Problem]:
    """No exemption, one that does not hold, that covers something else or says something else."""
    file = f"stacks/{at.force}/exemptions.yaml"
    found = [each for each in at.report.exemptions if each.rule == wanted.rule]
    if not found:
        yield at.problem(f"has no exemption from {wanted.rule}", "add one; docs/baselines.md has an example", file=file)
    for each in at.report.exemptions:
        if each.rule != wanted.rule:
            yield at.problem(
                f"{each.id} is from {each.rule}, which the task does not name", "remove it", file=file, path=each.id
            )
    for each in found:
        if not each.holds:
            told = f"does not hold: {each.why or each.status}"
            step = "correct what it says; docs/baselines.md has the conditions"
            yield at.problem(told, step, file=file, path=each.id)
        days = (each.expiry - each.start).days + 1
        if days > wanted.longest:
            told = f"holds for {days} days; the risk balance case allows {wanted.longest}"
            yield at.problem(told, "set an earlier expiry", file=file, path=each.id)
        for name, expected in wanted.fields.items():
            if (said := str(getattr(each, name))) != expected:
                yield at.problem(
                    f"{name.replace('_', ' ')} is not the one of the risk balance case",
                    f"write what the task says: {expected}",
                    file=file,
                    path=each.id,
                    found=said,
                )
    covered = {each.name for each in at.report.findings if each.verdict is Verdict.EXEMPT}
    if at.planned("*", wanted.resource) and found and wanted.resource not in covered:
        yield at.problem(
            f"{wanted.resource} is not covered by an exemption that holds", "set the scope to its URN", file=file
        )
    for name in sorted(covered - {wanted.resource}):
        yield at.problem(f"{name} is exempt too", f"narrow the scope to {wanted.resource}", file=file)
