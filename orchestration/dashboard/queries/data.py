"""What was revised, whose it is, and whole marts to take along."""

# Marts that are older than the files held, and why.
KEPT = """
select mart, published_at, kept_because from quality.publication where not is_current order by mart
"""

REVISIONS = """
select
    mart, dataset, series, measure, unit, period_start, period_end, revision,
    first_figure, figure_before, figure_after, change, change_pct, revised_at, days_since_first_known,
    first_known_at_basis, method_before, method_after, is_method_change, origin, is_redistributable
from quality.revisions
order by abs(change_pct) desc nulls last, abs(change) desc, dataset, series, measure, period_start
"""

TERMS = """
select dataset, title, publisher_title, licence, licence_url, credit, page, origin
from core.datasets
order by dataset
"""

METHODS = """
select dataset, method, from_period, to_period, what, first_published_at, touches
from core.methods
order by dataset, from_period
"""

MARTS = """
select schema_name || '.' || name as mart, what
from (
    select database_name, schema_name, table_name as name, comment as what from duckdb_tables()
    union all
    select database_name, schema_name, view_name, comment from duckdb_views() where not internal
)
where database_name = 'served'
order by mart
"""

COLUMNS = """
select column_name, data_type, comment as what
from duckdb_columns()
where database_name = 'served' and schema_name || '.' || table_name = $mart
order by column_index
"""

MART = "from query_table($mart)"

COUNT = "select count(*) as held, count(*) as leaving from query_table($mart)"
COUNT_PASSED_ON = """
select count(*) as held, count(*) filter (where is_redistributable) as leaving from query_table($mart)
"""
