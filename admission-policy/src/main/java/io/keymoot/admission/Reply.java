package io.keymoot.admission;

import java.util.List;

/** What the policy says to a question, at once or later. */
public sealed interface Reply {
  Ticket ticket();

  /**
   * @param because what it rests on, for the log
   */
  record Yes(Ticket ticket, String because) implements Reply {}

  /**
   * @param reason a whole sentence, or several
   * @param remedy what the one who was refused, or this device's owner, can do
   */
  record No(Ticket ticket, String reason, String remedy) implements Reply {}

  /**
   * Others must speak first; what they say comes back as a {@link Hearing}.
   *
   * @param errands only those not given out before, so a repeated question asks nobody twice
   */
  record Wait(Ticket ticket, List<Errand> errands) implements Reply {}
}
