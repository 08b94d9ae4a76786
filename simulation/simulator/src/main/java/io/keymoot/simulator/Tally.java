package io.keymoot.simulator;

import io.keymoot.simulator.byzantine.Liar;
import io.keymoot.simulator.result.Campaign;
import io.keymoot.simulator.result.Change;
import io.keymoot.simulator.result.Expulsion;
import io.keymoot.simulator.result.Heal;
import io.keymoot.simulator.result.Injected;
import io.keymoot.simulator.result.MemberEvent;
import io.keymoot.simulator.result.Plan;
import io.keymoot.simulator.result.RunResult;
import io.keymoot.simulator.result.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** What many runs come to, in a few numbers; it grows with how different they are, not how many. */
final class Tally {
  /** Fewer leaves at once are nothing to tell of. */
  static final int MANY = 20;

  private static final int FAILURES_NAMED = 100;

  private final Plan plan;
  private final long started = System.nanoTime();
  private long runs;
  private long failed;
  private long steps;
  private long checked;
  private long frames;
  private long millis;
  private final Spread converged = new Spread();
  private final Spread joined = new Spread();
  private final Spread readable = new Spread();
  private final Map<String, Long> tricks = new TreeMap<>();
  private long apart;
  private final List<Long> failing = new ArrayList<>();
  private final TreeSet<Long> doneBeyond = new TreeSet<>();
  private long next;
  private Burst burst = new Burst(0, 0, 0);

  Tally(Plan plan) {
    this.plan = plan;
    this.next = plan.seed();
  }

  /** How often there was which number of milliseconds. */
  private static final class Spread {
    private final TreeMap<Long, Long> times = new TreeMap<>();
    private long count;

    void add(long value) {
      times.merge(value, 1L, Long::sum);
      count++;
    }

    long within(double part) {
      long left = Math.max(1, (long) Math.ceil(part * count));
      for (Map.Entry<Long, Long> each : times.entrySet()) {
        left -= each.getValue();
        if (left <= 0) {
          return each.getKey();
        }
      }
      return -1;
    }

    Campaign.Share share() {
      return new Campaign.Share(count, within(0.5), within(0.99), within(1));
    }
  }

  /**
   * The most leaves within one second, and the Rekeys from then on until the keys had settled:
   * those that the leaves took, and those that only took fresh keys of slots in afterwards.
   */
  private record Burst(int leaves, long rekeys, long refreshes) {
    private static final long SETTLING_MILLIS = 15_000;

    static Burst of(RunResult result) {
      List<Long> left =
          result.events().stream()
              .filter(event -> event.kind() == MemberEvent.Kind.LEFT)
              .map(MemberEvent::atMillis)
              .sorted()
              .toList();
      int most = 0;
      long at = 0;
      for (int i = 0, first = 0; i < left.size(); i++) {
        while (left.get(i) - left.get(first) > 1_000) {
          first++;
        }
        if (i - first + 1 > most) {
          most = i - first + 1;
          at = left.get(first);
        }
      }
      long rekeys = 0;
      long refreshes = 0;
      Series.Sample before = null;
      for (Series.Sample sample : result.series().samples()) {
        if (sample.atMillis() <= at) {
          before = sample;
        } else if (sample.atMillis() <= at + SETTLING_MILLIS) {
          refreshes = sample.refreshes() - (before == null ? 0 : before.refreshes());
          rekeys = sample.rekeys() - (before == null ? 0 : before.rekeys()) - refreshes;
        }
      }
      return new Burst(most, rekeys, refreshes);
    }
  }

