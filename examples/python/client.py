#!/usr/bin/env python3
"""A client in Python 3.8 or later, standard library only, to use or to copy from.

As a library:
    with Client("unix:/tmp/echo.sock") as client:
        client.call("echo", 1, "λ")
        client.calls(("keep", 1), ("keep", 2))   # pipelined, where the worker can
        client.release()                         # then the worker is free for another checkout
As a command: see USAGE below.
"""

import collections
import json
import random
import re
import select
import socket
import sys
import time

USAGE = """\
usage: client.py ADDR METHOD [JSON...] [--then METHOD [JSON...]]... [options]

Calls methods of a server at unix:PATH or tcp:HOST:PORT, all on one checkout, and prints each
result as one line of JSON. While there is no server it waits, up to the timeout.

  --timeout S  seconds that each call may take, or none. Default: 10
  --greet      open with a greeting and wait until a worker has accepted: never to a server of
               the base protocol, which would end
  --plain      say nothing of ourselves: exactly the base protocol
  --progress   show what a call tells of its progress, on stderr; implies --greet

  client.py unix:/tmp/echo.sock echo 1 -2.5 true null '"text"' '{"a":[1]}'

Exit status: 0 answered, 1 a call failed, 2 wrong usage, 3 no answer in time, or no server.
A call that is out of time, or interrupted by Ctrl-C, is ended with its worker, and what the
worker was doing is shown."""

CAPABILITIES = ["ex", "ab", "rd", "dl", "rt", "pipe", "pr"]
MAX_MESSAGE_BYTES, MAX_NESTING = 64 << 20, 512
MOST_SENT = 64  # calls sent ahead of their replies
WINDOW = 32  # progress values that may be under way
ABORT_SECONDS, DUMP_SECONDS = 0.25, 1.0  # for the answer to an abort to begin, and to end
MOST_RETRIES = 3


class CallError(Exception):
    """The worker's code failed; `remote` is META "ex", where the worker has it."""

    def __init__(self, error, meta):
        super().__init__(error if isinstance(error, str) else json.dumps(error))
        self.error, self.remote, self.skipped = error, meta.get("ex"), "sk" in meta

    def trace(self):
        """The remote stack and its causes, as lines."""
        lines, failure, before = [], self.remote, ""
        while isinstance(failure, dict):
            lines.append("%s%s: %s" % (before, failure.get("class"), failure.get("message")))
            for where, method, file, line in failure.get("frames", []):
                lines.append("    at %s.%s(%s:%s)" % (where, method, file or "?", line))
            failure, before = failure.get("cause"), "caused by "
        return "\n".join(lines)


class CallTimeout(Exception):
    """No answer in time; the worker is ended, and `dump` is what it was doing, or None."""

    dump = None


class NoServer(Exception):
    """Nobody could be reached in time."""


class ConnectionLost(Exception):
    """The connection ended instead of a reply; `unread`: the call certainly did not run."""

    def __init__(self, text, unread=False):
        super().__init__(text)
        self.unread = unread


class ProtocolError(Exception):
    """What came was no message, or out of turn."""


