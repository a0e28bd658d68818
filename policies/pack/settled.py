"""Reading, in the engine's process, what is settled about the force whose stack is judged.

`bluelamp check FORCE` reads the same files and says where in them a mistake stands; here it is enough to say what.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import yaml

from policies.governance import REGISTER, Governance, exemptions_of, layers, settled
from policies.rule import Rule

if TYPE_CHECKING:
    from policies.settings import Part

_P = TypeVar("_P", bound="Part")


class _Loader(yaml.CSafeLoader):
    """YAML with dates as text, which the models read themselves."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


def project(arguments: Iterable[str]) -> Path:
    """The project whose pack this is: above the pack's folder, which the engine names, or else above this file."""
    named = [Path(word).absolute() for word in arguments if Path(word).is_dir()]
    above = (folder for start in (*named, Path(__file__).resolve()) for folder in start.parents)
    return next((folder for folder in above if (folder / REGISTER).is_file()), Path(__file__).resolve().parents[2])


def of(root: Path, stack: str, rules: Iterable[Rule]) -> Governance:
    """What is settled about the force `stack` below `root`; of a stack that is no force's, the national baseline.

    Raises ValueError with every mistake in the files.
    """
    region = _region(root, stack)
    files = layers(root, region or "", stack if region else "")
    kept = exemptions_of(root, stack) if region else None
    if not files and kept is None:
        return Governance(tuple(rules))
    from policies.settings import Layer, Register

    exemptions = _read(kept, root, Register).exemptions if kept else ()
    governance, mistakes = settled(rules, [_read(path, root, Layer) for path in files], exemptions, stack=stack)
    wrong = [
        f"{path.relative_to(root)}: {mistake}"
        for path, found in zip([*files, kept], mistakes, strict=True)
        for mistake in found
        if path
    ]
    if wrong:
        raise ValueError("\n".join(wrong))
    return governance


def _region(root: Path, stack: str) -> str | None:
    path = root / REGISTER
    if not path.is_file():
        return None
    entry = (_load(path).get("forces") or {}).get(stack)
    return str(entry["region"]) if entry else None


def _read(path: Path, root: Path, model: type[_P]) -> _P:
    from pydantic import ValidationError

    try:
        return model.model_validate_json(json.dumps(_load(path)), strict=True, by_alias=True, by_name=False)
    except (ValidationError, TypeError) as error:
        raise ValueError(f"{path.relative_to(root)}: {error}") from error


def _load(path: Path) -> Any:
    try:
        return yaml.load(path.read_bytes(), Loader=_Loader) or {}  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise ValueError(f"{path}: is not YAML: {error}") from error
