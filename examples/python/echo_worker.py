#!/usr/bin/env python3
"""A worker in Python 3.8 or later, standard library only, to copy from.

It does all that docs/protocol.md says.

    remuda serve --listen unix:/tmp/echo.sock -- python3 examples/python/echo_worker.py
    remuda call unix:/tmp/echo.sock echo 1 '"λ"'

To serve something else, replace what is between the two lines below. Three threads: the main one
runs the calls, "remuda-reader" reads the connection all the while, since somebody must notice an
abort or the client's end during a call, and "remuda-control" hears the supervisor.
"""

import json
import os
import queue
import re
import select
import socket
import sys
import threading
import time
import traceback

# ---- What is served: functions of JSON values. What they raise fails their call only. ----

kept = []


def echo(*arguments):
    return arguments


def fail(message):
    raise RuntimeError(message)


def sleep(millis):
    time.sleep(millis / 1000)
    return millis


def pid():
    return os.getpid()


def keep(value):
    """State that lasts until the checkout is released."""
    kept.append(value)
    return kept


def count(to):
    """Each number as progress, for a caller that wants it."""
    for number in range(1, to + 1):
        progress(number)
    return to


def left():
    """What is left of the caller's deadline, in ms; None where it has none."""
    return CONNECTION.call.millis_left()


def progress(value):
    """Sends it at once; blocks while the caller has as many untaken as it said that it takes."""
    CONNECTION.call.progress(value)


def checkout_done():
    """Runs at each release: the next caller must meet nothing of the one before."""
    kept.clear()


METHODS = {each.__name__: each for each in (echo, fail, sleep, pid, keep, count, left)}

# ---- Below here is the protocol. ----

CAPABILITIES = ["ex", "ab", "rd", "dl", "rt", "pipe", "pr"]
GREETING = {"v": 1, "pid": os.getpid(), "id": os.environ.get("REMUDA_WORKER", "python")}
if "REMUDA_CONTROL" in os.environ:
    GREETING["ctl"] = os.environ["REMUDA_CONTROL"]
GREETING["caps"] = CAPABILITIES

CONTROL_IN, CONTROL_OUT = 3, 4
NOT_NEEDED, CONNECTION_ENDED = 0, 1  # exit statuses
MAX_MESSAGE_BYTES, MAX_NESTING, MAX_DIGITS = 64 << 20, 512, 10_000
MAX_FRAMES, MAX_CAUSES = 256, 16
CONNECTION = None


class NoMessage(Exception):
    """What came cannot be a message: the connection ends."""


class OverLimit(NoMessage):
    """It is too large: the client is told before the connection ends."""


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
            text = self.bytes[:end].decode("utf-8")
            del self.bytes[:end]
            self.scanned = 0
            message = json.loads(text, parse_constant=no_constant, parse_int=integer)
            if len(message) < 2 or not isinstance(message[1], dict):
                raise NoMessage("not [code, META, …]: " + ascii(text[:40]))
            yield message
            end = self.end_of_first()

    def end_of_first(self):
        if self.depth == 0:
            del self.bytes[: len(self.bytes) - len(self.bytes.lstrip(b" \t\r\n"))]
            if self.bytes and self.bytes[0] != ord("["):
                raise NoMessage("no message begins: %r" % bytes(self.bytes[:40]))
        while True:
            pattern = self.INSIDE_STRING if self.in_string else self.OUTSIDE_STRING
            found = pattern.search(self.bytes, self.scanned)
            if found is None:
                # Never back: a backslash may have been last, and what it escapes not come yet.
                self.scanned = max(self.scanned, len(self.bytes))
                if self.scanned > MAX_MESSAGE_BYTES:
                    raise OverLimit("message over the limit of %d bytes" % MAX_MESSAGE_BYTES)
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
                    raise OverLimit("nesting over the limit of %d levels" % MAX_NESTING)
            else:
                self.depth -= 1
                if self.depth == 0:
                    return self.scanned


def no_constant(name):
    raise NoMessage(name + " is no JSON")


def integer(text):
    if len(text) > MAX_DIGITS:
        raise OverLimit("number of %d digits, over the limit of %d" % (len(text), MAX_DIGITS))
    return int(text)


def encoded(*message):
    text = json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    data = text.encode("utf-8")
    if len(data) > MAX_MESSAGE_BYTES:
        raise ValueError("%d bytes, over the limit of %d" % (len(data), MAX_MESSAGE_BYTES))
    return data


def number(meta, key, otherwise):
    """A value of the wrong shape counts as absent."""
    value = meta.get(key)
    return value if type(value) is int and value >= 0 else otherwise


class Call:
    """The one that runs: its deadline, and how much progress its caller still takes."""

    def __init__(self, connection, meta):
        millis = number(meta, "dl", None)
        self.deadline = None if millis is None else time.monotonic() + millis / 1000
        self.wanted = "pr" in connection.client_caps and number(meta, "pr", 0) > 0
        self.credits = number(meta, "pr", 0)
        self.credits_came = threading.Condition()
        self.connection = connection

    def millis_left(self):
        if self.deadline is None:
            return None
        return max(0, int((self.deadline - time.monotonic()) * 1000))

    def progress(self, value):
        if self.wanted:
            with self.credits_came:
                while self.credits == 0:
                    self.credits_came.wait()
                self.credits -= 1
            self.connection.send(encoded("pr", {}, value))

    def taken(self, values):
        with self.credits_came:
            self.credits += values
            self.credits_came.notify()


