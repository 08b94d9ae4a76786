package io.keymoot.simulator.world;

import io.keymoot.admission.WallTime;
import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.frame.Authentication;
import io.keymoot.flatkeying.frame.FrameEpoch;
import io.keymoot.flatkeying.frame.FrameSink;
import io.keymoot.flatkeying.frame.FrameStream;
import io.keymoot.flatkeying.frame.Opening;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.keying.Effect;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.peer.Address;
import io.keymoot.peer.FrameDesk;
import io.keymoot.peer.Peer;
import io.keymoot.peer.PeerEffect;
import io.keymoot.peer.PeerInput;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A device's one run of the product: a real peer and its frames, on a clock and with ears of its
 * own. A device that starts again is another node with the same key.
 *
 * <p>Long because it is a list: each effect of the peer and each thing that a device can suffer is
 * one method.
 */
public final class Node {
  /** What a stopped process finds in its sockets when it goes on. */
  private static final int BACKLOG = 512;

  private static final FrameStream VOICE = FrameStream.of(Authentication.NONE, 0);

  /** Frames that wait for their key are told apart from so many others. */
  private static final int MOST_EARLY = 256;

  /** Longer than they may wait: that none is opened later is to be seen. */
  private static final long EARLY_KEPT_MILLIS = 10 * Limits.FRAME_WAIT_MILLIS;

  /** In small groups: a pass over all members each time. */
  private static final long TIDY_MILLIS = 5_000;

  private static final int TIDY_GROUP = 64;

  private final World world;
  private final int index;
  private final String name;
  private final int person;
  private final SigningKey key;
  private final Entropy entropy;
  private final Peer peer;
  private final FrameDesk frames;

  /** What its frames were given and not asked back, by the first half of a KID. */
  private final Map<Integer, FrameEpoch> frameKeys = new TreeMap<>();

  /** Came before their keys, the oldest first. */
  private final Deque<Early> early = new ArrayDeque<>();

  private @Nullable Tick tidiedAt;

  private final Fingerprint device;
  private final Address address;

  private GroupState known = GroupState.nothing();
  private PeerEffect.Status status = new PeerEffect.Status(Effect.State.SYNCING, "not started");
  private long wakeAt = Long.MAX_VALUE;
  private boolean isUp;
  private boolean isStopped;
  private boolean isByzantine;
  private boolean mayTalk = true;
  private Memory memory = Memory.NOTHING;

  // where there are certificates
  private Optional<Certifier.Paper> paper = Optional.empty();
  private WallTime date = new WallTime(0);
  private long dateOffMillis;
  private List<BigInteger> heardRevoked = List.of();
  private @Nullable Bytes unseenCredential;

  private @Nullable Deed deed;
  private long startedAt;
  private long firstSentAt = -1;
  private final Deque<Received> backlog = new ArrayDeque<>();
  private int slowness = 1;
  private long busyUntil;

  // its clock: ticks = offset + (now - since) * rate
  private long since;
  private double offset;
  private double rate = 1;
  private long lastTick;

  private record Received(Node from, Bytes message) {}

  private record Early(Frame frame, Tick since) {
    boolean isOf(Opening.Opened opened) {
      return frame.stay().equals(opened.sender().stay())
          && frame.number() >>> Byte.SIZE == opened.number();
    }
  }

  /** What a node that keeps to no rule does with what its honest half would say. */
  @FunctionalInterface
  public interface Deed {
    /** The messages to say instead of this one; {@code to} is empty for a multicast. */
    List<Bytes> instead(Node self, Optional<Address> to, Bytes message);
  }

  Node(
      World world, int index, String name, int person, Peer peer, SigningKey key, Entropy entropy) {
    this.world = world;
    this.index = index;
    this.name = name;
    this.person = person;
    this.peer = peer;
    this.key = key;
    this.entropy = entropy;
    this.frames = new FrameDesk(peer);
    this.device = new Fingerprint(Hash32.sha256(key.spki().toArray()));
    this.address = new Address(Bytes.owning(("at-" + index).getBytes(StandardCharsets.UTF_8)));
  }

  // ---- who it is

  public int index() {
    return index;
  }

