"""A force's landing zone in Azure, built from components: one file for each area.

Each area loads its modules and SDKs only if the force has it.
"""
