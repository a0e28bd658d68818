"""How components are joined into a force's landing zone in Azure, a file for each area.

Every area loads its modules, and with them the SDKs, only when the force has it.
"""
