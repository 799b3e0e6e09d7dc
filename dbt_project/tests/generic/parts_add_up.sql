{% test parts_add_up(model, value, total, group_by, tolerance, among=none) %}

select
    {{ group_by | join(', ') }},
    sum({{ value }}) as of_parts,
    max({{ total }}) as of_total
from {{ model }}
{%- if among %}
where {{ among }}
{%- endif %}
group by {{ group_by | join(', ') }}
having abs(sum({{ value }}) - max({{ total }})) > {{ tolerance }} or min({{ total }}) <> max({{ total }})

{% endtest %}
