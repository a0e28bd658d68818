"""Statements of evidence are signed and in date, or shown with their status; they are never a pass."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from bluelamp.core.problems import SettingsError
from bluelamp.errors import UsageError
from bluelamp.policies import Control, Verdict
from bluelamp.reports import Report
from bluelamp.reports.anonymous import Anonymous
from bluelamp.reports.html import to_controls
from bluelamp.reports.keys import make_key, private_key
from bluelamp.reports.statements import Status
from bluelamp.reports.statements.reading import statements, with_statements
from bluelamp.reports.statements.signing import signed, signer_of
from tests.reports.tree import parse
from tests.thorough import tries

TODAY = date(2026, 3, 1)
CONTROL = Control("NCSC CAF", "4.0", "A1.a")
MINUTES = b"The board met and agreed the risk appetite."
TEXT = """\
id: ESX-EV-001
force: essex
controls: [NCSC CAF 4.0 A1.a, NCSC CAF 4.0 A1.b]
statement: The board reviews cyber risk every quarter and records its decisions.
author: {{role: Head of Information Security, email: ciso@essex.police.example}}
date: "2026-02-01"
validUntil: "{until}"
files:
  - path: minutes.txt
    sha256: {sha}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project of one force with a signed statement, whose signer is known."""
    (tmp_path / "Pulumi.yaml").write_text("name: bluelamp\n")
    folder = tmp_path / "stacks" / "essex" / "evidence"
    folder.mkdir(parents=True)
    (folder / "minutes.txt").write_bytes(MINUTES)
    write(tmp_path)
    signers = tmp_path / "stacks" / "signers"
    signers.mkdir()
    public, _ = make_key(tmp_path / "ciso.pem")
    public.rename(signers / "essex-ciso.pem")
    sign(tmp_path)
    return tmp_path


def write(root: Path, text: str = TEXT, until: str = "2026-12-31") -> Path:
    path = root / "stacks" / "essex" / "evidence" / "board.yaml"
    path.write_text(text.format(until=until, sha=hashlib.sha256(MINUTES).hexdigest()))
    return path


def sign(root: Path, key: str = "ciso.pem") -> None:
    path = root / "stacks" / "essex" / "evidence" / "board.yaml"
    path.with_name("board.yaml.sig").write_text(signed(path.read_bytes(), private_key(root / key)))


def status(root: Path) -> Status:
    (found,) = statements(root, "essex", TODAY)
    return found.status


def run(*words: str) -> Any:
    import typer

    from bluelamp.cli.verbs import evidence

    app = typer.Typer()
    evidence.add(app)
    app.command("other")(lambda: None)
    return CliRunner().invoke(app, list(words))


def test_a_signed_statement_is_valid(root: Path) -> None:
    (found,) = statements(root, "essex", TODAY)
    assert (found.status, found.signer, found.why) == (Status.SIGNED, "essex-ciso", "")
    assert CONTROL in found.controls


def test_a_force_without_evidence_has_none(tmp_path: Path) -> None:
    assert statements(tmp_path, "kent", TODAY) == ()


def test_an_expired_statement_says_so(root: Path) -> None:
    write(root, until="2026-02-28")
    sign(root)
    assert status(root) is Status.EXPIRED


def test_a_statement_is_valid_on_its_last_day(root: Path) -> None:
    write(root, until="2026-03-01")
    sign(root)
    assert status(root) is Status.SIGNED


def test_a_future_statement_is_not_valid_yet(root: Path) -> None:
    (found,) = statements(root, "essex", date(2026, 1, 31))
    assert found.status is Status.NOT_STARTED


def test_an_unsigned_statement_says_so(root: Path) -> None:
    (root / "stacks/essex/evidence/board.yaml.sig").unlink()
    assert status(root) is Status.UNSIGNED


def test_an_unknown_signature_is_no_signature(root: Path) -> None:
    make_key(root / "stranger.pem")
    sign(root, "stranger.pem")
    (found,) = statements(root, "essex", TODAY)
    assert found.status is Status.UNKNOWN_SIGNER
    assert found.signer == ""
    assert found.fingerprint[:16] in found.why


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("minutes.txt", b"The board never met."),
        ("minutes.txt", None),
        ("board.yaml.sig", b"{}"),
        ("board.yaml.sig", b""),
        ("board.yaml.sig", b"\xff" * 64),
        ("board.yaml.sig", b"[" * 9_000),
        ("board.yaml.sig", b" " * 20_000),
    ],
)
def test_a_modified_statement_says_so(root: Path, name: str, content: bytes | None) -> None:
    path = root / "stacks/essex/evidence" / name
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert status(root) is Status.ALTERED


def test_a_file_outside_the_folder_is_not_evidence(root: Path) -> None:
    path = root / "stacks/essex/evidence/minutes.txt"
    path.unlink()
    (root / "minutes.txt").write_bytes(MINUTES)
    path.symlink_to(root / "minutes.txt")
    assert status(root) is Status.ALTERED


def test_a_signature_of_a_report_signs_no_statement(root: Path) -> None:
    path = root / "stacks/essex/evidence/board.yaml"
    output = json.loads(path.with_name("board.yaml.sig").read_text())
    import base64

    output["signature"] = base64.b64encode(private_key(root / "ciso.pem").sign(path.read_bytes())).decode()
    path.with_name("board.yaml.sig").write_text(json.dumps(output))
    assert status(root) is Status.ALTERED


@settings(derandomize=True, deadline=None, max_examples=tries(200))
@given(data=st.data())
def test_any_change_of_any_byte_is_found(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
    content = TEXT.encode()
    signature = signed(content, key).encode()
    assert signer_of(content, signature)
    place = data.draw(st.integers(0, len(content) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != content[place]))
    assert signer_of(content[:place] + bytes([other]) + content[place + 1 :], signature) is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("A1.a", "A1.z"), "no framework has the control"),
        (("force: essex", "force: kent"), "is not the force of this folder"),
        (("minutes.txt", "../minutes.txt"), "is not a file in this folder"),
        (("minutes.txt", "/etc/passwd"), "is not a file in this folder"),
        (('date: "2026-02-01"', 'date: "2027-02-01"'), "is before its date"),
        (("statement: The board reviews", "note: The board reviews"), "there is no setting called"),
        (("ciso@essex.police.example", "me"), "is not a valid mailbox"),
        (('date: "2026-02-01"', "date: 2026-02-01"), "is read as a moment in time"),
        (("id: ESX-EV-001", "id: [x"), "board.yaml"),
    ],
)
def test_a_wrong_file_is_refused_with_its_location(root: Path, change: tuple[str, str], message: str) -> None:
    write(root, TEXT.replace(*change))
    with pytest.raises(SettingsError) as error:
        statements(root, "essex", TODAY)
    assert message in str(error.value)
    assert "stacks/essex/evidence/board.yaml" in str(error.value)


def test_an_unread_name_and_a_signature_alone_are_refused(root: Path) -> None:
    folder = root / "stacks/essex/evidence"
    (folder / "other.yml").write_text("id: x\n")
    (folder / "gone.yaml.sig").write_text("{}")
    with pytest.raises(SettingsError) as error:
        statements(root, "essex", TODAY)
    assert "other.yml: is not read; rename it to other.yaml" in str(error.value)
    assert "gone.yaml.sig: has no statement" in str(error.value)


def test_two_statements_with_one_id_are_refused(root: Path) -> None:
    path = root / "stacks/essex/evidence/board.yaml"
    path.with_name("again.yaml").write_text(path.read_text().replace("ESX-EV-001", "esx-ev-001"))
    with pytest.raises(SettingsError, match="is the id of"):
        statements(root, "essex", TODAY)


def test_the_command_signs_and_lists(root: Path) -> None:
    path = root / "stacks/essex/evidence/board.yaml"
    path.with_name("board.yaml.sig").unlink()
    done = run("evidence", "sign", str(path), "--key", str(root / "ciso.pem"), "--project", str(root))
    assert done.exit_code == 0, done.output
    assert status(root) is Status.SIGNED


def test_the_command_refuses_to_sign_a_file_that_differs_from_the_statement(root: Path) -> None:
    path = root / "stacks/essex/evidence/board.yaml"
    (path.parent / "minutes.txt").write_text("other")
    before = path.with_name("board.yaml.sig").read_bytes()
    done = run("evidence", "sign", str(path), "--key", str(root / "ciso.pem"), "--project", str(root))
    assert isinstance(done.exception, UsageError)
    assert "minutes.txt has the SHA-256" in str(done.exception)
    assert path.with_name("board.yaml.sig").read_bytes() == before


@pytest.mark.parametrize("spoil", [False, True])
def test_a_statement_changes_no_verdict_and_no_result(
    root: Path, report_on: Callable[..., Report], spoil: bool
) -> None:
    if spoil:
        (root / "stacks/essex/evidence/minutes.txt").unlink()
    report = report_on("open")
    (with_evidence,) = with_statements(root, [report])
    assert with_evidence.statements
    assert (with_evidence.counts, with_evidence.answer, with_evidence.findings) == (
        report.counts,
        report.answer,
        report.findings,
    )
    article = parse(to_controls(with_evidence)).one("article", id="control-NCSC-CAF-4.0-A1.a")
    assert "Not assessable from infrastructure" in article.text
    assert "The board reviews cyber risk" in article.text
    assert "never a pass" in article.text
    assert not list(article.all("span", class_="tag-pass"))
    assert Verdict.PASS not in {finding.verdict for finding in with_evidence.findings}
    assert ("Altered" in article.text) == spoil


def test_a_redacted_report_names_no_person_of_a_statement(root: Path, report_on: Callable[..., Report]) -> None:
    (report,) = with_statements(root, [report_on("open")])
    hidden = Anonymous()(report)
    output = hidden.to_json() + to_controls(hidden)
    for text in (
        "Head of Information Security",
        "ciso@essex",
        "essex-ciso",
        "minutes.txt",
        report.statements[0].fingerprint,
    ):
        assert text not in output
    assert "NCSC CAF 4.0 A1.a" in output
    assert "The board reviews cyber risk" in output


def test_the_published_schema_has_statements(root: Path, report_on: Callable[..., Report]) -> None:
    import jsonschema

    (report,) = with_statements(root, [replace(report_on("open"))])
    schema = json.loads((Path(__file__).parents[2] / "docs/schemas/findings-1.json").read_text())
    jsonschema.validate(json.loads(report.to_json()), schema)
