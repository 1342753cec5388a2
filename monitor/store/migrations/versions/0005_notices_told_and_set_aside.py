"""notices told, feeds that rename, articles set aside

Revision 0005, after 0004.
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "set_aside",
        sa.Column("article", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("tried_with", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("since_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("article"),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("told_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("over", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    with op.batch_alter_table("feed", schema=None) as batch_op:
        batch_op.add_column(sa.Column("renamed_polls", sa.Integer(), nullable=False, server_default=sa.text("0")))
