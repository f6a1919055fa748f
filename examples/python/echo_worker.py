#!/usr/bin/env python3
"""A worker in Python 3, standard library only: the base protocol, served by plain functions.

    remuda serve --listen unix:/tmp/echo.sock -- python3 examples/python/echo_worker.py
    remuda call unix:/tmp/echo.sock echo 1 '"λ"'

The supervisor starts this program with
    descriptor 0   the listening socket: this process accepts its one connection itself
    descriptor 1,2 pipes to the supervisor's log; they are never the protocol
    descriptor 3   lines from the supervisor: "retire"; its end means that the supervisor is gone
    descriptor 4   lines to the supervisor: "ready" when in accept, "accepted" after it

To serve something else, replace METHODS.
"""

import codecs
import json
import os
import re
import select
import socket
import sys
import threading
import time

CONTROL_IN = 3
CONTROL_OUT = 4

CONNECTION_ENDED = 1
NOT_NEEDED = 0

MAX_MESSAGE_CHARS = 64 << 20
MAX_NESTING = 512


# What is served: each takes the arguments of a call and gives any value that JSON can hold.


def echo(*arguments):
    return arguments


def fail(message):
    raise RuntimeError(message)


def sleep(millis):
    time.sleep(millis / 1000)
    return millis


def pid():
    return os.getpid()


METHODS = {"echo": echo, "fail": fail, "sleep": sleep, "pid": pid}

# What a Remuda client is told that greets: who this is. No "caps": the base protocol and no more.
GREETING = {"v": 1, "pid": os.getpid(), "id": os.environ.get("REMUDA_WORKER", "python"), "caps": []}


class NoMessage(Exception):
    """What came cannot be a message: the connection ends."""


class Messages:
    """Cuts what a connection brings into messages.

    They are JSON arrays in UTF-8, back to back, in pieces of any size: a read may end inside a
    message, inside a character, or hold several messages. Brackets outside of strings are counted
    to find where a text ends, so that each character is looked at once, however long the message.
    """

    OUTSIDE_STRING = re.compile(r'["\[\]{}]')
    INSIDE_STRING = re.compile(r'["\\]')

    def __init__(self, connection):
        self.connection = connection
        self.decoder = codecs.getincrementaldecoder("utf-8")()
        self.text = ""
        self.scanned = 0
        self.depth = 0
        self.in_string = False

    def next(self):
        """The next message, or None at the end of the connection; blocks."""
        while True:
            end = self.end_of_first()
            if end is not None:
                return self.take(end)
            try:
                read = self.connection.recv(1 << 18)
            except ConnectionError:
                read = b""
            if not read:
                return None
            self.text += self.decoder.decode(read)

    def end_of_first(self):
        if self.depth == 0:
            self.text = self.text.lstrip(" \t\r\n")
            if self.text and self.text[0] != "[":
                raise NoMessage("no message begins: " + ascii(self.text[:40]))
        while True:
            pattern = self.INSIDE_STRING if self.in_string else self.OUTSIDE_STRING
            found = pattern.search(self.text, self.scanned)
            if found is None:
                # Not less than it is: an escaped character may not have come yet.
                self.scanned = max(self.scanned, len(self.text))
                if self.scanned > MAX_MESSAGE_CHARS:
                    raise NoMessage("message over the limit of %d characters" % MAX_MESSAGE_CHARS)
                return None
            self.scanned = found.end()
            character = found.group()
            if character == "\\":
                self.scanned += 1
            elif character == '"':
                self.in_string = not self.in_string
            elif character in "[{":
                self.depth += 1
                if self.depth > MAX_NESTING:
                    raise NoMessage("nesting over the limit of %d levels" % MAX_NESTING)
            else:
                self.depth -= 1
                if self.depth == 0:
                    return self.scanned

    def take(self, end):
        text, self.text, self.scanned = self.text[:end], self.text[end:], 0
        message = json.loads(text, parse_constant=refuse_constant)
        if len(message) < 2 or not isinstance(message[1], dict):
            raise NoMessage("not [code, META, …]: " + ascii(text[:40]))
        return message


