{# Flows of the balance of payments by counterpart, with its name. `flows` is a relation like
   flows.portfolio_flows. #}
{% macro flows_by_counterpart(flows) -%}
{#- Short names in English of the counterparts that the Bank of Japan shows. -#}
{%- set countries = {
    'AE': 'United Arab Emirates', 'AR': 'Argentina', 'AT': 'Austria', 'AU': 'Australia', 'BE': 'Belgium',
    'BH': 'Bahrain', 'BM': 'Bermuda', 'BR': 'Brazil', 'BS': 'Bahamas', 'CA': 'Canada', 'CH': 'Switzerland',
    'CN': 'China', 'DE': 'Germany', 'DK': 'Denmark', 'ES': 'Spain', 'FI': 'Finland', 'FR': 'France',
    'GB': 'United Kingdom', 'GR': 'Greece', 'HK': 'Hong Kong', 'ID': 'Indonesia', 'IE': 'Ireland',
    'IN': 'India', 'IR': 'Iran', 'IT': 'Italy', 'KR': 'South Korea', 'KY': 'Cayman Islands',
    'LU': 'Luxembourg', 'MX': 'Mexico', 'MY': 'Malaysia', 'NL': 'Netherlands', 'NO': 'Norway',
    'NZ': 'New Zealand', 'PH': 'Philippines', 'PT': 'Portugal', 'RU': 'Russia', 'SA': 'Saudi Arabia',
    'SE': 'Sweden', 'SG': 'Singapore', 'TH': 'Thailand', 'TW': 'Taiwan', 'US': 'United States',
    'VG': 'British Virgin Islands', 'VN': 'Viet Nam', 'ZA': 'South Africa',
} -%}
{%- set groups = {
    'international_organizations': 'International organizations',
    'rest_of_world': 'Rest of the world, countries not shown',
    'unallocated': 'Not allocated to a country',
} -%}
select
    direction,
    counterpart,
    case counterpart
        when 'W1' then 'World'
        {%- for code, name in (countries.items() | list) + (groups.items() | list) %}
        when '{{ code }}' then '{{ name }}'
        {%- endfor %}
    end as counterpart_name,
    case counterpart
        when 'W1' then 'world'
        {%- for code in groups %}
        when '{{ code }}' then 'group'
        {%- endfor %}
        else 'country'
    end as counterpart_kind,
    asset_class,
    period_start,
    period_end,
    currency,
    acquisition_m,
    disposition_m,
    net_m,
    fx_rate_avg,
    net_usd_m,
    method,
    dataset,
    known_at,
    known_at_basis,
    origin
from {{ flows }}
where basis = 'jp_bop_monthly'
{%- endmacro %}
