package io.keymoot.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keymoot.daemon.api.EventLog;
import io.keymoot.daemon.api.Route;
import io.keymoot.daemon.setting.ErrorCode;
import io.keymoot.daemon.setting.Problem;
import io.keymoot.daemon.setting.Settings;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The owner's program that is run at events: real ones, as scripts of the shell. */
class HookTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir private Path temp = Path.of("");

  private final EventLog events = new EventLog("test", InstantSource.system());
  private final List<Hook> running = new ArrayList<>();

  @AfterEach
  void end() {
    running.forEach(Hook::close);
  }

  private void begin(Path program, Duration patience, String... types) {
    running.add(new Hook(program, Set.of(types), events, patience));
  }

  private Path program(String... lines) throws IOException {
    Path file = temp.resolve("hook");
    Files.writeString(file, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return file;
  }

  private String said(String name) throws IOException {
    Path file = temp.resolve(name);
    return Files.exists(file) ? Files.readString(file) : "";
  }

  private void publish(String type, String field, String value) {
    events.publish(type, new JsonObject().put(field, value));
  }

  @Test
  void itReadsEachEventThatWasChosenInOrderAndNeverWhatAMessageSays() throws Exception {
    Path hook = program("cat >> told", "env | cut -d= -f1 >> variables", "echo $# >> arguments");
    publish("status", "state", "before it began");
    begin(hook, LONG, "status", "message");
    publish("status", "state", "holding");
    publish("note", "text", "not asked for");
    publish("message", "text", "the words of a message");
    publish("message", "base64", "dGhlIHdvcmRz");
    publish("status", "state", "settled");
    TestGroup.until(() -> said("told").contains("settled"));
    List<JsonObject> told = said("told").lines().map(JsonObject::new).toList();
    assertThat(told.stream().map(event -> event.getString("type")))
        .containsExactly("status", "message", "message", "status");
    assertThat(told.get(0).getString("state")).isEqualTo("holding");
    assertThat(said("told")).doesNotContain("words", "dGhl", "not asked for", "before it began");
    // What a shell adds of its own is not ours.
    Set<String> variables = new TreeSet<>(said("variables").lines().toList());
    variables.removeAll(List.of("PWD", "OLDPWD", "SHLVL", "_"));
    assertThat(variables).containsExactly("KEYMOOT_EVENT", "PATH");
    assertThat(said("arguments").lines().distinct()).containsExactly("0");
  }

  @Test
  void oneThatDoesNotEndIsEndedWithWhatItBeganAndTheNextEventIsToldAllTheSame() throws Exception {
    Path hook =
        program(
            "echo $KEYMOOT_EVENT >> told",
            "[ $KEYMOOT_EVENT = note ] && exit 3",
            "sleep 600 & echo $! >> left",
            "wait");
    begin(hook, Duration.ofSeconds(1), "status", "note");
    // More than a pipe holds, and it is never read.
    publish("status", "cause", "x".repeat(200_000));
    publish("note", "text", "and then");
    TestGroup.until(() -> said("told").contains("note"));
    assertThat(said("told").lines()).containsExactly("status", "note");
    String left = said("left").strip();
    TestGroup.until(() -> isGone(left));
  }

  @Test
  void itEndsWithTheDaemon() throws Exception {
    Path hook = program("sleep 600 & echo $! >> left", "wait");
    begin(hook, LONG, "status");
    publish("status", "state", "settled");
    TestGroup.until(() -> said("left").endsWith("\n"));
    end();
    String left = said("left").strip();
    TestGroup.until(() -> isGone(left));
  }

  /** Who adopts the dead need not have buried it yet. */
  private static boolean isGone(String pid) throws IOException {
    Path stat = Path.of("/proc", pid, "stat");
    return ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive).isEmpty()
        || (Files.exists(stat) && Files.readString(stat).contains(") Z "));
  }

  @Test
  void whatEventsCameTooFastForItIsTold() throws Exception {
    Path go = temp.resolve("go");
    Path hook =
        program("cat >> told", "while [ ! -e " + go.getFileName() + " ]; do sleep 0.05; done");
    begin(hook, LONG, "status");
    publish("status", "state", "first");
    TestGroup.until(() -> said("told").contains("first"));
    for (int i = 0; i < 6_000; i++) {
      publish("note", "text", "one of many");
    }
    publish("status", "state", "last");
    Files.createFile(go);
    TestGroup.until(() -> said("told").contains("last"));
    JsonObject missed = new JsonObject(said("told").lines().toList().get(1));
    assertThat(missed.getJsonObject("missed").getLong("first")).isEqualTo(2);
  }

  @Test
  void aProgramThatOthersCanChangeOrThatIsNoneIsRefused() throws Exception {
    Path hook = program("true");
    assertThat(Hook.program(settings("hook", hook.toString()))).contains(hook.toRealPath());
    Files.setPosixFilePermissions(hook, PosixFilePermissions.fromString("rwxrwxr-x"));
    refused("can change", settings("hook", hook.toString()));
    Files.setPosixFilePermissions(hook, PosixFilePermissions.fromString("rw-------"));
    refused("no program", settings("hook", hook.toString()));
    refused("no program", settings("hook", temp.toString()));
    refused("no such events", settings("hook-events", "status,statuses"));
  }

  private Settings settings(String key, String value) {
    return Settings.read(Map.of(key, value), name -> null, temp.resolve("none"));
  }

  private static void refused(String why, Settings settings) {
    assertThatThrownBy(() -> Hook.program(settings))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> {
              assertThat(problem.code()).isEqualTo(ErrorCode.BAD_SETTING);
              assertThat(problem.detail()).contains(why);
              assertThat(problem.remedy()).isNotBlank();
            });
  }

  @Test
  void aDaemonRunsItAndDoctorKnowsIt() throws Exception {
    Path hook = program("cat >> told");
    try (TestGroup group = new TestGroup(() -> temp, "hooked", TestGroup.OPEN_HOUSE)) {
      ApiClient anna = group.begin("anna", "hook=" + hook);
      TestGroup.until(() -> said("told").contains("\"settled\""));
      TestGroup.until(() -> said("told").contains("\"roster\""));
      Stream<JsonObject> found = Examination.findings(anna.get(Route.DOCTOR));
      assertThat(found.filter(each -> each.getString("about").equals("hook")))
          .singleElement()
          .matches(each -> each.getString("found").contains("hook is run at: status,roster"));
      String token = Files.readString(group.state("anna").resolve("token"));
      assertThat(said("told")).doesNotContain(token);
    }
  }
}
