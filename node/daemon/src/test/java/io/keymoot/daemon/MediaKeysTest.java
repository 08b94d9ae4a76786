package io.keymoot.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keymoot.daemon.api.Route;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Keys for media workers, by real daemons in one group and workers that open each other's frames.
 */
class MediaKeysTest {
  private static final String POLICY =
      """
      version: 1
      admit: anybody
      expel:
        ask: owner
      founder: anybody
      introducer: anybody
      """;

  @TempDir private Path temp = Path.of("");
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void end() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private Path begin(String name, String found) throws Exception {
    Path state = Files.createDirectories(temp.resolve(name));
    Files.writeString(state.resolve("policy.yaml"), POLICY);
    open.add(
        TestDaemon.start(
            List.of(state.toString(), "group=call", "name=" + name, "found=" + found, "media=on")));
    return state;
  }

  private MediaWorker worker(Path state) throws Exception {
    JsonObject api = new JsonObject(Files.readString(state.resolve("api.json")));
    MediaWorker worker =
        new MediaWorker(api.getString("url"), Files.readAllBytes(state.resolve("media-token")));
    open.add(worker);
    return worker;
  }

  private static ApiClient client(Path state) throws Exception {
    JsonObject api = new JsonObject(Files.readString(state.resolve("api.json")));
    return new ApiClient(
        api.getString("url"), null, null, Files.readAllBytes(state.resolve("token")));
  }

  private static void until(Callable<Boolean> so) {
    Awaitility.await().atMost(Duration.ofSeconds(40)).until(so);
  }

  private static void untilTheyShareAKey(int senders, MediaWorker... workers) {
    until(
        () -> {
          for (MediaWorker each : workers) {
            if (each.active().isEmpty()
                || !each.active().equals(workers[0].active())
                || each.senders() != senders) {
              return false;
            }
          }
          return true;
        });
  }

  @Test
  void workersOpenEachOthersFramesThroughRekeyAndExpulsion() throws Exception {
    Path annas = begin("anna", "yes");
    Path bens = begin("ben", "no");
    Path coras = begin("cora", "no");
    MediaWorker anna = worker(annas);
    MediaWorker ben = worker(bens);
    MediaWorker cora = worker(coras);
    untilTheyShareAKey(3, anna, ben, cora);
    assertThat(ben.open(anna.seal("hello"))).contains("hello");
    assertThat(anna.open(ben.seal("and you"))).contains("and you");
    assertThat(cora.open(ben.seal("all of you"))).contains("all of you");
    byte[] forged = anna.seal("hello");
    forged[forged.length - 1] ^= 1;
    assertThatThrownBy(() -> ben.open(forged)).isInstanceOf(javax.crypto.AEADBadTagException.class);

    String before = anna.active().orElseThrow();
    byte[] old = anna.seal("before");
    ben.acknowledges(false);
    anna.wantsAFreshKey();
    until(() -> anna.active().filter(now -> !now.equals(before)).isPresent());
    byte[] fresh = anna.seal("after");
    until(() -> ben.open(fresh).isPresent());
    assertThat(ben.open(fresh)).as("installed is enough to open").contains("after");
    assertThat(ben.active()).as("not told to seal under it before it said ack").contains(before);
    ben.acknowledges(true);
    ben.acknowledge();
    untilTheyShareAKey(3, anna, ben, cora);
    until(() -> ben.hasHeard("retire"));
    until(() -> ben.open(old).isEmpty());

    byte[] last = anna.seal("the last that cora opens");
    assertThat(cora.open(last)).contains("the last that cora opens");
    JsonObject out = new JsonObject().put("device", "cora").put("wait", 0);
    String fingerprint = client(coras).get(Route.ID).getString("fingerprint");
    client(annas).post(Route.EVICT, out.copy().put("device", fingerprint));
    client(bens).post(Route.EVICT, out.copy().put("device", fingerprint).put("wait", 20_000));
    untilTheyShareAKey(2, anna, ben);
    byte[] without = anna.seal("not for cora");
    assertThat(ben.open(without)).contains("not for cora");
    until(() -> cora.active().isEmpty());
    assertThat(cora.open(without)).as("cora has no key of this KID").isEmpty();
  }

  @Test
  void withoutTheSettingNobodyGetsKeys() throws Exception {
    Path state = Files.createDirectories(temp.resolve("off"));
    open.add(TestDaemon.start(List.of(state.toString(), "group=off", "found=yes")));
    assertThat(state.resolve("media-token")).doesNotExist();
    JsonObject api = new JsonObject(Files.readString(state.resolve("api.json")));
    assertThatThrownBy(
            () -> new MediaWorker(api.getString("url"), Files.readAllBytes(state.resolve("token"))))
        .hasCauseInstanceOf(java.net.http.WebSocketHandshakeException.class);
  }
}
