package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.fact.Approval;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Rights;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * What the author of a fact may do by the group's rights: by the role in its credential, or with
 * the approvals it brings. A signature that gives a right counts only if its credential checks
 * against the Found; while such a credential is unknown, and it matters, the fact waits.
 */
final class RightsOf {
  private final Grounds grounds;
  private final GroupState past;
  private final Person author;

  RightsOf(Grounds grounds) {
    this.grounds = grounds;
    this.past = grounds.past();
    this.author = grounds.author();
  }

  /** To begin stays for these members. */
  Verdict toAdmit(List<MemberId> rows, List<Approval> approvals) {
    return switch (past.found().rights().admit()) {
      case Rights.AnyMember any -> Verdict.HOLDS;
      case Rights.WithRole with -> role(with.role(), Refusal.NO_RIGHT_TO_ADMIT);
      case Rights.WithApprovals with -> {
        // A group smaller than k could never grow: then all its devices together may.
        int needed = past.devicesUpTo(with.count());
        for (MemberId row : rows) {
          Verdict enough =
              approved(
                  needed,
                  approvals,
                  Approval.Action.ADMIT,
                  row.hash(),
                  approval -> true,
                  anybody -> true,
                  Refusal.NO_RIGHT_TO_ADMIT);
          if (!enough.holds()) {
            yield enough;
          }
        }
        yield Verdict.HOLDS;
      }
    };
  }

  /** To put a device out, or to let it in again (a pardon). */
  Verdict toExpelOrPardon(
      Approval.Action action,
      Fingerprint device,
      List<Approval> approvals,
      Predicate<Person> mayApprove) {
    Rights rights = past.found().rights();
    Optional<String> role = rights.expelRole();
    Verdict byRole =
        role.isPresent()
            ? role(role.get(), Refusal.NO_RIGHT_TO_EXPEL)
            : new Verdict.Refused(Refusal.NO_RIGHT_TO_EXPEL);
    if (byRole.holds()) {
      return byRole;
    }
    Verdict byApproval =
        approved(
            Math.max(Rights.DEFAULT_EXPEL_APPROVALS, rights.expelApprovals()),
            approvals,
            action,
            device.hash(),
            approval -> knewEveryExpulsionOf(device, approval),
            mayApprove,
            Refusal.NO_RIGHT_TO_EXPEL);
    // Refused for good only when neither way can still open.
    return byApproval instanceof Verdict.Refused && byRole instanceof Verdict.Waits
        ? byRole
        : byApproval;
  }

  private Verdict role(String role, Refusal otherwise) {
    Verdict verdict = new Verdict.Refused(otherwise);
    for (Stay stay : past.liveStays(author.id())) {
      Hash32 credential = stay.credential();
      switch (grounds.credentials().verdict(credential, author.key())) {
        case CredentialVerdict.Accepted accepted -> {
          if (accepted.roles().contains(role)) {
            return Verdict.HOLDS;
          }
        }
        case CredentialVerdict.Refused refused -> {}
        case CredentialVerdict.Unknown unknown ->
            verdict = new Verdict.Waits(credential, author.id());
      }
    }
    return verdict;
  }

  /** The author and distinct approvers, {@code needed} devices in all. */
  private Verdict approved(
      int needed,
      List<Approval> approvals,
      Approval.Action action,
      Hash32 subject,
      Predicate<Approval> counts,
      Predicate<Person> mayApprove,
      Refusal otherwise) {
    TreeSet<Fingerprint> counted = new TreeSet<>();
    TreeSet<Fingerprint> mayYetCount = new TreeSet<>();
    Verdict waits = new Verdict.Refused(otherwise);
    List<Person> voices = new ArrayList<>(List.of(author));
    for (Approval approval : approvals) {
      if (approval.action() == action && approval.subject().equals(subject)) {
        speaker(approval)
            .filter(mayApprove)
            .filter(person -> counts.test(approval))
            .ifPresent(voices::add);
      }
    }
    for (Person voice : voices) {
      Verdict certified = certified(voice);
      if (certified.holds()) {
        counted.add(voice.device());
      } else if (certified instanceof Verdict.Waits) {
        mayYetCount.add(voice.device());
        waits = certified;
      }
    }
    if (counted.size() >= needed) {
      return Verdict.HOLDS;
    }
    mayYetCount.addAll(counted);
    return mayYetCount.size() >= needed ? waits : new Verdict.Refused(otherwise);
  }

  /**
   * Approvals about a device name nothing but the device: one given before an expulsion must not
   * serve again after it, for the next expulsion or against the next pardon.
   */
  private boolean knewEveryExpulsionOf(Fingerprint device, Approval approval) {
    GroupState reached = grounds.closure(approval.header().heads());
    return Ends.expulsionsOf(past, device).stream().allMatch(reached::contains);
  }

  /** Who gave the approval, if it was a member that signed it, knowing nothing the past lacks. */
  Optional<Person> speaker(Approval approval) {
    MemberId id = approval.header().author();
    Optional<Person> person = past.isMember(id) ? past.person(id) : Optional.empty();
    return person.filter(
        member ->
            approval.header().group().equals(past.group())
                && grounds.isInPast(approval.header().heads())
                && grounds.signatures().holds(approval, member.key()));
  }

  /** Whether a credential of one of the member's live stays is accepted. */
  Verdict certified(Person member) {
    Verdict verdict = new Verdict.Refused(Refusal.CREDENTIAL_REFUSED);
    for (Stay stay : past.liveStays(member.id())) {
      Hash32 credential = stay.credential();
      switch (grounds.credentials().verdict(credential, member.key())) {
        case CredentialVerdict.Accepted accepted -> {
          return Verdict.HOLDS;
        }
        case CredentialVerdict.Refused refused -> {}
        case CredentialVerdict.Unknown unknown ->
            verdict = new Verdict.Waits(credential, member.id());
      }
    }
    return verdict;
  }
}
