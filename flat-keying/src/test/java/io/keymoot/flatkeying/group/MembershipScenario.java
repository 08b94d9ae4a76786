package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.group.MembershipUnderTest.Terms;
import io.keymoot.flatkeying.group.SectionFiveOracle.Switch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Plays a script: the stage says what is said, peers hear it in the order the script gives, and
 * {@code show} prints what a peer makes of it. The README beside the scripts has the language.
 */
final class MembershipScenario {
  private final Stage stage;
  private final Function<Terms, MembershipUnderTest> maker;
  private final Map<String, MembershipUnderTest> peers = new LinkedHashMap<>();
  private final StringBuilder trace = new StringBuilder();

  private MembershipScenario(Stage stage, Function<Terms, MembershipUnderTest> maker) {
    this.stage = stage;
    this.maker = maker;
  }

  /**
   * @param off rules that the stage does without: its people then say what these would not let them
   */
  static String play(
      List<String> lines, Set<Switch> off, Function<Terms, MembershipUnderTest> maker) {
    MembershipScenario scenario =
        new MembershipScenario(new Stage(AgreementTest::digest, off), maker);
    for (String line : lines) {
      String said = line.contains("#") ? line.substring(0, line.indexOf('#')) : line;
      if (!said.isBlank()) {
        scenario.perform(said.strip());
      }
    }
    return scenario.trace.toString();
  }

  private void perform(String line) {
    List<String> words = List.of(line.split(" +", -1));
    MembershipUnderTest peer = peers.get(words.get(0));
    switch (words.get(0)) {
      case "peer" -> words.stream().skip(1).forEach(this::start);
      case "show" -> words.stream().skip(1).forEach(this::show);
      case "fetch" -> {
        stage.perform(line);
        peers.values().forEach(MembershipUnderTest::credentialFetched);
      }
      default -> {
        if (peer == null) {
          stage.perform(line);
        } else {
          hear(peer, words.subList(2, words.size()));
        }
      }
    }
  }

  private void start(String name) {
    Terms terms =
        new Terms(stage.group(), stage.credentials(), AgreementTest::digest, stage.scribe());
    peers.put(name, maker.apply(terms));
  }

  /** P hears x y · P hears all · P hears all but x y · P hears P(x) */
  private void hear(MembershipUnderTest peer, List<String> words) {
    List<String> labels = new ArrayList<>();
    if (words.get(0).equals("all")) {
      labels.addAll(stage.facts());
      labels.removeAll(words);
    } else {
      for (String word : words) {
        if (word.startsWith("P(")) {
          labels.addAll(stage.past(word.substring(2, word.length() - 1)));
        } else {
          labels.add(word);
        }
      }
    }
    for (String label : labels) {
      stage.heartbeat(label).ifPresentOrElse(peer::hear, () -> peer.offer(stage.envelope(label)));
    }
  }

  private void show(String name) {
    MembershipUnderTest peer = peers.get(name);
    if (peer == null) {
      throw new IllegalArgumentException("no peer " + name);
    }
    List<String> usable = new ArrayList<>();
    for (FactId x : peer.usable()) {
      usable.add(stage.label(x) + "/" + peer.revision(x));
    }
    trace.append(name).append('\n');
    line("members", stage.names(peer.members()));
    line("over", stage.stays(peer.over()));
    line("clean", stage.labels(peer.clean()));
    line("usable", usable.isEmpty() ? "-" : String.join(" ", sorted(usable)));
    line("faulty", stage.names(peer.faulty()));
    line("refused", refused(peer));
    line("waiting", stage.labels(peer.waiting()));
    line("heads", stage.labels(peer.heads()));
  }

  private String refused(MembershipUnderTest peer) {
    List<String> refused = new ArrayList<>();
    for (String label : stage.facts()) {
      peer.refusal(stage.fact(label)).ifPresent(rule -> refused.add(label + ":" + rule));
    }
    return refused.isEmpty() ? "-" : String.join(" ", refused);
  }

  private static List<String> sorted(Collection<String> words) {
    String[] all = words.toArray(String[]::new);
    Arrays.sort(all);
    return List.of(all);
  }

  /** What is empty goes without saying, but for the members. */
  private void line(String what, String words) {
    if (!words.equals("-") || what.equals("members")) {
      trace.append(String.format("  %-8s %s%n", what, words));
    }
  }
}
