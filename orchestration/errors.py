"""Errors for people: what was expected, what was found, where, and what to do.

Only the classes live here; each module words its own messages.
"""


class TidemarkError(Exception):
    """Something that a person has to know about; the message is meant to be read by one."""


class SettingsError(TidemarkError):
    """The environment or `.env` says something that cannot be: names the setting."""


class RecordError(TidemarkError):
    """A dataset record says something that cannot be: names the file and the field."""


class FetchError(TidemarkError):
    """A publisher could not be asked, or what it sent was refused."""


class LayoutError(TidemarkError):
    """A file is not laid out as its parser knows it: names what was expected and found, and where."""


class ArchiveError(TidemarkError):
    """The archive would be harmed, or is: nothing was written."""


class WarehouseError(TidemarkError):
    """The warehouse's file cannot be had, or holds what it must not."""


class LockError(TidemarkError):
    """Another process was waited for in vain; nothing was begun."""


class PublishError(TidemarkError):
    """The serving copy could not be made; the one that was there stays."""


class PostgresError(TidemarkError):
    """The PostgreSQL server was not given the newest marts; what it held stays."""


class DescriptionError(TidemarkError):
    """A column's description in the dbt project lacks something: names the model, the column and the key."""


class AlertError(TidemarkError):
    """An alert could not be sent; it is tried again."""


class InstanceError(TidemarkError):
    """Dagster's storage cannot be had."""


class DashboardError(TidemarkError):
    """The dashboard cannot be started."""
