package io.keymoot.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jgroups.util.SocketFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class BoundedWritesTest {
  private static final int MORE_THAN_ANY_BUFFER = 64 << 20;

  private final SocketFactory factory = BoundedWrites.factory(300);

  @Test
  void whoReadsNothingHoldsUpNobodyForLong() throws Exception {
    try (ServerSocket server = server();
        Socket here = connected(server);
        Socket there = server.accept()) {
      holdsUpNobody(here);
    }
  }

  @Test
  void norIfItWasTheOneThatConnected() throws Exception {
    try (ServerSocket server = server();
        Socket here = connected(server);
        Socket there = server.accept()) {
      holdsUpNobody(there);
    }
  }

  private static void holdsUpNobody(Socket by) {
    long from = System.nanoTime();

    assertThatThrownBy(() -> write(by, MORE_THAN_ANY_BUFFER)).isInstanceOf(IOException.class);

    assertThat(by.isClosed()).isTrue();
    assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(10));
  }

  /** In all it takes longer than one write may. */
  @Test
  void whoReadsIsWrittenToForAsLongAsItTakes() throws Exception {
    SocketFactory patient = BoundedWrites.factory(5_000);
    try (ServerSocket server = server();
        Socket here = connected(server);
        Socket there = server.accept()) {
      CompletableFuture<Long> read =
          CompletableFuture.supplyAsync(() -> readAll(there), Thread::startVirtualThread);

      for (int i = 0; i < 5; i++) {
        write(here, MORE_THAN_ANY_BUFFER / 4);
      }
      here.shutdownOutput();

      assertThat(read.join()).isEqualTo(5L * (MORE_THAN_ANY_BUFFER / 4));
      assertThat(here.isClosed()).isFalse();
    }
  }

  /** Its watch rests when there is nothing to watch. */
  @Test
  void whatCouldNotConnectIsWatchedNoMore() throws Exception {
    int nobody;
    try (ServerSocket server = server()) {
      nobody = server.getLocalPort();
    }
    Set<Thread> before = watches();
    SocketFactory other = BoundedWrites.factory(40);
    for (boolean bound : new boolean[] {false, true}) {
      assertThatThrownBy(
              () -> {
                InetAddress here = InetAddress.getLoopbackAddress();
                if (bound) {
                  // An address for documents, so nobody's own.
                  InetAddress own = InetAddress.getByName("192.0.2.1");
                  other.createSocket("there", here, nobody, own, 0);
                } else {
                  other.createSocket("there", here, nobody);
                }
              })
          .isInstanceOf(IOException.class);
    }
    await()
        .until(
            () -> {
              Set<Thread> now = watches();
              now.removeAll(before);
              return now.isEmpty();
            });
  }

  private static Set<Thread> watches() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(each -> each.getName().equals("keymoot-tcp-writes"))
        .collect(Collectors.toSet());
  }

  private ServerSocket server() throws IOException {
    ServerSocket server = factory.createServerSocket("here");
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    return server;
  }

  private Socket connected(ServerSocket to) throws IOException {
    Socket socket = factory.createSocket("there");
    socket.connect(to.getLocalSocketAddress());
    return socket;
  }

  private static void write(Socket to, int bytes) throws IOException {
    OutputStream out = to.getOutputStream();
    byte[] some = new byte[1 << 16];
    for (int i = 0; i < bytes; i += some.length) {
      out.write(some);
    }
  }

  private static long readAll(Socket from) {
    try {
      return from.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
