{% test parts_within_whole(model, column, part, whole, group_by, value, tolerance) %}

select
    {{ group_by | join(', ') }},
    sum(case when {{ column }} = '{{ part }}' then {{ value }} end) as of_parts,
    max(case when {{ column }} = '{{ whole }}' then {{ value }} end) as of_whole
from {{ model }}
group by {{ group_by | join(', ') }}
having
    sum(case when {{ column }} = '{{ part }}' then {{ value }} end)
    > max(case when {{ column }} = '{{ whole }}' then {{ value }} end) + {{ tolerance }}

{% endtest %}
