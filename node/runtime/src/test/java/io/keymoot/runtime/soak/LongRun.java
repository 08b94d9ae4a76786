package io.keymoot.runtime.soak;

import io.keymoot.runtime.soak.Village.Failed;
import io.keymoot.runtime.soak.Village.Heap;
import io.keymoot.runtime.soak.Village.House;
import io.keymoot.runtime.soak.Village.Way;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Twelve processes that talk and a fault every ten seconds, for as long as was asked.
 *
 * <p>A thirteenth keeps every key it is handed, all that crosses its network and all randomness it
 * draws. After some minutes it is put out, records on through more faults, and then must neither
 * open nor derive anything of what was used since. The next one comes after it.
 *
 * <p>The heap of the first, which is there from beginning to end, is looked at after each fault,
 * once all is collected, and judged by {@link HeapJudge}.
 */
final class LongRun {
  private static final int PROCESSES = 12;
  private static final String TALK = "talk 100 100";

  /** How many faults a hoarder sees as a member, and how many from outside. */
  private static final int HOARDS = 30;

  private static final int RECORDS_ON = 12;

  private static final int FAULTS_A_LOOK = 12;
  private static final long FAULT_MILLIS = 10_000;

  private final Way way;
  private final int minutes;
  private final Random random;
  private final List<House> all = new ArrayList<>();
  private final List<Heap> looks = new ArrayList<>();
  private String group = "";
  private @Nullable House hoarder;
  private Soak.@Nullable Expulsion expulsion;
  private int plundered;

  /** Of faults, when the hoarder of now came or was put out. */
  private int since;

  private double worst;

  LongRun(Way way, int minutes, long seed) {
    this.way = way;
    this.minutes = minutes;
    this.random = new Random(seed);
  }

  void run(PrintStream out) throws Exception {
    // Three of eight faults need a house for somebody new, and there are six a minute.
    int houses = PROCESSES + minutes * 4 + 8;
    try (Streets streets = Streets.build(houses);
        Village village = new Village(streets, way)) {
      all.addAll(village.settle(PROCESSES));
      for (House each : all) {
        each.order(TALK);
      }
      group = all.get(0).group;
      long begun = System.nanoTime();
      long end = Village.in(TimeUnit.MINUTES.toMillis(minutes));
      hoard(village, 0);
      int faults = 0;
      while (System.nanoTime() < end) {
        String fault = fault(streets, village);
        faults++;
        try {
          awaitAgreement(village);
        } catch (Failed e) {
          throw new Failed("after fault " + faults + ", " + fault + ": " + e.getMessage());
        }
        Soak.noTrouble(fault, all);
        looks.add(all.get(0).askHeap());
        judgeGrowth();
        if (faults % FAULTS_A_LOOK == 6) {
          Heap now = looks.get(looks.size() - 1);
          tell(
              out,
              "%d faults, last %s, agreed within %.1f s at worst; the first has %,d kB (%,d at the"
                  + " first look) and %,d facts; %d processes, %d hoarders judged",
              faults,
              fault,
              worst,
              now.kilobytes(),
              looks.get(0).kilobytes(),
              now.facts(),
              all.size(),
              plundered);
        }
        if (expulsion == null && faults - since >= HOARDS) {
          putOut(village, faults);
        } else if (expulsion != null && faults - since >= RECORDS_ON) {
          plunder(out);
          hoard(village, faults);
        }
        TimeUnit.NANOSECONDS.sleep(rest(begun, faults, System.nanoTime()));
      }
      if (expulsion == null) {
        putOut(village, faults);
        TimeUnit.SECONDS.sleep(2);
      }
      plunder(out);
      tell(
          out,
          "%d minutes, %d faults, 0 violations, agreed within %.1f s at worst; %d hoarders opened"
              + " and derived nothing that was used without them",
          minutes,
          faults,
          worst,
          plundered);
      judgeTrend(out);
    }
  }

  /** Until the next fault. What one took longer than its turn, those after it make good. */
  static long rest(long begun, int faults, long now) {
    long due = begun + TimeUnit.MILLISECONDS.toNanos(faults * FAULT_MILLIS);
    return Math.max(0, due - now);
  }

  private void tell(PrintStream out, String format, Object... values) {
    out.println(way + " long: " + String.format(Locale.ROOT, format, values));
  }

  private void awaitAgreement(Village village) throws Exception {
    long from = System.nanoTime();
    village.awaitOneGroup(all, Village.CONVERGES_MILLIS);
    worst = Math.max(worst, Soak.seconds(from));
  }

  // ---- the hoarder

