package io.keymoot.runtime.soak;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Processes of one group, and what can happen to them. */
final class Village implements AutoCloseable {
  /** What was expected did not happen. */
  static final class Failed extends Exception {
    private static final long serialVersionUID = 1;

    Failed(String what) {
      super(what);
    }
  }

  /** How the processes reach each other. */
  enum Way {
    UDP,
    TCP
  }

  /** Once a fault is over, as for the simulator's groups. */
  static final long CONVERGES_MILLIS = 30_000;

  private final @Nullable Streets streets;
  private final Way way;
  private final String name = "village " + ProcessHandle.current().pid();
  private final int port = 20_000 + (int) (ProcessHandle.current().pid() % 20_000);
  private final Path folder;
  private final List<String> compiler;
  private final List<House> houses = new ArrayList<>();

  /**
   * @param streets a network of its own; without one all are on the loopback address
   */
  Village(@Nullable Streets streets, Way way) throws IOException {
    // It starts quickly and leaves the machine to the others.
    this(streets, way, List.of("-XX:TieredStopAtLevel=1"));
  }

  /** With the JVM's own way to compile, without which AES is done by hand: for measuring. */
  static Village inEarnest(Streets streets, Way way) throws IOException {
    return new Village(streets, way, List.of());
  }

  private Village(@Nullable Streets streets, Way way, List<String> compiler) throws IOException {
    this.streets = streets;
    this.way = way;
    this.compiler = compiler;
    this.folder = Files.createTempDirectory("village");
  }

  List<House> houses() {
    return houses;
  }

  /** Starts a process: {@code found}, {@code either}, {@code join}, {@code plain}. */
  House start(String wish, String... more) throws IOException {
    return start(folder.resolve("home-" + houses.size()), wish, more);
  }

  private House start(Path home, String wish, String... more) throws IOException {
    House house = new House(houses.size(), home, wish, more);
    houses.add(house);
    return house;
  }

  /** The same device once more, as after a crash: what it had in its home, and nothing else. */
  House again(House before, String group) throws IOException {
    return start(before.home, "join", group);
  }

  /** A group of so many, all of whom read each other; some keep what they should not. */
  List<House> settle(int count, Integer... hoarders) throws Exception {
    House founder = start("found");
    founder.awaitGroup();
    List<House> all = new ArrayList<>(List.of(founder));
    for (int i = 1; i < count; i++) {
      boolean hoards = List.of(hoarders).contains(i);
      all.add(
          start(
              "join",
              hoards ? new String[] {founder.group, "hoard"} : new String[] {founder.group}));
    }
    // Starting so many JVMs at once takes what the machine has to spare.
    awaitOneGroup(all, 60_000 + count * 10_000L);
    return all;
  }

  /** All of them settled in one group of so many members, under one key, and reading each other. */
  void awaitOneGroup(List<House> all, long millis) throws Exception {
    awaitOneGroup(all, all.size(), millis);
  }

  void awaitOneGroup(List<House> all, int members, long millis) throws Exception {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    House first = all.get(0);
    await(
        () ->
            all.stream()
                .allMatch(
                    house ->
                        house.state.equals("SETTLED")
                            && house.members == members
                            && house.inUse.equals(first.inUse)),
        end,
        () -> all.size() + " do not agree: " + looked(all));
    allRead(all, end);
  }

  /**
   * Waits until these processes leave the machine some rest, as they do when all that runs often is
   * compiled; but not for ever. Answers which part of it they took in the end.
   */
  double rest(List<House> all, double load, long end) throws InterruptedException {
    double now;
    do {
      long from = System.nanoTime();
      long used = nanos(all);
      TimeUnit.SECONDS.sleep(5);
      double machine =
          (double) (System.nanoTime() - from) * Runtime.getRuntime().availableProcessors();
      now = (nanos(all) - used) / machine;
    } while (now > load && System.nanoTime() < end);
    return now;
  }

  private static long nanos(List<House> all) {
    return all.stream()
        .flatMap(house -> house.process.info().totalCpuDuration().stream())
        .mapToLong(Duration::toNanos)
        .sum();
  }

