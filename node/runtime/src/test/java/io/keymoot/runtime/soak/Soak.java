package io.keymoot.runtime.soak;

import com.sun.management.OperatingSystemMXBean;
import io.keymoot.runtime.soak.Village.Failed;
import io.keymoot.runtime.soak.Village.House;
import io.keymoot.runtime.soak.Village.KeyName;
import io.keymoot.runtime.soak.Village.Use;
import io.keymoot.runtime.soak.Village.Way;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * What takes too long for a build: node/bin/soak. Each story prints what it measured, and fails if
 * what must hold does not.
 *
 * <p>Long because it is a list: each story is one method, and what they share is in {@link
 * Village}.
 */
public final class Soak {
  private interface Story {
    void run(Soak soak) throws Exception;
  }

  private static final Map<String, Story> STORIES = new LinkedHashMap<>();

  /** These need no network of their own. */
  private static final List<String> IN_ONE_JVM =
      List.of("join-warm", "local-32", "local-64", "local-128");

  static {
    STORIES.put("meet-5", soak -> soak.meet(5));
    STORIES.put("meet-10", soak -> soak.meet(10));
    STORIES.put("meet-20", soak -> soak.meet(20));
    STORIES.put("join", Soak::join);
    STORIES.put("join-warm", soak -> Crowd.join(25, System.out));
    STORIES.put("rejoin-5", soak -> soak.rejoin(5));
    STORIES.put("rejoin-10", soak -> soak.rejoin(10));
    STORIES.put("rejoin-20", soak -> soak.rejoin(20));
    STORIES.put("form-5", soak -> soak.form(5));
    STORIES.put("form-10", soak -> soak.form(10));
    STORIES.put("form-20", soak -> soak.form(20));
    STORIES.put("leave", soak -> soak.leave(8, 5));
    STORIES.put("leave-slower", soak -> soak.leave(8, 20));
    STORIES.put("leave-4", soak -> soak.leave(4, 5));
    STORIES.put("expel", Soak::expel);
    STORIES.put("kill", Soak::killEach);
    STORIES.put("pause", Soak::pause);
    STORIES.put("loss", Soak::loss);
    STORIES.put("partition", Soak::partition);
    STORIES.put("one-way", Soak::oneWay);
    STORIES.put("flapping", Soak::flapping);
    STORIES.put("forty-percent", Soak::fortyPercent);
    STORIES.put("local-32", soak -> Crowd.run(32, System.out));
    STORIES.put("local-64", soak -> Crowd.run(64, System.out));
    STORIES.put("local-128", soak -> Crowd.run(128, System.out));
    STORIES.put("long", soak -> new LongRun(soak.way, soak.minutes, soak.seed).run(System.out));
  }

  private final Way way;
  private final int minutes;
  private final long seed;

  private Soak(Way way, int minutes, long seed) {
    this.way = way;
    this.minutes = minutes;
    this.seed = seed;
  }

  public static void main(String[] args) {
    Way way = Way.UDP;
    int minutes = 60;
    long seed = 1;
    List<String> names = new ArrayList<>();
    for (String arg : args) {
      if (arg.equals("--tcp")) {
        way = Way.TCP;
      } else if (arg.startsWith("--minutes=")) {
        minutes = Integer.parseInt(arg.substring(10));
      } else if (arg.startsWith("--seed=")) {
        seed = Long.parseLong(arg.substring(7));
      } else if (arg.equals("all")) {
        names.addAll(STORIES.keySet());
      } else if (STORIES.containsKey(arg)) {
        names.add(arg);
      } else {
        System.err.println(
            "Use: soak [--tcp] [--minutes=N] [--seed=N] all | "
                + String.join(" | ", STORIES.keySet())
                + " …");
        System.exit(2);
      }
    }
    if (names.isEmpty()) {
      System.err.println("Which story? all, or some of: " + String.join(", ", STORIES.keySet()));
      System.exit(2);
    }
    String whyNot = Streets.whyNot();
    int failed = 0;
    int skipped = 0;
    for (String name : names) {
      if (!whyNot.isEmpty() && !IN_ONE_JVM.contains(name)) {
        System.out.println(name + ": skipped; " + whyNot);
        skipped++;
        continue;
      }
      try {
        Objects.requireNonNull(STORIES.get(name)).run(new Soak(way, minutes, seed));
      } catch (Exception e) {
        failed++;
        System.out.println(name + ": FAILED: " + e.getMessage());
      }
    }
    if (skipped == names.size()) {
      System.out.println("Nothing was tried: every story was skipped.");
    }
    System.exit(failed == 0 && skipped < names.size() ? 0 : 1);
  }

  private void tell(String format, Object... values) {
    System.out.println(way + " " + String.format(Locale.ROOT, format, values));
  }

  // ---- meeting

