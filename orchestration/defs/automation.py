"""Jobs over all publishers, the daily catch-up, and how steps are executed.

A publisher's own job and schedule are its component's.
"""

import dagster as dg

from orchestration.components.publisher import RETRIED_WHOLE, schedule_status

# In UTC: midnight in Washington, midday in Tokyo; after one day's releases, before Europe's next.
CATCH_UP = "30 4 * * *"


@dg.definitions
def defs() -> dg.Definitions:
    """`everything` looks at all publishers; `offline` rebuilds from the archive alone."""
    every = dg.AssetSelection.all()
    everything = dg.define_asset_job(
        "everything",
        selection=every,
        description="Look at every publisher, load what is new, rebuild and publish.",
        tags=RETRIED_WHOLE,
    )
    catch_up = dg.ScheduleDefinition(
        name="catch_up",
        job=everything,
        cron_schedule=CATCH_UP,
        execution_timezone="UTC",
        default_status=schedule_status(),
        description="Once a day, whatever the publishers' own looks have missed.",
    )
    return dg.Definitions(
        jobs=[
            everything,
            dg.define_asset_job(
                "offline",
                selection=every - dg.AssetSelection.key_prefixes("archive"),
                description="The whole way from the archive alone; asks no publisher.",
                tags=RETRIED_WHOLE,
            ),
        ],
        schedules=[catch_up],
        # One writer: several processes would only wait for each other, and each imports anew.
        executor=dg.in_process_executor,
    )
