package io.keymoot.heartbeat;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The asking half of anti-entropy: heads heard of and not known, then their parents, each from a
 * random one of those who announced it, again and again with doubling delay.
 *
 * <p>A head is not asked for at once. Most often the fact itself is on its way; and in a large
 * group thousands hear of it from the same beat, so they spread out, and know more holders by then.
 *
 * <p><em>Strangers</em>, of whom the facts at hand say nothing, may be members by facts still to
 * come, or an outsider's invention, whose words nobody can check. They have a few places of their
 * own, and every fourth question where there is somebody else to ask.
 *
 * <p>Whoever is asked gets one question for all that it may have; the next is not sent before a
 * breath is over. A member may name facts that it made up, and sign whatever address it likes: who
 * is asked in vain, over and over, is asked seldom, until something comes of it.
 */
final class Fetching {
  private static final class Want {
    final List<MemberId> holders = new ArrayList<>(1);
    final List<MemberId> strangers = new ArrayList<>(0);

    /** Whom it was asked of last. */
    @Nullable MemberId asked;

    boolean head;
    boolean parent;

    /** Among the parents: whose turn comes first. */
    int turn;

    int tries;
    long due;

    Want(long due) {
      this.due = due;
    }

    /** Others are ahead of this peer now, who may give what was asked of its holders in vain. */
    void isNowAParent() {
      if (!parent) {
        parent = true;
        tries = 0;
      }
    }

    /** Nobody speaks of it but strangers. */
    boolean isStrange() {
      return !parent && holders.isEmpty() && !strangers.isEmpty();
    }
  }

  /** What came of asking one. */
  private static final class Tally {
    int inVain;
    long next;

    void wasAsked(long now) {
      inVain++;
      int over = inVain - HeartbeatLimits.FETCHES_IN_VAIN;
      next =
          now
              + (over < 0
                  ? HeartbeatLimits.FETCH_BREATH
                  : Math.min(
                      HeartbeatLimits.FETCH_PAUSE << Math.min(over, 8),
                      HeartbeatLimits.FETCH_PAUSE_MOST));
    }
  }

  private final MemberId me;
  private final Jitter jitter;

  /** Those who were asked, and did not give it all. */
  private final Map<MemberId, Tally> tallies = new LinkedHashMap<>(2, 0.75f, true);

  private final Map<FactId, Want> wants = new LinkedHashMap<>(4);

  /** Members that were lately seen to know more than this peer, the latest last. */
  private final Deque<MemberId> ahead = new ArrayDeque<>(2);

  /** Strangers that say they do. */
  private final Deque<MemberId> strangers = new ArrayDeque<>(1);

  /** Whom, in the go that this is: each is another. */
  private final List<MemberId> askedNow = new ArrayList<>(HeartbeatLimits.FETCHES_AT_ONCE);

  private long notBefore;

  Fetching(MemberId me, Jitter jitter) {
    this.me = me;
    this.jitter = jitter;
  }

  List<FactId> wanted() {
    return List.copyOf(wants.keySet());
  }

  // ---- what is wanted

  /**
   * @param isKnown whether the facts at hand know it as a member
   */
  void heard(MemberId holder, boolean isKnown, List<FactId> unknown, int members, long now) {
    if (holder.equals(me)) {
      return;
    }
    isAhead(holder, isKnown);
    for (FactId head : unknown) {
      Want want = wants.get(head);
      if (want == null) {
        if (!(isKnown ? hasRoom() : hasRoomForStrangers())) {
          return;
        }
        double spread =
            Math.min(
                HeartbeatLimits.FETCH_SPREAD,
                HeartbeatLimits.FETCH_DELAY
                    + members * HeartbeatLimits.FETCH_SPREAD_PER_TEN_MEMBERS / 10.0);
        want = new Want(now + HeartbeatLimits.FETCH_DELAY + jitter.millis(0, spread));
        wants.put(head, want);
      }
      want.head = true;
      if (isKnown) {
        if (hold(want, holder)) {
          mayBeHadNow(want, now);
        }
      } else {
        // Each has its turn: else who comes first with a few that are made up is asked for good.
        oneMore(want.strangers, HeartbeatLimits.STRANGERS_OF_A_WANT, holder);
      }
    }
  }

