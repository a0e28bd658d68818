"""The information asset register for people and other tools: coverage, proposals, lineage, exports."""
