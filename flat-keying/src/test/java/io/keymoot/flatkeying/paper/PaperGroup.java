package io.keymoot.flatkeying.paper;

import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.crypto.Hkdf;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A group by the rules of paper 004, section 3.4, with real keys. Where the paper leaves a choice,
 * it is made for the paper: messages are never lost, everybody is honest while in, and the leaver's
 * KEKs are replaced by a derivation from the old KEK and the new TEK, where the paper sends a fresh
 * one encrypted under a function of the two. Whoever holds both has the new KEK either way.
 */
public final class PaperGroup {
  /** Signature, sender, versions; for each who left 32 more. */
  static final int HEADER_BYTES = 64 + 32 + 8;

  static final int ID_BYTES = 32;

  /**
   * What one change cost.
   *
   * @param relays key holders who wrapped what the excluder could not
   * @param lockedOut participants in good standing whom no key reached: they must register again
   */
  public record Change(
      int messages,
      int relays,
      int wraps,
      int bytes,
      int derivations,
      List<Participant> lockedOut) {}

  /**
   * One device. What it was handed or made it may keep: whatever else it ever held follows from
   * that and from what was posted.
   */
  public static final class Participant {
    private final String name;
    private final Set<Integer> places;
    private final KeyTable kept = new KeyTable();
    private final Map<Integer, KeyName> now = new LinkedHashMap<>();
    private final Map<Integer, Bytes> keys = new LinkedHashMap<>();

    Participant(String name, Set<Integer> places) {
      this.name = name;
      this.places = places;
    }

    /** The slots that its address shows. */
    public Set<Integer> places() {
      return places;
    }

    /** For who means to pool with others. */
    public KeyTable kept() {
      return kept;
    }

    public KeyName tek() {
      return current(KeyName.TEK);
    }

    public Bytes tekBytes() {
      return key(KeyName.TEK);
    }

    KeyName current(int place) {
      return Objects.requireNonNull(now.get(place), () -> this + " holds no key of " + place);
    }

    Bytes key(int place) {
      return Objects.requireNonNull(keys.get(place), () -> this + " holds no key of " + place);
    }

    boolean holds(int place) {
      return now.containsKey(place);
    }

    boolean canOpen(Posted posted) {
      return posted.under().stream().allMatch(under -> under.equals(now.get(under.place())));
    }

    /** The keys that something is under, and nothing else. */
    KeyTable table(List<KeyName> under) {
      KeyTable table = new KeyTable();
      under.forEach(each -> table.put(each, key(each.place())));
      return table;
    }

    void update(KeyName name, Bytes bytes) {
      now.put(name.place(), name);
      keys.put(name.place(), bytes);
    }

