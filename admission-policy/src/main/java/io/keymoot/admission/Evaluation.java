package io.keymoot.admission;

import io.keymoot.admission.certificate.Certificate;
import io.keymoot.admission.certificate.CheckedText;
import io.keymoot.admission.certificate.Credential;
import io.keymoot.admission.certificate.CredentialChecker;
import io.keymoot.admission.certificate.Dates;
import io.keymoot.admission.certificate.Examined;
import io.keymoot.admission.certificate.Pattern;
import io.keymoot.admission.certificate.RevocationList;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.SortedMap;
import java.util.SortedSet;

/**
 * Judges one question by the rules and by what was heard so far. Three answers: yes, no, and not
 * yet with what is lacking. It changes nothing; {@link AdmissionPolicy} draws the consequences.
 */
final class Evaluation {

  sealed interface Outcome {
    /**
     * @param invites used up by this yes
     */
    record Yes(String because, List<Invite> invites) implements Outcome {}

    record No(String reason, String remedy) implements Outcome {}

    record NotYet(SequencedSet<Errand> errands) implements Outcome {}
  }

  /** What others said to one question. */
  interface Heard {
    Heard NOTHING =
        new Heard() {
          @Override
          public SortedMap<String, Hearing.PersonSaid> people() {
            return Collections.emptySortedMap();
          }

          @Override
          public SortedMap<Fingerprint, Hearing.Voice> approvals() {
            return Collections.emptySortedMap();
          }

          @Override
          public SortedMap<String, Hearing.RemoteSaid> remotes() {
            return Collections.emptySortedMap();
          }
        };

    SortedMap<String, Hearing.PersonSaid> people();

    SortedMap<Fingerprint, Hearing.Voice> approvals();

    SortedMap<String, Hearing.RemoteSaid> remotes();
  }

  private final PolicyRules rules;
  private final List<RevocationList> lists;
  private final InviteBook invites;
  private final SerialBook serials;
  private final Question question;
  private final Heard heard;
  private final WallTime now;

  /**
   * What a device shows.
   *
   * @param byGroup by the group's fixed check
   * @param byPolicy by the anchors that count for this policy: its own where it has some
   */
  private record Standing(Fingerprint device, Examined byGroup, Examined byPolicy) {
    /** The chain that counts, if there is one. */
    Examined best() {
      return byPolicy instanceof Examined.ByChain ? byPolicy : byGroup;
    }
  }

  private final Standing asker;
  private final Examined byGroup;
  private final Examined byPolicy;

  private final Fingerprint device;

  Evaluation(
      PolicyRules rules,
      List<RevocationList> lists,
      InviteBook invites,
      SerialBook serials,
      Question question,
      Heard heard,
      WallTime now) {
    this.rules = rules;
    this.lists = lists;
    this.invites = invites;
    this.serials = serials;
    this.question = question;
    this.heard = heard;
    this.now = now;
    this.asker = standing(question.key(), question.credential());
    this.device = asker.device;
    this.byGroup = asker.byGroup;
    this.byPolicy = asker.byPolicy;
  }

  private Standing standing(Bytes key, Bytes credential) {
    Examined inGroup = CredentialChecker.examine(question.trust(), key, credential);
    Examined here =
        rules.anchors().isEmpty()
            ? inGroup
            : CredentialChecker.byChain(
                rules.anchors(), List.of(), key, shown(credential).certificates());
    return new Standing(new Fingerprint(Hash32.sha256(key.toArray())), inGroup, here);
  }

  Outcome outcome() {
    if (byGroup instanceof Examined.Refused refused) {
      return new Outcome.No(
          refused.reason(), "Show a credential that the group's own rules accept.");
    }
    return denied(asker).orElseGet(() -> judge(rules.way(question.purpose())));
  }

  /** The chain that vouches for the device, when one does. */
  Optional<Examined.ByChain> path() {
    return byPolicy instanceof Examined.ByChain path ? Optional.of(path) : Optional.empty();
  }

  /** Who it is, as people are told. */
  String portrayed() {
    return portrait().shown();
  }

  private static Credential shown(Bytes credential) {
    return Credential.decode(credential) instanceof Decoded.Ok<Credential> ok
        ? ok.value()
        : Credential.SELF_MADE;
  }