class Messages:
    """Cuts bytes into messages: JSON arrays back to back, in pieces of any size.

    Brackets outside of strings are counted to find where a text ends, on bytes, since those of a
    UTF-8 character never look like one; so each byte is looked at once, however long the message.
    """

    OUTSIDE_STRING, INSIDE_STRING = re.compile(rb'["\[\]{}]'), re.compile(rb'["\\]')

    def __init__(self):
        self.bytes, self.scanned, self.depth, self.in_string = bytearray(), 0, 0, False

    def feed(self, read):
        """Gives the messages that are complete by now."""
        self.bytes += read
        end = self.end_of_first()
        while end:
            try:
                message = json.loads(self.bytes[:end].decode("utf-8"), parse_constant=no_constant)
            except ValueError as e:
                raise ProtocolError("no JSON came: %s" % e)
            if len(message) < 2 or not isinstance(message[1], dict):
                raise ProtocolError("not [code, META, …]: %r" % bytes(self.bytes[:40]))
            del self.bytes[:end]
            self.scanned = 0
            yield message
            end = self.end_of_first()

    def end_of_first(self):
        if self.depth == 0:
            del self.bytes[: len(self.bytes) - len(self.bytes.lstrip(b" \t\r\n"))]
            if self.bytes and self.bytes[0] != ord("["):
                raise ProtocolError("what came is no message: %r" % bytes(self.bytes[:40]))
        while True:
            pattern = self.INSIDE_STRING if self.in_string else self.OUTSIDE_STRING
            found = pattern.search(self.bytes, self.scanned)
            if found is None:
                # Never back: a backslash may have been last, and what it escapes not come yet.
                self.scanned = max(self.scanned, len(self.bytes))
                if self.scanned > MAX_MESSAGE_BYTES:
                    raise ProtocolError("message over the limit of %d bytes" % MAX_MESSAGE_BYTES)
                return 0
            self.scanned = found.end()
            byte = found.group()
            if byte == b"\\":
                self.scanned += 1
            elif byte == b'"':
                self.in_string = not self.in_string
            elif byte in b"[{":
                self.depth += 1
                if self.depth > MAX_NESTING:
                    raise ProtocolError("nesting over the limit of %d levels" % MAX_NESTING)
            else:
                self.depth -= 1
                if self.depth == 0:
                    return self.scanned


