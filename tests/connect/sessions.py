"""Client sessions, and what goes on beside them."""
import threading

from pyspark.sql import SparkSession

# Sessions that are not collected: the oldest client shuts a thread pool of all sessions down when
# one of them is, and may wait for itself then.
_KEPT = []


def connect(url):
    session = SparkSession.builder.remote(url).create()
    _KEPT.append(session)
    # The client sets these once, and leaves them when the session that they name is stopped.
    kind = type(session)
    if kind.getActiveSession() is None:
        kind._active_session.session = session
    if kind._get_default_session() is None:
        kind._default_session = session
    return session


def run_aside(action):
    """A thread that runs `action`, and the list that has its error's text at the end."""
    outcome = []

    def run():
        try:
            action()
        except Exception as error:  # noqa: BLE001
            outcome.append(str(error))

    thread = threading.Thread(target=run)
    thread.start()
    return thread, outcome
