"""Tidemark: from publishers' files to published tables.

Publisher-specific code lives in `orchestration/defs/<publisher>/`; what all publishers share lives
here. Nothing in this package reads the network, a file or the clock when it is imported.
"""

__version__ = "0.1.0"
