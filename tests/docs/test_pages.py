"""The pages match the code."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from docs import write
from tests.conftest import ROOT, bluelamp

COMMANDS = re.compile(r"(?:^|`|\$ )(?:\.venv/bin/)?bluelamp ((?:[a-z]+(?:-[a-z]+)*)(?: [^`\n#]*)?)", re.M)
DOCS = ROOT / "docs"


def test_no_reference_page_is_out_of_date_or_left_over() -> None:
    stale = [name for name, text in write.pages().items() if (DOCS / f"{name}.md").read_text("utf-8") != text]
    assert stale == [], "run: make docs"
    assert write.left_over() == [], "run: make docs"


def documents() -> list[Path]:
    """Every hand-written page, and every generated page that shows commands."""
    root = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"]
    listed = ("modules", "rules", "frameworks")
    return [*root, *sorted(path for path in DOCS.rglob("*.md") if path.relative_to(DOCS).parts[0] not in listed)]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("document", [*documents(), DOCS / "rules.md"], ids=named)
def test_links_lead_somewhere(document: Path) -> None:
    """Followed as a code host does, without the site; the site's own build checks the anchors too."""
    for link in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", document.read_text(encoding="utf-8")):
        assert (document.parent / link).exists(), link


@pytest.mark.parametrize("document", documents(), ids=named)
def test_every_command_that_is_shown_exists(document: Path) -> None:
    from typer.main import get_command

    from bluelamp.cli.app import app, load

    load()
    verbs = get_command(app).commands  # type: ignore[attr-defined] # it is a group
    for words in COMMANDS.findall(document.read_text(encoding="utf-8")):
        verb, *rest = words.split()
        assert verb in verbs, f"bluelamp {words}"
        known = verbs[verb]
        if hasattr(known, "commands") and rest:
            assert rest[0] in known.commands, f"bluelamp {words}"
            known = known.commands[rest[0]]
        if verb == "pulumi":
            continue  # its options are the engine's
        options = {name for parameter in known.params for name in (*parameter.opts, *parameter.secondary_opts)}
        for word in rest[: rest.index("--") if "--" in rest else None]:
            if word.startswith("-"):
                assert word.split("=")[0] in {*options, "--help"}, f"bluelamp {words}"


def test_make_lists_the_commands_that_the_readme_names() -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    shown = set(re.findall(r"\bmake ([\w-]+)", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert shown <= targets
    assert {"rehearse", "test", "check", "bench", "docs", "site"} <= targets


@pytest.mark.parametrize(
    "verb", ["", "check", "preview", "up", "destroy", "drift", "audit", "explain", "rehearse", "new"]
)
def test_help_has_examples(verb: str, tmp_path: Path) -> None:
    run = bluelamp((*verb.split(), "--help"), tmp_path)
    assert run.returncode == 0
    assert not verb or "Example" in run.stdout


def test_no_colour_reaches_a_pipe(tmp_path: Path) -> None:
    for words in (("--help",), ("explain", "BL-NET-001"), ("doctor",)):
        assert "\x1b[" not in bluelamp(words, tmp_path).stdout


def test_help_imports_nothing_heavy() -> None:
    """`--help` imports no large package."""
    code = "import sys; import bluelamp.cli.app as a; a.load(); print(*sorted(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    heavy = {"pulumi", "pulumi_azure_native", "pulumi_kubernetes", "kubernetes", "grpc", "pydantic", "jinja2"}
    assert not heavy & set(run.stdout.split())


def test_the_settings_page_has_complete_types_and_no_python_terms() -> None:
    from bluelamp.cli.settings_index import settings

    rows = re.findall(
        r"^\| `bluelamp:(\S+)` \| (.*?) \| (.*?) \| (.*) \|$", (ROOT / "docs/settings.md").read_text(), re.M
    )
    assert {path for path, *_ in rows} == set(settings())
    for path, kind, default, note in rows:
        assert not re.search(r"\b(None|none|nothing|Optional|True|False|str|tuple)\b|[\[\](]", kind + default), path
        assert "None" not in note, path
        assert not (default == "required" and "by default" in note), path
    components = {path: default for path, _, default, _ in rows if path.startswith("components.")}
    assert components["components.sentinel"] == "starter: `off`; hybrid: `off`; full: `full`"
    assert components["components.canary"] == "`off`"
    defaults = {path: default for path, _, default, _ in rows}
    assert defaults["azure.hub.firewall.enabled"] == "starter: `false`; hybrid: `true`; full: `true`"
    assert defaults["azure.hub"] == "see the section"
    assert defaults["azure.hub.addressSpace"] == "from the force's allocation"
