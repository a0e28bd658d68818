"""The register of information assets for people and other tools: coverage, proposals, lineage, exports."""