  void add(RunResult result) {
    runs++;
    if (!result.isGood()) {
      failed++;
      if (failing.size() < FAILURES_NAMED) {
        failing.add(result.plan().seed());
      }
    }
    steps += result.steps();
    checked += result.totals().epochsChecked();
    frames += result.totals().framesOpened();
    millis += result.plan().millis();
    for (Heal heal : result.heals()) {
      if (heal.what().equals(Heal.ALL) && heal.convergedMillis() >= 0) {
        converged.add(heal.convergedMillis());
      }
    }
    for (Change change : result.changes()) {
      if (change.kind() == Change.Kind.JOIN) {
        joined.add(change.effectMillis());
      }
    }
    if (result.plan().byzantine() > 0) {
      Liar.allTricks().forEach(name -> tricks.putIfAbsent(name, 0L));
    }
    for (Injected each : result.injected()) {
      if (each.fault().startsWith(Injected.TRICK)) {
        String name = each.fault().substring(Injected.TRICK.length());
        tricks.merge(name, each.times(), Long::sum);
      }
    }
    apart +=
        result.injected().stream().anyMatch(each -> each.fault().equals(Injected.APART)) ? 1 : 0;
    for (Expulsion each : result.expulsions()) {
      readable.add(each.lastReadableMillis());
    }
    Burst its = Burst.of(result);
    burst = its.leaves > burst.leaves ? its : burst;
    doneBeyond.add(result.plan().seed());
    while (doneBeyond.remove(next)) {
      next++;
    }
  }

  Campaign campaign() {
    double seconds = (System.nanoTime() - started) / 1e9;
    return new Campaign(
        plan,
        runs,
        failed,
        next,
        List.copyOf(failing),
        failed > 0 || runs == 0 ? 1 : Math.min(1, 3.0 / runs),
        millis,
        steps,
        checked,
        frames,
        converged.share(),
        joined.share(),
        readable.share(),
        new TreeMap<>(tricks),
        burst.leaves,
        burst.rekeys,
        burst.refreshes,
        runs / seconds);
  }

  String inWords() {
    Campaign all = campaign();
    String how =
        all.converged().count() == 0
            ? "nothing converged"
            : "converged after the faults in " + inWords(all.converged());
    if (all.joined().count() > 0) {
      how +=
          String.format(
              Locale.ROOT,
              "; %,d joined and could send after %s",
              all.joined().count(),
              inWords(all.joined()));
    }
    if (all.readable().count() > 0) {
      how +=
          String.format(
              Locale.ROOT,
              "; %,d were expelled and could read for %s more",
              all.readable().count(),
              inWords(all.readable()));
    }
    if (burst.leaves >= MANY) {
      how +=
          String.format(
              Locale.ROOT,
              "; %,d left within 1 s, which took %d Rekeys, and %d more to take fresh keys of slots"
                  + " in",
              burst.leaves,
              burst.rekeys,
              burst.refreshes);
    }
    if (apart > 0) {
      how +=
          String.format(Locale.ROOT, "; in %,d sides put each other out, and nobody was in", apart);
    }
    List<String> never =
        tricks.entrySet().stream()
            .filter(each -> each.getValue() == 0)
            .map(Map.Entry::getKey)
            .toList();
    if (!tricks.isEmpty()) {
      how +=
          String.format(
              Locale.ROOT,
              "; liars played %,d tricks of %d kinds%s",
              tricks.values().stream().mapToLong(Long::longValue).sum(),
              tricks.size() - never.size(),
              never.isEmpty() ? "" : ", and never " + String.join(", ", never));
    }
    return String.format(
            Locale.ROOT,
            "%,d of %,d runs broke a property: %d members, %.2f virtual hours, %,d steps, %,d keys"
                + " tried by those who are out, %,d frames opened; %s.",
            failed,
            runs,
            plan.members(),
            millis / 3.6e6,
            steps,
            checked,
            frames,
            how)
        + (failed == 0 && runs > 1 && plan.plant().isEmpty()
            ? String.format(
                Locale.ROOT,
                " With 95 %% confidence a run of this kind fails at most once in %,d.",
                Math.max(1, runs / 3))
            : "");
  }

  private static String inWords(Campaign.Share share) {
    return String.format(
        Locale.ROOT,
        "%d ms (half), %d ms (99 %%), %d ms (all)",
        share.half(),
        share.ninetyNine(),
        share.all());
  }
}
