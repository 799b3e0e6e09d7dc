{% test shares_of_a_whole(model, group_by, questions, among='true') %}

select {{ 'readings.' ~ (group_by | join(', readings.')) }}
from {{ model }} as readings
inner join {{ questions }} as questions
    on readings.survey_id = questions.survey_id and readings.question_id = questions.question_id
where questions.shares_of_a_whole and readings.unit = 'pct_of_respondents' and {{ among }}
group by {{ 'readings.' ~ (group_by | join(', readings.')) }}
having sum(readings.reading) > 100

{% endtest %}
