"""Tests: of modules (`unit/`), of whole ways (`integration/`), on real files (`real/`), and what they use."""
