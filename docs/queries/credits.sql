-- Whom must I name, and under which terms may I pass figures on?
-- Rows that a mart marks `is_redistributable = false` stay at the desk, whatever the licence of the others.
-- Answers with: publisher, licence, licence_url, credit, datasets

select
    publisher_title as publisher, licence, licence_url, credit,
    string_agg(dataset, ', ' order by dataset) as datasets
from core.datasets
where snapshots > 0
group by publisher_title, licence, licence_url, credit
order by publisher, licence, credit;
