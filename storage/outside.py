"""The database as another program may see it: how much is still to be said, and a hold on it.

The playground uses it to show an outage. Whoever holds a SQLite database lets nobody else write to it.
"""

from sqlalchemy import Connection, func, select

from storage import engine as engines
from storage.tables import outbox

UNFINISHED = ("waiting", "sending")


class Outside:
    def __init__(self, database_url: str) -> None:
        self._engine = engines.build(database_url)
        self._held: Connection | None = None

    def still_to_say(self) -> int:
        """Count the messages in the outbox that have not been sent yet; this reads, and waits for nobody."""
        count = select(func.count()).select_from(outbox).where(outbox.c.state.in_(UNFINISHED))
        with self._engine.execution_options(only_reads=True).connect() as connection:
            return connection.execute(count).scalar_one()

    def hold(self) -> None:
        self._held = self._engine.connect()
        self._held.begin()  # takes the lock, see storage.engine

    def let_go(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None

    def close(self) -> None:
        self.let_go()
        self._engine.dispose()
