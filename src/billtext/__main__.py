"""`python -m billtext`."""

from billtext.cli import main

main()
