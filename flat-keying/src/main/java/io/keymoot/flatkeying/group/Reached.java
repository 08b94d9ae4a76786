package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * What some facts reach, themselves included.
 *
 * <p>Makes no state: what is kept of them is looked into, and where nothing is kept the graph is
 * walked, newest first, no further than the question and never twice. Anybody may name very old
 * facts, and to make the states of all of them again would be far more work than to name them.
 */
public final class Reached {
  private final List<GroupState> states = new ArrayList<>();

  /** Reached, and their parents not looked at yet. */
  private final PriorityQueue<Known> ahead = new PriorityQueue<>(1, Known.PARENTS_FIRST.reversed());

  private final Set<Hash32> walked = new LinkedHashSet<>();

  Reached(List<Known> from) {
    List<Known> largestFirst = new ArrayList<>(from);
    largestFirst.sort(Known.PARENTS_FIRST.reversed());
    largestFirst.forEach(this::reach);
  }

  private void reach(Known fact) {
    if (isInAState(fact)) {
      return;
    }
    GroupState kept = fact.after;
    if (kept != null) {
      states.add(kept);
    } else if (walked.add(fact.key())) {
      ahead.add(fact);
    }
  }

  private boolean isInAState(Known fact) {
    for (GroupState state : states) {
      if (state.contains(fact)) {
        return true;
      }
    }
    return false;
  }

  public boolean contains(Known fact) {
    for (Known next = ahead.peek();
        next != null && Known.PARENTS_FIRST.compare(next, fact) > 0 && !isThere(fact);
        next = ahead.peek()) {
      ahead.remove();
      next.parents().forEach(this::reach);
    }
    return isThere(fact);
  }

  boolean containsAll(List<Known> facts) {
    return facts.stream().allMatch(this::contains);
  }

  private boolean isThere(Known fact) {
    return walked.contains(fact.key()) || isInAState(fact);
  }
}
