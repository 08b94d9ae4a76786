package io.keymoot.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jgroups.JChannel;
import org.jspecify.annotations.Nullable;

/** Transports of one cluster, and what each of them received. */
final class Cluster implements AutoCloseable {
  private static final AtomicInteger CLUSTERS = new AtomicInteger();
  static final Duration SOON = Patience.SOON;

  /** The stacks that are shipped, on this machine alone. */
  enum Kind {
    LOCAL,
    TCP,
    UDP;

    ClusterStack stack(Path folder) {
      InetAddress here = InetAddress.getLoopbackAddress();
      return switch (this) {
        case LOCAL -> ClusterStack.local();
        case TCP ->
            ClusterStack.tcp(new InetSocketAddress(here, 0), ClusterStack.Discovery.files(folder));
        case UDP -> ClusterStack.udp(here, new InetSocketAddress("239.75.77.2", 45_578));
      };
    }
  }

  record Arrived(Address from, Bytes bytes, boolean frame) {}

  /** One end, with a memory of all that came. */
  static final class End implements Transport.Receiver {
    final List<Arrived> arrived = new CopyOnWriteArrayList<>();
    private @Nullable JGroupsTransport transport;

    JGroupsTransport transport() {
      return Objects.requireNonNull(transport);
    }

    @Override
    public void control(Address from, Bytes message) {
      arrived.add(new Arrived(from, message, false));
    }

    @Override
    public void frame(Address from, Bytes frame, @Nullable Runnable again) {
      arrived.add(new Arrived(from, frame, true));
    }

    /** Whom JGroups has in its view, this end left out. */
    List<Address> reachable() throws Exception {
      JChannel channel = transport().channel();
      List<Address> others = new ArrayList<>();
      for (org.jgroups.Address each : channel.getView()) {
        if (!each.equals(channel.getAddress())) {
          others.add(Addresses.write(each));
        }
      }
      return others;
    }
  }

  final String name = "test-" + ProcessHandle.current().pid() + "-" + CLUSTERS.incrementAndGet();
  final ClusterStack stack;
  final List<End> ends = new ArrayList<>();

  Cluster(ClusterStack stack) {
    this.stack = stack;
  }

  End join() throws Exception {
    return join(stack);
  }

  End join(ClusterStack other) throws Exception {
    End end = new End();
    end.transport = JGroupsTransport.open(other, name, Deserialisation.FORBIDDEN_IN_JGROUPS, end);
    ends.add(end);
    return end;
  }

  Cluster join(int count) throws Exception {
    for (int i = 0; i < count; i++) {
      join();
    }
    return this;
  }

  void awaitAllReachable() {
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              for (End end : ends) {
                assertThat(end.reachable()).hasSize(ends.size() - 1);
              }
            });
  }

  static Bytes bytes(String text) {
    return Bytes.of(text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    ends.forEach(end -> end.transport().close());
  }
}
