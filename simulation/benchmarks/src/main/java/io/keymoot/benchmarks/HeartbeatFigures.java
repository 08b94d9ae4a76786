package io.keymoot.benchmarks;

import io.keymoot.flatkeying.wire.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * {@link HeartbeatBenchmark} by CPU time of the thread, each beat heard once: in group after group
 * of three, two of them hear what the third says while nothing happens.
 */
public final class HeartbeatFigures {
  private static final int GROUPS = 40;

  /** As many as a process keeps read. */
  private static final int MOMENT = 16;

  private HeartbeatFigures() {}

  public static void main(String[] args) {
    List<Double> fresh = new ArrayList<>();
    List<Double> shared = new ArrayList<>();
    List<Double> signed = new ArrayList<>();
    for (int group = 0; group < GROUPS; group++) {
      HeartbeatBenchmark beats = new HeartbeatBenchmark();
      beats.meet();
      // Those on the wire at one moment: one reads and checks them, then a neighbour hears them.
      List<Bytes> hints = beats.hints();
      List<Double> first = new ArrayList<>();
      List<Double> second = new ArrayList<>();
      for (int i = 0; i + MOMENT <= hints.size(); i += MOMENT) {
        List<Bytes> moment = hints.subList(i, i + MOMENT);
        beats.annaHears(beats.signedBefore(i));
        beats.cleoHears(beats.signedBefore(i));
        first.add(micros(moment, beats::annaHears));
        second.add(micros(moment, beats::cleoHears));
      }
      fresh.add(mean(first));
      shared.add(mean(second));
      signed.add(micros(beats.signed(), beats::annaHears));
    }
    say("nothing new: parsed, MAC checked, noted", fresh);
    say("the same, read by a neighbour before", shared);
    say("signed, signature checked", signed);
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(each -> each).sum() / values.size();
  }

  private static double micros(List<Bytes> heard, Function<Bytes, Object> hears) {
    double all =
        CpuFigures.micros(
            () -> {
              Object last = heard;
              for (Bytes beat : heard) {
                last = hears.apply(beat);
              }
              return last;
            });
    return all / heard.size();
  }

  /** Of the second half of the groups; the first warms up. */
  private static void say(String what, List<Double> micros) {
    List<Double> warm = micros.subList(GROUPS / 2, GROUPS);
    CpuFigures.say(what, warm.stream().mapToDouble(each -> each).toArray());
  }
}
