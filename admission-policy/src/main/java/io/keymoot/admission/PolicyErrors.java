package io.keymoot.admission;

import io.keymoot.admission.certificate.CheckedText;
import io.keymoot.admission.certificate.Pattern;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.wire.Decoded;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Collects what is wrong while a file is read, and reads the shapes that occur in several places.
 */
final class PolicyErrors {
  private final List<PolicyError> errors = new ArrayList<>();

  void add(int line, String key, String problem, String remedy) {
    if (errors.size() < AdmissionLimits.POLICY_ERRORS) {
      errors.add(new PolicyError(line, key, problem, remedy));
    }
  }

  void unknownKey(Yaml.Entry entry, String where, String known) {
    String place = where.isEmpty() ? entry.key() : where + '.' + entry.key();
    add(
        entry.line(),
        place,
        "\"" + entry.key() + "\" is not a key here.",
        "There are: " + known + '.');
  }

  boolean isEmpty() {
    return errors.isEmpty();
  }

  List<PolicyError> all() {
    return List.copyOf(errors);
  }

  Optional<Yaml.Text> text(Yaml value, String place) {
    if (value instanceof Yaml.Text text && !text.value().isEmpty()) {
      return Optional.of(text);
    }
    add(value.line(), place, "A word or number is missing here.", "Write one after the colon.");
    return Optional.empty();
  }

  List<Yaml.Entry> entries(Yaml value, String place) {
    if (value instanceof Yaml.Entries entries) {
      return entries.entries();
    }
    add(value.line(), place, "Keys and values are missing here.", "Indent them below this key.");
    return List.of();
  }

  /** A list; one item may stand without the hyphen. */
  List<Yaml> items(Yaml value, String place) {
    if (value instanceof Yaml.Items items && !items.items().isEmpty()) {
      return items.items();
    }
    if (value instanceof Yaml.Text text && !text.value().isEmpty()) {
      return List.of(value);
    }
    add(value.line(), place, "A list is missing here.", "Begin each line of it with a hyphen.");
    return List.of();
  }

  List<Fingerprint> fingerprints(Yaml value, String place) {
    List<Fingerprint> found = new ArrayList<>();
    List<Yaml> items = items(value, place);
    for (int i = 0; i < items.size(); i++) {
      String at = place + '[' + (i + 1) + ']';
      Optional<Yaml.Text> text = text(items.get(i), at);
      if (text.isEmpty()) {
        continue;
      }
      switch (CheckedText.fingerprint(text.get().value())) {
        case Decoded.Ok<Fingerprint> ok -> found.add(ok.value());
        case Decoded.Malformed<Fingerprint> bad ->
            add(
                text.get().line(),
                at,
                "This is not a fingerprint: " + bad.reason() + '.',
                "Copy all eight groups from the device.");
      }
    }
    return List.copyOf(found);
  }

  List<Pattern> patterns(Yaml value, String place) {
    List<Pattern> found = new ArrayList<>();
    List<Yaml> items = items(value, place);
    for (int i = 0; i < items.size(); i++) {
      String at = place + '[' + (i + 1) + ']';
      Optional<Yaml.Text> text = text(items.get(i), at);
      if (text.isEmpty()) {
        continue;
      }
      switch (Pattern.parse(text.get().value())) {
        case Decoded.Ok<Pattern> ok -> {
          if (ok.value().grants().isEmpty()) {
            found.add(ok.value());
          } else {
            add(
                text.get().line(),
                at,
                "A policy gives no roles.",
                "Give roles by the patterns with which a group is founded.");
          }
        }
        case Decoded.Malformed<Pattern> bad ->
            add(
                text.get().line(),
                at,
                "This is not a pattern: " + bad.reason() + '.',
                "Write it like: o=Example & dns=*.example.org");
      }
    }
    return List.copyOf(found);
  }

  /** Up to six digits: no number in a policy is larger. */
  static OptionalInt number(String text) {
    if (text.isEmpty() || text.length() > 6) {
      return OptionalInt.empty();
    }
    int value = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return OptionalInt.empty();
      }
      value = 10 * value + (c - '0');
    }
    return OptionalInt.of(value);
  }
}