def refuse_constant(name):
    raise NoMessage(name + " is no JSON")


def answer(arguments):
    """Runs one call; an ordinary exception fails the call, and the worker lives on."""
    name = arguments[0] if arguments else None
    try:
        if not isinstance(name, str) or name not in METHODS:
            return error("no method %s; there is %s" % (ascii(name), ", ".join(METHODS)))
        result = METHODS[name](*arguments[1:])
    except Exception as e:
        return error("%s: %s" % (type(e).__name__, e))
    try:
        return encoded("ok", {}, result)
    except (TypeError, ValueError, RecursionError) as e:
        return error("error encoding interface output: %s" % e)


def error(text):
    return encoded("er", {}, text.encode("utf-8", "backslashreplace").decode("utf-8"))


def encoded(*message):
    text = json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8")


class Supervisor:
    """The control channel, and the listening socket that is shared with the other workers."""

    def __init__(self):
        self.lock = threading.Lock()
        self.idle = True
        self.listener = listening_socket()
        threading.Thread(target=self.listen, daemon=True).start()

    def accept(self):
        """Waits for this worker's connection."""
        self.say("ready")
        while True:
            select.select([self.listener], [], [])
            with self.lock:  # told to leave before this, or busy after it: never in between
                try:
                    connection, _ = self.listener.accept()
                except BlockingIOError:
                    continue  # another worker was faster
                self.idle = False
            self.say("accepted")
            connection.setblocking(True)
            return connection

    def unused(self):
        """The connection ended without a message: back to where it came from."""
        with self.lock:
            self.idle = True
            if self.listener.fileno() < 0:
                sys.exit(NOT_NEEDED)

    def say(self, line):
        try:
            os.write(CONTROL_OUT, line.encode() + b"\n")
        except BrokenPipeError:
            pass  # the supervisor is gone, as the end of the other pipe tells too

    def listen(self):
        heard = b""
        while read := os.read(CONTROL_IN, 4096):
            *lines, heard = (heard + read).split(b"\n")
            if b"retire" in lines:
                self.leave_if_idle()
        self.leave_if_idle()
        with self.lock:
            self.listener.close()  # nobody may connect into a queue that no worker takes from

    def leave_if_idle(self):
        with self.lock:
            if self.idle:
                os._exit(NOT_NEEDED)


def listening_socket():
    """Takes over descriptor 0, which becomes /dev/null: nothing that runs here may read from it."""
    listener = socket.socket(fileno=os.dup(0))
    listener.setblocking(False)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    return listener


def serve(connection):
    """Serves until the client closes; False when it did so without a message."""
    messages = Messages(connection)
    message = messages.next()
    if message is None:
        return False
    threading.Thread(target=end_with_client, args=(connection,), daemon=True).start()
    while message is not None:
        code, arguments = message[0], message[2:]
        if code == "do":
            connection.sendall(answer(arguments))
        elif code == "hi":
            connection.sendall(encoded("hi", {"w": GREETING}))
        elif code != "dn":
            raise NoMessage("unknown code " + ascii(code))
        message = messages.next()
    return True


def end_with_client(connection):
    """Ends the process when the client goes away, a call that runs included: nobody waits for it."""
    poll = select.poll()
    poll.register(connection, select.POLLRDHUP)
    poll.poll()
    time.sleep(0.1)  # for the main thread to end in order, if it is between calls
    os._exit(CONNECTION_ENDED)


def main():
    sys.stdout.reconfigure(line_buffering=True)
    supervisor = Supervisor()
    while True:
        with supervisor.accept() as connection:
            if serve(connection):
                sys.exit(CONNECTION_ENDED)
        supervisor.unused()


if __name__ == "__main__":
    try:
        main()
    except (NoMessage, ValueError, OSError) as e:
        sys.exit("echo_worker: the connection ends: %s" % e)  # to stderr, with status 1