  private Optional<Outcome> denied(Standing who) {
    if (rules.deniedDevices().contains(who.device)) {
      return Optional.of(
          new Outcome.No(
              "The device " + CheckedText.brief(who.device) + "… is on the deny list.",
              "Take it off deny.devices in the policy if it may come again."));
    }
    if (who.best() instanceof Examined.ByChain path) {
      for (Pattern pattern : rules.deniedCertificates()) {
        if (matches(pattern, path, who)) {
          return Optional.of(
              new Outcome.No(
                  "The certificate of "
                      + path.device().shown()
                      + " matches the deny list: "
                      + pattern.text()
                      + '.',
                  "Take that pattern off deny.certificates in the policy if such devices may"
                      + " come."));
        }
      }
    }
    return Optional.empty();
  }

  /**
   * Roles are the group's to give, by whatever anchors the certificate itself is judged here. But
   * who is judged as a founder wrote the group's rules itself.
   */
  private boolean matches(Pattern pattern, Examined.ByChain path, Standing who) {
    boolean groups = question.purpose() != Question.Purpose.FOUNDER;
    SortedSet<String> roles =
        groups && who.byGroup instanceof Examined.ByChain inGroup ? inGroup.roles() : path.roles();
    return pattern.matches(path.device(), path.issuerOf(0), path.anchor(), roles);
  }

  private static boolean matchesMember(Pattern pattern, Examined.ByChain path) {
    return pattern.matches(path.device(), path.issuerOf(0), path.anchor(), path.roles());
  }

  private Outcome judge(Rule rule) {
    return switch (rule) {
      case Rule.Anybody all -> yes("everybody may");
      case Rule.Nobody none ->
          new Outcome.No(
              "The policy lets nobody in here (" + question.purpose().word() + ": nobody).",
              "Name a way under \"" + question.purpose().word() + "\" in the policy.");
      case Rule.AtLeast atLeast -> atLeast(atLeast);
      case Rule.HasCertificate certificate -> certificate(certificate);
      case Rule.Listed listed -> listed(listed);
      case Rule.Invited invited -> invited(invited);
      case Rule.Asked asked -> asked(asked);
      case Rule.Approved approved -> approved(approved);
      case Rule.CheckedRemotely remote -> remote(remote);
      case Rule.InGroup group -> group(group);
    };
  }

  private static Outcome yes(String because) {
    return new Outcome.Yes(because, List.of());
  }

  /** People are asked only where their word can still change the outcome. */
  private Outcome atLeast(Rule.AtLeast rule) {
    List<Outcome.Yes> good = new ArrayList<>();
    List<Outcome.No> bad = new ArrayList<>();
    SequencedSet<Errand> errands = new LinkedHashSet<>();
    int open = 0;
    for (Rule part : rule.of()) {
      if (good.size() == rule.count()) {
        break;
      }
      switch (judge(part)) {
        case Outcome.Yes yes -> good.add(yes);
        case Outcome.No no -> bad.add(no);
        case Outcome.NotYet notYet -> {
          open++;
          errands.addAll(notYet.errands());
        }
      }
    }
    if (good.size() == rule.count()) {
      return new Outcome.Yes(
          String.join("; ", good.stream().map(Outcome.Yes::because).toList()),
          good.stream().flatMap(yes -> yes.invites().stream()).toList());
    }
    if (good.size() + open >= rule.count()) {
      return new Outcome.NotYet(errands);
    }
    return new Outcome.No(
        String.join(" ", bad.stream().map(Outcome.No::reason).distinct().toList()),
        String.join(" Or: ", bad.stream().map(Outcome.No::remedy).distinct().toList()));
  }

  private Outcome certificate(Rule.HasCertificate rule) {
    if (!(byPolicy instanceof Examined.ByChain path)) {
      String reason =
          byPolicy instanceof Examined.Refused refused
              ? refused.reason()
              : "No certificate that chains to an anchor is shown.";
      return new Outcome.No(
          reason, "Have the device's key certified by an authority that is trusted here.");
    }
    Certificate certificate = path.device();
    if (!rule.patterns().isEmpty()
        && rule.patterns().stream().noneMatch(pattern -> matches(pattern, path, asker))) {
      return new Outcome.No(
          "The certificate of "
              + certificate.shown()
              + " matches none of the patterns under \""
              + question.purpose().word()
              + "\".",
          "Add a pattern for it to the policy, or have a certificate made that matches.");
    }
    Optional<String> fault =
        question.purpose() == Question.Purpose.FOUNDER
            // The founding is past: a group outlives its founder's certificate.
            ? Dates.revoked(path, lists, rules.revocation(), rules.toleranceSeconds(), now)
            : Dates.fault(path, lists, rules.revocation(), rules.toleranceSeconds(), now);
    if (fault.isPresent()) {
      return new Outcome.No(
          fault.get(), "Check the date of both devices; then renew the certificate or the list.");
    }
    if (serials.contradicts(path)) {
      return new Outcome.No(
          "The certificate of "
              + certificate.shown()
              + " has serial number "
              + certificate.serial().toString(16)
              + ", under which "
              + path.issuerOf(0).shown()
              + " already certified another.",
          "Ask that authority which one is genuine, and revoke the other.");
    }
    return yes("certificate of " + certificate.shown() + " by " + path.issuerOf(0).shown());
  }

