with

workbooks as (
    select * from {{ ref('stg_jp_boj__flow_of_funds') }}
    -- The tables of holders alone: others show the same figures again.
    where workbook = 'time_series' and statement = 'stocks' and published_table like 'Issued by %'
),

series as (
    select * from {{ ref('stg_jp_boj__jgb_holders') }}
),

together as (
    select
        'jp_fof_workbook' as basis,
        dataset,
        instrument,
        sector as holder_sector,
        period_start,
        period_end,
        amount_jpy_m as holdings_jpy_m,
        {{ staged_version_columns() }}
    from workbooks
    union all
    select
        'jp_fof_series' as basis,
        dataset,
        instrument,
        holder_sector,
        period_start,
        period_end,
        holdings_jpy_m,
        {{ staged_version_columns() }}
    from series
)

select * from together
where
    holder_sector in ('overseas', 'total')
    -- What is both together is only in the workbooks.
    and instrument in ('central_government_securities_and_filp_bonds', 'treasury_discount_bills')
