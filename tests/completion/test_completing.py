"""Completion: the candidates for each word, in real shells where they are installed."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.completion import store
from bluelamp.completion.answer import complete
from bluelamp.completion.index import build
from bluelamp.completion.scripts import SCRIPTS
from bluelamp.policies import rules
from tests.conftest import COMMAND, ROOT, bluelamp, environment
from tests.thorough import tries


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setenv("BLUELAMP_CACHE", str(tmp_path_factory.mktemp("cache")))
    build()
    yield
    patch.undo()


def answers(line: str) -> list[str]:
    return list(complete(line.split(" "), ROOT))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ch", ["check"]),
        ("cloud dr", ["drift"]),
        ("list r", ["rules"]),
        ("check ess", ["essex"]),
        ("check essex ess", []),
        ("check --regi", ["--region"]),
        ("check --region east", ["east-midlands", "eastern"]),
        ("check --region=eastern", ["--region=eastern"]),
        ("audit --framework cyber", ["cyber-essentials"]),
        ("audit --rule BL-NET-001", ["BL-NET-001"]),
        ("list rules --severity cr", ["critical"]),
        ("check --format js", ["json"]),
        ("explain bl-net-001", ["BL-NET-001"]),
        ("explain azure.hub.firewall.ti", ["azure.hub.firewall.tier"]),
        ("explain azure/hu", ["azure/hub", "azure/hub_peering"]),
        ("explain B4", ["B4", "B4.a", "B4.b", "B4.c", "B4.d"]),
        ("completion f", ["fish"]),
        ("no-such-verb x", []),
    ],
)
def test_a_word_is_completed_by_what_fits_its_place(line: str, expected: list[str]) -> None:
    assert sorted(answers(line)) == sorted(expected)


def test_every_rule_force_and_verb_is_known() -> None:
    assert {rule.id for rule in rules()} <= set(answers("audit --rule "))
    assert set(answers("")) >= {"check", "explain", "list", "completion", "cloud", "engine"}
    assert len(answers("check ")) == len(
        json.loads(bluelamp(("list", "forces", "--format", "json"), ROOT).stdout)["result"]["forces"]
    )


def test_resources_of_a_planned_force_are_completed() -> None:
    assert answers("explain essex hub-n") == []
    store.keep_resources(ROOT, "essex", [("hub-network", ["tags", "location"]), ("vault-vault", ["sku"])])
    assert answers("explain essex hub-n") == ["hub-network"]
    assert answers("explain essex hub-network t") == ["tags"]
    assert answers("explain kent hub-n") == []


@given(st.lists(st.text(max_size=12), max_size=5))
@settings(derandomize=True, deadline=None, max_examples=tries(200))
def test_any_words_are_handled(words: list[str]) -> None:
    complete([*words, ""], ROOT)
    complete(words or [""], Path("/"))


def test_completion_imports_no_large_package() -> None:
    code = (
        "import sys; sys.argv = ['bluelamp', '__complete', 'bash', 'bluelamp check ess']\n"
        "from bluelamp.cli import main\ntry:\n    main()\nfinally:\n    print(*sys.modules, file=sys.stderr)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT, env=environment()
    )
    assert run.stdout == "essex\n"
    assert not {"typer", "rich", "pydantic", "pulumi", "yaml", "policies", "infra"} & set(run.stderr.split())


def test_an_unreadable_index_is_rebuilt() -> None:
    store.index_file().write_text("{", encoding="utf-8")
    assert answers("ch") == ["check"]


def in_bash(line: str) -> list[str]:
    """The completions that bash offers for a line, by the script as printed."""
    script = f"""
        source /dev/stdin <<< "$SCRIPT"
        COMP_LINE={json.dumps(line)}; COMP_POINT=${{#COMP_LINE}}; COMP_WORDS=({COMMAND}); _bluelamp
        printf '%s\\n' "${{COMPREPLY[@]}}"; complete -p bluelamp >&2
    """
    run = subprocess.run(
        ["bash", "-c", script],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(SCRIPT=SCRIPTS["bash"]),
    )
    assert "-F _bluelamp bluelamp" in run.stderr
    return run.stdout.split()


def test_bash_completes() -> None:
    assert in_bash("bluelamp check ess") == ["essex"]
    assert in_bash("bluelamp check --region=east") == ["east-midlands", "eastern"], "bash replaces what follows ="
    assert in_bash("bluelamp verify ") == [], "bash completes files itself"


def test_zsh_completes() -> None:
    """If zsh is not installed, only its input is checked."""
    output = bluelamp(("__complete", "zsh", "bluelamp", "check", "ess"), ROOT).stdout
    assert output == "essex:Essex Police\n"
    zsh = shutil.which("zsh")
    if zsh:
        check = subprocess.run([zsh, "-n", "-c", SCRIPTS["zsh"]], check=False, capture_output=True, text=True)
        assert (check.returncode, check.stderr) == (0, "")


def test_fish_completes() -> None:
    """If fish is not installed, only its input is checked."""
    output = bluelamp(("__complete", "fish", "bluelamp", "check", "ess"), ROOT).stdout
    assert output == "essex\tEssex Police\n"
    fish = shutil.which("fish")
    if fish:
        path = f"{COMMAND.parent}:/usr/bin:/bin"
        run = subprocess.run(
            [fish, "--no-config", "-c", f"{SCRIPTS['fish']}\ncomplete -C 'bluelamp check ess'"],
            check=True,
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=environment(PATH=path),
        )
        assert run.stdout == "essex\tEssex Police\n"


@pytest.mark.parametrize("shell", sorted(SCRIPTS))
def test_the_script_is_printed(shell: str) -> None:
    run = bluelamp(("completion", shell), ROOT)
    assert (run.returncode, run.stdout) == (0, SCRIPTS[shell])
