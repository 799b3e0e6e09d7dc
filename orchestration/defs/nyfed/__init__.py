"""One publisher: its record (`defs.yaml`), its parsers, and its made-up sample."""
