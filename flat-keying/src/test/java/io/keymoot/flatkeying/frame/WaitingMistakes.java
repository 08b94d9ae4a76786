package io.keymoot.flatkeying.frame;

import net.bytebuddy.asm.Advice;

/** Mistakes with frames that wait for their key, for planted bugs. */
public final class WaitingMistakes {
  private WaitingMistakes() {}

  /** They wait for a minute. */
  public static final class ForAMinute {
    private ForAMinute() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(value = 0, readOnly = false) WaitingRoom.Waiter waiter) {
      waiter =
          new WaitingRoom.Waiter(
              waiter.frame(),
              waiter.metadata(),
              waiter.source(),
              waiter.deadline().plusMillis(60_000),
              waiter.version(),
              waiter.news());
    }
  }
}
