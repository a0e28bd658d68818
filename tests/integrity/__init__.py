"""Attacks on verdicts, reports and runs, with generated variants; one area per file."""
