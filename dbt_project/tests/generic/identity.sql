{% test identity(model, expression, tolerance, among=none) %}

select *
from {{ model }}
where
    abs({{ expression }}) > {{ tolerance }}
    {%- if among %}
    and {{ among }}
    {%- endif %}

{% endtest %}
