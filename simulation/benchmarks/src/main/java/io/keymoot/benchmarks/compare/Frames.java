package io.keymoot.benchmarks.compare;

import io.keymoot.benchmarks.FrameBenchmark;
import io.keymoot.benchmarks.MlsProtectBenchmark;
import io.keymoot.flatkeying.frame.SFrameSuite;

/** Sealing and opening 1,200 bytes: ours beside the raw cipher, which is the limit, and MLS. */
final class Frames {
  static final String OURS = "Keymoot";
  static final String AMORTISED = "Keymoot, senders proved";
  static final String RAW = "raw AES-256-GCM";
  static final String MLS = "MLS";

  private static final int MLS_MESSAGES = 16;

  private Frames() {}

  static void run(boolean isQuick, Figures figures, Progress progress) throws Exception {
    progress.say("frames");
    FrameBenchmark frames = new FrameBenchmark();
    frames.suite = SFrameSuite.AES_256_GCM_SHA512_128;
    frames.sealFrames();
    MlsProtectBenchmark mls = new MlsProtectBenchmark();
    mls.found();
    int rounds = isQuick ? 100 : 1_500;
    Figures warmingUp = new Figures();
    for (int i = 0; i < rounds; i++) {
      Figures into = i < rounds / 2 ? warmingUp : figures;
      add(into, RAW, What.SEAL, FrameBenchmark.BATCH, frames::sealRaw);
      add(into, OURS, What.SEAL, FrameBenchmark.BATCH, frames::seal);
      add(into, AMORTISED, What.SEAL, FrameBenchmark.BATCH, frames::sealAmortised);
      add(into, RAW, What.OPEN, FrameBenchmark.BATCH, frames::openRaw);
      frames.bringAFreshReceiver();
      add(into, OURS, What.OPEN, FrameBenchmark.BATCH, frames::open);
      frames.bringAFreshReceiver();
      add(into, AMORTISED, What.OPEN, FrameBenchmark.BATCH, frames::openAmortised);
      if (i % 10 == 0) {
        add(into, MLS, What.SEAL, MLS_MESSAGES, () -> protect(mls));
      }
    }
  }

  private static void protect(MlsProtectBenchmark mls) throws Exception {
    for (int i = 0; i < MLS_MESSAGES; i++) {
      mls.protect();
    }
  }

  private static void add(Figures into, String who, What what, int frames, Cpu.Work work)
      throws Exception {
    into.add(who, what, 1, 1e3 * Cpu.micros(work) / frames);
  }
}
