package io.keymoot.runtime;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Person;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.keying.FlatKeying;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.heartbeat.Heartbeat;
import io.keymoot.heartbeat.HeartbeatContent;
import io.keymoot.heartbeat.MemberView;
import io.keymoot.heartbeat.SlotView;
import io.keymoot.peer.Peer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A group at one moment, for people to see: who is there, which keys count and how far they are
 * known, and the slot table. Never a key.
 *
 * @param name the group's own
 * @param positions of an address, so keys that a member holds
 * @param inUse the epoch that this node sends under
 * @param epochs those that may be used, in the order of ids
 * @param slots those that anybody's address is in, by position and symbol
 * @param expelled devices that were put out
 */
public record GroupView(
    GroupId group,
    String name,
    Profile profile,
    int positions,
    MemberId self,
    Optional<FactId> inUse,
    List<Epoch> epochs,
    List<SlotNow> slots,
    List<Presence> members,
    SortedSet<Fingerprint> expelled) {

  /**
   * @param revision how often its key has stepped
   * @param by who made it
   * @param held members who say that they hold it, this node included if it does
   */
  public record Epoch(FactId id, int revision, MemberId by, int held) {}

  /**
   * @param members whose address has this symbol here
   * @param held of these, who say that they hold its key
   * @param clean nobody who is out ever held its key
   * @param keyHolder who makes its next key
   */
  public record SlotNow(
      Slot slot,
      boolean mine,
      int members,
      int held,
      boolean clean,
      Optional<MemberId> keyHolder) {}

  /**
   * @param heardMillisAgo empty for this node itself, and for who was never heard
   * @param address where the transport reaches it, as it says
   * @param holdsNewest whether it says that it holds one of the epochs that may be used
   */
  public record Presence(
      MemberId member,
      Optional<Long> heardMillisAgo,
      Optional<String> address,
      boolean holdsNewest) {}

  /** On the loop's thread. */
  static Optional<GroupView> of(Peer peer, Tick now) {
    FlatKeying keying = peer.keying();
    GroupState state = keying.state();
    if (state.count() == 0) {
      return Optional.empty();
    }
    Optional<Heartbeat> heartbeat = peer.heartbeat();
    MemberId self = keying.self();
    SortedSet<Fingerprint> expelled = new TreeSet<>();
    for (Stay stay : state.over()) {
      if (state.isPutOut(stay) && !state.isMember(stay.person().id())) {
        expelled.add(stay.person().device());
      }
    }
    return Optional.of(
        new GroupView(
            state.group(),
            state.found().name(),
            state.found().profile(),
            Limits.ADDRESS_SYMBOLS,
            self,
            keying.sendingEpoch(),
            epochs(keying, heartbeat),
            slots(state, self, heartbeat),
            members(keying, heartbeat, now),
            expelled));
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

  private static List<SlotNow> slots(
      GroupState state, MemberId self, Optional<Heartbeat> heartbeat) {
    Profile profile = state.found().profile();
    List<SlotView> known = heartbeat.map(Heartbeat::slots).orElse(List.of());
    List<SlotNow> all = new ArrayList<>();
    for (int position = 0; position < Limits.ADDRESS_SYMBOLS; position++) {
      for (int symbol = 0; symbol < profile.radix(); symbol++) {
        Slot slot = new Slot(position, symbol);
        int members = 0;
        for (Person person : state.members()) {
          members += slot.isHeldBy(person.id(), profile) ? 1 : 0;
        }
        if (members == 0) {
          continue;
        }
        Optional<SlotView> view =
            known.stream().filter(each -> each.slot().equals(slot)).findFirst();
        boolean clean =
            state.standing(slot).map(reseal -> state.isClean(slot, reseal)).orElse(false);
        all.add(
            new SlotNow(
                slot,
                slot.isHeldBy(self, profile),
                members,
                view.map(SlotView::having).orElse(0),
                clean,
                view.flatMap(SlotView::keyHolder)));
      }
    }
    return all;
  }

  private static List<Presence> members(
      FlatKeying keying, Optional<Heartbeat> heartbeat, Tick now) {
    List<FactId> usable = keying.state().usable().stream().map(Known::id).toList();
    List<Presence> all = new ArrayList<>();
    if (keying.isMember()) {
      all.add(
          new Presence(
              keying.self(),
              Optional.empty(),
              Optional.empty(),
              keying.sendingEpoch().filter(usable::contains).isPresent()));
    }
    for (MemberView view : heartbeat.map(each -> each.members(now)).orElse(List.of())) {
      all.add(
          new Presence(
              view.member(),
              view.heard().map(heard -> Math.max(0, now.millis() - heard.millis())),
              view.said().map(HeartbeatContent::address).map(Bytes::toHex),
              view.said()
                  .flatMap(HeartbeatContent::epoch)
                  .filter(held -> usable.contains(held.epoch()))
                  .isPresent()));
    }
    return all;
  }
}
