{{ resident_flows_by_sector(ref('portfolio_flows')) }}
