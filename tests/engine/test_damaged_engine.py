"""A cached engine that differs from what was installed is found, reported and replaced, without a traceback."""

import functools
import hashlib
import http.server
import io
import json
import os
import shutil
import stat
import struct
import subprocess
import sys
import tarfile
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bluelamp.engine import find, official
from bluelamp.engine.build import built_folder, pinned_version
from bluelamp.engine.install import install
from bluelamp.engine.integrity import damage, record, record_of
from bluelamp.errors import EngineError
from tests.conftest import COMMAND, environment
from tests.thorough import tries

FILES = ("pulumi", "pulumi-language-python", "pulumi-language-python-exec")

FAKE_GO = """#!/bin/sh
case "$1" in
  mod) ;;
  list) case "$2" in -deps) echo a b ;; *) echo {sdk} ;; esac ;;
  build) echo run >> {log}; while [ "$1" != -o ]; do shift; done; printf '#!/bin/sh\\necho v{version}\\n' > "$2"; chmod +x "$2" ;;
esac
"""


GROWING_GO = """#!/bin/sh
case "$1" in
  mod) ;;
  list) case "$2" in -deps) echo a b ;; *) echo {sdk} ;; esac ;;
  build) while [ "$1" != -o ]; do shift; done
    printf '#!/bin/sh\\necho v{version}\\nexit\\n' > "$2" && head -c 10000 /dev/zero >> "$2" && chmod +x "$2" ;;
esac
"""


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, with a `go` that builds at once; the engine that it builds only prints its version."""
    sdk = tmp_path / "sdk" / "python" / "cmd"
    sdk.mkdir(parents=True)
    (sdk / "pulumi-language-python-exec").write_text("# runs programs\n", encoding="utf-8")
    text = FAKE_GO.format(sdk=tmp_path / "sdk", log=tmp_path / "builds", version=pinned_version())
    program(tmp_path / "bin" / "go", text)
    monkeypatch.setenv("BLUELAMP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("BLUELAMP_ENGINE_MIRROR", f"file://{tmp_path}/nowhere")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.delenv("BLUELAMP_ENGINE", raising=False)
    return tmp_path / "cache"


def command(*words: str, **extra: str) -> "subprocess.CompletedProcess[str]":
    ran = subprocess.run(
        [str(COMMAND), *words], check=False, capture_output=True, text=True, env=environment(**extra), timeout=300
    )
    assert "Traceback" not in ran.stderr
    return ran


def installed() -> Path:
    engine = install(lambda *_: None)
    assert engine.origin == "built"
    return engine.path.parent


def builds(cache: Path) -> int:
    return (cache.parent / "builds").read_text(encoding="utf-8").count("run")


# Each function damages one file of the engine.


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def halved(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def cut_by_one(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


def text_file(path: Path) -> None:
    path.write_text("not a program\n", encoding="utf-8")


def one_byte(path: Path) -> None:
    about = path.stat()
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))


def not_executable(path: Path) -> None:
    path.chmod(0o000 if path.name != FILES[2] else 0o666)


def writable_by_all(path: Path) -> None:
    path.chmod(0o777)


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def link_loop(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


def link_elsewhere(path: Path) -> None:
    moved = path.parent.parent.parent / path.name
    path.rename(moved)
    path.symlink_to(moved)


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def gone(path: Path) -> None:
    path.unlink()


def more(path: Path) -> None:
    (path.parent / "git").write_text("#!/bin/sh\n", encoding="utf-8")


DAMAGES = [emptied, halved, cut_by_one, text_file, one_byte, not_executable, writable_by_all, folder, link_loop]
DAMAGES += [link_elsewhere, pipe, gone, more]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("harm", DAMAGES, ids=lambda harm: harm.__name__)
def test_a_damaged_file_is_found_and_replaced(cache: Path, harm: Callable[[Path], None], name: str) -> None:
    place = installed()
    assert find.find() is not None
    harm(place / name)
    assert find.find() is None
    assert str(place / "pulumi") in find.missing()
    assert installed() == place
    assert find.find(full=True) is not None
    assert builds(cache) == 2


def test_a_damaged_engine_is_reported_with_the_command_that_repairs_it(cache: Path) -> None:
    place = installed()
    healthy = command("doctor", "--format", "json")
    assert "every file verified" in healthy.stdout
    halved(place / "pulumi")
    status = command("engine", "status")
    assert status.returncode == 1
    assert "damaged: pulumi has" in status.stderr
    assert "bluelamp engine install" in status.stderr
    doctor = command("doctor")
    assert doctor.returncode == 1
    assert "damaged: pulumi has" in doctor.stdout
    assert "bluelamp engine install" in doctor.stdout
    assert "unusable engine: " in doctor.stdout
    assert "missing  engine" not in doctor.stdout
    checks = json.loads(command("doctor", "--format", "json").stdout)["result"]["checks"]
    (engine,) = [each for each in checks if each["what"] == "engine"]
    assert engine["state"] == "unusable"
    given = json.loads(command("engine", "status", "--format", "json").stdout)
    assert "damaged" in given["problems"][0]["message"]
    unusable = given["result"]
    assert unusable["engine"] is None
    assert unusable["unusable"]
    repaired = command("engine", "install")
    assert repaired.returncode == 0, repaired.stderr
    assert command("engine", "status").returncode == 0
    assert builds(cache) == 2


def test_commands_that_need_the_engine_replace_a_damaged_one_first(cache: Path) -> None:
    halved(installed() / "pulumi")
    # The stand-in cannot bring anything up; what matters is that it is new and that the failure is clear.
    output = command("rehearse", "--", "pulumi", "version")
    assert pinned_version() in output.stdout
    assert builds(cache) == 2


def test_another_engine_is_used_and_the_damaged_one_is_still_reported(cache: Path) -> None:
    halved(installed() / "pulumi")
    program(cache.parent / "bin" / "pulumi", "#!/bin/sh\necho v3.999.0\n")
    status = command("engine", "status")
    assert status.returncode == 0
    assert "3.999.0, found" in status.stdout
    assert "damaged" in status.stderr
    assert "bluelamp engine install" in status.stderr
    assert "damaged" in command("doctor").stdout
    assert command("engine", "install").returncode == 0
    assert "damaged" not in command("doctor").stdout


# The record itself.

NOT_RECORDS = [
    "",
    "{",
    "[]",
    "null",
    "1",
    '"x"',
    "[" * 5000,
    '{"format":1}',
    '{"format":2,"version":"3.259.0","files":{}}',
]
NOT_RECORDS += ['{"format":1,"version":"3.259.0","files":[]}', '{"format":1,"version":"3.259.0","files":{"pulumi":3}}']
NOT_RECORDS += ['{"format":1,"version":"3.259.0","files":{}}', '{"format":1,"version":"0.0.1","files":{}}', "\udcff"]


@pytest.mark.parametrize("content", NOT_RECORDS)
def test_an_engine_with_an_invalid_record_is_not_used(cache: Path, content: str) -> None:
    place = installed()
    record_of(place).write_bytes(content.encode("utf-8", "surrogateescape"))
    assert find.find() is None
    assert "damaged" in find.missing()


def test_an_engine_without_a_record_is_not_used(cache: Path) -> None:
    place = installed()
    record_of(place).unlink()
    assert find.find() is None
    record_of(place).mkdir()
    assert find.find() is None
    assert installed() == place


MANY = {"derandomize": True, "deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}
CONTENT = st.binary(max_size=40)
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


@st.composite
def changes(draw: st.DrawFn) -> tuple[dict[str, bytes], dict[str, bytes | None]]:
    """The files of an engine, each with new content or deleted (None)."""
    names = st.sampled_from(["pulumi", "bin/pulumi", "a", "b/c", "pulumi-language-python"])
    before = draw(st.dictionaries(names, CONTENT, min_size=1, max_size=4))
    after: dict[str, bytes | None] = dict(before)
    for name in draw(st.lists(st.sampled_from(sorted({*before, "new", "b/new"})), min_size=1, max_size=3)):
        old = before.get(name, b"")
        kind = draw(st.sampled_from(["cut", "flip", "gone", "other", "longer"]))
        if kind == "cut" and old:
            after[name] = old[: draw(st.integers(0, len(old) - 1))]
        elif kind == "flip" and old:
            place = draw(st.integers(0, len(old) - 1))
            after[name] = old[:place] + bytes([old[place] ^ draw(st.integers(1, 255))]) + old[place + 1 :]
        elif kind == "gone":
            after[name] = None
        elif kind == "longer":
            after[name] = old + draw(st.binary(min_size=1, max_size=5))
        else:
            after[name] = draw(CONTENT)
    return before, {name: content for name, content in after.items() if content is not None or name in before}


@settings(max_examples=tries(1500), **MANY)
@given(case=changes(), full=st.booleans(), same_time=st.booleans())
def test_any_change_to_any_file_is_damage(
    case: tuple[dict[str, bytes], dict[str, bytes | None]], full: bool, same_time: bool
) -> None:
    before, after = case
    with tempfile.TemporaryDirectory(dir=MEMORY) as place:
        target = Path(place) / "engine"
        for name, content in before.items():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_bytes(content)
        record(target, target, "1.2.3")
        assert damage(target, "1.2.3") == ""
        assert damage(target, "1.2.3", full=full) == ""
        assert damage(target, "1.2.4") != ""
        for name, kept in after.items():
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            times = path.stat() if path.exists() else None
            if kept is None:
                path.unlink()
            elif kept != before.get(name):
                path.write_bytes(kept)
                if times and same_time:
                    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        assert (damage(target, "1.2.3", full=full) == "") == (after == before)


# Programs that are not an engine.


def elf(machine: int) -> bytes:
    """The ELF header of a program for another machine."""
    ident = b"\x7fELF\x02\x01\x01" + bytes(9)
    return ident + struct.pack("<HHIQQQIHHHHHH", 2, machine, 1, 0x400000, 64, 0, 0, 64, 56, 0, 64, 0, 0) + bytes(200)


WRONG: dict[str, bytes] = {
    "empty": b"",
    "text": b"hello\n",
    "other-machine": elf(0xB7 if os.uname().machine == "x86_64" else 0x3E),
    "cut-elf": elf(0x3E)[:20],
    "no-interpreter": b"#!/nowhere/sh\n",
    "fails": b"#!/bin/sh\necho 'error: broken' >&2\nexit 3\n",
    "crashes": b"#!/bin/sh\nkill -SEGV $$\n",
    "no-version": b"#!/bin/sh\necho hello\n",
    "old": b"#!/bin/sh\necho v3.1.0\n",
    "long-version": b"#!/bin/sh\necho v99999999999999999999999.1.1\n",
    "four-parts": b"#!/bin/sh\necho v3.999.0.1\n",
    "bytes": b"#!/bin/sh\nprintf '\\377\\376\\000v3.999.0'\n",
    "hidden-version": b"#!/bin/sh\necho usage: program 9.9.9\n",
    "endless": b"#!/bin/sh\nexec yes v3.999.0\n",
}


def wrong(place: Path, kind: str) -> Path:
    path = place / "other" / "pulumi"
    path.parent.mkdir()
    path.write_bytes(WRONG[kind])
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("kind", WRONG)
def test_a_program_that_is_not_an_engine_is_refused(cache: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = wrong(cache.parent, kind)
    monkeypatch.setenv("BLUELAMP_ENGINE", str(path))
    assert find.find() is None
    assert str(path) in find.missing()
    with pytest.raises(EngineError, match="BLUELAMP_ENGINE") as refused:
        install(lambda *_: None)
    assert refused.value.next_step
    assert not (cache.parent / "builds").exists()


def test_every_command_refuses_a_program_that_is_not_an_engine_without_a_traceback(cache: Path) -> None:
    path = wrong(cache.parent, "other-machine")
    for words in (("engine", "status"), ("engine", "install"), ("preview", "--rehearse", "dyfed-powys"), ("doctor",)):
        output = command(*words, BLUELAMP_ENGINE=str(path))
        assert output.returncode == 1, output.stdout
        assert str(path) in output.stderr + output.stdout
        assert "BLUELAMP_ENGINE" in output.stderr + output.stdout or "next:" in output.stderr


@pytest.mark.parametrize(
    "make",
    [Path.mkdir, lambda path: path.symlink_to(path), os.mkfifo, lambda _: None],
    ids=["folder", "loop", "pipe", "none"],
)
def test_a_path_that_is_no_program_is_refused_clearly(cache: Path, make: Callable[[Path], object]) -> None:
    path = cache.parent / "named"
    make(path)
    output = command("engine", "status", BLUELAMP_ENGINE=str(path))
    assert output.returncode == 1
    assert str(path) in output.stderr


def test_a_hanging_program_is_ended(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "_SECONDS", 0.5)
    path = program(cache.parent / "hangs", "#!/bin/sh\nsleep 5151 &\nwait\n")
    monkeypatch.setenv("BLUELAMP_ENGINE", str(path))
    assert find.find() is None
    assert "did not end within" in find.missing()
    assert "sleep 5151" not in subprocess.run(["ps", "-eo", "args"], check=True, capture_output=True, text=True).stdout


def test_a_relative_engine_path_is_the_same_in_every_folder(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(cache.parent / "mine" / "pulumi", "#!/bin/sh\necho v3.999.0\n")
    monkeypatch.chdir(cache.parent)
    monkeypatch.setenv("BLUELAMP_ENGINE", "mine/pulumi")
    engine = find.find()
    assert engine is not None
    assert engine.path == cache.parent / "mine" / "pulumi"


def test_an_engine_in_a_relative_folder_of_the_path_is_not_used(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(cache.parent / "mine" / "pulumi", "#!/bin/sh\necho v3.999.0\n")
    monkeypatch.chdir(cache.parent)
    monkeypatch.setenv("PATH", f"mine:{os.environ['PATH']}")
    assert find.find() is None
    assert "relative" in find.missing()


# Interrupted installations.


def dead_process() -> int:
    ended = subprocess.Popen(["true"])
    ended.wait()
    return ended.pid


def test_leftover_folders_of_dead_processes_are_removed_and_those_of_live_ones_stay(cache: Path) -> None:
    place = installed()
    engines = place.parent
    dead = dead_process()
    left = [f".{place.name}.{dead}", ".built-3.1.0-abc.999999999", ".official.x8f2kq", f".official-3.1.0.{dead}"]
    for name in left:
        (engines / name).mkdir()
        (engines / name / "pulumi").write_text("half", encoding="utf-8")
    (engines / f".{place.name}.json.{dead}.1234.tmp").write_text("{", encoding="utf-8")
    live = subprocess.Popen(["sleep", "600"])
    try:
        kept = engines / f".{place.name}.{live.pid}"
        kept.mkdir()
        assert command("engine", "install").returncode == 0
        assert sorted(path.name for path in engines.iterdir() if path.name.startswith(".")) == [kept.name]
    finally:
        live.kill()
        live.wait()
    assert builds(cache) == 1


def test_a_killed_installation_is_completed_by_the_next(cache: Path) -> None:
    """Kills the installation at many points; after each, the next one gives a working engine."""
    slow = (cache.parent / "bin" / "go").read_text(encoding="utf-8").replace("build)", "build) sleep 0.05;")
    program(cache.parent / "bin" / "go", slow)
    script = "from bluelamp.engine.install import install; install(lambda *_: None)"
    for point in range(12):
        shutil.rmtree(cache, ignore_errors=True)
        with subprocess.Popen([sys.executable, "-c", script], start_new_session=True) as child:
            # The points are steps of the work, not times: the number of entries that the engines' folder has had.
            seen: set[str] = set()
            while child.poll() is None and len(seen) < point:
                seen |= {folder + name for folder, folders, files in os.walk(cache) for name in (*folders, *files)}
            child.kill()
        assert find.find() is None or damage(built_folder(), pinned_version(), full=True) == ""
        place = installed()
        assert damage(place, pinned_version(), full=True) == ""
        assert not [path for path in place.parent.iterdir() if path.name.startswith(".")]


def test_a_full_disk_is_reported_and_leaves_nothing(cache: Path) -> None:
    full = (
        (cache.parent / "bin" / "go")
        .read_text(encoding="utf-8")
        .replace("build)", "build) echo 'no space left on device' >&2; exit 1;")
    )
    program(cache.parent / "bin" / "go", full)
    output = command("engine", "install")
    assert output.returncode == 1
    assert "no space left on device" in output.stderr
    assert sorted(path.name for path in (cache / "engine").iterdir()) == ["lock"]


def test_a_disk_that_fills_up_at_any_point_leaves_nothing_that_is_used(cache: Path) -> None:
    """A limit on the size of a file simulates a disk that fills up after so many bytes."""
    script = (
        "import resource, sys\n"
        "from bluelamp.engine.install import install\n"
        "from bluelamp.errors import EngineError\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)\n"
        "try:\n    install(lambda *_: None)\n"
        "except EngineError as error:\n    sys.exit(error.message)\n"
    )
    program(cache.parent / "bin" / "go", GROWING_GO.format(sdk=cache.parent / "sdk", version=pinned_version()))
    for limit in (0, 1, 20, 30, 100, 250, 300, 400, 500, 600, 900, 5_000):
        shutil.rmtree(cache, ignore_errors=True)
        words = [sys.executable, "-B", "-c", script, str(limit)]
        ended = subprocess.run(words, check=False, capture_output=True, text=True)
        assert "Traceback" not in ended.stderr
        assert ended.returncode == 1, limit
        assert ended.stderr.strip()
        assert find.find() is None
        place = installed()
        assert damage(place, pinned_version(), full=True) == ""
        assert not [path for path in place.parent.iterdir() if path.name.startswith(".")]


def test_an_unwritable_cache_is_reported(cache: Path) -> None:
    cache.write_text("a file", encoding="utf-8")
    output = command("engine", "install")
    assert output.returncode == 1
    assert "cannot be written" in output.stderr
    assert command("engine", "status").returncode == 1


@pytest.mark.parametrize("message", ["v3.1.0", "nothing"])
def test_a_build_that_does_not_run_is_not_installed(cache: Path, message: str) -> None:
    wrong = (
        (cache.parent / "bin" / "go")
        .read_text(encoding="utf-8")
        .replace(f"echo v{pinned_version()}", f"echo {message}")
    )
    program(cache.parent / "bin" / "go", wrong)
    output = command("engine", "install")
    assert output.returncode == 1
    assert "does not run here" in output.stderr
    assert find.find() is None


# The official release.


def archive(*, message: str = "", names: tuple[str, ...] = ("pulumi/pulumi", "pulumi/pulumi-language-python")) -> bytes:
    content = f"#!/bin/sh\necho v{message or official.official_version()}\n".encode()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as made:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o755
            made.addfile(member, io.BytesIO(content))
        link = tarfile.TarInfo("pulumi/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        made.addfile(link)
    return packed.getvalue()


@pytest.fixture
def mirror(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bytes], None]]:
    """A mirror that serves the given archive, and whether its digest is the pinned one."""
    place = cache.parent / "mirror"
    place.mkdir()
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(place))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(http.server.SimpleHTTPRequestHandler, "log_message", lambda *_: None)
    monkeypatch.setenv("BLUELAMP_ENGINE_MIRROR", f"http://127.0.0.1:{server.server_port}/")
    name = f"pulumi-v{official.official_version()}-{official.official_platform()}.tar.gz"

    def serve(content: bytes) -> None:
        (place / name).write_bytes(content)

    yield serve
    server.shutdown()
    server.server_close()


def pinned(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    """Pins the digest of `content` instead of the release's, which no test can download."""
    digest = hashlib.sha256(content).hexdigest()
    values = {"version": official.official_version(), "archives": {official.official_platform(): digest}}
    monkeypatch.setattr(official, "_pinned", lambda: values)


