"""Kubernetes manifests as resources for rules: files, folders and streams, handwritten or from Helm or Kustomize.

    resources = read(["deploy/", "-"])

Each object becomes a resource of Pulumi's Kubernetes provider, so that every rule gives the same verdict as for plans
and states. Helm charts must be rendered first.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from bluelamp.core.files import FileRefusedError
from bluelamp.core.files import read as read_file
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.resource import Resource
from bluelamp.core.walk import File, files, printable
from bluelamp.errors import UsageError
from bluelamp.resources.budget import LARGEST_MANIFEST, Budget, OverBudget, first_problems
from bluelamp.resources.manifests.documents import Unreadable, documents
from bluelamp.resources.skipped import DOCUMENT, FILE, Skipped, has_problem, unread
from bluelamp.resources.unique import unique

STANDARD_INPUT: Final = "-"
LARGEST: Final = LARGEST_MANIFEST
"""The maximum size of a file, in bytes: enough for a whole estate."""
_ON_EMPTY_FILE: Final = "restore its content, or remove it"
_ON_EMPTY_INPUT: Final = "check the command before the pipe"
_SUFFIXES: Final = (".yaml", ".yml", ".json")
_URN: Final = "urn:pulumi:manifests::bluelamp"
_SECRET_PATHS: Final = frozenset(
    {"data", "stringData", 'metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]'}
)
"""The data of a Secret, and the annotation in which `kubectl apply` stores a copy of it."""


def read(
    paths: Sequence[str],
    notify: Callable[[str], None] = lambda _: None,
    skip: Callable[[Skipped], None] = lambda _: None,
) -> list[Resource]:
    """The objects in `paths`: files, folders with their subfolders, or `-` for standard input.

    `notify` receives a summary of the documents that are not Kubernetes objects; `skip` receives each of them, and
    every unreadable file and document. Raises `SettingsError` with all problems if there is nothing to judge, or if a
    limit of the run is exceeded, and `UsageError` if there is no object.
    """
    problems: list[Problem] = []
    found: dict[str, Resource] = {}
    left_out: list[str] = []
    taken: dict[str, int] = {}
    budget = Budget()
    roots: set[str] = set()
    seen: set[str] = set()
    for file in _files(paths, problems):
        roots.add(file.root)
        if file.path in seen:
            continue
        seen.add(file.path)
        try:
            _file(file, budget, found, taken, problems, left_out, skip)
        except OverBudget as error:
            if not (problems and problems[-1].message == str(error)):
                problems.append(Problem(file.name, message=str(error)))
            raise SettingsError(first_problems(problems)) from error
    if problems and not found:
        raise SettingsError(first_problems(problems))
    if left_out:
        few = ", ".join(left_out[:5]) + (", …" if len(left_out) > 5 else "")
        notify(f"left out {len(left_out)} without apiVersion and kind: {few}")
    # A folder without objects is a mistake even if other paths have some.
    without = [path for path in dict.fromkeys(paths) if not found or not (path in roots or has_problem(path, problems))]
    if without:
        raise UsageError(
            f"there is no Kubernetes object in {', '.join(map(printable, without))}",
            next_step="name files or folders of YAML or JSON, or pipe them in: "
            "helm template CHART | bluelamp audit --from manifests -",
        )
    for problem in problems:
        skip(unread(problem, DOCUMENT if problem.line else FILE))
    return list(found.values())


def _file(
    file: File,
    budget: Budget,
    found: dict[str, Resource],
    taken: dict[str, int],
    problems: list[Problem],
    left_out: list[str],
    skip: Callable[[Skipped], None],
) -> None:
    """Adds the objects of one file to `found`. Raises `OverBudget`."""
    text = _text(file, budget, problems)
    if text is None:
        return
    step = "this is a template: render it first (helm template CHART | bluelamp audit --from manifests -)"
    next_step = step if "{{" in text else ""
    count = 0
    for document in documents(text, as_json=_is_json(file.name, text)):
        if isinstance(document, Unreadable):
            count += 1
            budget.problem()
            place = (document.line, document.column)
            problems.append(Problem(file.name, *place, message=document.message, next_step=next_step))
            continue
        count += document.value is not None
        others: list[int] = []
        objects = list(_objects(document.value, document.line, document.items, others))
        if not objects and not others and document.value is not None:
            others.append(document.line)
        for line in others:
            left_out.append(f"{file.name}:{line}")
            why = "it is not a Kubernetes object"
            skip(Skipped("document", left_out[-1], why, source=(file.name, line)))
        for line, value in objects:
            try:
                budget.resource(value)
            except OverBudget as error:
                problems.append(Problem(file.name, line, message=str(error)))
                raise
            resource = _resource(value, file.name, line, taken)
            found[resource.urn] = resource
    if not count:
        skip(Skipped(FILE, file.name, "it contains no object", source=(file.name, 1), of=FILE))


def _files(paths: Iterable[str], problems: list[Problem]) -> Iterator[File]:
    """The files to read, without duplicates: named files and those in folders, then standard input."""
    named = [path for path in paths if path != STANDARD_INPUT]
    yield from files(named, _SUFFIXES, problems)
    if len(named) < len(list(paths)):
        yield File(STANDARD_INPUT, STANDARD_INPUT, STANDARD_INPUT, named=True)


def _text(file: File, budget: Budget, problems: list[Problem]) -> str | None:
    """The text of the file; None if it cannot be read, with the reason added to `problems`."""

    def refuse(message: str, *, allowed: str = "", next_step: str = "") -> str | None:
        problems.append(Problem(file.name, message=message, allowed=allowed, next_step=next_step))
        return None

    try:
        raw = _bytes(file.path)
        budget.read(len(raw))
        text = raw.decode("utf-8-sig")
        null_byte = text.find("\0")
    except UnicodeDecodeError as error:
        text, null_byte = "", error.start
    except FileRefusedError as error:
        if "larger" not in str(error.strerror):
            return refuse(f"it {error.strerror}")
        step = "split it: a file for each namespace, or for each chart"
        return refuse(f"it is larger than {LARGEST // 1_000_000} MB", next_step=step)
    except OSError as error:
        return refuse(f"it cannot be read: {error.strerror or error}")
    if null_byte >= 0:
        return refuse(f"it is not text (byte {null_byte})", allowed="manifests are YAML or JSON in UTF-8")
    if not text.strip():
        return refuse("it is empty", next_step=_ON_EMPTY_INPUT if file.path == STANDARD_INPUT else _ON_EMPTY_FILE)
    return text


def _bytes(path: str) -> bytes:
    """The content of a file or of standard input. Raises `FileRefusedError` if it is too large."""
    if path != STANDARD_INPUT:
        return read_file(Path(path), LARGEST)
    stream = getattr(sys.stdin, "buffer", None)
    if stream is None:
        raise OSError(0, "the standard input is closed")
    content: bytes = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise FileRefusedError(0, f"is larger than {LARGEST:,} bytes", path)
    return content


def _is_json(name: str, text: str) -> bool:
    return name.lower().endswith(".json") or (name == STANDARD_INPUT and text.lstrip()[:1] == "{")


def _objects(
    value: Any, line: int, lines: Sequence[int], others: list[int], *, listed: bool = False
) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a document, each with its line: the document itself, or the items of a list.

    The lines of items that are not objects are added to `others`.
    """
    members = value if isinstance(value, dict) else {}
    version, kind = members.get("apiVersion"), members.get("kind")
    if not (isinstance(version, str) and isinstance(kind, str) and version and kind):
        if listed:
            others.append(line)
        return
    items = value.get("items")
    if not (kind.endswith("List") and isinstance(items, list)):
        yield line, value
        return
    for index, item in enumerate(items):
        if isinstance(item, dict) and kind != "List":
            # Items of an API server's list have no apiVersion and kind; the list has theirs.
            item = {"apiVersion": version, "kind": kind.removesuffix("List"), **item}  # noqa: PLW2901 - completed
        yield from _objects(item, lines[index] if index < len(lines) else line, (), others, listed=True)


def _resource(value: dict[str, Any], file: str, line: int, taken: dict[str, int]) -> Resource:
    version, kind = value["apiVersion"], value["kind"]
    type_ = f"kubernetes:{version if '/' in version else f'core/{version}'}:{kind}"
    metadata = value.get("metadata")
    metadata_members = metadata if isinstance(metadata, dict) else {}
    name = str(metadata_members.get("name") or metadata_members.get("generateName") or "(no name)")
    if metadata_members.get("namespace"):
        name = f"{metadata_members['namespace']}/{name}"
    name = unique(f"{_URN}::{type_}::", name, f"{file}:{line}", taken)
    urn = f"{_URN}::{type_}::{name}"
    secrets = _SECRET_PATHS if kind == "Secret" else frozenset()
    return Resource(urn, type_, name, value, secrets=secrets, source=(file, line))
