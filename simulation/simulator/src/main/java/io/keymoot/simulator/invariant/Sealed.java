package io.keymoot.simulator.invariant;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.peer.PeerEffect;
import io.keymoot.simulator.world.Frame;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Watcher;
import io.keymoot.simulator.world.World;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * I3 for what frames are really sealed under, as their own headers say: no key that somebody ever
 * held who is out in the sealer's view, put out by others; one that went by itself, or renewed, may
 * have held it for a second more. And the sending rule (section 6): frames follow to the epoch that
 * is to be sent under, within the second that they may lag behind it.
 *
 * <p>By who held what and when who went, so for groups of every size, and without the product's
 * word on what is clean.
 */
final class Sealed implements Watcher {
  /**
   * Frames stay under the epoch before for nine tenths of a second: the others may lack the new.
   */
  private static final long FOLLOW_MILLIS = 900;

  /** Clocks drift, and a tick is a whole millisecond. */
  private static final long SLACK = 50;

  /** Who went by itself may have held what is used for so long. */
  private static final long LATELY_MILLIS = Limits.DELAYED_USE_MILLIS + SLACK;

  private static final int MOST_CEASED = 64;

  private final World world;
  private final HeldKeys keys;
  private final Map<Node, View> views = new LinkedHashMap<>();

  /**
   * @param outBefore stays that had been put out before: whoever was let in twice, and put out of
   *     one stay, was in by the other
   */
  private record Went(Tick at, Set<StayId> outBefore) {}

  /** What a node knows of who went, and what it was to send under. */
  private static final class View {
    final Map<MemberId, Went> wentLately = new LinkedHashMap<>();
    Optional<FactId> wanted = Optional.empty();

    /** Since when an epoch is not the one to be sent under any more. */
    final Map<FactId, Tick> ceased =
        new LinkedHashMap<>() {
          @Override
          protected boolean removeEldestEntry(Map.Entry<FactId, Tick> eldest) {
            return size() > MOST_CEASED;
          }
        };
  }

  Sealed(World world, HeldKeys keys) {
    this.world = world;
    this.keys = keys;
  }

  @Override
  public void stepped(Node node, GroupState before, List<PeerEffect> effects) {
    GroupState now = node.known();
    if (node.isByzantine() || now.count() == 0) {
      return;
    }
    View view = views.computeIfAbsent(node, n -> new View());
    Tick tick = node.tick();
    if (now != before) {
      for (Stay stay : now.newlyOver(before)) {
        if (!now.isMember(stay.person().id())) {
          MemberId member = stay.person().id();
          view.wentLately.computeIfAbsent(member, its -> new Went(tick, putOut(before, its)));
        }
      }
    }
    if (!view.wentLately.isEmpty()) {
      view.wentLately.values().removeIf(went -> tick.millisSince(went.at) > LATELY_MILLIS);
    }
    Optional<FactId> wanted = node.peer().keying().sendingEpoch();
    if (!wanted.equals(view.wanted)) {
      view.wanted.ifPresent(old -> view.ceased.put(old, tick));
      wanted.ifPresent(view.ceased::remove);
      view.wanted = wanted;
    }
  }

  @Override
  public void sealed(Node from, Frame frame) {
    View view = views.get(from);
    if (from.isByzantine() || view == null) {
      return;
    }
    GroupState now = from.known();
    Tick tick = from.tick();
    for (Map.Entry<MemberId, Integer> each : keys.holders(frame.epoch()).entrySet()) {
      if (each.getValue() > frame.revision() || !HeldKeys.isOut(now, each.getKey())) {
        continue;
      }
      Went went = view.wentLately.get(each.getKey());
      Set<StayId> putOut = putOut(now, each.getKey());
      boolean isPutOut = went == null ? !putOut.isEmpty() : !went.outBefore.containsAll(putOut);
      if (isPutOut || went == null || tick.millisSince(went.at) > LATELY_MILLIS) {
        world.violated(
            "I3",
            from
                + " seals under "
                + frame.epoch()
                + " at "
                + frame.revision()
                + ", which "
                + each.getKey()
                + " held, who "
                + (isPutOut ? "was put out" : "went more than a second ago"));
      }
    }
    checkThatItFollows(from, frame, view, tick);
  }

  private static Set<StayId> putOut(GroupState state, MemberId member) {
    return state.currentStays(member).stream()
        .filter(state::isPutOut)
        .map(Stay::id)
        .collect(Collectors.toSet());
  }

  private void checkThatItFollows(Node from, Frame frame, View view, Tick tick) {
    if (Optional.of(frame.epoch()).equals(view.wanted)) {
      int running = from.peer().keying().sendingRevision();
      if (frame.revision() != running) {
        world.violated(
            "I3",
            from + " seals at " + frame.revision() + " of " + view.wanted + ", not " + running);
      }
    } else {
      Tick since = view.ceased.get(frame.epoch());
      if (since == null || tick.millisSince(since) > FOLLOW_MILLIS + SLACK) {
        world.violated(
            "I3",
            from
                + " seals under "
                + frame.epoch()
                + ", not under "
                + view.wanted
                + " as its facts and keys would have it"
                + (since == null ? "" : " for " + tick.millisSince(since) + " ms"));
      }
    }
  }
}
