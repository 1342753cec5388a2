"""The frozen values that travel between the rooms.

    Feed → Fetched | NotModified | FetchFailed → ParsedFeed(Entry…) → Article → Match(evidence) → Digest(reason)
         → Message → Delivery

Times are aware and in UTC, end in ``_at``, and are never read from a clock here: ``now`` is an argument everywhere.
This module must not know how any of these values is fetched, stored or sent.
"""

from __future__ import annotations

from monitor.model.articles import Article, Evidence, FieldName, Match, Points, Severity, StoredArticle
from monitor.model.digests import (
    ArticleRef,
    Change,
    ChangeKind,
    Coverage,
    Digest,
    FeedTrouble,
    Flood,
    Move,
    Quiet,
    RegionSection,
    StoryItem,
    Why,
    Window,
)
from monitor.model.feeds import (
    Entry,
    Feed,
    FeedHealth,
    FeedState,
    Fetched,
    FetchFailed,
    FetchOutcome,
    NotModified,
    ParsedFeed,
)
from monitor.model.messages import (
    Asked,
    Delivery,
    DeliveryState,
    EmailMessage,
    FolderMessage,
    Message,
    Notice,
    Pause,
    Receipt,
    Silence,
    SilenceScope,
    SlackMessage,
)
from monitor.model.stories import (
    Casualty,
    Figure,
    Group,
    Modifier,
    RelatedStory,
    Statement,
    StatementKind,
    StoryEvent,
    StorySummary,
)

__all__ = [
    "Article",
    "ArticleRef",
    "Asked",
    "Casualty",
    "Change",
    "ChangeKind",
    "Coverage",
    "Delivery",
    "DeliveryState",
    "Digest",
    "EmailMessage",
    "Entry",
    "Evidence",
    "Feed",
    "FeedHealth",
    "FeedState",
    "FeedTrouble",
    "FetchFailed",
    "FetchOutcome",
    "Fetched",
    "FieldName",
    "Figure",
    "Flood",
    "FolderMessage",
    "Group",
    "Match",
    "Message",
    "Modifier",
    "Move",
    "NotModified",
    "Notice",
    "ParsedFeed",
    "Pause",
    "Points",
    "Quiet",
    "Receipt",
    "RegionSection",
    "RelatedStory",
    "Severity",
    "Silence",
    "SilenceScope",
    "SlackMessage",
    "Statement",
    "StatementKind",
    "StoredArticle",
    "StoryEvent",
    "StoryItem",
    "StorySummary",
    "Why",
    "Window",
]
