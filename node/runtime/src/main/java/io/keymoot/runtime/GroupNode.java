package io.keymoot.runtime;

import io.keymoot.admission.Hearing;
import io.keymoot.admission.Invite;
import io.keymoot.admission.InviteUse;
import io.keymoot.admission.PolicyRules;
import io.keymoot.admission.Renewal;
import io.keymoot.admission.Ticket;
import io.keymoot.admission.WallTime;
import io.keymoot.admission.certificate.CheckedText;
import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.frame.Authentication;
import io.keymoot.flatkeying.frame.FrameStream;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.keying.Effect;
import io.keymoot.flatkeying.keying.FlatKeying;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.Address;
import io.keymoot.peer.Peer;
import io.keymoot.peer.PeerEffect;
import io.keymoot.peer.PeerInput;
import io.keymoot.peer.PeerView;
import io.keymoot.peer.Pending;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A device's seat in one group, over JGroups: what an application embeds.
 *
 * <pre>{@code
 * try (Network network = Network.of(stack, Deserialisation.FORBIDDEN_IN_JVM);
 *     GroupNode node = GroupNode.of(network, identity, policy).join("ward 3")) {
 *   node.onMessage((from, payload) -> show(from, payload));
 *   node.send(bytes);
 * }
 * }</pre>
 *
 * <p>Inside:
 *
 * <pre>
 *   JGroups ── control ──▶ Loop ──▶ Host ──▶ effects: transport, key ring, keys, events
 *           ── frames  ──▶ FrameWork's thread: open ──▶ events
 *   send    ── FrameWork: seal, on the caller's thread ──▶ transport
 * </pre>
 *
 * <p>Long, but whole: what an application can do with a group is one list, and each effect of the
 * peer has its one line below it. What takes thought is in {@link Host}, {@link FrameWork}, {@link
 * KeyDesk} and {@link Remembered}.
 *
 * <p>All methods may be called from any thread, and none of a node's waits for the network but the
 * last: {@link #close} takes two seconds at most, {@link #closeAfterLeaving} four. Making a node
 * does wait: {@link Builder} answers once JGroups has connected, which takes seconds where its
 * coordinator does not answer. Listeners have threads of their own.
 */
public final class GroupNode implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GroupNode.class);

  private final Network network;
  private final Host host;
  private final EventFeed<NodeEvent> events;
  private final Loop<NodeInput, NodeEffect> loop;
  private final FrameWork frames;
  private final KeyDesk keyDesk;
  private final Figures figures = new Figures();
  private final CompletableFuture<GroupId> isIn = new CompletableFuture<>();
  private final boolean isForOneGroup;
  private volatile @Nullable Transport transport;
  private final @Nullable Remembered memory;
  private final @Nullable MemoryWriter disk;
  private final ClockWatch clocks;
  private final LookAhead ahead;

  /** What this seat knows of who was put out is not written yet; of the loop's thread. */
  private @Nullable Seat mustRemember;

  private final AtomicBoolean isClosed = new AtomicBoolean();
  private @Nullable RenewalWatch watch;
  private volatile @Nullable Seat seat;
  private volatile NodeEvent.Status status =
      new NodeEvent.Status(NodeState.SYNCING, "looking for the group");

  /** Read by threads that name senders; replaced as a whole by the loop. */
  private volatile Map<MemberId, Member> known = Collections.emptyMap();

  /** Of the thread that opens frames. */
  private long recogniseNotBefore;

  private GroupNode(Builder from, String cluster, Wish wish) {
    String name = "keymoot-" + cluster;
    this.network = from.network;
    this.isForOneGroup = wish instanceof Wish.Join || wish instanceof Wish.Found;
    this.events =
        new EventFeed<>(
            name,
            new EventFeed.Keep<>(
                RuntimeLimits.EVENTS_KEPT,
                RuntimeLimits.EVENT_BYTES_KEPT,
                event ->
                    event instanceof NodeEvent.Message message ? message.payload().length() : 0));
    this.memory = from.memory == null ? null : new Remembered(from.memory, this::publish);
    this.disk =
        memory == null ? null : new MemoryWriter(memory, this::publish, RuntimeLimits.WRITE_AGAIN);
    this.clocks = new ClockWatch(from.clocks, this::lookAtClocks);
    this.host =
        new Host(
            wish,
            from.identity,
            new Host.Opinion(from.policy, from.lists, from.invites, from.uses),
            from.network,
            from.entropy,
            GroupNode::today,
            memory == null ? group -> List.of() : memory::load,
            clocks);
    this.ahead = new LookAhead(network.signatures());
    this.loop = new Loop<>(name, host, new NodeInput.Wake(), this::perform, this::closeTransport);
    this.frames =
        new FrameWork(name, loop::now, clocks::maySeal, this::publish, this::from, loop::stopBy);
    this.keyDesk =
        new KeyDesk(
            name,
            doing -> loop.later(() -> doing.accept(Optional.ofNullable(seat))),
            frames.streams::giveBack);
  }

  // ---- making one

  /** The first step to a node; what else there is to choose has a default. */
  public static Builder of(Network network, Identity identity, PolicyRules policy) {
    return new Builder(network, identity, policy);
  }

  /** What a node is made of. Its last method says which group. */
  public static final class Builder {
    private final Network network;
    private final Identity identity;
    private final PolicyRules policy;
    private @Nullable String cluster;
    private @Nullable Path memory;
    private Entropy entropy = entropy();
    private Clocks clocks = Clocks.ofThisMachine();
    private List<Bytes> lists = List.of();
    private List<Invite> invites = List.of();
    private List<InviteUse> uses = List.of();
    private @Nullable Function<GroupNode, RenewalWatch> renewing;

    private Builder(Network network, Identity identity, PolicyRules policy) {
      this.network = network;
      this.identity = identity;
      this.policy = policy;
    }

    /**
     * Under which name peers of the group find each other, if not under the group's own. It is for
     * finding alone, and proves nothing.
     */
    public Builder meetingAt(String cluster) {
      this.cluster = cluster;
      return this;
    }

    /**
     * Where this node keeps what it must know at its next start: who was put out. Without it, an
     * expelled device that meets this one first may be believed for a moment.
     */
    public Builder rememberingIn(Path folder) {
      this.memory = folder;
      return this;
    }

    /**
     * The identity came from this folder: a certificate that is renewed there is taken into use.
     *
     * @param password as for {@link Identity#load}
     */
    public Builder renewingFrom(Path folder, char[] password) {
      return renewingFrom(folder, password, RuntimeLimits.RENEWAL_LOOK);
    }

    Builder renewingFrom(Path folder, char[] password, Duration period) {
      this.renewing =
          node ->
              new RenewalWatch(
                  folder,
                  password,
                  identity,
                  period,
                  credential -> node.renew(Optional.of(credential)));
      return this;
    }

    /**
     * Revocation lists (DER) that count from the first question on; later ones are given to {@link
     * GroupNode#revocations}.
     */
    public Builder revocations(List<Bytes> lists) {
      this.lists = List.copyOf(lists);
      return this;
    }

    /**
     * Invites of an earlier start, and who used them: what {@link NodeEvent.InvitesAre} told last.
     */
    public Builder invites(List<Invite> made, List<InviteUse> uses) {
      this.invites = List.copyOf(made);
      this.uses = List.copyOf(uses);
      return this;
    }

    /** For tests, which must know what a device drew. */
    Builder drawing(Entropy from) {
      this.entropy = from;
      return this;
    }

    /** For tests, which cannot set the machine's. */
    Builder watching(Clocks those) {
      this.clocks = those;
      return this;
    }

    /** Founds a group, and takes part in it. */
    public GroupNode found(FlatKeying.Founding plan) {
      return start(plan.name(), new Wish.Found(plan));
    }

    /** Asks to be let into the group with this id, and no other, until somebody does. */
    public GroupNode join(String name, GroupId group) {
      return start(name, new Wish.Join(group));
    }

    /**
     * Asks to be let into the group of this name that is heard first. Anybody can call a group so:
     * whether it is the right one is for the policy's rules about founders and introducers.
     */
    public GroupNode join(String name) {
      return start(name, new Wish.JoinAny());
    }

    /**
     * Joins the group of this name, or founds it if nobody is heard for about two seconds; of
     * several who start at once, one founds. Where two found after all, who is alone joins the
     * other.
     */
    public GroupNode joinOrFound(FlatKeying.Founding plan) {
      return start(plan.name(), new Wish.JoinOrFound(plan));
    }

    private GroupNode start(String name, Wish wish) {
      String at = cluster == null ? name : cluster;
      GroupNode node = new GroupNode(this, at, wish);
      node.start(at);
      if (renewing != null) {
        node.watch = renewing.apply(node);
      }
      return node;
    }
  }

  private void start(String cluster) {
    Transport opened;
    try {
      opened = network.open(cluster, new Inbound());
    } catch (Exception e) {
      frames.close();
      loop.close();
      throw new NetworkFailed(cluster, e);
    }
    transport = opened;
    frames.start(opened);
    loop.stopped().exceptionally(this::brokenBy);
    loop.start();
    loop.submit(new NodeInput.Start(opened.self()));
  }

  private @Nullable Void brokenBy(Throwable bug) {
    isIn.completeExceptionally(bug);
    keyDesk.close();
    tell(new NodeEvent.Status(NodeState.OUT, "a bug stopped this node; its log says more"));
    return null;
  }

  private static Entropy entropy() {
    SecureRandom random = new SecureRandom();
    return random::nextBytes;
  }

  private static WallTime today() {
    return new WallTime(System.currentTimeMillis() / 1_000);
  }

  // ---- what there is to know

  /** The group; none while it is only known by its name. */
  public Optional<GroupId> group() {
    return Optional.ofNullable(seat).map(at -> at.peer.keying().group());
  }

  /**
   * Completes with the group's id when this device is a member for the first time. Fails if the
   * node is closed before, or if it asked for one group, by its id, and is out of that for good.
   */
  public CompletionStage<GroupId> whenIn() {
    return isIn.copy();
  }

  /**
   * How this device stands in the group at this moment, and why. It says {@link NodeState#HOLDING}
   * as soon as messages are held; the event does so after two seconds, for most new keys come
   * sooner, and nobody is to be troubled by each.
   */
  public NodeEvent.Status status() {
    NodeEvent.Status told = status;
    Seat at = seat;
    boolean isToldToSend = told.state() == NodeState.SETTLED || told.state() == NodeState.REKEYING;
    if (!isToldToSend || at == null) {
      return told;
    }
    if (!clocks.maySeal()) {
      return new NodeEvent.Status(
          NodeState.HOLDING, "this machine's clocks jumped apart, so a new stay begins first");
    }
    if (at.keys.isActive()) {
      return told;
    }
    return new NodeEvent.Status(
        NodeState.HOLDING,
        told.cause().isEmpty() ? "the key of the group is on its way" : told.cause());
  }

  public CompletionStage<List<Member>> members() {
    return loop.look(() -> seat == null ? List.of() : membersNow(seat));
  }

  /** One of them, as the roster was when it changed last; does not ask the loop. */
  public Optional<Member> member(MemberId id) {
    return Optional.ofNullable(known.get(id));
  }

  /** The same by its device. */
  public Optional<Member> member(Fingerprint device) {
    return known.values().stream().filter(member -> member.device().equals(device)).findFirst();
  }

  /** Who this device is in the group; none while it is not in. */
  public CompletionStage<Optional<Member>> self() {
    return members().thenApply(all -> all.stream().filter(Member::isThisDevice).findFirst());
  }

  /**
   * What two members compare, by voice or by eye: it is equal at both exactly if both see the same
   * group with the same members.
   */
  public CompletionStage<SecurityCode> securityCode() {
    return loop.look(
            () -> {
              GroupState state = stateOrThrow();
              return SecurityCode.question(state.group(), state.membersDigest());
            })
        .thenApply(SecurityCode::of);
  }

  /** All of it at this moment, for people to see; none while the group is not known. */
  public CompletionStage<Optional<GroupView>> view() {
    return loop.look(
        () -> {
          Seat at = seat;
          Transport open = transport;
          return at == null || open == null
              ? Optional.<GroupView>empty()
              : GroupView.of(at.peer, loop.now(), open);
        });
  }

  /** For tests: the key that is sent under, without asking the loop. */
  Optional<KeyName> keyInUse() {
    Seat at = seat;
    return at == null ? Optional.empty() : at.keys.look().active();
  }

  /** For tests: looks at the peer between two steps. */
  <A> CompletionStage<Optional<A>> lookAt(Function<Peer, A> look) {
    return loop.look(() -> Optional.ofNullable(seat).map(at -> look.apply(at.peer)));
  }

  // ---- messages

  /** Takes the group's messages from now on. */
  public EventFeed.Subscription onMessage(MessageListener listener) {
    return listen(
        new EventFeed.Listener<NodeEvent>() {
          @Override
          public void event(long id, NodeEvent event) {
            if (event instanceof NodeEvent.Message message) {
              listener.message(message.from(), message.payload());
            }
          }

          @Override
          public void missed(long firstId, long lastId) {
            listener.missed(lastId - firstId + 1);
          }
        });
  }

  /** Sends a message that proves who sent it, again until it arrives as far as the network can. */
  public Sent send(Bytes message) {
    return send(message, Authentication.SIGNED, Delivery.RELIABLE);
  }

  /**
   * Seals a message to the group and sends it. While no key may be sent under it is held, and goes
   * out with the next.
   *
   * @param proof what it proves of its sender, and costs: a signature for each, one for many, none
   * @throws IllegalArgumentException if the message is longer than {@link #mostBytes}
   */
  public Sent send(Bytes message, Authentication proof, Delivery delivery) {
    if (message.length() > mostBytes()) {
      throw new IllegalArgumentException(
          "a message of " + message.length() + " bytes; at most " + mostBytes() + " can be sent");
    }
    if (isClosed.get() || status.state() == NodeState.OUT) {
      return Sent.OUT;
    }
    Sent sent = frames.send(message, proof, delivery);
    return sent != Sent.SENT && isClosed.get() ? Sent.OUT : sent;
  }

  /** The longest message that can be sent. */
  public static int mostBytes() {
    return RuntimeLimits.FRAME_BYTES - StreamSealer.MAX_OVERHEAD;
  }

  // ---- media of one's own

  /**
   * Seals frames that the application carries itself.
   *
   * @param stream its number but the last of each kind, and those of key subscriptions
   */
  public StreamSealer sealer(FrameStream stream) {
    return frames.sealer(stream);
  }

  /** Opens frames that the application carried itself; one for each stream. */
  public StreamOpener opener(FrameStream stream, LateFrames late) {
    return frames.opener(stream, late);
  }

  /**
   * Hands the group's keys to a sealer or opener outside this node, as they come and go.
   *
   * @param streams how many streams it wants to seal in; 0 if it only opens
   * @return fails with {@link NotNow} where no stream is left, or too many subscribed
   */
  public CompletionStage<KeySubscription> keys(int streams, KeyListener listener) {
    Streams.requirePossible(streams);
    return loop.look(
        () -> {
          List<FrameStream> lent = frames.streams.lend(streams);
          try {
            return keyDesk.subscribe(Optional.ofNullable(seat), lent, listener);
          } catch (NotNow full) {
            frames.streams.takeBack(lent);
            throw full;
          }
        });
  }

  /**
   * A key for the application's own use, derived from the group's key of this moment: equal for all
   * who ask with the same words in the same epoch and revision, which it tells.
   *
   * @param label what it is for, up to 255 characters
   * @param context up to 4,096 bytes
   * @param length 1 to 8,160 bytes
   */
  public CompletionStage<ExportedKey> export(String label, Bytes context, int length) {
    ExportedKey.checkBounds(label, context, length);
    return loop.look(
        () -> {
          Seat at = seat;
          Optional<KeyName> active = at == null ? Optional.empty() : at.keys.look().active();
          if (at == null || active.isEmpty()) {
            throw new NotNow("no key is in use: " + status().cause());
          }
          return at.keys
              .export(active.get(), label, context, length)
              .orElseThrow(() -> new NotNow("the key in use is being replaced; ask again"));
        });
  }

  // ---- the group

  // These complete when this node has done its part; what comes of it, events tell. They fail with
  // NotNow if there is nothing to do: this device is not in, or no such member is.

  /**
   * Puts a device out; where the group's rights ask for several, says that this one wants it out.
   * If this node's own policy says no, {@link NodeEvent.Decided} tells why.
   */
  public CompletionStage<Void> evict(Fingerprint device) {
    return toPeer(new PeerInput.Expel(device));
  }

  /** Says that this device too wants another one out: the same as {@link #evict}. */
  public CompletionStage<Void> approve(Fingerprint device) {
    return evict(device);
  }

  /**
   * Says that a device that was put out may come back. Once as many say so as the group's rights
   * ask for, it can be let in again when it asks.
   */
  public CompletionStage<Void> pardon(Fingerprint device) {
    return toPeer(new PeerInput.Pardon(device));
  }

  /** Questions of this node's policy that wait for people, members or another system. */
  public CompletionStage<List<Pending>> pending() {
    return loop.look(() -> seat == null ? List.of() : seat.peer.view(loop.now()).waiting());
  }

  /**
   * Answers for the people whom the policy asks. Somebody who wants in is let in once the rest of
   * the policy agrees too.
   *
   * @param by who answered, for the log
   */
  public CompletionStage<Void> answer(Ticket ticket, boolean yes, String by) {
    return pending()
        .thenCompose(
            waiting -> {
              if (waiting.stream().noneMatch(about -> about.ticket().equals(ticket))) {
                throw new NotNow(
                    "that question waits no more: it is answered, or whom it is about has gone");
              }
              return toPeer(new PeerInput.Answer(ticket, yes, by));
            });
  }

  /** Other rules from now on; questions that wait are judged anew, and nobody who is in goes. */
  public CompletionStage<Void> policy(PolicyRules rules) {
    return toPeer(new PeerInput.Policy(rules));
  }

  /**
   * Revocation lists (DER), in place of all earlier ones; what is wrong with them comes as {@link
   * NodeEvent.PolicyFaults}.
   */
  public CompletionStage<Void> revocations(List<Bytes> lists) {
    return toPeer(new PeerInput.Revocations(lists));
  }

  /** An invite beside those of the policy file. Fails with {@link NotNow} if there is no room. */
  public CompletionStage<Void> addInvite(Invite invite) {
    return loop.submit(new NodeInput.ToPeer(new PeerInput.AddInvite(invite)))
        .thenAccept(
            effects ->
                effects.stream()
                    .flatMap(GroupNode::ofPeer)
                    .filter(PeerEffect.PolicyFaults.class::isInstance)
                    .map(effect -> ((PeerEffect.PolicyFaults) effect).faults())
                    .findFirst()
                    .ifPresent(
                        faults -> {
                          throw new NotNow(String.join(" ", faults));
                        }));
  }

  public CompletionStage<Void> removeInvite(String name) {
    return toPeer(new PeerInput.RemoveInvite(name));
  }

  /** What another system, or a member, answered to an errand of the policy. */
  public CompletionStage<Void> heard(Hearing hearing) {
    return toPeer(new PeerInput.Heard(hearing));
  }

  /** A fresh key for the group, whether due or not. */
  public CompletionStage<Void> rekey() {
    return toPeer(new PeerInput.Refresh());
  }

  /**
   * Begins a new stay: after a leak, after the device was copied or slept, or with a renewed
   * certificate. Nobody notices, and nothing is lost.
   *
   * @return whether a renewed certificate was taken, and what that changes; empty where none was
   *     given
   */
  public CompletionStage<Optional<Renewal.Advice>> renew(Optional<Bytes> credential) {
    return loop.submit(new NodeInput.ToPeer(new PeerInput.Renew(credential)))
        .thenApply(
            effects ->
                effects.stream()
                    .flatMap(GroupNode::ofPeer)
                    .filter(PeerEffect.RenewalIs.class::isInstance)
                    .map(effect -> ((PeerEffect.RenewalIs) effect).advice())
                    .findFirst());
  }

  private static Stream<PeerEffect> ofPeer(NodeEffect effect) {
    return effect instanceof NodeEffect.OfPeer of ? Stream.of(of.effect()) : Stream.empty();
  }

  /** Joins another group of the same name, and leaves the present one once it is in. */
  public CompletionStage<Void> moveTo(GroupId group) {
    return loop.submit(new NodeInput.Move(group)).thenAccept(effects -> {});
  }

  /**
   * Says goodbye; the others' next key is without this device. Out at once where nobody else is.
   * {@link #close} follows.
   */
  public CompletionStage<Void> leave() {
    return toPeer(new PeerInput.Leave());
  }

  private CompletionStage<Void> toPeer(PeerInput input) {
    return loop.submit(new NodeInput.ToPeer(input)).thenAccept(effects -> {});
  }

  // ---- events

  /** What happens from now on, each listener on a thread of its own. */
  public EventFeed.Subscription listen(EventFeed.Listener<? super NodeEvent> listener) {
    return events.listen(listener);
  }

  /**
   * What happened after the event with this id, as far as it is kept, and what happens from now on.
   *
   * @param since 0 for all that is kept
   */
  public EventFeed.Subscription listen(long since, EventFeed.Listener<? super NodeEvent> listener) {
    return events.listen(since, listener);
  }

  /**
   * How often the caches knew, by name: those that this node shares with the others of its network,
   * and its own of senders' keys.
   */
  public Map<String, Double> hitRates() {
    Map<String, Double> rates = new TreeMap<>(network.hitRates());
    Seat at = seat;
    rates.put("senders", at == null ? 1 : at.senders.hitRate());
    return rates;
  }

  Figures figures() {
    return figures;
  }

  /** Keys of the group under which others' frames are opened now. */
  int openingKeys() {
    Seat at = seat;
    return at == null ? 0 : at.keys.look().installed().size();
  }

  /** Whose frames are opened now: under each of those keys, each has a key of its own. */
  int openedSenders() {
    Seat at = seat;
    if (at == null) {
      return 0;
    }
    KeyBoard.Look now = at.keys.look();
    return now.installed().isEmpty() ? 0 : now.senders().size();
  }

  /** Of these keys, the ones at hand. */
  long openingKeysAtHand() {
    Seat at = seat;
    return at == null ? 0 : at.senders.size();
  }

  long framesDropped() {
    return frames.dropped();
  }

  long framesWithoutKey() {
    return frames.withoutKey();
  }

  /** What this node's transport did since it was opened. */
  public TransportCounts counts() {
    Transport open = transport;
    if (open == null) {
      throw new IllegalStateException("not started");
    }
    return open.counts();
  }

  // ---- the network

  private final class Inbound implements Transport.Receiver {
    @Override
    public void control(Address from, Bytes message) {
      ahead.came(message);
      loop.offer(
          from, new NodeInput.ToPeer(new PeerInput.Received(from, message)), message.length());
    }

    @Override
    public void frame(Address from, Bytes frame, @Nullable Runnable again) {
      frames.arrived(from, frame, again);
    }

    @Override
    public void presence(Address from, Bytes message) {
      loop.offer(from, new NodeInput.Presence(from, message), message.length());
    }

    @Override
    public void stoppedBy(Throwable bug) {
      loop.stopBy(bug);
    }
  }

  // ---- the loop's effects

  private void perform(Tick now, NodeEffect effect) {
    Transport open = transport;
    if (open == null) {
      return;
    }
    switch (effect) {
      case NodeEffect.OfPeer of -> perform(now, of.seat(), of.effect(), open);
      case NodeEffect.Presence presence -> open.multicast(Quality.PRESENCE, presence.message());
      case NodeEffect.Seated seated -> meet(seated.seat());
      case NodeEffect.Recognised recognised -> {
        if (recognised.seat() == seat) {
          members(recognised.seat());
        }
      }
      case NodeEffect.OtherGroup other ->
          publish(new NodeEvent.OtherGroup(other.group(), other.moves()));
      case NodeEffect.OtherVersion other -> publish(otherVersion(other.heard(), open));
      case NodeEffect.Moved moved -> {
        keyDesk.retireAll(moved.from());
        moved.from().close();
        meet(moved.to());
        keyDesk.installAll(moved.to());
        members(moved.to());
        PeerView there = moved.to().peer.view(now);
        tell(new NodeEvent.Status(stateOf(there.state()), there.cause()));
        // Who was put out there was so before it was this node's group.
        remember(moved.to());
      }
      case NodeEffect.Anew anew -> {
        keyDesk.retireAll(anew.from());
        anew.from().close();
        take(anew.to());
      }
      case NodeEffect.GaveUp gaveUp -> gaveUp.seat().close();
      case NodeEffect.ClocksApart apart -> holdBack(apart.millis());
      case NodeEffect.ClocksAgree agree -> {
        clocks.agreeAgain();
        frames.ringChanged();
      }
    }
  }

  /** As if nothing had come for the loop: it looks at the clocks whatever comes. */
  private void lookAtClocks() {
    loop.latest(new NodeInput.Wake());
  }

  private void holdBack(long millisApart) {
    Seat at = seat;
    if (at != null && at.keys.look().active().isPresent()) {
      LOG.warn(
          "This machine's clocks jumped apart by {} s, as after a sleep or where a snapshot of it"
              + " was put back: this device begins a new stay before it sends anything",
          millisApart / 1_000);
      at.desk.ring().holdBack();
      at.keys.holdBack();
      keyDesk.holdBackIf(true);
    }
  }

  private void meet(Seat taken) {
    take(taken);
    publish(new NodeEvent.Met(taken.peer.keying().group()));
  }

  private void take(Seat taken) {
    seat = taken;
    figures.use(taken.desk.ring());
    frames.use(taken.desk);
  }

  private static boolean isWord(Bytes message) {
    return SideCodec.typeOf(message)
        .filter(type -> type == MessageType.LEAVE || type == MessageType.APPROVE)
        .isPresent();
  }

  private void perform(Tick now, Seat at, PeerEffect effect, Transport open) {
    holdBack(at.keys, effect);
    if (at.desk.perform(now, wipingSafely(at, effect))) {
      tellOfKeys(at, effect);
      if (at == seat) {
        frames.ringChanged();
      }
      return;
    }
    switch (effect) {
      case PeerEffect.Beat beat -> open.multicast(Quality.HEARTBEAT, beat.message());
      case PeerEffect.Multicast multicast -> {
        open.multicast(Quality.CONTROL, multicast.message());
        if (isWord(multicast.message())) {
          // What is reliable is dropped where views differ. Facts are found by heartbeats all the
          // same; a goodbye or an approval is nothing that anybody could ask for.
          open.multicast(Quality.HEARTBEAT, multicast.message());
        }
      }
      case PeerEffect.Unicast unicast -> {
        if (!isIn.isDone()) {
          ahead.sent(unicast.message());
        }
        open.unicast(unicast.to(), Quality.CONTROL, unicast.message());
      }
      default -> {
        if (at == seat) {
          tell(at, effect, open);
        }
      }
    }
  }

  /** Before the ring seals no more: whose message is held then finds {@link #status} to say so. */
  private static void holdBack(KeyBoard keys, PeerEffect effect) {
    switch (effect) {
      case PeerEffect.HoldBack hold -> keys.holdBack();
      case PeerEffect.BeginStay begin -> keys.holdBack();
      case PeerEffect.LeaveBehind left -> keys.holdBack(left.epoch());
      default -> {}
    }
  }

  private void tell(Seat at, PeerEffect effect, Transport open) {
    switch (effect) {
      case PeerEffect.Status changed ->
          tell(new NodeEvent.Status(stateOf(changed.state()), changed.cause()));
      case PeerEffect.RosterChanged changed -> {
        members(at);
        publish(new NodeEvent.RosterChanged(changed.came(), changed.went(), changed.members()));
      }
      case PeerEffect.Rekeyed rekeyed -> {
        RekeyEvent recorded = new RekeyEvent();
        if (recorded.isEnabled()) {
          recorded.group = at.peer.keying().group().toString();
          recorded.epoch = rekeyed.cost().epoch().toString();
          recorded.members = at.peer.keying().state().memberCount();
          recorded.coverBytes = rekeyed.cost().report().bytes();
          recorded.commit();
        }
        publish(new NodeEvent.Rekeyed(rekeyed.cost().epoch(), rekeyed.cost().report()));
      }
      case PeerEffect.Resealed resealed ->
          publish(new NodeEvent.Resealed(resealed.by(), resealed.slots()));
      case PeerEffect.PolicyWaits waits -> publish(new NodeEvent.Waits(waits.about()));
      case PeerEffect.PolicyDecided decided ->
          publish(
              new NodeEvent.Decided(
                  decided.about(), decided.yes(), decided.reason(), decided.remedy()));
      case PeerEffect.Refused refused ->
          publish(new NodeEvent.Refused(refused.fact().fact(), refused.fact().why().sentence()));
      case PeerEffect.RosterIs is ->
          publish(new NodeEvent.Hearing(is.freshness(), is.heard(), is.members()));
      case PeerEffect.PolicyFaults faults -> publish(new NodeEvent.PolicyFaults(faults.faults()));
      case PeerEffect.InvitesAre invites ->
          publish(new NodeEvent.InvitesAre(invites.added(), invites.uses()));
      case PeerEffect.RenewalIs renewal -> publish(new NodeEvent.RenewalIs(renewal.advice()));
      case PeerEffect.RosterDisagrees disagrees ->
          publish(new NodeEvent.RosterDisagrees(disagrees.with()));
      case PeerEffect.OtherVersion other -> publish(otherVersion(other, open));
      case PeerEffect.Ignored ignored -> figures.ignored.increment();
      default -> {} // of the network, the ring, or seen in the view
    }
  }

  private static NodeEvent otherVersion(PeerEffect.OtherVersion other, Transport open) {
    return new NodeEvent.OtherVersion(
        open.where(other.from()).orElseGet(other.from()::toString), other.theirs(), other.ours());
  }

  private void publish(NodeEvent event) {
    figures.count(event);
    events.publish(event);
  }

  private void tell(NodeEvent.Status changed) {
    status = changed;
    if (changed.state() == NodeState.OUT) {
      frames.dropHeld();
      if (isForOneGroup) {
        isIn.completeExceptionally(new NotNow(changed.cause()));
      }
    }
    publish(changed);
  }

  private static NodeState stateOf(Effect.State state) {
    return switch (state) {
      case SETTLED -> NodeState.SETTLED;
      case REKEYING -> NodeState.REKEYING;
      case HOLDING -> NodeState.HOLDING;
      case SYNCING -> NodeState.SYNCING;
      case OUT -> NodeState.OUT;
    };
  }

  /** Nothing is derived from a key while it is wiped. */
  private static PeerEffect wipingSafely(Seat at, PeerEffect effect) {
    return effect instanceof PeerEffect.Retire retire
        ? new PeerEffect.Retire(
            retire.epoch(),
            retire.revision(),
            () -> at.keys.wipe(new KeyName(retire.epoch(), retire.revision()), retire.wipe()))
        : effect;
  }

  private void tellOfKeys(Seat at, PeerEffect effect) {
    boolean isOurs = at == seat;
    switch (effect) {
      case PeerEffect.Install install -> {
        boolean isFirst = at.keys.isNew(install.key().epoch());
        KeyName name = at.keys.install(install.key());
        if (isFirst && isOurs) {
          cameFromAnother(at, name.epoch());
        }
        keyDesk.tellIf(isOurs, at, key -> new KeyDesk.Change.Install(key), name);
      }
      case PeerEffect.Activate activate -> {
        KeyName name = new KeyName(activate.epoch(), activate.revision());
        at.keys.activate(name);
        keyDesk.tellIf(isOurs, at, key -> new KeyDesk.Change.Activate(key), name);
        if (isOurs) {
          inUse(at, name);
        }
      }
      case PeerEffect.HoldBack hold -> keyDesk.holdBackIf(isOurs);
      case PeerEffect.Retire retire ->
          keyDesk.tellIf(
              isOurs,
              at,
              key -> new KeyDesk.Change.Retire(key),
              new KeyName(retire.epoch(), retire.revision()));
      case PeerEffect.BeginStay begin -> {
        frames.streams.beginStay();
        senders(at, isOurs);
      }
      case PeerEffect.Admit admit -> senders(at, isOurs);
      case PeerEffect.EndStay end -> {
        senders(at, isOurs);
        if (isOurs && end.atOnce()) {
          remember(at);
        }
      }
      default -> {}
    }
  }

  private void cameFromAnother(Seat at, FactId epoch) {
    if (at.peer.keying().ledger().get(epoch) instanceof Known known
        && !known.author().equals(at.peer.keying().self())) {
      at.peer
          .keying()
          .coverOf(epoch)
          .ifPresent(cover -> publish(new NodeEvent.KeyCame(epoch, known.author(), cover)));
    }
  }

  private void inUse(Seat at, KeyName name) {
    isIn.complete(at.peer.keying().group());
    Transport open = transport;
    if (open != null) {
      // Before this, others' frames were not for this device.
      open.missNothing();
    }
    RekeyEvent recorded = new RekeyEvent();
    if (recorded.isEnabled()) {
      recorded.group = at.peer.keying().group().toString();
      recorded.epoch = name.epoch().toString();
      recorded.revision = name.revision();
      recorded.members = at.peer.keying().state().memberCount();
      recorded.commit();
    }
    publish(
        new NodeEvent.KeyInUse(
            name.epoch(), name.revision(), at.peer.keying().state().memberCount()));
  }

  private void senders(Seat at, boolean isOurs) {
    at.keys.isNow(at.peer.keying());
    keyDesk.sendersIf(isOurs, at);
  }

  /** Somebody was put out: of many at once, one writing knows all. On the loop's thread. */
  private void remember(Seat at) {
    if (disk == null) {
      return;
    }
    if (mustRemember == null) {
      loop.later(() -> write(disk));
    } else if (mustRemember != at) {
      write(disk);
    }
    mustRemember = at;
  }

  /** On the loop's thread, or when it has ended. */
  private void write(MemoryWriter to) {
    Seat at = mustRemember;
    if (at != null) {
      mustRemember = null;
      List<Bytes> facts = Remembered.worthKeeping(at.peer.keying());
      to.write(at.peer.keying().group(), facts);
    }
  }

  // ---- people

  private void members(Seat at) {
    Map<MemberId, Member> next = new TreeMap<>();
    membersNow(at).forEach(member -> next.put(member.id(), member));
    known = next;
  }

  private From from(MemberId sender, boolean isProved) {
    Member member = known.get(sender);
    if (member == null || member.standing() == Member.Standing.UNCHECKED) {
      recogniseAgain();
    }
    return isProved
        ? new From.AMember(sender, member == null ? sender.toString() : member.name())
        : new From.TheGroup(sender);
  }

  /** What somebody shows of itself can be lost on its way, or come long after it was let in. */
  private void recogniseAgain() {
    long now = loop.now().millis();
    if (now >= recogniseNotBefore) {
      recogniseNotBefore = now + RuntimeLimits.RECOGNISE_AGAIN_MILLIS;
      loop.later(() -> host.recogniseAgain(loop.now()));
    }
  }

  private GroupState stateOrThrow() {
    Seat at = seat;
    if (at == null || at.peer.keying().state().count() == 0) {
      throw new NotNow("the group is not known yet: " + status.cause());
    }
    return at.peer.keying().state();
  }

  /** On the loop's thread. */
  private List<Member> membersNow(Seat at) {
    return at.peer.view(loop.now()).members().stream().map(GroupNode::member).toList();
  }

  private static Member member(PeerView.Member seen) {
    io.keymoot.peer.Identity shown = seen.identity();
    Member.Standing standing =
        switch (shown.standing()) {
          case CERTIFIED, INVITED -> Member.Standing.VERIFIED;
          case NOBODY_ASKED -> Member.Standing.SELF_MADE;
          case NOT_SEEN -> Member.Standing.UNCHECKED;
          case REFUSED -> Member.Standing.REFUSED;
        };
    String name = shown.name().isEmpty() ? CheckedText.name(seen.device()) : shown.name();
    return new Member(
        seen.id(),
        seen.device(),
        name,
        standing,
        shown.roles(),
        seen.isSelf() ? Optional.empty() : Optional.of(seen.colour()),
        seen.isSelf());
  }

  // ---- the end

  private void closeTransport() {
    Transport open = transport;
    if (open != null) {
      open.close();
    }
  }

  /**
   * Stops. The others see this device fall silent; {@link #leave} before tells them at once, and
   * {@link #closeAfterLeaving} does both.
   */
  @Override
  public void close() {
    if (!isClosed.compareAndSet(false, true)) {
      return;
    }
    if (watch != null) {
      watch.close();
    }
    loop.close();
    closeDisk();
    frames.close();
    keyDesk.close();
    isIn.completeExceptionally(new NodeStopped("the node was closed"));
    if (status.state() != NodeState.OUT) {
      tell(new NodeEvent.Status(NodeState.OUT, "this node was closed"));
    }
    events.close();
  }

  /** What is still to be written is, but nobody waits long for a slow disk. */
  private void closeDisk() {
    if (disk == null) {
      return;
    }
    if (loop.hasEnded()) {
      write(disk);
    }
    try {
      if (!disk.finish(RuntimeLimits.LAST_WRITE_MILLIS)) {
        LOG.info("What is remembered of expulsions is still being written; it goes on");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Leaves and stops, as when the process is told to end: within four seconds. It stays until the
   * others' key without it is seen, or the goodbye was said a second time: the first may be lost.
   */
  public void closeAfterLeaving() {
    CompletableFuture<Void> isOut = new CompletableFuture<>();
    EventFeed.Listener<NodeEvent> untilOut =
        (id, event) -> {
          if (event instanceof NodeEvent.Status now && now.state() == NodeState.OUT) {
            isOut.complete(null);
          }
        };
    try (EventFeed.Subscription told = listen(untilOut)) {
      leave().toCompletableFuture().get(RuntimeLimits.LEAVE_MILLIS, TimeUnit.MILLISECONDS);
      if (status().state() != NodeState.OUT) {
        isOut.get(RuntimeLimits.FAREWELL_MILLIS, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (java.util.concurrent.ExecutionException | TimeoutException e) {
      // It is stopped already, too busy or alone: then the others, if any, see it fall silent.
    }
    close();
  }
}
