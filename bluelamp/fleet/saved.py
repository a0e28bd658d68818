"""Saved plans: `preview --save` writes the engine's plans with their inputs, which `up --plan` compares.

A folder of saved plans holds `manifest.json` with its signature and, for each force, the engine's `plan.json` and the
displayed result, `preview.json`. Approvals are added in a subfolder.
"""

import hashlib
import json
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from bluelamp.core.files import FileRefusedError, digest, read
from bluelamp.core.folders import Owned, files_in, refuse_unwritable, replace_folder
from bluelamp.core.text import first_of
from bluelamp.core.wire import SECRET, SIGNATURE
from bluelamp.errors import UsageError
from bluelamp.fleet.inputs import Inputs, state_digest
from bluelamp.fleet.risk import losses
from bluelamp.fleet.sealed import Document, Strict, UnsealedError, seal, signature_of, unseal
from bluelamp.reports.canonical import readable, time_of
from bluelamp.reports.manifest import Digest, Entry, ForceName, Moment
from bluelamp.reports.seal import hashed
from bluelamp.reports.sealed_form import MANIFEST, MAX_BYTES

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from bluelamp.fleet.deploy import Result

FORMAT: Final = "bluelamp-plan/1"
PLAN: Final = "plan.json"
PREVIEW: Final = "preview.json"
APPROVALS: Final = "approvals"
_LARGEST: Final = 1 << 30
_AGAIN: Final = "preview again with --save, and have the new plan approved"


class Losing(Strict):
    """A change that can lose data."""

    urn: str
    why: Literal["deletion", "replaced data store"]


class ForcePlan(Strict):
    """One force's plan: the digest of the state that it starts from, its inputs, and its changes."""

    state: Digest
    settings: Digest
    rules: Digest
    changes: dict[str, Annotated[int, Field(ge=0)]]
    losses: tuple[Losing, ...] = Field(strict=False)


class SavedPlans(Document):
    """The manifest of a folder of saved plans. `authors` are the addresses of all authors of the change."""

    format: Literal["bluelamp-plan/1"]
    written: Moment
    rehearsed: bool
    commit: Annotated[str, StringConstraints(pattern="^([0-9a-f]{40}|[0-9a-f]{64})?$")]
    dirty: bool
    authors: tuple[str, ...] = Field(strict=False)
    program: Digest
    lock: Digest
    versions: dict[str, str]
    forces: Annotated[dict[ForceName, ForcePlan], Field(min_length=1)]
    files: dict[str, Entry]


@dataclass(frozen=True)
class Saving:
    """One run of `preview --save`; `folder` is the temporary folder of the engine's plans."""

    folder: Path
    states: dict[str, str]

    def plan_of(self, stack: str) -> Path:
        """The file of the engine's plan for the stack."""
        return self.folder / f"{stack}.json"

    def starts_from(self, stack: str, state: Mapping[str, Any]) -> None:
        """Records the state that the stack's plan starts from."""
        self.states[stack] = state_digest(state)

    def planned(self, stack: str) -> "Planned":
        """The engine's plan of the stack. Raises `UsageError` for a plan that is not saved, as `refuse_plan` does."""
        raw = read(self.plan_of(stack), _LARGEST)
        refuse_plan(raw, stack)
        return Planned(self.states[stack], raw)

    def take(self, stack: str, planned: "Planned") -> None:
        """Stores a plan from another machine."""
        self.plan_of(stack).write_bytes(planned.plan)
        self.states[stack] = planned.state


@dataclass(frozen=True, slots=True)
class Planned:
    """The engine's plan of one stack, and the digest of the state that it starts from."""

    state: str
    plan: bytes = field(repr=False)


