package io.keymoot.flatkeying.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.EvaluationResult;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A check that cannot fail is a defect: here every rule fails where it should, and only there. */
class HouseRulesTest {
  private static final String BAD = "io.keymoot.flatkeying.house.bad";
  private static final String GOOD = "io.keymoot.flatkeying.house.good";

  static List<Arguments> rulesAndWhoBreaksThem() {
    return List.of(
        Arguments.of(HouseRules.NO_CLOCK, "ReadsTheClock"),
        Arguments.of(HouseRules.NO_THREAD_OR_LOCK, "Waits"),
        Arguments.of(HouseRules.NO_AMBIENT_RANDOMNESS, "RollsDice"),
        Arguments.of(HouseRules.NO_AMBIENT_RANDOMNESS, "crypto.RollsPlatformDice"),
        Arguments.of(HouseRules.NO_ROUGH_MATHS, "Estimates"),
        Arguments.of(HouseRules.NO_LOG, "Talks"),
        Arguments.of(HouseRules.NO_OUTSIDE_WORLD, "GoesOutside"),
        Arguments.of(HouseRules.NO_CHANGING_ORDER, "Shuffles"),
        Arguments.of(HouseRules.THREAD_LOCALS_AND_ATOMICS_IN_THEIR_PLACES, "Shares"));
  }

  @ParameterizedTest
  @MethodSource("rulesAndWhoBreaksThem")
  void everyMethodOfTheClassThatBreaksARuleIsReported(ArchRule rule, String type)
      throws ClassNotFoundException {
    Class<?> breaker = Class.forName(BAD + "." + type);
    EvaluationResult result = rule.evaluate(new ClassFileImporter().importClasses(breaker));

    List<String> found = result.getFailureReport().getDetails();
    assertThat(Arrays.stream(breaker.getDeclaredMethods()).filter(m -> !m.isSynthetic()))
        .isNotEmpty()
        .allSatisfy(
            method ->
                assertThat(found)
                    .as(method.getName())
                    .anyMatch(line -> line.contains("." + method.getName() + "(")));
  }

  @Test
  void whoKeepsTheRulesIsNotReported() {
    var good = new ClassFileImporter().importPackages(GOOD);
    assertThat(good).isNotEmpty();
    for (ArchRule rule : HouseRules.ofACore(GOOD, Set.of(), Set.of())) {
      assertThat(rule.evaluate(good).getFailureReport().getDetails()).as("%s", rule).isEmpty();
    }
  }

  @Test
  void atomicsAreAllowedInFrame() {
    var frame = new ClassFileImporter().importPackages(BAD + ".frame");
    assertThat(frame).isNotEmpty();
    assertThat(HouseRules.THREAD_LOCALS_AND_ATOMICS_IN_THEIR_PLACES.evaluate(frame).hasViolation())
        .isFalse();
  }

  @Test
  void anArrowThatPointsTheWrongWayIsReported() {
    var downstairs = new ClassFileImporter().importPackages(BAD + ".downstairs");
    assertThat(
            breaks(HouseRules.dependenciesPointOneWay(BAD + ".downstairs", Set.of()), downstairs))
        .isTrue();
    assertThat(
            breaks(
                HouseRules.dependenciesPointOneWay(BAD + ".downstairs", Set.of(BAD + ".upstairs")),
                downstairs))
        .isFalse();
  }

  @Test
  void theUseOfAnotherModulesInternalPackageIsReported() {
    var downstairs = new ClassFileImporter().importPackages(BAD + ".downstairs");
    assertThat(breaks(HouseRules.internalStaysInternal(BAD + ".downstairs"), downstairs)).isTrue();
    assertThat(breaks(HouseRules.internalStaysInternal(BAD), downstairs)).isFalse();
  }

  @Test
  void aPublicTypeThatNobodyNeedsIsReportedUnlessItIsNamed() {
    var downstairs = new ClassFileImporter().importPackages(BAD + ".downstairs");
    assertThat(breaks(HouseRules.publicOnlyWhenNeeded(Set.of()), downstairs)).isTrue();
    assertThat(
            breaks(
                HouseRules.publicOnlyWhenNeeded(Set.of(BAD + ".downstairs.Exposed")), downstairs))
        .isFalse();
    assertThat(breaks(HouseRules.publicOnlyWhenNeeded(Set.of(BAD + ".downstairs")), downstairs))
        .isFalse();
  }

  @Test
  void aPublicTypeThatAnotherPackageNeedsIsNotReported() {
    var both = new ClassFileImporter().importPackages(BAD + ".downstairs", BAD + ".upstairs");
    EvaluationResult result = HouseRules.publicOnlyWhenNeeded(Set.of()).evaluate(both);
    assertThat(result.getFailureReport().getDetails()).noneMatch(line -> line.contains("Roof"));
  }

  @Test
  void aNameThatStandsForNoPublicTypeIsReported() {
    var downstairs = new ClassFileImporter().importPackages(BAD + ".downstairs");
    Set<String> stale = Set.of(BAD + ".downstairs", BAD + ".Gone");
    assertThat(
            HouseRules.publicOnlyWhenNeeded(stale)
                .evaluate(downstairs)
                .getFailureReport()
                .getDetails())
        .singleElement()
        .asString()
        .contains("Gone");
  }

  private static boolean breaks(
      ArchRule rule, com.tngtech.archunit.core.domain.JavaClasses classes) {
    return rule.evaluate(classes).hasViolation();
  }
}
