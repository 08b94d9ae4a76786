package io.keymoot.simulator.baseline;

import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.paper.Coalition;
import io.keymoot.flatkeying.paper.Posted;
import io.keymoot.simulator.result.MemberEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;

/** The churn of a run once more, with each of the other schemes in our place. */
public final class Baselines {
  /** So much is worked through for a chart, and no more: members times changes. */
  private static final long MOST_WORK = 1_500_000;

  /** Sums after a change. */
  public record Point(long atMillis, long multicastBytes, long allBytes) {}

  /**
   * The key in use after a change.
   *
   * @param evicted members put out so far
   * @param isRead by all of them together, who pooled what they kept and recorded
   */
  public record Tried(int evicted, boolean isRead) {}

  /**
   * @param exposures how long each who was put out could still read
   * @param authorOperations symmetric ones, on average for a leave
   * @param lockedOut members in good standing who had to register again
   */
  public record Outcome(
      String name,
      String source,
      String manager,
      int changes,
      List<Point> cost,
      List<Long> leaveBytes,
      List<Long> exposures,
      double authorOperations,
      double followerOperations,
      int lockedOut,
      List<Tried> tried) {

    public long readKeys() {
      return tried.stream().filter(Tried::isRead).count();
    }
  }

  /**
   * What one removal costs in a group that was just formed.
   *
   * @param bytes of all, multicast and unicast
   * @param authorWraps symmetric operations of all who make keys or wrap them
   * @param followerWraps those of one who follows, on average
   * @param delays of the network, until nobody seals any more under a key the leaver has
   */
  public record Removal(
      String scheme, long bytes, long authorWraps, double followerWraps, long delays) {}

  /** Who signed, what for and the signature, in front of what any of them says. */
  public static final int HEADER_BYTES = Scheme.HEADER_BYTES;

  /** In the paper's scheme every join is worked out for everybody: time grows with the square. */
  private static final int MOST_IN_PAPER = 1_100;

  private Baselines() {}

  /** One removal from a group of so many in each scheme that acts at once. */
  public static List<Removal> removals(int members, long seed) {
    Random random = new Random(seed);
    Entropy entropy = random::nextBytes;
    List<Scheme> schemes = new ArrayList<>();
    schemes.add(new PairwiseSeals(entropy));
    schemes.add(CentralTree.atOnce(members, entropy));
    if (members <= MOST_IN_PAPER) {
      schemes.add(new PapersRule(entropy));
    }
    List<Removal> removals = new ArrayList<>();
    for (Scheme scheme : schemes) {
      for (int member = 0; member < members; member++) {
        scheme.join(member);
      }
      long delays = scheme.exposureMillis(0, 1);
      Scheme.Cost cost = scheme.leave(members / 2);
      removals.add(
          new Removal(
              scheme.name(),
              cost.multicast() + cost.unicast(),
              cost.author(),
              cost.followers() / (double) Math.max(1, members - 2),
              delays));
    }
    return removals;
  }

  /**
   * @param hopMillis how long a message takes
   */
  public static List<Outcome> replay(List<MemberEvent> events, long hopMillis, long seed) {
    Random random = new Random(seed);
    Entropy entropy = random::nextBytes;
    int most = mostAtOnce(events);
    return List.of(
        replay(new PapersRule(entropy), events, hopMillis),
        replay(new PairwiseSeals(entropy), events, hopMillis),
        replay(CentralTree.atOnce(most, entropy), events, hopMillis),
        replay(CentralTree.inEpochs(most, entropy), events, hopMillis));
  }

  private static boolean isOver(MemberEvent event) {
    return switch (event.kind()) {
      case JOINED, VANISHED -> false; // who went without a word is still in, for all anybody knows
      case LEFT, EXPELLED -> true;
    };
  }

  private static int mostAtOnce(List<MemberEvent> events) {
    int now = 0;
    int most = 1;
    for (MemberEvent event : events) {
      now += isOver(event) ? -1 : event.kind() == MemberEvent.Kind.JOINED ? 1 : 0;
      most = Math.max(most, now);
    }
    // Who leaves and who comes within one epoch are in the tree together.
    return 2 * most;
  }

  private static Outcome replay(Scheme scheme, List<MemberEvent> events, long hopMillis) {
    Coalition out = new Coalition();
    TreeSet<Integer> evicted = new TreeSet<>();
    List<Point> cost = new ArrayList<>();
    List<Long> leaveBytes = new ArrayList<>();
    List<Long> exposures = new ArrayList<>();
    List<Tried> tried = new ArrayList<>();
    Scheme.Cost sum = Scheme.Cost.NONE;
    Scheme.Cost leaves = Scheme.Cost.NONE;
    List<Integer> leaving = new ArrayList<>();
    long followers = 0;
    long work = 0;
    int heard = 0;
    int changes = 0;
    for (MemberEvent event : events) {
      work += scheme.size();
      if (work > MOST_WORK) {
        break;
      }
      Scheme.Cost batch = scheme.tick(event.atMillis());
      Scheme.Cost one = Scheme.Cost.NONE;
      if (event.kind() == MemberEvent.Kind.JOINED) {
        one = scheme.join(event.member());
        changes++;
      } else if (isOver(event)) {
        exposures.add(scheme.exposureMillis(event.atMillis(), hopMillis));
        one = scheme.leave(event.member());
        leaving.add(event.member());
        leaveBytes.add(one.multicast() + one.unicast());
        leaves = leaves.plus(one);
        followers += Math.max(1, scheme.size() - 1);
        changes++;
      }
      sum = sum.plus(batch).plus(one);
      cost.add(new Point(event.atMillis(), sum.multicast(), sum.multicast() + sum.unicast()));
      List<Posted> wire = scheme.wire();
      out.hear(List.copyOf(wire.subList(heard, wire.size())));
      heard = wire.size();
      for (int member : leaving) {
        // Who was put out before ever being in has nothing.
        evicted.add(member);
        out.join(scheme.kept(member));
      }
      leaving.clear();
      if (!evicted.isEmpty() && scheme.size() > 0 && !scheme.owesLeaves()) {
        tried.add(new Tried(evicted.size(), out.has(scheme.tek(), scheme.tekBytes())));
      }
    }
    int left = Math.max(1, leaveBytes.size());
    return new Outcome(
        scheme.name(),
        scheme.source(),
        scheme.manager(),
        changes,
        cost,
        leaveBytes,
        exposures,
        leaves.author() / (double) left,
        leaves.followers() / (double) Math.max(1, followers),
        sum.lockedOut(),
        tried);
  }
}
