package io.keymoot.admission;

import io.keymoot.flatkeying.fact.Fingerprint;

/** What must be found out outside the core before a question can be answered. */
public sealed interface Errand {

  /**
   * Put the question to somebody through the API.
   *
   * @param whom as the policy file calls them
   * @param about what to show them
   */
  record AskPerson(String whom, Portrait about) implements Errand {}

  /** Collect approvals of this many other members. */
  record CollectApprovals(int count, Portrait about) implements Errand {}

  /** Have a check made elsewhere: a directory, a badge system, a status responder. */
  record CheckRemotely(String name, Portrait about) implements Errand {}

  /**
   * Whom it is about, in words safe to show.
   *
   * @param purpose of the question
   * @param device full fingerprint
   * @param shown name, and who certified it
   * @param target the device to put out, for that purpose; otherwise the same as {@code device}
   */
  record Portrait(Question.Purpose purpose, Fingerprint device, String shown, Fingerprint target) {}
}
