package io.keymoot.peer;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.group.Ledger;
import io.keymoot.flatkeying.group.Person;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.keying.FlatKeying;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A peer is out, and nobody meant it: whoever let it in was out, so that its Admit is void. Its
 * device may ask again, as a new member.
 *
 * <p>The facts alone tell this from an end of its own: that is an expulsion of its device, a proof
 * against it, or a Leave that it signed, be it by a later start of the device.
 *
 * @param with the members that were put out: to ask them again would come to the same
 */
public record Fall(SortedSet<MemberId> with) {

  static Optional<Fall> of(FlatKeying keying) {
    GroupState state = keying.state();
    Person self = state.count() == 0 ? null : state.person(keying.self()).orElse(null);
    if (self == null
        || state.isMember(self.id())
        || state.isFaulty(self.id())
        || keying.ledger().isBarred(state, self.device())
        || hasLeft(keying.ledger(), state, self.id())) {
      return Optional.empty();
    }
    SortedSet<MemberId> with = new TreeSet<>();
    for (Stay over : state.over()) {
      if (state.isPutOut(over) && !state.isMember(over.person().id())) {
        with.add(over.person().id());
      }
    }
    return Optional.of(new Fall(with));
  }

  private static boolean hasLeft(Ledger ledger, GroupState state, MemberId member) {
    Deque<Known> todo = new ArrayDeque<>(ledger.known(state.heads()));
    Set<FactId> seen = new TreeSet<>(state.heads());
    while (!todo.isEmpty()) {
      Known fact = todo.pop();
      if (fact.fact() instanceof Rekey rekey
          && rekey.targets().stream().anyMatch(target -> isLeaveOf(target, member))) {
        return true;
      }
      fact.parents().stream().filter(parent -> seen.add(parent.id())).forEach(todo::push);
    }
    return false;
  }

  private static boolean isLeaveOf(Target target, MemberId member) {
    return target instanceof Target.Left left && left.leave().header().author().equals(member);
  }
}
