package io.keymoot.daemon;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.awaitility.Awaitility;

/** Real daemons of one group in the test's own process, each with a folder, a policy and an API. */
final class TestGroup implements AutoCloseable {
  static final String OPEN_HOUSE =
      """
      version: 1
      admit: anybody
      expel: anybody
      founder: anybody
      introducer: anybody
      """;
  static final String ASKS_ABOUT_EXPULSIONS =
      OPEN_HOUSE.replace("expel: anybody", "expel:\n  ask: owner");
  static final String ASKS_ABOUT_NEWCOMERS =
      OPEN_HOUSE.replace("admit: anybody", "admit:\n  ask: owner");

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Supplier<Path> folder;
  private final String group;
  private final String policy;
  private final List<AutoCloseable> open = new ArrayList<>();
  private final Map<String, Daemon> running = new TreeMap<>();

  /**
   * @param folder asked when the first daemon begins
   */
  TestGroup(Supplier<Path> folder, String group, String policy) {
    this.folder = folder;
    this.group = group;
    this.policy = policy;
  }

  /** The first founds it. */
  ApiClient begin(String name, String... settings) throws IOException {
    Path state = Files.createDirectories(state(name));
    if (!Files.exists(state.resolve("policy.yaml"))) {
      Files.writeString(state.resolve("policy.yaml"), policy);
    }
    List<String> words = new ArrayList<>(List.of(state.toString(), "group=" + group));
    words.add("name=" + name);
    words.add("found=" + (open.isEmpty() ? "yes" : "no"));
    words.addAll(List.of(settings));
    Daemon begun = TestDaemon.start(words);
    open.add(begun);
    running.put(name, begun);
    return client(state);
  }

  /** Its folder stays. */
  void end(String name) {
    Daemon over = Objects.requireNonNull(running.remove(name));
    open.remove(over);
    over.close();
  }

  Path state(String name) {
    return folder.get().resolve(name);
  }

  /** Closes it with the daemons, before them. */
  <T extends AutoCloseable> T closing(T each) {
    open.add(each);
    return each;
  }

  @Override
  public void close() {
    for (AutoCloseable each : open.reversed()) {
      try {
        each.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
    open.clear();
  }

  // ---- of any daemon

  static ApiClient client(Path state) throws IOException {
    JsonObject api = new JsonObject(Files.readString(state.resolve("api.json")));
    return new ApiClient(
        api.getString("url"), null, null, Files.readAllBytes(state.resolve("token")));
  }

  static void until(Callable<Boolean> so) {
    Awaitility.await().atMost(PATIENCE).until(so);
  }
}
