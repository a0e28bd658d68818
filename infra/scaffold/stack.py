"""The initial stack file of a force in the register."""

import json
import os
from pathlib import Path
from string import Template

from bluelamp.core.environments import ENVIRONMENTS
from bluelamp.core.files import create, read, replace
from bluelamp.core.os_errors import reason_of
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.reader import MAX_BYTES, parse
from bluelamp.infra.checks.context import Context
from bluelamp.infra.force import ROOT, from_source
from bluelamp.infra.settings.layers import STACK_FILE
from bluelamp.infra.settings.register import Entry, read_register
from bluelamp.infra.settings.stack_file import has_settings

_TEMPLATE = Path(__file__).with_name("new_stack.yaml")


def scaffold(
    slug: str, owner_email: str, cost_centre: str, owner_role: str = "Head of Digital", root: Path = ROOT
) -> Path:
    """Writes `stacks/Pulumi.<slug>.yaml` under `root`, with the force's address space, and returns its path.

    The file is valid, is written atomically, and never overwrites settings. If there is a file without settings, such
    as the engine creates for a new stack, the settings are added to it.

    Raises `SettingsError` if the force is unknown, it has settings, a value is invalid or the file cannot be written.
    """
    register = read_register(root)
    entry = register.entry(slug)
    name = STACK_FILE.format(slug=slug)
    path = root / name
    if has_settings(path):
        raise exists(name, entry)
    ranges = entry.allocation
    text = Template(_TEMPLATE.read_text("utf-8")).substitute(
        slug=slug,
        name=entry.name,
        role=quoted(owner_role),
        email=quoted(owner_email),
        cost_centre=quoted(cost_centre),
        uksouth=ranges.uksouth,
        hub=ranges.first_hub("uksouth"),
        on_premises=ranges.on_premises,
    )
    write(path, text, Context(entry, register, root))
    return path


def write(path: Path, text: str, context: Context) -> None:
    """Validates the settings `text` of a stack and writes them above the engine's entries in the file.

    Raises `SettingsError` if they are invalid, the file already has settings or it cannot be written.
    """
    name = STACK_FILE.format(slug=context.entry.slug)
    try:
        before = read(path, MAX_BYTES) if os.path.lexists(path) else None
        engine_entries = _engines_own(before, name)
        content = (text + engine_entries).encode("utf-8", "backslashreplace")  # YAML refuses lone surrogates
        from_source(parse(content, name), context)
        if before is None:
            create(path, content, mode=0o644)
        else:
            replace(path, content)
    except FileExistsError:
        raise exists(name, context.entry) from None
    except OSError as error:
        raise SettingsError([Problem(name, message=f"cannot be written: {reason_of(error)}")]) from None


def _engines_own(before: bytes | None, name: str) -> str:
    """The engine's entries in a file without settings."""
    values = parse(before, name, may_be_empty=True).values if before else None
    entries = values if isinstance(values, dict) else {}
    return "".join(f"{key}: {quoted(value)}\n" for key, value in entries.items() if isinstance(value, str))


def quoted(text: str) -> str:
    """`text` in double quotes, which YAML reads in the same way as JSON."""
    return json.dumps(text, ensure_ascii=False)


def exists(name: str, entry: Entry) -> SettingsError:
    """The error for a stack that already has settings."""
    free = [each for each in ENVIRONMENTS if each != entry.environment]
    step = (
        f"change it, and see what `bluelamp check {entry.slug}` says; another environment of the force: "
        f"`bluelamp new {entry.force} --environment {free[-1]}`"
    )
    return SettingsError([Problem(name, message="already exists, and is not overwritten", next_step=step)])