  private void hoard(Village village, int faults) throws Exception {
    House next = talking(village.start("join", group, "hoard"));
    all.add(next);
    hoarder = next;
    expulsion = null;
    since = faults;
    Village.await(() -> next.connected > 0, Village.in(60_000), next::line);
    village.awaitOneGroup(all, Village.CONVERGES_MILLIS);
  }

  private void putOut(Village village, int faults) throws Exception {
    House out = Objects.requireNonNull(hoarder);
    all.remove(out);
    expulsion = Soak.expel(village, all, out, all.get(0), all.get(1));
    since = faults;
  }

  private void plunder(PrintStream out) throws Exception {
    Soak.Expulsion its = Objects.requireNonNull(expulsion);
    Soak.Window window = Soak.plunder(its, all);
    its.out().kill();
    plundered++;
    tell(
        out,
        "a hoarder that was put out tried %s; none sealed later than its sender's new key, and it"
            + " recorded on meanwhile",
        window.tried());
  }

  // ---- the heap

  private void judgeGrowth() throws Failed {
    Optional<String> wrong = HeapJudge.growth(looks);
    if (wrong.isPresent()) {
      throw new Failed(wrong.get());
    }
  }

  private void judgeTrend(PrintStream out) throws Failed {
    if (looks.size() < HeapJudge.FEWEST) {
      tell(out, "too few faults for a trend of the heap: %d are wanted", HeapJudge.FEWEST);
      return;
    }
    Optional<String> wrong = HeapJudge.trend(looks);
    if (wrong.isPresent()) {
      throw new Failed(wrong.get());
    }
    tell(
        out,
        "in the second half, of %d looks in all, the heap grew by %.2f kB with each fact",
        looks.size(),
        HeapJudge.kilobytesAFact(looks));
  }

  // ---- faults

  private String fault(Streets streets, Village village) throws Exception {
    House somebody = anybody();
    // Whoever goes is not asked later.
    Soak.noTrouble("before the next fault", List.of(somebody));
    switch (random.nextInt(8)) {
      case 0 -> {
        all.remove(somebody);
        somebody.kill();
        // It ends its own stay of before: nobody else could so soon, for who watches has to have
        // listened for ten minutes, and hardly anybody here is that old.
        all.add(talking(village.again(somebody, group)));
        return "kill -9, and it comes back";
      }
      case 1 -> {
        somebody.signal("STOP");
        TimeUnit.SECONDS.sleep(5);
        somebody.signal("CONT");
        return "SIGSTOP for 5 s";
      }
      case 2 -> {
        streets.part(half());
        TimeUnit.SECONDS.sleep(5);
        streets.heal();
        return "partition of 5 s";
      }
      case 3 -> {
        streets.lose(20);
        somebody.order("rekey");
        TimeUnit.SECONDS.sleep(5);
        streets.heal();
        return "20 % loss for 5 s";
      }
      case 4 -> {
        somebody.order("leave");
        all.remove(somebody);
        TimeUnit.MILLISECONDS.sleep(1_000);
        somebody.kill();
        all.add(newcomer(village));
        return "leave, and a newcomer";
      }
      case 5 -> {
        all.remove(somebody);
        all.get(0).order("expel " + somebody.device);
        all.get(1).order("expel " + somebody.device);
        Village.await(() -> somebody.state.equals("OUT"), Village.in(30_000), somebody::line);
        somebody.kill();
        all.add(newcomer(village));
        return "expulsion, and a newcomer";
      }
      case 6 -> {
        streets.cutOneWay(all.get(0).number, somebody.number);
        somebody.order("rekey");
        TimeUnit.SECONDS.sleep(5);
        streets.heal();
        return "one-way cut of 5 s";
      }
      default -> {
        all.get(0).order("rekey");
        somebody.order("rekey");
        return "two rekeys at once";
      }
    }
  }

  /** The first is looked at all the time, and the hoarder has a fate of its own. */
  private House anybody() {
    House somebody;
    do {
      somebody = all.get(1 + random.nextInt(all.size() - 1));
    } while (somebody == hoarder);
    return somebody;
  }

  private House newcomer(Village village) throws Exception {
    return talking(village.start("join", group));
  }

  private static House talking(House newcomer) throws Exception {
    // A JVM that starts takes what the machine has to spare, which says nothing of the group.
    Village.await(
        () -> newcomer.connected > 0,
        Village.in(120_000),
        () -> "not connected: " + newcomer.line());
    newcomer.order(TALK);
    return newcomer;
  }

  private Set<Integer> half() {
    Set<Integer> some = new HashSet<>();
    for (House each : all) {
      if (random.nextBoolean()) {
        some.add(each.number);
      }
    }
    some.add(all.get(0).number);
    some.remove(all.get(1).number);
    return some;
  }
}
