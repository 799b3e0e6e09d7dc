{# How publishers write things down, from when a figure counts as known, and what is stored of rates. #}

{# Currencies for which fx.rates_daily has every other one; fx.rates_monthly has all pairs. #}
{% macro daily_bases() %} {{ return(['EUR', 'USD']) }} {% endmacro %}

{# What every raw row says of the file that it came with. #}
{% macro raw_version_columns() -%}
    _snapshot,
    _part,
    _known_at,
    _known_at_basis,
    _due_at,
    _is_history,
    _origin,
    _retracted
{%- endmacro %}

{# The same, under the names that the models behind use. #}
{% macro version_columns() -%}
    _snapshot as snapshot,
    _part as part,
    _known_at as snapshot_known_at,
    _known_at_basis as snapshot_basis,
    _due_at as due_at,
    _is_history as is_history,
    _origin as origin,
    _retracted as is_retracted
{%- endmacro %}

{# What models behind staging pass on of them, for `figure_versions`. #}
{% macro staged_version_columns() -%}
    snapshot,
    snapshot_known_at,
    snapshot_basis,
    due_at,
    is_history,
    origin,
    is_retracted
{%- endmacro %}

{# A number as published: '1,689 ' is 1689, '-' and nothing are missing. #}
{% macro published_number(column) -%}
    cast(nullif(nullif(replace(trim({{ column }}), ',', ''), ''), '-') as decimal(20, 4))
{%- endmacro %}

{# When a version of a figure became known. History, which has no vintage because it is older than the first
   file, counts from the scheduled release of its period, but not before its method was first published;
   everything else from its file. #}
{% macro known_from(is_history, first_published_at='cast(null as timestamp)') -%}
    case
        when {{ is_history }} then least(greatest(due_at, {{ first_published_at }}), snapshot_known_at)
        else snapshot_known_at
    end
{%- endmacro %}

{# What that rests on: `scheduled`, or what the snapshot's own time rests on. #}
{% macro known_from_basis(is_history, first_published_at='cast(null as timestamp)') -%}
    case
        when {{ is_history }} and greatest(due_at, {{ first_published_at }}) < snapshot_known_at then 'scheduled'
        else snapshot_basis
    end
{%- endmacro %}
