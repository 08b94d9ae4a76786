package io.keymoot.benchmarks.compare;

import io.keymoot.benchmarks.FrameBenchmark;
import io.keymoot.benchmarks.compare.Turns.Contender;
import io.keymoot.benchmarks.compare.Turns.Player;
import io.keymoot.flatkeying.frame.SFrameSuite;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Sealing and opening 1,200 bytes in groups of several sizes: ours beside the raw cipher, which is
 * the limit, and MLS.
 */
final class Frames {
  static final String OURS = "Keymoot";
  static final String AMORTISED = "Keymoot, senders proved";
  static final String RAW = "raw AES-256-GCM";
  static final String MLS = "MLS";

  private static final int MLS_MESSAGES = 16;
  private static final int BYTES = 1_200;

  /** A message of MLS takes as long as a hundred frames or more: it has a turn in so many. */
  private static final int MLS_EVERY = 10;

  private static final List<What> BOTH = List.of(What.SEAL, What.OPEN);

  /**
   * How much of it.
   *
   * @param rounds of which the first half warms up
   */
  record Scale(List<Integer> sizes, int rounds) {}

  private final int n;
  private final int rounds;
  private final Figures figures;
  private final Figures warmingUp = new Figures();
  private final FrameBenchmark frames = new FrameBenchmark();

  private Frames(int n, int rounds, Figures figures) {
    this.n = n;
    this.rounds = rounds;
    this.figures = figures;
  }

  static List<Step> steps(Scale scale, Figures figures) {
    List<Step> steps = new ArrayList<>();
    for (int n : scale.sizes) {
      steps.add(
          new Step(
              "frames: N = " + n,
              scale.rounds / 70.0 + n / 500.0,
              () -> new Frames(n, scale.rounds, figures).measure()));
    }
    return steps;
  }

  private void measure() throws Exception {
    frames.suite = SFrameSuite.AES_256_GCM_SHA512_128;
    frames.members = n;
    frames.sealFrames();
    new Turns(0, rounds, rounds)
        .take(
            figures,
            n,
            List.of(
                own(RAW, frames::sealRaw, frames::openRaw),
                own(OURS, frames::seal, frames::open),
                own(AMORTISED, frames::sealAmortised, frames::openAmortised),
                new Contender(
                    MLS,
                    BOTH,
                    () -> {
                      MlsGroup group = MlsGroup.cold(n);
                      return byRound((round, into) -> mls(group, round, into));
                    })));
  }

  private Contender own(String who, Cpu.Work seal, Cpu.Work open) {
    Round round =
        (number, into) -> {
          add(into, who, What.SEAL, FrameBenchmark.BATCH, seal);
          frames.bringAFreshReceiver();
          add(into, who, What.OPEN, FrameBenchmark.BATCH, open);
        };
    return new Contender(who, BOTH, () -> byRound(round));
  }

  private interface Round {
    void run(int number, Figures into) throws Exception;
  }

  /** The first half of the rounds only warms up. */
  private Player byRound(Round round) {
    int[] number = new int[1];
    return () -> {
      int now = number[0]++;
      round.run(now, now < rounds / 2 ? warmingUp : figures);
    };
  }

  private void mls(MlsGroup group, int round, Figures into) throws Exception {
    if (round % MLS_EVERY != 0) {
      return;
    }
    byte[] text = new byte[BYTES];
    Arrays.fill(text, (byte) round);
    List<byte[]> messages = new ArrayList<>();
    add(
        into,
        MLS,
        What.SEAL,
        MLS_MESSAGES,
        () -> {
          for (int i = 0; i < MLS_MESSAGES; i++) {
            messages.add(group.protect(text));
          }
        });
    List<byte[]> opened = new ArrayList<>();
    add(
        into,
        MLS,
        What.OPEN,
        MLS_MESSAGES,
        () -> {
          for (byte[] message : messages) {
            opened.add(group.unprotect(message));
          }
        });
    if (!opened.stream().allMatch(each -> Arrays.equals(each, text))) {
      throw new IllegalStateException("what MLS protected did not open to the same");
    }
  }

  private void add(Figures into, String who, What what, int messages, Cpu.Work work)
      throws Exception {
    into.add(who, what, n, 1e3 * Cpu.micros(work) / messages);
  }
}
