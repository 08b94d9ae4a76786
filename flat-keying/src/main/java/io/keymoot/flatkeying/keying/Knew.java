package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.group.GroupState;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * What this peer knew a while ago. A signed word has no date, but it names what its speaker knew: a
 * word that does not know what everybody has known for a while is an old one, played back.
 *
 * <p>So a word ages with the group's facts. Where none are made it stays young, but for an hour at
 * most: then a fresh epoch is due.
 */
final class Knew {
  private record Mark(Tick at, List<FactId> heads) {}

  private final Core core;

  /** The oldest first. The first is the last of those that are old enough to be asked for. */
  private final Deque<Mark> marks = new ArrayDeque<>();

  Knew(Core core) {
    this.core = core;
  }

  void note(GroupState state) {
    forgetOld();
    // In a busy minute the last gives way to this one, unless it is far enough from the one before.
    if (marks.size() > 1 && core.now.millisSince(lastButOne().at) < Limits.WORD_MARK_MILLIS) {
      marks.removeLast();
    }
    marks.addLast(new Mark(core.now, state.heads()));
  }

  private Mark lastButOne() {
    Iterator<Mark> each = marks.descendingIterator();
    each.next();
    return each.next();
  }

  private void forgetOld() {
    while (marks.size() > 1) {
      Iterator<Mark> each = marks.iterator();
      each.next();
      if (!isOld(each.next())) {
        return;
      }
      marks.removeFirst();
    }
  }

  private boolean isOld(Mark mark) {
    return core.now.millisSince(mark.at) >= Limits.WORD_AGE_MILLIS;
  }

  /**
   * Whether who names these heads knew what this peer has known for a while. Who names what is not
   * here yet may have known, and knew something new: what is played back names what is known.
   */
  boolean isOfLate(List<FactId> heads) {
    forgetOld();
    Mark first = marks.peekFirst();
    return first == null
        || !isOld(first)
        || !core.ledger.knowsAll(heads)
        || core.ledger.cover(heads, first.heads);
  }
}