class Client:
    """One worker at a time, connected when it is needed. For one thread; its calls block.

    timeout: seconds for each call, connecting included, or None. greet: open with "hi". plain: the
    base protocol and no more. waiting: called with the reason while there is no server.
    """

    def __init__(self, address, timeout=30.0, greet=False, plain=False, waiting=None):
        self.target = parsed(address)
        self.address, self.timeout, self.greet, self.plain = address, timeout, greet, plain
        self.waiting = waiting or (lambda reason: None)
        self.socket = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def call(self, method, *arguments, progress=None):
        """The result of one call; progress is called with each value that it tells before."""
        outcome = self.calls((method,) + arguments, progress=progress)[0]
        if isinstance(outcome, CallError):
            raise outcome
        return outcome

    def calls(self, *calls, progress=None):
        """Calls in order: for each its result, or a CallError. After an error none is run."""
        requests = [compact(each)[1:-1] for each in calls]
        for _ in range(MOST_RETRIES):
            try:
                return self._calls(requests, progress)
            except ConnectionLost as e:
                if not e.unread:
                    raise
        return self._calls(requests, progress)

    def _calls(self, requests, progress):
        outcomes, sent, failed = [], 0, False
        try:
            self._deadline_starts()
            self._connect(progress)
            while len(outcomes) < len(requests):
                most = MOST_SENT if self.can("pipe") else 1
                while sent < len(requests) and sent - len(outcomes) < most and not failed:
                    self._send_call(requests[sent], progress)
                    sent += 1
                if sent <= len(outcomes):  # what was not sent is skipped like what was
                    outcomes.append(CallError("skipped: an earlier call failed", {"sk": 1}))
                    continue
                outcomes.append(self._reply(progress))
                failed = failed or isinstance(outcomes[-1], CallError)
                self._deadline_starts()
            return outcomes
        except (ConnectionLost, ProtocolError):
            self.close()
            raise
        except socket.timeout:
            failure = CallTimeout("no answer within %s s" % self.timeout)
            failure.dump = self._abort()
            raise failure from None
        except KeyboardInterrupt as e:
            e.dump = self._abort()
            raise

    def release(self):
        """Gives the worker back: what the calls left open is rolled back. Blocks for that."""
        if self.socket is None or not self.called:
            return
        self.called = False
        try:
            if not self.retiring:
                self._deadline_starts()
                self._send("dn", {})
                if self.can("rd"):
                    if self._next()[0] not in ("rd", "rt"):
                        raise ProtocolError("neither rd nor rt answered dn")
        except (ConnectionLost, socket.timeout):
            self.retiring = True
        if self.retiring:
            self.close()

    def close(self):
        """Ends the worker, too. A worker whose call runs is ended in the middle of it."""
        if self.socket is not None:
            self.socket.close()
            self.socket = None

    def can(self, capability):
        """Whether the worker has announced it."""
        return not self.plain and capability in self.worker.get("caps", ())

    # ---- The connection ----

    def _deadline_starts(self):
        self.deadline = None if self.timeout is None else time.monotonic() + self.timeout

    def _left(self):
        if self.deadline is None:
            return None
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise socket.timeout()
        return left

    def _connect(self, progress):
        if self.socket is not None:
            return
        pause = 0.2
        while self.socket is None:
            family, where = self.target
            connecting = socket.socket(family, socket.SOCK_STREAM)
            try:
                connecting.settimeout(self._left())
                connecting.connect(where)
                self.socket = connecting
            except OSError as e:
                connecting.close()
                self.waiting(str(e))
                left = None if self.deadline is None else self.deadline - time.monotonic()
                if left is not None and left <= pause:
                    raise NoServer("no server at %s: %s" % (self.address, e)) from None
                time.sleep(pause * random.uniform(0.8, 1.2))
                pause = 1.0
        self.socket.setblocking(False)
        self.messages, self.inbox = Messages(), collections.deque()
        self.worker, self.batch, self.taken = {}, 0, 0
        self.called = self.introduced = self.retiring = self.heard = False
        self.first = True
        if self.greet or (progress is not None and not self.plain):
            self._send("hi", self._introduction())
            if self._next()[0] != "hi":
                raise ProtocolError("the greeting was not answered by one")

    def _introduction(self):
        if self.introduced or self.plain:
            return {}
        self.introduced = True
        return {"c": {"v": 1, "caps": CAPABILITIES, "name": "client.py"}}

    def _send_call(self, request, progress):
        meta = self._introduction()
        if self.batch and self.can("pipe"):
            meta["b"] = self.batch
        left = self._left()
        if left is not None and self.can("dl"):
            meta["dl"] = int(left * 1000)
        if progress is not None and self.can("pr"):
            meta["pr"] = WINDOW
        self.first = not self.called
        self.called, self.heard = True, False
        self._send("do", meta, request)

    def _send(self, code, meta, request=None):
        text = compact([code, meta])
        if request is not None:
            text = text[:-1] + "," + request + "]"
        self._exchange(text.encode("utf-8"))

    def _next(self):
        while True:
            while not self.inbox:
                self._exchange(b"")
            message = self.inbox.popleft()
            self.worker = message[1].get("w", self.worker)
            if message[0] == "rt":  # at any time: connect elsewhere once this checkout is over
                self.retiring = True
                if not self.called:
                    return message  # as the answer to a release
            else:
                return message

    def _exchange(self, data):
        """Sends all of this; without any, waits for something to read. Reads what comes meanwhile:
        a worker whose replies nobody takes may not take more calls either."""
        while True:
            readable, writable, _ = select.select(
                [self.socket], [self.socket] if data else [], [], self._left()
            )
            if not readable and not writable:
                raise socket.timeout()
            try:
                if writable:
                    data = data[self.socket.send(data) :]
                if readable:
                    read = self.socket.recv(1 << 18)
                    if not read:
                        may_have_run = "the worker ended without an answer; the call may have run"
                        raise ConnectionLost(may_have_run, unread=not self.called)
                    self.heard = True
                    self.inbox.extend(self.messages.feed(read))
            except (ConnectionResetError, BrokenPipeError) as e:
                # Proof only on a unix socket, of one call, of whose reply nothing has come.
                unread = self.target[0] == socket.AF_UNIX and not self.heard and self.first
                raise ConnectionLost("the connection was cut: %s" % e, unread) from None
            if not data:
                return

    def _reply(self, progress):
        while True:
            code, meta, *rest = self._next()
            if code == "pr" and progress is not None and rest:
                progress(rest[0])
                self.taken += 1
                if self.taken >= WINDOW // 2:  # not each: that would double the messages
                    self._send("ak", {"n": self.taken})
                    self.taken = 0
                self._deadline_starts()
            elif code == "ok" and rest:
                self.taken = 0
                return rest[0]
            elif code == "er" and rest:
                self.taken = 0
                if "sk" not in meta:
                    self.batch += 1  # what is sent from here on is sent in knowledge of the failure
                return CallError(rest[0], meta)
            else:
                raise ProtocolError("'%s' came out of turn" % code)

    def _abort(self):
        """Gives the call up; what its worker was doing, where it tells. The worker ends."""
        if self.socket is None:
            return None
        try:
            if not self.can("ab"):
                return None
            begun = self.messages.scanned
            self.deadline = time.monotonic() + DUMP_SECONDS
            self._send("ab", {})
            begin_by = time.monotonic() + ABORT_SECONDS
            while True:
                while self.inbox:
                    meta = self.inbox.popleft()[1]
                    if "ab" in meta:
                        return meta.get("dump")
                if self.messages.scanned == begun:
                    self.deadline = min(self.deadline, begin_by)
                else:
                    self.deadline = begin_by - ABORT_SECONDS + DUMP_SECONDS
                self._exchange(b"")
        except (socket.timeout, ConnectionLost, ProtocolError, KeyboardInterrupt):
            return None
        finally:
            self.close()


