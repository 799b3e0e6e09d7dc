{# The contracts that are about money: the yen, the other currencies, the dollar index and Japan's shares. -#}
{%- set contracts = {
    '097741': ['JPY', 'Japanese yen'],
    '098662': ['USD', 'US dollar index'],
    '099741': ['EUR', 'Euro'],
    '096742': ['GBP', 'Pound sterling'],
    '092741': ['CHF', 'Swiss franc'],
    '090741': ['CAD', 'Canadian dollar'],
    '232741': ['AUD', 'Australian dollar'],
    '112741': ['NZD', 'New Zealand dollar'],
    '095741': ['MXN', 'Mexican peso'],
    '102741': ['BRL', 'Brazilian real'],
    '240743': ['Nikkei', 'Nikkei 225 in yen'],
} -%}

select
    dataset,
    contract_code,
    case contract_code
        {%- for code, (subject, title) in contracts.items() %}
        when '{{ code }}' then '{{ subject }}'
        {%- endfor %}
    end as subject,
    case contract_code
        {%- for code, (subject, title) in contracts.items() %}
        when '{{ code }}' then '{{ title }}'
        {%- endfor %}
    end as contract,
    trader_group,
    report_date,
    period_start,
    period_end,
    open_interest_contracts,
    long_contracts,
    short_contracts,
    spread_contracts,
    net_contracts,
    snapshot,
    snapshot_known_at,
    snapshot_basis,
    due_at,
    is_history,
    origin,
    is_retracted
from {{ ref('stg_cftc__positions') }}
where
    contract_code in (
        {%- for code in contracts %}
        '{{ code }}'{{ ',' if not loop.last }}
        {%- endfor %}
    )
