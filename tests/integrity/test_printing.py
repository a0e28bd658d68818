"""Whatever names a file, a cloud or another program has, no command lets them control the terminal.

Hostile names and values contain control characters, ANSI sequences, bidirectional and zero-width marks, markup and line
feeds before a line that the command itself might write. Every command is run with them, in a pipe and on a terminal.
"""

import json
import os
import pty
import re
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bluelamp.cli.envelope import emit
from bluelamp.cli.results import show_result
from bluelamp.cli.screen import Screen, console, escape, line
from bluelamp.core.problems import Problem
from bluelamp.core.source import show as show_value
from bluelamp.core.text import printable
from bluelamp.engine.events import Step, Violation
from bluelamp.errors import Status
from bluelamp.fleet.deploy import Result
from bluelamp.reports.formats.markdown import to_markdown
from bluelamp.reports.html import to_html, to_index
from bluelamp.reports.terminal import show as show_report
from bluelamp.reports.unjudged import Unjudged
from bluelamp.resources.skipped import Skipped
from tests.conftest import COMMAND, Project, bluelamp, environment
from tests.integrity.sealed import report_on
from tests.thorough import tries

FAKE = "FAKE report: unchanged since"
HOSTILE = f"a\x1b]0;owned\x07\x1b[5;31m\u202e\u200b\u2066\x9b1m\r\n{FAKE}\n\x85\u2028{FAKE}[bold][/x][link=file:x]y:warning:\\"
"""Characters of a value that survive YAML, JSON and similar formats."""
PATH = HOSTILE.replace("/", "|").replace("\x07", "\x08")
"""The same as the name of a file."""
_OURS = re.compile(r"\x1b\[(?:[0-9;]*m|\?25[lh]|[0-9]*[AK]|1A|2K)")
"""Rich's own control sequences: colours, and the removal of a progress display."""


def assert_safe(output: str, *, terminal: bool = False) -> None:
    """Nothing invisible except the command's own colours, and no line that a value started."""
    assert "Traceback" not in output
    assert "\x1b[5;31m" not in output
    assert "\x1b]" not in output
    shown = _OURS.sub("", output).replace("\r", "") if terminal else output
    odd = {
        each
        for each in shown
        if each != "\n" and unicodedata.category(each) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    }
    assert odd == set(), output
    assert not [each for each in shown.splitlines() if re.match(" {0,4}FAKE", each)], output


def cases(number: int) -> Callable[[Any], Any]:
    """The same cases in every run, at most that many."""
    slow = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    return settings(
        max_examples=tries(number), derandomize=True, deadline=None, suppress_health_check=slow, database=None
    )


_PARTS = st.sampled_from(
    [
        *("\x1b[32m", "\x1b", "\x07", "\x00", "\x9b", "\n", "\r", "\r\n", "\t", "\v", "\x85", "\u2028", "\u2029"),
        *("\u202e", "\u2066", "\u200b", "\u200f", "\ufeff", "\u00ad", "\u00a0", "\u3164", "\U000e0041", "\ufe0f"),
        *("\ue000", "\ue001", "\ud800", "\udcff", "\\", "\\\\", "[", "]", "[/]", "[bold]", "[/bold]", "[link=x]"),
        *("[@click=x]", ":key:", ":warning:", "{", "}", "%s", "FAKE", "signed by", " ", "é", "Ŵ", "x" * 70),
    ]
)
hostile = st.lists(_PARTS, min_size=1, max_size=8).map("".join) | st.text(max_size=12)


