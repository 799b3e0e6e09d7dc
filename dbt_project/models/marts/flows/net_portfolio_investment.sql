{{ net_portfolio_investment(ref('portfolio_flows')) }}
