package io.keymoot.runtime;

import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.wire.Hash32;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Thirty digits to read aloud, a function of the group and of who is in it.
 *
 * <p>Whoever wants two groups to show one code may choose the ids of members of his own in both, as
 * many as he can try. Two of 10³⁰ codes meet after some 2⁵⁰ tries, and each try costs {@value
 * #ROUNDS} hashes, so the whole about 2⁶⁴.
 */
public final class SecurityCode {
  private static final int GROUPS = 6;
  private static final int DIGITS = 5;
  private static final int ROUNDS = 1 << 14;
  private static final byte[] LABEL = "keymoot security code 1".getBytes(StandardCharsets.US_ASCII);

  private final String digits;

  private SecurityCode(String digits) {
    this.digits = digits;
  }

  /** What a code is about. */
  record Question(GroupId group, Hash32 members) {}

  static Question question(GroupId group, Hash32 members) {
    return new Question(group, members);
  }

  /** Takes some milliseconds. */
  static SecurityCode of(Question about) {
    try {
      Mac mac = Mac.getInstance("HmacSHA512");
      mac.init(new SecretKeySpec(LABEL, "HmacSHA512"));
      mac.update(about.group.hash().toArray());
      byte[] state = mac.doFinal(about.members.toArray());
      for (int round = 1; round < ROUNDS; round++) {
        state = mac.doFinal(state);
      }
      BigInteger number = new BigInteger(1, Arrays.copyOf(state, 32)).mod(BigInteger.TEN.pow(30));
      return new SecurityCode(String.format(java.util.Locale.ROOT, "%030d", number));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HMAC", e);
    }
  }

  /** Six groups of five digits. */
  @Override
  public String toString() {
    return IntStream.range(0, GROUPS)
        .mapToObj(group -> digits.substring(group * DIGITS, (group + 1) * DIGITS))
        .collect(Collectors.joining(" "));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SecurityCode that && digits.equals(that.digits);
  }

  @Override
  public int hashCode() {
    return digits.hashCode();
  }
}
