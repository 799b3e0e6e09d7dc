select cast(date_day as date) as date_day
from (
    {{ dbt.date_spine('day', "cast('1960-01-01' as date)", "cast('2050-01-01' as date)") | indent(4) }}
) as spine
