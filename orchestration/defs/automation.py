"""Jobs over all publishers, and how steps are executed. A publisher's own job is its component's."""

import dagster as dg


@dg.definitions
def defs() -> dg.Definitions:
    """`everything` looks at all publishers; `offline` rebuilds from the archive alone."""
    every = dg.AssetSelection.all()
    return dg.Definitions(
        jobs=[
            dg.define_asset_job(
                "everything",
                selection=every,
                description="Look at every publisher, load what is new, rebuild and publish.",
            ),
            dg.define_asset_job(
                "offline",
                selection=every - dg.AssetSelection.key_prefixes("archive"),
                description="The whole way from the archive alone; asks no publisher.",
            ),
        ],
        # One writer: several processes would only wait for each other, and each imports anew.
        executor=dg.in_process_executor,
    )
