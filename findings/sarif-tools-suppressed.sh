#!/usr/bin/env bash
# sarif-tools: a suppressed result, and one that is absent since the baseline, count as errors.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile sarif-tools==3.0.5
cd "$work"
cat > log.sarif << 'JSON'
{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "baseline", "rules": [{"id": "STO-002"}]}}, "results": [
  {"ruleId": "STO-002", "level": "error", "message": {"text": "TLS 1.0 is accepted"}},
  {"ruleId": "STO-002", "level": "error", "message": {"text": "accepted until June"},
   "suppressions": [{"kind": "external", "status": "accepted"}]},
  {"ruleId": "STO-002", "level": "error", "message": {"text": "fixed"}, "baselineState": "absent"}
]}]}
JSON
venv/bin/python -m pip show sarif-tools 2> /dev/null | sed -n '1,2p'
echo "expected: one error; a suppressed result was accepted, and an absent one no longer occurs"
status=0
seen=$(venv/bin/sarif --check error summary log.sarif 2>&1) || status=$?
echo "seen: $(grep '^error' <<< "$seen"); exit status $status"
grep -qx 'error: 3' <<< "$seen"
test "$status" -ne 0
