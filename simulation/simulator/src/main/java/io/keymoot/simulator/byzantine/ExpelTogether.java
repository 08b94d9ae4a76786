package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.fact.Approval;
import io.keymoot.flatkeying.fact.Target;
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
  public void act(Liar liar) {
    if (liar.friends().isEmpty() || !liar.oneIn(4)) {
      return;
    }
    Liar friend = liar.oneOf(liar.friends());
    liar.somebody()
        .filter(victim -> !victim.id().equals(friend.id()))
        .filter(victim -> liar.state().isMember(friend.id()))
        .ifPresent(
            victim -> {
              Approval word =
                  friend
                      .writer()
                      .approve(
                          liar.state().heads().subList(0, 1),
                          Approval.Action.EXPEL,
                          victim.device().hash(),
                          Hash32.ZERO);
              liar.say(
                  liar.rekey(
                      liar.state(),
                      List.of(new Target.Expelled(victim.device(), List.of(word))),
                      Bytes.EMPTY));
            });
  }
}
