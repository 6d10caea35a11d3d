"""The outside world, one module for each concern: what reads and writes files, mail and archives. Effects only.

`files` changes several files at once or none; `ledger_scan` finds what a ledger has without loading it;
`invoice_import` brings history over, with its parts: `import_mapping` (the file that says which column is what),
`import_rows` (the table of the other system), `import_documents` (what becomes of each row), `import_register`
(customers and items), `import_text` (their ledger text) and `import_totals` (control totals).
"""
