package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.36 A listener whose exceptions cannot even give their message")
class NastyListenerTest extends ScriptedTest {
  private static final class Nasty extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new IllegalStateException("no message for you");
    }
  }

  @Test
  @DisplayName("P.36 it does no harm to the call whose end it hears of")
  void listener() throws Exception {
    TaskClient client =
        start(
            toPeer()
                .greet()
                .listener(event -> {
                  if (event instanceof PoolEvent.CallEnded) {
                    throw new Nasty();
                  }
                }));
    var call = client.call("x");
    peer.accept().greet().expectCall("x").answer("1");
    assertThat(result(call)).isEqualTo(1L);
  }

  @Test
  @DisplayName("P.34 an executor that refuses with such an exception does not lose the result")
  void executor() throws Exception {
    TaskClient client =
        start(
            toPeer()
                .greet()
                .callbacksOn(task -> {
                  throw new Nasty();
                }));
    var call = client.call("x");
    peer.accept().greet().expectCall("x").answer("1");
    assertThat(result(call)).isEqualTo(1L);
  }

  @Test
  @DisplayName("P.23 a subscriber that throws such an exception has its call given up all the same")
  void subscriber() throws Exception {
    TaskClient client = start(toPeer().greet());
    var stream = client.untyped().callStream("x");
    stream.subscribe(
        new Recorder<>(Long.MAX_VALUE) {
          @Override
          public void onNext(Object value) {
            throw new Nasty();
          }
        });
    peer.accept()
        .greet(StreamTest.STREAMS)
        .expect("[\"do\",{\"pr\":32},\"x\"]")
        .send("[\"pr\",{},1]");
    assertThat(failure(stream.result())).isInstanceOf(CallCancelledException.class);
  }
}
