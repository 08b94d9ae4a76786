package io.keymoot.admission.certificate;

import io.keymoot.flatkeying.group.CredentialVerdict;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;

/** What the fixed check found. */
public sealed interface Examined {

  /** What the group makes of it: only a chain gives roles. */
  default CredentialVerdict verdict() {
    return switch (this) {
      case Refused refused -> new CredentialVerdict.Refused(refused.reason());
      case ByChain chain -> new CredentialVerdict.Accepted(chain.roles());
      case ByInvite invite -> new CredentialVerdict.Accepted(Collections.emptySortedSet());
      case Open open -> new CredentialVerdict.Accepted(Collections.emptySortedSet());
    };
  }

  /**
   * @param reason a whole sentence for a person
   */
  record Refused(String reason) implements Examined {}

  /**
   * @param chain the device's certificate first, without the anchor
   * @param roles handed down, or given by the group's patterns
   */
  record ByChain(List<Certificate> chain, Certificate anchor, SortedSet<String> roles)
      implements Examined {
    public Certificate device() {
      return chain.get(0);
    }

    /** Who signed certificate {@code index} of the chain. */
    public Certificate issuerOf(int index) {
      return index + 1 < chain.size() ? chain.get(index + 1) : anchor;
    }
  }

  /** The group's own invite vouches for the device. */
  record ByInvite() implements Examined {}

  /** The group is open. */
  record Open() implements Examined {}
}
