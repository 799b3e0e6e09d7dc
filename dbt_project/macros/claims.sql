{# Claims are judged in two worlds: by what was known on the claim's day, and by what is known now. #}

{# Whether a series is one of those that a claim names; ' + ' stands between several. #}
{% macro is_series_of(claimed, series) -%}
    position(' + ' || {{ series }} || ' + ' in ' + ' || {{ claimed }} || ' + ') > 0
{%- endmacro %}

{# What a figure makes of a claim. Nothing is said by made-up figures. #}
{% macro verdict(figure, origin) -%}
    case
        when cannot_be_tested is not null then 'cannot_be_tested'
        when {{ figure }} is null then 'figure_not_held'
        when {{ origin }} = 'sample' then 'not_tested_on_sample_figures'
        when
            case comparison
                when 'about' then abs({{ figure }} - claimed_value) <= tolerance
                when 'more_than' then {{ figure }} > claimed_value
                when 'less_than' then {{ figure }} < claimed_value
                when 'at_least' then {{ figure }} >= claimed_value
                when 'at_most' then {{ figure }} <= claimed_value
            end
            then 'holds'
        else 'does_not_hold'
    end
{%- endmacro %}

{# A figure for a sentence, without zeros at its end. #}
{% macro in_words(figure, digits=4) -%}
    regexp_replace(cast(cast({{ figure }} as decimal(24, {{ digits }})) as {{ dbt.type_string() }}), '[.]?0+$', '')
{%- endmacro %}
