package io.keymoot.daemon;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Five peers, each a process of its own, over JGroups on the loopback interface: they meet, talk,
 * one comes late, one is put out. Every sentence it prints was checked before it was printed.
 */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = "Five peers on this machine meet, talk, and put one out; everything is checked.",
    footer = {"", "Example: keymoot demo --once"})
final class Demo implements Callable<Integer> {
  private static final long PATIENCE_MILLIS = 30_000;
  private static final int FIRST_PORT = 20_000;
  private static final int PORTS = 20_000;

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--once", description = "End after the checks, with exit code 0 or 1.")
  private boolean once;

  @Option(names = "--tcp", description = "Use TCP though multicast works.")
  private boolean tcp;

  private final Map<String, Child> children = new LinkedHashMap<>();
  private final long start = System.nanoTime();

  @Override
  public Integer call() throws Exception {
    try {
      Path folder = tcp ? Files.createTempDirectory("keymoot-demo") : null;
      if (folder == null && !meet(null)) {
        tell("No multicast on the loopback interface here: TCP then.");
        endAll();
        folder = Files.createTempDirectory("keymoot-demo");
      }
      if (folder != null && !meet(folder)) {
        throw new Failed("they did not find each other over TCP either");
      }
      talk("anna", "ben", "cora", "dan");
      comeLate(folder);
      talk("anna", "ben", "cora", "dan", "eva");
      putOut("dan", "anna", "cora");
      talk("anna", "ben", "cora", "eva");
      tell("All of it was checked.");
      if (!once) {
        tell("They go on until you press Ctrl-C.");
        Thread.currentThread().join();
      }
      return 0;
    } catch (Failed e) {
      tell("FAILED: " + e.getMessage());
      for (Child child : children.values()) {
        tell("  " + child.name + " last said: " + child.lastWords());
      }
      return 1;
    } finally {
      endAll();
    }
  }

  /** What was to be shown is not so. */
  private static final class Failed extends Exception {
    private static final long serialVersionUID = 1;

    Failed(String message) {
      super(message);
    }
  }

  // ---- the story

  /** Four meet; false if the second never hears the first. */
  private boolean meet(@Nullable Path folder) throws Exception {
    String cluster = "demo-" + ProcessHandle.current().pid();
    int port = FIRST_PORT + ThreadLocalRandom.current().nextInt(PORTS);
    long from = System.nanoTime();
    Child anna = child("anna", cluster, port, folder, null);
    String group = anna.await("group ", PATIENCE_MILLIS);
    await(anna, "status SETTLED");
    tell("anna founded the group " + group.substring(0, 8) + ".");
    for (String name : List.of("ben", "cora", "dan")) {
      child(name, cluster, port, folder, group);
    }
    for (Child each : children.values()) {
      if (!each.awaitQuietly("members 4", PATIENCE_MILLIS)) {
        return false;
      }
    }
    tell("ben, cora and dan met anna, processes started and all, in " + since(from) + " ms.");
    return true;
  }

  private void comeLate(@Nullable Path folder) throws Exception {
    Child anna = child("anna");
    long from = System.nanoTime();
    Child eva = child("eva", anna.cluster, anna.port, folder, anna.remembered("group "));
    for (Child each : children.values()) {
      await(each, "members 5");
    }
    if (eva.heard(line -> line.startsWith("read "))) {
      throw new Failed("eva read something that was said before she came");
    }
    tell("eva came late: in after " + since(from) + " ms, and nothing from before opened for her.");
  }

  private void talk(String... names) throws Exception {
    long from = System.nanoTime();
    for (String speaker : names) {
      String words = speaker + " says " + System.nanoTime();
      // A key may be on its way at this very moment: the frame is then said again.
      child(speaker).sayUntilHeard(words, others(speaker, names));
    }
    tell(names.length + " peers read each other: " + since(from) + " ms.");
  }

  private List<Child> others(String speaker, String... names) {
    List<Child> others = new ArrayList<>();
    for (String name : names) {
      if (!name.equals(speaker)) {
        others.add(child(name));
      }
    }
    return others;
  }

  /** Two of them want a third out; from then on it opens nothing. */
  private void putOut(String who, String... by) throws Exception {
    Child out = child(who);
    long from = System.nanoTime();
    for (String name : by) {
      child(name).order("expel " + out.remembered("device "));
    }
    for (Child each : children.values()) {
      if (each != out) {
        await(each, "members 4");
      }
    }
    await(out, "status OUT");
    tell(String.join(" and ", by) + " put " + who + " out: all knew after " + since(from) + " ms.");
    String secret = "not for " + who + " " + System.nanoTime();
    List<Child> stay = new ArrayList<>(children.values());
    stay.remove(out);
    Child speaker = stay.remove(0);
    speaker.sayUntilHeard(secret, stay);
    // It gets the bytes like everybody else: it must say that it could not open them.
    out.await("unread ", PATIENCE_MILLIS);
    if (out.heard(line -> line.equals("read " + secret))) {
      throw new Failed(who + " read what was said after it was put out");
    }
    tell(who + " got the bytes of what followed, and could not open them.");
  }

