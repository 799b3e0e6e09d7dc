{# Residents' flows by institutional sector, with each sector's place among the others. `flows` is a relation
   like flows.portfolio_flows. #}
{% macro resident_flows_by_sector(flows) -%}
{#- Each sector's name in English and the sector that it is a part of; parents come before their parts. -#}
{%- set sectors = {
    'all': ['All residents', none],
    'public_sector': ['Public sector', 'all'],
    'central_bank': ['Central bank', 'public_sector'],
    'general_government': ['General government', 'public_sector'],
    'deposit_taking_corporations': ['Deposit-taking corporations', 'all'],
    'banks_banking_accounts': ['Banks, banking accounts', 'deposit_taking_corporations'],
    'trust_banks_banking_accounts': ['Trust banks, banking accounts', 'deposit_taking_corporations'],
    'other_sectors': ['Other sectors', 'all'],
    'other_financial_corporations': ['Other financial corporations', 'other_sectors'],
    'banks_and_trust_banks_trust_accounts': [
        'Banks and trust banks, trust accounts', 'other_financial_corporations',
    ],
    'banks_trust_accounts': ['Banks, trust accounts', 'banks_and_trust_banks_trust_accounts'],
    'trust_banks_trust_accounts': ['Trust banks, trust accounts', 'banks_and_trust_banks_trust_accounts'],
    'financial_instruments_firms': ['Financial instruments firms', 'other_financial_corporations'],
    'life_insurance_companies': ['Life insurance companies', 'other_financial_corporations'],
    'non_life_insurance_companies': ['Non-life insurance companies', 'other_financial_corporations'],
    'investment_trust_management_companies': [
        'Investment trust management companies', 'other_financial_corporations',
    ],
    'others': ['Others', 'other_sectors'],
} -%}
{%- set levels = {none: -1} -%}
{%- for sector, (name, parent) in sectors.items() -%}
    {%- do levels.update({sector: levels[parent] + 1}) -%}
{%- endfor -%}
with

flows as (
    select
        *,
        known_at_basis = 'scheduled' as rests_on_schedule
    from {{ flows }}
    where basis like 'jp_itn_%_by_sector'
),

sectors as (
    {%- for sector, (name, parent) in sectors.items() %}
    select
        '{{ sector }}' as investor_sector,
        '{{ name }}' as sector_name,
        {{ "'" ~ parent ~ "'" if parent else 'cast(null as ' ~ dbt.type_string() ~ ')' }} as sector_parent,
        {{ levels[sector] }} as sector_level
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

-- Sectors of which the same period and asset class have parts: before 2014, some had none.
split as (
    select distinct
        flows.basis,
        flows.asset_class,
        flows.period_start,
        sectors.sector_parent as investor_sector
    from flows
    inner join sectors on flows.investor_sector = sectors.investor_sector
),

residents as (
    select * from flows
    where investor_sector = 'all'
)

select
    flows.basis,
    flows.investor_sector,
    sectors.sector_name,
    sectors.sector_parent,
    sectors.sector_level,
    split.investor_sector is null as is_leaf,
    flows.asset_class,
    flows.frequency,
    flows.period_start,
    flows.period_end,
    flows.currency,
    flows.acquisition_m,
    flows.disposition_m,
    flows.net_m,
    residents.net_m as net_of_all_m,
    {{ quotient(
        '100 * (flows.acquisition_m + flows.disposition_m)',
        '(residents.acquisition_m + residents.disposition_m)', 12, 4
    ) }} as gross_share_pct,
    flows.fx_rate_avg,
    flows.net_usd_m,
    flows.method,
    flows.dataset,
    {{ known_of(['flows', 'residents']) }}
from flows
left join sectors on flows.investor_sector = sectors.investor_sector
left join split
    on
        flows.basis = split.basis
        and flows.asset_class = split.asset_class
        and flows.period_start = split.period_start
        and flows.investor_sector = split.investor_sector
left join residents
    on
        flows.basis = residents.basis
        and flows.asset_class = residents.asset_class
        and flows.period_start = residents.period_start
{%- endmacro %}
