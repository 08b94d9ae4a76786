package io.keymoot.admission;

import io.keymoot.flatkeying.Limits;

/**
 * Every bound of this module in one place. Part one is the protocol's: changing one is a new
 * version.
 */
public final class AdmissionLimits {
  private AdmissionLimits() {}

  // ---- the protocol's: they decide what the fixed check accepts, so all peers must agree on these

  /** Certificates a credential carries, the device's included and the anchor not. */
  public static final int CHAIN_CERTIFICATES = 6;

  public static final int CERTIFICATE_BYTES = Limits.ANCHOR_BYTES;

  /** Invites one device can show at once. */
  public static final int INVITE_PROOFS = 4;

  public static final int SERIAL_BYTES = 20;
  public static final int EXTENSIONS = 32;

  /** Names of all kinds in one certificate, and subtrees in its name constraints. */
  public static final int NAMES = 64;

  public static final int EXTENDED_KEY_USAGES = 16;

  // ---- ours: what this implementation keeps at most

  /**
   * Questions of one purpose that wait for somebody's answer, or are remembered with it: whoever
   * calls for expulsions takes no room from newcomers.
   */
  public static final int OPEN_QUESTIONS = 256;

  /** Of these, such as one device asks: a newcomer has one, a caller for expulsions several. */
  public static final int QUESTIONS_OF_ONE = 16;

  /** Names under which one device is shown to people about one question. */
  public static final int NAMES_OF_ONE = 4;

  /** How long a question waits for people and remote checks. */
  public static final long QUESTION_MILLIS = 10 * 60_000L;

  /** Approvals remembered for one question. */
  public static final int APPROVALS_HEARD = 64;

  /** Invites known at once, and devices that each remembers. */
  public static final int INVITES = 256;

  public static final int INVITE_USES = 10_000;

  /** Serial numbers remembered, so that one number on two certificates is noticed. */
  public static final int SERIALS_SEEN = 4_096;

  public static final int REVOCATION_LISTS = 32;
  public static final int REVOCATION_LIST_BYTES = 1 << 20;
  public static final int REVOKED_CERTIFICATES = 20_000;

  public static final int POLICY_CHARACTERS = 256 * 1024;
  public static final int POLICY_DEPTH = 16;
  public static final int POLICY_ITEMS = 4_096;
  public static final int POLICY_ERRORS = 20;

  public static final int CERTIFICATE_REQUEST_BYTES = 4_096;
  public static final int KEY_FILE_BYTES = 64 * 1024;
}
