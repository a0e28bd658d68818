"""The approvers of exemptions, from `stacks/approvers.yaml`, for one force."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bluelamp.core.identity import folded, same_mailbox
from bluelamp.core.problems import Problem
from bluelamp.core.source import problem_at
from bluelamp.core.suggestions import did_you_mean
from bluelamp.policies.model import Severity

if TYPE_CHECKING:
    from bluelamp.policies.settings import Approver, Exemption, Person

FILE: Final = "stacks/approvers.yaml"


@dataclass(frozen=True)
class Approvers:
    """The people who may approve exemptions, for `force` in the police region `region`."""

    people: tuple["Approver", ...]
    force: str = ""
    region: str = ""

    def named(self, approver: str) -> "Approver | None":
        """The entry with this id or address; None if there is none."""
        for each in self.people:
            if approver == each.id or approver in each.emails:
                return each
        return None

    def refusal(self, approver: "Approver", exemption: "Exemption", severity: Severity) -> str:
        """The reason that `approver` may not approve an exemption from a rule of `severity`; empty if there is none."""
        if severity not in approver.severities:
            return f"{approver.id} may approve {', '.join(approver.severities)}, not {severity}"
        if (approver.forces or approver.regions) and not (
            self.force in approver.forces or self.region in approver.regions
        ):
            return f"{approver.id} may not approve for {self.force or 'this force'}"
        if approver.valid_from and exemption.start < approver.valid_from:
            return f"{approver.id} may approve from {approver.valid_from}, and it starts on {exemption.start}"
        if approver.valid_until and exemption.start > approver.valid_until:
            return f"{approver.id} may approve until {approver.valid_until}, and it starts on {exemption.start}"
        return ""


def is_same_person(person: "Person", approver: "Approver") -> bool:
    """Whether `person` and `approver` share an address or a role."""
    titles = {folded(approver.id), folded(approver.name), folded(approver.role)}
    return folded(person.role) in titles or any(same_mailbox(person.email, each) for each in approver.emails)


def mistakes(
    approvers: Sequence["Approver | None"], forces: Sequence[str], regions: Sequence[str]
) -> Iterator[Problem]:
    """Duplicate people, and unknown forces and regions; None entries are skipped."""
    for number, each in enumerate(approvers):
        if each is None:
            continue
        steps = ("approvers", number)
        for position, other in enumerate(approvers[:number]):
            if other is None:
                continue
            if folded(other.id) == folded(each.id):
                yield problem_at((*steps, "id"), f"{each.id} is the id of approver {position + 1} already")
            for index, email in enumerate(each.emails):
                if any(same_mailbox(email, taken) for taken in other.emails):
                    step = "one entry for each person, with all of that person's addresses"
                    yield problem_at(
                        (*steps, "emails", index), f"{email} is an address of {other.id} already", next_step=step
                    )
        for key, named, known in (("forces", each.forces, forces), ("regions", each.regions, regions)):
            for index, name in enumerate(named):
                if name not in known:
                    step = did_you_mean(name, known)
                    yield problem_at((*steps, key, index), f"{name!r} is not in stacks/forces.yaml", next_step=step)
        if each.valid_from and each.valid_until and each.valid_until < each.valid_from:
            yield problem_at((*steps, "validUntil"), f"{each.valid_until} is before {each.valid_from}, its first day")
