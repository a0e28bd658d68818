"""The files of a host's pipelines, from the templates and what the project chooses. The same every time."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bluelamp.errors import UsageError

if TYPE_CHECKING:
    from jinja2 import Environment

HOSTS: Final[Mapping[str, Mapping[str, str]]] = {
    "github": {
        f".github/workflows/bluelamp-{each}.yml": f"github/bluelamp-{each}.yml.j2"
        for each in ("plan", "apply", "drift")
    },
    "azure": {
        f".azure-pipelines/bluelamp-{each}.yml": f"azure/bluelamp-{each}.yml.j2" for each in ("plan", "apply", "drift")
    },
    "gitlab": {".gitlab-ci.yml": "gitlab/gitlab-ci.yml.j2"},
}
"""By host, the template of each file, by the file's path in a repository."""

PYTHON: Final = "3.13"
RUNNER: Final = "ubuntu-24.04"
AZURE_CLI: Final = "2.91.0"
"""The Azure CLI that GitLab's jobs install, as its image has none; released in October 2026."""

_HERE: Final = Path(__file__).parent
_BRANCH: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,99}")
_PIN: Final = re.compile(r"^(\w+): (\S+@[0-9a-f]{40} # v[\d.]+)$", re.MULTILINE)
_LONGEST: Final = 500
_CHECKOUT: Final = "make .venv/.ready"
_PROJECT: Final = "python3 -m venv .venv && .venv/bin/pip install --quiet ."


@dataclass(frozen=True)
class Choices:
    """What a project chooses: the branch that is applied, and the shell command that makes `.venv`."""

    branch: str
    install: str

    def __post_init__(self) -> None:
        """Raises `UsageError` for a branch or a command that would not be what it is in a pipeline's file."""
        if not _BRANCH.fullmatch(self.branch) or ".." in self.branch or self.branch.endswith(("/", ".lock")):
            raise UsageError(
                f"--branch {self.branch[:60]!r}: not a valid branch name",
                next_step="name the branch that is applied, such as main",
            )
        if not self.install.strip() or not self.install.isprintable() or len(self.install) > _LONGEST:
            raise UsageError(
                f"--install: a command is one line of 1 to {_LONGEST} printable characters",
                next_step="put a longer one into a script of the repository",
            )


def install_command(root: Path) -> str:
    """The command that makes `.venv` with Bluelamp in it: another one in Bluelamp's own checkout than elsewhere."""
    checkout = (root / "bluelamp").is_dir() and (root / "Makefile").is_file() and (root / "requirements.lock").is_file()
    return _CHECKOUT if checkout else _PROJECT


def pipelines(host: str, choices: Choices) -> dict[str, str]:
    """The files of a host's pipelines, text by path. Raises `UsageError` for an unknown host."""
    if host not in HOSTS:
        raise UsageError(f"--pipelines {host[:60]!r}: allowed: {', '.join(HOSTS)}", next_step="name one of them")
    templates = _templates()
    shown = {
        "branch": choices.branch,
        "install": choices.install.strip(),
        "pins": pins(),
        "python": PYTHON,
        "runner": RUNNER,
        "azure_cli": AZURE_CLI,
    }
    return {path: templates.get_template(name).render(shown).lstrip("\n") for path, name in HOSTS[host].items()}


@lru_cache
def pins() -> Mapping[str, str]:
    """The actions by name: `OWNER/NAME@COMMIT # VERSION`."""
    # The comment is wanted too, which a YAML reader leaves out.
    return dict(_PIN.findall((_HERE / "pins.yaml").read_text(encoding="utf-8")))


@lru_cache
def _templates() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    # Delimiters that occur in no shell line and in no expression of a host.
    return Environment(  # noqa: S701 - YAML, in which HTML's escapes are wrong
        loader=FileSystemLoader(_HERE / "templates"),
        undefined=StrictUndefined,
        variable_start_string="{@",
        variable_end_string="@}",
        comment_start_string="{*",
        comment_end_string="*}",
        trim_blocks=True,
        lstrip_blocks=True,
        # A macro's last line feed is that of the line it is used in.
        finalize=lambda value: value.rstrip("\n") if isinstance(value, str) else value,
        keep_trailing_newline=True,
    )