@dataclass(frozen=True)
class Opened:
    """A verified folder of saved plans: `sha256` is the digest of its manifest, `name` the signer's name.

    `copy` is where its files are, if that is not `folder`.
    """

    folder: Path
    manifest: SavedPlans
    sha256: str
    name: str
    copy: Path | None = None

    def as_dict(self) -> dict[str, str]:
        """The manifest for JSON."""
        return {"sha256": self.sha256, "written": self.manifest.written, "signer": self.name}

    def plan_of(self, stack: str) -> Path:
        """The engine's plan of the stack."""
        return (self.copy or self.folder) / stack / PLAN

    def files_of(self, stack: str) -> "PlanFiles":
        """The stack's plan with the signed manifest, for another machine.

        Raises `UsageError` if the manifest is no longer the opened one.
        """
        names = (MANIFEST, signature_of(Path(MANIFEST)).name, f"{stack}/{PLAN}", f"{stack}/{PREVIEW}")
        files = {name: read(self.folder / name, _LARGEST) for name in names}
        if hashlib.sha256(files[MANIFEST]).hexdigest() != self.sha256:
            raise UsageError(f"{self.folder}: {MANIFEST} was changed", next_step=_AGAIN)
        return PlanFiles(self.folder, stack, files)

    def refuse_state(self, stack: str, state: Mapping[str, Any]) -> None:
        """Raises `UsageError` if the stack's plan does not start from `state`."""
        if state_digest(state) == self.manifest.forces[stack].state:
            return
        written = ((state.get("deployment") or {}).get("manifest") or {}).get("time") or "another time"
        raise UsageError(
            f"{stack}: the state was changed after the plan was saved, on {self.manifest.written}: it is of {written}; "
            "the plan was applied already, or something else was",
            next_step=_AGAIN,
        )

    def refuse_changes(self, now: Inputs, stacks: Iterable[str], *, rehearse: bool) -> None:
        """Raises `UsageError` with every input that has changed since the plans of `stacks` were saved."""
        found = list(self._changes(now, stacks, rehearse=rehearse))
        if found:
            raise UsageError(f"{self.folder}: the plan cannot be applied: {'; '.join(found)}", next_step=_AGAIN)

    def _changes(self, now: Inputs, stacks: Iterable[str], *, rehearse: bool) -> Iterator[str]:
        was = self.manifest
        if was.rehearsed != rehearse:
            yield "it was made in a rehearsal" if was.rehearsed else "it is for the real cloud, but this is a rehearsal"
        if was.commit != now.commit:
            yield f"the commit is {now.commit[:12] or 'none'}, and was {was.commit[:12] or 'none'}"
        if was.dirty != now.dirty:
            yield "files differ from the commit now" if now.dirty else "files differed from the commit then"
        if was.program != now.program:
            yield "the program, its modules or Bluelamp changed"
        if was.lock != now.lock:
            yield "the lock file changed"
        for name in sorted(was.versions.keys() | now.versions.keys()):
            before, after = was.versions.get(name, "not installed"), now.versions.get(name, "not installed")
            if before != after:
                yield f"{name} is {after}, and was {before}"
        chosen = list(stacks)
        for what, then, here in (
            ("settings", "settings", now.settings),
            ("rules", "rules", now.rules),
        ):
            changed = [stack for stack in chosen if getattr(was.forces[stack], then) != here[stack]]
            if changed:
                yield f"the {what} of {first_of(changed, 10)} changed"


def save(
    folder: Path,
    saving: Saving,
    results: Sequence["Result"],
    inputs: Inputs,
    authors: Sequence[str],
    key: "Ed25519PrivateKey",
    *,
    rehearse: bool,
) -> None:
    """Writes the plans of `results` into `folder`, replacing plans saved there before.

    Raises `UsageError` for a plan that is not the force's or has a secret in clear text, `OccupiedError` where another
    file is in the way, `OSError` where something cannot be written.
    """

    def fill(work: Path) -> None:
        files: dict[str, dict[str, Any]] = {}
        forces: dict[str, dict[str, Any]] = {}
        for result in results:
            raw = read(saving.plan_of(result.force), _LARGEST)
            refuse_plan(raw, result.force)
            (work / result.force).mkdir()
            shown = readable(result.as_dict()).encode()
            for name, content in ((PLAN, raw), (PREVIEW, shown)):
                (work / result.force / name).write_bytes(content)
                files[f"{result.force}/{name}"] = hashed(content)
            forces[result.force] = {
                "state": saving.states[result.force],
                "settings": inputs.settings[result.force],
                "rules": inputs.rules[result.force],
                "changes": {op: count for op, count in result.counts.items() if op != "same"},
                "losses": [{"urn": loss.urn, "why": loss.why} for loss in losses(result.steps)],
            }
        manifest = {
            "format": FORMAT,
            "written": time_of(datetime.now(UTC)),
            "rehearsed": rehearse,
            "commit": inputs.commit,
            "dirty": inputs.dirty,
            "authors": sorted(authors),
            "program": inputs.program,
            "lock": inputs.lock,
            "versions": dict(inputs.versions),
            "forces": forces,
            "files": files,
        }
        seal(manifest, work / MANIFEST, SavedPlans, key)

    replace_folder(folder, fill, _owned, last=MANIFEST)


def refuse_folder(folder: Path) -> None:
    """Checks that plans can be saved into `folder`: it can be written, and has no other files.

    Raises `UsageError` for other files, since plans next to them could not be applied; `OSError`.
    """
    refuse_unwritable(folder)
    if folder.exists() and (foreign := sorted({*files_in(folder)} - {*_owned(folder).stale})):
        raise UsageError(
            f"{folder}: has files that are no part of saved plans: {first_of(list(map(str, foreign)))}",
            next_step="name another folder, or move them away",
        )


def _owned(folder: Path) -> Owned:
    """Every path in a folder of saved plans that belongs to the plans."""
    try:
        manifest, _ = unseal(folder / MANIFEST, SavedPlans, MAX_BYTES)
    except UnsealedError:
        return Owned()
    ours = {PurePosixPath(name) for name in (*manifest.files, MANIFEST, signature_of(Path(MANIFEST)).name)}
    approvals = {path for path in files_in(folder) if _is_approval(path)}
    return Owned(stale=ours | approvals)


