"""Web API: auth, users, profiles, user groups, team, bots."""

from zoneinfo import ZoneInfo

from handlers.playground.args import Args
from handlers.playground.company import Group, Person
from handlers.playground.errors import SlackError
from handlers.playground.paging import page
from handlers.playground.workspace import Workspace
from handlers.playground.world import Json

ELSEWHERE = "T0ELSEWHER"
MANAGER_FIELD, DEPARTMENT_FIELD = "Xf0MANAGER1", "Xf0DEPARTM1"


def auth(slack: Workspace, _args: Args) -> Json:
    return {
        "url": f"https://{slack.company.domain}.slack.com/",
        "team": slack.company.name,
        "user": slack.world.bot.handle,
        "team_id": slack.company.id,
        "user_id": slack.company.bot_user,
        "bot_id": slack.company.bot_id,
        "is_enterprise_install": False,
    }


def user_json(slack: Workspace, person: Person) -> Json:
    shape: Json = {
        "id": person.id,
        "team_id": person.team or slack.company.id,
        "name": person.handle,
        "real_name": person.name,
        "deleted": person.deleted,
        "color": person.colour,
        "is_bot": person.is_bot,
        "is_app_user": False,
        "updated": int(slack.clock.now().timestamp()),
        "profile": profile_json(slack, person),
    }
    if slack.enterprise and not person.team:
        # People of an organisation belong to several workspaces, and this is the first of theirs.
        shape |= {"team_id": ELSEWHERE, "enterprise_user": {"teams": [ELSEWHERE, slack.company.id]}}
    if person.deleted:
        return shape
    shape |= {"is_admin": person.is_admin, "is_owner": person.is_owner, "is_primary_owner": person.is_owner}
    shape |= {"is_restricted": person.is_guest, "is_ultra_restricted": False}
    if person.team:
        shape["is_stranger"] = False
    return shape | _zone(slack, person)


def _zone(slack: Workspace, person: Person) -> Json:
    if not person.tz or person.is_bot or person.team:
        return {}
    there = slack.clock.now().astimezone(ZoneInfo(person.tz))
    offset = there.utcoffset()
    return {
        "tz": person.tz,
        "tz_label": there.strftime("%Z"),
        "tz_offset": int(offset.total_seconds()) if offset is not None else 0,
    }


def profile_json(slack: Workspace, person: Person) -> Json:
    shape = {
        "real_name": person.name,
        "real_name_normalized": person.name,
        "display_name": person.display_name,
        "display_name_normalized": person.display_name,
        "title": person.title,
        "status_text": person.status,
        "status_emoji": "",
        "team": person.team or slack.company.id,
    }
    if person.is_bot:
        app = person.id == slack.company.bot_user
        shape["bot_id"] = slack.company.bot_id if app else f"B{person.id[1:]}"
    elif "users:read.email" in slack.manifest.scopes and person.email and not person.team:
        shape["email"] = person.email
    return shape


def users(slack: Workspace, args: Args) -> Json:
    people = [each for each in slack.world.people.values() if slack.world.local(each)]
    found, more = page(args, people)
    stamp = int(slack.clock.now().timestamp())
    return {"members": [user_json(slack, person) for person in found], "cache_ts": stamp, **more}


def _person(slack: Workspace, args: Args) -> Person:
    person = slack.world.people.get(args.text("user"))
    if person is None:
        raise SlackError("user_not_found")
    return person


def user(slack: Workspace, args: Args) -> Json:
    return {"user": user_json(slack, _person(slack, args))}


def changed_json(slack: Workspace, person: Person) -> Json:
    """A user as user_change tells of them: with the company's own fields, unlike users.info."""
    shape = user_json(slack, person)
    if "users.profile:read" in slack.manifest.scopes and not person.deleted:
        shape["profile"] |= {"fields": _fields(person)}
    return shape


def profile(slack: Workspace, args: Args) -> Json:
    person = _person(slack, args)
    return {"profile": profile_json(slack, person) | {"fields": _fields(person)}}


def _fields(person: Person) -> Json:
    fields = {MANAGER_FIELD: person.manager, DEPARTMENT_FIELD: person.department}
    return {key: {"value": value, "alt": ""} for key, value in fields.items() if value}


def team_profile(_slack: Workspace, _args: Args) -> Json:
    fields = [(MANAGER_FIELD, "Manager", "user"), (DEPARTMENT_FIELD, "Department", "text")]
    shapes = [
        {"id": key, "ordering": at, "label": label, "type": kind, "hint": "", "is_hidden": False}
        for at, (key, label, kind) in enumerate(fields)
    ]
    return {"profile": {"fields": shapes, "sections": []}}


def group_json(slack: Workspace, group: Group, *, members: bool) -> Json:
    shape = {
        "id": group.id,
        "team_id": slack.company.id,
        "is_usergroup": True,
        "name": group.name,
        "handle": group.handle,
        "description": "",
        "is_external": False,
        "date_delete": 1 if group.disabled else 0,
        "user_count": len(group.members),
    }
    return shape | ({"users": list(group.members)} if members else {})


def groups(slack: Workspace, args: Args) -> Json:
    disabled, members = args.flag("include_disabled"), args.flag("include_users")
    found = [group for group in slack.world.groups.values() if disabled or not group.disabled]
    return {"usergroups": [group_json(slack, group, members=members) for group in found]}


def group_users(slack: Workspace, args: Args) -> Json:
    group = slack.world.groups.get(args.text("usergroup"))
    if group is None or (group.disabled and not args.flag("include_disabled")):
        raise SlackError("no_such_subteam")
    return {"users": list(group.members)}


def team(slack: Workspace, _args: Args) -> Json:
    company = slack.company
    return {"team": {"id": company.id, "name": company.name, "domain": company.domain, "email_domain": ""}}


def bot(slack: Workspace, args: Args) -> Json:
    if args.text("bot") not in {"", slack.company.bot_id}:
        raise SlackError("bot_not_found")
    return {
        "bot": {
            "id": slack.company.bot_id,
            "app_id": slack.company.app_id,
            "user_id": slack.company.bot_user,
            "name": slack.manifest.name,
            "deleted": False,
        }
    }


METHODS = {
    "auth.test": auth,
    "users.list": users,
    "users.info": user,
    "users.profile.get": profile,
    "team.profile.get": team_profile,
    "team.info": team,
    "usergroups.list": groups,
    "usergroups.users.list": group_users,
    "bots.info": bot,
}
