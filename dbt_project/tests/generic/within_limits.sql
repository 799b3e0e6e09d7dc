{% test within_limits(model, value, by, limits) %}

select readings.*
from {{ model }} as readings
inner join {{ limits }} as limits on readings.{{ by }} = limits.{{ by }}
where readings.{{ value }} < limits.minimum or readings.{{ value }} > limits.maximum

{% endtest %}
