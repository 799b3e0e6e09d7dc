{% test no_gap_in_periods(model, group_by, among) %}

with periods as (
    select
        {{ group_by | join(', ') }},
        period_start,
        lag(period_end) over (partition by {{ group_by | join(', ') }} order by period_start) as last_end
    from {{ model }}
    where {{ among }}
)

select * from periods
where {{ dbt.dateadd('day', 1, 'last_end') }} <> period_start

{% endtest %}