  public String name() {
    return name;
  }

  /** Whose device it is: a number that stays when the device starts again. */
  public int person() {
    return person;
  }

  public Address address() {
    return address;
  }

  public Peer peer() {
    return peer;
  }

  public SigningKey key() {
    return key;
  }

  public Entropy entropy() {
    return entropy;
  }

  public MemberId member() {
    return peer.keying().self();
  }

  public Fingerprint device() {
    return device;
  }

  // ---- how it is

  /** It runs; perhaps it is only stopped for a while. */
  public boolean isUp() {
    return isUp;
  }

  public boolean isStopped() {
    return isStopped;
  }

  public boolean isByzantine() {
    return isByzantine;
  }

  public boolean isMember() {
    return isUp && peer.keying().isMember();
  }

  public boolean mayTalk() {
    return mayTalk;
  }

  /** The facts it has taken. */
  public GroupState known() {
    return known;
  }

  public PeerEffect.Status status() {
    return status;
  }

  public boolean isSettled() {
    return status.state() == Effect.State.SETTLED;
  }

  public boolean canSend() {
    return isMember() && peer.keying().sendingEpoch().isPresent();
  }

  public long startedAt() {
    return startedAt;
  }

  /** When it first could send; negative before. */
  public long firstSentAt() {
    return firstSentAt;
  }

  /** What it knew of an earlier start when it started. */
  public Memory memory() {
    return memory;
  }

  @Override
  public String toString() {
    return name;
  }

  // ---- what is done to it

  void start() {
    isUp = true;
    startedAt = world.now();
    since = world.now();
    offset = world.now();
    date = world.wallTime();
    step(new PeerInput.Start(date));
    step(new PeerInput.ReachedAt(address));
    if (!memory.isEmpty()) {
      step(new PeerInput.Remember(memory.facts()));
    }
  }

  /** Before it starts. */
  void remembers(Memory kept) {
    memory = kept;
  }

  /** Goes without a word, for good. */
  public void crash() {
    if (isUp) {
      isUp = false;
      world.down(this);
    }
  }

  /** Stops as a process does whose machine sleeps; what comes meanwhile waits, within bounds. */
  public void stop() {
    isStopped = true;
  }

  public void goOn() {
    if (!isStopped) {
      return;
    }
    isStopped = false;
    while (!backlog.isEmpty() && isUp && !isStopped) {
      Received next = backlog.removeFirst();
      step(new PeerInput.Received(next.from.address, next.message));
    }
    Bytes found = unseenCredential;
    if (found != null && !isStopped) {
      renews(found);
    }
    wake();
  }

  /** Takes so many times as long for every message; 1 is as usual. */
  public void slow(int times) {
    slowness = times;
  }

  /** Its clock runs so much faster, in millionths. */
  public void drift(double millionths) {
    offset = exactTick();
    since = world.now();
    rate = 1 + millionths / 1e6;
  }

  /** Its monotonic clock is ahead all at once, as after a long sleep. */
  public void leap(long millis) {
    offset = exactTick() + millis;
    since = world.now();
    wake();
  }

  /** It turns: from now on what its honest half says goes through {@code itsDeed}. */
  public void turn(Deed itsDeed) {
    isByzantine = true;
    deed = itsDeed;
    world.turned();
  }

  /** It takes part in nothing the application does. */
  public void silence() {
    mayTalk = false;
  }

  // ---- its certificate, and the date

  void shows(Optional<Certifier.Paper> its) {
    paper = its;
  }

  /** What its process came with. */
  public Optional<Certifier.Paper> paper() {
    return paper;
  }

  /** A new certificate is on its device's disk: a process that is stopped finds it later. */
  void renews(Bytes credential) {
    unseenCredential = isStopped ? credential : null;
    step(new PeerInput.Renew(Optional.of(credential)));
  }

  /** What its device has now is out of date. */
  public boolean isExpired() {
    return expiresBefore(world.wallTime());
  }

  /** What its device has now will be out of date then. */
  public boolean expiresBefore(WallTime then) {
    return world.paper(this).filter(its -> its.until().isBefore(then)).isPresent();
  }

