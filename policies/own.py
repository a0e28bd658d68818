"""A force's own rules: the modules in `rules/` of its project, with their cases beside them.

They extend the baseline. Their ids have their own prefix, they are evaluated after the baseline's rules on copies of
the resources, and a module that changes the baseline is an error.
"""

import os
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from importlib import import_module
from inspect import signature
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final

from bluelamp.core.files import read
from bluelamp.core.os_errors import reason_of
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.reader import name_of
from bluelamp.core.register import REGISTER, read_register
from bluelamp.core.suggestions import did_you_mean
from bluelamp.policies import calls
from bluelamp.policies.catalogues import catalogues
from bluelamp.policies.model import OWN, Control, Enforcement, Severity
from bluelamp.policies.rule import Rule, RuleError

FOLDER: Final = "rules"
"""The folder of a force's own rules, in its project's folder."""
MAX_BYTES: Final = 1_000_000
"""The maximum size of a module, in bytes."""
ID: Final = re.compile(r"[A-Z][A-Z0-9]{1,9}(-[A-Z][A-Z0-9]{1,9})+-[0-9]{3}")
"""The form of an id, such as ESX-NET-001."""
RESERVED: Final = "BL"
"""The first part of the ids of the baseline's rules."""
_EXAMPLE: Final = "docs/own-rules.md has a complete example"
_TYPE: Final = re.compile(r"[\w*-]+:[\w.*/-]*:?[\w*]+|\*")
_GUARDED: Final = (str(__package__), "bluelamp.core")
_LOADED: Final = (
    "bluelamp.policies.governance",
    "bluelamp.policies.exemptions",
    "bluelamp.policies.baseline",
    "bluelamp.policies.pack.stack_governance",
)
"""The modules that decide verdicts: loaded first, so that changes to them are detected."""


def load(folder: Path, baseline: tuple[Rule, ...], root: Path) -> tuple[Rule, ...]:
    """The rules in `folder`, by id; none if the folder does not exist. Messages name files relative to `root`.

    Raises `SettingsError` with every mistake: modules that cannot be loaded or have no rule; ids that are malformed,
    reserved or duplicate; missing, unknown or invalid parts of rules; forces that are not in the register; changes to
    `baseline`.
    """
    if not os.path.lexists(folder):
        return ()
    problems: list[Problem] = []
    found: dict[str, Rule] = {}
    for module in _LOADED:
        import_module(module)
    before = _state(baseline)
    for file in _modules(folder, root, problems):
        name = name_of(file, root)
        for rule in _rules(file, folder, root, problems):
            line = line_of(file, rule.id)
            problems += (
                replace(each, file=name, line=line, path=str(rule.id)[:60]) for each in _problems_of(rule, root)
            )
            if rule.id in found:
                problems.append(_problem(name, line, rule.id, f"is declared in {_file_of(found[rule.id])} already"))
            found[rule.id] = rule
        after = _state(baseline)
        changed = sorted({_dotted(key) for key, value in before.items() if after.get(key) is not value})
        if changed:
            step = "rules of your own may only add; a baseline file tightens a rule (docs/baselines.md)"
            problems.append(_problem(name, 0, "", f"changes the baseline: {', '.join(changed[:5])}", step))
            break
    if problems:
        raise SettingsError(problems)
    return tuple(found[id_] for id_ in sorted(found))


def line_of(file: Path, id_: str) -> int:
    """The line on which the rule `id_` is declared in `file`; 0 if it is not a literal."""
    try:
        lines = read(file, MAX_BYTES).decode(errors="replace").splitlines()
    except OSError:
        return 0
    return next((number for number, line in enumerate(lines, 1) if f'"{id_}"' in line or f"'{id_}'" in line), 0)


def _modules(folder: Path, root: Path, problems: list[Problem]) -> Iterator[Path]:
    """The modules with rules; the names of helper modules begin with `_`."""
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        problems.append(_problem(name_of(folder, root), 0, "", f"cannot be read: {reason_of(error)}"))
        return
    for entry in entries:
        name = entry.name
        if name.startswith((".", "_")):
            continue
        if entry.suffix == ".py" and entry.stem.isidentifier() and not entry.is_dir():
            yield entry
        elif entry.suffix.casefold() in (".py", ".pyw", ".pyc", ".yml") or (
            entry.is_dir() and any(entry.rglob("*.py"))
        ):
            step = "put rules into modules directly in the folder, such as rules/network.py, and cases into .yaml"
            problems.append(_problem(ascii(name_of(entry, root))[1:-1], 0, "", "is not read", step))
        elif entry.suffix == ".yaml" and not entry.with_suffix(".py").exists():
            step = f"rename it after its module, or add {entry.stem}.py"
            problems.append(_problem(ascii(name_of(entry, root))[1:-1], 0, "", "holds cases of no module", step))


