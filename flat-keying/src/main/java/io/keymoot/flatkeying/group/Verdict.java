package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.wire.Hash32;

/** What a rule says of a fact. */
sealed interface Verdict {
  record Holds() implements Verdict {}

  record Refused(Refusal why) implements Verdict {}

  /** It cannot be said before this credential's bytes are at hand. */
  record Waits(Hash32 credential, MemberId holder) implements Verdict {}

  Verdict HOLDS = new Holds();

  static Verdict unless(boolean broken, Refusal why) {
    return broken ? new Refused(why) : HOLDS;
  }

  default boolean holds() {
    return this instanceof Holds;
  }
}
