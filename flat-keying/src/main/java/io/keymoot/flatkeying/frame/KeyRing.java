package io.keymoot.flatkeying.frame;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.StayId;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Where the loop and the frames meet: the loop installs, activates and retires keys and says who is
 * in; sealers and openers on any thread use what is there, and nobody waits for anybody.
 *
 * <p>All public methods but {@link #newOpener} and {@link #counts} are for the loop, one thread.
 *
 * <p>The life of a key: <i>install</i> (its frames open) → <i>activate</i> (we seal under it) →
 * another is activated → <i>retire</i> (its secrets are wiped). After an expulsion <i>leave
 * behind</i> stands between.
 */
public final class KeyRing implements AutoCloseable {
  private static final int QUICK_PLACES = 4_096;

  private final GroupId group;
  private final SFrameSuite suite;

  // ---- the loop's own
  private final TreeSet<StayId> begun = new TreeSet<>();
  private final TreeMap<FactId, Tick> leftBehind = new TreeMap<>();
  private final TreeMap<StayId, Speaker> speakers = new TreeMap<>();
  private final LinkedHashSet<Retired> retired = new LinkedHashSet<>();
  private @Nullable FrameSealer sealer;
  private int serials;

  // ---- read by every thread
  private volatile Held held = Held.NOTHING;
  private final AtomicReference<@Nullable SendKey> sending = new AtomicReference<>();

  // ---- written by every thread
  private final AtomicReferenceArray<@Nullable Quick> quick =
      new AtomicReferenceArray<>(QUICK_PLACES);
  private final KeysAtHand atHand;
  private final AtomicLong derived = new AtomicLong();
  private final AtomicLong droppedForRoom = new AtomicLong();
  private final AtomicInteger windows = new AtomicInteger();
  private final AtomicInteger signedWindows = new AtomicInteger();

  /** Streams with a memory for which nobody has signed yet: whoever holds a key can begin them. */
  private final AtomicReferenceArray<@Nullable AmortisedStream> unvouched =
      new AtomicReferenceArray<>(Limits.STREAMS_AWAITING_FIRST_VOUCHER);

  private final AtomicInteger unvouchedKept = new AtomicInteger();

  /** Streams with a memory that a signature speaks for: 64 of each sender at most. */
  private final AtomicReferenceArray<@Nullable AmortisedStream> vouched =
      new AtomicReferenceArray<>(Limits.STREAMS_VOUCHED_FOR);

  private final AtomicInteger vouchedKept = new AtomicInteger();

  /** What a KID meant when it was last looked up. */
  private record Quick(long kid, int version, OpenKey[] keys) {}

  /** One key, not just its name: what was told falsely may be told again rightly. */
  private record Retired(FactId epoch, int revision, int kidPrefix) {
    static Retired of(FrameEpoch key) {
      return new Retired(key.epoch(), key.revision(), key.kidPrefix());
    }
  }

  /** As the simulator needs it: which keys stay at hand follows from their order alone. */
  public KeyRing(GroupId group, SFrameSuite suite) {
    this(group, suite, new OldestGivesWay(Limits.FRAME_KEYS));
  }

  /**
   * @param atHand of this ring alone
   */
  public KeyRing(GroupId group, SFrameSuite suite, KeysAtHand atHand) {
    this.group = group;
    this.suite = suite;
    this.atHand = atHand;
  }

  // ---- our own stay

  /**
   * The one sealer of a stay of this device. Counters start from 0 in each sealer, so a second one
   * for the same stay would seal twice under one counter: it is never made. Whatever starts anew
   * (the process, a device that was copied or slept) begins a new stay first.
   *
   * <p>Nothing is sealed until a key is activated for this stay.
   */
  public FrameSealer beginStay(FrameSender self, FrameSigner signer) {
    if (begun.size() >= Limits.OWN_STAYS) {
      throw new IllegalStateException("this process has begun too many stays; restart it");
    }
    if (!begun.add(self.stay())) {
      throw new IllegalStateException("stay " + self.stay() + " has its sealer already");
    }
    endOwnStay();
    FrameSealer made = new FrameSealer(this, self, signer);
    sealer = made;
    return made;
  }

  /** Nothing is sealed for the present stay any more. */
  public void endOwnStay() {
    holdBack();
    if (sealer != null) {
      sealer.end();
      sealer = null;
    }
  }

  // ---- the group's keys

  /**
   * From now on its frames open. Installing what is installed changes nothing, and what was retired
   * does not come back: its replay windows are gone.
   */
  public void install(FrameEpoch epoch) {
    if (installed(epoch.epoch(), epoch.revision()) != null || retired.contains(Retired.of(epoch))) {
      return;
    }
    InstalledKey key = new InstalledKey(epoch, serials++);
    Tick behind = leftBehind.get(epoch.epoch());
    if (behind != null) {
      key.vouchedOnlyFrom(behind);
    }
    held = held.withKey(key);
  }

  /**
   * From now on frames are sealed under it.
   *
   * @return false if it is not installed, has been erased or was left behind, or no stay has begun
   */
  public boolean activate(FactId epoch, int revision) {
    InstalledKey key = installed(epoch, revision);
    FrameSealer own = sealer;
    if (key == null || own == null || leftBehind.containsKey(epoch)) {
      return false;
    }
    SendKey now = sending.get();
    if (now != null && now.installed == key) {
      return true;
    }
    Optional<FrameSecret> secret = key.epoch.secretFor(own.self().stay());
    if (secret.isEmpty()) {
      return false;
    }
    try (FrameSecret base = secret.get()) {
      swap(new SendKey(key, own.self().stay(), base.sframeKey(suite, kid(key, own.self()))));
    }
    return true;
  }

  /** No key may be sent under for the present. */
  public void holdBack() {
    swap(null);
  }

  /**
   * An expulsion made an epoch unclean. Nothing more is sealed under it; its frames open for a
   * second, and then only if a live member's signature vouches for them.
   */
  public void leaveBehind(FactId epoch, Tick expulsionLearnt) {
    Tick from = expulsionLearnt.plusMillis(Limits.FRAMES_AFTER_EXPELLED_MILLIS);
    leftBehind.putIfAbsent(epoch, from);
    SendKey now = sending.get();
    if (now != null && now.installed.epoch.epoch().equals(epoch)) {
      holdBack();
    }
    for (InstalledKey key : held.keys()) {
      if (key.epoch.epoch().equals(epoch)) {
        key.vouchedOnlyFrom(from);
      }
    }
  }

  /**
   * Wipes what was derived from a key; its frames open no more. To be called before the group's key
   * itself is wiped: other threads may be deriving from it.
   */
  public void retire(FactId epoch, int revision) {
    InstalledKey key = installed(epoch, revision);
    if (key == null) {
      return;
    }
    SendKey now = sending.get();
    if (now != null && now.installed == key) {
      holdBack();
    }
    held = held.withoutKey(key);
    key.retire();
    retired.add(Retired.of(key.epoch));
    if (retired.size() > Limits.RETIRED_FRAME_KEYS) {
      retired.removeFirst();
    }
    for (Speaker speaker : held.speakers()) {
      speaker.drop(each -> each.installed == key);
    }
    letGo();
    boolean last = true;
    for (InstalledKey other : held.keys()) {
      last &= !other.epoch.epoch().equals(epoch);
    }
    if (last) {
      leftBehind.remove(epoch);
    }
  }

  /** Nothing is sealed or opened any more, and all that was derived of any key is wiped. */
  @Override
  public void close() {
    endOwnStay();
    for (InstalledKey key : held.keys()) {
      retire(key.epoch.epoch(), key.epoch.revision());
    }
  }

  // ---- who is in

  /** Their frames may be opened; stays known already are left as they are. */
  public void admit(Collection<FrameSender> senders) {
    Held next = held;
    for (FrameSender sender : senders) {
      if (!speakers.containsKey(sender.stay())) {
        Speaker speaker = new Speaker(sender);
        speakers.put(sender.stay(), speaker);
        next = next.with(speaker);
      }
    }
    held = next;
  }

  /**
   * A stay is over: its frames open until then, for what is under way. After an EXPELLED or FAULT
   * that is now.
   */
  public void end(StayId stay, Tick until) {
    Speaker speaker = speakers.get(stay);
    if (speaker != null) {
      speaker.endAt(until);
    }
  }

  /** Forgets the stays that are over; to be called now and then. */
  public void tidy(Tick now) {
    if (speakers.values().removeIf(each -> !each.mayBeOpened(now))) {
      Held before = held;
      held = before.without(each -> !each.mayBeOpened(now));
      for (Speaker speaker : before.speakers()) {
        if (!speaker.mayBeOpened(now)) {
          speaker.forget();
        }
      }
      letGo();
      letGo(unvouched, now);
      letGo(vouched, now);
    }
  }

  /**
   * Nothing at hand holds on to keys that are gone, with all their windows: a ring that has seen
   * thousands would keep as much as these tables have places.
   */
  private void letGo() {
    atHand.letGo();
    int version = held.version();
    for (int place = 0; place < quick.length(); place++) {
      Quick seen = quick.get(place);
      if (seen != null && seen.version != version) {
        quick.compareAndSet(place, seen, null);
      }
    }
  }

  private static void letGo(AtomicReferenceArray<@Nullable AmortisedStream> kept, Tick now) {
    for (int place = 0; place < kept.length(); place++) {
      AmortisedStream stream = kept.get(place);
      if (stream != null && !stream.speaker.mayBeOpened(now)) {
        kept.compareAndSet(place, stream, null);
      }
    }
  }

  // ---- for any thread

  public FrameOpener newOpener(FrameVerifier verifier) {
    return new FrameOpener(this, verifier);
  }

  /**
   * What opening keys cost, since the ring was made. All other frames found theirs at hand: to
   * count them would cost each frame something.
   *
   * @param derived the first frame of a sender under a key derives one
   * @param droppedForRoom of those, the ones that gave way to others
   */
  public record Counts(long derived, long droppedForRoom) {}

  public Counts counts() {
    return new Counts(derived.get(), droppedForRoom.get());
  }

  GroupId group() {
    return group;
  }

  SFrameSuite suite() {
    return suite;
  }

  /** KID = 4 bytes of HKDF(TEK, "kid") ‖ the first 4 of the sender's stay. */
  long kid(InstalledKey key, FrameSender sender) {
    return (long) key.epoch.kidPrefix() << 32 | (sender.kidSuffix() & 0xffff_ffffL);
  }

  @Nullable SendKey sending() {
    return sending.get();
  }

  int version() {
    return held.version();
  }

  /** All that a KID may mean; empty if nothing is known of it. The array is not to be changed. */
  OpenKey[] meaning(long kid) {
    Held now = held;
    int place = (int) ((kid * 0x9e37_79b9_7f4a_7c15L) >>> 52);
    Quick seen = quick.get(place);
    if (seen != null && seen.kid == kid && seen.version == now.version()) {
      return seen.keys;
    }
    OpenKey[] found = now.find(kid, this);
    if (found.length > 0) {
      quick.set(place, new Quick(kid, now.version(), found));
    }
    return found;
  }

  KeysAtHand atHand() {
    return atHand;
  }

  void countDerived() {
    derived.getAndIncrement();
  }

  void countDroppedForRoom() {
    droppedForRoom.getAndIncrement();
  }

  /**
   * Keeps one more stream's memory, and drops the one kept longest: of those a signature speaks
   * for, or of the others. So whoever makes streams up drives out what nobody has signed for.
   */
  void keep(AmortisedStream stream) {
    if (!stream.isVouchedFor()) {
      AmortisedStream longest = keep(stream, unvouched, unvouchedKept);
      if (longest != null && longest != stream && !longest.isVouchedFor()) {
        longest.dropMemory();
      }
    }
    // The first voucher may have come meanwhile, and have found no memory to move here.
    if (stream.isVouchedFor()) {
      AmortisedStream longest = keep(stream, vouched, vouchedKept);
      if (longest != null && longest != stream) {
        longest.dropMemory();
      }
    }
  }

  private static @Nullable AmortisedStream keep(
      AmortisedStream stream,
      AtomicReferenceArray<@Nullable AmortisedStream> kept,
      AtomicInteger count) {
    int place = Integer.remainderUnsigned(count.getAndIncrement(), kept.length());
    return kept.getAndSet(place, stream);
  }

  /** A window that a frame without a signature opens: any member can make such frames. */
  boolean takeWindow() {
    return Taken.one(windows, Limits.REPLAY_WINDOWS);
  }

  void giveWindowsBack(int count) {
    windows.addAndGet(-count);
  }

  /** A window that its sender's signature opens. */
  boolean takeSignedWindow() {
    return Taken.one(signedWindows, Limits.SIGNED_REPLAY_WINDOWS);
  }

  void giveSignedWindowsBack(int count) {
    signedWindows.addAndGet(-count);
  }

  /** Old key out, new key in, then the old one is wiped: who still seals under it starts over. */
  private void swap(@Nullable SendKey next) {
    SendKey before = sending.getAndSet(next);
    if (before != null) {
      before.close();
    }
  }

  @Nullable InstalledKey installed(FactId epoch, int revision) {
    for (InstalledKey key : held.keys()) {
      if (key.is(epoch, revision)) {
        return key;
      }
    }
    return null;
  }

  @Override
  public String toString() {
    return "KeyRing of " + group + " holding " + held.keys().length + " keys";
  }
}
