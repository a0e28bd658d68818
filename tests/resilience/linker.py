"""What stands in for Go where a point is not about Go: the same answers, and the binary written bit by bit."""

import os
import sys
import time

_STEPS = 40
_SECONDS = 1.2


def main(words: list[str]) -> None:
    """Answers as `go` does to what a build of the engine asks of it."""
    built = os.environ["BLUELAMP_RESILIENCE_BUILT"]
    if words[:2] == ["list", "-deps"]:
        sys.stdout.write("package\n" * _STEPS)
    elif words[:2] == ["list", "-m"]:
        folder = os.path.join(os.environ["TMPDIR"], "..", "sdk")
        inside = os.path.join(folder, "python", "cmd")
        os.makedirs(inside, exist_ok=True)
        name = "pulumi-language-python-exec"
        with open(os.path.join(built, name), "rb") as stream, open(os.path.join(inside, name), "wb") as copy:
            copy.write(stream.read())
        sys.stdout.write(f"{os.path.realpath(folder)}\n")
    elif words[:1] == ["build"]:
        link(os.path.join(built, "pulumi"), words[words.index("-o") + 1])


def link(source: str, target: str) -> None:
    """Writes the binary in steps, with a line of progress for each, as a linker fills its file."""
    size = os.path.getsize(source) // _STEPS + 1
    with open(source, "rb") as stream, open(target, "wb") as copy:
        while part := stream.read(size):
            sys.stderr.write("package\n")
            sys.stderr.flush()
            time.sleep(_SECONDS / _STEPS)
            copy.write(part)
            copy.flush()
    os.chmod(target, 0o755)


if __name__ == "__main__":
    main(sys.argv[1:])
