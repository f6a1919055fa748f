// The raw limit: 64 bytes there and back between processes over unix sockets, nothing else.
//   limit latency COUNT [CORE]  one pair of processes, one message at a time: the p50, in nanoseconds; the
//                           second process on its own core, if one is named
//   limit rate PAIRS MILLIS one process and PAIRS echoes, one message in flight each: round trips a second
//   limit echo SIZE COUNT   so many bytes there and, once all are there, back: the p50
//   limit connect COUNT     connect to a process that waits in accept, 64 bytes there and back: the p50
#define _GNU_SOURCE
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { SIZE = 64, MOST_PAIRS = 64 };

static long long now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec * 1000000000LL + at.tv_nsec;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

// False at the end of the connection.
static int receive(int fd) {
  char bytes[SIZE];
  for (int got = 0; got < SIZE;) {
    ssize_t count = read(fd, bytes + got, SIZE - got);
    if (count <= 0) return 0;
    got += count;
  }
  return 1;
}

static void transmit(int fd) {
  char bytes[SIZE] = {0};
  if (write(fd, bytes, SIZE) != SIZE) fail("write");
}

static void echo(int fd) {
  while (receive(fd)) transmit(fd);
}

static int compare(const void *a, const void *b) {
  long long x = *(const long long *)a, y = *(const long long *)b;
  return (x > y) - (x < y);
}

static void print_p50(long long *samples, int count) {
  qsort(samples, count, sizeof *samples, compare);
  printf("%lld\n", samples[count / 2]);
}

static int start_echo(int core) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) fail("socketpair");
  pid_t child = fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close(pair[0]);
    if (core >= 0) {
      cpu_set_t set;
      CPU_ZERO(&set);
      CPU_SET(core, &set);
      if (sched_setaffinity(0, sizeof set, &set)) fail("sched_setaffinity");
    }
    echo(pair[1]);
    _exit(0);
  }
  close(pair[1]);
  return pair[0];
}

static void latency(int count, int core) {
  int fd = start_echo(core);
  long long *samples = calloc(count, sizeof *samples);
  for (int i = -count / 4; i < count; i++) {
    long long begin = now();
    transmit(fd);
    if (!receive(fd)) fail("echo");
    if (i >= 0) samples[i] = now() - begin;
  }
  print_p50(samples, count);
}

static void rate(int pairs, int millis) {
  struct pollfd all[MOST_PAIRS];
  for (int i = 0; i < pairs; i++) {
    all[i].fd = start_echo(-1);
    all[i].events = POLLIN;
    transmit(all[i].fd);
  }
  long long begin = now(), end = begin + millis * 1000000LL, at = begin, done = 0;
  while (at < end) {
    if (poll(all, pairs, 1000) < 0) fail("poll");
    for (int i = 0; i < pairs; i++) {
      if (all[i].revents & POLLIN) {
        if (!receive(all[i].fd)) fail("echo");
        transmit(all[i].fd);
        done++;
      }
    }
    at = now();
  }
  printf("%lld\n", done * 1000000000LL / (at - begin));
}

static void pass(int fd, char *bytes, int size, int out) {
  for (int at = 0; at < size;) {
    ssize_t count = out ? write(fd, bytes + at, size - at) : read(fd, bytes + at, size - at);
    if (count < 0) fail(out ? "write" : "read");
    if (count == 0) _exit(0);
    at += count;
  }
}

static void echo_of(int size, int count) {
  int pair[2];
  char *bytes = calloc(1, size);
  if (!bytes) fail("calloc");
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) fail("socketpair");
  pid_t child = fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close(pair[0]);
    for (;;) {
      pass(pair[1], bytes, size, 0);
      pass(pair[1], bytes, size, 1);
    }
  }
  close(pair[1]);
  long long *samples = calloc(count, sizeof *samples);
  for (int i = -count / 4; i < count; i++) {
    long long begin = now();
    pass(pair[0], bytes, size, 1);
    pass(pair[0], bytes, size, 0);
    if (i >= 0) samples[i] = now() - begin;
  }
  print_p50(samples, count);
}

static void connect_each(int count) {
  // An abstract address: no file, and gone with the process.
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int length = snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "remuda-limit-%d", getpid());
  socklen_t size = offsetof(struct sockaddr_un, sun_path) + 1 + length;
  int listener = socket(AF_UNIX, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 16)) fail("listen");
  pid_t child = fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
      int fd = accept(listener, NULL, NULL);
      if (fd < 0) _exit(1);
      echo(fd);
      close(fd);
    }
  }
  long long *samples = calloc(count, sizeof *samples);
  for (int i = -count / 4; i < count; i++) {
    long long begin = now();
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&address, size)) fail("connect");
    transmit(fd);
    if (!receive(fd)) fail("echo");
    if (i >= 0) samples[i] = now() - begin;
    close(fd);
    usleep(200); // the other side is back in accept
  }
  kill(child, SIGKILL);
  print_p50(samples, count);
}

int main(int count, char **words) {
  signal(SIGPIPE, SIG_IGN);
  if ((count == 3 || count == 4) && !strcmp(words[1], "latency")) {
    latency(atoi(words[2]), count == 4 ? atoi(words[3]) : -1);
  } else if (count == 4 && !strcmp(words[1], "rate") && atoi(words[2]) <= MOST_PAIRS) {
    rate(atoi(words[2]), atoi(words[3]));
  } else if (count == 4 && !strcmp(words[1], "echo") && atoi(words[2]) > 0) {
    echo_of(atoi(words[2]), atoi(words[3]));
  } else if (count == 3 && !strcmp(words[1], "connect")) {
    connect_each(atoi(words[2]));
  } else {
    fprintf(stderr, "limit latency COUNT [CORE] | rate PAIRS MILLIS | echo SIZE COUNT | connect COUNT\n");
    return 2;
  }
  return 0;
}
