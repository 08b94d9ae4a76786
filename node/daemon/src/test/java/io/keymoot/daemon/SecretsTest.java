package io.keymoot.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keymoot.daemon.api.Route;
import io.keymoot.daemon.setting.PrivateFiles;
import io.keymoot.daemon.setting.Problem;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * A real daemon in a process of its own, used for a while, and then searched for its secrets: in
 * its arguments and environment, in what it printed and logged, in its files' modes, and as text in
 * a dump of its heap. The canaries are the secrets themselves, in each form in which they could
 * have become text; one that must be found proves that the search finds.
 */
@EnabledOnOs(OS.LINUX)
class SecretsTest {
  @TempDir private Path temp = Path.of("");

  private final List<String> said = new ArrayList<>(); // guarded by itself
  private @Nullable Process started;
  private @Nullable MediaWorker media;

  @AfterEach
  void end() throws InterruptedException {
    if (media != null) {
      media.close();
    }
    if (started != null) {
      started.destroy();
      assertThat(started.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void noSecretIsWhereOthersOrALaterReaderCouldFindIt() throws Exception {
    Path state = temp.resolve("state");
    ProcessBuilder builder =
        TestProcess.run(
            state,
            List.of(),
            "--group",
            "the-canary-that-must-be-found",
            "--media",
            "on",
            "--log",
            "debug",
            "--api",
            "127.0.0.1:0");
    Process process = builder.redirectErrorStream(true).start();
    started = process;
    Thread.ofPlatform().daemon().start(() -> listen(process));
    TestGroup.until(() -> Files.exists(state.resolve("api.json")));
    ApiClient client = TestGroup.client(state);
    TestGroup.until(() -> "settled".equals(client.get(Route.STATUS).getString("state")));

    Map<String, String> canaries = new LinkedHashMap<>();
    String token = Files.readString(state.resolve("token"));
    canaries.put("the token", token);
    canaries.put("the media token", Files.readString(state.resolve("media-token")));
    String pem = Files.readString(state.resolve("identity/key.pem"));
    String body = pem.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
    byte[] seed = java.util.Arrays.copyOfRange(Base64.getDecoder().decode(body), 16, 48);
    canaries.put("the key as PEM", body.substring(22, 62));
    canaries.put("the key in base64", Base64.getEncoder().encodeToString(seed).substring(0, 40));
    canaries.put("the key in hex", java.util.HexFormat.of().formatHex(seed));
    String link = client.post(Route.LOGIN_LINK, new JsonObject()).getString("url");
    String code = link.substring(link.indexOf('=') + 1);
    canaries.put("the page's code", code);
    canaries.put(
        "the page's key",
        client.post(Route.LOGIN, new JsonObject().put("code", code)).getString("pageKey"));
    String invite =
        client.post(Route.INVITE, new JsonObject().put("name", "ben")).getString("secret");
    canaries.put("the invite", invite.substring(invite.lastIndexOf('=') + 1));
    for (int i = 0; i < 50; i++) {
      client.get(Route.STATUS);
      client.post(Route.SEND, new JsonObject().put("text", "hello"));
    }
    MediaWorker worker =
        new MediaWorker(client.url(), Files.readAllBytes(state.resolve("media-token")));
    media = worker;
    TestGroup.until(() -> worker.active().isPresent());
    client.post(Route.REKEY, new JsonObject());
    TestGroup.until(() -> worker.baseKeys().size() >= 2);
    worker.baseKeys().forEach(key -> canaries.put("base key " + canaries.size(), key));

    Path proc = Path.of("/proc", Long.toString(process.pid()));
    String arguments =
        new String(Files.readAllBytes(proc.resolve("cmdline")), StandardCharsets.UTF_8);
    String environment =
        new String(Files.readAllBytes(proc.resolve("environ")), StandardCharsets.UTF_8);
    String printed = printed();
    String heap = heap(process);
    assertThat(arguments).contains("the-canary-that-must-be-found");
    assertThat(heap.contains("the-canary-that-must-be-found")).isTrue();
    canaries.forEach(
        (what, secret) -> {
          assertThat(arguments.contains(secret)).as("%s among the arguments", what).isFalse();
          assertThat(environment.contains(secret)).as("%s in the environment", what).isFalse();
          assertThat(printed.contains(secret)).as("%s in what was printed", what).isFalse();
          assertThat(heap.contains(secret)).as("%s as text in the heap", what).isFalse();
        });
    everyFileIsForItsOwnerAlone(state);
  }

  /** Damaged in ways that make the one who reads it complain of it. */
  @Test
  void whatIsSaidOfADamagedSecretDoesNotRepeatIt() throws Exception {
    Path state = temp.resolve("damaged");
    assertThat(keymoot("id", state)).contains("-");
    Path key = state.resolve("identity/key.pem");
    String pem = Files.readString(key);
    String body = pem.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
    for (String damaged :
        List.of(
            pem.replace("-----END", "----END"),
            pem.replace(body.substring(60), "="),
            pem.replace(body.substring(0, 8), "AAAAAAAA"),
            pem.replace(body.substring(30, 34), "!"),
            body)) {
      PrivateFiles.write(key, damaged.getBytes(StandardCharsets.UTF_8));
      for (String said : List.of(keymoot("id", state), keymoot("id", state, "--json"))) {
        assertThat(said)
            .contains("key.pem cannot be used: ")
            .doesNotContain(body.substring(22, 40), body.substring(40, 58));
      }
    }
    PrivateFiles.write(key, pem.getBytes(StandardCharsets.UTF_8));
    String secret = "QRSTUVWXYZ234567QRSTUVWXYZ23";
    Path invite = state.resolve("invite");
    for (String damaged :
        List.of(
            "keymoot:join?invite=" + secret,
            "keymoot:join?group=00&invite=" + secret,
            "keymoot:join?" + secret,
            "keymoot:invite=" + secret,
            secret.substring(0, 14),
            secret)) {
      PrivateFiles.write(invite, damaged.getBytes(StandardCharsets.UTF_8));
      assertThatThrownBy(
              () ->
                  TestDaemon.start(
                      List.of(state.toString(), "group=x", "found=yes", "invite-file=" + invite)))
          .isInstanceOfSatisfying(
              Problem.class,
              problem ->
                  assertThat(problem.json().encode())
                      .contains(invite + " cannot be used")
                      .doesNotContain(secret.substring(0, 12)));
    }
  }

  @Test
  void aKeyOrAnInviteThatOthersCanReadOrChangeIsNotUsed() throws Exception {
    Path state = temp.resolve("open");
    assertThat(keymoot("id", state)).contains("-");
    Path key = state.resolve("identity/key.pem");
    for (String rights : List.of("rw-r-----", "rw--w----", "rw-----w-")) {
      Files.setPosixFilePermissions(key, PosixFilePermissions.fromString(rights));
      assertThat(keymoot("id", state))
          .contains("Other users can read or change " + key, "chmod 600");
    }
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    assertThat(keymoot("id", state)).doesNotContain("Other users");

    Path invite = state.resolve("invite");
    Files.writeString(invite, "keymoot:join?invite=QRSTUVWXYZ234567QRSTUVWXYZ23");
    Files.setPosixFilePermissions(invite, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(
            () ->
                TestDaemon.start(
                    List.of(state.toString(), "group=x", "found=yes", "invite-file=" + invite)))
        .isInstanceOfSatisfying(
            Problem.class,
            problem ->
                assertThat(problem.detail()).contains("Other users can read or change " + invite));
  }

  /** Somebody certified this device: a new one would not be let in, and nobody would know why. */
  @Test
  void whereACertifiedKeyIsLostNoNewOneIsMadeInItsPlace() throws Exception {
    Path state = temp.resolve("lost");
    assertThat(keymoot("id", state)).contains("-");
    Path key = state.resolve("identity/key.pem");
    Files.delete(key);
    Files.writeString(key.resolveSibling("chain.pem"), "of the lost one");
    assertThat(keymoot("id", state)).contains(key + " cannot be used", "chain.pem", "Put the key");
    assertThat(key).doesNotExist();
  }

  private static String keymoot(String command, Path state, String... more) {
    List<String> words =
        new ArrayList<>(List.of(command, "--state", state.toString(), "--config", state + "/none"));
    words.addAll(List.of(more));
    StringWriter said = new StringWriter();
    CommandLine line = Keymoot.commandLine();
    line.setOut(new PrintWriter(said)).setErr(new PrintWriter(said));
    line.execute(words.toArray(String[]::new));
    return said.toString();
  }

  private static void everyFileIsForItsOwnerAlone(Path state) throws IOException {
    try (Stream<Path> all = Files.walk(state)) {
      for (Path each : all.toList()) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
            .as(each.toString())
            .endsWith("------");
      }
    }
  }

  /** What lives there after a collection, byte for byte. */
  private String heap(Process process) throws Exception {
    Path dump = temp.resolve("heap.hprof");
    Process jcmd =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(process.pid()),
                "GC.heap_dump",
                dump.toString())
            .redirectErrorStream(true)
            .start();
    jcmd.getInputStream().readAllBytes();
    assertThat(jcmd.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return Files.readString(dump, StandardCharsets.ISO_8859_1);
  }

  private void listen(Process process) {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        synchronized (said) {
          said.add(line);
        }
      }
    } catch (IOException e) {
      // It ended.
    }
  }

  private String printed() {
    synchronized (said) {
      return String.join("\n", said);
    }
  }
}