def _rules(file: Path, folder: Path, root: Path, problems: list[Problem]) -> list[Rule]:
    """The rules that the module `file` declares; errors in loading it are added to `problems`."""
    name = name_of(file, root)
    try:
        read(file, MAX_BYTES)
        module = _run(file, folder)
    except KeyboardInterrupt:
        raise
    except OSError as error:
        problems.append(_problem(name, 0, "", f"cannot be read: {reason_of(error)}"))
        return []
    except BaseException as error:
        if isinstance(error, RuleError):
            id_, _, message = str(error).partition(": ")
            problems.append(_problem(name, _raised(error, file), id_[:60], message, _EXAMPLE))
            return []
        if mistakes := list(calls.mistakes(file, name)):
            problems.extend(mistakes)
            return []
        message = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
        problems.append(_problem(name, _raised(error, file), "", f"cannot be loaded: {message}", _EXAMPLE))
        return []
    found = {id(value): value for value in vars(module).values() if isinstance(value, Rule)}
    unique = [
        replace(value, module=module.__name__) for value in found.values() if value.module in ("", module.__name__)
    ]
    if not unique:
        step = "declare one with `rule` from bluelamp.policies.rule; begin the names of modules without rules with _"
        problems.append(_problem(name, 0, "", "declares no rule", step))
    return unique


def _run(file: Path, folder: Path) -> ModuleType:
    """The imported module, in a separate package for each folder, so that `from ._shared import …` works."""
    package = f"{OWN}{sha256(os.fsencode(folder.resolve())).hexdigest()[:12]}"
    if package not in sys.modules:
        package_module = ModuleType(package)
        package_module.__path__ = [str(folder)]
        sys.modules[package] = package_module
    dont_write, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        return import_module(f"{package}.{file.stem}")
    finally:
        sys.dont_write_bytecode = dont_write


def _raised(error: BaseException, file: Path) -> int:
    """The line of `file` that raised `error`; 0 if none did."""
    if isinstance(error, SyntaxError) and error.filename and Path(error.filename).name == file.name:
        return error.lineno or 0
    lines = [each.lineno for each in traceback.extract_tb(error.__traceback__) if Path(each.filename) == file]
    return (lines[-1] or 0) if lines else 0


def _problems_of(rule: Rule, root: Path) -> Iterator[Problem]:
    yield from _mistakes(rule)
    yield from _unknown_forces(rule, root)


def _mistakes(rule: Rule) -> Iterator[Problem]:
    """The problems with `rule`, without its position."""
    if not isinstance(rule.id, str) or not ID.fullmatch(rule.id):
        allowed = "capital letters and digits in parts, then three digits, such as ESX-NET-001"
        yield Problem("", message="is not a valid rule id", found=str(rule.id)[:60], allowed=allowed)
    elif rule.id.split("-")[0] == RESERVED:
        step = "begin it with a prefix of your own, such as ESX-"
        yield Problem("", message="has the prefix of the baseline's rules", found=rule.id, next_step=step)
    if not isinstance(rule.severity, Severity):
        yield Problem("", message="severity is not a Severity", found=str(rule.severity)[:60])
    if not isinstance(rule.enforcement, Enforcement):
        yield Problem("", message="enforcement is not an Enforcement", found=str(rule.enforcement)[:60])
    yield from _controls(rule)
    if not rule.at:
        yield Problem(
            "",
            message="applies to no resource type",
            next_step='set at="azure-native:network:VirtualNetwork", for example',
        )
    for type_ in rule.at:
        if not isinstance(type_, str) or not _TYPE.fullmatch(type_):
            yield Problem("", message="applies to an invalid resource type", found=str(type_)[:60])
    if not isinstance(rule.rationale, str) or not rule.rationale:
        yield Problem(
            "", message="has no rationale", next_step="explain why it matters in the docstring of its function"
        )
    if not isinstance(rule.fix, str) or not rule.fix:
        yield Problem("", message="has no fix", next_step="describe how to fix a failure")
    yield from _signature(rule)
    if not isinstance(rule.example, str):
        yield Problem("", message="has no example", next_step="show the fix: Python for Azure, YAML for Kubernetes")
    if not isinstance(rule.forces, tuple) or not all(isinstance(each, str) for each in rule.forces):
        step = 'write forces=("essex",), for example'
        yield Problem("", message="forces is not a tuple of names", found=str(rule.forces)[:60], next_step=step)


