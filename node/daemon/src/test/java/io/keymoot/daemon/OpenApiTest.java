package io.keymoot.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.keymoot.daemon.api.RawClient;
import io.keymoot.daemon.api.Route;
import io.keymoot.daemon.setting.ErrorCode;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The OpenAPI file says what the server does: no route more, none less, and of these shapes. */
class OpenApiTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path temp = Path.of("");
  private final TestGroup group =
      new TestGroup(() -> temp, "shapes", TestGroup.ASKS_ABOUT_NEWCOMERS);

  private final JsonNode api = JSON.valueToTree(load());

  @AfterEach
  void end() throws Exception {
    group.close();
  }

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

  /** Method and path of each that the file has, and what it says of it. */
  private void eachRoute(BiConsumer<String, JsonNode> look) {
    for (Map.Entry<String, JsonNode> path : api.get("paths").properties()) {
      for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
        look.accept(
            method.getKey().toUpperCase(Locale.ROOT) + ' ' + path.getKey(), method.getValue());
      }
    }
  }

  @Test
  void itHasTheRoutesOfTheTableAndTheirCommands() {
    List<String> documented = new ArrayList<>();
    eachRoute((route, written) -> documented.add(route));
    List<String> served = new ArrayList<>();
    for (Route route : Route.values()) {
      if (route != Route.PAGE) {
        served.add(route.method() + ' ' + route.path());
      }
    }
    assertThat(documented).containsExactlyInAnyOrderElementsOf(served);
    TreeSet<String> commands = new TreeSet<>(Keymoot.commandLine().getSubcommands().keySet());
    TreeSet<String> asked = new TreeSet<>();
    // These need no daemon, or show what another command asks for.
    asked.addAll(List.of("run", "demo", "ca", "completion", "listen"));
    for (Route route : Route.values()) {
      if (!route.command().isEmpty()) {
        asked.add(route.command());
      }
      if (route != Route.PAGE) {
        JsonNode written =
            api.path("paths").path(route.path()).path(route.method().toLowerCase(Locale.ROOT));
        assertThat(written.path("x-keymoot-command").asText())
            .as(route.path())
            .isEqualTo(route.command());
        // The server takes no POST that is not JSON, so none may be without a body here.
        assertThat(written.has("requestBody"))
            .as(route.path())
            .isEqualTo(route.method().equals("POST"));
      }
    }
    assertThat(asked).isEqualTo(commands);
  }

  @Test
  void itSaysOfEveryRouteWhatAProblemLooksLikeAndKnowsEveryCode() {
    eachRoute(
        (route, written) ->
            assertThat(written.at("/responses/default/$ref").asText())
                .as(route)
                .isEqualTo("#/components/responses/Problem"));
    List<String> codes = new ArrayList<>();
    api.at("/components/schemas/Problem/properties/code/enum")
        .forEach(code -> codes.add(code.asText()));
    assertThat(codes)
        .containsExactlyElementsOf(Stream.of(ErrorCode.values()).map(ErrorCode::word).toList());
  }

  @Test
  void everyAnswerOfARealDaemonIsOfTheShapeItSays() throws Exception {
    ApiClient client = group.begin("anna");
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
    fits(Route.REKEY, asked(client, Route.REKEY, nothing));
    fits(Route.RELOAD, asked(client, Route.RELOAD, nothing));
    JsonObject link = asked(client, Route.LOGIN_LINK, nothing);
    fits(Route.LOGIN_LINK, link);
    String code = link.getString("url").substring(link.getString("url").indexOf('=') + 1);
    fits(Route.LOGIN, asked(client, Route.LOGIN, new JsonObject().put("code", code)));
    fits(Route.INVITE, asked(client, Route.INVITE, new JsonObject().put("name", "ben")));
    fits(Route.INVITES, client.get(Route.INVITES));
    fits(
        Route.REVOKE_INVITE,
        asked(client, Route.REVOKE_INVITE, new JsonObject().put("name", "ben")));
    fits(Route.LIVE, client.get(Route.LIVE));
    fits(Route.READY, client.get(Route.READY));
    fits(Route.EVENTS, client.get(Route.EVENTS, "since=0"));
    fits(Route.LOGOUT, asked(client, Route.LOGOUT, nothing));
    whatIsNoJsonIsOfTheTypeItSays(client);
    whatGoesWrongIsAProblemOfTheShapeAndStatusItSays(client);
    whatTheFileDoesNotKnowTheServerRefuses(client);
    fits(Route.LEAVE, asked(client, Route.LEAVE, nothing));
  }

  private void whatIsNoJsonIsOfTheTypeItSays(ApiClient client) throws IOException {
    for (Route route : List.of(Route.METRICS, Route.OPENAPI)) {
      RawClient.Answer answer = said(client, "GET", route.path(), "", owner());
      assertThat(answer.status()).as(route.path()).isEqualTo(200);
      JsonNode content = api.at(pointer(route) + "/responses/200/content");
      assertThat(answer.header("content-type").orElse("").replaceAll(";.*", ""))
          .isEqualTo(content.fieldNames().next());
    }
    // Also of what was before anybody could ask.
    assertThat(said(client, "GET", "/metrics", "", owner()).body())
        .contains("\nkeymoot_members 1.0\n");
  }

  private void whatGoesWrongIsAProblemOfTheShapeAndStatusItSays(ApiClient client)
      throws IOException {
    problem(401, "no-token", said(client, "GET", "/v1/status", "", List.of()));
    problem(421, "wrong-host", ask(client, RawClient.headers("Host", "evil.example:80")));
    problem(403, "wrong-origin", more(client, "Origin", "https://evil.example"));
    problem(404, "no-such-route", said(client, "GET", "/v1/keyz", "", owner()));
    problem(405, "wrong-method", said(client, "PUT", "/v1/status", "{}", owner()));
    problem(403, "not-allowed", said(client, "GET", "/v1/keys", "", owner()));
    List<String> plain = new ArrayList<>(owner());
    plain.add("Content-Type: text/plain");
    problem(415, "wrong-type", said(client, "POST", "/v1/rekey", "{}", plain));
    problem(client, 400, "bad-request", Route.SEND, "{");
    problem(client, 400, "bad-request", Route.SEND, "{\"text\":\"a\",\"base64\":\"YQ==\"}");
    problem(client, 400, "bad-request", Route.EVICT, "{\"device\":\"anna\"}");
    problem(client, 404, "no-such-member", Route.EVICT, "{\"device\":\"nobody\"}");
    problem(client, 404, "no-such-member", Route.PARDON, "{\"device\":\"nobody\"}");
    problem(client, 404, "no-such-pending", Route.ACCEPT, "{\"id\":\"77\"}");
    problem(client, 404, "no-such-pending", Route.DENY, "{\"id\":\"77\"}");
    problem(client, 404, "no-such-invite", Route.REVOKE_INVITE, "{\"name\":\"ben\"}");
    client.post(Route.INVITE, new JsonObject().put("name", "cora"));
    problem(client, 409, "name-taken", Route.INVITE, "{\"name\":\"cora\"}");
    problem(client, 401, "no-token", Route.LOGIN, "{\"code\":\"of-nobody\"}");
    Files.writeString(group.state("anna").resolve("policy.yaml"), "version: 1\nadmit: whoever\n");
    problem(client, 500, "bad-policy", Route.RELOAD, "{}");
  }

  /** A body that the schema does not take is one that the server does not take. */
  private void whatTheFileDoesNotKnowTheServerRefuses(ApiClient client) throws IOException {
    for (Route route : Route.values()) {
      if (route.method().equals("POST")) {
        JsonObject body = new JsonObject().put("unheardOf", true);
        assertThat(faults(requestSchema(route), body)).as(route.path()).isNotEmpty();
        problem(client, 400, "bad-request", route, body.encode());
      }
    }
  }

  @Test
  void soIsWhatComesOfThreeWhoMeet() throws Exception {
    ApiClient client = group.begin("anna");
    ApiClient ben = group.begin("ben");
    ApiClient cora = group.begin("cora");
    fits(Route.DENY, asked(client, Route.DENY, waiting(client, cora)));
    fits(Route.ACCEPT, asked(client, Route.ACCEPT, waiting(client, ben)));
    TestGroup.until(() -> "settled".equals(ben.get(Route.STATUS).getString("state")));
    ben.post(Route.SEND, new JsonObject().put("text", "hello"));
    TestGroup.until(
        () -> client.get(Route.EVENTS, "since=0").encode().contains("\"text\":\"hello\""));
    String device = ben.get(Route.ID).getString("fingerprint");
    JsonObject named = new JsonObject().put("device", device);
    fits(Route.VERIFY, asked(client, Route.VERIFY, named));
    fits(Route.VERIFY, asked(client, Route.VERIFY, named.copy().put("match", true)));
    fits(Route.MEMBERS, client.get(Route.MEMBERS));
    fits(Route.TABLE, client.get(Route.TABLE));
    fits(Route.EPOCHS, client.get(Route.EPOCHS));
    fits(Route.EVICT, asked(client, Route.EVICT, named.copy().put("wait", 0)));
    fits(Route.APPROVE, asked(client, Route.APPROVE, named));
    fits(Route.STATUS, client.get(Route.STATUS));
    JsonObject events = client.get(Route.EVENTS, "since=0&limit=1000");
    fits(Route.EVENTS, events);
    assertThat(events.encode()).contains("\"answer\":\"denied\"");
    // All that happened can be told to a person too.
    for (Object each : events.getJsonArray("events")) {
      assertThat(Happenings.sentence((JsonObject) each)).isNotBlank().doesNotContain("null");
    }
    theFiguresAreThoseOfThisGroupAndNoSecretIsAmongThem(client, device);
  }

  /** The id of the one who asks to be let in, to be answered. */
  private JsonObject waiting(ApiClient client, ApiClient who) {
    String device = who.get(Route.ID).getString("fingerprint");
    TestGroup.until(() -> asking(client, device).findFirst().isPresent());
    fits(Route.PENDING, client.get(Route.PENDING));
    return new JsonObject()
        .put("id", asking(client, device).findFirst().orElseThrow().getString("id"));
  }

  private static Stream<JsonObject> asking(ApiClient client, String device) {
    return client.get(Route.PENDING).getJsonArray("pending").stream()
        .map(JsonObject.class::cast)
        .filter(each -> each.getString("device").equals(device));
  }

  private void theFiguresAreThoseOfThisGroupAndNoSecretIsAmongThem(ApiClient client, String device)
      throws IOException {
    RawClient.Answer stranger = said(client, "GET", "/metrics", "", List.of());
    problem(401, "no-token", stranger);
    assertThat(stranger.body()).doesNotContain("keymoot_");
    String figures = said(client, "GET", "/metrics", "", owner()).body();
    assertThat(figures)
        .contains(
            "\nkeymoot_members 2.0\n",
            "\nkeymoot_state{state=\"settled\"} 1.0\n",
            "\nkeymoot_state{state=\"out\"} 0.0\n",
            "\nkeymoot_messages_opened_total 1.0\n",
            "\nkeymoot_rekey_cost_bytes_count ",
            "\nkeymoot_members_heard ",
            "\nkeymoot_uptime_seconds ",
            "\nkeymoot_memory_used_bytes ",
            "\nkeymoot_keys_used_total ",
            "\nkeymoot_frames_unopened_total ",
            "\nkeymoot_facts_refused_total ",
            "\nkeymoot_policy_denied_total ",
            "\nkeymoot_network_dropped_total ");
    JsonObject status = client.get(Route.STATUS);
    for (String word :
        List.of(
            Files.readString(group.state("anna").resolve("token")),
            status.getJsonObject("group").getString("id"),
            status.getJsonObject("group").getString("name"),
            status.getString("device"),
            device,
            "anna")) {
      assertThat(figures.contains(word)).as(word).isFalse();
    }
  }

  // ---- asking as no proper client would

  private static int port(ApiClient client) {
    return URI.create(client.url()).getPort();
  }

  private List<String> owner() throws IOException {
    return RawClient.headers(
        "Authorization", "Bearer " + Files.readString(group.state("anna").resolve("token")));
  }

  /** To the daemon's own address. */
  private static RawClient.Answer said(
      ApiClient client, String method, String path, String body, List<String> headers)
      throws IOException {
    List<String> all = new ArrayList<>(headers);
    all.add("Host: 127.0.0.1:" + port(client));
    try (RawClient raw = new RawClient(port(client))) {
      return raw.ask(method, path, all, body);
    }
  }

  private static RawClient.Answer ask(ApiClient client, List<String> headers) throws IOException {
    try (RawClient raw = new RawClient(port(client))) {
      return raw.ask("GET", "/v1/status", headers, "");
    }
  }

  private RawClient.Answer more(ApiClient client, String name, String value) throws IOException {
    List<String> headers = new ArrayList<>(owner());
    headers.add(name + ": " + value);
    return said(client, "GET", "/v1/status", "", headers);
  }

  private void problem(ApiClient client, int status, String code, Route route, String body)
      throws IOException {
    List<String> headers = new ArrayList<>(owner());
    headers.add("Content-Type: application/json");
    problem(status, code, said(client, "POST", route.path(), body, headers));
  }

  /** What came over the wire, not what a client made of it. */
  private void problem(int status, String code, RawClient.Answer answer) {
    String said = answer.status() + " " + answer.body();
    assertThat(answer.status()).as(said).isEqualTo(status);
    assertThat(answer.header("content-type")).as(said).hasValue("application/problem+json");
    JsonObject problem = new JsonObject(answer.body());
    validate("#/components/responses/Problem/content/application~1problem+json/schema", problem);
    assertThat(problem.getString("code")).as(said).isEqualTo(code);
    assertThat(problem.getInteger("status")).as(said).isEqualTo(status);
    assertThat(problem.getString("type")).isEqualTo("urn:keymoot:error:" + code);
    assertThat(problem.getString("detail")).as(said).isNotBlank();
    assertThat(problem.getString("remedy")).as(said).isNotBlank();
  }

  // ---- shapes

  private static String pointer(Route route) {
    return "/paths/"
        + route.path().replace("~", "~0").replace("/", "~1")
        + '/'
        + route.method().toLowerCase(Locale.ROOT);
  }

  /** Where the schema of a body stands, references followed. */
  private String schema(String pointer) {
    JsonNode body = api.at(pointer);
    assertThat(body.isMissingNode()).as(pointer).isFalse();
    String at = body.has("$ref") ? body.get("$ref").asText().substring(1) : pointer;
    return "#" + at + "/content/application~1json/schema";
  }

  private String requestSchema(Route route) {
    return schema(pointer(route) + "/requestBody");
  }

  /** Posts what is of the shape that the file asks for. */
  private JsonObject asked(ApiClient client, Route route, JsonObject body) {
    validate(requestSchema(route), body);
    return client.post(route, body);
  }

  private void fits(Route route, JsonObject answer) {
    validate(schema(pointer(route) + "/responses/200"), answer);
  }

  private void validate(String schema, JsonObject answer) {
    assertThat(faults(schema, answer)).as("%s%n%s", schema, answer.encodePrettily()).isEmpty();
  }

  private Set<ValidationMessage> faults(String schema, JsonObject answer) {
    ObjectNode whole = api.deepCopy();
    ObjectNode root = JSON.createObjectNode();
    root.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    root.put("$ref", schema);
    root.set("components", whole.get("components"));
    root.set("paths", whole.get("paths"));
    try {
      return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
          .getSchema(root)
          .validate(JSON.readTree(answer.encode()));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
