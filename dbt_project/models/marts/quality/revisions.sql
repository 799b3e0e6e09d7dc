{# The marts of published figures. The `allocated` reserves are the total of the composition. -#}
{{ revisions([
    {
        'mart': 'flows.portfolio_flows',
        'key': ['basis', 'direction', 'investor_sector', 'counterpart', 'asset_class'],
        'published': {
            'acquisition_m': "'million ' || currency",
            'disposition_m': "'million ' || currency",
            'net_m': "'million ' || currency",
        },
    },
    {
        'mart': 'flows.positions_by_holder',
        'key': ['holder', 'security_type'],
        'names': ['holder_name'],
        'published': {
            'holdings_usd_m': "'million US dollars'",
            'net_usd_m': "'million US dollars'",
            'valuation_change_usd_m': "'million US dollars'",
        },
        'among': "holder_kind <> 'assumption'",
    },
    {
        'mart': 'flows.major_holders',
        'key': ['dataset', 'holder', 'series'],
        'published': {'holdings_usd_m': "'million US dollars'"},
    },
    {
        'mart': 'reserves.currency_composition',
        'key': ['currency', 'method'],
        'published': {
            'holdings_usd_m': "'million US dollars'",
            'share_pct': "case method when 'cofer_imputed' then 'percent of foreign exchange reserves'"
                ~ " else 'percent of allocated reserves' end",
        },
    },
    {
        'mart': 'reserves.coverage',
        'key': ['item', 'method'],
        'published': {'holdings_usd_m': "'million US dollars'", 'share_pct': "'percent of all reserves'"},
        'among': "item <> 'allocated'",
    },
    {
        'mart': 'reserves.gold',
        'key': ['dataset', 'area', 'measure'],
        'published': {
            'gold_troy_oz': "'fine troy ounces'",
            'amount_usd_m': "'million US dollars'",
            'price_usd_per_troy_oz': "'US dollars per troy ounce'",
        },
    },
    {
        'mart': 'reserves.custody_holdings',
        'key': ["'fed_custody'"],
        'published': {'holdings_usd_m': "'million US dollars'"},
    },
    {
        'mart': 'reserves.jgb_holders',
        'key': ['basis', 'instrument', 'holder_sector'],
        'published': {'holdings_jpy_m': "'million JPY'"},
    },
    {
        'mart': 'positioning.trader_positions',
        'key': ['contract_code', 'trader_group'],
        'names': ['contract'],
        'published': {
            'open_interest_contracts': "'contracts'",
            'long_contracts': "'contracts'",
            'short_contracts': "'contracts'",
            'spread_contracts': "'contracts'",
        },
    },
    {
        'mart': 'surveys.readings',
        'key': ['survey_id', 'question_id', 'answer', 'unit', 'source_name', 'dataset', 'part'],
        'published': {'reading': 'unit'},
        'method': 'cast(null as ' ~ dbt.type_string() ~ ')',
        'origin': 'file_origin',
        'is_redistributable': 'is_redistributable',
    },
]) }}
