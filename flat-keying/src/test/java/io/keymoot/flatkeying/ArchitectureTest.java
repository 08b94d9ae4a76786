package io.keymoot.flatkeying;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchRule;
import io.keymoot.flatkeying.house.HouseRules;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ArchitectureTest {
  private static final String ROOT = "io.keymoot.flatkeying";
  private static final JavaClasses CLASSES = HouseRules.mainClassesOf(ROOT);

  static List<ArchRule> rules() {
    return HouseRules.ofACore(ROOT, below(), api());
  }

  /** The cores that this one stands on. */
  private static Set<String> below() {
    return Set.of();
  }

  /** What is public for the sake of other modules: types, or packages with all they have. */
  private static Set<String> api() {
    return Set.of(
        "io.keymoot.flatkeying",
        "io.keymoot.flatkeying.crypto.SignatureKind",
        "io.keymoot.flatkeying.fact",
        "io.keymoot.flatkeying.frame",
        "io.keymoot.flatkeying.group",
        "io.keymoot.flatkeying.key",
        "io.keymoot.flatkeying.keying",
        "io.keymoot.flatkeying.message",
        "io.keymoot.flatkeying.wire");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rules")
  void thisCoreKeepsTheHouseRules(ArchRule rule) {
    rule.check(CLASSES);
  }
}
