"""Packages that the locked dependencies may not include."""

import subprocess
import sys


def test_json_schemas_are_read_without_compiling_grammars() -> None:
    program = "import sys, jsonschema; sys.exit('lark' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