  void lacks(List<FactId> parents, long now) {
    Set<FactId> still = new LinkedHashSet<>(parents);
    Iterator<Map.Entry<FactId, Want>> each = wants.entrySet().iterator();
    while (each.hasNext()) {
      Map.Entry<FactId, Want> entry = each.next();
      Want want = entry.getValue();
      if (still.contains(entry.getKey())) {
        want.isNowAParent();
      } else if (want.head) {
        want.parent = false;
      } else {
        // Not that it came: what hung on it may have gone. What came is told as learnt.
        each.remove();
      }
    }
    long parentsWanted = wants.values().stream().filter(want -> want.parent).count();
    int turn = 0;
    for (FactId parent : still) {
      Want want = wants.get(parent);
      if (want == null) {
        if (parentsWanted == HeartbeatLimits.PARENT_WANTS || !(hasRoom() || giveUpAHead())) {
          continue;
        }
        parentsWanted++;
        // What needs it is at hand already, so nobody else is on the way to tell.
        want = new Want(now);
        want.isNowAParent();
        wants.put(parent, want);
      }
      want.turn = turn++;
    }
  }

  void learnt(List<FactId> facts) {
    if (wants.isEmpty()) {
      return;
    }
    for (FactId fact : facts) {
      Want want = wants.remove(fact);
      if (want != null) {
        came(want);
      }
    }
  }

  private void came(Want want) {
    MemberId from = want.asked;
    Tally its = from == null ? null : tallies.get(from);
    if (its != null) {
      its.inVain -= HeartbeatLimits.FETCH_MAKES_UP_FOR;
      its.next = 0;
      if (its.inVain <= 0) {
        tallies.remove(from);
      }
    }
  }

  /** Members that are out hold nothing that this peer would ask them for. */
  void forget(List<MemberId> members) {
    if (!members.isEmpty()) {
      ahead.removeAll(members);
      tallies.keySet().removeAll(members);
      wants.values().forEach(want -> want.holders.removeAll(members));
    }
  }

  private boolean hasRoom() {
    Collection<Want> all = wants.values();
    return all.size() < HeartbeatLimits.WANTS
        || all.removeIf(Want::isStrange)
        // Heads that nobody gave although asked may be inventions: they make room.
        || all.removeIf(this::isAskedInVain);
  }

  /** A head is named again with each heartbeat; a parent is told of once. */
  private boolean giveUpAHead() {
    for (Iterator<Want> each = wants.values().iterator(); each.hasNext(); ) {
      if (!each.next().parent) {
        each.remove();
        return true;
      }
    }
    return false;
  }

  private boolean hasRoomForStrangers() {
    Collection<Want> all = wants.values();
    return all.size() < HeartbeatLimits.WANTS
        && (all.stream().filter(Want::isStrange).count() < HeartbeatLimits.STRANGE_WANTS
            || all.removeIf(want -> want.isStrange() && isAskedInVain(want)));
  }

  private boolean isAskedInVain(Want want) {
    return !want.parent
        && (want.tries > 2
            || (!want.holders.isEmpty() && want.holders.stream().allMatch(this::isAskedInVain)));
  }

  private boolean isAskedInVain(MemberId holder) {
    Tally its = tallies.get(holder);
    return its != null && its.inVain >= HeartbeatLimits.FETCHES_IN_VAIN;
  }

  /** False if it was known as one already. */
  private boolean hold(Want want, MemberId holder) {
    want.strangers.remove(holder);
    return oneMore(want.holders, HeartbeatLimits.HOLDERS_OF_A_WANT, holder);
  }

  /** In place of any one, if as many are known as may be. False if it was known already. */
  private boolean oneMore(List<MemberId> known, int most, MemberId another) {
    if (known.contains(another)) {
      return false;
    }
    if (known.size() < most) {
      known.add(another);
    } else {
      known.set(jitter.below(most), another);
    }
    return true;
  }

  /** False if it was known as one already. */
  private boolean isAhead(MemberId member, boolean isKnown) {
    boolean wasStranger = strangers.remove(member);
    boolean wasAhead = ahead.remove(member);
    Deque<MemberId> its = isKnown ? ahead : strangers;
    its.addLast(member);
    if (its.size() > (isKnown ? HeartbeatLimits.AHEAD : HeartbeatLimits.STRANGERS)) {
      its.removeFirst();
    }
    return isKnown ? !wasAhead : !wasStranger;
  }

