package io.keymoot.runtime;

import io.keymoot.flatkeying.fact.MemberId;

/** Whose word a message is. */
public sealed interface From {

  /** Who it says it is; whether that is proved, the type says. */
  MemberId sender();

  /**
   * Somebody who holds the group's key. Any member could have written the name on it.
   *
   * @param sender whose frame it claims to be
   */
  record TheGroup(MemberId sender) implements From {
    @Override
    public String toString() {
      return "from the group";
    }
  }

  /**
   * This very member: its signature says so.
   *
   * @param name as {@link Member#name}
   */
  record AMember(MemberId sender, String name) implements From {
    @Override
    public String toString() {
      return "from " + name;
    }
  }
}
