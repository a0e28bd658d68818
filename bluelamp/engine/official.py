"""The official Pulumi release: one version, with one SHA-256 for each platform.

`official.json` holds the version, the digests and the address where they are published. An archive with another digest
is never unpacked, from any source.
"""

import hashlib
import http.client
import json
import os
import platform
import sys
import tarfile
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable
from functools import cache as once
from pathlib import Path, PurePosixPath
from typing import Any, Final

from bluelamp.engine.integrity import discard, record, remove
from bluelamp.errors import EngineError
from bluelamp.folders import cache

Report = Callable[[str, float | None], None]

_PLACE: Final = "https://get.pulumi.com/releases/sdk"
_MIRROR: Final = "BLUELAMP_ENGINE_MIRROR"
_SECONDS: Final = 20
_LARGEST: Final = 2_000_000_000
_CHUNK: Final = 1 << 20
_MACHINES: Final = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}


@once
def _pinned() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(Path(__file__).with_name("official.json").read_text(encoding="utf-8"))
    return content


def official_version() -> str:
    """The version of the official release to install, such as `3.259.0`."""
    return str(_pinned()["version"])


def official_folder() -> Path:
    """The path of this official release, whether it is installed or not."""
    return cache() / "engine" / f"official-{official_version()}"


def official_platform() -> str:
    """This platform in the release's archive names, such as `linux-x64`."""
    machine = platform.machine().lower()
    return f"{sys.platform}-{_MACHINES.get(machine, machine)}"


def fetch(report: Report, version_of: Callable[[Path], str | None]) -> Path:
    """Downloads, verifies and installs the release, and returns its binary.

    `$BLUELAMP_ENGINE_MIRROR` names another address for the archives. Raises `EngineError` if no digest is pinned for
    this platform, the archive cannot be fetched or has another digest, or it does not run here.
    """
    digest = _pinned()["archives"].get(official_platform())
    if digest is None:
        raise EngineError(f"no digest of the official release is pinned for {official_platform()}")
    target = official_folder()
    work = target.with_name(f".{target.name}.{os.getpid()}")
    remove(work)
    try:
        (work / "bin").mkdir(parents=True)
        archive = work / "archive.tar.gz"
        _download(archive, digest, report)
        _unpack(archive, work / "bin")
        archive.unlink()
        said = version_of(work / "bin" / "pulumi")
        if said != official_version():
            raise EngineError(f"the official release does not run here (it says {said or 'nothing'})")
        discard(target)
        record(work, target, official_version())
        work.rename(target)
    except OSError as error:
        raise EngineError(f"{work}: {error.strerror or error}", next_step="free some disk space") from error
    finally:
        remove(work)
    return target / "bin" / "pulumi"


def _download(archive: Path, digest: str, report: Report) -> None:
    place = os.environ.get(_MIRROR) or _PLACE
    if not place.startswith(("https://", "http://", "file://")):
        raise EngineError(f"{_MIRROR} is {place[:80]!r}; allowed: an https, http or file address")
    address = f"{place.rstrip('/')}/pulumi-v{official_version()}-{official_platform()}.tar.gz"
    found, done = hashlib.sha256(), 0
    try:
        with urllib.request.urlopen(address, timeout=_SECONDS) as stream, archive.open("wb") as file:  # noqa: S310 - above
            size = int(stream.headers.get("Content-Length") or 0)
            while piece := stream.read(_CHUNK):
                found.update(piece)
                file.write(piece)
                done += len(piece)
                if done > _LARGEST:
                    raise EngineError(f"{address} has more than {_LARGEST:,} bytes")
                report("downloading the official engine", min(done / size, 1.0) if size else None)
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError, ValueError) as error:
        raise EngineError(f"{address} cannot be fetched: {getattr(error, 'reason', None) or error}") from error
    if found.hexdigest() != digest:
        raise EngineError(
            f"{address} has the SHA-256 {found.hexdigest()}, and {digest} is pinned; nothing of it was unpacked"
        )


def _unpack(archive: Path, folder: Path) -> None:
    """The archive's programs, all in its folder `pulumi`; links, devices and other folders are left out."""
    try:
        with tarfile.open(archive, "r:gz") as content:
            for member in content:
                name = PurePosixPath(member.name)
                wanted = member.isreg() and name.parts[:-1] == ("pulumi",) and name.name not in (".", "..")
                source = content.extractfile(member) if wanted else None
                if source is None:
                    continue
                path = folder / name.name
                with path.open("xb") as file:
                    while piece := source.read(_CHUNK):
                        file.write(piece)
                path.chmod(0o755 if member.mode & 0o100 else 0o644)
    except (tarfile.TarError, zlib.error, EOFError) as error:
        raise EngineError(f"the official archive cannot be unpacked: {error}") from error
