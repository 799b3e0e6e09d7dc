{# TIC's codes of rows that are no country: the one list of what to leave out before countries are summed. -#}
{%- set codes = {
    'region': ['19992', '34401', '39942', '49999', '59994', '69906'],
    'all_countries': ['69995'],
    'international_organisations': ['79995'],
    'international_organisations_part': ['72907', '76929'],
    'world': ['99996'],
    'official': ['99990'],
    'non_official': ['99991'],
    'memorandum': ['16713', '16721'],
} -%}

with

renamed as (
    {%- for aggregate, listed in codes.items() %}
    {%- set outer_loop = loop %}
    {%- for code in listed %}
    select
        '{{ code }}' as country_code,
        '{{ aggregate }}' as aggregate
    {%- if not (outer_loop.last and loop.last) %}
    union all
    {%- endif %}
    {%- endfor %}
    {%- endfor %}
)

select * from renamed
