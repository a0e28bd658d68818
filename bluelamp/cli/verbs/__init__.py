"""The verbs, one per file; every file defines `add(app)`."""
