"""Approvals of saved plans: signed by people of `stacks/approvers.yaml`, never by an author of the change.

Every plan that changes something needs one person, and one with a deletion or a replaced data store two.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from os.path import lexists
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from pydantic import Field

from bluelamp.core.dates import london_day
from bluelamp.core.identity import same_mailbox
from bluelamp.core.reader import content_of, parse
from bluelamp.core.register import Register, read_register
from bluelamp.core.validation import checked
from bluelamp.errors import BluelampError, Status, UsageError
from bluelamp.fleet.saved import APPROVALS, Opened
from bluelamp.fleet.sealed import Document, UnsealedError, seal, unseal
from bluelamp.policies.approval import FILE
from bluelamp.policies.approval import mistakes as mistaken
from bluelamp.policies.settings import Approver, ApproverRegister
from bluelamp.reports.canonical import time_of
from bluelamp.reports.keys import fingerprint
from bluelamp.reports.manifest import Digest, ForceName, Moment

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

FORMAT: Final = "bluelamp-approval/1"
_LARGEST: Final = 1 << 20
_MOST: Final = 100
_CLOCKS: Final = timedelta(minutes=5)
"""The tolerated clock difference between two machines."""


class NotApprovedError(BluelampError):
    """A plan lacks approvals that the project's settings require."""

    status = Status.RULES_BROKEN


class Approval(Document):
    """One person's approval of the plans of some forces: `plan` is the SHA-256 of the manifest."""

    format: Literal["bluelamp-approval/1"]
    plan: Digest
    forces: tuple[ForceName, ...] = Field(strict=False)
    approver: str
    approved: Moment


@dataclass(frozen=True, slots=True)
class CheckedApproval:
    """A checked approval: its forces and, if it does not count, the reason."""

    approver: str
    forces: tuple[str, ...] = ()
    approved: str = ""
    refused: str = ""


@dataclass(frozen=True, slots=True)
class ApprovalStatus:
    """The approval status of one force's plan: the number of approvers required, and its approvers."""

    force: str
    needed: int
    approvers: tuple[str, ...]

    @property
    def missing(self) -> int:
        """The number of approvals still missing."""
        return max(0, self.needed - len(self.approvers))


@dataclass(frozen=True)
class People:
    """The approvers of a project, and whether plans require approval.

    `holders` maps the fingerprints of the keys in `stacks/signers/` to their names.
    """

    register: ApproverRegister | None
    forces: Register
    holders: Mapping[str, str]

    @property
    def required(self) -> bool:
        """Whether `up` needs approved plans."""
        return self.register is not None and self.register.plan_approvals == "required"

    def named(self, approver: str) -> Approver | None:
        """The entry with this id, or None."""
        return next((each for each in self.register.approvers if each.id == approver), None) if self.register else None

    def may_approve(self, approver: Approver, stack: str) -> bool:
        """Whether the entry is for the force of this stack."""
        entry = self.forces.entry(stack)
        limited = approver.forces or approver.regions
        return not limited or entry.force in approver.forces or entry.region in approver.regions


def read_people(root: Path, holders: Mapping[str, str]) -> People:
    """The approvers of the project at `root`. Raises `SettingsError` with every mistake in the register."""
    register = read_register(root)
    path = root / FILE
    if not lexists(path):
        return People(None, register, holders)
    source = parse(*content_of(path, root))
    regions = sorted({each.region for each in register.forces.values()})
    made = checked(
        ApproverRegister,
        source,
        lambda made: [
            source.problem(each.steps, each.message, each.found, each.allowed, each.next_step)
            for each in mistaken(made.approvers, list(register.forces), regions)
        ],
    )
    return People(made, register, holders)


def needed(opened: Opened, stack: str) -> int:
    """The number of different people who must approve the stack's plan."""
    plan = opened.manifest.forces[stack]
    if not any(plan.changes.values()):
        return 0
    return 2 if plan.losses else 1


def approve(opened: Opened, people: People, key: "Ed25519PrivateKey", now: datetime) -> CheckedApproval:
    """Writes the approval of the holder of `key` into the folder of the plans, and returns it.

    Raises `UsageError` if that person may not approve them, or the key is unknown; `OSError`.
    """
    print_ = fingerprint(key.public_key())
    name = people.holders.get(print_, "")
    approver = people.named(name)
    if approver is None:
        raise UsageError(
            f"{name}, the holder of the key, is not in {FILE}"
            if name
            else f"the key {print_} is not in stacks/signers/",
            next_step=f"keep the public key in stacks/signers/ID.pem, named after an id of {FILE}",
        )
    if unknown := _unknown_authors(opened):
        raise UsageError(unknown, next_step="commit the files, then run: bluelamp preview --save")
    refused = _refusal(opened, approver, now, now)
    forces = tuple(stack for stack in opened.manifest.forces if people.may_approve(approver, stack))
    if not refused and not forces:
        refused = f"{approver.id} may not approve for {', '.join(opened.manifest.forces)}"
    if refused:
        raise UsageError(refused, next_step="ask another person of stacks/approvers.yaml")
    folder = opened.folder / APPROVALS
    if folder.is_symlink():
        raise UsageError(f"{folder} is a link where a folder was", next_step="remove it")
    folder.mkdir(exist_ok=True)
    document = {
        "format": FORMAT,
        "plan": opened.sha256,
        "forces": sorted(forces),
        "approver": approver.id,
        "approved": time_of(now),
    }
    seal(document, folder / f"{approver.id}.json", Approval, key)
    return CheckedApproval(approver.id, tuple(sorted(forces)), time_of(now))


