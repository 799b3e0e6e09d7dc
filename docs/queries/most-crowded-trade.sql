-- Which trade did fund managers call the most crowded, and who reported it?
-- Survey readings are cited from the press, or the desk's own; some are words instead of shares.
-- Answers with: survey_month, answer, share_pct, in_words, source_name, source_url

select
    survey_period as survey_month, answer, case when unit = 'pct_of_respondents' then reading end as share_pct,
    reading_text as in_words, source_name, source_url
from surveys.readings
where question_id = 'most_crowded_trade' and is_chosen
order by survey_month desc, share_pct desc nulls last, answer
limit 40;
