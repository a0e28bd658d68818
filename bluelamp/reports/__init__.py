"""Reports: one findings model, and views of it for people and for machines.

    report = assess("essex", from_plan(plan), Source.PLAN, root=root)
    print(report.answer)
    write([report], Path("report"))

`subject` makes resources of a plan or a state, `assess` judges them, `findings` is what it finds, `coverage` relates
that to controls, `terminal` and `html` show it, `write` keeps it. Importing this loads neither Jinja nor Rich.
"""

from bluelamp.reports.assess import assess
from bluelamp.reports.findings import Answer, Finding, Report, Source
from bluelamp.reports.subject import from_plan, from_state
from bluelamp.reports.write import write

__all__ = ["Answer", "Finding", "Report", "Source", "assess", "from_plan", "from_state", "write"]
