"""What Bluelamp supports at the least: the oldest engine, built from `gomod/`, and the oldest packages."""
