{{ flows_by_counterpart(ref('portfolio_flows')) }}
