# Python's ProcessPoolExecutor as it is meant to be used.
#   peer.py latency COUNT [CORE]           one call at a time: the p50, in nanoseconds; the worker on CORE
#   peer.py rate WORKERS IN_FLIGHT MILLIS  calls a second
import os
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor

TEXT = "x" * 64


def echo(text):
    return text


def move_to(core):
    os.sched_setaffinity(0, {core})


def latency(count, core=None):
    samples = []
    move = {} if core is None else {"initializer": move_to, "initargs": (core,)}
    with ProcessPoolExecutor(max_workers=1, **move) as pool:
        for i in range(-(count // 4) - 1, count):
            begin = time.perf_counter_ns()
            pool.submit(echo, TEXT).result()
            if i >= 0:
                samples.append(time.perf_counter_ns() - begin)
    print(sorted(samples)[count // 2])


def rate(workers, in_flight, millis):
    with ProcessPoolExecutor(max_workers=workers) as pool:
        for future in [pool.submit(echo, TEXT) for _ in range(in_flight * 4)]:
            future.result()
        slots = threading.Semaphore(in_flight)
        done = 0

        def answered(_):
            nonlocal done
            done += 1
            slots.release()

        begin = now = time.perf_counter()
        end = begin + millis / 1000
        while now < end:
            slots.acquire()
            pool.submit(echo, TEXT).add_done_callback(answered)
            now = time.perf_counter()
        counted = done
    print(int(counted / (now - begin)))


if __name__ == "__main__":
    {"latency": latency, "rate": rate}[sys.argv[1]](*map(int, sys.argv[2:]))