  /**
   * The member has taken what waits here for its parents, so it has these. Whoever was asked for
   * them in vain may not have them, or keep them back: here is another to ask, and soon.
   *
   * <p>If it did not sign that, anybody may have said it in its name: it is one of those who are
   * ahead, or of the strangers, as with a head that it names, and takes the place of no holder.
   */
  void knowsMore(MemberId member, boolean isKnown, boolean isSigned, long now) {
    if (member.equals(me)) {
      return;
    }
    boolean isNew = isAhead(member, isKnown);
    for (Want want : wants.values()) {
      if (!want.parent) {
        continue;
      }
      if (isKnown && isSigned ? hold(want, member) : isNew) {
        mayBeHadNow(want, now);
      }
    }
  }

  /** There is another to ask. Where asking has slowed, it does so soon. */
  private void mayBeHadNow(Want want, long now) {
    if (want.tries >= HeartbeatLimits.FETCH_TRIES) {
      want.tries = HeartbeatLimits.FETCH_TRIES / 2;
      want.due = Math.min(want.due, now + jitter.millis(0, HeartbeatLimits.FETCH_RETRY_MOST));
    }
  }

  // ---- asking

  long next() {
    long next = Timers.NEVER;
    for (Want want : wants.values()) {
      next = Math.min(next, want.due);
    }
    return next == Timers.NEVER ? next : Math.max(next, notBefore);
  }

  void ask(long now, List<Effect> out) {
    List<FactId> due = due(now);
    askedNow.clear();
    while (askedNow.size() < HeartbeatLimits.FETCHES_AT_ONCE && !due.isEmpty()) {
      askAboutFirst(due, now, out);
    }
    if (!askedNow.isEmpty()) {
      notBefore = now + HeartbeatLimits.FETCH_BREATH;
    }
  }

  /**
   * What is to be asked for first is first. A question has not room for all, and somebody may have
   * made up hundreds: so by turns comes what somebody named, the parent whose turn it is, again and
   * again as long as it does not come, and the parent that was tried least.
   */
  private List<FactId> due(long now) {
    List<FactId> named = new ArrayList<>();
    List<FactId> parents = new ArrayList<>();
    for (Map.Entry<FactId, Want> each : wants.entrySet()) {
      Want want = each.getValue();
      // What would be due before the breath is over would have to wait for that.
      if (want.due <= now + HeartbeatLimits.FETCH_BREATH) {
        if (want.head) {
          named.add(each.getKey());
        }
        if (want.parent) {
          parents.add(each.getKey());
        }
      }
    }
    named.sort(Comparator.comparing(id -> want(id).isStrange()));
    parents.sort(Comparator.comparingInt(id -> want(id).turn));
    List<FactId> leastTried = new ArrayList<>(parents);
    leastTried.sort(Comparator.comparingInt(id -> want(id).tries));
    Set<FactId> due = new LinkedHashSet<>();
    for (int i = 0; i < Math.max(named.size(), parents.size()); i++) {
      if (i < named.size()) {
        due.add(named.get(i));
      }
      if (i < parents.size()) {
        due.add(parents.get(i));
        due.add(leastTried.get(i));
      }
    }
    return new ArrayList<>(due);
  }

