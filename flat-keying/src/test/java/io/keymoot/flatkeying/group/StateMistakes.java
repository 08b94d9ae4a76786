package io.keymoot.flatkeying.group;

import net.bytebuddy.asm.Advice;

/** Mistakes in what facts come to, for planted bugs. */
public final class StateMistakes {
  private StateMistakes() {}

  /**
   * Of two admissions beside each other, one steps the key only if it was learnt first: the same
   * facts come to something else in another order.
   */
  public static final class ByOrder {
    private ByOrder() {}

    @Advice.OnMethodExit
    static void exit(
        @Advice.FieldValue("before") GroupState before,
        @Advice.FieldValue("past") GroupState past,
        @Advice.FieldValue("m") Known m,
        @Advice.Return(readOnly = false) IdMap<GroupState.Steps> revisions) {
      boolean isBeside = before.count != past.count;
      if (isBeside && before.heads.get(before.heads.size() - 1).id().compareTo(m.id()) < 0) {
        revisions = before.revisions;
      }
    }
  }

  /** A fact takes the place of those that its author did not know. */
  public static final class Replaces {
    private Replaces() {}

    @Advice.OnMethodExit
    static void exit(
        @Advice.This Lore lore,
        @Advice.Argument(1) Known fact,
        @Advice.Return(readOnly = false) GroupState all) {
      if (all.heads.size() > 1) {
        all = lore.after(fact);
      }
    }
  }
}
