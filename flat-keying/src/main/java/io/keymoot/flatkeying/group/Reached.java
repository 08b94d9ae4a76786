package io.keymoot.flatkeying.group;

import java.util.ArrayList;
import java.util.List;

/**
 * What some facts reach, themselves included.
 *
 * <p>Made once for a question about many facts: the states of old facts are not at hand, and what
 * one of them costs must not be paid for each fact that is asked about. The state of all of them
 * together is not made at all.
 */
public final class Reached {
  private final List<GroupState> states = new ArrayList<>();

  Reached(List<Known> from, Pasts pasts) {
    List<Known> largestFirst = new ArrayList<>(from);
    largestFirst.sort(Known.PARENTS_FIRST.reversed());
    for (Known each : largestFirst) {
      if (!contains(each)) {
        states.add(pasts.after(each));
      }
    }
  }

  public boolean contains(Known fact) {
    for (GroupState state : states) {
      if (state.contains(fact)) {
        return true;
      }
    }
    return false;
  }
}
