"""The register of information assets for people and other tools: coverage, proposals, the lineage's picture, exports."""
