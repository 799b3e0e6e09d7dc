{% test parts_make_whole(
    model, column, parts, whole, group_by, value, tolerance, among=none, demand_all=true
) %}

with sums as (
    select
        {{ group_by | join(', ') }},
        sum(case when {{ column }} in ('{{ parts | join("', '") }}') then {{ value }} end) as of_parts,
        count(case when {{ column }} in ('{{ parts | join("', '") }}') then {{ value }} end) as parts_there,
        max(case when {{ column }} = '{{ whole }}' then {{ value }} end) as of_whole
    from {{ model }}
    {%- if among %}
    where {{ among }}
    {%- endif %}
    group by {{ group_by | join(', ') }}
)

select * from sums
where
    (parts_there = {{ parts | length }} and abs(of_parts - of_whole) > {{ tolerance }})
    {%- if demand_all %}
    or parts_there <> {{ parts | length }}
    or of_whole is null
    {%- endif %}

{% endtest %}
