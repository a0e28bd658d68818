"""The commands on the evidence page work."""

import hashlib
import re

from tests.conftest import ROOT, Project

PAGE = (ROOT / "docs" / "evidence.md").read_text()


def test_its_statement_is_signed_listed_and_shown_by_its_commands(project: Project) -> None:
    statement = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0]
    folder = project.root / "stacks" / "essex" / "evidence"
    folder.mkdir(parents=True)
    (folder / "minutes.pdf").write_bytes(b"minutes")
    statement = re.sub(r"sha256: \w+", f"sha256: {hashlib.sha256(b'minutes').hexdigest()}", statement)
    (folder / "board.yaml").write_text(re.sub(r'"2026-12-31"', '"2126-12-31"', statement))
    (project.root / "stacks" / "signers").mkdir(exist_ok=True)
    for line in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)[0].strip().splitlines():
        words = line.split()
        if words[0] == "cp":
            (project.root / words[2]).write_bytes((project.root / words[1]).read_bytes())
            continue
        run = project.run(*words[1:])
        assert run.returncode == 0, run.stderr
    assert "signed essex ESX-EV-001 until 2126-12-31" in run.stdout
    output = project.run("explain", "A1.a").stdout
    assert "Evidence: statements, which no rule checks" in output
    assert "The board reviews cyber risk every quarter" in output
    below = output.split("  Evidence: statements, which no rule checks\n")[1].splitlines()
    assert "essex ESX-EV-001" in below[0]
    assert below[0].startswith("    ")
    assert [line for line in below[1:4] if not line.startswith("        ")] == []
    run = project.run("audit", "essex", "--report", "out", "--formats", "html", "--redact", "--no-history")
    page = (project.root / "out" / "controls.html").read_text()
    assert "The board reviews cyber risk every quarter" in page
    assert "ciso@" not in page
    (folder / "board.yaml").write_text("id: x\n")
    run = project.run("audit", "essex", "--report", "out", "--no-history")
    assert run.returncode == 2
    assert "stacks/essex/evidence/board.yaml" in run.stderr
