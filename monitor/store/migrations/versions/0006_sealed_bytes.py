"""stored bytes end with their checksum, what was just sent is found

Revision 0006, after 0005.
"""

import zlib

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_BYTES = (("sketch", "article", "content"), ("story", "id", "cluster"), ("habit", "feed", "content"))


def upgrade() -> None:
    op.create_index("ix_delivery_sent", "delivery", ["state", "sent_at"])
    connection = op.get_bind()
    for name, number, content in _BYTES:
        table = sa.table(name, sa.column(number), sa.column(content, sa.LargeBinary))
        key, value = table.c[number], table.c[content]
        for one in connection.scalars(sa.select(key).where(value.is_not(None))).all():
            bare: bytes = connection.scalars(sa.select(value).where(key == one)).one()
            whole = bare + zlib.crc32(bare).to_bytes(4)
            connection.execute(sa.update(table).where(key == one).values({content: whole}))
