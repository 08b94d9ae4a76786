package io.keymoot.runtime;

import io.keymoot.admission.certificate.Credential;
import io.keymoot.admission.certificate.CredentialChecker;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.keying.Draws;
import io.keymoot.flatkeying.keying.Eavesdropper;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.message.SyncReply;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.peer.Address;
import io.keymoot.peer.Peer;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
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

  private final long seed = new SecureRandom().nextLong();
  private final Draws draws = new Draws(seed);
  private final List<Bytes> overheard = new ArrayList<>(); // guarded by itself
  private final Set<Bytes> known = new HashSet<>(); // guarded by overheard
  private final Map<MemberId, Draws> accomplices = new ConcurrentHashMap<>();
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private @Nullable GroupNode node;

  // Of the node's loop.
  private @Nullable Eavesdropper eavesdropper;
  private int read;

  // ---- before the device is in

  /** A network for it; what it says itself is told too. */
  public Network network(
      ClusterStack stack, Deserialisation deserialisation, Consumer<Bytes> said) {
    return Network.of(
        stack,
        deserialisation,
        (over, cluster, against, receiver) ->
            new Tapped(
                JGroupsTransport.open(over, cluster, against, new Tap(receiver)),
                message -> {
                  overhear(message);
                  said.accept(message);
                }));
  }

  /** A network for somebody else, all of whose words are told, whoever they are for. */
  public static Network recorded(
      ClusterStack stack, Deserialisation deserialisation, Consumer<Bytes> said) {
    return Network.of(
        stack,
        deserialisation,
        (over, cluster, against, receiver) ->
            new Tapped(JGroupsTransport.open(over, cluster, against, receiver), said));
  }

  public GroupNode.Builder drawingFor(GroupNode.Builder builder) {
    return drawing(builder, draws);
  }

  /** For somebody else. */
  public static GroupNode.Builder drawing(GroupNode.Builder builder, Draws from) {
    return builder.drawing(from);
  }

  /** From now on it is looked at what the node holds. */
  public void watch(GroupNode its) {
    node = its;
    clock.scheduleWithFixedDelay(
        () -> its.lookAt(this::look), 0, LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /**
   * What was heard elsewhere.
   *
   * @return false if it was heard before
   */
  public boolean overhear(Bytes message) {
    if (SideCodec.decode(message) instanceof Decoded.Ok<SideMessage> ok
        && ok.value() instanceof SyncReply reply) {
      // The same facts come in many of these, and each is long.
      return reply.facts().stream().filter(this::isNew).count() > 0;
    }
    return isNew(message);
  }

  private boolean isNew(Bytes message) {
    synchronized (overheard) {
      return known.add(message) && overheard.add(message);
    }
  }

  /** To plant a leak: this member's randomness is known too, so what is sealed to it is read. */
  public void alsoHas(MemberId accomplice, Draws its) {
    accomplices.put(accomplice, its);
  }

  /** To plant a leak: this member has the epoch's key, as another one holds it. */
  public void isHanded(MemberId accomplice, FactId epoch, GroupNode by) {
    EpochSecret secret = at(by, peer -> Eavesdropper.copy(peer.keying(), epoch));
    at(
        Objects.requireNonNull(node),
        peer -> {
          pool(peer).madeUp(accomplice, epoch, secret);
          return true;
        });
  }

  // ---- two who pool what they have

  /** All the randomness of this device, for {@link #poolWith}. */
  public void share(DataOutput out) throws IOException {
    List<byte[]> given = at(Objects.requireNonNull(node), peer -> new ArrayList<>(draws.given()));
    out.writeLong(seed);
    out.writeInt(given.size());
    for (byte[] each : given) {
      out.writeInt(each.length);
    }
  }

  /** From now on it has what another device drew: the same seed gives it again. */
  public void poolWith(MemberId accomplice, DataInput in) throws IOException {
    Draws its = new Draws(in.readLong());
    for (int left = in.readInt(); left > 0; left--) {
      its.fill(new byte[in.readInt()]);
    }
    alsoHas(accomplice, its);
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
      eavesdropper = its;
    }
    // A device that fell with who let it in is another member since.
    its.watch("the device", peer.keying(), draws);
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
    return at(
        Objects.requireNonNull(node),
        peer ->
            look(peer)
                ? derived(Objects.requireNonNull(eavesdropper), peer.keying().self())
                : new TreeMap<>());
  }

  private SortedMap<FactId, Integer> derived(Eavesdropper its, MemberId self) {
    SortedMap<FactId, Integer> first = its.derived(self);
    accomplices.forEach(
        (member, draws) -> {
          its.madeUp(member, draws);
          its.derived(member).forEach((epoch, revision) -> first.merge(epoch, revision, Math::min));
        });
    return first;
  }

  /**
   * @param epochs how many were made by who knew that this device and its accomplices are out
   * @param wrong what these come to of them; nothing is
   */
  public record Pooled(int epochs, List<String> wrong) {}

  /**
   * What the device and its accomplices come to together: what one has opens what only another
   * heard. For a group that nobody else is out of.
   */
  public Pooled pooled() {
    return at(Objects.requireNonNull(node), peer -> pooled(pool(peer), peer.keying().self()));
  }

  private Pooled pooled(Eavesdropper its, MemberId self) {
    int epochs = 0;
    List<String> wrong = new ArrayList<>();
    for (FactId epoch : rekeys()) {
      GroupState then = its.shown(List.of(epoch)).orElse(null);
      if (then != null
          && isOut(self, then)
          && accomplices.keySet().stream().allMatch(each -> isOut(each, then))) {
        epochs++;
        wrong.addAll(its.checkAgain(List.of(epoch), epoch, Integer.MAX_VALUE));
      }
    }
    return new Pooled(epochs, wrong);
  }

  private static boolean isOut(MemberId member, GroupState then) {
    return then.person(member).isPresent() && !then.isMember(member);
  }

  private List<FactId> rekeys() {
    List<FactId> rekeys = new ArrayList<>();
    synchronized (overheard) {
      for (Bytes each : overheard) {
        if (SideCodec.typeOf(each).equals(Optional.of(MessageType.REKEY))
            && FactCodec.decode(each) instanceof Decoded.Ok<Envelope> ok) {
          rekeys.add(ok.value().id());
        }
      }
    }
    return rekeys;
  }

  private Eavesdropper pool(Peer peer) {
    look(peer);
    Eavesdropper its = Objects.requireNonNull(eavesdropper);
    accomplices.forEach(its::madeUp);
    return its;
  }

  private static <A> A at(GroupNode node, Function<Peer, A> look) {
    return node.lookAt(look).thenApply(Optional::orElseThrow).toCompletableFuture().join();
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }

  // ---- on the line

  /** What comes in. */
  private final class Tap extends PassingOn {
    Tap(Transport.Receiver receiver) {
      super(receiver);
    }

    @Override
    public void control(Address from, Bytes message) {
      overhear(message);
      super.control(from, message);
    }
  }

  /** What goes out; but not frames, and not heartbeats, which no key follows from. */
  private static final class Tapped implements Transport {
    private final Transport transport;
    private final Consumer<Bytes> said;

    Tapped(Transport transport, Consumer<Bytes> said) {
      this.transport = transport;
      this.said = said;
    }

    @Override
    public Address self() {
      return transport.self();
    }

    @Override
    public boolean multicast(Quality quality, Bytes message) {
      if (quality == Quality.CONTROL) {
        said.accept(message);
      }
      return transport.multicast(quality, message);
    }

    @Override
    public boolean unicast(Address to, Quality quality, Bytes message) {
      if (quality == Quality.CONTROL) {
        said.accept(message);
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
