package io.keymoot.flatkeying.fact;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;

/**
 * One member's word for an act of another (Approve, section 4).
 *
 * @param header of type APPROVE; its author approves, its heads say what it knew
 * @param subject the member to admit or suspend, or the device to expel or pardon
 * @param stay the stay meant, for a suspension; otherwise all zero
 */
public record Approval(Header header, Action action, Hash32 subject, Hash32 stay, Bytes signature) {

  /** What is approved. */
  public enum Action {
    ADMIT(1),
    EXPEL(2),
    PARDON(3),
    SUSPEND(4);

    private final int code;

    Action(int code) {
      this.code = code;
    }

    public int code() {
      return code;
    }
  }
}