  private void await(Child child, String start) throws Failed, InterruptedException {
    if (!child.awaitQuietly(start, PATIENCE_MILLIS)) {
      throw new Failed(child.name + " did not say '" + start + "' in time");
    }
  }

  private static long since(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }

  private void tell(String sentence) {
    if (spec != null) {
      PrintWriter out = spec.commandLine().getOut();
      out.printf("%6.1f s  %s%n", since(start) / 1_000.0, sentence);
      out.flush();
    }
  }

  // ---- processes

  private Child child(String name) {
    Child child = children.get(name);
    if (child == null) {
      throw new IllegalStateException("no process for " + name);
    }
    return child;
  }

  private Child child(
      String name, String cluster, int port, @Nullable Path folder, @Nullable String group)
      throws IOException {
    Child child = new Child(name, cluster, port, folder, group);
    children.put(name, child);
    return child;
  }

  private void endAll() {
    children.values().forEach(Child::end);
    children.clear();
  }

  /** One peer's process. */
  private static final class Child {
    final String name;
    final String cluster;
    final int port;
    private final Process process;
    private final Writer orders;
    private final List<String> said = new ArrayList<>();
    private final LinkedBlockingQueue<String> fresh = new LinkedBlockingQueue<>();

    Child(String name, String cluster, int port, @Nullable Path folder, @Nullable String group)
        throws IOException {
      this.name = name;
      this.cluster = cluster;
      this.port = port;
      List<String> command = new ArrayList<>();
      command.add(
          ProcessHandle.current()
              .info()
              .command()
              .orElse(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
      // Five JVMs start at once on a small machine: quick to start beats quick in the long run.
      command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m"));
      command.addAll(List.of("-Djava.net.preferIPv4Stack=true"));
      command.addAll(List.of("-Dorg.slf4j.simpleLogger.defaultLogLevel=error"));
      command.addAll(List.of("-cp", System.getProperty("java.class.path")));
      command.addAll(List.of(Keymoot.class.getName(), "demo-peer"));
      command.addAll(List.of("--cluster", cluster, "--port", Integer.toString(port)));
      if (folder != null) {
        command.addAll(List.of("--folder", folder.toString()));
      }
      if (group != null) {
        command.addAll(List.of("--join", group));
      }
      process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      orders = process.outputWriter(StandardCharsets.UTF_8);
      Thread.ofPlatform().daemon().name("demo-" + name).start(this::listen);
    }

    private void listen() {
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          fresh.add(line);
        }
      } catch (IOException e) {
        fresh.add("(its output broke off)");
      }
    }

    void order(String line) throws IOException {
      orders.write(line + "\n");
      orders.flush();
    }

    /** Waits for a line that starts so, and was not waited for before; answers the rest of it. */
    String await(String start, long millis) throws Failed, InterruptedException {
      String line = next(start, millis);
      if (line == null) {
        throw new Failed(name + " did not say '" + start + "' in time");
      }
      return line.substring(start.length());
    }

    boolean awaitQuietly(String start, long millis) throws InterruptedException {
      return next(start, millis) != null;
    }

    private @Nullable String next(String start, long millis) throws InterruptedException {
      long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
      while (true) {
        String line = fresh.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (line == null) {
          return null;
        }
        said.add(line);
        if (line.startsWith(start)) {
          return line;
        }
      }
    }

    /** Says it, and again each second, until all of them have read it. */
    void sayUntilHeard(String words, List<Child> listeners)
        throws Failed, InterruptedException, IOException {
      List<Child> missing = new ArrayList<>(listeners);
      for (int tries = 0; tries < PATIENCE_MILLIS / 1_000; tries++) {
        order("say " + words);
        List<Child> still = new ArrayList<>();
        for (Child each : missing) {
          if (!each.awaitQuietly("read " + words, 1_000)) {
            still.add(each);
          }
        }
        missing = still;
        if (missing.isEmpty()) {
          return;
        }
      }
      throw new Failed(missing.get(0).name + " did not read what " + name + " said");
    }

    boolean heard(Predicate<String> what) {
      fresh.drainTo(said);
      return said.stream().anyMatch(what);
    }

    /** The rest of a line it said earlier. */
    String remembered(String start) {
      fresh.drainTo(said);
      return said.stream()
          .filter(line -> line.startsWith(start))
          .map(line -> line.substring(start.length()))
          .findFirst()
          .orElse("");
    }

    String lastWords() {
      fresh.drainTo(said);
      return said.isEmpty() ? "nothing" : said.get(said.size() - 1);
    }

    void end() {
      process.destroy();
      try {
        if (!process.waitFor(3, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
  }
}
