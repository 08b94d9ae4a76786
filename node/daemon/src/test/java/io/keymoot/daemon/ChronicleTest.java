package io.keymoot.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.admission.PolicyFile;
import io.keymoot.admission.PolicyRules;
import io.keymoot.daemon.api.EventLog;
import io.keymoot.daemon.api.Route;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rights;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.keying.FlatKeying;
import io.keymoot.runtime.ClusterStack;
import io.keymoot.runtime.Deserialisation;
import io.keymoot.runtime.GroupNode;
import io.keymoot.runtime.GroupView;
import io.keymoot.runtime.Identity;
import io.keymoot.runtime.Member;
import io.keymoot.runtime.Network;
import io.keymoot.runtime.NodeEvent;
import io.keymoot.runtime.NodeState;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is remembered of a real group, told event by event, in the order that is to be looked at.
 */
class ChronicleTest {
  private static final FlatKeying.Founding PLAN =
      new FlatKeying.Founding(
          "chronicle",
          Profile.CONFERENCE,
          new Rights(new Rights.AnyMember(), Optional.empty(), Rights.DEFAULT_EXPEL_APPROVALS),
          Trust.OPEN);

  @TempDir private Path temp = Path.of("");
  private final TestGroup group =
      new TestGroup(() -> temp, "wishes", TestGroup.ASKS_ABOUT_EXPULSIONS);

  @AfterEach
  void end() throws Exception {
    group.close();
  }

  @Test
  void theWindowOfAnExpulsionIsOpenUntilAKeyWithoutTheDeviceIsInUse() throws Exception {
    GroupNode anna = group.closing(builder().found(PLAN));
    GroupNode ben = joiner();
    GroupNode cora = joiner();
    TestGroup.until(() -> answer(anna.members()).size() == 3 && answer(ben.members()).size() == 3);
    Member out =
        answer(cora.members()).stream().filter(Member::isThisDevice).findFirst().orElseThrow();

    Chronicle chronicle = chronicle(anna, new EventLog("test", InstantSource.system()));
    chronicle.met(out.id(), "cora", out.device());
    answer(anna.evict(out.device()));
    answer(ben.approve(out.device()));
    TestGroup.until(
        () -> view(anna).expelled().contains(out.device()) && view(anna).inUse().isPresent());
    assertThat(chronicle.lastExpulsion()).isEmpty();

    chronicle.event(1, new NodeEvent.RosterChanged(List.of(), List.of(out.id()), 2));
    TestGroup.until(() -> chronicle.lastExpulsion().isPresent());
    JsonObject during = chronicle.lastExpulsion().orElseThrow();
    assertThat(during.containsKey("windowMillis")).isTrue();
    assertThat(during.getValue("windowMillis")).isNull();
    assertThat(Looking.expulsion(during)).contains("window not closed yet");

    GroupView.Epoch key = view(anna).epochs().getLast();
    chronicle.event(2, new NodeEvent.KeyInUse(key.id(), key.revision(), 2));
    JsonObject after = chronicle.lastExpulsion().orElseThrow();
    assertThat(after.getLong("windowMillis")).isNotNegative();
    assertThat(after.getString("at")).isEqualTo(during.getString("at"));
    assertThat(Looking.expulsion(after)).contains("window " + after.getLong("windowMillis"));
  }

  /** The node answers on threads of its own: some of it would be told when more has happened. */
  @Test
  void whatHappensIsToldInItsOrderAlsoWhereTheNodeIsAskedForSomeOfIt() throws Exception {
    GroupNode anna = group.closing(builder().found(PLAN));
    answer(anna.whenIn());
    EventLog log = new EventLog("test", InstantSource.system());
    Chronicle chronicle = chronicle(anna, log);

    chronicle.event(1, new NodeEvent.RosterChanged(List.of(), List.of(), 1));
    chronicle.event(2, new NodeEvent.Status(NodeState.OUT, "it left"));
    chronicle.event(3, new NodeEvent.Status(NodeState.SETTLED, ""));
    chronicle.event(4, new NodeEvent.RosterChanged(List.of(), List.of(), 2));
    chronicle.event(5, new NodeEvent.PolicyFaults(List.of("the last one")));
    assertThat(told(log))
        .containsExactly("roster", "status out", "status settled", "roster", "note");

    anna.close();
    chronicle.event(6, new NodeEvent.RosterChanged(List.of(), List.of(), 0));
    assertThat(told(log)).as("also of a node that answers no more").hasSize(6);
  }

