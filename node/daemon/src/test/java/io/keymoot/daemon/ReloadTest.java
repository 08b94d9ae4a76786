package io.keymoot.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keymoot.daemon.api.Route;
import io.keymoot.daemon.setting.ErrorCode;
import io.keymoot.daemon.setting.Problem;
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

/** The policy is read anew while the daemon runs, by the API as by SIGHUP. */
class ReloadTest {
  private static final String ASKS =
      """
      version: 1
      admit:
        ask: owner
      expel: nobody
      founder: anybody
      introducer: anybody
      """;

  private static final String ANYBODY = ASKS.replace("admit:\n  ask: owner", "admit: anybody");

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
    Files.writeString(state.resolve("policy.yaml"), ASKS);
    open.add(
        TestDaemon.start(
            List.of(state.toString(), "group=reload", "name=" + name, "found=" + found)));
    return state;
  }

  private static ApiClient client(Path state) throws Exception {
    JsonObject api = new JsonObject(Files.readString(state.resolve("api.json")));
    return new ApiClient(
        api.getString("url"), null, null, Files.readAllBytes(state.resolve("token")));
  }

  private static void until(Callable<Boolean> so) {
    Awaitility.await().atMost(Duration.ofSeconds(30)).until(so);
  }

  private static int waiting(ApiClient anna) {
    return anna.get(Route.PENDING).getJsonArray("pending").size();
  }

  private static int members(ApiClient anna) {
    return anna.get(Route.MEMBERS).getJsonArray("members").size();
  }

  @Test
  void aFaultyFileLeavesTheOldRulesInForceAndAGoodOneTakesTheirPlaceWithoutARestart()
      throws Exception {
    Path annas = begin("anna", "yes");
    begin("ben", "no");
    ApiClient anna = client(annas);
    until(() -> waiting(anna) == 1);

    // All of it would let everybody in, but for one word.
    Files.writeString(annas.resolve("policy.yaml"), ANYBODY.replace("expel", "exple"));
    assertThatThrownBy(() -> anna.post(Route.RELOAD, new JsonObject()))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> {
              assertThat(problem.code()).isEqualTo(ErrorCode.BAD_POLICY);
              assertThat(problem.detail()).contains("line 3", "exple");
              assertThat(problem.remedy()).contains("nothing of the file is used");
            });
    begin("cora", "no");
    until(() -> waiting(anna) == 2);
    assertThat(members(anna)).isEqualTo(1);

    Files.writeString(annas.resolve("policy.yaml"), ANYBODY);
    assertThat(anna.post(Route.RELOAD, new JsonObject()).getString("note"))
        .contains("policy was taken");
    until(() -> members(anna) == 3);
    assertThat(waiting(anna)).isZero();
  }
}
