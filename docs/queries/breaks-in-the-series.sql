-- Where does the way in which a figure is made change, so that it must not be read across?
-- Answers with: dataset, method, from_period, to_period, what_changed

select dataset, method, from_period, to_period, what as what_changed
from core.methods
where from_period is not null
order by from_period desc, dataset, method;
