"""Where things are and how long they may take. What the VA decides is in the database, not here."""

from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, create_model, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from socialq.domain.times import Times
from socialq.errors import BadInput


def _default_data_dir() -> Path:
    return Path("data").resolve()


class _FromFiles(PydanticBaseSettingsSource):
    """SOCIALQ_NAME_FILE: the value is what the file holds (how containers hand over secrets)."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        import os

        path = os.environ.get(f"SOCIALQ_{field_name.upper()}_FILE")
        return (Path(path).read_text().strip() if path else None), field_name, False

    def __call__(self) -> dict[str, Any]:
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}


class _Sourced(BaseSettings):
    """Every field is `SOCIALQ_<NAME>` in the environment, in the file that `SOCIALQ_<NAME>_FILE` names, or in `.env`."""

    model_config = SettingsConfigDict(env_prefix="SOCIALQ_", env_file=".env", extra="ignore", frozen=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, _FromFiles(settings_cls), dotenv_settings


SHARED_APIS = {"facebook": "graph"}  # networks that are called under a name that is not theirs alone


class Settings(_Sourced):
    """Every field is `SOCIALQ_<NAME>` in the environment or in `.env`; times are seconds."""

    data_dir: Path = Field(
        default_factory=_default_data_dir,
        description="Folder of everything socialq keeps: database, media, keys, logs.",
    )
    database_url: str = Field(
        "", description="Empty: SQLite in DATA_DIR. PostgreSQL: postgresql+psycopg://user:password@host/name"
    )
    redis_url: str = Field(
        "", description="Empty: a Redis of its own, on a socket in DATA_DIR. Else redis://host:6379/0"
    )
    secret_key: str = Field("", description="Empty: kept in DATA_DIR/keys. Signs links and cookies.")
    base_url: str = Field(
        "http://127.0.0.1:8000",
        description="The address under which people reach this installation; links in mails use it.",
    )
    trusted_proxies: int = Field(
        0, ge=0, le=10, description="Proxies in front that set X-Forwarded-For and -Proto; 0: nobody is believed."
    )
    media_url: str = Field(
        "", description="Public address under which networks fetch pictures and videos. Empty: BASE_URL."
    )
    s3_bucket: str = Field(
        "", description="Empty: pictures and videos lie in DATA_DIR/media. Else the S3 bucket for them."
    )
    s3_endpoint: str = Field("", description="Of an S3 that is not Amazon's: https://s3.example.com. Empty: Amazon's.")
    s3_region: str = Field("", description="Empty: us-east-1.")
    s3_access_key: str = Field("", description="Empty with the next one: the role of the machine, as Amazon has it.")
    s3_secret_key: str = Field("", description="Belongs to the one before it.", repr=False)
    bluesky_url: str = Field(
        "https://bsky.social", description="Where Bluesky accounts log in, unless one names a server of its own."
    )
    graph_api_url: str = Field(
        "", description="Empty: https://graph.facebook.com. Else what is asked in its place for Facebook."
    )
    x_api_url: str = Field("", description="Empty: https://api.x.com. Else what is asked in its place for X.")
    allow_private_hosts: bool = Field(False, description="Let people connect servers on private or loopback addresses.")
    smtp_url: str = Field("", description="smtp://user:password@host:587 or smtps://...; empty: no mail leaves.")
    ping_url: str = Field(
        "", description="Fetched once a minute while all is well; an outside watchman tells you when that stops."
    )
    metrics_token: str = Field(
        "", description="Empty: there is no /metrics. Else what a Prometheus brings as its bearer token."
    )
    node_name: str = Field("", description="Name of this machine when several share a database. Empty: its machine id.")
    client_media_mb: int = Field(2000, ge=1, description="Megabytes of pictures and videos that one client may have.")
    video_mb: int = Field(512, ge=1, le=100_000, description="Megabytes that one video may have.")
    web_threads: int = Field(8, ge=1, le=64, description="Threads of the web server.")
    publish_threads: int = Field(16, ge=1, le=256, description="Posts that one publish worker sends at the same time.")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")
    styleguide: bool = Field(
        False, description="Show /styleguide to anybody: every part of the pages with made-up data."
    )

    tick: float = Field(0.25, gt=0, description="The scheduler asks this often what is due.")
    start: float = Field(15, gt=0, description="Longest from claim to the first byte of the final call.")
    hard: float = Field(20, gt=0, description="Longest from the first byte to the end of the final call.")
    record: float = Field(15, gt=0, description="Longest from the answer until it is committed.")
    journal_after: float = Field(
        5, gt=0, description="The database takes no answer: after this long it is kept in a file."
    )
    lease: float = Field(60, gt=0, description="From claim until a delivery counts as lost.")
    quarantine: float = Field(90, gt=0, description="From the sender's end to the first look.")
    gap: float = Field(30, gt=0, description="Between two looks.")
    rering: float = Field(30, gt=0, description="Ring again after this long, then twice, up to ten times as long.")
    backoff: float = Field(
        15, gt=0, description="First wait after a try that did not go out; doubles up to 20 times as long."
    )
    read_limit: float = Field(3600, gt=0, description="Reading back fails for so long: a person is asked.")
    prepare_lead: float = Field(900, ge=0, description="Preparation starts this long before the promised time.")
    upload: float = Field(60, gt=0, description="Longest for one call of preparation, an upload or a reading.")
    network_acts: float = Field(
        60, gt=0, description="Longest time in which a network may still act on a complete request."
    )
    network_lags: float = Field(30, gt=0, description="Longest time until a network's own lists show a new post.")
    heartbeat: float = Field(5, gt=0, description="Scheduler and workers say this often that they live.")
    ping_every: float = Field(30, gt=0, description="A ping job runs through each queue this often.")

    def server_of(self, network: str) -> str:
        """The address under which a network is called when nobody names one; empty where each account names its own, or where the
        network's own stands."""
        names = (f"{network}_url", f"{SHARED_APIS.get(network, network)}_api_url")
        return next((found for name in names if (found := str(getattr(self, name, "")))), "")

    @property
    def times(self) -> Times:
        return Times(**{name: getattr(self, name) for name in Times.__dataclass_fields__})

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, url: str) -> str:
        """Said at start rather than by the first mail that does not leave; the address itself is not repeated."""
        try:
            parts = urlsplit(url)
            sound = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            sound = False
        if url and not sound:
            raise ValueError("write it like smtp://user:password@mail.example.com:587, or smtps://… for port 465")
        return url

    @field_validator("media_url", "s3_endpoint")
    @classmethod
    def _address(cls, url: str) -> str:
        """Said at start rather than by the first network that cannot fetch."""
        try:
            sound = urlsplit(url).scheme in ("http", "https") and bool(urlsplit(url).hostname)
        except ValueError:
            sound = False
        if url and not sound:
            raise ValueError("write it like https://media.example.com")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _both_keys(self) -> Self:
        if bool(self.s3_access_key) != bool(self.s3_secret_key):
            raise ValueError("SOCIALQ_S3_ACCESS_KEY and SOCIALQ_S3_SECRET_KEY belong together: set both, or neither")
        return self

    @model_validator(mode="after")
    def _inequalities(self) -> Self:
        problems = self.times.broken()
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'socialq.sqlite3'}"


def app_names(network: str) -> tuple[str, str]:
    """The settings that hold the credentials of a network's app."""
    return f"SOCIALQ_{network.upper()}_CLIENT_ID", f"SOCIALQ_{network.upper()}_CLIENT_SECRET"


def app_credentials(network: str) -> tuple[str, str]:
    """What those settings hold (empty: nothing), read when asked: which networks there are is not known here."""
    names = [name.removeprefix("SOCIALQ_").lower() for name in app_names(network)]
    fields: dict[str, Any] = dict.fromkeys(names, (str, ""))
    found = create_model("AppSettings", __base__=_Sourced, **fields)()
    app_id, secret = (str(getattr(found, name)) for name in names)
    return app_id, secret


def load_settings() -> Settings:
    """From the environment and `.env`. Raises BadInput with one sentence for each setting that is not right."""
    try:
        return Settings()
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'settings'}: {e['msg']}" for e in error.errors())
        raise BadInput(f"The settings are not right. {told}") from None
