package io.keymoot.runtime;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rights;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.keying.FlatKeying;
import io.keymoot.flatkeying.keying.SlotOwnership;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.heartbeat.Heartbeat;
import io.keymoot.heartbeat.HeartbeatContent;
import io.keymoot.heartbeat.MemberView;
import io.keymoot.heartbeat.SlotView;
import io.keymoot.peer.Address;
import io.keymoot.peer.Peer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A group at one moment, for people to see: who is there, which keys count and how far they are
 * known, and the slot table. Never a key.
 *
 * @param name the group's own
 * @param rights who may admit and expel, fixed at founding
 * @param positions of an address, so keys that a member holds
 * @param inUse the epoch that this node sends under
 * @param epochs those that may be used, in the order of ids
 * @param slots those that anybody's address is in, by position and symbol
 * @param expelled devices that are out, and were put out
 * @param barred devices that are out and come in again by a pardon alone: these, and who once was
 *     put out, came back, and went by itself
 */
public record GroupView(
    GroupId group,
    String name,
    Profile profile,
    Rights rights,
    int positions,
    MemberId self,
    Optional<FactId> inUse,
    List<Epoch> epochs,
    List<SlotNow> slots,
    List<Presence> members,
    SortedSet<Fingerprint> expelled,
    SortedSet<Fingerprint> barred) {

  /**
   * @param revision how often its key has stepped
   * @param by who made it
   * @param held members who say that they hold it, this node included if it does
   */
  public record Epoch(FactId id, int revision, MemberId by, int held) {}

  /**
   * @param members whose address has this symbol here
   * @param held of these, who say that they hold its key
   * @param hasKey whether it has a key in the epoch that this node sends under
   * @param clean nobody who is out ever held that key, so that it may be wrapped under
   * @param keyHolder who makes its next key
   * @param reseal from which its next keys come: another one when it was made anew
   * @param resealedBy who made that
   */
  public record SlotNow(
      Slot slot,
      boolean mine,
      int members,
      int held,
      boolean hasKey,
      boolean clean,
      Optional<MemberId> keyHolder,
      Optional<FactId> reseal,
      Optional<MemberId> resealedBy) {}

  /**
   * @param heardMillisAgo empty for this node itself, and for who was never heard
   * @param address host and port, where the network knows them; nobody proves them
   * @param holdsNewest whether it says that it holds one of the epochs that may be used
   */
  public record Presence(
      MemberId member,
      Optional<Long> heardMillisAgo,
      Optional<String> address,
      boolean holdsNewest) {}

  /** On the loop's thread. */
  static Optional<GroupView> of(Peer peer, Tick now, Transport transport) {
    FlatKeying keying = peer.keying();
    GroupState state = keying.state();
    if (state.count() == 0) {
      return Optional.empty();
    }
    Optional<Heartbeat> heartbeat = peer.heartbeat();
    MemberId self = keying.self();
    SortedSet<Fingerprint> barred = new TreeSet<>();
    for (Stay stay : state.over()) {
      if (state.isPutOut(stay)) {
        barred.add(stay.person().device());
      }
    }
    barred.removeIf(device -> !state.membersOf(device).isEmpty());
    return Optional.of(
        new GroupView(
            state.group(),
            state.found().name(),
            state.found().profile(),
            state.found().rights(),
            Limits.ADDRESS_SYMBOLS,
            self,
            keying.sendingEpoch(),
            epochs(keying, heartbeat),
            slots(keying, heartbeat),
            members(keying, heartbeat, now, transport),
            state.putOut(),
            barred));
  }

  private static List<Epoch> epochs(FlatKeying keying, Optional<Heartbeat> heartbeat) {
    List<Epoch> all = new ArrayList<>();
    for (Known epoch : keying.state().usable()) {
      SortedSet<MemberId> held =
          new TreeSet<>(heartbeat.map(each -> each.holders(epoch.id())).orElse(List.of()));
      if (keying.sendingEpoch().equals(Optional.of(epoch.id()))) {
        held.add(keying.self());
      }
      held.removeIf(member -> !keying.state().isMember(member));
      all.add(
          new Epoch(epoch.id(), keying.state().revision(epoch.id()), epoch.author(), held.size()));
    }
    return all;
  }

  private static List<SlotNow> slots(FlatKeying keying, Optional<Heartbeat> heartbeat) {
    Map<Slot, SlotView> known = new HashMap<>();
    heartbeat.map(Heartbeat::slots).orElse(List.of()).forEach(view -> known.put(view.slot(), view));
    List<SlotNow> all = new ArrayList<>();
    for (SlotOwnership slot : keying.slotTable()) {
      if (slot.members() > 0) {
        Optional<SlotView> view = Optional.ofNullable(known.get(slot.slot()));
        all.add(
            new SlotNow(
                slot.slot(),
                slot.own(),
                slot.members(),
                view.map(SlotView::having).orElse(0),
                slot.epoch().isPresent(),
                slot.clean(),
                view.flatMap(SlotView::keyHolder),
                slot.reseal(),
                slot.resealedBy()));
      }
    }
    return all;
  }

  private static List<Presence> members(
      FlatKeying keying, Optional<Heartbeat> heartbeat, Tick now, Transport transport) {
    List<FactId> usable = keying.state().usable().stream().map(Known::id).toList();
    List<Presence> all = new ArrayList<>();
    if (keying.isMember()) {
      all.add(
          new Presence(
              keying.self(),
              Optional.empty(),
              transport.where(transport.self()),
              keying.sendingEpoch().filter(usable::contains).isPresent()));
    }
    for (MemberView view : heartbeat.map(each -> each.members(now)).orElse(List.of())) {
      all.add(
          new Presence(
              view.member(),
              view.heard().map(heard -> Math.max(0, now.millis() - heard.millis())),
              view.said().map(HeartbeatContent::address).flatMap(said -> where(said, transport)),
              view.said()
                  .flatMap(HeartbeatContent::epoch)
                  .filter(held -> usable.contains(held.epoch()))
                  .isPresent()));
    }
    return all;
  }

  private static Optional<String> where(Bytes said, Transport transport) {
    return said.isEmpty() || said.length() > Address.MAX_BYTES
        ? Optional.empty()
        : transport.where(new Address(said));
  }
}
