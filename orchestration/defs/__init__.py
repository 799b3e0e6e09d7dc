"""One folder per publisher, and one each for the transformation, the serving copy and automation."""
