package io.keymoot.flatkeying.fact;

import java.util.List;

/** Whose stays a Rekey ends, why, and by what right beyond its author's role. */
public sealed interface Target {

  /** The member asked to go. Ends all its stays but those that descend from the Rekey. */
  record Left(Leave leave) implements Target {}

  /** The device is put out: every stay of its fingerprint. By role when there are no approvals. */
  record Expelled(Fingerprint device, List<Approval> approvals) implements Target {}

  /**
   * Silent; suspended. Ends the stays of the member in the Rekey's past; it may come back by a
   * Here.
   *
   * @param second the other watcher's word
   */
  record Absent(MemberId member, StayId stay, Approval second) implements Target {}

  /** The member provably lied. */
  record Faulty(MemberId member, FaultProof proof) implements Target {}
}
