package io.keymoot.benchmarks.compare;

import java.util.List;

/** Whole nodes on JGroups, beside JGroups' own encryption and none. */
final class Transports {
  static final String PLAIN = "JGroups, plain";
  static final String ASYM = "JGroups ASYM_ENCRYPT";
  static final String SYM = "JGroups SYM_ENCRYPT";

  private Transports() {}

  static List<Goal> goals(Figures figures) {
    return List.of();
  }
}
