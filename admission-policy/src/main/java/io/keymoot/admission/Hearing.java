package io.keymoot.admission;

import io.keymoot.flatkeying.wire.Bytes;
import java.util.List;

/** What somebody outside said to an errand. */
public sealed interface Hearing {
  Ticket ticket();

  /**
   * @param whom as in the errand
   * @param by who it was, for the log
   */
  record PersonSaid(Ticket ticket, String whom, boolean yes, String by) implements Hearing {}

  /**
   * Whoever owns this device answered for all persons that the policy asks. A no ends the question,
   * whatever others say; a yes does not speak for members or remote checks.
   */
  record OwnerSaid(Ticket ticket, boolean yes, String by) implements Hearing {}

  /**
   * The members who approve, as of now: all whose word counts, in place of those heard before. That
   * they are members, and signed it, was checked by who says so.
   */
  record MembersApprove(Ticket ticket, List<Voice> members) implements Hearing {
    public MembersApprove {
      members = List.copyOf(members);
    }
  }

  /**
   * @param key of the approving device
   * @param credential of the approving member
   */
  record Voice(Bytes key, Bytes credential) {}

  /**
   * @param reason what the other system said, when it said no or nothing
   */
  record RemoteSaid(Ticket ticket, String name, boolean yes, String reason) implements Hearing {}
}
