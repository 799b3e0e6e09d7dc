{# Items and sectors by their codes in the workbooks, which are not those of the series. -#}
{%- set items = {
    'A': 'currency_and_deposits',
    'Aa': 'currency',
    'Ac': 'government_deposits',
    'Ad': 'transferable_deposits',
    'B': 'deposits_with_fiscal_loan_fund',
    'C': 'loans',
    'D': 'debt_securities',
    'Da': 'treasury_discount_bills',
    'Da+Db': 'government_bonds_and_treasury_bills',
    'Db': 'central_government_securities_and_filp_bonds',
    'Dc': 'local_government_securities',
    'Dd': 'public_corporation_securities',
    'De': 'bank_debentures',
    'Df': 'industrial_securities',
    'Dg': 'external_securities_issued_by_residents',
    'Dh': 'commercial_paper',
    'Di': 'trust_beneficiary_rights',
    'Dj': 'structured_financing_instruments',
    'E': 'equity_and_investment_fund_shares',
    'Ea': 'equity',
    'Eb': 'investment_trust_beneficiary_certificates',
    'F': 'insurance_pension_and_standardized_guarantees',
    'Fb': 'life_insurance_reserves',
    'G': 'financial_derivatives_and_employee_stock_options',
    'H': 'deposits_money',
    'I': 'trade_credits',
    'J': 'accounts_receivable_payable',
    'K': 'outward_direct_investment',
    'L': 'outward_investments_in_securities',
    'M': 'other_external_claims_and_debts',
    'N': 'others',
    'X': 'total_of_liabilities',
    'Y': 'balance',
    'Z': 'total',
} -%}
{%- set sectors = {
    '1': 'financial_institutions',
    '11': 'central_bank',
    '12': 'depository_corporations',
    '13': 'securities_investment_trusts',
    '14': 'insurance_and_pension_funds',
    '15': 'other_financial_intermediaries',
    '16': 'financial_auxiliaries',
    '161': 'financial_holding_companies',
    '17': 'public_captive_financial_institutions',
    '2': 'nonfinancial_corporations',
    '21': 'private_nonfinancial_corporations',
    '22': 'public_nonfinancial_corporations',
    '3': 'general_government',
    '31': 'central_government',
    '32': 'local_governments',
    '33': 'social_security_funds',
    '331': 'public_pensions',
    '4': 'households',
    '5': 'nonprofit_institutions',
    '6': 'overseas',
    'total': 'total',
} -%}

with

source as (
    select * from {{ source('jp_boj', 'flow_of_funds_xlsx') }}
),

renamed as (
    select
        'jp_boj/flow_of_funds_xlsx' as dataset,
        case workbook when 'pre' then 'newest_quarter' when 'long' then 'time_series' end as workbook,
        title as published_table,
        case statement
            when 'Financial Transactions' then 'transactions'
            when 'Financial Assets and Liabilities' then 'stocks'
            when 'Reconciliation between Flows and Stocks' then 'reconciliation'
        end as statement,
        case item
            {%- for code, name in items.items() %}
            when '{{ code }}' then '{{ name }}'
            {%- endfor %}
        end as instrument,
        case sector
            {%- for code, name in sectors.items() %}
            when '{{ code }}' then '{{ name }}'
            {%- endfor %}
        end as sector,
        case side when 'Assets' then 'assets' when 'Liabilities' then 'liabilities' end as side,
        'quarterly' as frequency,
        cast(period_start as date) as period_start,
        cast(period_end as date) as period_end,
        preliminary = 'P' as is_preliminary,
        'JPY' as currency,
        -- 100 million yen to millions of yen
        cast({{ published_number('value') }} * 100 as decimal(20, 2)) as amount_jpy_m,
        {{ version_columns() }}
    from source
)

select * from renamed