  public boolean isRevoked() {
    return world.paper(this).filter(its -> world.certifier().isRevoked(its)).isPresent();
  }

  /** It runs, keeps to the rules and has not said that it goes; and it may have a certificate. */
  public boolean isToRenew() {
    return isUp && !isByzantine && mayTalk && !isRevoked();
  }

  void dateIs(WallTime its, long offMillis) {
    if (isUp && !isStopped) {
      date = its;
    }
    dateOffMillis = offMillis;
    step(new PeerInput.Date(its));
  }

  /** As it was told last. */
  public WallTime date() {
    return date;
  }

  long dateOffMillis() {
    return dateOffMillis;
  }

  void hearsRevoked(Bytes list, List<BigInteger> all) {
    if (isUp && !isStopped) {
      heardRevoked = all;
      step(new PeerInput.Revocations(List.of(list)));
    }
  }

  /** The serial numbers that it knows to be revoked. */
  public List<BigInteger> heardRevoked() {
    return heardRevoked;
  }

  // ---- its clock

  private double exactTick() {
    return offset + (world.now() - since) * rate;
  }

  public Tick tick() {
    lastTick = Math.max(lastTick, (long) exactTick());
    return new Tick(lastTick);
  }

  private long worldTimeOf(Tick due) {
    return since + (long) Math.ceil((due.millis() - offset) / rate);
  }

  // ---- steps

  void receive(Node from, Bytes message) {
    if (!isUp) {
      return;
    }
    if (isStopped) {
      if (backlog.size() < BACKLOG) {
        backlog.addLast(new Received(from, message));
      }
      return;
    }
    if (slowness > 1) {
      long start = Math.max(world.now(), busyUntil);
      if (start - world.now() > World.SLOWEST_MILLIS) {
        return;
      }
      busyUntil = start + slowness;
      world
          .timeline()
          .at(start + slowness, () -> step(new PeerInput.Received(from.address, message)));
      return;
    }
    step(new PeerInput.Received(from.address, message));
  }

  /** Takes an input and does what comes of it. */
  public void step(PeerInput input) {
    if (!isUp || isStopped) {
      return;
    }
    Tick now = tick();
    GroupState before = known;
    List<PeerEffect> effects = peer.step(now, input);
    known = peer.keying().state();
    world.stepped(this);
    for (PeerEffect effect : effects) {
      if (!isUp) {
        break; // it crashed between two of them
      }
      if (effect instanceof PeerEffect.Install install) {
        frameKeys.put(install.key().kidPrefix(), install.key());
        world.installed(this, install.key());
      } else if (effect instanceof PeerEffect.Retire retire) {
        frameKeys
            .values()
            .removeIf(
                key -> key.epoch().equals(retire.epoch()) && key.revision() == retire.revision());
      }
      if (!frames.perform(now, effect)) {
        perform(effect);
      }
    }
    drain(now);
    if (firstSentAt < 0 && canSend()) {
      firstSentAt = world.now();
    }
    if (!effects.isEmpty() || known != before) {
      world.watched(this, before, effects);
    }
    if (isUp) {
      wakeAtDeadline();
    }
  }

  private void wakeAtDeadline() {
    Optional<Tick> due = peer.nextDeadline();
    if (due.isEmpty()) {
      return;
    }
    long at = Math.max(world.now(), worldTimeOf(due.get()));
    if (at < wakeAt) {
      wakeAt = at;
      world.timeline().at(at, () -> wakeIfDue(at));
    }
  }

  private void wakeIfDue(long at) {
    if (at == wakeAt) {
      wakeAt = Long.MAX_VALUE;
      wake();
    }
  }

  private void wake() {
    Tick due = peer.nextDeadline().orElse(null);
    if (!isUp || isStopped || due == null) {
      return;
    }
    if (tick().isBefore(due)) {
      wakeAtDeadline();
    } else {
      step(new PeerInput.Wake());
    }
  }

  private void perform(PeerEffect effect) {
    switch (effect) {
      case PeerEffect.Beat beat -> say(Optional.empty(), beat.message());
      case PeerEffect.Multicast multicast -> say(Optional.empty(), multicast.message());
      case PeerEffect.Unicast unicast -> say(Optional.of(unicast.to()), unicast.message());
      case PeerEffect.Status changed -> status = changed;
      default -> {} // what is for people: whoever watches sees it
    }
  }

