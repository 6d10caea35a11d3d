"""`make bench`: how long billtext takes beside what does the same work without it, side by side in one run.

Every figure is a ratio of medians of whole processes that were run in turn (A B A B …) on the same machine, since
a time alone
says more of the machine than of the program. The table is kept in `bench/RESULTS.md`.
"""
