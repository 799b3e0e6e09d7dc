{{ flow_signals(ref('portfolio_flows')) }}
