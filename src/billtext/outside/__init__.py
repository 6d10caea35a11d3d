"""The outside world, one module for each concern: what reads and writes files, mail and archives. Effects only.

`files` changes several files at once or none; `ledger_scan` finds what a ledger has without loading it;
`invoice_import` brings history over, with its parts in the order of the work: `import_mapping` (which column is what,
read by `import_toml` and `toml_section`), `import_rows` (the table), `import_documents` (what becomes of each row; ids
by `import_names`), `import_book` (what becomes of each document), `import_register` (customers and items),
`import_totals` (control totals), `import_text` (ledger text) and `import_write`.
"""
