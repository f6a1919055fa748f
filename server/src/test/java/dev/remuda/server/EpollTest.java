package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Waiting for many descriptors")
class EpollTest {

  private static final int PATIENCE_MILLIS = 20_000;
  private static final byte[] BYTE = {42};

  private final List<Pipe> pipes = new ArrayList<>();
  private Epoll epoll;

  @BeforeEach
  void open() throws Exception {
    epoll = new Epoll();
  }

  @AfterEach
  void close() throws Exception {
    epoll.close();
    for (Pipe pipe : pipes) {
      Linux.close(pipe.read());
      Linux.close(pipe.write());
    }
  }

  private Pipe pipe() throws Exception {
    Pipe pipe = Linux.pipe();
    pipes.add(pipe);
    return pipe;
  }

  @Test
  void aReadableDescriptorComesWithItsTag() throws Exception {
    Pipe pipe = pipe();
    epoll.add(pipe.read(), Epoll.EPOLLIN, 0x1234_5678_9ABC_DEF0L);
    assertThat(epoll.await(0)).isZero();
    Linux.write(pipe.write(), BYTE);
    assertThat(epoll.await(PATIENCE_MILLIS)).isEqualTo(1);
    assertThat(epoll.tag(0)).isEqualTo(0x1234_5678_9ABC_DEF0L);
    assertThat(epoll.events(0)).isEqualTo(Epoll.EPOLLIN);
  }

  @Test
  void severalDescriptorsAreReportedTogether() throws Exception {
    for (int i = 0; i < 10; i++) {
      Pipe pipe = pipe();
      epoll.add(pipe.read(), Epoll.EPOLLIN, i);
      Linux.write(pipe.write(), BYTE);
    }
    epoll.wakeUp();
    assertThat(epoll.await(PATIENCE_MILLIS)).isEqualTo(10);
    Set<Long> tags = new HashSet<>();
    for (int i = 0; i < 10; i++) {
      tags.add(epoll.tag(i));
    }
    assertThat(tags).containsExactlyInAnyOrder(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
  }

  @Test
  void theLastWritersEndIsAHangUp() throws Exception {
    Pipe pipe = Linux.pipe();
    epoll.add(pipe.read(), Epoll.EPOLLIN, 1);
    Linux.close(pipe.write());
    assertThat(epoll.await(PATIENCE_MILLIS)).isEqualTo(1);
    assertThat(epoll.events(0) & Epoll.EPOLLHUP).isNotZero();
    Linux.close(pipe.read());
  }

  @Test
  void theInterestAndTheTagCanBeChanged() throws Exception {
    Pipe pipe = pipe();
    Linux.write(pipe.write(), BYTE);
    epoll.add(pipe.read(), 0, 1);
    assertThat(epoll.await(0)).isZero();
    epoll.modify(pipe.read(), Epoll.EPOLLIN, 2);
    assertThat(epoll.await(PATIENCE_MILLIS)).isEqualTo(1);
    assertThat(epoll.tag(0)).isEqualTo(2);
  }

  @Test
  void aRemovedDescriptorIsNotReported() throws Exception {
    Pipe pipe = pipe();
    Linux.write(pipe.write(), BYTE);
    epoll.add(pipe.read(), Epoll.EPOLLIN, 1);
    epoll.remove(pipe.read());
    assertThat(epoll.await(0)).isZero();
  }

  @Test
  void anotherThreadWakesTheWaiter() throws Exception {
    CountDownLatch waiting = new CountDownLatch(1);
    Thread waker =
        Thread.ofPlatform()
            .start(() -> {
              awaitUninterrupted(waiting);
              epoll.wakeUp();
            });
    waiting.countDown();
    assertThat(epoll.await(-1)).isZero();
    waker.join();
  }

  @Test
  void aWakeUpBeforeTheWaitIsNotLostAndCountsOnce() throws Exception {
    epoll.wakeUp();
    epoll.wakeUp();
    assertThat(epoll.await(-1)).isZero();
    Pipe pipe = pipe();
    epoll.add(pipe.read(), Epoll.EPOLLIN, 1);
    Linux.write(pipe.write(), BYTE);
    assertThat(epoll.await(-1)).isEqualTo(1);
  }

  @Test
  void everyWakeUpOfAnEndlessRowArrives() throws Exception {
    for (int i = 0; i < 1000; i++) {
      epoll.wakeUp();
      assertThat(epoll.await(-1)).isZero();
    }
  }

  @Test
  void aWakeUpAfterTheCloseTouchesNoDescriptor() throws Exception {
    Epoll closed = new Epoll();
    closed.close();
    closed.close();
    List<Pipe> reused = List.of(pipe(), pipe());
    closed.wakeUp();
    for (Pipe pipe : reused) {
      assertThat(Linux.readable(pipe.read())).isFalse();
    }
  }

  @Test
  void theTagOfTheWakeUpIsRefused() throws Exception {
    Pipe pipe = pipe();
    assertThatThrownBy(() -> epoll.add(pipe.read(), Epoll.EPOLLIN, Epoll.WAKE_UP))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void addingTwiceFailsWithTheKernelsReason() throws Exception {
    Pipe pipe = pipe();
    epoll.add(pipe.read(), Epoll.EPOLLIN, 1);
    assertThatThrownBy(() -> epoll.add(pipe.read(), Epoll.EPOLLIN, 2))
        .isInstanceOf(LinuxException.class)
        .hasMessage("epoll_ctl descriptor %d: EEXIST (File exists)", pipe.read());
  }

  @Test
  void aPipeIsNumberedFrom10Up() throws Exception {
    Pipe pipe = pipe();
    assertThat(pipe.read()).isGreaterThanOrEqualTo(10);
    assertThat(pipe.write()).isGreaterThanOrEqualTo(10);
  }

  @Test
  void aNonBlockingPipeTellsNothingNowFromTheEnd() throws Exception {
    Pipe pipe = Linux.pipe();
    Linux.setNonBlocking(pipe.read());
    ByteBuffer buffer = ByteBuffer.allocateDirect(10);
    assertThat(Linux.read(pipe.read(), buffer)).isZero();
    Linux.write(pipe.write(), BYTE);
    assertThat(Linux.read(pipe.read(), buffer)).isEqualTo(1);
    assertThat(buffer.position()).isEqualTo(1);
    Linux.close(pipe.write());
    assertThat(Linux.read(pipe.read(), buffer)).isEqualTo(-1);
    Linux.close(pipe.read());
  }

  @Test
  void aFullPipeTakesAMessageWholeOrNotAtAll() throws Exception {
    Pipe pipe = pipe();
    Linux.setNonBlocking(pipe.write());
    byte[] message = new byte[3000];
    int written = 0;
    while (Linux.write(pipe.write(), message)) {
      written += message.length;
    }
    Linux.setNonBlocking(pipe.read());
    assertThat(drain(pipe.read())).isEqualTo(written);
  }

  @Test
  void writingWithoutAReaderFailsInsteadOfKillingTheJvm() throws Exception {
    Pipe pipe = Linux.pipe();
    Linux.close(pipe.read());
    assertThatThrownBy(() -> Linux.write(pipe.write(), BYTE))
        .isInstanceOfSatisfying(
            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EPIPE));
    Linux.close(pipe.write());
  }

  private static int drain(int fd) throws Exception {
    ByteBuffer buffer = ByteBuffer.allocateDirect(4096);
    int sum = 0;
    int count;
    while ((count = Linux.read(fd, buffer)) > 0) {
      sum += count;
      buffer.clear();
    }
    return sum;
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
