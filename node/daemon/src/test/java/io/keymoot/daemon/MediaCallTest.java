package io.keymoot.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.admission.PolicyFile;
import io.keymoot.daemon.MediaKeys.Call;
import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.fact.Rights;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.keying.FlatKeying;
import io.keymoot.runtime.ClusterStack;
import io.keymoot.runtime.Deserialisation;
import io.keymoot.runtime.GroupKey;
import io.keymoot.runtime.GroupNode;
import io.keymoot.runtime.Identity;
import io.keymoot.runtime.KeyListener;
import io.keymoot.runtime.Network;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What one worker is told, step by step, with a real node's key. */
class MediaCallTest {
  private final TestGroup group =
      new TestGroup(() -> Path.of(""), "call", TestGroup.ASKS_ABOUT_EXPULSIONS);
  private final List<JsonObject> told = new CopyOnWriteArrayList<>();
  private GroupKey key;
  private Call call;

  @BeforeEach
  void begin() throws Exception {
    Network network =
        group.closing(Network.of(ClusterStack.local(), Deserialisation.FORBIDDEN_IN_JGROUPS));
    PolicyFile.Parsed rules = PolicyFile.parse(TestGroup.OPEN_HOUSE);
    GroupNode node =
        group.closing(
            GroupNode.of(
                    network,
                    group.closing(Identity.selfMade()),
                    ((PolicyFile.Parsed.Good) rules).rules())
                .found(
                    new FlatKeying.Founding(
                        "one alone",
                        Profile.CONFERENCE,
                        new Rights(
                            new Rights.AnyMember(),
                            Optional.empty(),
                            Rights.DEFAULT_EXPEL_APPROVALS),
                        Trust.OPEN)));
    CompletableFuture<GroupKey> first = new CompletableFuture<>();
    node.keys(
            1,
            new KeyListener() {
              @Override
              public void install(GroupKey installed) {
                first.complete(installed);
              }

              @Override
              public void activate(GroupKey activated) {}

              @Override
              public void retire(GroupKey retired) {}
            })
        .toCompletableFuture()
        .get(40, TimeUnit.SECONDS);
    key = first.get(40, TimeUnit.SECONDS);
    call =
        new MediaKeys(() -> Optional.of(node), member -> "somebody")
        .new Call(node, json -> told.add(new JsonObject(new String(json, StandardCharsets.UTF_8))));
  }

  @AfterEach
  void end() throws Exception {
    group.close();
  }

  private List<String> types() {
    return told.stream().map(each -> each.getString("type")).toList();
  }

  private long lastSeq() {
    return told.getLast().getLong("seq");
  }

  @Test
  void aKeyIsForUseOnceTheWorkerHasSaidThatItHasIt() {
    call.install(key);
    long installed = lastSeq();
    call.activate(key);
    assertThat(types()).containsExactly("install");
    call.acknowledged(installed);
    assertThat(types()).containsExactly("install", "activate");
  }

  @Test
  void whatItSaidOfAnEarlierOneIsNotMeantForThisOne() {
    call.install(key);
    long earlier = lastSeq();
    call.install(key);
    call.activate(key);
    call.acknowledged(earlier);
    assertThat(types()).doesNotContain("activate");
  }

  @Test
  void whatMayBeSentUnderNoMoreIsNotForUseHoweverLateTheWorkerSaysThatItHasIt() {
    call.install(key);
    long installed = lastSeq();
    call.activate(key);
    call.holdBack();
    call.acknowledged(installed);
    assertThat(types()).containsExactly("install", "status");
    call.activate(key);
    assertThat(types()).last().isEqualTo("activate");
  }

  @Test
  void whatIsRetiredIsNotForUse() {
    call.install(key);
    long installed = lastSeq();
    call.activate(key);
    call.retire(key);
    call.acknowledged(installed);
    assertThat(types()).containsExactly("install", "retire");
  }
}
