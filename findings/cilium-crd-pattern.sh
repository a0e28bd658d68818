#!/usr/bin/env bash
# Cilium's custom resource definitions: a pattern that an API server accepts, and Python's jsonschema refuses.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
go mod init finding 2> /dev/null
found=$(go mod download -json github.com/cilium/cilium@v1.18.4 | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
cp "$found/pkg/k8s/apis/cilium.io/client/crds/v2/ciliumnetworkpolicies.yaml" crd.yaml
cat > main.go << 'GO'
package main

import (
	"fmt"
	"os"
	"regexp"
)

func main() {
	fmt.Print(regexp.MustCompile(os.Args[1]).MatchString(os.Args[2]))
}
GO
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check jsonschema==4.26.0 pyyaml==6.0.3
cat > main.py << 'PY'
import re
import subprocess
import sys

import jsonschema
import yaml


def patterns(node):
    """Every pattern in a schema."""
    if isinstance(node, dict):
        if isinstance(node.get("pattern"), str):
            yield node["pattern"]
        node = list(node.values())
    for item in node if isinstance(node, list) else ():
        yield from patterns(item)


definition = yaml.safe_load(open("crd.yaml"))
schema = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]


def refused(pattern):
    """Whether Python's jsonschema refuses the pattern itself."""
    try:
        jsonschema.validate("a name", {"type": "string", "pattern": pattern})
    except (re.error, jsonschema.SchemaError):
        return True
    except jsonschema.ValidationError:
        return False
    return False


odd = sorted({each for each in patterns(schema) if refused(each)})
print("cilium 1.18.4, jsonschema 4.26.0")
print("expected: every pattern of the definition can be read by a validator of JSON Schema, and means one thing")
print(f"seen: jsonschema refuses {odd}")
go = subprocess.run(["go", "run", ".", odd[0], "a name"], check=True, capture_output=True, text=True).stdout if odd else ""
print(f"seen: Go says that 'a name' matches: {go}")
sys.exit(0 if odd == [r"^\PC*$"] and go == "true" else 1)
PY
venv/bin/python main.py
