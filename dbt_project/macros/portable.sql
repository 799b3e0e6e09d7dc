{# Everything in which DuckDB, PostgreSQL and Spark differ. Models use these and the SQL they share. #}

{# The time now, in UTC, without a zone. #}
{% macro now_utc() -%} {{ adapter.dispatch('now_utc')() }} {%- endmacro %}
{% macro default__now_utc() -%} cast(current_timestamp at time zone 'UTC' as timestamp) {%- endmacro %}
{# Without an extension: a reader's DuckDB may have none. #}
{% macro duckdb__now_utc() -%} make_timestamp(epoch_us(current_timestamp)) {%- endmacro %}
{% macro spark__now_utc() -%} to_utc_timestamp(current_timestamp(), current_timezone()) {%- endmacro %}

{# The first day of a date's month, as a date. #}
{% macro month_start(day) -%} cast(date_trunc('month', {{ day }}) as date) {%- endmacro %}

{# A quotient as a decimal. DuckDB divides decimals as doubles, the others do not: all round here, and digits
   beyond the fifteenth may differ between them. #}
{% macro quotient(numerator, denominator, precision=28, scale=12) -%}
    cast({{ numerator }} / nullif({{ denominator }}, 0) as decimal({{ precision }}, {{ scale }}))
{%- endmacro %}

{# That day, or the Friday before it if it is on a weekend. #}
{% macro last_weekday(day) -%} {{ adapter.dispatch('last_weekday')(day) }} {%- endmacro %}
{% macro default__last_weekday(day) -%}
    case extract(isodow from {{ day }}) when 6 then {{ day }} - 1 when 7 then {{ day }} - 2 else {{ day }} end
{%- endmacro %}
{% macro spark__last_weekday(day) -%}
    case weekday({{ day }}) when 5 then date_sub({{ day }}, 1) when 6 then date_sub({{ day }}, 2) else {{ day }} end
{%- endmacro %}

{# How many days a period has, its first and its last among them. #}
{% macro days_of(first, last) -%} {{ adapter.dispatch('days_of')(first, last) }} {%- endmacro %}
{% macro default__days_of(first, last) -%} {{ last }} - {{ first }} + 1 {%- endmacro %}
{% macro spark__days_of(first, last) -%} datediff({{ last }}, {{ first }}) + 1 {%- endmacro %}
