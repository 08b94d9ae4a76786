package io.keymoot.admission;

import io.keymoot.admission.certificate.Dates;
import io.keymoot.admission.certificate.Pattern;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;

/** What a policy file says; made by {@link PolicyFile#parse} and never changed. */
public final class PolicyRules {
  private final List<Bytes> anchors;
  private final Dates.Revocation revocation;
  private final long toleranceSeconds;
  private final SortedSet<Fingerprint> deniedDevices;
  private final List<Pattern> deniedCertificates;
  private final List<Invite> invites;
  private final SortedMap<Question.Purpose, Rule> ways;

  PolicyRules(
      List<Bytes> anchors,
      Dates.Revocation revocation,
      long toleranceSeconds,
      SortedSet<Fingerprint> deniedDevices,
      List<Pattern> deniedCertificates,
      List<Invite> invites,
      SortedMap<Question.Purpose, Rule> ways) {
    this.anchors = List.copyOf(anchors);
    this.revocation = revocation;
    this.toleranceSeconds = toleranceSeconds;
    this.deniedDevices = deniedDevices;
    this.deniedCertificates = List.copyOf(deniedCertificates);
    this.invites = List.copyOf(invites);
    this.ways = ways;
  }

  /** This device's own anchors; none means that the group's are taken. */
  public List<Bytes> anchors() {
    return anchors;
  }

  public List<Invite> invites() {
    return invites;
  }

  public Dates.Revocation revocation() {
    return revocation;
  }

  long toleranceSeconds() {
    return toleranceSeconds;
  }

  SortedSet<Fingerprint> deniedDevices() {
    return deniedDevices;
  }

  List<Pattern> deniedCertificates() {
    return deniedCertificates;
  }

  Rule way(Question.Purpose purpose) {
    Rule way = ways.get(purpose);
    return way == null ? new Rule.Nobody() : way;
  }
}
