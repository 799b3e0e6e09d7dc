"""Positions in futures, from the Commission's real files, as the serving copy has them."""


def test_what_asset_managers_held_of_the_yen_and_the_dollar_in_april_2025(real_marts) -> None:
    found = real_marts.execute(
        """
        select subject, cast(report_date as varchar), net_contracts, net_share_of_open_interest_pct
        from positioning.trader_positions
        where trader_group = 'asset_manager' and subject in ('JPY', 'USD')
            and report_date in (date '2025-04-01', date '2025-04-29')
        """
    ).fetchall()
    assert {(subject, day): (net, round(float(share), 1)) for subject, day, net, share in found} == {
        ("JPY", "2025-04-01"): (76_649, 24.6),
        ("JPY", "2025-04-29"): (127_275, 34.8),
        ("USD", "2025-04-01"): (4_228, 14.4),
        ("USD", "2025-04-29"): (-3_052, -9.3),
    }


def test_a_report_is_not_known_before_its_friday(real_marts) -> None:
    for day, newest in (("2025-05-01", "2025-04-22"), ("2025-05-02", "2025-04-29")):
        (known,) = real_marts.execute(
            "select cast(max(report_date) as varchar) "
            "from positioning.trader_positions_as_of(cast(? as date))",
            [day],
        ).fetchone()
        assert known == newest


def test_with_less_than_three_years_of_reports_there_is_no_percentile(real_marts) -> None:
    weeks, percentiles = real_marts.execute(
        "select max(weeks_compared), count(net_percentile_3y) from positioning.trader_positions"
    ).fetchone()
    assert (weeks, percentiles) == (48, 0)
