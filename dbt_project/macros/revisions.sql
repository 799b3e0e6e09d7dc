{# Each change of a published figure, from the vintages of `marts`. Of each of them: its `key` without the period, and
   the `published` measures, each with its unit as SQL. Where they are other than usual: `names`, columns that go
   before the key in the name of a series, and as SQL `among`, which rows are the publisher's, `method`, `origin`
   and `is_redistributable`. #}
{% macro revisions(marts) -%}
{%- set figure = 'partition by mart, figure_of, measure, period_start, period_end' -%}
with

{% for mart in marts -%}
{%- set name = mart.mart.split('.')[1] -%}
of_{{ name }} as (
    select
        *,
        {{ mart.key | join(" || ' / ' || ") }} as figure_of,
        {{ ((mart.names or []) + mart.key) | join(" || ' / ' || ") }} as figure_name,
        lead(valid_from) over (
            partition by {{ mart.key | join(', ') }}, period_start, period_end order by valid_from
        ) as next_from
    from {{ ref(name ~ '_vintages') }}
    {%- if mart.among %}
    where {{ mart.among }}
    {%- endif %}
),

{% endfor -%}
-- What was known from a moment on; nothing, where a version ended and none began.
figures as (
    {%- for mart in marts %}
    {%- set outer = loop %}
    {%- set name = mart.mart.split('.')[1] %}
    {%- for measure, unit in mart.published.items() %}
    {%- set shared -%}
        '{{ mart.mart }}' as mart,
        dataset,
        figure_of,
        figure_name as series,
        '{{ measure }}' as measure,
        {{ unit }} as unit,
        period_start,
        period_end,
    {%- endset %}
    select
        {{ shared }}
        cast({{ measure }} as decimal(28, 10)) as figure,
        valid_from as moment,
        {{ mart.method or 'method' }} as method,
        known_at_basis,
        {{ mart.origin or 'origin' }} as origin,
        {{ mart.is_redistributable or 'true' }} as is_redistributable
    from of_{{ name }}
    union all
    select
        {{ shared }}
        cast(null as decimal(28, 10)) as figure,
        valid_to as moment,
        cast(null as {{ dbt.type_string() }}) as method,
        cast(null as {{ dbt.type_string() }}) as known_at_basis,
        {{ mart.origin or 'origin' }} as origin,
        {{ mart.is_redistributable or 'true' }} as is_redistributable
    from of_{{ name }}
    where valid_to is not null and valid_to is distinct from next_from
    {%- if not (loop.last and outer.last) %}
    union all
    {%- endif %}
    {%- endfor %}
    {%- endfor %}
),

compared as (
    select
        *,
        lag(figure) over ({{ figure }} order by moment) as figure_before,
        lag(method) over ({{ figure }} order by moment) as method_before,
        min(case when figure is not null then moment end) over ({{ figure }}) as first_known_at
    from figures
),

-- What was not there before is no revision, unless it had been.
changed as (
    select
        *,
        max(case when moment = first_known_at then figure end) over ({{ figure }}) as first_figure,
        max(case when moment = first_known_at then known_at_basis end) over ({{ figure }}) as first_basis
    from compared
),

revised as (
    select
        *,
        row_number() over ({{ figure }} order by moment) as revision
    from changed
    where moment > first_known_at and figure is distinct from figure_before
)

select
    mart,
    dataset,
    series,
    measure,
    unit,
    period_start,
    period_end,
    cast(revision as integer) as revision,
    first_figure,
    figure_before,
    figure as figure_after,
    cast(figure - figure_before as decimal(28, 10)) as change,
    cast({{ quotient('100 * (figure - figure_before)', 'abs(figure_before)') }} as decimal(20, 4)) as change_pct,
    first_known_at,
    first_basis as first_known_at_basis,
    moment as revised_at,
    cast({{ dbt.datediff('first_known_at', 'moment', 'day') }} as integer) as days_since_first_known,
    method_before,
    method as method_after,
    coalesce(method <> method_before, false) as is_method_change,
    moment as known_at,
    known_at_basis,
    origin,
    is_redistributable
from revised
{%- endmacro %}
