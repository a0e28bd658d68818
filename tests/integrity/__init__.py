"""Attacks on verdicts, reports and runs, with generated variants; every file covers one area."""
