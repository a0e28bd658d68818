"""Digital capture from data contracts: JSON Schemas for records, forms, checked submissions and schema groups.

`record_schemas` generates a JSON Schema (2020-12) for each table of a contract and lists what the schema cannot
express. `check` accepts or quarantines each submitted record, and loses none.
"""

from bluelamp.workloads.capture.form import Field, fields
from bluelamp.workloads.capture.group import schema_group
from bluelamp.workloads.capture.records import Checked, LostRecordsError, UnreadableError, check
from bluelamp.workloads.capture.schema import NotExpressed, RecordSchema, record_schemas

__all__ = [
    "Checked",
    "Field",
    "LostRecordsError",
    "NotExpressed",
    "RecordSchema",
    "UnreadableError",
    "check",
    "fields",
    "record_schemas",
    "schema_group",
]
