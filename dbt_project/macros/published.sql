{# How publishers write things down, and from when a figure counts as known. #}

{# A number as published: '1,689 ' is 1689, '-' and nothing are missing. #}
{% macro published_number(column) -%}
    cast(nullif(nullif(replace(trim({{ column }}), ',', ''), ''), '-') as decimal(20, 4))
{%- endmacro %}

{# When the earliest version of a figure became known.

   A file that is the first of its dataset holds history that was known long before it: that counts
   from the scheduled release of its period, but not from before the method was first published. #}
{% macro known_from(known_at, is_first_file, due_at, first_published) -%}
    case
        when {{ is_first_file }} and greatest({{ due_at }}, {{ first_published }}) < {{ known_at }}
            then greatest({{ due_at }}, {{ first_published }})
        else {{ known_at }}
    end
{%- endmacro %}

{# What that rests on: `scheduled`, or what the snapshot's own time rests on. #}
{% macro known_from_basis(known_at, is_first_file, due_at, first_published, basis) -%}
    case
        when {{ is_first_file }} and greatest({{ due_at }}, {{ first_published }}) < {{ known_at }}
            then 'scheduled'
        else {{ basis }}
    end
{%- endmacro %}
