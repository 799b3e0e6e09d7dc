{# How publishers write numbers, and what raw rows say of the file that they came with. #}

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
