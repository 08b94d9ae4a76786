package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Reseal;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Person;
import io.keymoot.flatkeying.group.Rendezvous;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.key.ResealKey;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Fresh KEKs for slots that somebody who is out has held (section 7): what of it is owed, and doing
 * it when it is this peer's turn. Every peer is a key holder; which one makes a slot's next key the
 * ranks of the heartbeat say.
 *
 * <p>A slot with fewer than three members saves nothing. Evictions never wait for any of this.
 */
final class Resealing {
  /** A clean slot of this peer's own, whose key it lacks. */
  private record Lack(FactId root, Tick since) {}

  private final Core core;
  private final Haves haves;
  private final Budget budget = new Budget();

  /** When this peer learnt of the last Reseal of an own slot, by position. */
  private final Map<Integer, Tick> lastAt = new TreeMap<>();

  private final Map<Integer, Lack> lacks = new TreeMap<>();
  private final SortedSet<Slot> turns = new TreeSet<>();
  private SortedSet<Slot> owed = new TreeSet<>();
  private boolean isKeptWaiting;
  private @Nullable GroupState reviewed;

  /** How many members hold each own slot, in the state they were counted in. */
  private final int[] sharers = new int[SlotKeys.POSITIONS];

  private @Nullable GroupState counted;

  Resealing(Core core, Haves haves) {
    this.core = core;
    this.haves = haves;
  }

  /** Facts were taken: Reseals of whomever use up the group's budget. */
  void changed(GroupState before, GroupState state) {
    if (before.count() == 0) {
      return;
    }
    Set<FactId> counted = new TreeSet<>();
    for (Known.Start each : state.resealedSince(before)) {
      if (counted.add(each.reseal().id())) {
        budget.spend(core.now, FactCodec.encode(each.reseal().envelope()).length());
      }
      int position = each.slot().position();
      if (core.slots.own(position).equals(each.slot())) {
        lastAt.put(position, core.now);
      }
    }
  }

  // ---- what is owed

  /** Says what of this peer's own slots is owed now, if that has changed. */
  void review() {
    GroupState state = core.state();
    if (state == reviewed) {
      return;
    }
    reviewed = state;
    SortedSet<Slot> now = core.slotsOn && core.isMember() ? owedNow(state) : new TreeSet<>();
    if (!now.equals(owed)) {
      owed = now;
      turns.retainAll(owed);
      core.out.add(new Effect.ResealOwed(List.copyOf(owed)));
    }
  }

  private SortedSet<Slot> owedNow(GroupState state) {
    SortedSet<Slot> unclean = new TreeSet<>();
    List<Known> usable = state.usable();
    if (usable.isEmpty()) {
      return unclean;
    }
    Known running = usable.get(usable.size() - 1);
    int shared = shared(state);
    @Nullable Known[] roots = core.ledger.roots(running, state.found().profile());
    int lacking = 0;
    for (SlotKeys.Wanted each : core.slots.wanted()) {
      lacking |= each.positions();
    }
    Tick next = null;
    for (int position = 0; position < SlotKeys.POSITIONS; position++) {
      Slot slot = core.slots.own(position);
      boolean isShared = (shared >>> position & 1) == 1;
      Known root = isShared ? root(state, running, roots, slot) : null;
      Tick free;
      if (isShared && (root == null || !state.isClean(slot, root))) {
        Tick last = lastAt.get(position);
        free = last == null ? core.now : last.plusMillis(core.resealEachMillis);
      } else if (root != null && (lacking >>> position & 1) == 1) {
        free = lostAt(state, running, slot, root.id());
      } else {
        lacks.remove(position);
        continue;
      }
      if (core.now.isBefore(free)) {
        next = next == null || free.isBefore(next) ? free : next;
      } else {
        unclean.add(slot);
      }
    }
    if (next != null) {
      core.timers.set(Timers.Name.RESEAL_AGAIN, next);
    }
    return unclean;
  }

  /**
   * When a key that nobody gives counts as lost: whoever made it may have gone before anybody had
   * it. As long as a member says that it has it, it is only on its way.
   */
  private Tick lostAt(GroupState state, Known running, Slot slot, FactId root) {
    Lack lack = lacks.get(slot.position());
    if (lack == null || !lack.root.equals(root)) {
      lack = new Lack(root, core.now);
      lacks.put(slot.position(), lack);
    }
    Tick due = lack.since.plusMillis(core.resealEachMillis);
    boolean isDue = !core.now.isBefore(due);
    return isDue && isAnnounced(state, running, slot)
        ? core.now.plusMillis(core.resealEachMillis)
        : due;
  }

  private boolean isAnnounced(GroupState state, Known running, Slot slot) {
    for (Person person : state.members()) {
      if ((haves.of(person.id(), running.id()) >>> slot.position() & 1) == 1
          && slot.isHeldBy(person.id(), state.found().profile())) {
        return true;
      }
    }
    return false;
  }

