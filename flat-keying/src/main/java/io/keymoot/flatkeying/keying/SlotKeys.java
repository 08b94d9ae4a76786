package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Reseal;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Person;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.key.Kek;
import io.keymoot.flatkeying.key.KekSteps;
import io.keymoot.flatkeying.key.ResealKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The KEKs of this peer's own slots, one row of 32 for each epoch held, and the fresh keys of
 * Reseals until they are taken in (section 6).
 *
 * <p>K_σ(x) is made from c_x^0 and from where σ's chain comes: from a Reseal that x's prev did not
 * know, else from K_σ(prev(x)). What cannot be made for want of either is asked for. Rows go with
 * their epochs.
 */
final class SlotKeys implements AutoCloseable {
  static final int POSITIONS = Limits.ADDRESS_SYMBOLS;

  /** One epoch's. */
  private static final class Row {
    final Known epoch;
    final @Nullable Known[] starts = new @Nullable Known[POSITIONS];
    final @Nullable Known[] roots = new @Nullable Known[POSITIONS];
    final @Nullable Kek[] keks = new @Nullable Kek[POSITIONS];

    /** A bit per position at which a KEK is held. */
    int held;

    Row(Known epoch) {
      this.epoch = epoch;
    }

    void put(int position, Kek kek) {
      keks[position] = kek;
      held |= 1 << position;
    }

    boolean lacksAny() {
      for (int position = 0; position < POSITIONS; position++) {
        if (keks[position] == null && roots[position] != null) {
          return true;
        }
      }
      return false;
    }

    void close() {
      for (Kek kek : keks) {
        if (kek != null) {
          kek.close();
        }
      }
    }
  }

  /** A Reseal's key, until an epoch has taken it in. */
  private static final class Fresh {
    final Known reseal;
    final int position;
    final ResealKey key;
    @Nullable Tick goesAt;

    /** For good: that the epoch became unclean since does not put its erasure off. */
    boolean isTakenIn;

    Fresh(Known reseal, int position, ResealKey key) {
      this.reseal = reseal;
      this.position = position;
      this.key = key;
    }
  }

  /**
   * Keys of own slots, by position, that one fact made.
   *
   * @param made an epoch, or a Reseal
   * @param positions a bit for each
   */
  record Wanted(Known made, int positions) {}

  private final Core core;
  private final Map<FactId, Row> rows = new TreeMap<>();
  private final List<Fresh> fresh = new ArrayList<>();
  private final List<Slot> own = new ArrayList<>();

  // What the last review saw: most steps change nothing of it.
  private @Nullable GroupState reviewed;
  private long reviewedKeys = -1;
  private boolean isTouched = true;
  private @Nullable List<Wanted> wanted;

  SlotKeys(Core core) {
    this.core = core;
  }

  /** The slot of this peer's address at a position. */
  Slot own(int position) {
    if (own.isEmpty()) {
      int bits = core.state().found().profile().symbolBits();
      for (int each = 0; each < POSITIONS; each++) {
        own.add(new Slot(each, core.self.member().hash().symbol(each, bits)));
      }
    }
    return own.get(position);
  }

  /** A bit per position at which the member's address and this peer's are the same. */
  int sharedWith(MemberId member) {
    int bits = core.state().found().profile().symbolBits();
    int shared = 0;
    for (int position = 0; position < POSITIONS; position++) {
      if (member.hash().symbol(position, bits) == own(position).symbol()) {
        shared |= 1 << position;
      }
    }
    return shared;
  }

  // ---- what is held

  /** A bit per position: which KEKs of its own slots this peer holds in this epoch. */
  int held(FactId epoch) {
    Row row = rows.get(epoch);
    return row == null ? 0 : row.held;
  }

  Optional<Kek> kek(FactId epoch, int position) {
    Row row = rows.get(epoch);
    return row == null ? Optional.empty() : Optional.ofNullable(row.keks[position]);
  }

  Optional<ResealKey> resealKey(FactId reseal, int position) {
    for (Fresh each : fresh) {
      if (each.position == position && each.reseal.id().equals(reseal)) {
        return Optional.of(each.key);
      }
    }
    return Optional.empty();
  }

  /** The Reseal from which the KEK of an own slot in a held epoch comes. */
  Optional<Known> root(FactId epoch, int position) {
    Row row = rows.get(epoch);
    return row == null ? Optional.empty() : Optional.ofNullable(row.roots[position]);
  }

  List<Kek> allKeks() {
    List<Kek> all = new ArrayList<>();
    for (Row row : rows.values()) {
      for (Kek kek : row.keks) {
        if (kek != null) {
          all.add(kek);
        }
      }
    }
    return all;
  }

  List<GivenKeys.OfReseal> allResealKeys() {
    return fresh.stream()
        .map(each -> new GivenKeys.OfReseal(each.reseal.id(), each.position, each.key))
        .toList();
  }

  // ---- what is taken in

