#!/usr/bin/env python3
"""A service for tests of the supervisor: answers /readyz and /livez on its inherited sockets, and does what
CODECOLLAB_STANDIN tells: `degraded` lacks something, `slow` starts late, `deaf` never gets ready, `hang` stops answering after /hang."""
import os
import select
import signal
import socket
import sys
import time


def main():
    assert os.environ["LISTEN_PID"] == str(os.getpid()), "LISTEN_PID names this process"
    names = os.environ["LISTEN_FDNAMES"].split(":")
    sockets = {name: socket.socket(fileno=3 + index) for index, name in enumerate(names)}
    mode = os.environ.get("CODECOLLAB_STANDIN", "")
    if mode == "crash":
        sys.stderr.write("Fatal error: told to crash\n")
        os.abort()
    if mode == "slow":
        time.sleep(0.3)
    stopping = []
    signal.signal(signal.SIGTERM, lambda *_: stopping.append(True))
    print('{"ts":"2026-01-01T00:00:00.000Z","level":"info","svc":"%s","msg":"up"}' % os.environ["CODECOLLAB_SERVICE"], flush=True)
    print("plain words", flush=True)
    while not stopping:
        ready, _, _ = select.select(list(sockets.values()), [], [], 0.05)
        for listener in ready:
            try:
                serve(listener, mode)
            except OSError as error:
                print("a client went away:", error, flush=True)


def serve(listener, mode):
    connection, _ = listener.accept()
    with connection:
        request = connection.recv(4096).decode()
        path = request.split(" ")[1] if " " in request else ""
        if path == "/hang":
            time.sleep(600)
        if path == "/crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        if path == "/child":
            if os.fork() == 0:
                os.setsid()
                connection.close()
                time.sleep(600)
        status = "503 Service Unavailable" if path == "/readyz" and mode == "deaf" else "200 OK"
        body = "%d\n" % os.getpid()
        if path == "/healthz":
            lack = '"warn","checks":{"disk:room":[{"status":"warn","output":"little is left"}]}'
            body = '{"status":%s}' % (lack if mode == "degraded" else '"pass"')
        connection.sendall(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode())


main()
