with

source as (
    select * from {{ source('tidemark', 'methods') }}
)

select * from source
