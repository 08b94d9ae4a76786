package io.keymoot.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keymoot.daemon.api.Route;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Keys for media workers, by real daemons in one group and workers that open each other's frames.
 */
class MediaKeysTest {
  @TempDir private Path temp = Path.of("");
  private final TestGroup group =
      new TestGroup(() -> temp, "call", TestGroup.ASKS_ABOUT_EXPULSIONS);

  @AfterEach
  void end() throws Exception {
    group.close();
  }

  private MediaWorker worker(String name) throws Exception {
    JsonObject api = new JsonObject(Files.readString(group.state(name).resolve("api.json")));
    return group.closing(
        new MediaWorker(
            api.getString("url"), Files.readAllBytes(group.state(name).resolve("media-token"))));
  }

  private static void untilTheyShareAKey(int senders, MediaWorker... workers) {
    TestGroup.until(
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
    ApiClient annas = group.begin("anna", "media=on");
    ApiClient bens = group.begin("ben", "media=on");
    ApiClient coras = group.begin("cora", "media=on");
    MediaWorker anna = worker("anna");
    MediaWorker ben = worker("ben");
    MediaWorker cora = worker("cora");
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
    TestGroup.until(() -> anna.active().filter(now -> !now.equals(before)).isPresent());
    byte[] fresh = anna.seal("after");
    TestGroup.until(() -> ben.open(fresh).isPresent());
    assertThat(ben.open(fresh)).as("installed is enough to open").contains("after");
    assertThat(ben.active()).as("not told to seal under it before it said ack").contains(before);
    ben.acknowledges(true);
    ben.acknowledge();
    untilTheyShareAKey(3, anna, ben, cora);
    TestGroup.until(() -> ben.hasHeard("retire"));
    TestGroup.until(() -> ben.open(old).isEmpty());

    byte[] last = anna.seal("the last that cora opens");
    assertThat(cora.open(last)).contains("the last that cora opens");
    JsonObject out = new JsonObject().put("device", "cora").put("wait", 0);
    String fingerprint = coras.get(Route.ID).getString("fingerprint");
    annas.post(Route.EVICT, out.copy().put("device", fingerprint));
    bens.post(Route.EVICT, out.copy().put("device", fingerprint).put("wait", 20_000));
    untilTheyShareAKey(2, anna, ben);
    byte[] without = anna.seal("not for cora");
    assertThat(ben.open(without)).contains("not for cora");
    TestGroup.until(() -> cora.active().isEmpty());
    assertThat(cora.open(without)).as("cora has no key of this KID").isEmpty();
  }

  @Test
  void withoutTheSettingNobodyGetsKeys() throws Exception {
    ApiClient anna = group.begin("anna");
    Path state = group.state("anna");
    assertThat(state.resolve("media-token")).doesNotExist();
    assertThatThrownBy(
            () -> new MediaWorker(anna.url(), Files.readAllBytes(state.resolve("token"))))
        .hasCauseInstanceOf(java.net.http.WebSocketHandshakeException.class);
  }
}
