"""The force is within its baseline: no mandatory rule is broken."""

from collections.abc import Iterator

from bluelamp.core.problems import Problem
from bluelamp.learn.exercise import Model
from bluelamp.learn.project import LearnerProject


class Wanted(Model):
    """`exempt` says whether exemptions are allowed; otherwise the failure must be corrected."""

    exempt: bool = True


def check(project: LearnerProject, wanted: Wanted) -> Iterator[Problem]:
    """Each mandatory failure, and each exemption if none is allowed."""
    for each in project.report.broken:
        where = f"{each.name}.{each.path}" if each.path else each.name
        file, line = each.source or (project.stack, 0)
        message = f"{each.rule.id} fails: {each.heading}: {each.message}" if each.message else f"{each.rule.id} fails"
        step = f"set {each.remedy}" if each.remedy else f"run: bluelamp explain {each.rule.id}"
        yield Problem(file, line, path=where, message=message, next_step=step)
    for exemption in () if wanted.exempt else project.report.exemptions:
        file = f"stacks/{project.force}/exemptions.yaml"
        yield project.problem(
            f"{exemption.id} exempts the failure of {exemption.rule} instead of correcting it",
            "remove the exemption, and correct what fails",
            file=file,
        )