  /** Picks somebody for the first that is due, and asks it for all it has of the others. */
  private void askAboutFirst(List<FactId> due, long now, List<Effect> out) {
    Want first = want(due.get(0));
    List<MemberId> all = whomToAsk(first);
    if (all.isEmpty()) {
      retryLater(due.remove(0), now);
      return;
    }
    List<MemberId> some = thoseWhoMayBeAsked(all, now);
    if (some.isEmpty()) {
      some = thoseWhoMayBeAsked(first.parent ? List.copyOf(ahead) : first.holders, now);
    }
    if (some.isEmpty()) {
      first.due = all.stream().mapToLong(each -> next(each, now)).min().orElseThrow();
      due.remove(0);
      return;
    }
    MemberId one = some.get(jitter.below(some.size()));
    boolean knowsMore = ahead.contains(one);
    List<FactId> asked = longLacked(due, one);
    for (Iterator<FactId> each = due.iterator();
        each.hasNext() && asked.size() < Limits.SYNC_WANTED; ) {
      FactId id = each.next();
      Want want = want(id);
      if (want == first
          || want.holders.contains(one)
          || want.strangers.contains(one)
          || (want.holders.isEmpty() && !want.isStrange() && knowsMore)
          || whomToAsk(want).contains(one)) {
        each.remove();
        asked.add(id);
        want.asked = one;
        retryLater(id, now);
      }
    }
    if (knowsMore || first.holders.contains(one)) {
      // Strangers can be invented without end: nothing is remembered of them.
      tally(one).wasAsked(now);
    }
    askedNow.add(one);
    out.add(new Effect.Fetch(one, List.copyOf(asked)));
  }

  /**
   * The parents that come first, too, if they were asked for in vain: where all who may have them
   * are asked seldom, the moment at which one is due and the moment of the one who has it may never
   * meet.
   */
  private List<FactId> longLacked(List<FactId> due, MemberId one) {
    List<FactId> first = new ArrayList<>();
    wants.entrySet().stream()
        .filter(each -> each.getValue().parent)
        .sorted(Comparator.comparingInt(each -> each.getValue().turn))
        .limit(HeartbeatLimits.LONG_LACKED)
        .filter(each -> each.getValue().tries > 2 && each.getValue().holders.contains(one))
        .filter(each -> !due.contains(each.getKey()))
        .forEach(
            each -> {
              each.getValue().asked = one;
              first.add(each.getKey());
            });
    return first;
  }

  private List<MemberId> thoseWhoMayBeAsked(List<MemberId> some, long now) {
    return some.stream().filter(each -> next(each, now) <= now).toList();
  }

  /** When it may be asked again; of strangers nothing is remembered but that they just were. */
  private long next(MemberId member, long now) {
    Tally its = tallies.get(member);
    long next = its == null ? now : its.next;
    return askedNow.contains(member) ? Math.max(next, now + HeartbeatLimits.FETCH_BREATH) : next;
  }

  private Tally tally(MemberId member) {
    Tally its = tallies.computeIfAbsent(member, id -> new Tally());
    if (tallies.size() > HeartbeatLimits.FETCHED_OF) {
      tallies.remove(tallies.keySet().iterator().next());
    }
    return its;
  }

  /**
   * Who named a head has it. Those who are seen to have a parent may keep it back; every other time
   * any who is ahead is asked.
   */
  private List<MemberId> whomToAsk(Want want) {
    boolean ofAhead =
        want.parent
            ? want.holders.isEmpty() || want.tries % 2 == 1
            : want.holders.isEmpty() && want.strangers.isEmpty();
    List<MemberId> known = ofAhead && !ahead.isEmpty() ? List.copyOf(ahead) : want.holders;
    List<MemberId> strange =
        want.parent && want.strangers.isEmpty() ? List.copyOf(strangers) : want.strangers;
    boolean ofStrangers = known.isEmpty() || want.tries % 4 == 3;
    return ofStrangers && !strange.isEmpty() ? strange : known;
  }

  private void retryLater(FactId id, long now) {
    Want want = want(id);
    want.tries++;
    if (want.tries >= HeartbeatLimits.FETCH_TRIES && !want.parent) {
      wants.remove(id);
      return;
    }
    double delay;
    if (want.tries >= HeartbeatLimits.FETCH_TRIES) {
      delay = HeartbeatLimits.FETCH_RETRY_SLOW;
    } else if (want.isStrange()) {
      // Whoever made it up makes this peer send something each time.
      delay = HeartbeatLimits.FETCH_RETRY_MOST;
    } else {
      delay =
          Math.min(
              HeartbeatLimits.FETCH_RETRY << (want.tries - 1), HeartbeatLimits.FETCH_RETRY_MOST);
    }
    want.due = now + jitter.millis(0.5 * delay, 1.5 * delay);
  }

  private Want want(FactId id) {
    Want want = wants.get(id);
    if (want == null) {
      throw new IllegalStateException("nobody wants " + id);
    }
    return want;
  }
}
