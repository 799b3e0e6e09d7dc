{# What non-residents hold of Japan's government securities, with treasury bills and without. `known` is the condition
   on the versions: those of now, or of a day. #}
{% macro jgb_foreign_share(known) -%}
{%- set securities = {
    'excl_bills': 'central_government_securities_and_filp_bonds',
    'bills': 'treasury_discount_bills',
} -%}
with

known as (
    select * from {{ ref('jgb_holders_vintages') }}
    where {{ known }}
),

levels as (
    select
        basis,
        period_start,
        period_end,
        {%- for holder, sector in {'foreign': 'overseas', 'outstanding': 'total'}.items() %}
        {%- for security, instrument in securities.items() %}
        max(
            case when holder_sector = '{{ sector }}' and instrument = '{{ instrument }}' then holdings_jpy_m end
        ) as {{ holder }}_{{ security }}_jpy_m,
        {%- endfor %}
        {%- endfor %}
        max(method) as method,
        max(dataset) as dataset,
        max(known_at) as known_at,
        {{ newest_basis() | indent(4) }} as known_at_basis,
        max(known_at_basis) = 'scheduled' as rests_on_schedule,
        max(origin) as origin
    from known
    group by basis, period_start, period_end
),

together as (
    select
        *,
        cast(foreign_excl_bills_jpy_m + foreign_bills_jpy_m as decimal(20, 2)) as foreign_incl_bills_jpy_m,
        cast(outstanding_excl_bills_jpy_m + outstanding_bills_jpy_m as decimal(20, 2))
            as outstanding_incl_bills_jpy_m
    from levels
)

select
    basis,
    period_start,
    period_end,
    {%- for bills in ['incl_bills', 'excl_bills'] %}
    foreign_{{ bills }}_jpy_m,
    outstanding_{{ bills }}_jpy_m,
    {{ quotient('100 * foreign_' ~ bills ~ '_jpy_m', 'outstanding_' ~ bills ~ '_jpy_m', 7, 4) }}
        as foreign_share_{{ bills }}_pct,
    {%- endfor %}
    method,
    dataset,
    known_at,
    known_at_basis,
    rests_on_schedule,
    origin
from together
{%- endmacro %}
