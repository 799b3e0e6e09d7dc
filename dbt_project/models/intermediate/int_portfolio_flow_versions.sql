{%- set grain = 'basis, direction, investor_sector, counterpart, asset_class, period_start, period_end' -%}

with

figures as (
    select * from {{ ref('int_portfolio_flow_figures') }}
),

methods as (
    select * from {{ ref('stg_tidemark__methods') }}
),

-- A retracted row and one whose cells were emptied both end what was known.
known as (
    select
        dataset,
        basis,
        direction,
        investor_sector,
        counterpart,
        asset_class,
        frequency,
        period_start,
        period_end,
        currency,
        case when not is_retracted then acquisition_m end as acquisition_m,
        case when not is_retracted then disposition_m end as disposition_m,
        case when not is_retracted then net_m end as net_m,
        snapshot,
        snapshot_known_at,
        snapshot_basis,
        due_at,
        origin,
        is_history
    from figures
),

compared as (
    select
        *,
        lag(acquisition_m) over (partition by {{ grain }} order by snapshot) as acquisition_before_m,
        lag(disposition_m) over (partition by {{ grain }} order by snapshot) as disposition_before_m,
        lag(net_m) over (partition by {{ grain }} order by snapshot) as net_before_m,
        row_number() over (partition by {{ grain }} order by snapshot) as place
    from known
),

-- Another cell of the same row may have changed: that is no version of this figure.
changed as (
    select * from compared
    where
        place = 1
        or acquisition_m is distinct from acquisition_before_m
        or disposition_m is distinct from disposition_before_m
        or net_m is distinct from net_before_m
),

-- Of the methods for its period, the newest that was published when the file came out: files from before
-- a restatement keep the method that they were made with.
with_method as (
    select
        changed.*,
        methods.method,
        methods.first_published_at,
        row_number() over (
            partition by {{ grain }}, changed.snapshot
            order by
                methods.from_period desc,
                coalesce(methods.first_published_at, cast(methods.from_period as timestamp)) desc
        ) as place_of_method
    from changed
    left join methods
        on
            changed.dataset = methods.dataset
            and changed.period_start >= methods.from_period
            and coalesce(methods.first_published_at, changed.snapshot_known_at) <= changed.snapshot_known_at
),

dated as (
    select
        *,
        {{ known_from('is_history', 'first_published_at') }} as valid_from,
        {{ known_from_basis('is_history', 'first_published_at') }} as known_at_basis
    from with_method
    where place_of_method = 1
),

versions as (
    select
        *,
        lead(valid_from) over (partition by {{ grain }} order by snapshot) as valid_to
    from dated
)

select
    dataset,
    basis,
    direction,
    investor_sector,
    counterpart,
    asset_class,
    frequency,
    period_start,
    period_end,
    currency,
    acquisition_m,
    disposition_m,
    net_m,
    method,
    valid_from,
    valid_to,
    known_at_basis,
    snapshot,
    origin
from versions
where net_m is not null
