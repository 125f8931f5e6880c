"""A proxy between clients and the server that cuts connections."""
import random
import socket
import threading


class CuttingProxy:
    """Forwards connections to a port of this machine and cuts each once it has carried so many
    bytes, which the seed decides: some cuts come in the first calls of a connection, the others
    while results are on their way, and most in the middle of a message."""

    EARLY = (12_000, 30_000)
    LATE = (30_000, 300_000)

    def __init__(self, port, seed, ranges=(EARLY, LATE)):
        self.port = port
        self.ranges = ranges
        self.random = random.Random(seed)
        self.cuts = 0
        self.breaks = True
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self):
        return f"sc://127.0.0.1:{self.listener.getsockname()[1]}"

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.port))
            except OSError:
                return
            left = [self.random.randrange(*self.random.choice(self.ranges))]
            for source, target in ((client, server), (server, client)):
                threading.Thread(target=self._copy, args=(source, target, left),
                                 daemon=True).start()

    def _copy(self, source, target, left):
        try:
            while data := source.recv(16384):
                with self.lock:
                    room = left[0]
                    left[0] -= len(data)
                if self.breaks and room < len(data):
                    # What fits still goes.
                    target.sendall(data[:max(0, room)])
                    self.cuts += 1
                    break
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        source.close()

    def close(self):
        self.breaks = False
        self.listener.close()
