{{ scaled_flows(ref('portfolio_flows'), ref('jgb_foreign_share')) }}
