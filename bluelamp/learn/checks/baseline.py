"""The force is within its baseline: no mandatory rule is broken."""

from collections.abc import Iterator

from bluelamp.core.problems import Problem
from bluelamp.learn.at import At
from bluelamp.learn.exercise import Model


class Wanted(Model):
    """`exempt` says whether exemptions count: without them the failure itself has to go."""

    exempt: bool = True


def check(at: At, wanted: Wanted) -> Iterator[Problem]:
    """Each mandatory failure, and each exemption where none may be used."""
    for each in at.report.broken:
        where = f"{each.name}.{each.path}" if each.path else each.name
        file, line = each.source or (at.stack, 0)
        message = f"{each.rule.id} fails: {each.heading}: {each.message}" if each.message else f"{each.rule.id} fails"
        step = f"set {each.remedy}" if each.remedy else f"run: bluelamp explain {each.rule.id}"
        yield Problem(file, line, path=where, message=message, next_step=step)
    for excuse in () if wanted.exempt else at.report.exemptions:
        file = f"stacks/{at.force}/exemptions.yaml"
        yield at.problem(
            f"{excuse.id} exempts the failure of {excuse.rule} instead of correcting it",
            "remove the exemption, and correct what fails",
            file=file,
        )
