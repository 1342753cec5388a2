"""stories, duplicates and figures

Revision 0002, after 0001.
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "habit",
        sa.Column("feed", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("feed"),
    )
    op.create_table(
        "related",
        sa.Column("story", sa.Integer(), nullable=False),
        sa.Column("other", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("story", "other"),
    )
    with op.batch_alter_table("related", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_related_other"), ["other"], unique=False)

    op.create_table(
        "report",
        sa.Column("article", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("statements", sa.JSON(), nullable=False),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("article", "revision"),
    )
    op.create_table(
        "sketch",
        sa.Column("article", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("article"),
    )
    op.create_table(
        "sketch_key",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("article", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", "article"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "story",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_seen_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("updated_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("merged_into", sa.Integer(), nullable=True),
        sa.Column("cluster", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("story", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_story_updated_at"), ["updated_at"], unique=False)

    op.create_table(
        "story_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("story", sa.Integer(), nullable=False),
        sa.Column("other", sa.Integer(), nullable=False),
        sa.Column("articles", sa.JSON(), nullable=False),
        sa.Column("by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("story_event", schema=None) as batch_op:
        batch_op.create_index("ix_story_event_kind", ["kind", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_story_event_other"), ["other"], unique=False)
        batch_op.create_index(batch_op.f("ix_story_event_story"), ["story"], unique=False)

    op.create_table(
        "story_key",
        sa.Column("term", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("story", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("term", "story"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "term",
        sa.Column("term", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("term"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("digest", schema=None) as batch_op:
        batch_op.add_column(sa.Column("until_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))

    with op.batch_alter_table("owed", schema=None) as batch_op:
        batch_op.add_column(sa.Column("material", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_index("ix_owed_story", ["story"], unique=False)

    # Articles stored before are stories of the past: shown as they were, joined by nothing.
    op.execute(
        "INSERT INTO story (id, first_seen_at, updated_at) "
        "SELECT story, MIN(stored_at), MAX(stored_at) FROM article GROUP BY story"
    )


def downgrade() -> None:
    with op.batch_alter_table("owed", schema=None) as batch_op:
        batch_op.drop_index("ix_owed_story")
        batch_op.drop_column("material")

    with op.batch_alter_table("digest", schema=None) as batch_op:
        batch_op.drop_column("until_at")

    for table in ("term", "story_key", "story_event", "story", "sketch_key", "sketch", "report", "related", "habit"):
        op.drop_table(table)