  private Outcome listed(Rule.Listed rule) {
    return rule.devices().contains(device)
        ? yes("on the allow list")
        : new Outcome.No(
            "The device " + CheckedText.brief(device) + "… is not on the allow list.",
            "Add its full fingerprint to the list: " + CheckedText.of(device));
  }

  private Outcome invited(Rule.Invited rule) {
    return switch (invites.standing(
        rules.invites(),
        rule.names(),
        question.key(),
        shown(question.credential()).invites(),
        now)) {
      case InviteBook.Standing.Good good ->
          new Outcome.Yes("invite \"" + good.invite().name() + '"', List.of(good.invite()));
      case InviteBook.Standing.Bad bad -> new Outcome.No(bad.reason(), "Ask for a new invite.");
    };
  }

  private Outcome asked(Rule.Asked rule) {
    Hearing.PersonSaid said = heard.people().get(rule.whom());
    if (said == null) {
      return lacking(new Errand.AskPerson(rule.whom(), portrait()));
    }
    return said.yes()
        ? yes(rule.whom() + " (" + said.by() + ") said yes")
        : new Outcome.No(
            rule.whom() + " (" + said.by() + ") said no.", "Speak with " + rule.whom() + '.');
  }

  private Outcome approved(Rule.Approved rule) {
    int count = 0;
    for (Hearing.Voice voice : heard.approvals().values()) {
      if (counts(voice, rule)) {
        count++;
      }
    }
    return count >= rule.count()
        ? yes(count + (count == 1 ? " member approves" : " members approve"))
        : lacking(new Errand.CollectApprovals(rule.count(), portrait()));
  }

  /**
   * No date is asked of an approver: it is a member already. Nobody approves its own cause, and
   * whom this device would not let in speaks for nobody here.
   */
  private boolean counts(Hearing.Voice voice, Rule.Approved rule) {
    Standing approver = standing(voice.key(), voice.credential());
    if (approver.device.equals(device)
        || question.target().equals(Optional.of(approver.device))
        || denied(approver).isPresent()) {
      return false;
    }
    return switch (approver.byGroup) {
      case Examined.Refused refused -> false;
      case Examined.ByChain path ->
          rule.from().isEmpty()
              || rule.from().stream().anyMatch(pattern -> matchesMember(pattern, path));
      case Examined.ByInvite invite -> rule.from().isEmpty();
      case Examined.Open open -> rule.from().isEmpty();
    };
  }

  private Outcome remote(Rule.CheckedRemotely rule) {
    Hearing.RemoteSaid said = heard.remotes().get(rule.name());
    if (said == null) {
      return lacking(new Errand.CheckRemotely(rule.name(), portrait()));
    }
    return said.yes()
        ? yes("\"" + rule.name() + "\" said yes")
        : new Outcome.No(
            "The check \"" + rule.name() + "\" said no: " + said.reason(),
            "Settle it with whoever runs \"" + rule.name() + "\".");
  }

  private Outcome group(Rule.InGroup rule) {
    return rule.groups().contains(question.group())
        ? yes("the group is the one named")
        : new Outcome.No(
            "The group " + question.group().hash().toHex() + " is not one named in the policy.",
            "Add its id under \"group\" if it is the one meant.");
  }

  private static Outcome lacking(Errand errand) {
    SequencedSet<Errand> errands = new LinkedHashSet<>();
    errands.add(errand);
    return new Outcome.NotYet(errands);
  }

  private Errand.Portrait portrait() {
    String shown =
        switch (asker.best()) {
          case Examined.ByChain path ->
              path.device().shown()
                  + ", certified by "
                  + path.issuerOf(0).shown()
                  + " under "
                  + path.anchor().shown();
          case Examined.ByInvite invite -> "a device with the group's invite";
          case Examined.Open open -> "a device that nobody vouches for";
          case Examined.Refused refused -> "a device whose credential is refused";
        };
    return new Errand.Portrait(question.purpose(), device, shown, question.target().orElse(device));
  }
}