  /** Takes the key over. Called for one's own, and for those whose commitment was checked. */
  void put(Known reseal, int position, ResealKey key) {
    if (resealKey(reseal.id(), position).isPresent()) {
      key.close();
    } else {
      fresh.add(new Fresh(reseal, position, key));
      touched();
    }
  }

  /** Takes a KEK over that a holder of the slot gave; what this peer has made itself stays. */
  boolean put(Known epoch, Kek kek) {
    Row row = rows.get(epoch.id());
    int position = kek.slot().position();
    if (row == null || row.keks[position] != null || row.roots[position] == null) {
      kek.close();
      return false;
    }
    row.put(position, kek);
    touched();
    return true;
  }

  private void touched() {
    isTouched = true;
    wanted = null;
  }

  /** Makes what can be made, and forgets what has gone. */
  void review() {
    Tick due = nextErasure().orElse(null);
    if (!isTouched
        && reviewed == core.state()
        && reviewedKeys == core.keys.changes()
        && (due == null || core.now.isBefore(due))) {
      return;
    }
    touched();
    isTouched = false;
    reviewed = core.state();
    reviewedKeys = core.keys.changes();
    rows.values()
        .removeIf(
            row -> {
              boolean gone = core.keys.get(row.epoch.id()).isEmpty();
              if (gone) {
                row.close();
              }
              return gone;
            });
    boolean moved = true;
    while (moved) {
      moved = false;
      for (KeyStore.Held held : core.keys.all()) {
        if (core.ledger.get(held.epoch) instanceof Known epoch) {
          Row row = rows.computeIfAbsent(held.epoch, id -> row(epoch));
          moved |= held.isProved && held.lowestRevision() == 0 && derive(row, held.lowest());
        }
      }
    }
    forgetTakenIn();
  }

  private Profile profile() {
    return core.state().found().profile();
  }

  private Row row(Known epoch) {
    Row row = new Row(epoch);
    for (Known.Start start : epoch.starts()) {
      Slot slot = start.slot();
      if (own(slot.position()).equals(slot)) {
        row.starts[slot.position()] = start.reseal();
      }
    }
    Known prev = core.ledger.prev(epoch);
    Row before = prev == null ? null : rows.get(prev.id());
    for (int position = 0; position < POSITIONS; position++) {
      Known start = row.starts[position];
      if (start != null) {
        row.roots[position] = start;
      } else if (before != null) {
        row.roots[position] = before.roots[position];
      } else if (prev != null) {
        row.roots[position] = core.ledger.root(own(position), prev, profile()).orElse(null);
      }
    }
    return row;
  }

  /** True if it made one that was lacking. */
  private boolean derive(Row row, EpochSecret original) {
    if (!row.lacksAny()) {
      return false;
    }
    Known prev = core.ledger.prev(row.epoch);
    Row before = prev == null ? null : rows.get(prev.id());
    boolean any = false;
    try (KekSteps steps = new KekSteps(original, row.epoch.id())) {
      for (int position = 0; position < POSITIONS; position++) {
        if (row.keks[position] != null || row.roots[position] == null) {
          continue;
        }
        Kek kek = derived(row, before, position, steps);
        if (kek != null) {
          row.put(position, kek);
          any = true;
        }
      }
    }
    return any;
  }

  private @Nullable Kek derived(Row row, @Nullable Row before, int position, KekSteps steps) {
    Known start = row.starts[position];
    if (start != null) {
      return resealKey(start.id(), position)
          .map(key -> key.step(steps, own(position)))
          .orElse(null);
    }
    Kek last = before == null ? null : before.keks[position];
    return last == null ? null : last.step(steps);
  }

  // ---- what goes

  /** A Reseal's key goes a moment after no epoch to come can need it. */
  private void forgetTakenIn() {
    for (Fresh each : List.copyOf(fresh)) {
      if (isStillToBeTakenIn(each)) {
        each.goesAt = null;
        continue;
      }
      Tick due = each.goesAt;
      if (due == null) {
        each.goesAt = core.now.plusMillis(Limits.GRACE_MILLIS);
      } else if (!core.now.isBefore(due)) {
        each.key.close();
        fresh.remove(each);
      }
    }
  }

  private boolean isStillToBeTakenIn(Fresh each) {
    for (Row row : rows.values()) {
      each.isTakenIn |=
          each.reseal.equals(row.roots[each.position]) && row.keks[each.position] != null;
    }
    each.isTakenIn |= isTakenIn(each.reseal);
    return !each.isTakenIn
        && core.state().standing(own(each.position)).equals(Optional.of(each.reseal));
  }

  Optional<Tick> nextErasure() {
    Tick next = null;
    for (Fresh each : fresh) {
      next = Tick.earlier(next, each.goesAt);
    }
    return Optional.ofNullable(next);
  }

  // ---- what is lacking

