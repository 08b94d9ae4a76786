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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
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
      fits(Route.SEND, client.post(Route.SEND, new JsonObject().put("text", "hello")));
      fits(Route.REKEY, client.post(Route.REKEY, nothing));
      fits(Route.RELOAD, client.post(Route.RELOAD, nothing));
      fits(Route.LOGIN_LINK, client.post(Route.LOGIN_LINK, nothing));
      fits(Route.INVITE, client.post(Route.INVITE, new JsonObject().put("name", "ben")));
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
