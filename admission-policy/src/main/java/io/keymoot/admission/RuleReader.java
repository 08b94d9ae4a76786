package io.keymoot.admission;

import io.keymoot.admission.certificate.Pattern;
import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedSet;
import java.util.TreeSet;

/** Reads one way of a policy file: a rule, and the rules within it. */
final class RuleReader {
  private static final String KINDS =
      "anybody, nobody, any, all, at_least with of, certificate, allow, invite, ask, approvals,"
          + " remote, group";
  private static final String ANY = "any";

  private final PolicyErrors errors;
  private final Question.Purpose purpose;
  private final boolean ownAnchors;
  private final List<String> invites;

  /**
   * @param invites names of those in the file
   */
  RuleReader(
      PolicyErrors errors, Question.Purpose purpose, boolean ownAnchors, List<String> invites) {
    this.errors = errors;
    this.purpose = purpose;
    this.ownAnchors = ownAnchors;
    this.invites = invites;
  }

  /** Empty when something is wrong, which is then among the errors. */
  Optional<Rule> rule(Yaml value, String place) {
    return switch (value) {
      case Yaml.Text text -> word(text, place);
      case Yaml.Items items -> {
        errors.add(
            items.line(),
            place,
            "It is not said how many of these are needed.",
            "Put any: or all: above the list.");
        yield Optional.empty();
      }
      case Yaml.Entries entries -> keyed(entries, place);
    };
  }

  private Optional<Rule> word(Yaml.Text text, String place) {
    switch (text.value()) {
      case "anybody" -> {
        return Optional.of(new Rule.Anybody());
      }
      case "nobody" -> {
        return Optional.of(new Rule.Nobody());
      }
      default -> {
        errors.add(
            text.line(),
            place,
            "\"" + text.value() + "\" is no rule.",
            "There are: " + KINDS + '.');
        return Optional.empty();
      }
    }
  }

  private Optional<Rule> keyed(Yaml.Entries entries, String place) {
    List<Yaml.Entry> parts = entries.entries();
    List<String> keys = parts.stream().map(Yaml.Entry::key).toList();
    if (keys.contains("at_least") || keys.contains("of")) {
      return atLeast(entries, place);
    }
    if (parts.size() != 1) {
      errors.add(
          entries.line(),
          place,
          "Several rules stand side by side: " + String.join(", ", keys) + '.',
          "Make a list of them, each with a hyphen, under any: or all:");
      return Optional.empty();
    }
    Yaml.Entry entry = parts.get(0);
    String at = place + '.' + entry.key();
    Yaml value = entry.value();
    return switch (entry.key()) {
      case "any" -> several(value, at).map(rules -> new Rule.AtLeast(1, rules));
      case "all" -> several(value, at).map(rules -> new Rule.AtLeast(rules.size(), rules));
      case "certificate" -> certificate(value, at);
      case "allow" ->
          Optional.of(
              new Rule.Listed(
                  Collections.unmodifiableSortedSet(
                      new TreeSet<>(errors.fingerprints(value, at)))));
      case "invite" -> invite(value, at);
      case "ask" -> errors.text(value, at).map(text -> new Rule.Asked(text.value()));
      case "approvals" -> approvals(value, at);
      case "remote" -> errors.text(value, at).map(text -> new Rule.CheckedRemotely(text.value()));
      case "group" -> group(value, at);
      default -> {
        errors.unknownKey(entry, place, KINDS);
        yield Optional.empty();
      }
    };
  }

  private Optional<List<Rule>> several(Yaml value, String place) {
    List<Rule> rules = new ArrayList<>();
    List<Yaml> items = errors.items(value, place);
    for (int i = 0; i < items.size(); i++) {
      rule(items.get(i), place + '[' + (i + 1) + ']').ifPresent(rules::add);
    }
    return rules.isEmpty() || rules.size() < items.size()
        ? Optional.empty()
        : Optional.of(List.copyOf(rules));
  }

