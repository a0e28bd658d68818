"""What of the build `pyproject.toml` cannot say."""

import re
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

_VIRTUALENV = re.compile(r"^  options:\n    virtualenv:.*\n", re.MULTILINE)


class Build(build_py):
    """Packs name the checkout's `.venv`; an installed pack runs in the environment that it is part of."""

    def run(self) -> None:
        """Copies the package, and takes the checkout's environment out of what was copied."""
        super().run()
        if not self.editable_mode:
            for path in Path(self.build_lib).rglob("Pulumi*.yaml"):
                path.write_text(_VIRTUALENV.sub("", path.read_text(encoding="utf-8")), encoding="utf-8")


setup(cmdclass={"build_py": Build})
