"""The installations: tokens encrypted, each workspace with the one that serves it, and open states."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, delete, or_, select, update

from bot.rules.installations import ENDED, Installation, Space, Standing
from storage.engine import inserting, upsert
from storage.secrets import Cipher
from storage.tables import install_states, installations, installed_workspaces, outbox, workspaces


class InstallationShelf:
    def __init__(self, connection: Connection, cipher: Cipher) -> None:
        self._connection = connection
        self._cipher = cipher

    def standing(self) -> Standing:
        query = (
            select(
                installed_workspaces.c.workspace_id,
                installed_workspaces.c.account_id,
                workspaces.c.name,
                workspaces.c.url,
            )
            .join(installations, installations.c.account_id == installed_workspaces.c.account_id)
            .join(workspaces, workspaces.c.workspace_id == installed_workspaces.c.workspace_id)
            .where(installed_workspaces.c.revoked_at.is_(None), installations.c.revoked_at.is_(None))
            .order_by(installed_workspaces.c.workspace_id)
        )
        spaces = [
            Space(row.workspace_id, row.name, row.account_id, row.url or "")
            for row in self._connection.execute(query)
        ]
        brief = select(installations.c.account_id, installations.c.version)
        versions = self._connection.execute(brief.where(installations.c.revoked_at.is_(None)))
        return Standing(
            {space.workspace: space for space in spaces}, {row.account_id: row.version for row in versions}
        )

    def find(self, account: str) -> Installation | None:
        query = select(installations).where(
            installations.c.account_id == account, installations.c.revoked_at.is_(None)
        )
        row = self._connection.execute(query).one_or_none()
        return None if row is None else self._read(row)

    def keep(self, made: Installation, spaces: Sequence[Space], now: datetime) -> None:
        """Keep an installation, new or anew; what was held back for its workspaces goes out again."""
        row = self._row(made) | {"revoked_at": None, "renewing_until": None}
        statement = inserting(self._connection, installations).values(**row, version=1)
        anew = row | {"version": installations.c.version + 1}
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=[installations.c.account_id], set_=anew)
        )
        self.add(made, spaces, now)

    def add(self, made: Installation, spaces: Sequence[Space], now: datetime) -> None:
        """Let an installation serve these workspaces as well."""
        if not spaces:
            return
        known = [
            {
                "workspace_id": one.workspace,
                "name": one.name,
                "bot_user_id": made.bot_user,
                "added_at": now,
                "url": one.url or made.url or None,  # that of the organisation leads there as well
            }
            for one in spaces
        ]
        upsert(self._connection, workspaces, known, update=("name", "bot_user_id", "url"))
        served = [
            {
                "workspace_id": one.workspace,
                "account_id": made.account,
                "since": now,
                "revoked_at": None,
                "erased_at": None,
            }
            for one in spaces
        ]
        upsert(
            self._connection,
            installed_workspaces,
            served,
            update=("account_id", "since", "revoked_at", "erased_at"),
        )
        self._release([one.workspace for one in spaces], now)

    def end_held(self, held: Installation, now: datetime) -> bool:
        """End it unless it was installed anew, or its token renewed, since it was read."""
        query = select(installations.c.account_id).where(self._is(held)).with_for_update()
        if self._connection.execute(query).first() is None:
            return False
        self.end(held.account, now)
        return True

    def end(self, account: str, now: datetime) -> None:
        """End it at once: its tokens are gone, and none of its workspaces is served any more."""
        gone = {"bot_token": None, "refresh_token": None, "expires_at": None, "revoked_at": now}
        ours = (installations.c.account_id == account, installations.c.revoked_at.is_(None))
        self._connection.execute(update(installations).where(*ours).values(**gone, renewing_until=None))
        theirs = (
            installed_workspaces.c.account_id == account,
            installed_workspaces.c.revoked_at.is_(None),
        )
        self._connection.execute(update(installed_workspaces).where(*theirs).values(revoked_at=now))

    def end_spaces(self, account: str, left: Sequence[str], now: datetime) -> None:
        """End it in these workspaces of an organisation only."""
        theirs = (
            installed_workspaces.c.account_id == account,
            installed_workspaces.c.workspace_id.in_(left),
            installed_workspaces.c.revoked_at.is_(None),
        )
        self._connection.execute(update(installed_workspaces).where(*theirs).values(revoked_at=now))

    def begin_renewal(self, held: Installation, now: datetime, until: datetime) -> bool:
        """Claim the renewal of this very token; False where another has done it or is about to."""
        free = or_(installations.c.renewing_until.is_(None), installations.c.renewing_until <= now)
        claim = update(installations).where(self._is(held), free).values(renewing_until=until)
        return self._connection.execute(claim.returning(installations.c.account_id)).first() is not None

    def end_renewal(self, held: Installation, until: datetime) -> None:
        """It was refused: nobody tries again until then."""
        self._connection.execute(update(installations).where(self._is(held)).values(renewing_until=until))

    def renewed(self, held: Installation, token: str, refresh_token: str, expires_at: datetime) -> bool:
        """Keep the new tokens, unless it has ended or was installed anew meanwhile."""
        new = {
            "bot_token": self._cipher.lock(token),
            "refresh_token": self._cipher.lock(refresh_token),
            "expires_at": expires_at,
            "version": installations.c.version + 1,
            "renewing_until": None,
        }
        kept = update(installations).where(self._is(held)).values(new)
        return self._connection.execute(kept.returning(installations.c.account_id)).first() is not None

    def use_state(self, digest: str, now: datetime, until: datetime) -> bool:
        self._connection.execute(delete(install_states).where(install_states.c.expires_at <= now))
        statement = inserting(self._connection, install_states).values(digest=digest, expires_at=until)
        first = statement.on_conflict_do_nothing().returning(install_states.c.digest)
        return self._connection.execute(first).first() is not None

    def to_erase(self, before: datetime) -> list[str]:
        """Workspaces that left before then, of which there is still something to erase."""
        query = select(installed_workspaces.c.workspace_id).where(
            installed_workspaces.c.revoked_at <= before, installed_workspaces.c.erased_at.is_(None)
        )
        return list(self._connection.execute(query.order_by(installed_workspaces.c.workspace_id)).scalars())

    def relock(self) -> int:
        """Encrypt every token anew with the newest key; gives how many installations there are."""
        query = select(installations).where(installations.c.bot_token.is_not(None))
        rows = self._connection.execute(query.with_for_update()).all()
        for row in rows:
            held = {"bot_token": row.bot_token, "refresh_token": row.refresh_token}
            locked = {name: self._cipher.relock(value) for name, value in held.items() if value is not None}
            which = installations.c.account_id == row.account_id
            self._connection.execute(update(installations).where(which).values(locked))
        return len(rows)

    def _release(self, ids: Sequence[str], now: datetime) -> None:
        """Let what Slack refused for the end of the installation try again."""
        held = (
            outbox.c.workspace_id.in_(ids),
            outbox.c.state == "parked",
            outbox.c.reason.in_(ENDED),
        )
        since = case((outbox.c.unsure, outbox.c.first_tried_at))
        again = {"state": "waiting", "due_at": now, "attempts": 0, "first_tried_at": since}
        self._connection.execute(update(outbox).where(*held).values(again))

    def _is(self, held: Installation) -> Any:
        return (
            (installations.c.account_id == held.account)
            & (installations.c.version == held.version)
            & installations.c.revoked_at.is_(None)
        )

    def _row(self, made: Installation) -> dict[str, Any]:
        return {
            "account_id": made.account,
            "enterprise_id": made.enterprise or None,
            "org_wide": made.org_wide,
            "name": made.name,
            "url": made.url or None,
            "bot_user_id": made.bot_user,
            "bot_id": made.bot_id,
            "scopes": made.scopes,
            "bot_token": self._cipher.lock(made.token),
            "refresh_token": self._cipher.lock(made.refresh_token or None),
            "expires_at": made.expires_at,
            "installed_by": made.installed_by,
            "installed_at": made.installed_at,
        }

    def _read(self, row: Row[Any]) -> Installation:
        return Installation(
            account=row.account_id,
            name=row.name,
            bot_user=row.bot_user_id,
            bot_id=row.bot_id,
            token=self._cipher.unlock(row.bot_token) or "",
            installed_at=row.installed_at,
            enterprise=row.enterprise_id or "",
            org_wide=row.org_wide,
            url=row.url or "",
            scopes=row.scopes,
            installed_by=row.installed_by,
            refresh_token=self._cipher.unlock(row.refresh_token) or "",
            expires_at=row.expires_at,
            version=row.version,
        )