  private void say(Optional<Address> to, Bytes message) {
    world.meant(this, message);
    Deed its = deed;
    if (its == null) {
      world.say(this, to, message);
    } else {
      its.instead(this, to, message).forEach(each -> world.say(this, to, each));
    }
  }

  // ---- frames

  /** What it seals now, if it may send: under the key that the frame itself names. */
  Optional<Frame> seal(String words) {
    StayId stay = peer.keying().stay().map(own -> own.id()).orElse(null);
    if (!isUp || isStopped || stay == null) {
      return Optional.empty();
    }
    Bytes plaintext = Bytes.owning(words.getBytes(StandardCharsets.UTF_8));
    Bytes bytes = frames.seal(tick(), VOICE, plaintext).orElse(null);
    if (bytes == null) {
      return Optional.empty();
    }
    FrameEpoch under = frameKeys.get((int) (kidOf(bytes) >>> 32));
    if (under == null) {
      throw new IllegalStateException(this + " seals under a key that it gave back");
    }
    return Optional.of(
        new Frame(
            this, stay, under.epoch(), under.revision(), counterOf(bytes), world.now(), bytes));
  }

  /** The KID in the frame's header (RFC 9605, section 4.3). */
  private static long kidOf(Bytes frame) {
    int config = frame.at(0);
    return (config & 0x80) == 0 ? config >> 4 & 7 : number(frame, 1, (config >> 4 & 7) + 1);
  }

  /** And the counter. */
  private static long counterOf(Bytes frame) {
    int config = frame.at(0);
    int kid = (config & 0x80) == 0 ? 0 : (config >> 4 & 7) + 1;
    return (config & 8) == 0 ? config & 7 : number(frame, 1 + kid, (config & 7) + 1);
  }

  private static long number(Bytes frame, int at, int length) {
    long value = 0;
    for (int i = 0; i < length; i++) {
      value = value << 8 | (frame.at(at + i) & 0xff);
    }
    return value;
  }

  /** Whether it opens; what came too early is opened when its key comes, if it does. */
  boolean opens(Frame frame) {
    if (!isUp || isStopped) {
      return false;
    }
    Tick now = tick();
    Opening opening = frames.open(now, frame.from().index(), frame.bytes()).opening();
    if (opening == Opening.Waiting.FOR_KEY) {
      early.addLast(new Early(frame, now));
      if (early.size() > MOST_EARLY) {
        early.removeFirst();
      }
    }
    return opening instanceof Opening.Opened;
  }

  /** The keys that its frames hold. */
  public Collection<FrameEpoch> frameKeys() {
    return Collections.unmodifiableCollection(frameKeys.values());
  }

  /** Opens what waited for a key that is here now, and forgets who is long gone. */
  private void drain(Tick now) {
    if (isUp && !early.isEmpty()) {
      frames.drain(
          now,
          new FrameSink() {
            @Override
            public void opened(Opening.Opened opened, byte[] plaintext, int at) {
              openedLate(now, opened);
            }

            @Override
            public void vouched(Opening.Vouched vouched) {}
          });
      early.removeIf(each -> now.millisSince(each.since) >= EARLY_KEPT_MILLIS);
    }
    Tick last = tidiedAt;
    if (isUp
        && world.nodes().size() <= TIDY_GROUP
        && (last == null || now.millisSince(last) >= TIDY_MILLIS)) {
      tidiedAt = now;
      frames.tidy(now);
    }
  }

  private void openedLate(Tick now, Opening.Opened opened) {
    // Of copies the last: one before it may have waited in vain.
    for (Iterator<Early> each = early.descendingIterator(); each.hasNext(); ) {
      Early one = each.next();
      if (one.isOf(opened)) {
        early.removeIf(copy -> copy.isOf(opened));
        world.openedLate(this, one.frame, now.millisSince(one.since));
        return;
      }
    }
    throw new IllegalStateException(this + " opens a frame late that it never had");
  }
}
