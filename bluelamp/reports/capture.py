"""A form for the records of a table, as a page that works without a server or a network."""

from typing import Final

from bluelamp import __version__
from bluelamp.core.contracts import Contract
from bluelamp.reports.html import render
from bluelamp.workloads.capture import RecordSchema, fields

STYLES: Final = ("report.css", "capture.css")


def to_html(contract: Contract, schema: RecordSchema) -> str:
    """The form for one table of `contract`."""
    form = fields(schema)
    shown = {"contract": contract, "schema": schema, "form": form, "version": __version__}
    return render("capture.html.j2", "capture.js", shown, styles=STYLES)
