"""Why a force differs: the settings, modules, rules and packages that differ between base and working files.

A changed file counts only if the force can depend on it: its own settings, its row of the register, a module of one of
its components, a rule whose verdict differs. If no file qualifies, all of them count.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from bluelamp.comparison.diff import differences
from bluelamp.comparison.model import Cause, ChangedVerdict, Reason
from bluelamp.core.environments import split
from bluelamp.core.files import read
from bluelamp.core.problems import SettingsError
from bluelamp.core.reader import MAX_BYTES, parse
from bluelamp.core.source import Source, Steps, show, spell

_REGISTER: Final = "stacks/forces.yaml"
LOCKS: Final = ("requirements.lock", "requirements.txt", "uv.lock", "poetry.lock", "pyproject.toml")
_PRICES: Final = "stacks/prices.csv"
_OWN: Final = "bluelamp:index:"
_PINNED: Final = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)", re.MULTILINE)
_UV: Final = re.compile(r'^name = "([^"]+)"\nversion = "([^"]+)"', re.MULTILINE)
_CODE: Final = (
    ("modules/", Cause.MODULE),
    ("policies/", Cause.RULE),
    ("rules/", Cause.RULE),
    ("infra/", Cause.PROGRAM),
    ("workloads/", Cause.PROGRAM),
    ("Pulumi.yaml", Cause.PROGRAM),
    ("bluelamp/", Cause.BLUELAMP),
)
_MOST: Final = 200
"""The maximum number of reasons for a force."""


def reasons(
    force: str,
    changed: Collection[str],
    base: Path,
    root: Path,
    *,
    components: Collection[str] = (),
    verdicts: Sequence[ChangedVerdict] = (),
    resources: bool = True,
    cost: bool = True,
) -> tuple[Reason, ...]:
    """Why `force` differs. `changed` are the changed files, relative to the project, in `base` and `root`.

    `components` are the types of the components in both plans, `verdicts` those that are new or gone; `resources` and
    `cost` are whether resources and the monthly cost differ.
    """
    found: list[Reason] = []
    rules = {each.rule for each in verdicts}
    for file in sorted(changed):
        if _is_settings(file, force):
            found += _settings(file, force, base, root)
        elif file in LOCKS:
            found += _locked(file, base, root)
        elif file == _PRICES and cost:
            found.append(Reason(Cause.PRICES, file, path=file))
        elif (because := _code(file)) is not None and _counts(file, because, base, root, components, rules, resources):
            found.append(_of_code(file, because, base, root, rules))
    if not found:
        found = [Reason(_code(file) or Cause.SETTINGS, file, path=file) for file in sorted(changed)]
    return tuple(dict.fromkeys(found))[:_MOST]


def _is_settings(file: str, force: str) -> bool:
    """Whether this is a settings file of the force, or one that all forces share."""
    if not file.startswith("stacks/") or file == _PRICES:
        return False
    own = {force, split(force)[0]}
    if file.startswith("stacks/Pulumi."):
        return any(file == f"stacks/Pulumi.{each}.yaml" for each in own)
    shared = file.count("/") == 1 or file.startswith("stacks/regions/")
    return shared or any(file.startswith(f"stacks/{each}/") for each in own)


def _settings(file: str, force: str, base: Path, root: Path) -> Iterator[Reason]:
    """The settings that differ in a file, each with its line; the whole file if it is not valid YAML on a side."""
    before, after = _source(base / file, file), _source(root / file, file)
    if before is None or after is None:
        was, now = ("a file" if (side / file).exists() else "no file" for side in (base, root))
        yield Reason(Cause.SETTINGS, file, path=file, before=was if was != now else "", after=now if was != now else "")
        return
    old, new = before.values, after.values
    start: Steps = ()
    if file == _REGISTER and isinstance(old, dict) and isinstance(new, dict):
        start = ("forces", split(force)[0])
        old, new = (_at(each, start) for each in (old, new))
    for steps, was, now in differences(old or {}, new or {}, start):
        source = before if now is None else after
        line = source.at(steps, key=True)[0]
        shown = ("[secret]", "[secret]") if "secure" in steps else (_text(was), _text(now))
        yield Reason(Cause.SETTINGS, file, line, spell(steps), *shown)


def _at(value: Any, steps: Steps) -> Any:
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _text(value: Any) -> str:
    return "" if value is None else show(value, quote=False)


def _source(path: Path, file: str) -> Source | None:
    """The document in `path`; empty if there is no file, None if it is not valid YAML."""
    if not path.exists():
        return Source(file, {})
    with suppress(OSError, SettingsError):
        return parse(read(path, MAX_BYTES), file, may_be_empty=True)
    return None


def _locked(file: str, base: Path, root: Path) -> Iterator[Reason]:
    """The packages whose pinned version differs; the whole file if none does."""
    old, new = (_pins(side / file) for side in (base, root))
    names = [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
    text = _content(root / file)
    for name in names:
        line = next((at for at, each in enumerate(text.splitlines(), 1) if _begins(each, name)), 0)
        yield Reason(Cause.LOCK, file, line, name, old.get(name, ""), new.get(name, ""))
    if not names:
        yield Reason(Cause.LOCK, file, path=file)


def _begins(line: str, name: str) -> bool:
    return line.startswith(f"{name}==") or line == f'name = "{name}"'


def _pins(path: Path) -> Mapping[str, str]:
    text = _content(path)
    return dict([*_PINNED.findall(text), *_UV.findall(text)])


def _content(path: Path) -> str:
    with suppress(OSError):
        return read(path, 64_000_000).decode("utf-8", "replace")
    return ""


def _code(file: str) -> Cause | None:
    return next((because for start, because in _CODE if file.startswith(start)), None)


def _counts(
    file: str,
    because: Cause,
    base: Path,
    root: Path,
    components: Collection[str],
    rules: Collection[str],
    resources: bool,
) -> bool:
    """Whether a source file can be a cause of the difference."""
    if because is Cause.RULE:
        return bool(rules)
    if because is Cause.MODULE:
        classes = {*_classes(base / file), *_classes(root / file)}
        types = {each.removeprefix(_OWN).rpartition(":")[2] for each in components}
        return resources and (not classes or bool(classes & types))
    return True


def _classes(file: Path) -> set[str]:
    """The names of the classes in the folder of `file`, among them the module's components."""
    found: set[str] = set()
    for each in sorted(file.parent.glob("*.py")):
        found.update(re.findall(r"^class (\w+)\(", _content(each), re.MULTILINE))
    return found


def _of_code(file: str, because: Cause, base: Path, root: Path, rules: Collection[str]) -> Reason:
    if because is Cause.MODULE:
        return Reason(because, file, path=Path(file).parent.as_posix())
    if because is Cause.RULE:
        text = _content(root / file) + _content(base / file)
        named = sorted(rule for rule in rules if rule in text)
        return Reason(because, file, path=", ".join(named) or file)
    return Reason(because, file, path=file)