def _signature(rule: Rule) -> Iterator[Problem]:
    """A problem if the rule's function does not accept the arguments of a call."""
    place_only, with_estate = ("place",), ("place", "estate")
    required, other, step_for_estate = (
        (with_estate, place_only, "remove estate=True") if rule.estate else (place_only, with_estate, "add estate=True")
    )
    error = _refuses(rule, required)
    if error:
        accepts_other = not _refuses(rule, other)
        step = (
            step_for_estate if accepts_other else "add a first argument for the place, and a default to each parameter"
        )
        allowed = f"({', '.join(required)}, *, parameters with defaults)"
        yield Problem("", message=f"its function cannot be called: {error}", allowed=allowed, next_step=step)


def _refuses(rule: Rule, arguments: tuple[str, ...]) -> str:
    """The error in calling the function of `rule` with `arguments`; empty if there is none."""
    try:
        signature(rule.check).bind(*arguments)
    except TypeError as error:
        return str(error)
    return ""


def _unknown_forces(rule: Rule, root: Path) -> Iterator[Problem]:
    """The forces in the rule's `forces` that are not in the project's register, without its position."""
    if not rule.forces or not isinstance(rule.forces, tuple) or not os.path.lexists(root / REGISTER):
        return
    register = read_register(root)
    for name in rule.forces:
        if isinstance(name, str) and not register.knows(name):
            step = did_you_mean(name, list(register.forces)) or f"take a name from {REGISTER}"
            yield Problem("", message="is limited to a force that is not in the register", found=name, next_step=step)


def _controls(rule: Rule) -> Iterator[Problem]:
    if not isinstance(rule.controls, tuple) or not all(isinstance(each, Control) for each in rule.controls):
        yield Problem("", message="controls are not a tuple of Control", next_step="see policies/controls.py")
    else:
        known = {(each.framework, each.edition): each.controls for each in catalogues()}
        for each in rule.controls:
            if each.id not in known.get((each.framework, each.edition), (each.id,)):
                yield Problem("", message=f"{each.framework} {each.edition} has no control {each.id}")


def _state(baseline: tuple[Rule, ...]) -> dict[tuple[str, ...], Any]:
    """The state of the baseline for comparison: its rules, and the functions and classes of its modules."""
    state: dict[tuple[str, ...], Any] = {}
    for rule in baseline:
        for key, value in vars(rule).items():
            if isinstance(value, Mapping):
                state[rule.id, key] = _Frozen.of((rule.id, key), tuple(map(repr, value.items())))
            elif key in Rule.__dataclass_fields__:
                state[rule.id, key] = value
        _of_function(state, (rule.id, "check"), rule.check)
    for name, module in list(sys.modules.items()):
        if name.startswith(tuple(f"{each}." for each in _GUARDED)) or name in _GUARDED:
            for key, value in list(vars(module).items()):
                if not isinstance(value, ModuleType) and key not in ("__cached__", "__spec__"):
                    _of_member(state, (name, key), value)
    return state


def _of_member(state: dict[tuple[str, ...], Any], key: tuple[str, ...], value: Any) -> None:
    state[key] = value
    if isinstance(value, type) and value.__module__.startswith(_GUARDED):
        for name, member in list(vars(value).items()):
            if isinstance(member, (FunctionType, property, classmethod, staticmethod)):
                state[*key, name] = member
                _of_function(state, (*key, name), member)
    elif isinstance(value, FunctionType):
        _of_function(state, key, value)
    elif isinstance(value, (dict, list, set)) and key[1].isupper():
        state[key] = _Frozen.of(key, tuple(map(repr, value.items() if isinstance(value, dict) else value)))


def _of_function(state: dict[tuple[str, ...], Any], key: tuple[str, ...], value: Any) -> None:
    code = getattr(value, "__code__", None)
    if isinstance(code, CodeType):
        state[*key, "__code__"] = code
        state[*key, "__defaults__"] = value.__defaults__
        state[*key, "__kwdefaults__"] = _Frozen.of((*key, "k"), tuple(map(repr, (value.__kwdefaults__ or {}).items())))


class _Frozen:
    """One object for each content under a key, so that unchanged content is the same object."""

    _known: Final[dict[tuple[tuple[str, ...], tuple[str, ...]], "_Frozen"]] = {}

    @classmethod
    def of(cls, key: tuple[str, ...], content: tuple[str, ...]) -> "_Frozen":
        """The object for `content` under `key`."""
        return cls._known.setdefault((key, content), cls())


def _dotted(key: tuple[str, ...]) -> str:
    return ".".join(part for part in key if not part.startswith("__"))


def _file_of(rule: Rule) -> str:
    return f"{FOLDER}/{rule.module.rpartition('.')[2]}.py"


def _problem(file: str, line: int, path: str, message: str, next_step: str = "") -> Problem:
    return Problem(file, line, 0, path, message, next_step=next_step)
