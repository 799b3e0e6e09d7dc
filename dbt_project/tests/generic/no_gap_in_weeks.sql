{# Within each group, every week begins seven days after the one before. #}
{% test no_gap_in_weeks(model, group_by, among) %}

with weeks as (
    select
        {{ group_by | join(', ') }},
        period_start,
        lag(period_end) over (partition by {{ group_by | join(', ') }} order by period_start) as last_end
    from {{ model }}
    where {{ among }}
)

select * from weeks
where {{ dbt.dateadd('day', 1, 'last_end') }} <> period_start

{% endtest %}
