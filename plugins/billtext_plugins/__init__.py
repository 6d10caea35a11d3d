"""Beancount plugins: thin adapters over billtext. They check and link; they never change an amount.

``billing`` does everything in one pass; ``customers``, ``invoices``, ``numbering`` and ``allocation`` report one part
of it each; ``autolink`` adds links.
"""
