{% test one_open_version(model, columns) %}

with versions as (
    select
        {{ columns | join(', ') }},
        valid_from,
        valid_to,
        lead(valid_from) over (partition by {{ columns | join(', ') }} order by valid_from) as next_from
    from {{ model }}
)

select * from versions
where
    valid_to <= valid_from
    or valid_to > next_from
    or (valid_to is null and next_from is not null)

{% endtest %}
