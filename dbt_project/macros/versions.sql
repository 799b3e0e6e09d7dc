{# Rows of `relation`, which stand for versions of files, each with the method that its file was made with, and
   with when that one was first published. `grain` names the columns that identify a figure. A method that touches some
   terms only is that of the figures with one of them in a column of `touched_by`. #}
{% macro with_method(relation, grain, touched_by=[]) -%}
with

-- Of the methods for its period, the newest that was published when the file came out.
with_method as (
    select
        figures.*,
        methods.method,
        methods.first_published_at,
        row_number() over (
            partition by {% for column in grain %}figures.{{ column }}, {% endfor %}figures.snapshot
            order by
                methods.from_period desc,
                coalesce(methods.first_published_at, cast(methods.from_period as timestamp)) desc
        ) as place_of_method
    from {{ relation }} as figures
    left join {{ ref('stg_tidemark__methods') }} as methods
        on
            figures.dataset = methods.dataset
            and figures.period_start >= methods.from_period
            and coalesce(methods.first_published_at, figures.snapshot_known_at) <= figures.snapshot_known_at
            {%- if touched_by %}
            and (
                methods.touches is null
                {%- for column in touched_by %}
                or ', ' || methods.touches || ',' like '%, ' || figures.{{ column }} || ',%'
                {%- endfor %}
            )
            {%- endif %}
)

select * from with_method
where place_of_method = 1
{%- endmacro %}

{# Versions of figures, from the rows of a staging model, which stand for versions of files.

   A version of a figure begins when the figure itself changes, or its method: another cell of the same row, a new
   stamp or the same file again begin none. A row that is retracted, and one whose figures were emptied, end what
   was known. History, which is older than the first file, counts from its scheduled release and says so
   (`known_at_basis`); a method that restates old periods is not known before it was first published, and files
   from before it keep the method that they were made with.

   The relation has dataset, period_start and version_columns(); `grain` names the columns that identify a
   figure, period_start and period_end among them, `figures` those that are measured, `carried` those that go
   along; a version without `needed`, or without any figure, is none. Where the grain has `method`, the figure by
   another method is another figure, and each has versions of its own. Gives all of them with method,
   valid_from, valid_to, known_at_basis, snapshot and origin. #}
{% macro figure_versions(relation, grain, figures, carried=[], needed=none, touched_by=[]) -%}
{%- set key = grain | join(', ') -%}
{%- set of_file = grain | reject('equalto', 'method') | list -%}
with

of_methods as (
    {{ with_method(relation, of_file, touched_by) | indent(4) }}
),

known as (
    select
        {%- for column in (['dataset', 'method'] + grain + carried) | unique %}
        {{ column }},
        {%- endfor %}
        {%- for figure in figures %}
        case when not is_retracted then {{ figure }} end as {{ figure }},
        {%- endfor %}
        first_published_at,
        snapshot,
        snapshot_known_at,
        snapshot_basis,
        due_at,
        is_history,
        origin
    from of_methods
),

compared as (
    select
        *,
        {%- for column in ['method'] + figures %}
        lag({{ column }}) over (partition by {{ key }} order by snapshot) as {{ column }}_before,
        {%- endfor %}
        row_number() over (partition by {{ key }} order by snapshot) as place
    from known
),

changed as (
    select * from compared
    where
        place = 1
        {%- for column in ['method'] + figures %}
        or {{ column }} is distinct from {{ column }}_before
        {%- endfor %}
),

dated as (
    select
        *,
        {{ known_from('is_history', 'first_published_at') }} as valid_from,
        {{ known_from_basis('is_history', 'first_published_at') }} as known_at_basis
    from changed
),

versions as (
    select
        *,
        lead(valid_from) over (partition by {{ key }} order by snapshot) as valid_to
    from dated
)

select
    {%- for column in (['dataset'] + grain + carried + figures + ['method']) | unique %}
    {{ column }},
    {%- endfor %}
    valid_from,
    valid_to,
    known_at_basis,
    snapshot,
    origin
from versions
where {% for figure in ([needed] if needed else figures) -%}
    {{ figure }} is not null{{ ' or ' if not loop.last }}
{%- endfor %}
{%- endmacro %}

{# Whether a version was the newest at the end of a day, in UTC. #}
{% macro was_known(day) -%}
    valid_from < cast({{ day }} as date) + interval '1' day
    and (valid_to is null or valid_to >= cast({{ day }} as date) + interval '1' day)
{%- endmacro %}

{# A mart as of a day: its own columns, from its vintages. #}
{% macro mart_as_of(mart, vintages, day='as_of') -%}
{%- set columns = [] -%}
{%- if execute -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.name == mart -%}
        {%- do columns.extend(node.columns.keys()) -%}
    {%- endfor -%}
{%- endif -%}
-- depends_on: {{ ref(mart) }}
select
    {{ columns | join(',\n    ') or '*' }}
from {{ ref(vintages) }}
where {{ was_known(day) }}
{%- endmacro %}
