with

claims as (
    select
        *,
        {{ days_of('period_start', 'period_end') }} as days,
        -- ' + ' stands between the series of a claim that names several.
        cast((length(series) - length(replace(series, ' + ', ''))) / 3 as integer) + 1 as series_named
    from {{ ref('claims_made') }}
    where measure is not null
)

select
    *,
    'then' as world,
    as_of as known_on
from claims
union all
select
    *,
    'now' as world,
    cast('9999-12-31' as date) as known_on
from claims
