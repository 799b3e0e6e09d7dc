with

source as (
    select * from {{ source('tidemark', 'releases') }}
)

select * from source