  /** How each says that it is, asked anew. */
  static List<String> looked(List<House> all) {
    for (House house : all) {
      house.seen = "";
      try {
        house.order("look");
      } catch (IOException e) {
        house.seen = "it takes no orders: " + e.getMessage();
      }
    }
    long end = in(10_000);
    try {
      while (System.nanoTime() < end && all.stream().anyMatch(house -> house.seen.isEmpty())) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return all.stream().map(House::line).toList();
  }

  private void allRead(List<House> all, long end) throws Exception {
    String word = "r" + System.nanoTime();
    long next = 0;
    while (true) {
      boolean done = true;
      for (House speaker : all) {
        for (House listener : all) {
          done &= speaker == listener || listener.read.containsKey(word + speaker.number);
        }
      }
      if (done) {
        return;
      }
      if (System.nanoTime() > end) {
        List<String> unread = new ArrayList<>();
        for (House listener : all) {
          all.stream()
              .filter(each -> each != listener && !listener.read.containsKey(word + each.number))
              .forEach(each -> unread.add(listener.number + " of " + each.number));
        }
        throw new Failed("not read: " + unread + ": " + looked(all));
      }
      if (System.nanoTime() > next) {
        next = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        for (House speaker : all) {
          speaker.order("say " + word + speaker.number);
        }
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  static void await(BooleanSupplier what, long end, java.util.function.Supplier<String> otherwise)
      throws Exception {
    while (!what.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new Failed(otherwise.get());
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  static long in(long millis) {
    return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
  }

  @Override
  public void close() throws IOException {
    houses.forEach(House::kill);
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** A key, by its epoch's short name; the first revision of it, or a later one. */
  record KeyName(String epoch, int revision) {
    static KeyName parse(String word) {
      int dot = word.indexOf('.');
      return new KeyName(word.substring(0, dot), Integer.parseInt(word.substring(dot + 1)));
    }
  }

  /** When a process took a key into use, and how many members it knew then. */
  record Use(KeyName key, long nanos, int members) {}

  /** What a process has after a full collection, and how many facts it holds. */
  record Heap(long kilobytes, int facts) {}

  /** What a process said of the frames it heard. */
  record Stats(long count, long worstMicros, long late, long lost, long fresh) {}

  /** One process, and what it said last. */
  final class House {
    final int number;
    final Path home;
    final Map<String, Long> read = new ConcurrentHashMap<>();
    final List<Use> used = new CopyOnWriteArrayList<>();
    final Map<String, Long> plundered = new TreeMap<>();
    final Map<String, Set<String>> sealed = new TreeMap<>();
    final Set<String> made = ConcurrentHashMap.newKeySet();
    final List<KeyName> derives = new CopyOnWriteArrayList<>();
    final List<String> trouble = new CopyOnWriteArrayList<>();
    volatile String device = "";
    volatile String member = "";
    volatile String group = "";
    volatile String state = "";
    volatile String cause = "";
    final Set<String> causes = ConcurrentHashMap.newKeySet();
    volatile String inUse = "";
    volatile int members;
    volatile boolean isParted;
    volatile long connected;
    volatile long first;
    volatile @Nullable Heap heap;
    volatile String plunder = "";
    volatile String early = "";
    final List<String> comesTo = new CopyOnWriteArrayList<>();
    volatile int epochsPooled;
    volatile String seen = "";
    volatile @Nullable Stats stats;
    private final Process process;
    private final Writer orders;
    private final Path errors;

    House(int number, Path home, String wish, String[] more) throws IOException {
      this.number = number;
      this.home = home;
      List<String> command = new ArrayList<>();
      Streets there = streets;
      if (there != null) {
        command.addAll(there.there(number));
      }
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(compiler);
      // Who keeps what it should not needs more room for it.
      command.addAll(
          List.of("-XX:+UseSerialGC", List.of(more).contains("hoard") ? "-Xmx256m" : "-Xmx96m"));
      // Else three of four full collections leave a part of what is dead, and the heap's size with
      // it.
      command.add("-XX:MarkSweepAlwaysCompactCount=1");
      command.addAll(
          List.of(
              "-Djava.net.preferIPv4Stack=true",
              "-Dslf4j.internal.verbosity=ERROR",
              "-Dorg.slf4j.simpleLogger.defaultLogLevel=error"));
      command.addAll(List.of("-cp", System.getProperty("java.class.path")));
      command.add(Villager.class.getName());
      command.add(there == null ? "127.0.0.1" : there.address(number));
      command.addAll(
          way == Way.UDP
              ? List.of("udp", Integer.toString(port))
              : List.of("tcp", folder.toString()));
      command.addAll(List.of(name, home.toString(), wish));
      command.addAll(List.of(more));
      errors = Files.createTempFile(folder, "errors", ".txt");
      process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
      orders = process.outputWriter(StandardCharsets.UTF_8);
      Thread.ofPlatform().daemon().name("house-" + number).start(this::listen);
    }

    private void listen() {
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          hear(line.split(" "));
        }
      } catch (IOException e) {
        trouble.add("its output broke off");
      }
    }

    private void hear(String[] words) {
      switch (words[0]) {
        case "device" -> device = words[1];
        case "member" -> member = words[1];
        case "group" -> group = words[1];
        case "parted" -> isParted = true;
        case "status" -> {
          state = words[1];
          cause = String.join(" ", words).substring(words[0].length() + 1);
          causes.add(cause);
        }
        case "members" -> members = Integer.parseInt(words[1]);
        case "inuse" -> {
          inUse = words[1];
          used.add(
              new Use(
                  KeyName.parse(words[1]), Long.parseLong(words[2]), Integer.parseInt(words[3])));
        }
        case "read" -> read.put(words[1], System.nanoTime());
        case "connected" -> connected = Long.parseLong(words[1]);
        case "first" -> first = Long.parseLong(words[1]);
        case "seen" -> seen = String.join(" ", words);
        case "heap" -> heap = new Heap(Long.parseLong(words[1]), Integer.parseInt(words[2]));
        case "stats" ->
            stats =
                new Stats(
                    Long.parseLong(words[1]),
                    Long.parseLong(words[2]),
                    Long.parseLong(words[3]),
                    Long.parseLong(words[4]),
                    Long.parseLong(words[5]));
        case "plundered" -> plundered.put(words[1], Long.parseLong(words[2]));
        case "sealed" -> sealed.computeIfAbsent(words[1], first -> new TreeSet<>()).add(words[2]);
        case "made" -> made.add(words[1]);
        case "derives" -> derives.add(KeyName.parse(words[1]));
        case "handedon", "early" -> early = String.join(" ", words);
        case "comesto" -> comesTo.add(String.join(" ", words));
        case "pooled" -> epochsPooled = Integer.parseInt(words[1]);
        case "plunder" -> plunder = String.join(" ", words);
        default -> trouble.add(String.join(" ", words));
      }
    }

    void order(String line) throws IOException {
      orders.write(line + "\n");
      orders.flush();
    }

    /** With all that the other has it is to plunder once more. */
    void poolWith(House other) throws Exception {
      other.early = "";
      other.order("share");
      Village.await(() -> other.early.equals("handedon"), in(60_000), other::line);
      plunder = "";
      plundered.clear();
      sealed.clear();
      derives.clear();
      order("pool " + other.member + " " + other.home);
    }

    /** It leaves and joins again, as a new device. Answers how long it was without a frame. */
    double again() throws Exception {
      return comeIn("again");
    }

    /** Having parted it joins another group, as a new device, and answers likewise. */
    double join(String name, String id) throws Exception {
      return comeIn("join " + name + " " + id);
    }

    private double comeIn(String order) throws Exception {
      forget();
      order(order);
      Village.await(() -> first > 0 && connected > 0, in(60_000), () -> "not in: " + line());
      return (first - connected) / 1e6;
    }

    /** Having parted it begins a group of its own, as a new device. */
    void found(String name) throws Exception {
      forget();
      group = "";
      order("found " + name);
      awaitGroup();
    }

    void awaitParted() throws Exception {
      Village.await(() -> isParted, in(20_000), () -> "has not left: " + line());
    }

    private void forget() {
      isParted = false;
      connected = 0;
      first = 0;
      state = "";
      members = 0;
      inUse = "";
    }

    void awaitGroup() throws Exception {
      Village.await(() -> state.equals("SETTLED") && !group.isEmpty(), in(60_000), this::line);
    }

    /** Fails unless it still hears so many. */
    Stats askStats(int senders) throws Exception {
      Stats its = askStats();
      if (its.fresh() < senders) {
        throw new Failed("of " + senders + " who talk it hears " + its.fresh() + " now: " + line());
      }
      return its;
    }

    private Stats askStats() throws Exception {
      stats = null;
      order("stats");
      Village.await(() -> stats != null, in(20_000), () -> "no figures from " + line());
      return Optional.ofNullable(stats).orElseThrow();
    }

    Heap askHeap() throws Exception {
      heap = null;
      order("heap");
      Village.await(() -> heap != null, in(20_000), () -> "no heap from " + line());
      return Optional.ofNullable(heap).orElseThrow();
    }

    /** The first key of fewer than so many members that it used after that. */
    Optional<Use> firstUse(long after, int members) {
      return used.stream()
          .filter(use -> use.nanos() > after && use.members() < members)
          .min(Comparator.comparing(Use::nanos));
    }

    String line() {
      return "\n"
          + number
          + (member.isEmpty() ? "" : " " + member.substring(0, 8))
          + (isAlive() ? ": " : ": ended; ")
          + cause
          + ", "
          + members
          + " members, "
          + inUse
          + " "
          + trouble
          + " "
          + seen
          + said();
    }

    /** What it had to say of bugs. */
    String said() {
      try {
        String text = Files.readString(errors);
        return text.isBlank() ? "" : "\n" + text.substring(0, Math.min(1_500, text.length()));
      } catch (IOException gone) {
        return "";
      }
    }

    boolean isAlive() {
      return process.isAlive();
    }

    /** As if the power had gone. */
    void kill() {
      process.destroyForcibly();
    }

    void signal(String which) throws IOException, InterruptedException {
      new ProcessBuilder("kill", "-" + which, Long.toString(process.pid())).start().waitFor();
    }
  }
}
