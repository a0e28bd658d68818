"""The forces' resources: at the previous release, which an upgrade must not replace, and at the commit in
`unchanged.json`.
"""