  private Optional<Rule> atLeast(Yaml.Entries entries, String place) {
    OptionalInt count = OptionalInt.empty();
    Optional<List<Rule>> rules = Optional.empty();
    int line = entries.line();
    for (Yaml.Entry entry : entries.entries()) {
      switch (entry.key()) {
        case "at_least" -> {
          line = entry.line();
          Optional<Yaml.Text> text = errors.text(entry.value(), place + ".at_least");
          count = text.isPresent() ? PolicyErrors.number(text.get().value()) : OptionalInt.empty();
        }
        case "of" -> rules = several(entry.value(), place + ".of");
        default -> errors.unknownKey(entry, place, "at_least, of");
      }
    }
    boolean stated = entries.entries().stream().anyMatch(each -> each.key().equals("of"));
    if (!stated || rules.isPresent()) {
      int most = rules.map(List::size).orElse(0);
      if (count.isEmpty() || count.getAsInt() < 1 || count.getAsInt() > most) {
        errors.add(
            line,
            place + ".at_least",
            stated
                ? "This is not a number from 1 to " + most + ", the length of the list."
                : "There is no list \"of\" beside it.",
            "Write for example: at_least: 2, and below it of: with three rules.");
        return Optional.empty();
      }
    }
    OptionalInt needed = count;
    return rules.map(list -> new Rule.AtLeast(needed.orElse(list.size()), list));
  }

  private Optional<Rule> certificate(Yaml value, String place) {
    if (purpose == Question.Purpose.FOUNDER && !ownAnchors) {
      // The group's own anchors were chosen by the very founder who is in question.
      errors.add(
          value.line(),
          place,
          "A founder's certificate cannot be judged by the anchors of its own group.",
          "Put the anchors that you trust under trust.anchors.");
      return Optional.empty();
    }
    if (value instanceof Yaml.Text text && text.value().equals(ANY)) {
      return Optional.of(new Rule.HasCertificate(List.of()));
    }
    List<Pattern> patterns = errors.patterns(value, place);
    return patterns.isEmpty() ? Optional.empty() : Optional.of(new Rule.HasCertificate(patterns));
  }

  private Optional<Rule> invite(Yaml value, String place) {
    if (value instanceof Yaml.Text text && text.value().equals(ANY)) {
      return Optional.of(new Rule.Invited(List.of()));
    }
    List<String> names = new ArrayList<>();
    for (Yaml item : errors.items(value, place)) {
      Optional<Yaml.Text> text = errors.text(item, place);
      if (text.isPresent() && !invites.contains(text.get().value())) {
        errors.add(
            item.line(),
            place,
            "There is no invite \"" + text.get().value() + "\" in the file.",
            "Name one that is under invites, or write: invite: any");
      } else {
        text.ifPresent(known -> names.add(known.value()));
      }
    }
    return names.isEmpty() ? Optional.empty() : Optional.of(new Rule.Invited(List.copyOf(names)));
  }

  private Optional<Rule> approvals(Yaml value, String place) {
    Yaml number = value;
    List<Pattern> from = List.of();
    if (value instanceof Yaml.Entries entries) {
      boolean counted = false;
      for (Yaml.Entry entry : entries.entries()) {
        switch (entry.key()) {
          case "count" -> {
            number = entry.value();
            counted = true;
          }
          case "from" -> from = errors.patterns(entry.value(), place + ".from");
          default -> errors.unknownKey(entry, place, "count, from");
        }
      }
      if (!counted) {
        errors.add(value.line(), place, "The count is missing.", "Write count: 2 above from.");
        return Optional.empty();
      }
    }
    OptionalInt count =
        number instanceof Yaml.Text text ? PolicyErrors.number(text.value()) : OptionalInt.empty();
    if (count.isEmpty() || count.getAsInt() < 1 || count.getAsInt() > Limits.APPROVALS) {
      errors.add(
          number.line(),
          place,
          "This is not a number of approvals.",
          "Write a number from 1 to " + Limits.APPROVALS + '.');
      return Optional.empty();
    }
    return Optional.of(new Rule.Approved(count.getAsInt(), from));
  }

  private Optional<Rule> group(Yaml value, String place) {
    SortedSet<GroupId> groups = new TreeSet<>();
    for (Yaml item : errors.items(value, place)) {
      Optional<Yaml.Text> text = errors.text(item, place);
      if (text.isEmpty()) {
        continue;
      }
      try {
        groups.add(new GroupId(Hash32.fromHex(text.get().value())));
      } catch (IllegalArgumentException e) {
        errors.add(item.line(), place, "This is not the id of a group.", "Copy its 64 hex digits.");
      }
    }
    return groups.isEmpty()
        ? Optional.empty()
        : Optional.of(new Rule.InGroup(Collections.unmodifiableSortedSet(groups)));
  }
}
