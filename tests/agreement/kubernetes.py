"""How often the rehearsed Kubernetes agrees with a real API server: `python -m tests.agreement.kubernetes`.

Cases are `bases/` (objects of every built-in kind) and the smallest object of every add-on kind, each with single-field
variations: as a new object, and as a change of the base. The server judges them in a dry run of server-side apply with
strict field validation, as pulumi-kubernetes does in a preview.
"""

import argparse
import hashlib
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from bluelamp.rehearsal.kubernetes import KubernetesProvider, kinds
from bluelamp.rehearsal.kubernetes.addons import addon, served
from bluelamp.rehearsal.kubernetes.api import Api, RefusalError
from bluelamp.rehearsal.kubernetes.kinds import Kind
from bluelamp.rehearsal.kubernetes.names import metadata
from bluelamp.rehearsal.provider import CloudError, Instance
from bluelamp.rehearsal.store import Store
from tests.agreement.variations import Shape, Variation, base, variations

BASES = Path(__file__).parent / "bases"
_DEV = Instance("dev", "police")
_MANAGER = "agreement"
_NEW, _CHANGED, _OF_ADDON = 300, 120, 60
_AT_ONCE = 4


@dataclass(frozen=True)
class Case:
    """One question to both: is `obj` accepted, as a new object or as a change of `before`?"""

    name: str
    obj: dict[str, Any]
    before: dict[str, Any] | None = None

    @property
    def kind(self) -> str:
        """The API version and kind."""
        return f"{self.obj['apiVersion']} {self.obj['kind']}"


@dataclass
class Outcome:
    """The number of verdicts that agree, and those that differ: the case, the rehearsal's reason and the server's."""

    agreed: Counter[str] = field(default_factory=Counter)
    compared: Counter[str] = field(default_factory=Counter)
    different: list[tuple[Case, str, str]] = field(default_factory=list)
    unanswered: int = 0


def bases() -> dict[str, dict[str, Any]]:
    """The objects of `bases/`, by name."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(BASES.glob("*.yaml")):
        found |= yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def kind_of(obj: dict[str, Any]) -> Kind:
    """The kind of an object, built in or from an add-on."""
    found = kinds.builtin(obj["apiVersion"], obj["kind"]) or addon(obj["apiVersion"], obj["kind"])
    assert found is not None, obj["kind"]
    return found


def builtin_cases(name: str, obj: dict[str, Any], salt: str) -> Iterator[Case]:
    """A base, some of its variations as new objects, and some as changes; chosen by a digest of their names."""
    kind = kind_of(obj)
    assert kind.node is not None
    yield Case(name, obj)
    found = list(variations(obj, kind.node, Shape(kind.definitions)))
    for change, varied in _picked(found, f"{salt}{name}", _NEW):
        yield Case(f"{name} {change}", varied())
    for change, varied in _picked(found, f"{salt}{name} changed", _CHANGED):
        new = varied()
        if all(metadata(new, key) == metadata(obj, key) for key in ("name", "namespace")):
            yield Case(f"{name} changed: {change}", new, obj)


def _picked(found: list[Variation], salt: str, most: int) -> list[Variation]:
    return sorted(found, key=lambda each: digest(f"{salt} {each[0]}"))[:most]


def addon_cases(salt: str) -> Iterator[Case]:
    """Add-on kinds: the smallest object of each and some of its variations, chosen by a digest of its name."""
    for api_version, names in served().items():
        for name in names:
            kind = addon(api_version, name)
            assert kind is not None
            shape, node = Shape({}), kind.node or {}
            obj = base(shape, node, api_version, name, namespaced=kind.namespaced)
            yield Case(name, obj)
            for change, varied in _picked(list(variations(obj, node, shape)), f"{salt}{api_version} {name}", _OF_ADDON):
                yield Case(f"{name} {change}", varied())


def digest(text: str) -> str:
    """A number derived from `text`, used to choose a subset of the cases."""
    return hashlib.sha256(text.encode()).hexdigest()


def _urn(obj: dict[str, Any]) -> str:
    api_version = obj["apiVersion"]
    token = f"kubernetes:{api_version if '/' in api_version else f'core/{api_version}'}:{obj['kind']}"
    return f"urn:pulumi:dev::police::{token}::it"


class Rehearsed:
    """The rehearsal's verdicts."""

    def __init__(self) -> None:
        self._provider = KubernetesProvider(Store(":memory:"), patience=0.0)

    def checked(self, case: Case) -> str:
        """The errors that the rehearsal finds before anything is created; empty if there are none."""
        failures = self._provider.check(_DEV, _urn(case.obj), case.before or {}, case.obj).failures
        return "; ".join(f"{failure.path}: {failure.reason}" for failure in failures)

    def verdict(self, case: Case) -> str:
        """Why the rehearsal refuses the case; empty if it accepts it."""
        if wrong := self.checked(case):
            return wrong
        urn, before = _urn(case.obj), case.before
        inputs = self._provider.check(_DEV, urn, before or {}, case.obj).inputs
        made: tuple[str, dict[str, Any]] | None = None
        try:
            first = self._provider.check(_DEV, urn, {}, before).inputs if before else inputs
            made = self._provider.create(_DEV, urn, first, preview=False)
            if before:
                self._provider.update(_DEV, urn, made[0], made[1], inputs, preview=False)
        except CloudError as error:
            return error.message
        finally:
            if made:
                self._provider.delete(_DEV, urn, made[0], made[1])
        return ""


