#!/usr/bin/env bash
# Dask distributed: the scheduler needs the modules of the functions that only workers run.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile distributed==2026.8.0
mkdir "$work/own"
echo 'def double(number): return 2 * number' > "$work/own/ours.py"
cat > "$work/own/finding.py" << 'PYTHON'
import sys

from distributed import Client
from ours import double

if __name__ == "__main__":
    with Client(scheduler_file=sys.argv[1]) as client:
        client.wait_for_workers(1, timeout=120)
        try:
            answer = f"it is {client.submit(double, 21).result(timeout=120)}"
        except RuntimeError as error:
            answer = f"it fails: {str(error).splitlines()[0]}"
    print("expected: a task whose function the client and the worker can import is done")
    print(f"seen, where the scheduler cannot import it: {answer}")
    sys.exit("deserialization of the task graph" not in answer)
PYTHON
file="$work/scheduler.json"
options=(--host 127.0.0.1 --no-dashboard)
(cd "$work" && exec "$work/venv/bin/dask" scheduler "${options[@]}" --port 0 --scheduler-file "$file" 2> /dev/null) &
scheduler=$!
trap 'kill -9 $scheduler ${worker:-} 2> /dev/null || true; rm -rf "$work"' EXIT
while [ ! -s "$file" ]; do sleep 0.2; done
(cd "$work/own" && PYTHONPATH="$work/own" exec "$work/venv/bin/dask" worker "${options[@]}" --no-nanny \
  --scheduler-file "$file" 2> /dev/null) &
worker=$!
(cd "$work/own" && "$work/venv/bin/python" finding.py "$file")
