package io.keymoot.daemon;

import io.keymoot.daemon.DemoPeer.Failed;
import io.keymoot.daemon.api.Route;
import io.keymoot.daemon.setting.Problem;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Five daemons on this machine, each a process of its own with a certificate of its own: they meet,
 * talk, one comes late, one is put out, two halves are separated and meet again. Every sentence it
 * prints was checked before it was printed, through the same API that everybody has.
 */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = "Five peers on this machine meet, talk, and put one out; everything is checked.",
    footer = {"", "Examples:", "  keymoot demo", "  keymoot demo --once --json"})
final class Demo implements Callable<Integer> {
  private static final String ADMIT = "certificate: any";

  /** How long a message that must not arrive is given to arrive. */
  private static final long ABSENCE_MILLIS = 1_000;

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--once", description = "End after the checks, with exit code 0 or 1.")
  private boolean once;

  @Option(names = "--tcp", description = "Use TCP though multicast works.")
  private boolean tcp;

  @Option(names = "--json", description = "Print a line of JSON for each step.")
  private boolean json;

  private @Nullable DemoGroup group;
  private final long start = System.nanoTime();
  private int said;
  private volatile boolean interrupted;

  @Override
  public Integer call() throws Exception {
    Path folder = Files.createTempDirectory("keymoot-demo-");
    Thread hook = Thread.ofPlatform().unstarted(() -> interrupt(folder));
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      tell(folder);
      if (!once) {
        stay(folder);
      }
      return 0;
    } catch (IOException e) {
      if (interrupted) {
        return 1;
      }
      throw e;
    } catch (Failed | Problem e) {
      sentence("failed", 0, "FAILED: " + e.getMessage());
      for (DemoPeer each : all()) {
        sentence("failed", 0, each.name() + "'s last words: " + each.lastWords());
      }
      return 1;
    } finally {
      cleanUp(folder);
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException shuttingDown) {
        // Then the hook does the same.
      }
    }
  }

  private void tell(Path folder) throws Exception {
    boolean multicast = !tcp && DemoGroup.multicastWorks();
    if (!multicast && !tcp) {
      sentence("network", 0, "No multicast on the loopback interface here: TCP then.");
    }
    group = new DemoGroup(folder, multicast, ADMIT);
    certificates("anna", "ben", "cora", "dan", "eva");
    meet();
    talk("anna", "ben", "cora", "dan");
    comeLate();
    talk("anna", "ben", "cora", "dan", "eva");
    putOut("dan", "anna", "cora");
    talk("anna", "ben", "cora", "eva");
    separate(List.of("anna", "ben"), List.of("cora", "eva"));
    talk("anna", "ben", "cora", "eva");
    sentence("done", since(start), "All of it was checked.");
  }

  // ---- the story

  private void certificates(String... names) throws Failed {
    long from = System.nanoTime();
    group().certify(names);
    sentence(
        "certificates",
        since(from),
        "A root, a site and " + names.length + " devices have keys and certificates.");
  }

  private void meet() throws Exception {
    long from = System.nanoTime();
    group().begin("anna", "--found", "yes");
    for (String name : List.of("ben", "cora", "dan")) {
      group().begin(name, "--found", "no");
    }
    for (DemoPeer each : all()) {
      each.awaitApi();
    }
    long api = since(from);
    for (DemoPeer each : all()) {
      each.awaitSettled(4);
    }
    JsonObject status = peer("anna").get(Route.STATUS);
    sentence(
        "meet",
        since(from),
        "anna founded the group "
            + status.getJsonObject("group").getString("id").substring(0, 8)
            + "; ben, cora and dan were let in by their certificates. All hold its key "
            + since(from)
            + " ms after four processes were started (their APIs answered after "
            + api
            + " ms).");
  }

  private void talk(String... names) throws Exception {
    long from = System.nanoTime();
    Map<String, Long> marks = marks(names);
    for (String speaker : names) {
      String words = speaker + " says hello (" + ++said + ")";
      peer(speaker).post(Route.SEND, new JsonObject().put("text", words));
      for (String listener : names) {
        long mark = marks.getOrDefault(listener, 0L);
        if (!listener.equals(speaker)) {
          peer(listener).awaitRead(words, mark);
          peer(listener).checkWhoSaid(words, mark, speaker);
        }
      }
    }
    sentence(
        "talk",
        since(from),
        names.length
            + " peers read each other, "
            + names.length * (names.length - 1)
            + " deliveries, each proved to be from its sender.");
  }

  private void comeLate() throws Exception {
    long from = System.nanoTime();
    group().begin("eva", "--found", "no");
    peer("eva").awaitApi();
    for (DemoPeer each : all()) {
      each.awaitSettled(5);
    }
    check(
        peer("eva").events(0).noneMatch(event -> "message".equals(event.getString("type"))),
        "eva read something that was said before she came");
    sentence(
        "late",
        since(from),
        "eva came late: her process was started and she was in after "
            + since(from)
            + " ms. Nothing from before opened for her.");
  }

  private void putOut(String who, String... by) throws Exception {
    long from = System.nanoTime();
    String device = peer(who).get(Route.ID).getString("fingerprint");
    JsonObject last = new JsonObject();
    for (int i = 0; i < by.length; i++) {
      // All but the last are told that other voices are missing; they need not wait for them.
      int wait = i == by.length - 1 ? 20_000 : 0;
      last =
          peer(by[i]).post(Route.EVICT, new JsonObject().put("device", device).put("wait", wait));
    }
    check(last.getBoolean("out"), who + " is still in: " + last.encode());
    List<String> stay = new ArrayList<>(group().names());
    stay.remove(who);
    for (String each : stay) {
      peer(each).awaitSettled(stay.size());
    }
    peer(who).await(Route.STATUS, "know that it is out", s -> "out".equals(s.getString("state")));
    JsonObject cost = peer(by[by.length - 1]).get(Route.STATUS).getJsonObject("lastRekey");
    sentence(
        "evict",
        since(from),
        String.join(" and ", by)
            + " put "
            + who
            + " out. A key without "
            + who
            + " was in use "
            + last.getValue("windowMillis")
            + " ms after the last word; all knew after "
            + since(from)
            + " ms"
            + (cost == null ? "." : ". That key cost " + Looking.costText(cost) + "."));
    Map<String, Long> marks = marks(names());
    String secret = "not for " + who + " (" + ++said + ")";
    peer(stay.get(0)).post(Route.SEND, new JsonObject().put("text", secret));
    for (String each : stay.subList(1, stay.size())) {
      peer(each).awaitRead(secret, marks.getOrDefault(each, 0L));
    }
    // It gets the bytes like everybody else: it must say that it could not open them.
    long mark = marks.getOrDefault(who, 0L);
    DemoPeer out = peer(who);
    out.await(
        Route.EVENTS,
        "get bytes that it cannot open",
        page -> out.events(mark).anyMatch(event -> "unopened".equals(event.getString("type"))));
    check(!out.hasRead(secret, 0), who + " read what was said after it was put out");
    sentence("evicted", 0, who + " got the bytes of what followed, and could not open them.");
    group().end(who);
  }

  private void separate(List<String> one, List<String> other) throws Exception {
    long from = System.nanoTime();
    group().cut(one, other);
    group().cut(other, one);
    Map<String, Long> marks = marks(names());
    String here = "said on one side (" + ++said + ")";
    String there = "said on the other (" + ++said + ")";
    peer(one.get(0)).post(Route.SEND, new JsonObject().put("text", here));
    peer(other.get(0)).post(Route.SEND, new JsonObject().put("text", there));
    peer(one.get(1)).awaitRead(here, marks.getOrDefault(one.get(1), 0L));
    peer(other.get(1)).awaitRead(there, marks.getOrDefault(other.get(1), 0L));
    // Each side makes a key that the other cannot have.
    String before = epoch(peer(one.get(0)));
    peer(one.get(0)).post(Route.REKEY, new JsonObject());
    peer(other.get(0)).post(Route.REKEY, new JsonObject());
    for (String name : List.of(one.get(0), other.get(0))) {
      peer(name)
          .await(
              Route.STATUS,
              "make a key of its side's own",
              status ->
                  status.getJsonObject("epoch") != null
                      && !before.equals(status.getJsonObject("epoch").getString("id")));
    }
    TimeUnit.MILLISECONDS.sleep(ABSENCE_MILLIS);
    for (String name : other) {
      check(!peer(name).hasRead(here, 0), name + " read across the cut");
    }
    for (String name : one) {
      check(!peer(name).hasRead(there, 0), name + " read across the cut");
    }
    String left = epoch(peer(one.get(0)));
    String right = epoch(peer(other.get(0)));
    check(!left.equals(right), "both sides have one key though they are cut off");
    sentence(
        "separated",
        since(from),
        String.join(" and ", one)
            + " were cut off from "
            + String.join(" and ", other)
            + ": each side made a key of its own and went on.");
    long healed = System.nanoTime();
    group().heal();
    for (DemoPeer each : all()) {
      each.await(
          Route.STATUS,
          "have one key with all others",
          status -> {
            JsonObject epoch = status.getJsonObject("epoch");
            return "settled".equals(status.getString("state"))
                && status.getInteger("heard") == all().size()
                && epoch != null
                && epoch.getInteger("held") == all().size();
          });
    }
    sentence(
        "healed",
        since(healed),
        "The cut was mended: all four hold one key again after "
            + since(healed)
            + " ms, and nobody had to be let in again.");
  }

  private static String epoch(DemoPeer peer) {
    JsonObject epoch = peer.get(Route.STATUS).getJsonObject("epoch");
    return epoch == null ? "" : epoch.getString("id");
  }

  /** Stays for people to look at. */
  private void stay(Path folder) throws InterruptedException {
    for (DemoPeer each : all()) {
      sentence("page", 0, each.name() + "'s page, for one login: " + each.page());
    }
    sentence(
        "commands",
        0,
        "Commands reach them too, and 'page' makes a fresh link: keymoot page --state "
            + folder.resolve("anna"));
    sentence("staying", 0, "They go on until you press Ctrl-C.");
    Thread.currentThread().join();
  }

  // ----

  private Map<String, Long> marks(String... names) throws Failed {
    Map<String, Long> marks = new LinkedHashMap<>();
    for (String name : names) {
      marks.put(name, peer(name).lastEvent());
    }
    return marks;
  }

  private DemoGroup group() {
    return Objects.requireNonNull(group, "made by tell()");
  }

  private DemoPeer peer(String name) throws Failed {
    return group().peer(name);
  }

  private List<DemoPeer> all() {
    return group == null ? List.of() : group.all();
  }

  private String[] names() {
    return group().names().toArray(String[]::new);
  }

  private static void check(boolean so, String otherwise) throws Failed {
    if (!so) {
      throw new Failed(otherwise);
    }
  }

  private static long since(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }

  private void sentence(String step, long millis, String text) {
    if (spec == null || interrupted) {
      return;
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(
          new JsonObject()
              .put("step", step)
              .put("atMillis", since(start))
              .put("millis", millis)
              .put("ok", !step.equals("failed"))
              .put("text", text)
              .encode());
    } else {
      out.printf("%6.1f s  %s%n", since(start) / 1_000.0, text);
    }
    out.flush();
  }

  /** By Ctrl-C: that peers end then is no claim that failed. */
  private void interrupt(Path folder) {
    interrupted = true;
    cleanUp(folder);
  }

  private synchronized void cleanUp(Path folder) {
    if (group != null) {
      group.close();
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    } catch (IOException | UncheckedIOException e) {
      // Somebody else's cleaning, or a peer that still writes: the system's own will follow.
    }
  }
}
