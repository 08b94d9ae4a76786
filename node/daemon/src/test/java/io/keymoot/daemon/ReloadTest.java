package io.keymoot.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keymoot.daemon.api.EventLog;
import io.keymoot.daemon.api.Route;
import io.keymoot.daemon.setting.ErrorCode;
import io.keymoot.daemon.setting.Problem;
import io.vertx.core.json.JsonObject;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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

  /** Else who read first could have the last word. */
  @Test
  void whileOneReadsTheFilesNobodyElseDoesAndTheLastWhoAskedHasTheLastWord() throws Exception {
    Path state = Files.createDirectories(group.state("anna"));
    Path policy = state.resolve("policy.yaml");
    Files.writeString(policy, TestGroup.ASKS_ABOUT_NEWCOMERS);
    Daemon daemon =
        group.closing(TestDaemon.start(List.of(state.toString(), "group=reload", "found=yes")));
    Files.delete(policy);
    assertThat(new ProcessBuilder("mkfifo", policy.toString()).start().waitFor()).isZero();

    CompletableFuture<String> first = new CompletableFuture<>();
    CompletableFuture<String> second = new CompletableFuture<>();
    reread(daemon, first);
    // Opens when somebody reads there; what the file has is written later.
    try (OutputStream old = Files.newOutputStream(policy, StandardOpenOption.WRITE)) {
      Path fresh = temp.resolve("fresh.yaml");
      Files.writeString(fresh, TestGroup.OPEN_HOUSE);
      Files.move(fresh, policy, StandardCopyOption.REPLACE_EXISTING);
      Thread other = reread(daemon, second);
      TestGroup.until(() -> second.isDone() || other.getState() == Thread.State.BLOCKED);
      old.write(TestGroup.ASKS_ABOUT_NEWCOMERS.getBytes(StandardCharsets.UTF_8));
    }
    assertThat(first.get(40, TimeUnit.SECONDS)).contains("policy was taken");
    assertThat(second.get(40, TimeUnit.SECONDS)).contains("policy was taken");

    group.begin("ben", "found=no");
    ApiClient anna = TestGroup.client(state);
    TestGroup.until(() -> members(anna) == 2 || waiting(anna) == 1);
    assertThat(members(anna)).as("in, by the rules that were read last").isEqualTo(2);
  }

  private static Thread reread(Daemon daemon, CompletableFuture<String> said) {
    return Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                said.complete(daemon.reread());
              } catch (RuntimeException e) {
                said.completeExceptionally(e);
              }
            });
  }

  @Test
  void whatGoesWrongAtASignalIsToldInASentence() {
    EventLog log = new EventLog("test", InstantSource.system());
    Run.reread(log, () -> "The policy was taken.");
    Run.reread(
        log,
        () -> {
          throw new Problem(ErrorCode.BAD_FILE, "It is torn.", "Mend it.");
        });
    Run.reread(
        log,
        () -> {
          throw new IllegalStateException("nobody thought of this");
        });
    assertThat(log.after(0, 10).events())
        .satisfiesExactly(
            good -> assertThat(good).contains("SIGHUP: The policy was taken."),
            bad -> assertThat(bad).contains("SIGHUP: It is torn. Mend it."),
            bug ->
                assertThat(bug)
                    .contains("SIGHUP: Not all was read anew", "nobody thought of this"));
  }
}
