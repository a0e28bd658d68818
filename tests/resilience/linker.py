"""A stand-in for Go at points that are not about Go: the same answers, and the binary written in steps."""

import os
import shutil
import sys
import time
from pathlib import Path

_STEPS = 40
_SECONDS = 1.2
_EXECUTOR = "pulumi-language-python-exec"


def main(words: list[str]) -> None:
    """Answers the calls to `go` that a build of the engine makes."""
    built = Path(os.environ["BLUELAMP_RESILIENCE_BUILT"])
    if words[:2] == ["list", "-deps"]:
        sys.stdout.write("package\n" * _STEPS)
    elif words[:2] == ["list", "-m"]:
        folder = Path(os.environ["BLUELAMP_CACHE"]).parent / "sdk"
        inside = folder / "python" / "cmd"
        inside.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(built / _EXECUTOR, inside / _EXECUTOR)
        sys.stdout.write(f"{folder}\n")
    elif words[:1] == ["build"]:
        link(built / "pulumi", Path(words[words.index("-o") + 1]))


def link(source: Path, target: Path) -> None:
    """Writes the binary in steps with a line of progress for each, as a linker fills its file."""
    size = source.stat().st_size // _STEPS + 1
    with source.open("rb") as stream, target.open("wb") as copy:
        while part := stream.read(size):
            sys.stderr.write("package\n")
            sys.stderr.flush()
            time.sleep(_SECONDS / _STEPS)
            copy.write(part)
            copy.flush()
    target.chmod(0o755)


if __name__ == "__main__":
    main(sys.argv[1:])
