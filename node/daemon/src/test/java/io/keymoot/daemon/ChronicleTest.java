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
import io.vertx.core.json.JsonObject;
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

    Chronicle chronicle =
        new Chronicle(
            anna,
            new EventLog("test", InstantSource.system()),
            Memory.open(temp, InstantSource.system(), note -> {}),
            InstantSource.system(),
            answer(anna.members()).stream()
                .filter(Member::isThisDevice)
                .map(Member::device)
                .findFirst()
                .orElseThrow(),
            "anna");
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

  private GroupNode joiner() {
    return group.closing(builder().join(PLAN.name()));
  }

  private GroupNode.Builder builder() {
    Network network =
        group.closing(Network.of(ClusterStack.local(), Deserialisation.FORBIDDEN_IN_JGROUPS));
    return GroupNode.of(network, group.closing(Identity.selfMade()), rules());
  }

  private static PolicyRules rules() {
    return switch (PolicyFile.parse(TestGroup.OPEN_HOUSE)) {
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
