"""Every setting that comes from the environment; read once, here, and nowhere else."""

import os
from typing import Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from bot.errors import Refusal

Level = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


class Config(BaseModel):
    """The environment. The README's table is tested against the names and defaults of these fields."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)

    slack_bot_token: SecretStr = Field(
        SecretStr(""), description="The app's bot token (`xoxb-…`), from *OAuth & Permissions*"
    )
    slack_signing_secret: SecretStr = Field(
        SecretStr(""), description="Proves that a request comes from Slack, from *Basic Information*"
    )
    slack_app_token: SecretStr = Field(
        SecretStr(""),
        description="The app-level token (`xapp-…`), from *Basic Information*: "
        "with it Goodword calls Slack (Socket Mode) and needs neither an address nor a signing secret",
    )
    slack_client_id: str = Field(
        "", description="With the next one, for many workspaces in place of a bot token; *Basic Information*"
    )
    slack_client_secret: SecretStr = Field(SecretStr(""), description="The secret that belongs to it")
    slack_api_url: str = Field(
        "https://slack.com/api/", description="Where Slack's Web API is; change it for a stand-in or a proxy"
    )
    database_url: SecretStr = Field(
        SecretStr("sqlite:///goodword.db"),
        description="`sqlite:///…` for one process, `postgresql://…` for any number",
    )
    goodword_encryption_key: SecretStr = Field(
        SecretStr(""),
        description="Fernet keys for escalations, newest first, separated by commas; "
        "on SQLite one is made beside the database if none is given",
    )
    goodword_scim_url: str = Field(
        "",
        description="The SCIM 2.0 service to read the org chart from, such as `https://id.example.com/scim/v2`",
    )
    goodword_scim_token: SecretStr = Field(SecretStr(""), description="The bearer token for it")
    goodword_smtp_url: SecretStr = Field(
        SecretStr(""),
        description="Sends managers' and executives' digests by mail as well: "
        "`smtp://user:password@host:587?from=goodword@example.com`, or `smtps://…`",
    )
    host: str = Field("127.0.0.1", description="The address to listen on; `0.0.0.0` for all")
    port: int = Field(3000, ge=0, le=65535, description="The port to listen on")
    log_level: Level = Field("INFO", description="`DEBUG`, `INFO`, `WARNING` or `ERROR`")
    log_format: Literal["console", "json"] = Field(
        "console", description="`console` for people, `json` for machines"
    )

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("log_format", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("slack_api_url")
    @classmethod
    def _slash(cls, value: str) -> str:
        """slack_sdk joins the method's name to it, so it must end with a slash."""
        if not value.startswith(("https://", "http://")):
            raise ValueError("must start with https:// or http://")
        return value if value.endswith("/") else f"{value}/"

    @field_validator("slack_app_token")
    @classmethod
    def _of_an_app(cls, value: SecretStr) -> SecretStr:
        token = value.get_secret_value()
        if token and not token.startswith("xapp-"):
            raise ValueError("must start with xapp-; a bot's token (xoxb-) belongs in SLACK_BOT_TOKEN")
        return value

    @field_validator("goodword_scim_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        if value and not value.startswith(("https://", "http://")):
            raise ValueError("must start with https:// or http://")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _scim_whole(self) -> Self:
        if bool(self.goodword_scim_url) != bool(self.goodword_scim_token.get_secret_value()):
            raise ValueError("GOODWORD_SCIM_URL and GOODWORD_SCIM_TOKEN need each other")
        return self

    @model_validator(mode="after")
    def _one_or_many(self) -> Self:
        if bool(self.slack_client_id) != bool(self.slack_client_secret.get_secret_value()):
            raise ValueError("SLACK_CLIENT_ID and SLACK_CLIENT_SECRET need each other")
        if self.slack_client_id and self.slack_bot_token.get_secret_value():
            raise ValueError(
                "SLACK_BOT_TOKEN serves one workspace and SLACK_CLIENT_ID many: leave one of them out"
            )
        if self.slack_client_id and self.goodword_scim_url:
            raise ValueError(
                "GOODWORD_SCIM_URL knows one company and SLACK_CLIENT_ID serves many: leave one of them out"
            )
        return self

    def missing(self) -> list[str]:
        """Names of the variables without which Goodword cannot talk to Slack."""
        needed = {} if self.slack_client_id else {"SLACK_BOT_TOKEN": self.slack_bot_token}
        if not self.slack_app_token.get_secret_value():  # in Socket Mode nothing comes in that is signed
            needed["SLACK_SIGNING_SECRET"] = self.slack_signing_secret
        return [name for name, value in needed.items() if not value.get_secret_value()]


def read() -> Config:
    """Read the environment, or refuse with one sentence that names the variable and not its value."""
    try:
        return Config.model_validate({name.lower(): value for name, value in os.environ.items()})
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = str(first["loc"][0]).upper() if first["loc"] else "The environment"
        raise Refusal(f"{name} is not valid: {first['msg'].removeprefix('Value error, ')}.") from None