  /** All start at once, knowing a name alone. */
  private void meet(int count) throws Exception {
    try (Streets streets = Streets.build(count);
        Village village = new Village(streets, way)) {
      long from = System.nanoTime();
      List<House> all = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        all.add(village.start("either"));
      }
      village.awaitOneGroup(all, 180_000);
      tell(
          "meet-%d: one group, all read each other, %.1f s after the first JVM was started",
          count, seconds(from));
    }
  }

  /** Newcomers to a group that talks: from connected to the first opened frame. */
  private void join() throws Exception {
    int newcomers = 15;
    try (Streets streets = Streets.build(4 + newcomers);
        Village village = new Village(streets, way)) {
      List<House> all = village.settle(4);
      for (House each : all) {
        each.order("talk 5 100");
      }
      List<Double> took = new ArrayList<>();
      for (int i = 0; i < newcomers; i++) {
        House newcomer = village.start("join", all.get(0).group);
        Village.await(
            () -> newcomer.first > 0, Village.in(60_000), () -> "not in: " + newcomer.line());
        took.add((newcomer.first - newcomer.connected) / 1e6);
        newcomer.order("leave");
        TimeUnit.MILLISECONDS.sleep(1_500);
        newcomer.kill();
      }
      took.sort(null);
      tell(
          "join: connected to first opened frame, %d newcomers one by one: p50 %.0f ms, least %.0f,"
              + " most %.0f",
          newcomers, took.get(newcomers / 2), took.get(0), took.get(newcomers - 1));
    }
  }

  /** How long a newcomer in a warm JVM may be connected before it opens a frame. */
  private static final int JOIN_MILLIS = 50;

  /**
   * One after the other leaves and joins again within its JVM, several times round. The first round
   * is not counted: in it each JVM compiles what joining takes.
   */
  private void rejoin(int count) throws Exception {
    newcomers(
        "rejoin",
        count,
        new Rounds(1, 4),
        (village, all, round) -> {
          List<Double> took = new ArrayList<>();
          for (House each : all) {
            took.add(each.again());
            each.order(talk(count));
            village.awaitOneGroup(all, Village.CONVERGES_MILLIS);
          }
          return took;
        });
  }

  /**
   * All leave their group and form another, one coming after the other, several times. In the first
   * rounds, which are not counted, each JVM compiles what joining takes.
   */
  private void form(int count) throws Exception {
    newcomers(
        "form",
        count,
        new Rounds(3, 5),
        (village, all, round) -> {
          for (House each : all) {
            each.order("part");
          }
          for (House each : all) {
            each.awaitParted();
          }
          String name = "round" + round;
          List<House> in = new ArrayList<>(List.of(all.get(0)));
          in.get(0).found(name);
          List<Double> took = new ArrayList<>();
          for (House newcomer : all.subList(1, count)) {
            for (House each : in) {
              each.order(talk(in.size()));
            }
            took.add(newcomer.join(name, in.get(0).group));
            in.add(newcomer);
          }
          for (House each : all) {
            each.order(talk(count));
          }
          village.awaitOneGroup(all, Village.CONVERGES_MILLIS);
          return took;
        });
  }

  /** However many they are: 200 frames a second, so that nobody waits long for somebody's. */
  private static String talk(int speakers) {
    return "talk " + 5 * speakers + " 100";
  }

  private record Rounds(int toWarmUp, int counted) {}

  private interface Round {
    /** How long each newcomer was connected before it opened a frame, in milliseconds. */
    List<Double> run(Village village, List<House> all, int round) throws Exception;
  }

  /** Newcomers in JVMs that have compiled what joining takes. */
  private void newcomers(String story, int count, Rounds rounds, Round what) throws Exception {
    try (Streets streets = Streets.build(count);
        Village village = Village.inEarnest(streets, way)) {
      List<House> all = village.settle(count);
      for (House each : all) {
        each.order(talk(count));
      }
      List<Double> took = new ArrayList<>();
      double load = 0;
      for (int round = 0; round < rounds.toWarmUp + rounds.counted; round++) {
        long patience = round == 0 ? WARM_UP_SECONDS : AGAIN_SECONDS;
        village.rest(all, AT_REST, Village.in(TimeUnit.SECONDS.toMillis(patience)));
        machine();
        double ours = village.rest(all, AT_REST, Village.in(0));
        double others = machine();
        List<Double> its = what.run(village, all, round);
        if (round >= rounds.toWarmUp) {
          load = Math.max(load, Math.max(ours, others));
          took.addAll(its);
        }
      }
      noTrouble(story, all);
      judge(story + "-" + count, took, load);
    }
  }

  private void judge(String story, List<Double> took, double load) throws Failed {
    took.sort(null);
    double p50 = took.get(took.size() / 2);
    boolean isMet = p50 <= JOIN_MILLIS;
    tell(
        "%s: connected to first opened frame, warm JVMs, %d times one of them: p50 %.0f ms, least"
            + " %.0f, most %.0f; wanted: p50 of %d at most, %s; between the rounds the machine was"
            + " busy for %.0f %% at most",
        story,
        took.size(),
        p50,
        took.get(0),
        took.get(took.size() - 1),
        JOIN_MILLIS,
        isMet ? "met" : "MISSED",
        load * 100);
    if (!isMet && load <= AT_REST) {
      throw new Failed("at rest a newcomer waits longer than is wanted");
    }
  }

  /** Which part of the machine whatever runs on it took since this was asked last. */
  private static double machine() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
        ? system.getCpuLoad()
        : 0;
  }

  // ---- leaving

  /**
   * All send every few milliseconds while one leaves, several times: with encryption, and the same
   * without. The three seconds before each leave are measured too, for they say what the machine
   * does to both: eight processes that send every 5 ms fill two cores even without encryption, so
   * there are stories of fewer and of less talk.
   */
  private void leave(int members, int everyMillis) throws Exception {
    Leaves plain = leaves(true, members, everyMillis);
    Leaves ours = leaves(false, members, everyMillis);
    tell(
        "leave: worst delivery in the 3 s after a leave, N = %d, all sending every %d ms, %d"
            + " leaves: median %.1f ms of %s; plain %.1f ms of %s; in the 3 s before: %.1f and"
            + " %.1f ms; the processes took %.0f and %.0f %% of the machine%s; lost: %d",
        members,
        everyMillis,
        ROUNDS,
        median(ours.after),
        ours.after,
        median(plain.after),
        plain.after,
        median(ours.before),
        median(plain.before),
        ours.load * 100,
        plain.load * 100,
        Math.max(ours.load, plain.load) > AT_REST ? ", which was not at rest" : "",
        ours.lost);
    double more = median(ours.after) - median(plain.after);
    boolean isMet = more <= LEAVE_MILLIS;
    tell(
        "leave: %.1f ms more than plain; wanted: %d at most, %s",
        more, LEAVE_MILLIS, isMet ? "met" : "MISSED");
    if (ours.lost > 0) {
      throw new Failed(ours.lost + " frames were lost");
    }
    // A machine that is not at rest delays both, and says nothing of what a leave costs.
    if (!isMet && Math.max(ours.load, plain.load) <= AT_REST) {
      throw new Failed("at rest a leave costs more than is wanted");
    }
  }

  /** What a leave may cost more than without encryption. */
  private static final int LEAVE_MILLIS = 25;

  private static final int ROUNDS = 5;

  /** JVMs that compile all they run take minutes to come to rest, eight of them on two cores. */
  private static final long WARM_UP_SECONDS = 240;

  /** One of the eight is new then. */
  private static final long AGAIN_SECONDS = 30;

  private static final double AT_REST = 0.7;

  /** Milliseconds, of the one that waited longest, by round. */
  private record Leaves(List<Double> before, List<Double> after, double load, long lost) {}

  private Leaves leaves(boolean plain, int members, int everyMillis) throws Exception {
    String talk = "talk " + everyMillis + " 100";
    try (Streets streets = Streets.build(members + ROUNDS);
        Village village = Village.inEarnest(streets, way)) {
      List<House> all = new ArrayList<>();
      if (plain) {
        for (int i = 0; i < members; i++) {
          all.add(village.start("plain"));
        }
        awaitCluster(all);
      } else {
        all.addAll(village.settle(members));
      }
      for (House each : all) {
        each.order(talk);
      }
      List<Double> before = new ArrayList<>();
      List<Double> after = new ArrayList<>();
      double load = 0;
      long lost = 0;
      for (int i = 0; i < ROUNDS; i++) {
        long patience = i == 0 ? WARM_UP_SECONDS : AGAIN_SECONDS;
        double now = village.rest(all, AT_REST, Village.in(TimeUnit.SECONDS.toMillis(patience)));
        load = Math.max(load, now);
        before.add(worst(all, Optional.empty()));
        House leaver = all.remove(3);
        after.add(worst(all, Optional.of(leaver)));
        for (House each : all) {
          lost += each.askStats(all.size() - 1).lost();
        }
        leaver.kill();
        House newcomer = plain ? village.start("plain") : village.start("join", all.get(0).group);
        all.add(newcomer);
        if (plain) {
          awaitCluster(all);
        } else {
          village.awaitOneGroup(all, Village.CONVERGES_MILLIS);
        }
        newcomer.order(talk);
      }
      return new Leaves(before, after, load, lost);
    }
  }

  private static void awaitCluster(List<House> all) throws Exception {
    Village.await(
        () -> all.stream().allMatch(house -> house.members == all.size()),
        Village.in(60_000),
        () -> "no cluster: " + all.stream().map(House::line).toList());
  }

  /** The longest that a frame was on its way in three seconds, which begin with a leave. */
  private static double worst(List<House> all, Optional<House> leaver) throws Exception {
    for (House each : all) {
      each.order("reset");
    }
    if (leaver.isPresent()) {
      leaver.get().order("leave");
    }
    TimeUnit.SECONDS.sleep(3);
    long worst = 0;
    for (House each : all) {
      // Of who is heard no more at all, nothing would be late and nothing missing.
      worst = Math.max(worst, each.askStats(all.size() - 1).worstMicros());
    }
    return worst / 1e3;
  }

  private static double median(List<Double> values) {
    List<Double> sorted = new ArrayList<>(values);
    sorted.sort(null);
    return sorted.get(sorted.size() / 2);
  }

  /** All talk while one is put out that keeps every key it ever had, and records all. */
  private void expel() throws Exception {
    try (Streets streets = Streets.build(7);
        Village village = new Village(streets, way)) {
      List<House> all = village.settle(6, 5);
      for (House each : all) {
        each.order("talk 10 100");
      }
      TimeUnit.SECONDS.sleep(3);
      comeLate(village, all);
      Window window = putOut(village, all, all.get(5), all.get(0), all.get(1));
      if (Double.isNaN(window.excluderMillis)) {
        throw new Failed("it opened nothing of who made the key without it, so that is not judged");
      }
      tell(
          "expel: the expelled tried %s; it opened frames that who made the new key sealed up to"
              + " %.0f ms after the second voice was ordered, %.0f ms before it used that key, and"
              + " none sealed under it; of those who had not heard of it yet, up to %.0f ms after"
              + " the second voice; all others sealed under the new key after %.0f ms",
          window.tried,
          window.excluderMillis,
          window.excluderBeforeMillis,
          window.othersMillis,
          window.newKeyMillis);
    }
  }

  /**
   * One comes late that keeps every key it is handed, and gets what another recorded before it was
   * there: of that it opens nothing, though it reads all from now on.
   */
  private void comeLate(Village village, List<House> all) throws Exception {
    House hoarder = all.get(5);
    hoarder.order("handon");
    Village.await(() -> hoarder.early.equals("handedon"), Village.in(20_000), () -> hoarder.line());
    // Who recorded them opens some: else it would say nothing that another does not.
    if (early(hoarder)[2].equals("0")) {
      throw new Failed("who recorded the frames opens none of them: " + hoarder.early);
    }
    House late = village.start("join", all.get(0).group, "hoard");
    all.add(late);
    village.awaitOneGroup(all, Village.CONVERGES_MILLIS);
    String[] words = early(late);
    // What it records it begins to hear a little after it is in.
    for (long end = Village.in(20_000); words[4].equals("0"); words = early(late)) {
      if (System.nanoTime() > end) {
        throw new Failed("it opens no frame of its own time, so it proves nothing: " + late.early);
      }
      TimeUnit.MILLISECONDS.sleep(500);
    }
    int frames = Integer.parseInt(words[1]);
    if (frames == 0) {
      throw new Failed("it had no frames, so it proves nothing: " + late.early);
    }
    if (!words[2].equals("0")) {
      throw new Failed("who came late opened frames from before: " + late.early);
    }
    tell(
        "expel: one came late that was handed %d frames from before, and opened none of them with"
            + " %s keys, which open %s that it recorded itself",
        frames, words[3], words[4]);
  }

  /** What its keys open of the frames that it was handed, and of its own. */
  private static String[] early(House late) throws Exception {
    late.early = "";
    late.order("early");
    Village.await(() -> late.early.startsWith("early"), Village.in(20_000), late::line);
    return late.early.split(" ");
  }

  /**
   * How long after it was to go the newest frames were sealed that it opened.
   *
   * @param excluderMillis of whoever made the key without it
   * @param excluderBeforeMillis how long before that one used the new key
   * @param othersMillis of the others, who seal under the old key until they hear of the new one
   */
  record Window(
      String tried,
      double excluderMillis,
      double excluderBeforeMillis,
      double othersMillis,
      double newKeyMillis) {}

  /**
   * Who was put out, and when each of the others had the first key without it.
   *
   * @param from when it was to go
   * @param switches by member
   * @param excluders who made those keys
   */
  record Expulsion(House out, long from, Map<String, Long> switches, Set<String> excluders) {

    /** When the last of those who stayed had it. */
    long lastNew() {
      return Collections.max(switches.values());
    }

    /** Of those who are gone, or came later, nobody was ever to use an older key than the rest. */
    long switched(String member) {
      return switches.getOrDefault(member, lastNew());
    }
  }

  /** Two put a third out, which must open nothing sealed once its sender had the new key. */
  static Window putOut(Village village, List<House> all, House out, House one, House other)
      throws Exception {
    List<House> stay = new ArrayList<>(all);
    stay.remove(out);
    Expulsion expulsion = expel(village, stay, out, one, other);
    TimeUnit.SECONDS.sleep(2);
    for (House each : stay) {
      each.order("quiet");
    }
    TimeUnit.SECONDS.sleep(1);
    return plunder(expulsion, stay);
  }

  static Expulsion expel(Village village, List<House> stay, House out, House one, House other)
      throws Exception {
    // Whoever was killed is one of them until it is missed for good.
    int members = stay.get(0).members;
    one.order("expel " + out.device);
    long from = System.nanoTime();
    other.order("expel " + out.device);
    village.awaitOneGroup(stay, members - 1, Village.CONVERGES_MILLIS);
    return expelled(out, stay, from, each -> members);
  }

  /**
   * @param members by house, who were more than are in its first key without the one who is out
   */
  private static Expulsion expelled(
      House out, List<House> stay, long from, ToIntFunction<House> members) throws Exception {
    Map<String, Long> switches = new LinkedHashMap<>();
    Set<String> epochs = new HashSet<>();
    for (House each : stay) {
      int before = members.applyAsInt(each);
      Village.await(
          () -> each.firstUse(from, before).isPresent(),
          Village.in(10_000),
          () -> "no new key at " + each.line());
      Use first = each.firstUse(from, before).orElseThrow();
      switches.put(each.member, first.nanos());
      epochs.add(first.key().epoch());
    }
    Set<String> excluders = new HashSet<>();
    for (House each : stay) {
      if (!Collections.disjoint(each.made, epochs)) {
        excluders.add(each.member);
      }
    }
    return new Expulsion(out, from, switches, excluders);
  }

  /**
   * What one who is out makes of all it kept: nothing that was sealed once its sender had a key
   * without it.
   *
   * @param others of whose keys it must know none that they used since
   */
  static Window plunder(Expulsion expulsion, List<House> others) throws Exception {
    House out = expulsion.out;
    out.order("plunder");
    Village.await(
        () -> !out.plunder.isEmpty(), Village.in(60_000), () -> "no plunder: " + out.line());
    String[] words = out.plunder.split(" ");
    if (Integer.parseInt(words[2]) == 0) {
      throw new Failed("the hoarder opened nothing at all, so it proves nothing: " + out.plunder);
    }
    if (!saysEpochsOfBefore(expulsion, others)) {
      throw new Failed("no frame that it opened says an epoch that its sender used: " + out.sealed);
    }
    Optional<String> leak = leak(out.sealed, epochsWithout(expulsion, others));
    if (leak.isPresent()) {
      throw new Failed(leak.get());
    }
    if (expulsion.switches.keySet().stream().noneMatch(out.plundered::containsKey)) {
      throw new Failed("of those who stayed the hoarder opened nothing: " + out.plundered);
    }
    int unheard = Integer.parseInt(words[4]);
    if (unheard == 0) {
      throw new Failed("all that the others said it had heard itself: were they recorded?");
    }
    int derived = knowsNoNewKey(expulsion, others);
    return new Window(
        words[3]
            + " keys on "
            + words[1]
            + " frames and opened "
            + words[2]
            + ", derived "
            + derived
            + " old keys in use from all it recorded and "
            + unheard
            + " messages that only others heard",
        newest(expulsion, expulsion.excluders::contains, member -> expulsion.from),
        -newest(expulsion, expulsion.excluders::contains, expulsion::switched),
        newest(
            expulsion,
            member -> !expulsion.excluders.contains(member) && !member.equals(out.member),
            member -> expulsion.from),
        (expulsion.lastNew() - expulsion.from) / 1e6);
  }

  /** Of what it opened of these, how many milliseconds after that the newest was sealed. */
  private static double newest(
      Expulsion expulsion, Predicate<String> members, ToLongFunction<String> since) {
    return expulsion.out.plundered.entrySet().stream()
        .filter(each -> members.test(each.getKey()))
        .mapToDouble(each -> (each.getValue() - since.applyAsLong(each.getKey())) / 1e6)
        .max()
        .orElse(Double.NaN);
  }

  /** Or the judge of leaks, which goes by what frames say, would find none whatever there were. */
  private static boolean saysEpochsOfBefore(Expulsion expulsion, List<House> others) {
    return others.stream()
        .anyMatch(
            each ->
                each.used.stream()
                    .filter(use -> use.nanos() < expulsion.switched(each.member))
                    .map(use -> use.key().epoch())
                    .anyMatch(expulsion.out.sealed.getOrDefault(each.member, Set.of())::contains));
  }

  /** By member, the epochs that it used since it had one without the expelled. */
  private static Map<String, Set<String>> epochsWithout(Expulsion expulsion, List<House> others) {
    Map<String, Set<String>> epochs = new TreeMap<>();
    for (House each : others) {
      long since = expulsion.switched(each.member);
      epochs.put(
          each.member,
          each.used.stream()
              .filter(use -> use.nanos() >= since)
              .map(use -> use.key().epoch())
              .collect(Collectors.toSet()));
    }
    return epochs;
  }

  /**
   * No clock is asked: each frame says which epoch its sender used just before it was sealed, so it
   * was sealed under that one or a later one. What the expelled sealed itself it knew.
   *
   * @param opened by member, what its frames say that were opened
   * @param without by member who stayed, the epochs that it used without the expelled
   */
  static Optional<String> leak(Map<String, Set<String>> opened, Map<String, Set<String>> without) {
    for (Map.Entry<String, Set<String>> each : without.entrySet()) {
      Set<String> both = new TreeSet<>(opened.getOrDefault(each.getKey(), Set.of()));
      both.retainAll(each.getValue());
      if (!both.isEmpty()) {
        return Optional.of(
            "the expelled opened frames that "
                + each.getKey()
                + " sealed when it used an epoch without it: "
                + both);
      }
    }
    return Optional.empty();
  }

  /**
   * Nor does any key follow from all it recorded that they used since: their covers, relays, words
   * and what they said to one another, with all its randomness.
   */
  private static int knowsNoNewKey(Expulsion expulsion, List<House> others) throws Failed {
    Map<String, List<Use>> used = new TreeMap<>();
    others.forEach(each -> used.put(each.member, each.used));
    return knowsNoNewKey(expulsion.out.derives, used, expulsion::switched);
  }

  /**
   * @param derives what the expelled comes to
   * @param used by member
   * @param switched by member, when it had the first key without the expelled
   * @return how many of the earlier ones it comes to: else it would prove nothing
   */
  static int knowsNoNewKey(
      List<KeyName> derives, Map<String, List<Use>> used, ToLongFunction<String> switched)
      throws Failed {
    Set<KeyName> old = new HashSet<>();
    for (Map.Entry<String, List<Use>> each : used.entrySet()) {
      for (Use use : each.getValue()) {
        boolean isDerived =
            derives.stream()
                .anyMatch(
                    key ->
                        key.epoch().equals(use.key().epoch())
                            && key.revision() <= use.key().revision());
        if (isDerived && use.nanos() >= switched.applyAsLong(each.getKey())) {
          throw new Failed(
              "the expelled derives "
                  + use.key()
                  + ", in use since without it; it derives "
                  + derives);
        }
        if (isDerived) {
          old.add(use.key());
        }
      }
    }
    if (old.isEmpty()) {
      throw new Failed("of the keys it had the hoarder derives none: " + derives);
    }
    return old.size();
  }

  // ---- faults

  private interface Fault {
    void happen(Streets streets, Village village, List<House> all) throws Exception;
  }

  private static final String TALK = "talk 50 100";

  private void withTen(String name, Fault fault, Integer... hoarders) throws Exception {
    // Some come later.
    try (Streets streets = Streets.build(12);
        Village village = new Village(streets, way)) {
      List<House> all = new ArrayList<>(village.settle(10, hoarders));
      for (House each : all) {
        each.order(TALK);
      }
      fault.happen(streets, village, all);
      noTrouble(name, all);
    }
  }

  /**
   * One of the ten keeps every key and records all that happens. In the end it is put out: with all
   * that the fault made others say, it opens and derives nothing of what is used since.
   */
  private void withTenAndAHoarder(String name, Fault fault) throws Exception {
    withTen(
        name,
        (streets, village, all) -> {
          House hoarder = all.get(HOARDER);
          fault.happen(streets, village, all);
          Window window = putOut(village, all, hoarder, all.get(0), all.get(1));
          tell(
              "%s: then one was put out; all others had the new key after %.0f ms; it tried %s,"
                  + " none sealed later than its sender's new key",
              name, window.newKeyMillis, window.tried);
        },
        HOARDER);
  }

  /** The last of the ten, which nothing else happens to. */
  private static final int HOARDER = 9;

  static void noTrouble(String name, List<House> all) throws Failed {
    for (House each : all) {
      if (!each.trouble.isEmpty() || !each.said().isEmpty()) {
        throw new Failed(name + ": " + each.line());
      }
    }
  }

  /** Each of several in turn, in the middle of something: the rest go on. */
  private void killEach() throws Exception {
    withTenAndAHoarder(
        "kill",
        (streets, village, all) -> {
          Random random = new Random(seed);
          House hoarder = all.get(HOARDER);
          List<Double> took = new ArrayList<>();
          int members = all.size();
          for (Moment moment : Moment.values()) {
            House victim = takeOut(all, hoarder, random);
            members += begin(moment, victim, hoarder, streets, village, all, random);
            TimeUnit.MILLISECONDS.sleep(random.nextInt(moment.millis));
            victim.kill();
            long from = System.nanoTime();
            village.awaitOneGroup(all, members, Village.CONVERGES_MILLIS);
            took.add(seconds(from));
            tell(
                "kill: -9 in the middle of %s, %d left read each other after %.1f s",
                moment.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                all.size(),
                took.getLast());
          }
          tell("kill: of %d, %.1f s at worst", took.size(), Collections.max(took));
        });
  }

  private static House takeOut(List<House> all, House but, Random random) {
    List<House> others = new ArrayList<>(all);
    others.remove(but);
    House one = others.get(random.nextInt(others.size()));
    all.remove(one);
    return one;
  }

  /**
   * @return how many members more there will be
   */
  private static int begin(
      Moment moment,
      House victim,
      House hoarder,
      Streets streets,
      Village village,
      List<House> all,
      Random random)
      throws Exception {
    switch (moment) {
      case A_REKEY_OF_ITS_OWN -> victim.order("rekey");
      case A_REKEY_OF_ANOTHER -> all.get(0).order("rekey");
      case A_JOIN, ANOTHER_JOIN -> {
        House newcomer = village.start("join", all.get(0).group);
        all.add(newcomer);
        Village.await(() -> newcomer.connected > 0, Village.in(60_000), newcomer::line);
        newcomer.order(TALK);
        return 1;
      }
      case AN_EXPULSION -> {
        House out = takeOut(all, hoarder, random);
        // Its word may die with it: two others that live say so too.
        for (House voice : List.of(victim, all.get(0), all.get(1))) {
          voice.order("expel " + out.device);
        }
        return -1;
      }
      case A_PARTITION_THAT_HEALS -> {
        streets.part(Set.of(all.get(0).number, all.get(1).number, victim.number));
        TimeUnit.SECONDS.sleep(3);
        all.get(0).order("rekey");
        all.get(2).order("rekey");
        TimeUnit.SECONDS.sleep(3);
        streets.heal();
      }
    }
    return 0;
  }

  /** In the middle of what somebody is killed, and for how long that goes on. */
  private enum Moment {
    A_REKEY_OF_ITS_OWN(20),
    A_REKEY_OF_ANOTHER(20),
    A_JOIN(400),
    AN_EXPULSION(60),
    A_PARTITION_THAT_HEALS(500),
    ANOTHER_JOIN(100);

    final int millis;

    Moment(int millis) {
      this.millis = millis;
    }
  }

  /** A key of its own, in use: else all agree on the one before. */
  static void rekey(House by) throws Exception {
    String before = by.inUse;
    by.order("rekey");
    Village.await(() -> !by.inUse.equals(before), Village.in(20_000), by::line);
  }

  private void pause() throws Exception {
    withTenAndAHoarder(
        "pause",
        (streets, village, all) -> {
          House sleeper = all.get(4);
          sleeper.signal("STOP");
          rekey(all.get(0));
          TimeUnit.SECONDS.sleep(20);
          sleeper.signal("CONT");
          long from = System.nanoTime();
          village.awaitOneGroup(all, Village.CONVERGES_MILLIS);
          tell(
              "pause: SIGSTOP for 20 s with a rekey meanwhile; all agree %.1f s after SIGCONT",
              seconds(from));
        });
  }

  private void loss() throws Exception {
    withTenAndAHoarder(
        "loss",
        (streets, village, all) -> {
          streets.lose(20);
          List<Double> took = new ArrayList<>();
          for (int i = 0; i < 5; i++) {
            long from = System.nanoTime();
            rekey(all.get(i));
            village.awaitOneGroup(all, Village.CONVERGES_MILLIS);
            took.add(seconds(from));
          }
          tell(
              "loss: 20 %% of packets, five rekeys: all agree and read each other after %s s, %.1f"
                  + " at worst",
              took, Collections.max(took));
        });
  }

  /** Two minutes apart, one put out on either side: it stays out everywhere, and the rest agree. */
  private void partition() throws Exception {
    withTen(
        "partition",
        (streets, village, all) -> {
          streets.part(Set.of(0, 1, 2, 3, 4));
          long healing = Village.in(120_000);
          List<List<House>> sides =
              List.of(List.copyOf(all.subList(0, 5)), List.copyOf(all.subList(5, 10)));
          for (List<House> side : sides) {
            rekey(side.get(0));
          }
          for (List<House> side : sides) {
            village.awaitOneGroup(side, all.size(), Village.CONVERGES_MILLIS);
          }
          if (all.get(0).inUse.equals(all.get(5).inUse)) {
            throw new Failed("parted, both sides use one new key: " + all.get(0).line());
          }
          TimeUnit.SECONDS.sleep(20);
          long expelled = System.nanoTime();
          for (List<House> side : sides) {
            side.get(0).order("expel " + side.get(4).device);
            side.get(1).order("expel " + side.get(4).device);
          }
          for (List<House> side : sides) {
            // Two voices suffice, though half of all cannot be asked.
            village.awaitOneGroup(side.subList(0, 4), all.size() - 1, Village.CONVERGES_MILLIS);
          }
          tell(
              "partition: parted, each side has a new key of its own, and has put one out by %.1f"
                  + " s",
              seconds(expelled));
          TimeUnit.NANOSECONDS.sleep(healing - System.nanoTime());
          streets.heal();
          long from = System.nanoTime();
          List<House> stay = new ArrayList<>(all);
          stay.removeAll(List.of(all.get(4), all.get(9)));
          village.awaitOneGroup(stay, Village.CONVERGES_MILLIS);
          tell(
              "partition: 5 | 5 for 120 s, one put out on each side: the eight agree after %.1f s",
              seconds(from));
          TimeUnit.SECONDS.sleep(2);
          for (House each : stay) {
            each.order("quiet");
          }
          TimeUnit.SECONDS.sleep(1);
          for (House out : List.of(all.get(4), all.get(9))) {
            Village.await(() -> out.state.equals("OUT"), Village.in(20_000), out::line);
            // Its own side had a key without it at once; the other's first was without another.
            List<House> side = sides.get(out == all.get(4) ? 0 : 1);
            Expulsion its =
                expelled(
                    out, stay, expelled, each -> side.contains(each) ? all.size() : all.size() - 1);
            Window window = plunder(its, stay);
            tell(
                "partition: one put out tried %s, none sealed later than the eight's own key",
                window.tried);
          }
          plunderTogether(all.get(4), all.get(9), stay, expelled);
        },
        4,
        9);
  }

  /**
   * What either side made without its own one it gave to the other side's, so alone each proves
   * less: with the keys, randomness and recordings of both they must come to nothing that was made
   * without both.
   */
  private void plunderTogether(House one, House other, List<House> stay, long from)
      throws Exception {
    one.poolWith(other);
    Window window = plunder(expelled(one, stay, from, each -> stay.size() + 1), stay);
    if (one.epochsPooled == 0) {
      throw new Failed("no epoch was made without both, so it proves nothing: " + one.line());
    }
    if (!one.comesTo.isEmpty()) {
      throw new Failed("the two who were put out come together " + one.comesTo);
    }
    tell(
        "partition: the two put out, together, tried %s, none sealed under a key without both; of"
            + " %d epochs without both they derive nothing",
        window.tried, one.epochsPooled);
  }

  private void oneWay() throws Exception {
    withTenAndAHoarder(
        "one-way",
        (streets, village, all) -> {
          streets.cutOneWay(0, 1);
          streets.cutOneWay(2, 3);
          rekey(all.get(1));
          TimeUnit.SECONDS.sleep(20);
          streets.heal();
          long from = System.nanoTime();
          village.awaitOneGroup(all, Village.CONVERGES_MILLIS);
          tell("one-way: two one-way cuts for 20 s; all agree %.1f s after", seconds(from));
        });
  }

  private void flapping() throws Exception {
    withTenAndAHoarder(
        "flapping",
        (streets, village, all) -> {
          Random random = new Random(seed);
          long end = Village.in(30_000);
          while (System.nanoTime() < end) {
            streets.part(Set.of(0, 1, 2));
            TimeUnit.MILLISECONDS.sleep(20 + random.nextInt(2_000));
            streets.heal();
            TimeUnit.MILLISECONDS.sleep(20 + random.nextInt(2_000));
          }
          long from = System.nanoTime();
          village.awaitOneGroup(all, Village.CONVERGES_MILLIS);
          tell("flapping: 3 | 7 for 30 s; all agree %.1f s after", seconds(from));
        });
  }

  private void fortyPercent() throws Exception {
    withTenAndAHoarder(
        "forty-percent",
        (streets, village, all) -> {
          List<House> dead = List.copyOf(all.subList(3, 7));
          dead.forEach(House::kill);
          all.removeAll(dead);
          long from = System.nanoTime();
          rekey(all.get(0));
          // Who falls silent is a member until it was missed for ten minutes.
          village.awaitOneGroup(all, 10, Village.CONVERGES_MILLIS);
          tell(
              "forty-percent: four of ten killed at once, and a rekey: the six use one key of ten"
                  + " members, for the dead are in until they were silent for ten minutes, and read"
                  + " each other after %.1f s",
              seconds(from));
        });
  }

  static double seconds(long from) {
    return Math.round((System.nanoTime() - from) / 1e8) / 10.0;
  }
}