def _is_approval(path: PurePosixPath) -> bool:
    return len(path.parts) == 2 and path.parts[0] == APPROVALS and path.suffix in (".json", ".sig")


def refuse_plan(raw: bytes, stack: str) -> None:
    """Raises `UsageError` if the engine's plan is for another stack, or has a secret in clear text.

    The engine encrypts secrets with the stack's secrets provider; an unencrypted plan is not saved.
    """
    try:
        plan = json.loads(raw)
        urns = list(plan["resourcePlans"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UsageError(f"{stack}: the engine wrote no plan", next_step="run: bluelamp doctor") from None
    prefix = f"urn:pulumi:{stack}::"
    if any(not urn.startswith(prefix) for urn in urns):
        raise UsageError(f"{stack}: the plan is of another stack", next_step=_AGAIN)
    if _has_clear_secret(plan):
        raise UsageError(
            f"{stack}: the engine's plan has a secret in clear text, so it is not saved",
            next_step="choose a secrets provider for the stack: bluelamp stack init --secrets-provider",
        )


def _has_clear_secret(value: Any) -> bool:
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Mapping):
            if each.get(SIGNATURE) == SECRET and "ciphertext" not in each:
                return True
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
    return False


@dataclass(frozen=True, slots=True)
class PlanFiles:
    """The plan of one stack, by the names of its files in a folder of saved plans, for another machine."""

    folder: Path
    stack: str
    files: Mapping[str, bytes] = field(repr=False)

    def open(self, copy: Path, known: Mapping[str, str]) -> Opened:
        """The plan, written into `copy` and verified there as `open_plans` does."""
        (copy / self.stack).mkdir(parents=True)
        for name, content in self.files.items():
            (copy / name).write_bytes(content)
        return _verified(self.folder, copy, known, [self.stack])


def open_plans(folder: Path, known: Mapping[str, str]) -> Opened:
    """The plans saved in `folder`; `known` has the names of the known signers by the fingerprints of their keys.
    Raises `UsageError` with every problem: a changed, missing or added file, a missing or wrong signature, an unknown
    signer.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder", next_step="name a folder that `bluelamp preview --save` wrote")
    return _verified(folder, None, known, None)


def _verified(folder: Path, copy: Path | None, known: Mapping[str, str], stacks: Collection[str] | None) -> Opened:
    """The plans of `folder`, whose files are in `copy` if there is one; of these `stacks` alone, if some are given."""
    place = copy or folder
    try:
        manifest, raw = unseal(place / MANIFEST, SavedPlans, MAX_BYTES)
    except UnsealedError as error:
        raise UsageError(f"{folder / MANIFEST}: {error}", next_step=_AGAIN) from None
    wrong = list(_flaws(place, manifest, manifest.forces if stacks is None else stacks))
    signer = manifest.signer.fingerprint
    if signer not in known:
        wrong.append(f"{MANIFEST} is signed by an unknown key, {signer}; known keys are kept in stacks/signers/")
    if wrong:
        raise UsageError(f"{folder}: {'; '.join(wrong)}", next_step=_AGAIN)
    return Opened(folder, manifest, hashlib.sha256(raw).hexdigest(), known[signer], copy)


def _flaws(folder: Path, manifest: SavedPlans, stacks: Collection[str]) -> Iterator[str]:
    wanted = {f"{force}/{name}" for force in manifest.forces for name in (PLAN, PREVIEW)}
    if wanted != manifest.files.keys():
        yield f"{MANIFEST} lists other files than those of its forces"
        return
    for name, was in sorted(manifest.files.items()):
        path = folder / name
        if path.parent.name not in stacks:
            continue
        if path.is_symlink() or path.parent.is_symlink():
            yield f"{name} is a link where a file was"
            continue
        try:
            found = digest(path, was.bytes)
        except FileNotFoundError:
            yield f"{name} is missing"
        except (FileRefusedError, OSError) as error:
            yield f"{name} cannot be read: {error.strerror}"
        else:
            if found != (was.sha256, was.bytes):
                yield f"{name} was changed"
    known = {*wanted, MANIFEST, signature_of(Path(MANIFEST)).name}
    for each in sorted(files_in(folder)):
        if each.as_posix() not in known and not _is_approval(each):
            yield f"{each} was added"


def copy_plan(opened: Opened, stack: str, folder: Path) -> Path:
    """A copy of the stack's plan in `folder`, compared with the manifest after copying, so it cannot be exchanged.

    Raises `UsageError` if it is not the signed plan.
    """
    copy = folder / f"{stack}.json"
    shutil.copyfile(opened.plan_of(stack), copy)
    was = opened.manifest.files[f"{stack}/{PLAN}"]
    if digest(copy, was.bytes) != (was.sha256, was.bytes):
        raise UsageError(f"{opened.folder}: {stack}/{PLAN} was changed", next_step=_AGAIN)
    refuse_plan(read(copy, _LARGEST), stack)
    return copy
