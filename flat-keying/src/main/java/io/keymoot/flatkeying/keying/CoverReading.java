package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Person;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What anybody can see of a cover that somebody else made: its entries, and whom each reaches by
 * the addresses alone. Its author also knew who holds which KEK, so it may have meant fewer.
 */
final class CoverReading {
  private final Core core;
  private final Known epoch;
  private final Cover cover;
  private final GroupState after;
  private final List<Person> members;
  private final int symbolBits;
  private final Set<MemberId> left = new LinkedHashSet<>();
  private final List<CoverReport.Line> lines = new ArrayList<>();

  private CoverReading(Core core, Known epoch, Cover cover) {
    this.core = core;
    this.epoch = epoch;
    this.cover = cover;
    this.after = core.ledger.after(epoch);
    this.members = after.members();
    this.symbolBits = after.found().profile().symbolBits();
    members.forEach(member -> left.add(member.id()));
    left.remove(epoch.author());
  }

  /** Empty where the cover is not here, or cannot be read. */
  static Optional<CoverReport> of(Core core, Known epoch) {
    return core.covers
        .of(epoch)
        .map(opened -> new CoverReading(core, epoch, opened.cover()).report());
  }

  private CoverReport report() {
    // Who is sealed to is certain, and for the rest of the entries' reckoning nobody's else.
    seals();
    refresh();
    wraps();
    relays();
    tree();
    lines.sort((one, other) -> one.kind().compareTo(other.kind()));
    return new CoverReport(
        FactCodec.encode(core.ledger.envelope(epoch)).length(),
        List.copyOf(lines),
        List.copyOf(left));
  }

  private void seals() {
    List<MemberId> cached = new ArrayList<>();
    List<MemberId> fresh = new ArrayList<>();
    for (Cover.Sealed sealed : cover.seals()) {
      memberAt(sealed.place())
          .ifPresent(member -> (sealed.offer().isPresent() ? fresh : cached).add(member));
    }
    line(
        CoverReport.Kind.SEAL,
        cached.size() * Cover.Sealed.bytes(false),
        take(cached::contains),
        CoverReport.SEALED);
    line(
        CoverReport.Kind.OFFER_AND_SEAL,
        fresh.size() * Cover.Sealed.bytes(true),
        take(fresh::contains),
        CoverReport.OFFERED);
  }

  private void refresh() {
    GroupState past = core.ledger.past(epoch);
    Known prev = ((Rekey) epoch.fact()).prev().map(core.ledger::get).orElse(null);
    if (cover.refresh().isPresent() && prev != null) {
      line(
          CoverReport.Kind.REFRESH,
          Cover.Refresh.BYTES,
          take(member -> core.ledger.mayBeGiven(past, prev, member)),
          CoverReport.REFRESHED);
    }
  }

  /** Those that reach most come first, as their author chose them. */
  private void wraps() {
    List<Slot> slots = new ArrayList<>();
    cover.wraps().forEach(each -> slots.add(slot(each.position(), epoch.author())));
    while (!slots.isEmpty()) {
      Slot most = slots.get(0);
      for (Slot each : slots) {
        most = reach(each) > reach(most) ? each : most;
      }
      slots.remove(most);
      lines.add(
          new CoverReport.Line(
              CoverReport.Kind.WRAP,
              Optional.of(most),
              Optional.empty(),
              Cover.WRAP_BYTES,
              take(holdersOf(most)),
              CoverReport.WRAPPED));
    }
  }

  private void relays() {
    Map<MemberId, Integer> ordered = new LinkedHashMap<>();
    for (Cover.Order order : cover.orders()) {
      memberAt(order.place())
          .ifPresent(
              relay -> {
                Slot slot = slot(order.position(), relay);
                boolean isFirst = ordered.merge(relay, 1, Integer::sum) == 1;
                lines.add(
                    new CoverReport.Line(
                        CoverReport.Kind.RELAY,
                        Optional.of(slot),
                        Optional.of(relay),
                        CoverPlanner.RELAY_WRAP + (isFirst ? CoverPlanner.RELAY_MESSAGE : 0),
                        take(holdersOf(slot)),
                        CoverReport.RELAYED));
              });
    }
  }

  private void tree() {
    cover
        .tree()
        .ifPresent(
            bits -> {
              List<MemberId> handed = new ArrayList<>();
              Cover.places(bits).forEach(place -> memberAt(place).ifPresent(handed::add));
              line(
                  CoverReport.Kind.TREE,
                  2 + bits.length(),
                  take(handed::contains),
                  CoverReport.HANDED_DOWN);
            });
  }

  private Optional<MemberId> memberAt(int place) {
    return place < members.size() ? Optional.of(members.get(place).id()) : Optional.empty();
  }

  private Slot slot(int position, MemberId member) {
    return new Slot(position, member.hash().symbol(position, symbolBits));
  }

  private Predicate<MemberId> holdersOf(Slot slot) {
    return member -> slot.isHeldBy(member, after.found().profile());
  }

  private long reach(Slot slot) {
    return left.stream().filter(holdersOf(slot)).count();
  }

  private List<MemberId> take(Predicate<MemberId> who) {
    List<MemberId> taken = left.stream().filter(who).toList();
    taken.forEach(left::remove);
    return taken;
  }

  private void line(CoverReport.Kind kind, int bytes, List<MemberId> reached, String why) {
    if (bytes > 0 && !reached.isEmpty()) {
      lines.add(
          new CoverReport.Line(kind, Optional.empty(), Optional.empty(), bytes, reached, why));
    }
  }
}
