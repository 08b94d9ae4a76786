package io.keymoot.heartbeat;

import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Slot;

/**
 * What the group owes itself, and any one of several members may do. All are harmless when done
 * twice, for facts merge by union.
 */
public sealed interface Duty {
  /** A new epoch. All members are in line, always in the same order, so few pairs get to talk. */
  record Rekey() implements Duty {
    @Override
    public String toString() {
      return "REKEY";
    }
  }

  /** A fresh KEK for a slot. Those whose address is in it are in line; the first is key holder. */
  record Reseal(Slot slot) implements Duty {
    @Override
    public String toString() {
      return "RESEAL " + slot;
    }
  }

  /** The suspension of a silent member. Its eight watchers are in line. */
  record Absent(MemberId member) implements Duty {
    @Override
    public String toString() {
      return "ABSENT " + member;
    }
  }
}
