package io.keymoot.runtime;

import io.keymoot.admission.certificate.Credential;
import io.keymoot.admission.certificate.CredentialChecker;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.keying.Draws;
import io.keymoot.flatkeying.keying.Eavesdropper;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.Address;
import io.keymoot.peer.Peer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Whoever has a device with all that it should have forgotten: every message that came over its
 * network or that it sent, all the randomness it ever drew, every key it ever held. What of the
 * group's keys follows from that, the adversary of flat-keying's tests finds out.
 *
 * <p>For a group whose members show no certificates.
 */
public final class Wiretap implements AutoCloseable {
  /** A key is held for some time after it was in use, so none is held between two looks alone. */
  private static final long LOOK_MILLIS = 100;

  private final Draws draws = new Draws(new SecureRandom().nextLong());
  private final List<Bytes> overheard = new ArrayList<>(); // guarded by itself
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private @Nullable GroupNode node;

  // Of the node's loop.
  private @Nullable Eavesdropper eavesdropper;
  private int read;

  // ---- before the device is in

  /** A network for it. */
  public Network network(ClusterStack stack, Deserialisation deserialisation) {
    return Network.of(
        stack,
        deserialisation,
        (over, cluster, against, receiver) ->
            new Tapped(JGroupsTransport.open(over, cluster, against, new Tap(receiver))));
  }

  public GroupNode.Builder drawingFor(GroupNode.Builder builder) {
    return builder.drawing(draws);
  }

  /** From now on it is looked at what the node holds. */
  public void watch(GroupNode its) {
    node = its;
    clock.scheduleWithFixedDelay(
        () -> its.lookAt(this::look), 0, LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** What was heard elsewhere. */
  public void overhear(Bytes message) {
    synchronized (overheard) {
      overheard.add(message);
    }
  }

  // ---- and what comes of it

  private boolean look(Peer peer) {
    Eavesdropper its = eavesdropper;
    if (peer.keying().state().count() == 0) {
      return false;
    }
    if (its == null) {
      its = new Eavesdropper(peer.keying().group(), new CredentialChecker(), true);
      its.credential(Credential.SELF_MADE.encode());
      its.watch("the device", peer.keying(), draws);
      eavesdropper = its;
    }
    List<Bytes> fresh;
    synchronized (overheard) {
      fresh = List.copyOf(overheard.subList(read, overheard.size()));
    }
    fresh.forEach(its::heard);
    read += fresh.size();
    if (peer.keying().isMember()) {
      its.stepped(peer.keying());
    }
    return true;
  }

  /** The epochs of which it comes to a key, and the first revision of each that it comes to. */
  public SortedMap<FactId, Integer> derived() {
    return Objects.requireNonNull(node)
        .lookAt(
            peer ->
                look(peer)
                    ? Objects.requireNonNull(eavesdropper).derived(peer.keying().self())
                    : new TreeMap<FactId, Integer>())
        .thenApply(Optional::orElseThrow)
        .toCompletableFuture()
        .join();
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }

  // ---- on the line

  /** What comes in. */
  private final class Tap implements Transport.Receiver {
    private final Transport.Receiver receiver;

    Tap(Transport.Receiver receiver) {
      this.receiver = receiver;
    }

    @Override
    public void control(Address from, Bytes message) {
      overhear(message);
      receiver.control(from, message);
    }

    @Override
    public void frame(Address from, Bytes frame, @Nullable Runnable again) {
      receiver.frame(from, frame, again);
    }

    @Override
    public void presence(Address from, Bytes message) {
      receiver.presence(from, message);
    }

    @Override
    public void stoppedBy(Throwable bug) {
      receiver.stoppedBy(bug);
    }
  }

  /** What goes out. */
  private final class Tapped implements Transport {
    private final Transport transport;

    Tapped(Transport transport) {
      this.transport = transport;
    }

    @Override
    public Address self() {
      return transport.self();
    }

    @Override
    public boolean multicast(Quality quality, Bytes message) {
      if (quality == Quality.CONTROL) {
        overhear(message);
      }
      return transport.multicast(quality, message);
    }

    @Override
    public boolean unicast(Address to, Quality quality, Bytes message) {
      if (quality == Quality.CONTROL) {
        overhear(message);
      }
      return transport.unicast(to, quality, message);
    }

    @Override
    public boolean mayGo() {
      return transport.mayGo();
    }

    @Override
    public void tooFast(Address from) {
      transport.tooFast(from);
    }

    @Override
    public void missNothing() {
      transport.missNothing();
    }

    @Override
    public TransportCounts counts() {
      return transport.counts();
    }

    @Override
    public void close() {
      transport.close();
    }
  }
}