  @Test
  void whatTheNodeCannotKeepIsTold() throws Exception {
    GroupNode anna = group.closing(builder().found(PLAN));
    answer(anna.whenIn());
    EventLog log = new EventLog("test", InstantSource.system());
    Chronicle chronicle = chronicle(anna, log);
    chronicle.event(1, new NodeEvent.NotWritten(Path.of("facts"), "no room"));
    chronicle.event(2, new NodeEvent.WrittenAgain(Path.of("facts")));
    chronicle.event(3, new NodeEvent.NotRead(Path.of("facts"), "no right"));
    chronicle.event(4, new NodeEvent.TooLargeToWrite(Path.of("facts"), 40_000_000, 33_554_432));
    assertThat(log.after(0, 100).events().stream().map(e -> new JsonObject(e).getString("text")))
        .satisfiesExactly(
            text -> assertThat(text).contains("facts cannot be written (no room)", "tried again"),
            text -> assertThat(text).contains("facts is written again"),
            text -> assertThat(text).contains("facts cannot be read: no right"),
            text -> assertThat(text).contains("would have 40,000,000 bytes", "history"));
  }

  @Test
  void invitesThatCannotBeKeptAreTold() throws Exception {
    GroupNode anna = group.closing(builder().found(PLAN));
    answer(anna.whenIn());
    EventLog log = new EventLog("test", InstantSource.system());
    Chronicle chronicle = chronicle(anna, log);
    Files.createDirectories(temp.resolve("invites.json").resolve("something"));
    chronicle.event(1, new NodeEvent.InvitesAre(List.of(), List.of()));
    assertThat(log.after(0, 100).events()).singleElement().asString().contains("cannot be written");
  }

  private static List<String> told(EventLog log) {
    return log.after(0, 100).events().stream()
        .map(JsonObject::new)
        .map(event -> (event.getString("type") + ' ' + event.getString("state", "")).strip())
        .toList();
  }

  @Test
  void whoMadeAKeyIsToldByItsFingerprintToo() throws Exception {
    ApiClient anna = group.begin("anna");
    ApiClient ben = group.begin("ben");
    TestGroup.until(() -> ben.get(Route.STATUS).getInteger("members") == 2);
    long mark = ben.get(Route.EVENTS).getLong("last");
    String device = anna.get(Route.ID).getString("fingerprint");
    TestGroup.until(() -> ben.get(Route.STATUS).getString("state").equals("settled"));
    anna.post(Route.REKEY, new JsonObject());
    TestGroup.until(() -> costs(ben, mark).contains(device));
    TestGroup.until(() -> costs(anna, 0).contains(device));
  }

  /** By whose devices. */
  private static List<String> costs(ApiClient daemon, long since) {
    return daemon.get(Route.EVENTS, "since=" + since).getJsonArray("events").stream()
        .map(JsonObject.class::cast)
        .filter(event -> event.getString("type").equals("rekeyed"))
        .map(event -> event.getJsonObject("cost").getString("device"))
        .toList();
  }

  @Test
  void whatTheOwnerWishesIsNotSaidToWaitForTheOwner() throws Exception {
    ApiClient anna = group.begin("anna");
    group.begin("ben");
    TestGroup.until(() -> anna.get(Route.STATUS).getInteger("members") == 2);
    String ben =
        anna.get(Route.MEMBERS).getJsonArray("members").stream()
            .map(JsonObject.class::cast)
            .filter(member -> !member.getBoolean("self"))
            .map(member -> member.getString("device"))
            .findFirst()
            .orElseThrow();

    long mark = anna.get(Route.EVENTS).getLong("last");
    JsonObject answer = anna.post(Route.EVICT, new JsonObject().put("device", ben).put("wait", 0));
    assertThat(answer.getBoolean("out")).isFalse();
    anna.post(Route.REKEY, new JsonObject());
    TestGroup.until(() -> types(anna, mark).contains("rekeyed"));
    assertThat(types(anna, mark)).doesNotContain("pending", "answered");
  }

  private static List<String> types(ApiClient daemon, long since) {
    return daemon.get(Route.EVENTS, "since=" + since).getJsonArray("events").stream()
        .map(event -> ((JsonObject) event).getString("type"))
        .toList();
  }

  private Chronicle chronicle(GroupNode of, EventLog log) throws Exception {
    return new Chronicle(
        of,
        new Turns(),
        PLAN.name(),
        log,
        Memory.open(temp, InstantSource.system(), note -> {}),
        InstantSource.system(),
        answer(of.members()).stream()
            .filter(Member::isThisDevice)
            .map(Member::device)
            .findFirst()
            .orElseThrow(),
        "anna");
  }

  private GroupNode joiner() {
    return group.closing(builder().join(PLAN.name()));
  }

  private GroupNode.Builder builder() {
    Network network =
        group.closing(Network.of(ClusterStack.local(), Deserialisation.FORBIDDEN_IN_JGROUPS));
    return GroupNode.of(network, group.closing(Identity.selfMade()), rules());
  }

  /** Nobody helps to put somebody out before it is told to. */
  private static PolicyRules rules() {
    return switch (PolicyFile.parse(TestGroup.ASKS_ABOUT_EXPULSIONS)) {
      case PolicyFile.Parsed.Good good -> good.rules();
      case PolicyFile.Parsed.Faulty faulty ->
          throw new IllegalStateException(faulty.errors().toString());
    };
  }

  private static GroupView view(GroupNode node) throws Exception {
    return answer(node.view()).orElseThrow();
  }

  private static <T> T answer(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(40, TimeUnit.SECONDS);
  }
}
