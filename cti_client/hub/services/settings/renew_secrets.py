"""All that is kept secret, encrypted anew by the newest key: the older ones are then needed no more."""

from sqlalchemy import select, update

from cti_client.domain.errors import BadRequestError
from cti_client.hub.desk_connections import NO_KEY
from cti_client.hub.secrets import SecretBox, SecretsLostError
from cti_client.hub.services.settings.change import one_at_a_time
from cti_client.hub.store.store import Tx
from cti_client.hub.store.tables import connection


def renew_secrets(tx: Tx, box: SecretBox) -> tuple[int, list[str]]:
    """How many connections' secrets were, and the ids of those which no key opens, left as they are.

    No setting changes by it, so no gateway starts anew. Raises `BadRequestError` without a key.
    """
    if not box.keeps:
        raise BadRequestError(NO_KEY)
    one_at_a_time(tx)
    renewed, lost = 0, []
    for row in tx.conn.execute(select(connection).where(connection.c.secrets != "").order_by(connection.c.id)).all():
        try:
            anew = box.lock(row.id, box.open(row.id, row.secrets))
        except SecretsLostError:
            lost.append(row.id)
        else:
            tx.conn.execute(update(connection).where(connection.c.id == row.id).values(secrets=anew))
            renewed += 1
    return renewed, lost