def test_an_archive_with_the_pinned_digest_is_installed(
    mirror: Callable[[bytes], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    content = archive(names=("pulumi/pulumi", "pulumi/pulumi-language-python", "../escaped", "pulumi/a/b", "/root"))
    mirror(content)
    pinned(monkeypatch, content)
    engine = install(lambda *_: None)
    assert engine.origin == "official"
    assert sorted(path.name for path in engine.path.parent.iterdir()) == ["pulumi", "pulumi-language-python"]
    halved(engine.path)
    assert find.find() is None
    assert install(lambda *_: None).origin == "official"


@pytest.mark.parametrize(
    "content", [b"", b"not an archive", archive(), archive()[:100]], ids=["empty", "text", "other", "cut"]
)
def test_an_archive_with_another_digest_is_never_unpacked(
    cache: Path, mirror: Callable[[bytes], None], content: bytes
) -> None:
    mirror(content)
    (cache.parent / "bin" / "go").unlink()
    output = command("engine", "install", PATH="/usr/bin:/bin")
    assert output.returncode == 1
    assert "is pinned; nothing of it was unpacked" in output.stderr
    assert sorted(path.name for path in (cache / "engine").iterdir()) == ["lock"]


def test_an_archive_with_another_digest_is_replaced_by_a_build(cache: Path, mirror: Callable[[bytes], None]) -> None:
    mirror(archive())
    output = command("engine", "install")
    assert output.returncode == 0
    assert "built" in output.stdout
    assert "is pinned" in output.stderr


def test_an_archive_that_prints_another_version_is_not_installed(
    mirror: Callable[[bytes], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    content = archive(message="3.998.0")
    mirror(content)
    pinned(monkeypatch, content)
    assert install(lambda *_: None).origin == "built"


def test_without_a_digest_for_the_platform_nothing_is_downloaded(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(official, "official_platform", lambda: "plan9-mips")
    with pytest.raises(EngineError, match="no digest"):
        official.fetch(lambda *_: None, find.version_of)


def test_the_pinned_digests_are_of_a_supported_version_no_newer_than_the_built_one() -> None:
    data = json.loads(Path(official.__file__).with_name("official.json").read_text(encoding="utf-8"))
    parts = [tuple(map(int, version.split("."))) for version in (data["version"], pinned_version())]
    assert find.MINIMUM <= parts[0] <= parts[1]
    assert sorted(data["archives"]) == ["darwin-arm64", "darwin-x64", "linux-arm64", "linux-x64"]
    assert all(len(digest) == 64 and int(digest, 16) for digest in data["archives"].values())
    assert len(set(data["archives"].values())) == 4


@pytest.mark.parametrize("place", ["ftp://x/", "javascript:1", "/tmp", "data:,x", "--output=x"])
def test_a_mirror_is_a_web_address_or_a_folder(cache: Path, place: str) -> None:
    (cache.parent / "bin" / "go").unlink()
    output = command("engine", "install", BLUELAMP_ENGINE_MIRROR=place, PATH="/usr/bin:/bin")
    assert output.returncode == 1
    assert "BLUELAMP_ENGINE_MIRROR" in output.stderr


def test_the_permissions_of_an_installed_engine_exclude_other_users(cache: Path) -> None:
    before = os.umask(0)
    try:
        place = installed()
    finally:
        os.umask(before)
    assert not [path for path in (place.parent, place, *place.iterdir()) if path.stat().st_mode & stat.S_IWOTH]


def test_an_engine_that_other_users_could_replace_is_not_used(cache: Path) -> None:
    place = installed()
    for folder_ in (place, place.parent):
        folder_.chmod(0o777)
        assert find.find() is None
        assert "other users" in find.missing()
        assert installed() == place