  /**
   * The keys of own slots that this peer may have, lacks, and can use: KEKs of the usable epochs it
   * holds, and keys of Reseals that the next epoch takes in. Only clean ones: the others reach
   * nobody any more.
   */
  List<Wanted> wanted() {
    List<Wanted> known = wanted;
    if (known == null || reviewed != core.state()) {
      known = List.copyOf(newlyWanted());
      wanted = known;
    }
    return known;
  }

  private List<Wanted> newlyWanted() {
    List<Wanted> wanted = new ArrayList<>();
    GroupState state = core.state();
    for (Known epoch : state.usable()) {
      Row row = rows.get(epoch.id());
      int lacking = 0;
      for (int position = 0; row != null && position < POSITIONS; position++) {
        Known root = row.roots[position];
        if (root != null && row.keks[position] == null && state.isClean(own(position), root)) {
          lacking |= 1 << position;
        }
      }
      add(wanted, epoch, lacking);
    }
    Map<FactId, Integer> reseals = new TreeMap<>();
    List<Known> usable = state.usable();
    Row last = usable.isEmpty() ? null : rows.get(usable.get(usable.size() - 1).id());
    for (int position = 0; position < POSITIONS; position++) {
      Known standing = state.standing(own(position)).orElse(null);
      if (standing != null
          && (last == null || last.roots[position] != standing)
          && state.isClean(own(position), standing)
          && resealKey(standing.id(), position).isEmpty()
          && !isTakenIn(standing)) {
        reseals.merge(standing.id(), 1 << position, (some, more) -> some | more);
      }
    }
    for (Map.Entry<FactId, Integer> each : reseals.entrySet()) {
      if (core.ledger.get(each.getKey()) instanceof Known reseal) {
        add(wanted, reseal, each.getValue());
      }
    }
    return wanted;
  }

  /**
   * Whether a Reseal's key, not held, is of use: the next epoch takes it in, or one did whose KEK
   * is still to be made of it. Of no use is what has been used, and was erased.
   */
  boolean isOfUse(Known reseal, int position) {
    for (KeyStore.Held held : core.keys.all()) {
      Row row = rows.get(held.epoch);
      if (row != null
          && reseal.equals(row.starts[position])
          && row.keks[position] == null
          && held.isProved
          && held.lowestRevision() == 0) {
        return true;
      }
    }
    return wanted().stream()
        .anyMatch(each -> each.made().equals(reseal) && (each.positions() >>> position & 1) == 1);
  }

  private void add(List<Wanted> wanted, Known made, int positions) {
    if (positions != 0 && core.ledger.after(made).isMember(core.self.member())) {
      wanted.add(new Wanted(made, positions));
    }
  }

  /** Whether the epoch that the next one follows knew it. */
  private boolean isTakenIn(Known reseal) {
    List<Known> usable = core.state().usable();
    return !usable.isEmpty() && core.ledger.isAfter(usable.get(usable.size() - 1), reseal);
  }

  /** Whether {@code key} is the one that the Reseal committed to at this own slot. */
  boolean isProved(Known reseal, int position, ResealKey key) {
    if (reseal.fact() instanceof Reseal content) {
      for (Reseal.SlotKey each : content.slots()) {
        if (each.slot().equals(own(position))) {
          return key.matches(each.commitment());
        }
      }
    }
    return false;
  }

  // ---- for people

  List<SlotOwnership> table(Optional<FactId> running) {
    GroupState state = core.state();
    Profile profile = state.found().profile();
    int[] members = new int[POSITIONS * profile.radix()];
    for (Person person : state.members()) {
      for (int position = 0; position < POSITIONS; position++) {
        int symbol = person.id().hash().symbol(position, profile.symbolBits());
        members[position * profile.radix() + symbol]++;
      }
    }
    Known epoch = running.map(core.ledger::get).orElse(null);
    int held = running.map(this::held).orElse(0);
    @Nullable Known[] roots =
        epoch == null ? new @Nullable Known[members.length] : core.ledger.roots(epoch, profile);
    List<SlotOwnership> table = new ArrayList<>();
    for (int at = 0; at < members.length; at++) {
      Slot slot = new Slot(at / profile.radix(), at % profile.radix());
      Optional<Known> standing = state.standing(slot);
      Optional<Known> root = Optional.ofNullable(roots[at]);
      boolean isOwn = own(slot.position()).equals(slot);
      table.add(
          new SlotOwnership(
              slot,
              members[at],
              standing.map(Known::id),
              standing.map(Known::author),
              root.map(Known::id),
              root.isPresent() ? running : Optional.empty(),
              root.map(reseal -> state.isClean(slot, reseal)).orElse(false),
              isOwn,
              isOwn && (held >>> slot.position() & 1) == 1));
    }
    return List.copyOf(table);
  }

  @Override
  public void close() {
    rows.values().forEach(Row::close);
    rows.clear();
    fresh.forEach(each -> each.key.close());
    fresh.clear();
  }
}
