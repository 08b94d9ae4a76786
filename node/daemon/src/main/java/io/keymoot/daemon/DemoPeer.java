package io.keymoot.daemon;

import io.keymoot.daemon.api.Route;
import io.keymoot.daemon.setting.PrivateFiles;
import io.keymoot.daemon.setting.Problem;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One of the demo's peers: a daemon in a process of its own, and its API. */
final class DemoPeer {
  /** What was to be shown is not so. */
  static final class Failed extends Exception {
    private static final long serialVersionUID = 1;

    Failed(String message) {
      super(message);
    }
  }

  static final long PATIENCE_MILLIS = 60_000;
  private static final long LOOK_MILLIS = 50;
  private static final int EVENTS = 1_000;
  private static final int TOKEN_BYTES = 200;

  private final String name;
  private final Path state;
  private final Process process;
  private final Writer orders;
  private final LinkedBlockingQueue<String> said = new LinkedBlockingQueue<>();
  private final List<String> log = new ArrayList<>(); // guarded by itself
  private @Nullable ApiClient api;

  DemoPeer(String name, Path state, List<String> settings) throws IOException {
    this.name = name;
    this.state = state;
    List<String> command = new ArrayList<>();
    command.add(
        ProcessHandle.current()
            .info()
            .command()
            .orElse(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    // Five JVMs start at once on a small machine: quick to start beats quick in the long run.
    command.addAll(
        List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx96m", "-Xshare:auto"));
    command.addAll(List.of("-Djava.net.preferIPv4Stack=true"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Keymoot.class.getName(), "run", "--json", "--orders"));
    command.addAll(List.of("--state", state.toString(), "--config", state.toString()));
    command.addAll(settings);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(key -> key.startsWith("KEYMOOT_"));
    process = builder.start();
    orders = process.outputWriter(StandardCharsets.UTF_8);
    Thread.ofPlatform().daemon().name("demo-" + name).start(() -> read(said::add));
    Thread.ofPlatform().daemon().name("demo-" + name + "-log").start(this::readLog);
  }

  private void read(Consumer<String> to) {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        to.accept(line);
      }
    } catch (IOException e) {
      to.accept("");
    }
  }

  private void readLog() {
    try (BufferedReader lines = process.errorReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        synchronized (log) {
          log.add(line);
        }
      }
    } catch (IOException e) {
      // It is gone.
    }
  }

  String name() {
    return name;
  }

  private String line(Predicate<String> which, String what) throws Failed, InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    while (true) {
      String line =
          said.poll(Math.min(end - System.nanoTime(), 200_000_000L), TimeUnit.NANOSECONDS);
      if (line != null && which.test(line)) {
        return line;
      }
      if (end - System.nanoTime() < 0 || (line == null && !process.isAlive())) {
        throw new Failed(name + " did not say " + what + ": " + lastWords());
      }
    }
  }

  /** Reads where its API is, which is the first it says. */
  void awaitApi() throws Failed, InterruptedException {
    try {
      JsonObject first = new JsonObject(line(text -> text.startsWith("{"), "where its API is"));
      api =
          new ApiClient(
              first.getString("api"),
              null,
              null,
              PrivateFiles.read(state.resolve("token"), TOKEN_BYTES));
    } catch (DecodeException e) {
      throw new Failed(name + " did not say where its API is");
    }
  }

  private ApiClient api() {
    ApiClient known = api;
    if (known == null) {
      throw new IllegalStateException("not awaited");
    }
    return known;
  }

  // ---- its API

  JsonObject get(Route route) {
    return api().get(route);
  }

  JsonObject post(Route route, JsonObject body) {
    return api().post(route, body);
  }

  JsonObject await(Route route, String what, Predicate<JsonObject> until)
      throws Failed, InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    String last = "";
    while (true) {
      try {
        JsonObject now = api().get(route);
        if (until.test(now)) {
          return now;
        }
        last = now.encode();
      } catch (Problem e) {
        last = e.detail();
      }
      if (end - System.nanoTime() < 0 || !process.isAlive()) {
        throw new Failed(
            name + " was to " + what + " within " + PATIENCE_MILLIS / 1_000 + " s; it is " + last);
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
  }

  /**
   * That it is in, with so many members, all heard, all holding the key in use, and knows them by
   * their certificates: these come on their own, maybe after the key.
   */
  JsonObject awaitSettled(int members) throws Failed, InterruptedException {
    awaitKey(members);
    return await(
        Route.MEMBERS,
        "have seen the certificates of " + members,
        who ->
            who.getJsonArray("members").stream()
                    .map(JsonObject.class::cast)
                    .filter(each -> each.getString("credential").startsWith("certified"))
                    .count()
                == members);
  }

  private void awaitKey(int members) throws Failed, InterruptedException {
    await(
        Route.STATUS,
        "be settled among " + members,
        status ->
            "settled".equals(status.getString("state"))
                && status.getInteger("members") == members
                && status.getInteger("heard") == members
                && status.getJsonObject("epoch") != null
                && status.getJsonObject("epoch").getInteger("held") == members);
  }

  long lastEvent() {
    return api().get(Route.EVENTS, "limit=1").getLong("last");
  }

  Stream<JsonObject> events(long since) {
    return api()
        .get(Route.EVENTS, "limit=" + EVENTS + "&since=" + since)
        .getJsonArray("events")
        .stream()
        .map(JsonObject.class::cast);
  }

  boolean hasRead(String text, long since) {
    return events(since)
        .anyMatch(
            event ->
                "message".equals(event.getString("type")) && text.equals(event.getString("text")));
  }

  void awaitRead(String text, long since) throws Failed, InterruptedException {
    await(Route.EVENTS, "read '" + text + "'", ignored -> hasRead(text, since));
  }

  /** That a signature shows that it was this one, and not another member in its name. */
  void checkWhoSaid(String text, long since, String speaker) throws Failed {
    JsonObject read =
        events(since)
            .filter(event -> text.equals(event.getString("text")))
            .findFirst()
            .orElseThrow(() -> new Failed(name + " did not read '" + text + "'"));
    if (!"sender".equals(read.getString("proved")) || !speaker.equals(read.getString("name"))) {
      throw new Failed(name + " has no proof that " + speaker + " said it: " + read.encode());
    }
  }

  String page() {
    return api().post(Route.LOGIN_LINK, new JsonObject()).getString("url");
  }

  // ---- its network

  String address() throws Failed, InterruptedException, IOException {
    order("address");
    return line(text -> text.startsWith("address "), "its address").substring(8);
  }

  void order(String line) throws IOException {
    orders.write(line + "\n");
    orders.flush();
  }

  String lastWords() {
    synchronized (log) {
      return log.isEmpty()
          ? "nothing"
          : String.join("; ", log.subList(Math.max(0, log.size() - 2), log.size()));
    }
  }

  void end() {
    process.destroy();
  }

  void awaitEnd() {
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
