{{ flow_reconciliation(ref('portfolio_flows')) }}
