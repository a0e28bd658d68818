"""A sealed report: every later change is found and reported with the file."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bluelamp.errors import UsageError
from bluelamp.reports import Report, write
from bluelamp.reports.keys import PASSPHRASE, fingerprint, make_key, private_key, public_key
from bluelamp.reports.verifying import Verification, verify
from tests.thorough import tries

ReportOn = Callable[..., Report]


@pytest.fixture
def key(tmp_path: Path) -> Path:
    make_key(tmp_path / "force.pem")
    return tmp_path / "force.pem"


@pytest.fixture
def sealed(report_on: ReportOn, key: Path, tmp_path: Path) -> Path:
    write([report_on("open")], tmp_path / "report", key=private_key(key))
    return tmp_path / "report"


def flaws(folder: Path, **how: object) -> list[str]:
    return [str(flaw) for one in verify(folder, **how) for flaw in one.flaws]  # type: ignore[arg-type] # as verify takes


def only(folder: Path) -> Verification:
    (one,) = verify(folder)
    return one


def test_an_unmodified_report_has_no_flaw(sealed: Path, key: Path) -> None:
    public = public_key(key.with_suffix(".pub.pem"))
    assert flaws(sealed, signer=public) == []
    one = only(sealed)
    assert (one.subject, one.files, one.signer, one.previous) == (("essex",), 11, fingerprint(public), "")


@settings(max_examples=tries(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_changed_byte_of_any_file_is_found(sealed: Path, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(sealed.iterdir())))
    before = path.read_bytes()
    place = data.draw(st.integers(0, len(before) - 1))
    path.write_bytes(before[:place] + bytes([before[place] ^ data.draw(st.integers(1, 255))]) + before[place + 1 :])
    try:
        found = [flaw.file for one in verify(sealed) for flaw in one.flaws]
    finally:
        path.write_bytes(before)
    # A signature over a modified manifest is invalid too; the modified manifest is reported.
    assert path.name in found, (path.name, place, found)


@pytest.mark.parametrize("signed", [True, False])
def test_a_truncated_or_extended_file_is_found(report_on: ReportOn, key: Path, tmp_path: Path, signed: bool) -> None:
    folder = tmp_path / "out"
    write([report_on("open")], folder, key=private_key(key) if signed else None)
    for path in sorted(folder.iterdir()):
        before = path.read_bytes()
        for changed in (before[:-1], before + b"\n", b""):
            path.write_bytes(changed)
            assert path.name in [flaw.file for one in verify(folder) for flaw in one.flaws]
        path.write_bytes(before)
    assert flaws(folder) == []


def test_a_missing_and_an_added_file_are_named(sealed: Path) -> None:
    (sealed / "findings.csv").unlink()
    (sealed / "deep").mkdir()
    (sealed / "deep" / "more.txt").write_text("more")
    assert flaws(sealed) == [
        "findings.csv: is missing",
        "deep/more.txt: was added: the report was written without it",
    ]


def test_a_link_in_place_of_a_file_is_found(sealed: Path, tmp_path: Path) -> None:
    shutil.move(sealed / "report.md", tmp_path / "report.md")
    (sealed / "report.md").symlink_to(tmp_path / "report.md")
    (sealed / "elsewhere").symlink_to(tmp_path)
    assert flaws(sealed) == [
        "report.md: is a link where a file was",
        "elsewhere: was added: the report was written without it",
    ]


def test_without_a_manifest_nothing_can_be_verified(sealed: Path) -> None:
    (sealed / "manifest.json").unlink()
    assert flaws(sealed) == ["manifest.json: is missing: nothing says what the report consists of"]
    with pytest.raises(UsageError, match="is not a folder"):
        verify(sealed / "nowhere")


def test_a_removed_signature_is_found(sealed: Path, key: Path) -> None:
    name = fingerprint(private_key(key).public_key())
    (sealed / "manifest.sig").unlink()
    assert flaws(sealed) == [f"manifest.sig: is missing: the report was signed by {name}"]


def test_another_signer_is_reported(sealed: Path, key: Path, tmp_path: Path) -> None:
    public, other = make_key(tmp_path / "other.pem")
    mine = fingerprint(private_key(key).public_key())
    assert flaws(sealed, signer=public_key(public)) == [
        f"manifest.sig: is by {mine}; the signer is to be {other}",
    ]


def test_a_completely_forged_report_lacks_the_signer(
    report_on: ReportOn, sealed: Path, key: Path, tmp_path: Path
) -> None:
    """Without the key, another report can be written, but not with the force's signature."""
    public = public_key(key.with_suffix(".pub.pem"))
    forger, _ = make_key(tmp_path / "forger.pem")
    write([report_on("shut")], sealed)
    assert flaws(sealed) == []
    assert flaws(sealed, signer=public) == [f"manifest.json: is not signed; the signer is to be {fingerprint(public)}"]
    write([report_on("shut")], sealed, key=private_key(tmp_path / "forger.pem"))
    forged = json.loads((sealed / "manifest.json").read_text())
    forged["signer"]["fingerprint"] = fingerprint(public)
    assert forger.exists()
    assert len(flaws(sealed, signer=public)) == 1
    (sealed / "manifest.json").write_text(json.dumps(forged))
    assert flaws(sealed, signer=public)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        '{"format": "bluelamp-manifest/1"}',
        '{"format": "bluelamp-manifest/1", "files": {"a": 1}}',
        "[" * 100_000,
    ],
    ids=range(7),
)
def test_an_invalid_manifest_is_reported_without_a_crash(sealed: Path, content: str) -> None:
    (sealed / "manifest.json").write_text(content)
    assert flaws(sealed) == ["manifest.json: was changed: it is no longer a valid manifest"]


