"""Reports: one findings model, and views of it for people and for machines.

    report = assess("essex", from_plan(plan), Source.PLAN, root=root)
    print(report.answer)
    write([report], Path("report"))

`subject` reads the resources of a plan or a state, `assess` judges them, `findings` is the model of the results,
`coverage` relates them to controls, `terminal` and `html` show them, `write` writes them to files. Importing this
package loads neither Jinja nor Rich.
"""

from bluelamp.reports.assess import assess
from bluelamp.reports.findings import Answer, Finding, Report, Source
from bluelamp.reports.subject import from_plan, from_state
from bluelamp.reports.write import write

__all__ = ["Answer", "Finding", "Report", "Source", "assess", "from_plan", "from_state", "write"]
