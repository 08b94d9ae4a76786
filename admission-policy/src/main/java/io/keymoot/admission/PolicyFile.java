package io.keymoot.admission;

import io.keymoot.admission.certificate.Certificate;
import io.keymoot.admission.certificate.CheckedText;
import io.keymoot.admission.certificate.Dates;
import io.keymoot.admission.certificate.Pattern;
import io.keymoot.admission.certificate.Pem;
import io.keymoot.admission.certificate.PublicKeys;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Reads a policy file: YAML in, rules or errors out. All errors are found in one reading, each with
 * its line, its place and what to do. The README of this module shows a whole file.
 *
 * <p>It is read from top to bottom here as it is there: trust, certificates, deny, invites, and
 * then one way for each purpose, which {@link RuleReader} reads.
 */
public final class PolicyFile {

  /** Reading it either gives rules, all of them, or none. */
  public sealed interface Parsed {
    record Good(PolicyRules rules) implements Parsed {}

    record Faulty(List<PolicyError> errors) implements Parsed {}
  }

  private static final int VERSION = 1;
  private static final long DEFAULT_TOLERANCE = 300;
  private static final long MOST_TOLERANCE = 86_400;

  private final PolicyErrors errors = new PolicyErrors();

  private List<Bytes> anchors = List.of();
  private Dates.Revocation revocation = Dates.Revocation.IF_KNOWN;
  private long toleranceSeconds = DEFAULT_TOLERANCE;
  private final SortedSet<Fingerprint> deniedDevices = new TreeSet<>();
  private List<Pattern> deniedCertificates = List.of();
  private final List<Invite> invites = new ArrayList<>();

  /** Of those with mistakes too, so that whoever names one is not told that there is none. */
  private final List<String> inviteNames = new ArrayList<>();

  private final SortedMap<Question.Purpose, Rule> ways = new TreeMap<>();

  private PolicyFile() {}

  public static Parsed parse(String text) {
    return parse(text, List.of());
  }

  /**
   * @param ownAnchors roots (DER) that this device trusts where the file names none
   */
  public static Parsed parse(String text, List<Bytes> ownAnchors) {
    PolicyFile file = new PolicyFile();
    file.anchors = List.copyOf(ownAnchors);
    try {
      file.read(Yaml.parse(text));
    } catch (Yaml.Unreadable e) {
      return new Parsed.Faulty(List.of(e.error()));
    }
    if (!file.errors.isEmpty()) {
      return new Parsed.Faulty(file.errors.all());
    }
    return new Parsed.Good(
        new PolicyRules(
            file.anchors,
            file.revocation,
            file.toleranceSeconds,
            Collections.unmodifiableSortedSet(file.deniedDevices),
            file.deniedCertificates,
            file.invites,
            Collections.unmodifiableSortedMap(file.ways)));
  }

  private void read(Yaml document) {
    if (!(document instanceof Yaml.Entries top)) {
      errors.add(
          document.line(),
          "",
          "The file is not a list of keys and values.",
          "Begin with: version: 1");
      return;
    }
    requireVersion(top);
    // Rules refer to anchors and invites, which may stand below them: so these are read first.
    for (Yaml.Entry entry : top.entries()) {
      switch (entry.key()) {
        case "version", "admit", "expel", "founder", "introducer" -> {}
        case "trust" -> trust(entry);
        case "certificates" -> certificates(entry);
        case "deny" -> deny(entry);
        case "invites" -> invites(entry);
        default ->
            errors.unknownKey(
                entry,
                "",
                "version, trust, certificates, deny, invites, admit, expel, founder, introducer");
      }
    }
    for (Question.Purpose purpose : Question.Purpose.values()) {
      Optional<Yaml.Entry> way =
          top.entries().stream().filter(each -> each.key().equals(purpose.word())).findFirst();
      if (way.isEmpty()) {
        errors.add(
            top.line(),
            purpose.word(),
            "\"" + purpose.word() + "\" is missing.",
            "Say who " + meaning(purpose) + ", or write: " + purpose.word() + ": nobody");
        continue;
      }
      RuleReader reader = new RuleReader(errors, purpose, !anchors.isEmpty(), inviteNames);
      reader.rule(way.get().value(), purpose.word()).ifPresent(rule -> ways.put(purpose, rule));
    }
  }

  private static String meaning(Question.Purpose purpose) {
    return switch (purpose) {
      case ADMIT -> "may be let in by this device";
      case EXPEL -> "may have this device help to put somebody out";
      case FOUNDER -> "may have founded a group that this device joins";
      case INTRODUCER -> "may let this device in";
    };
  }

