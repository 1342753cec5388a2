"""threads, silences, leavers and notices

Revision 0003, after 0002.
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "silence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("target", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("author", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("comment", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ends_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("lifted_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("silence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_silence_ends_at"), ["ends_at"], unique=False)

    op.create_table(
        "leaver",
        sa.Column("subscription", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("destination", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("left_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("subscription", "destination"),
    )
    op.create_table(
        "notice",
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("what", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("hint", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("since_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.add_column(sa.Column("root", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("edits", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_index("ix_delivery_root", ["root"], unique=False)

    with op.batch_alter_table("digest", schema=None) as batch_op:
        batch_op.add_column(sa.Column("continues", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
        batch_op.create_index(batch_op.f("ix_digest_continues"), ["continues"], unique=False)

    with op.batch_alter_table("owed", schema=None) as batch_op:
        batch_op.add_column(sa.Column("silence", sa.Integer(), nullable=True))
        batch_op.drop_index("ix_owed_open")
        is_open, is_muted = sa.text("digest IS NULL AND silence IS NULL"), sa.text("silence IS NOT NULL")
        batch_op.create_index(
            "ix_owed_open", ["subscription", "owed_at"], sqlite_where=is_open, postgresql_where=is_open
        )
        batch_op.create_index("ix_owed_digest", ["digest"], unique=False)
        batch_op.drop_index("ix_owed_story")
        batch_op.create_index("ix_owed_story", ["story", "subscription"], unique=False)
        batch_op.create_index(
            "ix_owed_silence", ["subscription", "silence"], sqlite_where=is_muted, postgresql_where=is_muted
        )


def downgrade() -> None:
    with op.batch_alter_table("owed", schema=None) as batch_op:
        batch_op.drop_index("ix_owed_story")
        batch_op.create_index("ix_owed_story", ["story"], unique=False)
        batch_op.drop_index("ix_owed_silence")
        batch_op.drop_index("ix_owed_digest")
        batch_op.drop_index("ix_owed_open")
        batch_op.create_index("ix_owed_open", ["subscription", "digest"], unique=False)
        batch_op.drop_column("silence")

    with op.batch_alter_table("digest", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_digest_continues"))
        batch_op.drop_column("continues")

    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index("ix_delivery_root")
        batch_op.drop_column("edits")
        batch_op.drop_column("root")

    for table in ("notice", "leaver", "silence"):
        op.drop_table(table)