def test_a_chain_is_valid_and_a_broken_one_is_found(report_on: ReportOn, key: Path, tmp_path: Path) -> None:
    may, june, july = (tmp_path / month for month in ("may", "june", "july"))
    write([report_on("open")], may)
    write([report_on("shut")], june, key=private_key(key), previous=may)
    write([report_on("shut")], july, previous=june)
    assert flaws(may) == flaws(june, previous=may) == flaws(july, previous=june) == []
    assert "follows no report" in flaws(may, previous=june)[0]
    assert "follows another report" in flaws(july, previous=may)[0]
    (june / "manifest.json").write_text((june / "manifest.json").read_text().replace('"essex"', '"kent"'))
    assert "follows another report" in flaws(july, previous=june)[0]
    with pytest.raises(UsageError, match="holds no report to follow"):
        write([report_on("shut")], july, previous=tmp_path)


def test_a_report_continues_the_chain_of_the_one_it_replaces(report_on: ReportOn, tmp_path: Path) -> None:
    folder, kept = tmp_path / "report", tmp_path / "kept"
    write([report_on("open")], folder)
    shutil.copytree(folder, kept)
    write([report_on("shut")], folder)
    assert flaws(folder, previous=kept) == []
    write([report_on("shut", force="kent")], folder)
    assert only(folder).previous == "", "another force's report is not the one before"


def test_several_forces_are_sealed_separately_and_together(report_on: ReportOn, key: Path, tmp_path: Path) -> None:
    folder = tmp_path / "all"
    reports = [report_on("open", force="essex"), report_on("shut", force="kent")]
    write(reports, folder, key=private_key(key))
    shutil.copytree(folder, tmp_path / "before")
    assert [(one.folder.name, one.subject, one.flaws) for one in verify(folder)] == [
        ("all", ("essex", "kent"), ()),
        ("essex", ("essex",), ()),
        ("kent", ("kent",), ()),
    ]
    assert flaws(folder / "kent") == []
    write(reports, folder)
    assert flaws(folder, previous=tmp_path / "before") == []
    (folder / "kent" / "findings.json").write_text("{}")
    assert [flaw.partition(" (")[0] for flaw in flaws(folder)] == [
        "kent/findings.json: was changed",
        "findings.json: was changed",
    ]


def test_openssl_verifies_the_signature(sealed: Path, key: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl on this machine")
    words = ["-verify", "-pubin", "-inkey", str(key.with_suffix(".pub.pem")), "-rawin"]
    files = ["-in", str(sealed / "manifest.json"), "-sigfile", str(sealed / "manifest.sig")]
    run = subprocess.run([openssl, "pkeyutl", *words, *files], check=False, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


def test_a_key_is_private_and_never_overwritten(key: Path, tmp_path: Path) -> None:
    assert key.stat().st_mode & 0o077 == 0
    with pytest.raises(UsageError, match="already exists"):
        make_key(key)
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="is a file where a folder is expected"):
        make_key(tmp_path / "file" / "key.pem")


def test_a_key_with_a_passphrase_requires_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSPHRASE, "correct horse")
    make_key(tmp_path / "k.pem")
    assert "ENCRYPTED" in (tmp_path / "k.pem").read_text()
    private_key(tmp_path / "k.pem")
    monkeypatch.setenv(PASSPHRASE, "wrong horse")
    with pytest.raises(UsageError, match="the passphrase does not open it"):
        private_key(tmp_path / "k.pem")
    monkeypatch.delenv(PASSPHRASE)
    with pytest.raises(UsageError, match="the key has a passphrase"):
        private_key(tmp_path / "k.pem")
    (tmp_path / "passphrase").write_text("correct horse\n")
    monkeypatch.setenv(f"{PASSPHRASE}_FILE", str(tmp_path / "passphrase"))
    private_key(tmp_path / "k.pem")


def test_an_invalid_key_is_reported(tmp_path: Path, key: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    (tmp_path / "text.pem").write_text("not a key")
    other = generate_private_key(SECP256R1())
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "ec.pem").write_bytes(pem)
    public = other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "ec.pub.pem").write_bytes(public)
    for name, output in {
        "text": "not a private key",
        "ec": "another kind than Ed25519",
        "gone": "cannot be read",
    }.items():
        with pytest.raises(UsageError, match=output):
            private_key(tmp_path / f"{name}.pem")
    for path, output in {
        tmp_path / "text.pem": "not an Ed25519 public key",
        tmp_path / "ec.pub.pem": "not an Ed25519 public key",
        key: "is a private key",
    }.items():
        with pytest.raises(UsageError, match=output):
            public_key(path)
