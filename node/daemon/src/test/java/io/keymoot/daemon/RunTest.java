package io.keymoot.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.daemon.api.Route;
import io.keymoot.daemon.setting.ErrorCode;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code keymoot run} as a service has it: a process with flags, variables, a file and signals. */
class RunTest {
  private static final int PATIENCE_SECONDS = 60;
  private static final int HANGUP = 1;

  @TempDir private Path temp = Path.of("");
  private @Nullable Process started;

  @AfterEach
  void end() throws InterruptedException {
    if (started != null) {
      started.destroyForcibly().waitFor();
    }
  }

  @Test
  void aDaemonThatOthersReachSaysSoTakesItsSettingsAndObeysSignals() throws Exception {
    TestCertificate.write(temp, "mine");
    Path state = Files.createDirectories(temp.resolve("own"));
    Files.writeString(
        state.resolve("keymoot.conf"),
        "group = of the file\nname = of the file\nprofile = broadcast\n");
    Files.writeString(
        state.resolve("policy.yaml"),
        TestGroup.OPEN_HOUSE + "certificates: {revocation: required}\n");
    Process daemon =
        begin(
            state,
            Map.of("KEYMOOT_GROUP", "of the environment", "KEYMOOT_NAME", "of the environment"),
            "--group",
            "of the flag",
            "--api-tls-certificate",
            temp.resolve("mine.pem").toString(),
            "--api-tls-key",
            temp.resolve("mine.key").toString());
    TestGroup.until(() -> !daemon.isAlive() || Files.exists(state.resolve("api.json")));
    assertThat(daemon.isAlive()).as(errors()).isTrue();
    JsonObject api = new JsonObject(Files.readString(state.resolve("api.json")));
    ApiClient client =
        new ApiClient(
            api.getString("url"),
            null,
            temp.resolve("mine.pem").toString(),
            Files.readAllBytes(state.resolve("token")));
    TestGroup.until(() -> "settled".equals(client.get(Route.STATUS).getString("state")));

    saysLoudlyThatOthersReachIt();
    saysThatNobodyIsLetInWithoutTheListsItsPolicyRequires(state);
    takesFlagsBeforeTheEnvironmentBeforeTheFileBeforeTheDefault(client);
    readsThePolicyAnewAtSighup(daemon, client, state.resolve("policy.yaml"));
    daemon.destroy(); // SIGTERM
    assertThat(daemon.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(state.resolve("api.json")).as("says where a daemon is").doesNotExist();
    assertThat(errors()).as("no stack trace").doesNotContain("\tat ");
  }

  private void saysLoudlyThatOthersReachIt() throws IOException {
    assertThat(errors()).startsWith("WARNING").contains("0.0.0.0:0", "token");
  }

  private void saysThatNobodyIsLetInWithoutTheListsItsPolicyRequires(Path state) {
    TestGroup.until(
        () ->
            errors()
                .contains(
                    "requires revocation lists, and none is in "
                        + state.resolve("revocation-lists")
                        + ": nobody is let in by a certificate."));
  }

  private static void takesFlagsBeforeTheEnvironmentBeforeTheFileBeforeTheDefault(
      ApiClient client) {
    Map<String, String> inForce =
        client.get(Route.CONFIG).getJsonArray("settings").stream()
            .map(JsonObject.class::cast)
            .collect(
                Collectors.toMap(
                    each -> each.getString("key"),
                    each -> each.getString("from") + ": " + each.getString("value")));
    assertThat(inForce)
        .containsEntry("group", "flag: of the flag")
        .containsEntry("name", "environment: of the environment")
        .containsEntry("profile", "file: broadcast")
        .containsEntry("admit", "default: anybody");
    JsonObject status = client.get(Route.STATUS);
    assertThat(status.getString("name")).isEqualTo("of the environment");
    assertThat(status.getJsonObject("group").getString("name")).isEqualTo("of the flag");
    assertThat(status.getJsonObject("group").getString("profile")).isEqualTo("broadcast");
  }

  private static void readsThePolicyAnewAtSighup(Process daemon, ApiClient client, Path policy)
      throws Exception {
    if (TestProcess.isDeafTo(daemon, HANGUP)) {
      System.out.println("SIGHUP is ignored here, as under nohup: it is not tried.");
      return;
    }
    Files.writeString(policy, TestGroup.OPEN_HOUSE.replace("expel", "exple"));
    TestProcess.signal(daemon, "HUP");
    TestGroup.until(() -> notes(client).contains("SIGHUP: " + policy + " has errors"));
    assertThat(notes(client)).contains("line 3", "exple", "nothing of the file is used");
    Files.writeString(policy, TestGroup.OPEN_HOUSE);
    TestProcess.signal(daemon, "HUP");
    TestGroup.until(() -> notes(client).contains("SIGHUP: The policy was taken"));
  }

  private static String notes(ApiClient client) {
    return client.get(Route.EVENTS, "since=0&limit=1000").getJsonArray("events").stream()
        .map(JsonObject.class::cast)
        .filter(event -> event.getString("type").equals("note"))
        .map(event -> event.getString("text"))
        .collect(Collectors.joining("\n"));
  }

  @Test
  void whereOthersReachItItDoesNotBeginWithoutTls() throws Exception {
    Process refused = begin(temp.resolve("own"), Map.of());
    assertThat(refused.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(refused.exitValue()).isEqualTo(ErrorCode.BAD_SETTING.exit());
    assertThat(errors()).contains("there is no TLS").doesNotContain("WARNING");
  }

  private Process begin(Path state, Map<String, String> variables, String... settings)
      throws IOException {
    ProcessBuilder builder = TestProcess.run(state, List.of("-XX:TieredStopAtLevel=1"), settings);
    builder.command().addAll(List.of("--api", "0.0.0.0:0"));
    builder.environment().putAll(new TreeMap<>(variables));
    Process process =
        builder
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(temp.resolve("errors").toFile())
            .start();
    started = process;
    return process;
  }

  private String errors() throws IOException {
    return Files.readString(temp.resolve("errors"));
  }
}
