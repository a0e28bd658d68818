"""The minimum versions that Bluelamp supports: the oldest engine, built from `gomod/`, and the oldest packages."""
