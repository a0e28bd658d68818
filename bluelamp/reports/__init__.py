"""Reports: one findings model, and views of it for people and for machines.

    report = assess("essex", from_plan(plan), Source.PLAN, root=root)
    print(report.answer)
    write([report], Path("report"))

`subject` makes resources of a plan or a state, `findings` judges them, `coverage` relates the findings to controls,
`terminal` and `html` show them, `write` keeps them. Importing this loads neither Jinja nor Rich.
"""

from bluelamp.reports.findings import Answer, Finding, Report, Source, assess
from bluelamp.reports.subject import from_plan, from_state
from bluelamp.reports.write import write

__all__ = ["Answer", "Finding", "Report", "Source", "assess", "from_plan", "from_state", "write"]
