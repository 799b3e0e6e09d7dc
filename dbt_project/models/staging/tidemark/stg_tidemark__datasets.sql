with

source as (
    select * from {{ source('tidemark', 'datasets') }}
)

select * from source
