"""Reports: one findings model, and views of it for people and for machines.

    report = assess("essex", bluelamp.resources.from_plan(plan), Source.PLAN, root=root)
    print(report.answer)
    write([report], Path("report"))

`assess` judges resources, `findings` is the model of the results, `coverage` relates them to controls, `terminal` and
`html` show them, `write` writes them to files. Importing this package loads neither Jinja nor Rich.
"""

from bluelamp.reports.assess import assess
from bluelamp.reports.findings import Answer, Finding, Report, Source
from bluelamp.reports.write import write

__all__ = ["Answer", "Finding", "Report", "Source", "assess", "write"]
