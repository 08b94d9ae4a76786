package io.keymoot.runtime;

import io.keymoot.admission.AdmissionPolicy;
import io.keymoot.admission.PolicyRules;
import io.keymoot.admission.Question;
import io.keymoot.admission.WallTime;
import io.keymoot.admission.certificate.CredentialChecker;
import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.FactVerifier;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.VerifiedOnce;
import io.keymoot.flatkeying.frame.Authentication;
import io.keymoot.flatkeying.frame.FrameSink;
import io.keymoot.flatkeying.frame.FrameStream;
import io.keymoot.flatkeying.frame.Opening;
import io.keymoot.flatkeying.group.Person;
import io.keymoot.flatkeying.keying.Effect;
import io.keymoot.flatkeying.keying.FlatKeying;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.heartbeat.Rosters;
import io.keymoot.peer.Address;
import io.keymoot.peer.FrameDesk;
import io.keymoot.peer.Peer;
import io.keymoot.peer.PeerEffect;
import io.keymoot.peer.PeerInput;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A device's seat in one group, over JGroups: what an application embeds.
 *
 * <pre>
 *   JGroups ── control ──▶ Loop ──▶ Peer ──▶ effects: transport, key ring, events
 *           ── frames  ──▶ queue ──▶ frame thread: FrameDesk.open ──▶ events
 *   send    ── FrameDesk.seal, on the caller's thread ──▶ transport
 * </pre>
 */
public final class GroupNode implements AutoCloseable {
  private static final FrameStream MESSAGES = FrameStream.of(Authentication.SIGNED, 0);

  /** Frames that wait for the thread that opens them; beyond, the newest are dropped. */
  private static final int FRAMES_WAITING = 8_192;

  /**
   * Who this device is and how it reaches the others.
   *
   * @param cluster peers of equal cluster names hear each other; for discovery, not for trust
   */
  public record Setup(
      SigningKey key,
      Bytes credential,
      PolicyRules policy,
      ClusterStack stack,
      String cluster,
      Deserialisation deserialisation) {}

  /** How often frames that came before their key are tried again. */
  private static final long DRAIN_MILLIS = 50;

  private record Arrived(Address from, Bytes frame) {}

  private final FrameSink waited =
      new FrameSink() {
        @Override
        public void opened(Opening.Opened frame, byte[] plaintext, int at) {
          publish(frame, Bytes.of(plaintext, at, frame.length()));
        }

        @Override
        public void vouched(Opening.Vouched vouched) {}
      };

  private final Peer peer;
  private final FrameDesk desk;
  private final EventFeed<NodeEvent> events;
  private final Loop<PeerInput, PeerEffect> loop;
  private final BlockingQueue<Arrived> frames = new ArrayBlockingQueue<>(FRAMES_WAITING);
  private final Thread frameThread;
  private volatile @Nullable Transport transport;
  private volatile NodeEvent.Status status = new NodeEvent.Status(Effect.State.SYNCING, "starting");

  private GroupNode(Peer peer, String name) {
    this.peer = peer;
    this.desk = new FrameDesk(peer);
    this.events = new EventFeed<>(name);
    this.loop =
        new Loop<>(
            name,
            Loop.Core.of(peer::step, peer::nextDeadline),
            new PeerInput.Wake(),
            this::perform,
            this::closeTransport);
    this.frameThread =
        Thread.ofPlatform().daemon().name(name + "-frames").unstarted(this::openFrames);
  }

  // ---- starting

  /** Founds a group and starts to take part in it. */
  public static GroupNode found(FlatKeying.Founding plan, Setup setup) throws Exception {
    Entropy entropy = entropy();
    return start(
        Peer.found(
            plan,
            setup.key,
            setup.credential,
            new AdmissionPolicy(setup.policy),
            entropy,
            shared()),
        setup);
  }

  /** Asks to be let into the group with this id, until somebody does. */
  public static GroupNode join(GroupId group, Setup setup) throws Exception {
    Entropy entropy = entropy();
    return start(
        Peer.join(
            group,
            setup.key,
            setup.credential,
            new AdmissionPolicy(setup.policy),
            entropy,
            shared()),
        setup);
  }

  private static GroupNode start(Peer peer, Setup setup) throws Exception {
    GroupNode node = new GroupNode(peer, "keymoot-" + setup.cluster);
    Transport opened =
        JGroupsTransport.open(
            setup.stack, setup.cluster, setup.deserialisation, node.new Inbound());
    node.transport = opened;
    node.loop.stopped().exceptionally(node::brokenBy);
    node.loop.start();
    node.frameThread.start();
    node.loop.submit(new PeerInput.Start(today()));
    node.loop.submit(new PeerInput.ReachedAt(opened.self()));
    return node;
  }

  private @Nullable Void brokenBy(Throwable bug) {
    status = new NodeEvent.Status(Effect.State.OUT, "a bug stopped this node; its log says more");
    events.publish(status);
    return null;
  }

  private static Entropy entropy() {
    SecureRandom random = new SecureRandom();
    return random::nextBytes;
  }

