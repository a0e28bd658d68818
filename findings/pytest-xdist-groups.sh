#!/usr/bin/env bash
# pytest-xdist with pytest 9.2: `--dist loadgroup` accepts the mark `xdist_group` and spreads the group over all workers.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/tests"
cat > "$work/tests/test_group.py" << 'PYTHON'
import os

import pytest


@pytest.mark.xdist_group("server")
@pytest.mark.parametrize("number", range(40))
def test_of_the_group(number):
    print("worker", os.environ["PYTEST_XDIST_WORKER"])
PYTHON
workers() {
  python3 -m venv "$work/venv-$1"
  "$work/venv-$1/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile "pytest==$1" pytest-xdist==3.8.0
  (cd "$work/tests" && "$work/venv-$1/bin/python" -m pytest -n 2 --dist loadgroup -rP -p no:cacheprovider test_group.py) |
    grep '^worker gw' | sort -u | wc -l
}
before=$(workers 9.1.1)
now=$(workers 9.2.0)
echo "pytest-xdist 3.8.0"
echo "expected: the 40 tests of one group run in one worker"
echo "seen: in $before worker with pytest 9.1.1, in $now workers with pytest 9.2.0; no warning"
[ "$before" -eq 1 ] && [ "$now" -eq 2 ]
