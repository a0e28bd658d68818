"""Kubernetes manifests as resources to be judged: files, folders and streams, written by people, helm or kustomize.

    resources = read(["deploy/", "-"])

Each object becomes the resource that Pulumi's Kubernetes provider would make of it, so that every rule says of it what
it says at every other moment. Nothing is run: a Helm chart has to be rendered first.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from bluelamp.core.problems import Problem, SettingsError
from bluelamp.errors import UsageError
from bluelamp.reports.sources.documents import Unreadable, documents
from bluelamp.reports.unjudged import Skipped
from policies.model import Resource

STANDARD_INPUT: Final = "-"
LARGEST: Final = 16_000_000
"""How many bytes one file may have. A cluster takes no object above 1.5 MB; this is a whole estate in one file."""
_ENDINGS: Final = frozenset({".yaml", ".yml", ".json"})
_URN: Final = "urn:pulumi:manifests::bluelamp"
_SECRET_PATHS: Final = frozenset(
    {"data", "stringData", 'metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]'}
)
"""What a Secret holds, and where `kubectl apply` keeps a copy of it."""


def read(
    paths: Sequence[str],
    hear: Callable[[str], None] = lambda _: None,
    skip: Callable[[Skipped], None] = lambda _: None,
) -> list[Resource]:
    """The objects that stand in `paths`: files, folders with all that is below them, `-` for the standard input.

    `hear` is told of documents that are not Kubernetes objects, which are left out; `skip` of each of them. Raises
    `SettingsError` with everything that cannot be read, in every file, and `UsageError` where there is
    nothing to judge.
    """
    problems: list[Problem] = []
    found: dict[str, Resource] = {}
    left_out: list[str] = []
    for name in _files(paths, problems):
        text = _text(name, problems)
        for document in documents(text, as_json=_is_json(name, text)):
            if isinstance(document, Unreadable):
                problems.append(_problem(name, text, document))
                continue
            objects = list(_objects(document.value, document.line, document.items))
            if not objects and document.value is not None:
                left_out.append(f"{name}:{document.line}")
                skip(Skipped("document", left_out[-1], "it is not a Kubernetes object", source=(name, document.line)))
            for line, value in objects:
                resource = _resource(value, name, line, found)
                found[resource.urn] = resource
    if problems:
        raise SettingsError(problems)
    if left_out:
        few = ", ".join(left_out[:5]) + (", …" if len(left_out) > 5 else "")
        hear(f"left out {len(left_out)}, for want of an apiVersion and a kind: {few}")
    if not found:
        raise UsageError(
            f"there is no Kubernetes object in {', '.join(paths)}",
            next_step="name files or folders of YAML or JSON, or pipe them in: "
            "helm template CHART | bluelamp audit --from manifests -",
        )
    return list(found.values())


def _files(paths: Iterable[str], problems: list[Problem]) -> Iterator[str]:
    """The files to read, each once; a folder's own in order, hidden ones and links to folders left out."""
    seen: set[str] = set()
    for path in paths:
        if path != STANDARD_INPUT and not Path(path).exists():
            problems.append(Problem(path, message="there is no such file or folder"))
            continue
        for name in _below(path) if Path(path).is_dir() else [path]:
            if name not in seen:
                seen.add(name)
                yield name


def _below(folder: str) -> Iterator[str]:
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(here, name)
            if path.suffix in _ENDINGS and not name.startswith(".") and path.is_file():
                yield str(path)


def _text(name: str, problems: list[Problem]) -> str:
    """What stands in the file; empty where that cannot be had, with the reason among `problems`."""
    try:
        raw = _bytes(name)
        text = raw.decode("utf-8-sig") if len(raw) <= LARGEST else ""
    except UnicodeDecodeError as error:
        return _no_text(name, problems, error.start)
    except OSError as error:
        problems.append(Problem(name, message=f"it cannot be read: {error.strerror or error}"))
        return ""
    if len(raw) > LARGEST:
        step = "split it: a file for each namespace, or for each chart"
        problems.append(Problem(name, message=f"it is larger than {LARGEST // 1_000_000} MB", next_step=step))
        return ""
    return _no_text(name, problems, text.index("\0")) if "\0" in text else text


def _bytes(name: str) -> bytes:
    """What the file holds; of one that is too large, one byte too many."""
    if name == STANDARD_INPUT:
        return sys.stdin.buffer.read(LARGEST + 1)
    with Path(name).open("rb") as stream:
        return stream.read(LARGEST + 1)


def _no_text(name: str, problems: list[Problem], position: int) -> str:
    allowed = "manifests are YAML or JSON in UTF-8"
    problems.append(Problem(name, message=f"it is not text (byte {position})", allowed=allowed))
    return ""


def _is_json(name: str, text: str) -> bool:
    return name.endswith(".json") or (name == STANDARD_INPUT and text.lstrip()[:1] == "{")


def _problem(name: str, text: str, reason: Unreadable) -> Problem:
    template = "{{" in text
    step = "this is a template: render it first (helm template CHART | bluelamp audit --from manifests -)"
    return Problem(name, reason.line, reason.column, message=reason.message, next_step=step if template else "")


def _objects(value: Any, line: int, lines: Sequence[int] = ()) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a document, each with its line: the document itself, or the items of a list."""
    if not isinstance(value, dict):
        return
    version, kind = value.get("apiVersion"), value.get("kind")
    if not (isinstance(version, str) and isinstance(kind, str) and version and kind):
        return
    items = value.get("items")
    if not (kind.endswith("List") and isinstance(items, list)):
        yield line, value
        return
    for index, item in enumerate(items):
        if isinstance(item, dict) and kind != "List":
            # A server's own list says what its items are, and they do not.
            item = {"apiVersion": version, "kind": kind.removesuffix("List"), **item}  # noqa: PLW2901 - completed
        yield from _objects(item, lines[index] if index < len(lines) else line)


def _resource(value: dict[str, Any], file: str, line: int, found: dict[str, Resource]) -> Resource:
    version, kind = value["apiVersion"], value["kind"]
    type_ = f"kubernetes:{version if '/' in version else f'core/{version}'}:{kind}"
    metadata = value.get("metadata")
    said = metadata if isinstance(metadata, dict) else {}
    name = str(said.get("name") or said.get("generateName") or "(no name)")
    if said.get("namespace"):
        name = f"{said['namespace']}/{name}"
    urn = f"{_URN}::{type_}::{name}"
    if urn in found:
        # The same object in two files, or twice in one: each is judged, and told by its place.
        name = f"{name} ({file}:{line})"
        urn = f"{_URN}::{type_}::{name}"
    while urn in found:
        name, urn = f"{name}'", f"{urn}'"
    secrets = _SECRET_PATHS if kind == "Secret" else frozenset()
    return Resource(urn, type_, name, value, secrets=secrets, source=(file, line))
