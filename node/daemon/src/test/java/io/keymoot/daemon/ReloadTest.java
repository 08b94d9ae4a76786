package io.keymoot.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keymoot.daemon.api.Route;
import io.keymoot.daemon.setting.ErrorCode;
import io.keymoot.daemon.setting.Problem;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The policy is read anew while the daemon runs. */
class ReloadTest {
  @TempDir private Path temp = Path.of("");
  private final TestGroup group =
      new TestGroup(() -> temp, "reload", TestGroup.ASKS_ABOUT_NEWCOMERS);

  @AfterEach
  void end() throws Exception {
    group.close();
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
    ApiClient anna = group.begin("anna");
    Path policy = group.state("anna").resolve("policy.yaml");
    group.begin("ben");
    TestGroup.until(() -> waiting(anna) == 1);

    // All of it would let everybody in, but for one word.
    Files.writeString(policy, TestGroup.OPEN_HOUSE.replace("expel", "exple"));
    assertThatThrownBy(() -> anna.post(Route.RELOAD, new JsonObject()))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> {
              assertThat(problem.code()).isEqualTo(ErrorCode.BAD_POLICY);
              assertThat(problem.detail()).contains("line 3", "exple");
              assertThat(problem.remedy()).contains("nothing of the file is used");
            });
    group.begin("cora");
    TestGroup.until(() -> waiting(anna) == 2);
    assertThat(members(anna)).isEqualTo(1);

    Files.writeString(policy, TestGroup.OPEN_HOUSE);
    assertThat(anna.post(Route.RELOAD, new JsonObject()).getString("note"))
        .contains("policy was taken");
    TestGroup.until(() -> members(anna) == 3);
    assertThat(waiting(anna)).isZero();
  }
}
