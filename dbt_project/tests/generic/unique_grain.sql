{# The grain that a model's description states: these columns, each combination once. #}
{% test unique_grain(model, columns) %}

select {{ columns | join(', ') }}
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1

{% endtest %}
