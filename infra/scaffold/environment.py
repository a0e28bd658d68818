"""The stack file of a further environment of a force."""

from pathlib import Path
from string import Template

from bluelamp.core.problems import Problem, SettingsError
from bluelamp.infra.checks.context import Context
from bluelamp.infra.force import ROOT
from bluelamp.infra.scaffold.stack import exists, quoted, write
from bluelamp.infra.settings.layers import STACK_FILE, base_of
from bluelamp.infra.settings.raw import dig
from bluelamp.infra.settings.register import read_register
from bluelamp.infra.settings.stack_file import has_settings

_TEMPLATE = Path(__file__).with_name("new_environment.yaml")


def scaffold_environment(
    slug: str,
    environment: str,
    subscription: str,
    *,
    owner_email: str | None = None,
    cost_centre: str | None = None,
    budget: int = 500,
    root: Path = ROOT,
) -> Path:
    """Writes `stacks/Pulumi.<slug>-<environment>.yaml` under `root`, with the differing settings, and returns its path.

    `subscription` is the id of the environment's own subscription, `budget` is in GBP a month. The owner and the cost
    centre are inherited if not given. Raises `SettingsError` if the force is unknown or has no settings, the
    environment's file exists, a value is invalid or the file cannot be written.
    """
    register = read_register(root)
    entry = register.entry(slug).in_environment(environment)
    name = STACK_FILE.format(slug=entry.slug)
    path = root / name
    if has_settings(path):
        raise exists(name, entry)
    base = base_of(entry, root)
    config = base.values.get("config") if base is not None and isinstance(base.values, dict) else None
    if base is None or not config:
        step = f"`bluelamp new {slug}` first: an environment is laid over the settings of its force"
        raise SettingsError(
            [Problem(STACK_FILE.format(slug=slug), message=f"{slug} has no settings yet", next_step=step)]
        )
    role = dig(config, "bluelamp:owner", "role")
    email = owner_email or dig(config, "bluelamp:owner", "email")
    owner = ""
    if owner_email:
        written = quoted(role) if isinstance(role, str) else quoted("Head of Digital")
        owner += f"  bluelamp:owner:\n    role: {written}\n    email: {quoted(owner_email)}\n"
    if cost_centre:
        owner += f"  bluelamp:costCentre: {quoted(cost_centre)}\n"
    text = Template(_TEMPLATE.read_text("utf-8")).substitute(
        name=entry.name,
        base=base.file,
        environment=environment,
        owner=owner,
        subscription=quoted(subscription),
        uksouth=entry.allocation.uksouth,
        ukwest=entry.allocation.ukwest,
        amount=budget,
        email=quoted(email if isinstance(email, str) else ""),
    )
    write(path, text, Context(entry, register, root))
    return path
