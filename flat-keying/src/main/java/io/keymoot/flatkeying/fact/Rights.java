package io.keymoot.flatkeying.fact;

import java.util.Optional;

/**
 * Who may admit and who may expel, fixed at founding.
 *
 * @param expelRole whoever's credential has it expels alone
 * @param expelApprovals else this many approvals, the author's own included: two at least
 */
public record Rights(AdmitRight admit, Optional<String> expelRole, int expelApprovals) {
  public static final int DEFAULT_EXPEL_APPROVALS = 2;

  /** Who may admit. */
  public sealed interface AdmitRight {}

  public record AnyMember() implements AdmitRight {}

  public record WithRole(String role) implements AdmitRight {}

  /**
   * @param count approvals needed, the author's own included
   */
  public record WithApprovals(int count) implements AdmitRight {}
}
