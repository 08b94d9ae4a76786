package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.fact.Approval;
import io.keymoot.flatkeying.fact.Target;
import io.keymoot.flatkeying.group.Person;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.List;

/** Two liars have the right to put anybody out, and use it. */
final class ExpelTogether implements Trick {
  @Override
  public String name() {
    return "expel-together";
  }

  @Override
  public boolean act(Liar liar) {
    List<Liar> friends =
        liar.friends().stream().filter(each -> liar.state().isMember(each.id())).toList();
    if (friends.isEmpty() || !liar.oneIn(4)) {
      return false;
    }
    Liar friend = liar.oneOf(friends);
    Person victim = liar.somebody().filter(person -> !person.id().equals(friend.id())).orElse(null);
    if (victim == null) {
      return false;
    }
    Approval word =
        friend
            .writer()
            .approve(
                liar.state().heads().subList(0, 1),
                Approval.Action.EXPEL,
                victim.device().hash(),
                Hash32.ZERO);
    Target target = new Target.Expelled(victim.device(), List.of(word));
    liar.say(liar.rekey(liar.state(), List.of(target), Bytes.EMPTY));
    return true;
  }
}
