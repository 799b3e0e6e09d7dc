{# When a figure became known, and what that rests on: of one that is published, and of one that is computed. #}

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

{# When a row that is computed became known: with the newest of its inputs. What that rests on is what this one
   rests on, the weakest of several at the same moment; whether another input rests on the schedule is told apart.
   The words sort from what is best known to what is least: published, retrieved, scheduled. #}

{# What the newest of the rows of a group, or of a window (`over`), rests on. #}
{% macro newest_basis(over='', known_at='known_at', basis='known_at_basis') -%}
    case max({{ known_at }}){{ over }}
        {%- for word in ['scheduled', 'retrieved', 'published'] %}
        when max(case when {{ basis }} = '{{ word }}' then {{ known_at }} end){{ over }} then '{{ word }}'
        {%- endfor %}
    end
{%- endmacro %}

{# The columns known_at, known_at_basis, rests_on_schedule and origin of a row that is joined of several `relations`,
   each of which has these columns, with `prefix` before their names; one that has no row for it says nothing. #}
{% macro known_of(relations, prefix='') -%}
    {%- set newest = 'greatest(' ~ relations | join('.' ~ prefix ~ 'known_at, ') ~ '.' ~ prefix ~ 'known_at)' -%}
    {{ newest }} as known_at,
    greatest(
        {%- for relation in relations %}
        case
            when {{ relation }}.{{ prefix }}known_at = {{ newest }} then {{ relation }}.{{ prefix }}known_at_basis
        end{{ ',' if not loop.last }}
        {%- endfor %}
    ) as known_at_basis,
    {%- for column in ['rests_on_schedule', 'origin'] %}
    greatest({{ relations | join('.' ~ prefix ~ column ~ ', ') }}.{{ prefix }}{{ column }}) as {{ column }}
    {{- ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
