"""What Bluelamp is made of: the software bill of materials, licences and known vulnerabilities of its dependencies.

For maintainers; it is not part of the installed package. `python -m supply --help` lists what it does.
"""
