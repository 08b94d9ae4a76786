package io.keymoot.flatkeying.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.group.SectionFiveOracle.Switch;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A check that cannot fail is a defect. Here each rule that carries secrecy or containment is
 * switched off, in the oracle: the scenarios must print something else, and so the product, which
 * has to print what is written down, could not lack the rule unnoticed.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RulesOffTest {
  private static final int SEEDS = 400;
  private static final int FACTS = 26;

  private List<RandomFacts.Story> stories = List.of();
  private List<String> ends = List.of();
  private final Map<Path, String> told = new LinkedHashMap<>();

  @BeforeAll
  void tellStories() {
    stories =
        IntStream.range(0, SEEDS)
            .parallel()
            .mapToObj(seed -> RandomFacts.tell(seed, FACTS, AgreementTest::digest))
            .peek(story -> story.credentials().fetchAll())
            .toList();
    MembershipScenarioTest.files().forEach(file -> told.put(file, play(file, Set.of())));
    ends = stories.stream().map(story -> end(story, EnumSet.noneOf(Switch.class))).toList();
  }

  @ParameterizedTest
  @EnumSource(Switch.class)
  void withTheRuleOffSomeScenarioTellsAnotherStory(Switch rule) {
    Set<Switch> off = EnumSet.of(rule);
    List<Path> changed =
        MembershipScenarioTest.files().stream()
            .filter(file -> !play(file, off).equals(told.get(file)))
            .toList();
    assertThat(changed).as("scenarios that notice").isNotEmpty();
  }

  /**
   * What the random stories alone would notice. The door is not part of what they compare, all that
   * is said in them is signed, and two ways to cheat are too rare in them: a right that hangs on
   * the one word of somebody who is out, and two watchers on one device.
   */
  @ParameterizedTest
  @EnumSource(
      value = Switch.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"CLOSED_DOOR", "OWN_ORDER", "SIGNED", "APPROVERS_ARE_IN", "TWO_DEVICES"})
  void withTheRuleOffSomeRandomStoryEndsOtherwise(Switch rule) {
    assertThat(
            IntStream.range(0, SEEDS)
                .parallel()
                .anyMatch(seed -> !end(stories.get(seed), EnumSet.of(rule)).equals(ends.get(seed))))
        .as("one of %d stories notices", SEEDS)
        .isTrue();
  }

  private static String play(Path file, Set<Switch> off) {
    return MembershipScenario.play(
        MembershipScenarioTest.commands(file),
        EnumSet.noneOf(Switch.class),
        terms -> new OracleMembership(terms, off));
  }

  private static String end(RandomFacts.Story story, Set<Switch> off) {
    SectionFiveOracle oracle =
        new SectionFiveOracle(
            story.credentials(), story.credentials(), AgreementTest::digest, story.scribe(), off);
    StringBuilder end = new StringBuilder();
    for (Envelope fact : story.facts()) {
      int m = oracle.add(fact);
      end.append(oracle.validity(m));
      if (oracle.isValid(m)) {
        BitSet set = oracle.pastAnd(m);
        end.append(oracle.members(set)).append(oracle.usable(set));
      }
    }
    BitSet all = oracle.allValid();
    return end.append(oracle.members(all))
        .append(oracle.overIds(all))
        .append(new TreeSet<>(oracle.clean(all)))
        .append(oracle.usable(all))
        .toString();
  }
}
