"""billtext: a company's billing office, kept as plain text in git.

The floors, from the ground up (imports point downwards only, ``tests/test_layers.py`` proves it):
``errors money dates ids options model`` are the ground; ``ledger`` reads and writes Beancount text;
``rules`` are pure functions over the model; ``rendering`` turns report values into text; ``outside``
touches files; ``cli``, ``site`` and the plugins are faces.
"""

__version__ = "0.1.0"