def approvals(opened: Opened, people: People, now: datetime) -> list[CheckedApproval]:
    """Every approval in the folder of the plans, with the reason if it does not count."""
    folder = opened.folder / APPROVALS
    if folder.is_symlink() or not folder.is_dir():
        return []
    paths = sorted(path for path in folder.iterdir() if path.suffix == ".json")[:_MOST]
    return [_counted(path, opened, people, now) for path in paths]


def _counted(path: Path, opened: Opened, people: People, now: datetime) -> CheckedApproval:
    try:
        found, _ = unseal(path, Approval, _LARGEST)
    except UnsealedError as error:
        return CheckedApproval(path.stem[:60], refused=f"{APPROVALS}/{path.name} {error}")
    refused = _wrong(found, path, opened, people, now)
    approver = people.named(found.approver)
    forces = tuple(
        stack
        for stack in found.forces
        if approver and stack in opened.manifest.forces and people.may_approve(approver, stack)
    )
    return CheckedApproval(found.approver[:60], forces, found.approved, refused)


def _wrong(found: Approval, path: Path, opened: Opened, people: People, now: datetime) -> str:
    if found.plan != opened.sha256:
        return f"the approval of {found.approver[:60]} is of another plan: this one was saved later, or was changed"
    approver = people.named(found.approver)
    if approver is None or found.approver != path.stem:
        return f"{found.approver[:60]} is not in {FILE}"
    holder = people.holders.get(found.signer.fingerprint, "")
    if holder != found.approver:
        whose = f"the key of {holder}" if holder else "a key that is not in stacks/signers/"
        return f"the approval of {found.approver} is signed with {whose}"
    return _refusal(opened, approver, _moment(found.approved), now)


def _refusal(opened: Opened, approver: Approver, approved: datetime, now: datetime) -> str:
    """The reason why the person may not approve the plans; empty if the person may."""
    manifest = opened.manifest
    if unknown := _unknown_authors(opened):
        return unknown
    if any(_same(author, email) for author in manifest.authors for email in approver.emails):
        return f"{approver.id} is an author of the change"
    if approved > now + _CLOCKS:
        return f"the approval of {approver.id} is of {time_of(approved)}, which is in the future"
    if approved < _moment(manifest.written) - _CLOCKS:
        return f"the approval of {approver.id} is older than the plan"
    for day in dict.fromkeys((london_day(approved), london_day(now))):
        if reason := _out_of_date(approver, day):
            return reason
    return ""


def _unknown_authors(opened: Opened) -> str:
    if opened.manifest.authors and not opened.manifest.dirty:
        return ""
    return "the authors of the change are not known: the plan is not from a commit alone"


def _out_of_date(approver: Approver, day: date) -> str:
    if approver.valid_from and day < approver.valid_from:
        return f"{approver.id} may approve from {approver.valid_from}, and it is {day}"
    if approver.valid_until and day > approver.valid_until:
        return f"{approver.id} may approve until {approver.valid_until}, and it is {day}"
    return ""


def _same(author: str, email: str) -> bool:
    return author == email or ("@" in author and same_mailbox(author, email))


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def approval_statuses(
    opened: Opened, checked: Sequence[CheckedApproval], stacks: Sequence[str]
) -> list[ApprovalStatus]:
    """The approval status of the plans of `stacks`, with valid approvals."""
    return [
        ApprovalStatus(
            stack,
            needed(opened, stack),
            tuple(sorted({each.approver for each in checked if not each.refused and stack in each.forces})),
        )
        for stack in stacks
    ]


def refuse_unapproved(opened: Opened, people: People, stacks: Sequence[str], now: datetime) -> None:
    """Raises `NotApprovedError` if a plan of `stacks` lacks approvals, with the reasons for invalid ones."""
    checked = approvals(opened, people, now)
    lacking = [each for each in approval_statuses(opened, checked, stacks) if each.missing]
    if not lacking:
        return
    missing = "; ".join(_missing(each) for each in lacking)
    reasons = "".join(f"; {each}" for each in _reasons(checked))
    raise NotApprovedError(
        f"{opened.folder}: not approved: {missing}{reasons}",
        next_step=f"have it approved: bluelamp approve {opened.folder} --sign-with KEY",
    )


def _missing(standing: ApprovalStatus) -> str:
    by = f", and has {' and '.join(standing.approvers)}" if standing.approvers else ""
    people = "1 person" if standing.needed == 1 else f"{standing.needed} different people"
    return f"{standing.force} needs {people}{by}"


def _reasons(checked: Sequence[CheckedApproval]) -> Iterator[str]:
    yield from dict.fromkeys(each.refused for each in checked if each.refused)
