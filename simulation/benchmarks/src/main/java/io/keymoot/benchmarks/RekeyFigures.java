package io.keymoot.benchmarks;

import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.crypto.VerifyKey;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.Random;

/** {@link RekeyBenchmark} by CPU time of the thread: for machines that do other things too. */
public final class RekeyFigures {
  private RekeyFigures() {}

  /** By the key of a member, as a fact's is checked. */
  private static final class SignatureCheck {
    private final byte[] message = new byte[300];
    private final VerifyKey key;
    private final Bytes signature;

    SignatureCheck() {
      Random random = new Random(1);
      try (SigningKey signing = SigningKey.generate(SignatureKind.ED25519, random::nextBytes)) {
        key = VerifyKey.parse(signing.spki()).orThrow();
        signature = signing.sign(message);
      }
    }

    Object run() {
      return key.verify(message, signature);
    }
  }

  /**
   * Arguments: how many times each, 12,000 if none. What runs once in a Rekey is compiled well only
   * after some thousands: the first 500 take two to three times as long. Reading has a check of a
   * signature alone beside it, which is most of it.
   */
  public static void main(String[] args) {
    int times = args.length == 0 ? 12_000 : Integer.parseInt(args[0]);
    for (int members : new int[] {1_000, 50}) {
      for (int out : new int[] {1, 8}) {
        RekeyBenchmark benchmark = new RekeyBenchmark();
        RekeyBenchmark.Excluder excluder = new RekeyBenchmark.Excluder();
        excluder.members = members;
        excluder.out = out;
        excluder.grow();
        String where = " N=" + members + " c=" + out;
        CpuFigures.say("expel" + where, times, excluder::another, () -> benchmark.expel(excluder));
        if (out == 1) {
          RekeyBenchmark.Receiver receiver = new RekeyBenchmark.Receiver(excluder);
          receiver.grow();
          SignatureCheck check = new SignatureCheck();
          CpuFigures.say(
              "read" + where,
              times,
              receiver::another,
              () -> benchmark.read(receiver),
              "a check of a signature",
              check::run);
          excluder.another();
          CpuFigures.say(
              "step all KEKs", 50 * times, () -> {}, () -> benchmark.stepAllKeks(excluder));
        }
      }
    }
  }
}
