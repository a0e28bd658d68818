"""A failure has an exemption as the task describes it."""

from collections.abc import Iterator, Mapping

from bluelamp.core.problems import Problem
from bluelamp.learn.exercise import Model
from bluelamp.learn.project import LearnerProject
from bluelamp.policies.model import Verdict


class Wanted(Model):
    """The `rule` is exempt on `resource` alone. `fields` are fields of the exemption in the report."""

    rule: str
    resource: str
    fields: Mapping[str, str] = {}
    max_days: int
    """The longest duration in days, including the first and the last."""


def check(project: LearnerProject, wanted: Wanted) -> Iterator[Problem]:
    """A missing exemption, and those that do not hold, cover something else or have other fields."""
    file = f"stacks/{project.force}/exemptions.yaml"
    found = [each for each in project.report.exemptions if each.rule == wanted.rule]
    if not found:
        yield project.problem(
            f"has no exemption from {wanted.rule}", "add one; docs/baselines.md has an example", file=file
        )
    for each in project.report.exemptions:
        if each.rule != wanted.rule:
            yield project.problem(
                f"{each.id} is from {each.rule}, which is not in the task", "remove it", file=file, path=each.id
            )
    for each in found:
        if not each.holds:
            problem = f"does not hold: {each.why or each.status}"
            step = "correct what it says; docs/baselines.md has the conditions"
            yield project.problem(problem, step, file=file, path=each.id)
        days = (each.expiry - each.start).days + 1
        if days > wanted.max_days:
            problem = f"holds for {days} days; the risk balance case allows {wanted.max_days}"
            yield project.problem(problem, "set an earlier expiry", file=file, path=each.id)
        for name, expected in wanted.fields.items():
            if (actual := str(getattr(each, name))) != expected:
                yield project.problem(
                    f"{name.replace('_', ' ')} is not the one of the risk balance case",
                    f"write what the task says: {expected}",
                    file=file,
                    path=each.id,
                    found=actual,
                )
    covered = {each.name for each in project.report.findings if each.verdict is Verdict.EXEMPT}
    if project.planned("*", wanted.resource) and found and wanted.resource not in covered:
        yield project.problem(
            f"{wanted.resource} is not covered by an exemption that holds", "set the scope to its URN", file=file
        )
    for name in sorted(covered - {wanted.resource}):
        yield project.problem(f"{name} is exempt too", f"narrow the scope to {wanted.resource}", file=file)
