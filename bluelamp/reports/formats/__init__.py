"""The report in the formats of other tools, with a module and a function for each."""