  private static Peer.Shared shared() {
    return new Peer.Shared(
        FlatKeying.Shared.of(new CredentialChecker(), new FactVerifier(new VerifiedOnce())),
        new Rosters());
  }

  private static WallTime today() {
    return new WallTime(System.currentTimeMillis() / 1_000);
  }

  // ---- what an application does

  public GroupId group() {
    return peer.keying().group();
  }

  public NodeEvent.Status status() {
    return status;
  }

  public CompletionStage<List<Person>> members() {
    return loop.look(() -> List.copyOf(peer.keying().state().members()));
  }

  public CompletionStage<MemberId> self() {
    return loop.look(() -> peer.keying().self());
  }

  /**
   * Seals a message to the group and sends it, signed.
   *
   * @return false while no key may be sent under, or if the queue is full: {@link #status} says why
   */
  public boolean send(Bytes message) {
    Transport open = transport;
    Optional<Bytes> frame = desk.seal(loop.now(), MESSAGES, message);
    return open != null && frame.isPresent() && open.multicast(Quality.RELIABLE_FRAME, frame.get());
  }

  /** Puts a device out, or says that this one wants it out, by what the group's rights ask for. */
  public CompletionStage<Void> expel(Fingerprint device) {
    return loop.submit(new PeerInput.Expel(device)).thenAccept(effects -> {});
  }

  /** A fresh key for the group, whether due or not. */
  public CompletionStage<Void> rekey() {
    return loop.submit(new PeerInput.Refresh()).thenAccept(effects -> {});
  }

  /** Says goodbye; the others' next key is without this device. {@link #close} follows. */
  public CompletionStage<Void> leave() {
    return loop.submit(new PeerInput.Leave()).thenAccept(effects -> {});
  }

  /** What happens from now on, each listener on a thread of its own. */
  public EventFeed.Subscription listen(EventFeed.Listener<? super NodeEvent> listener) {
    return events.listen(listener);
  }

  // ---- the network

  private final class Inbound implements Transport.Receiver {
    @Override
    public void control(Address from, Bytes message) {
      loop.offer(from, new PeerInput.Received(from, message), message.length());
    }

    @Override
    public void frame(Address from, Bytes frame) {
      boolean hadRoom = frames.offer(new Arrived(from, frame));
      if (!hadRoom) {
        // A late frame is worth little: the sender's next ones are not held up for it.
        return;
      }
    }

    @Override
    public void reachable(SortedSet<Address> peers) {}
  }

  private void openFrames() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        Arrived arrived = frames.poll(DRAIN_MILLIS, TimeUnit.MILLISECONDS);
        if (arrived != null) {
          open(arrived);
        }
        desk.drain(loop.now(), waited);
      }
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
    }
  }

  private void open(Arrived arrived) {
    FrameDesk.Opened opened = desk.open(loop.now(), arrived.from.value().hashCode(), arrived.frame);
    switch (opened.opening()) {
      case Opening.Opened frame -> publish(frame, opened.plaintext());
      case Opening.Vouched vouched -> {}
      case Opening.Waiting waiting -> events.publish(new NodeEvent.Unopened(waiting));
      case Opening.Refused refused -> events.publish(new NodeEvent.Unopened(refused));
    }
  }

  private void publish(Opening.Opened frame, Bytes payload) {
    events.publish(new NodeEvent.Message(frame.sender().member(), frame.source(), payload));
  }

  // ---- the loop's effects

  private void perform(Tick now, PeerEffect effect) {
    if (desk.perform(now, effect)) {
      return;
    }
    Transport open = transport;
    switch (effect) {
      case PeerEffect.Beat beat when open != null ->
          open.multicast(Quality.HEARTBEAT, beat.message());
      case PeerEffect.Multicast multicast when open != null ->
          open.multicast(Quality.CONTROL, multicast.message());
      case PeerEffect.Unicast unicast when open != null ->
          open.unicast(unicast.to(), Quality.CONTROL, unicast.message());
      case PeerEffect.Status changed -> {
        status = new NodeEvent.Status(changed.state(), changed.cause());
        events.publish(status);
      }
      case PeerEffect.RosterChanged changed ->
          events.publish(
              new NodeEvent.RosterChanged(changed.came(), changed.went(), changed.members()));
      case PeerEffect.Rekeyed rekeyed ->
          events.publish(new NodeEvent.Rekeyed(rekeyed.cost().epoch(), rekeyed.cost().report()));
      case PeerEffect.PolicyDecided no
          when !no.yes() && no.about().purpose() == Question.Purpose.ADMIT ->
          events.publish(new NodeEvent.TurnedAway(no.about().member(), no.reason(), no.remedy()));
      case PeerEffect.Refused refused ->
          events.publish(
              new NodeEvent.Refused(refused.fact().fact(), refused.fact().why().sentence()));
      default -> {} // counted nowhere yet, and nobody's to act on
    }
  }

  private void closeTransport() {
    Transport open = transport;
    if (open != null) {
      open.close();
    }
  }

  @Override
  public void close() {
    loop.close();
    frameThread.interrupt();
    events.close();
    peer.close();
  }
}
