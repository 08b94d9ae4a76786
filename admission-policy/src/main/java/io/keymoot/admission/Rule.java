package io.keymoot.admission;

import io.keymoot.admission.certificate.Pattern;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.GroupId;
import java.util.List;
import java.util.SortedSet;

/** A way to be let in (or to be believed, or to put somebody out), as the policy file has it. */
sealed interface Rule {

  record Anybody() implements Rule {}

  record Nobody() implements Rule {}

  /** Any is one of them, all is every one of them. */
  record AtLeast(int count, List<Rule> of) implements Rule {}

  /** A chain to an anchor, good today; with patterns, one of them must match. */
  record HasCertificate(List<Pattern> patterns) implements Rule {}

  record Listed(SortedSet<Fingerprint> devices) implements Rule {}

  /**
   * @param names of invites; empty for any of the file's
   */
  record Invited(List<String> names) implements Rule {}

  /**
   * @param whom somebody whom the API knows by this word
   */
  record Asked(String whom) implements Rule {}

  /**
   * @param from patterns that an approver's certificate must match one of; empty for any member
   */
  record Approved(int count, List<Pattern> from) implements Rule {}

  record CheckedRemotely(String name) implements Rule {}

  record InGroup(SortedSet<GroupId> groups) implements Rule {}
}