class Connection:
    """One client, from its first message to its end."""

    def __init__(self, connected):
        self.socket = connected
        self.inbox = queue.SimpleQueue()
        self.write_lock = threading.Lock()
        self.retire_lock = threading.Lock()
        self.client_caps = ()
        self.greeted = self.retired = self.asked_back = self.spoilt = False
        self.failed_batch = None
        self.call = None
        self.unused_since = time.monotonic()  # None while a checkout is open
        threading.Thread(target=self.read, name="remuda-reader", daemon=True).start()

    def serve(self):
        """Main thread: until the client closes; False when it did so without a message."""
        message = self.inbox.get()
        if message is None:
            return False
        while message is not None:
            if isinstance(message, Exception):
                if isinstance(message, OverLimit):
                    self.send(encoded("er", {}, str(message)))
                raise message
            code, meta, arguments = message[0], message[1], message[2:]
            if code == "do":
                self.unused_since = None
                self.greet(meta)
                self.send(self.answer(meta, arguments))
                self.greeted = self.greeted or "c" in meta
            elif code == "dn":
                self.release()
                self.unused_since = time.monotonic()
            elif code == "hi":
                self.greet(meta)
                self.send(encoded("hi", {"w": GREETING}))
                self.greeted = True
            else:
                raise NoMessage("unknown code " + ascii(code))
            self.ask_back()
            message = self.inbox.get()
        return True

    def greet(self, meta):
        client = meta.get("c")
        if isinstance(client, dict) and isinstance(client.get("caps"), list):
            self.client_caps = client["caps"]

    def answer(self, meta, arguments):
        about = {"w": GREETING} if "c" in meta else {}
        batch = number(meta, "b", 0)
        if "pipe" in self.client_caps and batch == self.failed_batch:
            about["sk"] = 1
            return encoded("er", about, "skipped: an earlier call of this checkout failed")
        try:
            if self.spoilt:
                raise BadCall("this worker is retiring: checkout_done failed")
            self.call = Call(self, meta)
            result = run(arguments)
            self.call = None
            try:
                return encoded("ok", about, result)
            except (TypeError, ValueError, RecursionError) as e:
                raise BadCall("error encoding interface output: %s" % e)
        except MemoryError:
            raise  # nothing in this process can be relied on any more
        except Exception as e:
            self.call = None
            self.failed_batch = batch
            text = str(e) if isinstance(e, BadCall) else "%s: %s" % (type(e).__name__, e)
            if "ex" in self.client_caps:
                about["ex"] = described(e)
            return encoded("er", about, well_formed(text))

    def release(self):
        try:
            checkout_done()
        except Exception:
            if "rt" not in self.client_caps:
                raise  # this process ends, so that nobody meets what was not undone
            traceback.print_exc()
            self.retired = self.spoilt = True
            return  # rt is the answer
        if self.retired and "rt" not in self.client_caps:
            sys.exit(CONNECTION_ENDED)  # it cannot be asked to let go, and is idle now
        if "rd" in self.client_caps:
            self.send(encoded("rd", {}))

    def retire(self):
        """Control thread, while somebody has this worker: ask to be let go."""
        self.retired = True
        try:
            self.ask_back()
        except OSError:
            pass  # the client has just left, and so does this worker

    def idle_millis(self):
        """Control thread: None where a checkout is open, or the client could not be asked back."""
        since = self.unused_since
        if since is None or "rt" not in self.client_caps:
            return None
        return int((time.monotonic() - since) * 1000)

    def ask_back(self):
        """Not before the greeting is answered, and once."""
        with self.retire_lock:
            ask = self.retired and self.greeted and "rt" in self.client_caps
            if ask and not self.asked_back:
                self.asked_back = True
                self.send(encoded("rt", {}))

    def send(self, data):
        with self.write_lock:
            self.socket.sendall(data)

    def read(self):
        """Reader thread: queues what the main thread is to do, and does itself what cannot wait."""
        messages, any_came, end = Messages(), False, None
        try:
            while True:
                read = self.socket.recv(1 << 18)
                if not read:
                    break
                for message in messages.feed(read):
                    any_came = True
                    call = self.call
                    if message[0] == "ab":
                        self.abort()
                    elif message[0] != "ak":
                        self.inbox.put(message)
                    elif call is not None:
                        call.taken(number(message[1], "n", 0))
        except OSError:
            pass  # a connection that breaks has ended
        except Exception as e:
            any_came, end = True, e
        self.inbox.put(end)
        if any_came:
            time.sleep(0.1)  # for the main thread to end in order, if it is between calls
            if end is not None:
                complain(end)
            os._exit(CONNECTION_ENDED)  # in the middle of a call: nobody waits for its answer

    def abort(self):
        """The first bytes go out before the dump is taken: they tell that one is coming."""
        try:
            if self.write_lock.acquire(timeout=1):
                self.socket.sendall(b'["er",{"ab":1,')
                dump = json.dumps(well_formed(thread_dump())).encode()
                self.socket.sendall(b'"dump":' + dump + b'},"aborted"]')
        finally:
            os._exit(CONNECTION_ENDED)


