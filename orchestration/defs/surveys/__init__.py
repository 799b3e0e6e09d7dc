"""Survey readings that a desk brings itself: record, contract, parser, made-up sample."""
