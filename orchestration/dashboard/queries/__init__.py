"""The SQL of the dashboard: a module for each page and `shared` for what all of them ask; constants only.

Each is one statement over the marts, with `$name` for what is chosen; decimals stay decimals. A query over a
mart that has `is_redistributable` selects it, and each that feeds a page selects `origin`: downloads and
warnings need them.
"""
