"""Runs in the environment of datacontract-cli: prints the results of each contract in FILE... as JSON on the last line."""

import json
import sys

from datacontract.data_contract import DataContract

found = {}
for file in sys.argv[1:]:
    found[file] = [
        {
            "type": check.type,
            "field": check.field,
            "name": check.name,
            "result": getattr(check.result, "value", None),
            "reason": check.reason,
            "diagnostics": check.diagnostics,
        }
        for check in DataContract(data_contract_file=file).test().checks
    ]
print("\n" + json.dumps(found, default=str))  # noqa: T201 - read by the other program