class Real:
    """The verdicts of the API server in a kubeconfig."""

    def __init__(self, kubeconfig: Path) -> None:
        self._api = Api(kubeconfig)

    def verdict(self, obj: dict[str, Any]) -> str | None:
        """Why the server refuses `obj`; empty if it accepts it, None if it gives no answer (some of its bugs end the
        connection). Nothing is stored.
        """
        try:
            self._apply(obj, dry_run=True)
        except RefusalError as error:
            return error.message or error.code
        except CloudError:
            return None
        return ""

    def make(self, obj: dict[str, Any]) -> str:
        """Stores `obj`; returns why it cannot be stored, or nothing."""
        try:
            self._apply(obj, dry_run=False)
        except RefusalError as error:
            return error.message
        return ""

    def remove(self, obj: dict[str, Any]) -> None:
        """Deletes `obj` and its finalizers."""
        meta = {key: value for key, value in obj["metadata"].items() if key in ("name", "namespace")}
        bare = {**obj, "metadata": meta}
        with suppress(RefusalError):
            self._apply(bare, dry_run=False)
        with suppress(RefusalError):
            self._api.request("DELETE", self._path(obj), {"propagationPolicy": "Background", "gracePeriodSeconds": 0})

    def _path(self, obj: dict[str, Any]) -> str:
        meta = obj["metadata"]
        return quote(
            self._api.path(obj["apiVersion"], obj["kind"], str(meta.get("namespace") or ""), str(meta.get("name")))
        )

    def _apply(self, obj: dict[str, Any], *, dry_run: bool) -> None:
        self._api.apply(self._path(obj), obj, _MANAGER, dry_run=dry_run, force=True)


def compare(real: Real, cases: Iterable[Case]) -> Outcome:
    """Compares both verdicts for every case."""
    rehearsed, outcome = Rehearsed(), Outcome()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for before, group in groupby(
            (case for case in cases if metadata(case.obj, "name")), key=lambda case: case.before
        ):
            several = list(group)
            if before and (why := real.make(before)):
                sys.stderr.write(f"{several[0].name}: not stored: {why}\n")
            for case, theirs in zip(several, pool.map(real.verdict, [case.obj for case in several]), strict=True):
                if theirs is None:
                    outcome.unanswered += 1
                    continue
                ours = rehearsed.verdict(case)
                outcome.compared[case.kind] += 1
                if bool(ours) == bool(theirs):
                    outcome.agreed[case.kind] += 1
                else:
                    outcome.different.append((case, ours, theirs))
            if before:
                real.remove(before)
    return outcome


def all_cases(salt: str = "") -> Iterator[Case]:
    """Every case; another `salt` chooses other variations."""
    for name, obj in bases().items():
        yield from builtin_cases(name, obj, salt)
    yield from addon_cases(salt)


def main() -> None:
    """Prints how many verdicts agree and the kinds that differ."""
    from tests.cluster import crds
    from tests.cluster.control_plane import control_plane

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kubeconfig", type=Path, help="a cluster with the add-ons' definitions; default: a new one")
    parser.add_argument("--salt", default="", help="any word: picks other variations")
    parser.add_argument("--different", type=Path, help="write every difference into this file")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        kubeconfig = arguments.kubeconfig
        if kubeconfig is None:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            kubeconfig = stack.enter_context(control_plane(Path(folder)))
            crds.install(kubeconfig)
        outcome = compare(Real(kubeconfig), all_cases(arguments.salt))
    compared, agreed = outcome.compared.total(), outcome.agreed.total()
    sys.stdout.write(f"{agreed} of {compared} verdicts agree ({100 * agreed / compared:.2f} %)\n")
    for kind, count in (outcome.compared - outcome.agreed).most_common():
        sys.stdout.write(f"  {kind}: {count} of {outcome.compared[kind]} differ\n")
    if arguments.different:
        lines = (
            f"{case.name}\n  rehearsed: {ours or 'takes it'}\n  server: {theirs or 'takes it'}\n"
            for case, ours, theirs in outcome.different
        )
        arguments.different.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