    void isHandedOrMakes(KeyName name, Bytes bytes) {
      kept.put(name, bytes);
      update(name, bytes);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private final int symbols;
  private final int radix;
  private final Entropy entropy;
  private final List<Participant> in = new ArrayList<>();
  private final List<Posted> wire = new ArrayList<>();
  private final Map<Integer, Integer> versions = new LinkedHashMap<>();

  /** Addresses of {@code symbols} symbols of the given radix; the paper's are 32 bits. */
  public PaperGroup(int symbols, int radix, Entropy entropy) {
    this.symbols = symbols;
    this.radix = radix;
    this.entropy = entropy;
  }

  /** In the order they came. */
  public List<Participant> participants() {
    return List.copyOf(in);
  }

  /** All that was ever multicast, for whoever recorded it. */
  public List<Posted> wire() {
    return Collections.unmodifiableList(wire);
  }

  public Bytes tekBytes() {
    return in.get(0).tekBytes();
  }

  // ---- join

  public Participant join(String name) {
    Set<Integer> places = new LinkedHashSet<>();
    for (int position = 0; position < symbols; position++) {
      places.add(position * radix + Math.floorMod(entropy.bytes(1)[0], radix));
    }
    return join(name, places);
  }

  /**
   * Who holds a key the newcomer needs steps it and hands it over; the others step it when they
   * hear of it. What nobody holds the newcomer makes, and is its key holder.
   */
  public Participant join(String name, Set<Integer> places) {
    Participant newcomer = new Participant(name, places);
    List<Integer> wanted = new ArrayList<>(places);
    wanted.add(KeyName.TEK);
    for (int place : wanted) {
      Optional<Participant> contributor = holder(place, in);
      if (contributor.isPresent()) {
        KeyName old = contributor.get().current(place);
        post(Posted.derived(List.of(old), old.stepped()), in);
        newcomer.isHandedOrMakes(old.stepped(), contributor.get().key(place));
      } else {
        newcomer.isHandedOrMakes(fresh(place), key());
      }
    }
    in.add(newcomer);
    return newcomer;
  }

  // ---- leave

  /**
   * The excluder puts out one, or several at once. A fresh TEK goes under every KEK that all of
   * them lack; the KEKs they held are replaced.
   */
  public Change evict(Participant excluder, Collection<Participant> leavers) {
    Set<Integer> tainted = new LinkedHashSet<>();
    leavers.forEach(leaver -> tainted.addAll(leaver.places));
    in.removeAll(leavers);
    KeyName tek = fresh(KeyName.TEK);
    excluder.isHandedOrMakes(tek, key());
    int before = wire.size();
    Set<Participant> wrappers = new LinkedHashSet<>();
    boolean reachesMore = true;
    while (reachesMore) {
      reachesMore = wrapWhereNoneDid(excluder, tek, tainted, before, wrappers);
    }
    List<Participant> lockedOut = in.stream().filter(each -> !each.tek().equals(tek)).toList();
    in.removeAll(lockedOut);
    int wraps = wire.size() - before;
    for (int place : tainted) {
      holder(place, in).ifPresent(holder -> replace(holder.current(place), tek));
    }
    int derivations = wire.size() - before - wraps;
    int bytes =
        wrappers.size() * HEADER_BYTES + leavers.size() * ID_BYTES + wraps * Posted.WRAP_BYTES;
    return new Change(wrappers.size(), wrappers.size() - 1, wraps, bytes, derivations, lockedOut);
  }

  /** One round: the excluder first, then for each slot left the first holder who has the TEK. */
  private boolean wrapWhereNoneDid(
      Participant excluder,
      KeyName tek,
      Set<Integer> tainted,
      int from,
      Set<Participant> wrappers) {
    Set<Integer> done = new LinkedHashSet<>(tainted);
    wire.subList(from, wire.size()).forEach(each -> done.add(each.under().get(0).place()));
    List<Participant> able =
        wrappers.isEmpty()
            ? List.of(excluder)
            : in.stream().filter(each -> each.tek().equals(tek)).toList();
    List<Posted> round = new ArrayList<>();
    for (int place = 0; place < symbols * radix; place++) {
      Optional<Participant> wrapper = done.contains(place) ? Optional.empty() : holder(place, able);
      if (wrapper.isPresent()) {
        KeyName kek = wrapper.get().current(place);
        round.add(Posted.wrapped(List.of(kek), wrapper.get().table(List.of(kek, tek)), tek));
        wrappers.add(wrapper.get());
      }
    }
    round.forEach(each -> post(each, in));
    return !round.isEmpty();
  }

  /** New KEK = f(old KEK, new TEK): the rule that two who are out undo together. */
  private void replace(KeyName old, KeyName tek) {
    post(Posted.derived(List.of(old, tek), fresh(old.place())), in);
  }

  // ----

  private void post(Posted posted, List<Participant> readers) {
    wire.add(posted);
    // Who holds the same keys reads the same, so it is opened once for all.
    Optional<Bytes> opened = Optional.empty();
    for (Participant reader : readers) {
      if (reader.canOpen(posted)) {
        opened = opened.isPresent() ? opened : posted.open(reader.table(posted.under()));
        reader.update(posted.gives(), opened.orElseThrow());
      }
    }
  }

  private static Optional<Participant> holder(int place, List<Participant> among) {
    return among.stream().filter(each -> each.holds(place)).findFirst();
  }

  private KeyName fresh(int place) {
    return new KeyName(place, versions.merge(place, 1, Integer::sum), 0);
  }

  private Bytes key() {
    return Bytes.owning(entropy.bytes(Hkdf.KEY_BYTES));
  }
}