def no_constant(name):
    raise ValueError(name + " is no JSON")


def compact(value):
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def parsed(address):
    kind, _, rest = address.partition(":")
    host, _, port = rest.rpartition(":")
    if kind == "unix" and rest:
        return socket.AF_UNIX, rest
    if kind == "tcp" and host and port.isdigit():
        host = host[1:-1] if host.startswith("[") else host
        found = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)[0]
        return found[0], found[4]
    raise ValueError("not an address: '%s' (write unix:PATH or tcp:HOST:PORT)" % address)


# ---- The command ----


class WrongUsage(Exception):
    pass


def arguments_of(words):
    """(address, calls, options of Client, whether to show progress)"""
    options, calls, progress, words = {"timeout": 10.0}, [[]], False, collections.deque(words)
    while words:
        word = words.popleft()
        if word == "--timeout":
            text = words.popleft() if words else ""
            if not re.fullmatch(r"none|\d+(\.\d+)?", text):
                raise WrongUsage("--timeout takes seconds or none, not '%s'" % text)
            options["timeout"] = None if text == "none" else float(text)
        elif word == "--then":
            calls.append([])
        elif word in ("--greet", "--plain"):
            options[word[2:]] = True
        elif word == "--progress":
            progress = options["greet"] = True
        elif word.startswith("-") and not re.match(r"-\d", word):
            raise WrongUsage("unknown option: %s" % word)
        else:
            calls[-1].append(word)
    address = calls[0].pop(0) if calls[0] else ""
    if options.get("greet") and options.get("plain"):
        raise WrongUsage("--plain sends no greeting: leave out --greet and --progress")
    if not all(calls):
        raise WrongUsage("ADDR and METHOD are needed")
    return address, [[each[0]] + list(map(value_of, each[1:])) for each in calls], options, progress


def value_of(text):
    try:
        return json.loads(text, parse_constant=no_constant)
    except ValueError as e:
        raise WrongUsage("not JSON: %s (%s); a text is written '\"text\"'" % (text, e))


def main(words):
    if not words or "--help" in words or "-h" in words:
        print(USAGE)
        return 0 if words else 2
    try:
        address, calls, options, progress = arguments_of(words)
        client = Client(address, waiting=Complaint(address), **options)
    except (WrongUsage, ValueError, OSError) as e:
        complain("%s; --help says more" % e)
        return 2
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(10_000)
    with client:
        try:
            outcomes = client.calls(*calls, progress=told if progress else None)
            client.release()
        except (CallTimeout, NoServer) as e:
            complain(e, getattr(e, "dump", None))
            return 3
        except (ConnectionLost, ProtocolError) as e:
            complain(e)
            return 1
        except KeyboardInterrupt as e:
            complain("interrupted", getattr(e, "dump", None))
            return 130
    for outcome in outcomes:
        if isinstance(outcome, CallError):
            complain(outcome, outcome.trace())
        else:
            print(compact(outcome))
    return 1 if any(isinstance(each, CallError) for each in outcomes) else 0


class Complaint:
    """Says once what is waited for."""

    def __init__(self, address):
        self.address, self.said = address, False

    def __call__(self, reason):
        if not self.said:
            self.said = True
            complain("waiting for a server at %s (%s)" % (self.address, reason))


def told(value):
    print("progress: " + compact(value), file=sys.stderr, flush=True)


def complain(text, more=None):
    print("client.py: %s" % str(text).rstrip(), file=sys.stderr)
    if more:
        print(more.rstrip(), file=sys.stderr, flush=True)


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(main(sys.argv[1:]))