  private void requireVersion(Yaml.Entries top) {
    Optional<Yaml.Entry> version =
        top.entries().stream().filter(each -> each.key().equals("version")).findFirst();
    boolean known =
        version.isPresent()
            && version.get().value() instanceof Yaml.Text text
            && text.value().equals(Integer.toString(VERSION));
    if (!known) {
      errors.add(
          version.map(Yaml.Entry::line).orElse(1),
          "version",
          version.isEmpty() ? "The version is missing." : "This version is not known here.",
          "Write: version: " + VERSION);
    }
  }

  private void trust(Yaml.Entry trust) {
    for (Yaml.Entry entry : errors.entries(trust.value(), "trust")) {
      if (!entry.key().equals("anchors")) {
        errors.unknownKey(entry, "trust", "anchors");
        continue;
      }
      List<Bytes> found = new ArrayList<>();
      List<Yaml> items = errors.items(entry.value(), "trust.anchors");
      for (int i = 0; i < items.size(); i++) {
        String place = "trust.anchors[" + (i + 1) + ']';
        errors.text(items.get(i), place).ifPresent(text -> anchor(text, place, found));
      }
      anchors = List.copyOf(found);
    }
  }

  private void anchor(Yaml.Text text, String place, List<Bytes> found) {
    String remedy = "Paste the PEM of a root, under a | so that its lines are kept.";
    switch (Pem.read(Pem.CERTIFICATE, text.value())) {
      case Decoded.Malformed<List<Bytes>> bad ->
          errors.add(text.line(), place, "This is no certificate: " + bad.reason() + '.', remedy);
      case Decoded.Ok<List<Bytes>> ok -> {
        for (Bytes der : ok.value()) {
          switch (Certificate.decode(der)) {
            case Decoded.Ok<Certificate> good -> {
              if (good.value().authority()) {
                found.add(der);
              } else {
                errors.add(
                    text.line(),
                    place,
                    "The certificate of " + good.value().shown() + " is not an authority's.",
                    "To trust one device, put its fingerprint on an allow list.");
              }
            }
            case Decoded.Malformed<Certificate> bad ->
                errors.add(
                    text.line(),
                    place,
                    "The certificate is not acceptable: " + bad.reason() + '.',
                    remedy);
          }
        }
      }
    }
  }

  private void certificates(Yaml.Entry section) {
    for (Yaml.Entry entry : errors.entries(section.value(), "certificates")) {
      String place = "certificates." + entry.key();
      switch (entry.key()) {
        case "revocation" ->
            errors
                .text(entry.value(), place)
                .ifPresent(
                    text -> {
                      switch (text.value()) {
                        case "ignored" -> revocation = Dates.Revocation.IGNORED;
                        case "if known" -> revocation = Dates.Revocation.IF_KNOWN;
                        case "required" -> revocation = Dates.Revocation.REQUIRED;
                        default ->
                            errors.add(
                                text.line(),
                                place,
                                "\"" + text.value() + "\" is not a choice.",
                                "Write one of: ignored, if known, required");
                      }
                    });
        case "clock_tolerance" ->
            errors
                .text(entry.value(), place)
                .ifPresent(
                    text -> toleranceSeconds = seconds(text, place).orElse(toleranceSeconds));
        default -> errors.unknownKey(entry, "certificates", "revocation, clock_tolerance");
      }
    }
  }

  /** Such as 90s, 5m, 2h. */
  private Optional<Long> seconds(Yaml.Text text, String place) {
    String value = text.value();
    long unit = value.isEmpty() ? 0 : unit(value.charAt(value.length() - 1));
    OptionalInt number =
        unit == 0
            ? OptionalInt.empty()
            : PolicyErrors.number(value.substring(0, value.length() - 1));
    if (number.isEmpty() || number.getAsInt() * unit > MOST_TOLERANCE) {
      errors.add(
          text.line(),
          place,
          "\"" + value + "\" is not a time of at most a day.",
          "Write a number and s, m or h, such as 5m.");
      return Optional.empty();
    }
    return Optional.of(number.getAsInt() * unit);
  }

  private static long unit(char letter) {
    return switch (letter) {
      case 's' -> 1;
      case 'm' -> 60;
      case 'h' -> 3_600;
      default -> 0;
    };
  }