  /** A bit per position at which three members or more, this one among them, share the slot. */
  private int shared(GroupState state) {
    GroupState before = counted;
    counted = state;
    if (before == null) {
      Arrays.fill(sharers, 0);
      state.members().forEach(person -> count(person, 1));
    } else {
      Set<MemberId> seen = new TreeSet<>();
      for (Stay stay : state.newlyOver(before)) {
        Person gone = stay.person();
        if (!state.isMember(gone.id()) && before.isMember(gone.id()) && seen.add(gone.id())) {
          count(gone, -1);
        }
      }
      for (Stay stay : state.newlyBegun(before)) {
        Person come = stay.person();
        if (state.isMember(come.id()) && !before.isMember(come.id()) && seen.add(come.id())) {
          count(come, 1);
        }
      }
    }
    int shared = 0;
    for (int position = 0; position < SlotKeys.POSITIONS; position++) {
      shared |= sharers[position] >= Limits.RESEAL_MEMBERS ? 1 << position : 0;
    }
    return shared;
  }

  private void count(Person person, int by) {
    for (int rest = core.slots.sharedWith(person.id()); rest != 0; rest &= rest - 1) {
      sharers[Integer.numberOfTrailingZeros(rest)] += by;
    }
  }

  /**
   * Where the chain comes from that the next epoch's KEK of this slot will be on: unless it is
   * clean, that KEK will be of no use.
   *
   * @param roots those of {@code running}
   */
  private @Nullable Known root(
      GroupState state, Known running, @Nullable Known[] roots, Slot slot) {
    Known taken = roots[slot.position() * state.found().profile().radix() + slot.symbol()];
    Known standing = state.standing(slot).orElse(null);
    boolean isToBeTakenIn =
        standing != null && !standing.equals(taken) && !core.ledger.isAfter(running, standing);
    return isToBeTakenIn ? standing : taken;
  }

  // ---- doing it

  /** This peer's turn for a slot; those whose turn comes soon after go with it. */
  void act(Slot slot) {
    if (owed.contains(slot)) {
      turns.add(slot);
      if (!core.timers.isSet(Timers.Name.RESEAL_TOGETHER)) {
        core.timers.set(
            Timers.Name.RESEAL_TOGETHER,
            core.now.plusMillis(Limits.RESEAL_TOGETHER_MILLIS + ownMomentMillis()));
      }
    }
  }

  void make() {
    reviewed = null;
    review();
    if (turns.stream().noneMatch(owed::contains)) {
      turns.clear();
      isKeptWaiting = false;
      return;
    }
    Tick free = budget.freeAt(core.now);
    if (core.now.isBefore(free)) {
      isKeptWaiting = true;
      core.timers.set(Timers.Name.RESEAL_TOGETHER, free.plusMillis(ownMomentMillis()));
      return;
    }
    // Where room is scarce one more slot costs less here than in a Reseal of somebody else's.
    List<Slot> slots =
        List.copyOf(isKeptWaiting ? owed : turns.stream().filter(owed::contains).toList());
    isKeptWaiting = false;
    turns.clear();
    List<ResealKey> keys = new ArrayList<>();
    List<Reseal.SlotKey> content = new ArrayList<>();
    for (Slot slot : slots) {
      ResealKey key = ResealKey.fresh(core.entropy);
      keys.add(key);
      content.add(new Reseal.SlotKey(slot, key.commitment()));
    }
    Envelope fact = core.write(core.signingState(), new Reseal(content), Bytes.EMPTY);
    if (!core.say(fact)) {
      keys.forEach(ResealKey::close);
      return;
    }
    Known reseal = core.ledger.get(fact.id());
    for (int i = 0; reseal != null && i < keys.size(); i++) {
      core.slots.put(reseal, slots.get(i).position(), keys.get(i));
    }
  }

  /**
   * How long after the first of those who act together this peer speaks: each hears what the ones
   * before it spend, and for which slots. By rank, so that who is key holder of most comes first;
   * and no more turns than slots, for no more can have to speak.
   */
  private long ownMomentMillis() {
    GroupState state = core.state();
    int slots = SlotKeys.POSITIONS * state.found().profile().radix();
    return Limits.RESEAL_APART_MILLIS
        * Rendezvous.rank(state, Rendezvous.RESEAL, core.self.member(), slots);
  }

  /** Again some time later, if it has not helped: a key holder may be gone with its key. */
  void lookAgain() {
    reviewed = null;
  }

  /** So many bytes a second of all members' Reseals together, as this peer hears them. */
  private static final class Budget {
    private static final int MOST_SECONDS = 60;

    private long owedMillibytes;
    private Tick at = Tick.ZERO;

    void spend(Tick now, int bytes) {
      settle(now);
      owedMillibytes = Math.min(owedMillibytes + 1_000L * bytes, MOST_SECONDS * 1_000_000L);
    }

    /** When a Reseal may be said: an overdraft of one second is allowed. */
    Tick freeAt(Tick now) {
      settle(now);
      long over = owedMillibytes - 1_000L * Limits.RESEAL_BYTES_PER_SECOND;
      return over <= 0 ? now : now.plusMillis(1 + over / Limits.RESEAL_BYTES_PER_SECOND);
    }

    private void settle(Tick now) {
      long paid = Math.max(0, now.millisSince(at)) * Limits.RESEAL_BYTES_PER_SECOND;
      owedMillibytes = Math.max(0, owedMillibytes - paid);
      at = now;
    }
  }

  /** Whether the next epoch, if it followed {@code running}, would make some slot clean. */
  static boolean isSomeToBeTakenIn(Core core, GroupState state, Known running) {
    return core.ledger.starts(state, Optional.of(running.id())).stream()
        .anyMatch(start -> state.isClean(start.slot(), start.reseal()));
  }
}