class Printed:
    """A screen whose streams are recorded."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, colour: bool) -> None:
        self.out, self.err = StringIO(), StringIO()
        monkeypatch.setattr(sys, "stdout", self.out)
        monkeypatch.setattr(sys, "stderr", self.err)
        monkeypatch.setenv("COLUMNS", "400")
        monkeypatch.setenv("FORCE_COLOR", "1") if colour else monkeypatch.delenv("FORCE_COLOR", raising=False)
        self.screen = Screen()

    def output(self) -> str:
        output = self.out.getvalue() + self.err.getvalue()
        output.encode()
        return output


def after(print_: Callable[[Screen], None], *, colour: bool) -> list[str]:
    """The printed lines."""
    with pytest.MonkeyPatch.context() as patch:
        printed = Printed(patch, colour=colour)
        print_(printed.screen)
        output = printed.output()
    assert_safe(output, terminal=colour)
    return _OURS.sub("", output).splitlines()


@cases(1500)
@given(value=hostile)
@example(value=HOSTILE)
def test_a_value_stays_one_visible_reversible_line(value: str) -> None:
    shown = printable(value)
    assert_safe(shown.replace("FAKE", ""))
    assert shown.isprintable()
    assert printable(shown) == shown
    shown.encode()
    if value.isascii() and value.isprintable():
        assert shown == value
    assert (
        line(f"[bold]{escape(value)}[/bold]{escape(value)}").plain.translate({0xE000: "[", 0xE001: "\\"}) == shown * 2
    )


@cases(1000)
@given(value=hostile, colour=st.booleans(), safe=st.booleans())
@example(value=HOSTILE, colour=True, safe=False)
def test_a_line_stays_one_line_even_with_an_unescaped_value(value: str, colour: bool, safe: bool) -> None:
    part = escape(value) if safe else value
    lines = after(lambda screen: screen.show(f"before {part} after"), colour=colour)
    assert lines[0].startswith("before ")
    assert len(lines) == 1


@cases(600)
@given(value=hostile, colour=st.booleans())
@example(value=HOSTILE, colour=True)
def test_errors_warnings_and_problems_are_lines(value: str, colour: bool) -> None:
    def print_(screen: Screen) -> None:
        screen.error(value, value)
        screen.warn(value)
        screen.error(Problem(value, 1, 2, value, value, show_value(value), value, value))

    lines = after(print_, colour=colour)
    assert [each.lstrip().partition(":")[0] for each in lines] == [
        "error",
        *(["next"] if value else []),
        "warning",
        "error",
    ][-len(lines) :] or len(lines) >= 3


@cases(400)
@given(
    value=hostile,
    colour=st.booleans(),
    status=st.sampled_from(list(Status)),
    verb=st.sampled_from(["preview", "up", "drift"]),
)
@example(value=HOSTILE, colour=False, status=Status.FAILED, verb="preview")
def test_the_engines_output_starts_no_line_of_its_own(value: str, colour: bool, status: Status, verb: str) -> None:
    urn = f"urn:pulumi:essex::bluelamp::{value}::{value}"
    steps = (Step(urn, "update", {value: "update"}, {value: value}, {value: "x"}, {}), Step(urn, value, {}, {}, {}, {}))
    violation = Violation(value, value, urn, mandatory=True, severity=value, message=value)
    result = Result(
        "essex",
        verb,
        status,
        steps=steps,
        violations=(violation,),
        errors=(value,),
        warnings=(value,),
        recovered=(urn,),
    )
    after(lambda screen: show_result(screen, result), colour=colour)


@cases(150)
@given(value=hostile, colour=st.booleans())
@example(value=HOSTILE, colour=True)
def test_a_report_on_hostile_names_is_shown_in_its_own_lines(tmp_path: Path, value: str, colour: bool) -> None:
    made = report_on("essex", value, "shut", root=tmp_path, name=value)
    after(lambda screen: screen.show(show_report(made)), colour=colour)


@cases(60)
@given(value=hostile)
@example(value=HOSTILE)
def test_pages_and_comments_show_invisible_characters(tmp_path: Path, value: str) -> None:
    report = report_on("essex", value, "shut", root=tmp_path, name=f"x{value}")
    strange = Skipped(f"kind {value}", f"name {value}", f"because {value}")
    report = replace(report, unjudged=(Unjudged(strange.kind, strange.why, (strange,)),))
    for text in (to_html(report), to_index([report, replace(report, force="kent")]), to_markdown(report)):
        odd = {each for each in text.replace("@\u200b", "@") if each not in "\n\t" and printable(each) != each}
        assert odd == set()


def test_json_keeps_the_data_unchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = Printed(monkeypatch, colour=True)
    emit("check", {"value": HOSTILE}, 0, [Problem("", message=HOSTILE)])
    given = json.loads(printed.out.getvalue())
    assert (given["result"], given["problems"][0]["message"]) == ({"value": HOSTILE}, HOSTILE)
    assert_safe(printed.out.getvalue())


def test_only_the_screen_prints() -> None:
    """Rich's own escape keeps control characters, and its console prints whatever it is given."""
    root = Path(__file__).resolve().parents[2] / "bluelamp"
    allowed = {"cli/screen.py", "cli/app.py"}
    words = ("rich.markup", "rich.console import Console", "Console(", ".out.print(", ".err.print(", "typer.echo")
    found = [
        (path.relative_to(root).as_posix(), word)
        for path in root.rglob("*.py")
        for word in words
        if word in path.read_text(encoding="utf-8") and path.relative_to(root).as_posix() not in allowed
    ]
    assert found == []
    assert isinstance(console(), object)


