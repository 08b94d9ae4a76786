package io.keymoot.admission;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * YAML as text with line numbers, and no more of it than a policy needs: one document, no aliases,
 * tags without meaning, nothing that turns into something else ({@code no} is a word here).
 *
 * <p>Built from the parser's events, because they come one at a time: depth and size are bounded
 * before anything grows.
 */
sealed interface Yaml {
  /** Counted from 1. */
  int line();

  record Text(int line, String value) implements Yaml {}

  record Items(int line, List<Yaml> items) implements Yaml {}

  /** Keys are different from each other and in their order. */
  record Entries(int line, List<Entry> entries) implements Yaml {}

  record Entry(int line, String key, Yaml value) {}

  /** Carries an error to {@link PolicyFile} and no further. */
  @SuppressWarnings("serial")
  final class Unreadable extends RuntimeException {
    private final transient PolicyError error;

    Unreadable(int line, String problem, String remedy) {
      super(problem, null, false, false);
      this.error = new PolicyError(line, "", problem, remedy);
    }

    PolicyError error() {
      return error;
    }
  }

  static Yaml parse(String text) {
    if (text.length() > AdmissionLimits.POLICY_CHARACTERS) {
      throw new Unreadable(
          1,
          "The file has more than " + AdmissionLimits.POLICY_CHARACTERS + " characters.",
          "Shorten it; long lists belong into certificates and patterns.");
    }
    LoadSettings settings =
        LoadSettings.builder()
            .setUseMarks(true)
            .setCodePointLimit(AdmissionLimits.POLICY_CHARACTERS)
            .build();
    Builder builder = new Builder();
    try {
      Iterator<Event> events = new Parse(settings).parseString(text).iterator();
      while (events.hasNext()) {
        builder.take(events.next());
      }
    } catch (MarkedYamlEngineException e) {
      throw new Unreadable(
          line(e.getProblemMark().or(e::getContextMark)),
          "This is not YAML: " + e.getProblem() + '.',
          "Check the indentation, quotes and colons of this line and the one before.");
    } catch (YamlEngineException e) {
      throw new Unreadable(
          1, "This is not YAML: " + e.getMessage() + '.', "Check that it is a text file.");
    }
    return builder.document();
  }

  private static int line(Optional<Mark> mark) {
    return mark.map(each -> each.getLine() + 1).orElse(1);
  }

  /** Makes a tree of events, with a stack of its own. */
  final class Builder {
    /** A sequence or mapping that is not yet complete. */
    private static final class Unfinished {
      final int line;
      final boolean mapping;
      final List<Yaml> items = new ArrayList<>();
      final List<Entry> entries = new ArrayList<>();
      @Nullable Text key;

      Unfinished(int line, boolean mapping) {
        this.line = line;
        this.mapping = mapping;
      }
    }

    private final Deque<Unfinished> unfinished = new ArrayDeque<>();
    private @Nullable Yaml document;
    private int count;

    void take(Event event) {
      int line = line(event.getStartMark());
      switch (event.getEventId()) {
        case Scalar -> add(new Text(line, ((ScalarEvent) event).getValue()));
        case SequenceStart -> begin(line, false);
        case MappingStart -> begin(line, true);
        case SequenceEnd, MappingEnd -> {
          Unfinished done = unfinished.pop();
          add(
              done.mapping
                  ? new Entries(done.line, List.copyOf(done.entries))
                  : new Items(done.line, List.copyOf(done.items)));
        }
        case Alias ->
            throw new Unreadable(
                line,
                "*" + ((AliasEvent) event).getAlias().getValue() + " refers to another place.",
                "Write it out, or put it in quotes if it is text.");
        case DocumentStart -> {
          if (document != null) {
            throw new Unreadable(
                line, "A second document begins here.", "Keep one, and remove the line ---.");
          }
        }
        case StreamStart, StreamEnd, DocumentEnd, Comment -> {}
      }
    }

    private void begin(int line, boolean mapping) {
      if (unfinished.size() == AdmissionLimits.POLICY_DEPTH) {
        throw new Unreadable(
            line,
            "This is nested more than " + AdmissionLimits.POLICY_DEPTH + " deep.",
            "Make it flatter.");
      }
      unfinished.push(new Unfinished(line, mapping));
    }

    private void add(Yaml value) {
      if (++count > AdmissionLimits.POLICY_ITEMS) {
        throw new Unreadable(
            value.line(),
            "The file has more than " + AdmissionLimits.POLICY_ITEMS + " items.",
            "Shorten it; long lists belong into certificates and patterns.");
      }
      Unfinished parent = unfinished.peek();
      if (parent == null) {
        document = value;
      } else if (!parent.mapping) {
        parent.items.add(value);
      } else if (parent.key == null) {
        parent.key = key(parent, value);
      } else {
        parent.entries.add(new Entry(parent.key.line(), parent.key.value(), value));
        parent.key = null;
      }
    }

    private static Text key(Unfinished parent, Yaml value) {
      if (!(value instanceof Text text)) {
        throw new Unreadable(value.line(), "A key must be a word.", "Put a word before the colon.");
      }
      for (Entry entry : parent.entries) {
        if (entry.key().equals(text.value())) {
          throw new Unreadable(
              text.line(),
              "\"" + text.value() + "\" stands here twice, first in line " + entry.line() + '.',
              "Keep one of them.");
        }
      }
      return text;
    }

    Yaml document() {
      if (document == null) {
        throw new Unreadable(1, "The file is empty.", "Begin with: version: 1");
      }
      return document;
    }
  }
}
