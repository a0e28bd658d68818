"""A stack file to start from, written for a force in the register."""

import json
from pathlib import Path
from string import Template

from bluelamp.core.files import create
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.reader import parse
from bluelamp.infra.finding import STACK_FILE, Context
from bluelamp.infra.force import ROOT, from_source
from bluelamp.infra.register import read_register

_TEMPLATE = Path(__file__).with_name("new_stack.yaml")


def scaffold(
    slug: str, owner_email: str, cost_centre: str, owner_role: str = "Head of Digital", root: Path = ROOT
) -> Path:
    """Write `stacks/Pulumi.<slug>.yaml` under `root`, with the force's address space in it, and return its path.

    The file loads as it stands. It appears whole or not at all, and one that is there is never overwritten.

    Raises `SettingsError` when the force is unknown, its file exists, a value is refused or nothing can be written.
    """
    register = read_register(root)
    entry = register.entry(slug)
    name = STACK_FILE.format(slug=slug)
    path = root / name
    if path.exists():
        raise _exists(name, slug)
    ranges = entry.allocation
    text = Template(_TEMPLATE.read_text("utf-8")).substitute(
        slug=slug,
        name=entry.name,
        role=_quoted(owner_role),
        email=_quoted(owner_email),
        cost_centre=_quoted(cost_centre),
        uksouth=ranges.uksouth,
        hub=ranges.first_hub("uksouth"),
        on_premises=ranges.on_premises,
    )
    content = text.encode("utf-8", "backslashreplace")  # YAML refuses what stands for half a character
    from_source(parse(content, name), Context(entry, register, root))
    try:
        create(path, content, mode=0o644)
    except FileExistsError:
        raise _exists(name, slug) from None
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise SettingsError([Problem(name, message=f"cannot be written: {reason}")]) from None
    return path


def _quoted(text: str) -> str:
    """`text` in double quotes, which YAML reads as JSON does."""
    return json.dumps(text, ensure_ascii=False)


def _exists(name: str, slug: str) -> SettingsError:
    step = f"change it, and see what `bluelamp check {slug}` says"
    return SettingsError([Problem(name, message="is there already, and is not overwritten", next_step=step)])