# Every command


def on_terminal(words: list[str], cwd: Path, **extra: str) -> str:
    """The command's output to a terminal."""
    parent, child = pty.openpty()
    with subprocess.Popen(
        [str(COMMAND), *words],
        cwd=cwd,
        env=environment(TERM="xterm-256color", **extra),
        stdin=child,
        stdout=child,
        stderr=child,
    ) as process:
        os.close(child)
        output = b""
        while True:
            try:
                some = os.read(parent, 65536)
            except OSError:
                break
            if not some:
                break
            output += some
        process.wait()
    os.close(parent)
    return output.decode(errors="surrogateescape")


def drive(words: list[str], cwd: Path, *, status: int | None = None, **extra: str) -> str:
    """Runs a command in a pipe and on a terminal; no value may control the output."""
    done = bluelamp(words, cwd, **extra)
    if status is not None:
        assert done.returncode == status, done.stdout + done.stderr
    assert_safe(done.stdout + done.stderr)
    assert_safe(on_terminal(words, cwd, **extra), terminal=True)
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a hostile name, with manifests, templates and reports that contain hostile names."""
    folder = tmp_path_factory.mktemp("hostile") / PATH
    folder.mkdir()
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": HOSTILE, "namespace": HOSTILE}}
    spec = {"containers": [{"name": HOSTILE, "image": HOSTILE, "securityContext": {"privileged": True}}]}
    (folder / f"{PATH}.yaml").write_text(yaml.safe_dump({**pod, "spec": spec}))
    (folder / f"bad {PATH}.yaml").write_text("apiVersion: [\n")
    (folder / f"{PATH}.json").write_text(
        json.dumps({"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0",
                    "resources": [{"type": "Microsoft.Network/networkSecurityGroups", "apiVersion": "2024-05-01", "name": HOSTILE, "location": HOSTILE, "properties": {"securityRules": HOSTILE}}]})
    )  # fmt: skip
    return folder


def test_audits_of_files(here: Path) -> None:
    output = drive(["audit", "--from", "manifests", f"{PATH}.yaml", "--report", f"out {PATH}"], here, status=3)
    assert "wrote" in output
    drive(["audit", "--from", "manifests", f"bad {PATH}.yaml"], here)
    drive(["audit", "--from", "manifests", f"none {PATH}"], here)
    drive(["audit", "--from", "templates", f"{PATH}.json"], here)
    drive(["audit", "--from", "manifests", ".", "--formats", HOSTILE], here, status=2)
    drive(["audit", "--from", "manifests", ".", "--sign-with", PATH, "--rule", HOSTILE], here, status=2)


def test_verify_and_key(here: Path) -> None:
    bluelamp(["audit", "--from", "manifests", f"{PATH}.yaml", "--report", "report"], here)
    (here / "report" / f"added {PATH}").write_text("")
    assert "was added" in drive(["verify", "report"], here, status=1)
    (here / "report" / f"added {PATH}").unlink()
    good = json.loads((here / "report" / "manifest.json").read_text())
    for value in (HOSTILE, 7, [HOSTILE], {HOSTILE: HOSTILE}, None, True, 1.5):
        for member in good:
            (here / "report" / "manifest.json").write_text(json.dumps({**good, member: value}))
            if value == HOSTILE:
                drive(["verify", "report"], here, status=1)
    drive(["verify", PATH], here, status=2)
    drive(["verify", "report", "--signer", f"{PATH}.yaml"], here, status=2)
    drive(["verify", "report", "--previous", f"{PATH}.yaml"], here, status=2)
    drive(["key", f"k {PATH}.pem"], here)
    drive(["key", f"{PATH}.yaml"], here, status=2)


def test_commands_without_a_project(here: Path) -> None:
    drive(["doctor"], here, BLUELAMP_CACHE=f"cache {PATH}")
    drive(["check", HOSTILE], here, status=2)
    drive([HOSTILE], here, status=2)
    drive(["cloud", "show", HOSTILE], here, status=2)
    drive(["cloud", "show", HOSTILE, "--force", HOSTILE], here, status=1)
    drive(["cloud", "ls", "--force", HOSTILE], here, status=1)
    drive(["cloud", "ls", "--type", HOSTILE], here, status=2)
    drive(["cloud", "fault", HOSTILE, "create"], here, status=2)
    drive(["cloud", "fault", "*", "create", "--code", HOSTILE, "--message", HOSTILE], here, status=0)
    drive(["cloud", "fault", "--list"], here, status=0)
    drive(["cloud", "fault", "*", HOSTILE], here, status=2)
    drive(["cloud", "fault", HOSTILE, HOSTILE], here, status=2)
    drive(["explain", f"azure-native:{HOSTILE}"], here, status=2)
    drive(["compile", "--to", "admission", "--rule", "BL-K8S-001", "--out", f"c {PATH}"], here, status=0)
    shutil.rmtree(here / ".bluelamp")


def test_a_cloud_with_hostile_names(tmp_path: Path) -> None:
    from bluelamp.rehearsal.space import Space
    from bluelamp.rehearsal.store import Record

    store = Space(tmp_path).open_store()
    store.put(
        Record(HOSTILE, "azure-native", HOSTILE, f"urn:pulumi:a::b::{HOSTILE}::{HOSTILE}", {}, {HOSTILE: HOSTILE}, "")
    )
    store.close()
    assert "empty" not in drive(["cloud", "ls"], tmp_path, status=0)
    drive(["cloud", "show", HOSTILE], tmp_path, status=0)
    drive(["cloud", "drift", HOSTILE, "x", HOSTILE], tmp_path)


@pytest.mark.parametrize("setting", ["owner", "key", "exemption"])
def test_settings_with_hostile_values(project: Project, setting: str) -> None:
    path = project.settings("dyfed-powys")
    hostile = json.dumps(HOSTILE)
    if setting == "owner":
        path.write_text(re.sub(r"email: .*", lambda _: f"email: {hostile}", path.read_text(), count=1))
    elif setting == "key":
        path.write_text(path.read_text() + f"\n  {hostile}: {hostile}\n")
    else:
        folder = project.root / "stacks" / "dyfed-powys"
        folder.mkdir(exist_ok=True)
        name = "exemptions.yaml" if setting == "exemption" else "baseline.yaml"
        (folder / name).write_text(f"{hostile}: {hostile}\nexemptions:\n  - id: {hostile}\n    rule: {hostile}\n")
    drive(["check", "dyfed-powys"], project.root, status=2)
    for verb in ("exemptions",):
        assert_safe("".join((done := bluelamp([verb, "dyfed-powys"], project.root)).stdout + done.stderr))


def test_commands_with_hostile_words(project: Project) -> None:
    for words in (
        ["explain", "dyfed-powys", HOSTILE],
        ["explain", "dyfed-powys", "vault-vault", HOSTILE],
        ["policy", "dyfed-powys", "--scope", HOSTILE],
        ["new", HOSTILE, "--owner", "a@b.example", "--cost-centre", "x"],
        ["new", "essex", "--owner", HOSTILE, "--cost-centre", HOSTILE],
        ["check", "--region", HOSTILE],
        ["render", "dyfed-powys", "--out", f"o {PATH}"],
        ["check", "--project", f"p {PATH}"],
    ):
        done = bluelamp(words, project.root, FORCE_COLOR="1")
        assert_safe(done.stdout + done.stderr, terminal=True)
