"""Digital capture from data contracts: JSON Schemas for records, forms, checked submissions and schema groups.

`record_schemas` makes a JSON Schema (2020-12) for each table of a contract and names what a schema cannot say. `check`
divides submitted records into accepted ones and quarantine, and loses none.
"""

from bluelamp.workloads.capture.form import Field, fields
from bluelamp.workloads.capture.group import schema_group
from bluelamp.workloads.capture.records import Checked, LostRecordsError, UnreadableError, check
from bluelamp.workloads.capture.schema import RecordSchema, Unsaid, record_schemas

__all__ = [
    "Checked",
    "Field",
    "LostRecordsError",
    "RecordSchema",
    "UnreadableError",
    "Unsaid",
    "check",
    "fields",
    "record_schemas",
    "schema_group",
]
