{# An expression that has to be zero, but for rounding; rows where a part is missing do not count. #}
{% test identity(model, expression, tolerance, among=none) %}

select *
from {{ model }}
where
    abs({{ expression }}) > {{ tolerance }}
    {%- if among %}
    and {{ among }}
    {%- endif %}

{% endtest %}
