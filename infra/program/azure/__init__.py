"""A force's landing zone in Azure, built from components: one file for each area.

Every area loads its modules, and with them the SDKs, only when the force has it.
"""
