"""Facts. Importing the package makes every table known; it imports no network and no library but SQLAlchemy."""

from socialq.models.base import Record
from socialq.models.channel import Channel
from socialq.models.client import Client, Slot
from socialq.models.connecting import ConnectChoice, ConnectLink, ConnectWay
from socialq.models.delivery import Attempt, Delivery, Worker
from socialq.models.event import Event
from socialq.models.guard import Budget, BudgetHold, Cost, Host, Installation
from socialq.models.heartbeat import Heartbeat
from socialq.models.incident import Incident
from socialq.models.media import Media
from socialq.models.member import Member, MemberClient
from socialq.models.network_app import NetworkApp
from socialq.models.outbox import OutboxMail
from socialq.models.post import Approval, Post, Revision, RevisionChannel, RevisionMedia, RevisionPart
from socialq.models.preference import Preference
from socialq.models.report import Report
from socialq.models.reset import PasswordReset
from socialq.models.session import MemberSession
from socialq.models.snapshot import COMMON, ChannelSnapshot, PostSnapshot, Rollup
from socialq.models.throttle import Throttle

__all__ = [
    "Approval", "Attempt", "Budget", "BudgetHold", "COMMON", "Channel", "ChannelSnapshot", "Client", "ConnectChoice", "ConnectLink", "Cost",
    "ConnectWay", "Delivery", "Event", "Heartbeat", "Host", "Incident", "Installation", "Media", "Member",
    "MemberClient", "MemberSession", "NetworkApp", "OutboxMail", "PasswordReset", "Post", "PostSnapshot", "Preference",
    "Record", "Report", "Revision", "RevisionChannel", "RevisionMedia", "RevisionPart", "Rollup", "Slot", "Throttle", "Worker",
]  # fmt: skip