  private void deny(Yaml.Entry section) {
    for (Yaml.Entry entry : errors.entries(section.value(), "deny")) {
      switch (entry.key()) {
        case "devices" -> deniedDevices.addAll(errors.fingerprints(entry.value(), "deny.devices"));
        case "certificates" ->
            deniedCertificates = errors.patterns(entry.value(), "deny.certificates");
        default -> errors.unknownKey(entry, "deny", "devices, certificates");
      }
    }
  }

  private void invites(Yaml.Entry section) {
    List<Yaml> items = errors.items(section.value(), "invites");
    if (items.size() > AdmissionLimits.INVITES) {
      errors.add(
          section.line(),
          "invites",
          "There are more than " + AdmissionLimits.INVITES + " invites.",
          "Remove those that are over.");
      return;
    }
    for (int i = 0; i < items.size(); i++) {
      String place = "invites[" + (i + 1) + ']';
      invite(items.get(i), place).ifPresent(invites::add);
    }
  }

  private Optional<Invite> invite(Yaml item, String place) {
    Optional<String> name = Optional.empty();
    Optional<Bytes> key = Optional.empty();
    OptionalInt uses = OptionalInt.of(1);
    Optional<WallTime> expires = Optional.empty();
    List<Yaml.Entry> entries = errors.entries(item, place);
    for (Yaml.Entry entry : entries) {
      String at = place + '.' + entry.key();
      Optional<Yaml.Text> text = errors.text(entry.value(), at);
      if (text.isEmpty()) {
        continue;
      }
      switch (entry.key()) {
        case "name" -> name = Optional.of(text.get().value());
        case "key" -> key = inviteKey(text.get(), at);
        case "uses" -> uses = uses(text.get(), at);
        case "expires" -> expires = date(text.get(), at);
        default -> errors.unknownKey(entry, place, "name, key, uses, expires");
      }
    }
    requireNameAndKey(item, entries, place);
    name.ifPresent(inviteNames::add);
    if (name.isEmpty() || key.isEmpty()) {
      return Optional.empty();
    }
    String wanted = name.get();
    if (invites.stream().anyMatch(each -> each.name().equals(wanted))) {
      errors.add(
          item.line(),
          place + ".name",
          "There are two invites called \"" + wanted + "\".",
          "Give each a name of its own.");
    }
    return Optional.of(new Invite(wanted, key.get(), uses, expires));
  }

  /** What is there and faulty is told where it stands. */
  private void requireNameAndKey(Yaml item, List<Yaml.Entry> entries, String place) {
    List<String> missing =
        Stream.of("name", "key")
            .filter(word -> entries.stream().noneMatch(entry -> entry.key().equals(word)))
            .map(word -> "no " + word)
            .toList();
    if (!entries.isEmpty() && !missing.isEmpty()) {
      errors.add(
          item.line(),
          place,
          "The invite has " + String.join(" and ", missing) + '.',
          "Give it a name of your choice, and the key that was shown when it was made.");
    }
  }

  private Optional<Bytes> inviteKey(Yaml.Text text, String place) {
    String remedy = "Copy the key that was shown when the invite was made; never its secret.";
    return switch (CheckedText.parse(text.value(), Invite.KEY_BYTES)) {
      case Decoded.Ok<Bytes> ok -> {
        Bytes key = Invite.key(ok.value());
        if (PublicKeys.fault(key).isPresent()) {
          errors.add(text.line(), place, "This is not the key of an invite.", remedy);
          yield Optional.empty();
        }
        yield Optional.of(key);
      }
      case Decoded.Malformed<Bytes> bad -> {
        errors.add(
            text.line(), place, "This is not the key of an invite: " + bad.reason() + '.', remedy);
        yield Optional.empty();
      }
    };
  }

  private OptionalInt uses(Yaml.Text text, String place) {
    if (text.value().equals("unlimited")) {
      return OptionalInt.empty();
    }
    OptionalInt number = PolicyErrors.number(text.value());
    if (number.isEmpty()
        || number.getAsInt() < 1
        || number.getAsInt() > AdmissionLimits.INVITE_USES) {
      errors.add(
          text.line(),
          place,
          "\"" + text.value() + "\" is not a number of uses.",
          "Write a number from 1 to " + AdmissionLimits.INVITE_USES + ", or: unlimited");
    }
    return number;
  }

  private Optional<WallTime> date(Yaml.Text text, String place) {
    try {
      return Optional.of(new WallTime(Instant.parse(text.value()).getEpochSecond()));
    } catch (DateTimeException e) {
      errors.add(
          text.line(),
          place,
          "\"" + text.value() + "\" is not a date and time in UTC.",
          "Write it as 2027-01-31T12:00:00Z.");
      return Optional.empty();
    }
  }
}