class BadCall(Exception):
    """Told to the caller as it stands."""


def run(arguments):
    name = arguments[0] if arguments else None
    if not isinstance(name, str) or name not in METHODS:
        raise BadCall("no method %s; there is %s" % (ascii(name), ", ".join(METHODS)))
    return METHODS[name](*arguments[1:])


def described(e, depth=0):
    """An exception as META "ex" has it: frames innermost first, without those of this protocol."""
    frames = [
        [frame.f_globals.get("__name__", "?"), frame.f_code.co_name, frame.f_code.co_filename, line]
        for frame, line in traceback.walk_tb(e.__traceback__)
        if frame.f_code not in (Connection.answer.__code__, run.__code__)
    ]
    data = {"class": type(e).__name__, "message": well_formed(str(e))}
    data["frames"] = frames[: -MAX_FRAMES - 1 : -1]
    cause = e.__cause__ or (None if e.__suppress_context__ else e.__context__)
    if cause is not None and depth < MAX_CAUSES:
        data["cause"] = described(cause, depth + 1)
    return data


def well_formed(text):
    """Without the unpaired surrogates that a Python string may hold and UTF-8 may not."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def thread_dump():
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    stacks = [(names.get(ident, "?"), frame) for ident, frame in sys._current_frames().items()]
    stacks.sort(key=lambda stack: stack[0] != "MainThread")
    return "\n".join(
        '"%s"\n%s' % (name, "".join(traceback.format_stack(frame)))
        for name, frame in stacks
        if not name.startswith("remuda-")
    )


class Supervisor:
    """The control channel, and the listening socket that is shared with the other workers."""

    def __init__(self):
        # Descriptor 0 becomes /dev/null: nothing that runs here may read from the socket. It is
        # accepted from as it is: to make it non-blocking would do so for all the workers.
        self.listener = socket.socket(fileno=os.dup(0))
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
        for control in (CONTROL_IN, CONTROL_OUT):
            os.set_inheritable(control, False)  # not for the children of what is served
        self.lock = threading.Lock()
        self.connection = None
        self.leaving = False
        threading.Thread(target=self.listen, name="remuda-control", daemon=True).start()

    def accept(self):
        """Waits for this worker's connection."""
        self.say("ready")
        while self.connection is None:
            select.select([self.listener], [], [])
            with self.lock:  # whoever is told to leave meanwhile has not accepted anything
                if select.select([self.listener], [], [], 0)[0]:
                    accepted, _ = self.listener.accept()  # waits where another was faster
                    self.connection = Connection(accepted)
        self.say("accepted")
        return self.connection

    def unused(self):
        """The connection ended without a message: this worker is as good as new."""
        with self.lock:
            self.connection.socket.close()
            self.connection = None
            if self.leaving:
                os._exit(NOT_NEEDED)

    def say(self, line):
        try:
            os.write(CONTROL_OUT, line.encode() + b"\n")
        except BrokenPipeError:
            pass  # the supervisor is gone, as the end of the other pipe tells too

    def listen(self):
        """Control thread: until the supervisor is gone."""
        heard = b""
        while True:
            read = os.read(CONTROL_IN, 4096)
            *lines, heard = (heard + read).split(b"\n")
            if not read or b"retire" in lines:
                connection = self.leave()
                if b"retire" in lines:
                    connection.retire()
                if not read:
                    self.listener.close()  # nobody may join a queue that no worker takes from
                    return
            if b"dump" in lines:
                self.dump()
            if b"idle?" in lines:
                connection = self.connection
                millis = None if connection is None else connection.idle_millis()
                if millis is not None:
                    self.say("idle %d" % millis)

    def leave(self):
        """At once without a connection; gives the one that is to be served to its end."""
        if not self.lock.acquire(timeout=0.2):
            os._exit(NOT_NEEDED)  # in accept, for a connection that another worker took
        try:
            self.leaving = True
            if self.connection is None:
                os._exit(NOT_NEEDED)
            return self.connection
        finally:
            self.lock.release()

    def dump(self):
        for line in thread_dump().splitlines():
            self.say("dump " + well_formed(line[:1000]))
        self.say("dump-end")


def complain(why):
    print("echo_worker: the connection ends: %s" % why, file=sys.stderr, flush=True)


def main():
    global CONNECTION
    sys.stdout.reconfigure(line_buffering=True)
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(MAX_DIGITS)
    supervisor = Supervisor()
    try:
        while True:
            CONNECTION = supervisor.accept()
            if CONNECTION.serve():
                sys.exit(CONNECTION_ENDED)
            supervisor.unused()
    except ConnectionError:
        sys.exit(CONNECTION_ENDED)  # the client did not wait for its reply
    except (NoMessage, ValueError) as e:
        complain(e)
        sys.exit(CONNECTION_ENDED)


if __name__ == "__main__":
    main()
