package io.keymoot.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.keymoot.daemon.api.Route;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The OpenAPI file says what the server does: no route more, none less, and of these shapes. */
class OpenApiTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path temp = Path.of("");

  private final JsonNode api = JSON.valueToTree(load());

  private static Object load() {
    try (InputStream in = Route.class.getResourceAsStream("openapi.yaml")) {
      return new Load(LoadSettings.builder().build())
          .loadFromString(
              new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void theFileIsOpenApi31() throws IOException {
    try (InputStream schema = OpenApiTest.class.getResourceAsStream("openapi-3.1.json")) {
      JsonSchema meta =
          JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
              .getSchema(Objects.requireNonNull(schema));
      assertThat(meta.validate(api)).isEmpty();
    }
  }

  @Test
  void itHasTheRoutesOfTheTableAndTheirCommands() {
    List<String> documented = new ArrayList<>();
    api.get("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        method ->
                            documented.add(
                                method.getKey().toUpperCase(java.util.Locale.ROOT)
                                    + ' '
                                    + path.getKey())));
    List<String> served = new ArrayList<>();
    for (Route route : Route.values()) {
      if (route != Route.PAGE) {
        served.add(route.method() + ' ' + route.path());
      }
    }
    assertThat(documented).containsExactlyInAnyOrderElementsOf(served);
    TreeSet<String> commands = new TreeSet<>(Keymoot.commandLine().getSubcommands().keySet());
    for (Route route : Route.values()) {
      if (!route.command().isEmpty()) {
        assertThat(commands).contains(route.command());
      }
      if (route != Route.PAGE) {
        JsonNode written =
            api.path("paths")
                .path(route.path())
                .path(route.method().toLowerCase(java.util.Locale.ROOT));
        assertThat(written.path("x-keymoot-command").asText())
            .as(route.path())
            .isEqualTo(route.command());
        // The server takes no POST that is not JSON, so none may be without a body here.
        assertThat(written.has("requestBody"))
            .as(route.path())
            .isEqualTo(route.method().equals("POST"));
      }
    }
  }

  @Test
  void everyAnswerOfARealDaemonIsOfTheShapeItSays() throws Exception {
    try (Daemon daemon =
        TestDaemon.start(List.of(temp.toString(), "group=shapes", "found=yes", "name=anna"))) {
      ApiClient client =
          new ApiClient(
              daemon.api().url(),
              null,
              null,
              java.nio.file.Files.readAllBytes(temp.resolve("token")));
      JsonObject nothing = new JsonObject();
      fits(Route.STATUS, client.get(Route.STATUS));
      fits(Route.ID, client.get(Route.ID));
      fits(Route.VERSION, client.get(Route.VERSION));
      fits(Route.MEMBERS, client.get(Route.MEMBERS));
      fits(Route.EPOCHS, client.get(Route.EPOCHS));
      fits(Route.TABLE, client.get(Route.TABLE));
      fits(Route.PENDING, client.get(Route.PENDING));
      fits(Route.CONFIG, client.get(Route.CONFIG));
      fits(Route.PATHS, client.get(Route.PATHS));
      fits(Route.DOCTOR, client.get(Route.DOCTOR));
      fits(Route.SEND, asked(client, Route.SEND, new JsonObject().put("text", "hello")));
      fits(Route.REKEY, client.post(Route.REKEY, nothing));
      fits(Route.RELOAD, client.post(Route.RELOAD, nothing));
      fits(Route.LOGIN_LINK, client.post(Route.LOGIN_LINK, nothing));
      fits(Route.INVITE, asked(client, Route.INVITE, new JsonObject().put("name", "ben")));
      fits(Route.INVITES, client.get(Route.INVITES));
      fits(
          Route.REVOKE_INVITE,
          asked(client, Route.REVOKE_INVITE, new JsonObject().put("name", "ben")));
      fits(Route.LIVE, client.get(Route.LIVE));
      fits(Route.READY, client.get(Route.READY));
      fits(Route.EVENTS, client.get(Route.EVENTS, "since=0"));
      fits(Route.LOGOUT, client.post(Route.LOGOUT, nothing));
      try {
        client.post(Route.ACCEPT, new JsonObject().put("id", "77"));
      } catch (io.keymoot.daemon.setting.Problem problem) {
        validate("#/components/schemas/Problem", problem.json());
      }
      fits(Route.LEAVE, client.post(Route.LEAVE, nothing));
    }
  }

  @Test
  void soIsWhatComesOfTwoWhoMeet() throws Exception {
    Path annas = Files.createDirectories(temp.resolve("anna"));
    Path bens = Files.createDirectories(temp.resolve("ben"));
    try (Daemon anna =
            TestDaemon.start(List.of(annas.toString(), "group=two", "found=yes", "name=anna"));
        Daemon ben =
            TestDaemon.start(List.of(bens.toString(), "group=two", "found=no", "name=ben"))) {
      ApiClient client = client(anna, annas);
      until(() -> !client.get(Route.PENDING).getJsonArray("pending").isEmpty());
      JsonObject pending = client.get(Route.PENDING);
      fits(Route.PENDING, pending);
      String id = pending.getJsonArray("pending").getJsonObject(0).getString("id");
      fits(Route.ACCEPT, asked(client, Route.ACCEPT, new JsonObject().put("id", id)));
      until(() -> "settled".equals(client(ben, bens).get(Route.STATUS).getString("state")));
      client(ben, bens).post(Route.SEND, new JsonObject().put("text", "hello"));
      until(() -> client.get(Route.EVENTS, "since=0").encode().contains("\"text\":\"hello\""));
      String device = client(ben, bens).get(Route.ID).getString("fingerprint");
      JsonObject named = new JsonObject().put("device", device);
      fits(Route.MEMBERS, client.get(Route.MEMBERS));
      fits(Route.TABLE, client.get(Route.TABLE));
      fits(Route.EPOCHS, client.get(Route.EPOCHS));
      fits(Route.VERIFY, asked(client, Route.VERIFY, named.copy().put("match", true)));
      fits(Route.EVICT, asked(client, Route.EVICT, named.copy().put("wait", 0)));
      fits(Route.APPROVE, asked(client, Route.APPROVE, named));
      fits(Route.STATUS, client.get(Route.STATUS));
      JsonObject events = client.get(Route.EVENTS, "since=0&limit=1000");
      fits(Route.EVENTS, events);
      // All that happened can be told to a person too.
      for (Object each : events.getJsonArray("events")) {
        assertThat(Happenings.sentence((JsonObject) each)).isNotBlank().doesNotContain("null");
      }
    }
  }

  private static void until(Callable<Boolean> so) {
    Awaitility.await().atMost(Duration.ofSeconds(40)).until(so);
  }

  private static ApiClient client(Daemon daemon, Path state) throws IOException {
    return new ApiClient(
        daemon.api().url(), null, null, Files.readAllBytes(state.resolve("token")));
  }

  /** Posts what is of the shape that the file asks for, references followed. */
  private JsonObject asked(ApiClient client, Route route, JsonObject body) {
    String pointer =
        "/paths/" + route.path().replace("~", "~0").replace("/", "~1") + "/post/requestBody";
    JsonNode request = api.at(pointer);
    assertThat(request.isMissingNode()).as(pointer).isFalse();
    String at = request.has("$ref") ? request.get("$ref").asText().substring(1) : pointer;
    validate("#" + at + "/content/application~1json/schema", body);
    return client.post(route, body);
  }

  private void fits(Route route, JsonObject answer) {
    String pointer =
        "/paths/"
            + route.path().replace("~", "~0").replace("/", "~1")
            + '/'
            + route.method().toLowerCase(java.util.Locale.ROOT)
            + "/responses/200";
    JsonNode response = api.at(pointer);
    assertThat(response.isMissingNode()).as(pointer).isFalse();
    String at = response.has("$ref") ? response.get("$ref").asText().substring(1) : pointer;
    validate("#" + at + "/content/application~1json/schema", answer);
  }

  private void validate(String schema, JsonObject answer) {
    ObjectNode whole = api.deepCopy();
    ObjectNode root = JSON.createObjectNode();
    root.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    root.put("$ref", schema);
    root.set("components", whole.get("components"));
    root.set("paths", whole.get("paths"));
    try {
      JsonSchema compiled =
          JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(root);
      assertThat(compiled.validate(JSON.readTree(answer.encode())))
          .as("%s%n%s", schema, answer.encodePrettily())
          .isEmpty();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
