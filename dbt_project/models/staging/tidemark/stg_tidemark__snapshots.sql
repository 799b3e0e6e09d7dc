with

source as (
    select * from {{ source('tidemark', 'snapshots') }}
)

select * from source
