"""The report in the formats of other tools, a module each; every one is a function from a report to text."""
