"""The rendering floor: a report value in, text out.

`shapes` is the fixed JSON, `sheets` are tables, `statement_pages` are documents.
"""
