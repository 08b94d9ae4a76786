package io.keymoot.flatkeying.group;

import java.util.SortedSet;

/** What is known of a credential. */
public sealed interface CredentialVerdict {

  /** Its bytes have not been fetched yet: what hangs on it waits. */
  record Unknown() implements CredentialVerdict {}

  /**
   * @param reason for a person
   */
  record Refused(String reason) implements CredentialVerdict {}

  record Accepted(SortedSet<String> roles) implements CredentialVerdict {}
}
