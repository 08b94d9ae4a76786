package io.keymoot.runtime.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.keying.Draws;
import io.keymoot.runtime.ClusterStack;
import io.keymoot.runtime.Deserialisation;
import io.keymoot.runtime.GroupNode;
import io.keymoot.runtime.Identity;
import io.keymoot.runtime.Insight;
import io.keymoot.runtime.Member;
import io.keymoot.runtime.Network;
import io.keymoot.runtime.NodeEvent;
import io.keymoot.runtime.NodeState;
import io.keymoot.runtime.Wiretap;
import io.keymoot.runtime.soak.Village.Failed;
import io.keymoot.runtime.soak.Village.KeyName;
import io.keymoot.runtime.soak.Village.Use;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the judge of who was put out holds against it, of keys. */
final class KeyLeakTest {
  private static final long SWITCHED = 1_000;

  // ---- the judge

  private static int judge(String derives, Use... used) throws Failed {
    return Soak.knowsNoNewKey(
        List.of(KeyName.parse(derives)), Map.of("ben", List.of(used)), member -> SWITCHED);
  }

  private static Use use(String key, long nanos) {
    return new Use(KeyName.parse(key), nanos, 2);
  }

  @Test
  void aKeyInUseSinceIsALeakAndSoIsAnEarlierRevisionOfIt() {
    Use before = use("old.3", SWITCHED - 1);
    for (String derived : List.of("new.2", "new.1")) {
      assertThatThrownBy(() -> judge(derived, before, use("new.2", SWITCHED)))
          .isInstanceOf(Failed.class)
          .hasMessageContaining("derives KeyName[epoch=new, revision=2]");
    }
  }

  @Test
  void oldKeysAndLaterRevisionsAreNone() throws Failed {
    assertThat(judge("old.3", use("old.3", SWITCHED - 1), use("new.2", SWITCHED))).isEqualTo(1);
    assertThatThrownBy(() -> judge("new.3", use("old.3", SWITCHED - 1), use("new.2", SWITCHED)))
        .as("which follow from no other, so nothing is proved")
        .hasMessageContaining("derives none");
  }

  // ---- and what it is told

  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  private <T extends AutoCloseable> T closing(T it) {
    open.push(it);
    return it;
  }

  /** Somebody in this JVM, all of whose words are recorded. */
  private GroupNode.Builder recorded(Recording recording) throws Failed {
    return builder(
        Wiretap.recorded(
            ClusterStack.local(), Deserialisation.FORBIDDEN_IN_JGROUPS, recording::add),
        Identity.selfMade());
  }

  private GroupNode.Builder builder(Network network, Identity identity) throws Failed {
    return GroupNode.of(closing(network), closing(identity), Crowd.rules());
  }

  private static void settled(GroupNode... all) throws Exception {
    for (GroupNode each : all) {
      Village.await(
          () ->
              each.status().state() == NodeState.SETTLED
                  && each.members().toCompletableFuture().join().size() == all.length,
          Village.in(30_000),
          () -> "not settled: " + each.status());
    }
  }

  private static List<KeyName> derived(Wiretap wiretap) {
    List<KeyName> derived = new ArrayList<>();
    wiretap
        .derived()
        .forEach(
            (epoch, revision) -> derived.add(KeyName.parse(Villager.shortly(epoch, revision))));
    return derived;
  }

  /**
   * Cora is put out, and dan let in after it. The new key is sealed to dan by one message, from one
   * of the others to dan alone. Who has that and what dan drew at random has the key.
   */
  @Test
  void aRecordedMessageFromWhichANewKeyFollowsIsALeak(@TempDir Path village) throws Exception {
    String name = "key leak";
    Recording recording = closing(new Recording(village.resolve("all")));
    Wiretap wiretap = closing(new Wiretap());
    Identity coraId = Identity.selfMade();
    GroupNode anna = closing(recorded(recording).found(Crowd.plan(name)));
    GroupNode ben = closing(recorded(recording).join(name));
    GroupNode cora = closing(tapped(wiretap, coraId, recording).join(name));
    List<Use> annas = new CopyOnWriteArrayList<>();
    anna.listen(
        0,
        (id, event) -> {
          if (event instanceof NodeEvent.KeyInUse key) {
            annas.add(
                new Use(
                    KeyName.parse(Villager.shortly(key.epoch(), key.revision())),
                    System.nanoTime(),
                    key.members()));
          }
        });
    wiretap.watch(cora);
    settled(anna, ben, cora);

    long from = System.nanoTime();
    anna.evict(coraId.device());
    ben.evict(coraId.device());
    settled(anna, ben);
    // Events are told on a thread of their own, after the state has changed.
    long switched =
        await()
            .atMost(Duration.ofSeconds(20))
            .until(() -> firstOfTwo(annas, from), Optional::isPresent)
            .orElseThrow()
            .nanos();

    Draws dans = new Draws(4);
    GroupNode dan = Wiretap.drawing(recorded(recording), dans).join(name);
    settled(anna, ben, dan);
    MemberId accomplice = dan.self().toCompletableFuture().join().map(Member::id).orElseThrow();
    dan.close();

    Map<String, List<Use>> used = Map.of("anna", annas);
    Recording.all(village, wiretap::overhear);
    assertThat(Soak.knowsNoNewKey(derived(wiretap), used, member -> switched)).isPositive();
    wiretap.alsoHas(accomplice, dans);
    assertThatThrownBy(() -> Soak.knowsNoNewKey(derived(wiretap), used, member -> switched))
        .isInstanceOf(Failed.class)
        .hasMessageContaining("in use since without it");
  }

  /** Both are out, and one of them was handed the key that was made without them. */
  @Test
  void aKeyThatAnAccompliceHasIsALeakOfBoth(@TempDir Path village) throws Exception {
    String name = "coalition";
    Recording recording = closing(new Recording(village.resolve("all")));
    Wiretap wiretap = closing(new Wiretap());
    Wiretap dans = closing(new Wiretap());
    Identity coraId = Identity.selfMade();
    Identity danId = Identity.selfMade();
    GroupNode anna = closing(recorded(recording).found(Crowd.plan(name)));
    GroupNode ben = closing(recorded(recording).join(name));
    GroupNode cora = closing(tapped(wiretap, coraId, recording).join(name));
    GroupNode dan = closing(tapped(dans, danId, recording).join(name));
    wiretap.watch(cora);
    dans.watch(dan);
    settled(anna, ben, cora, dan);
    MemberId accomplice = dan.self().toCompletableFuture().join().map(Member::id).orElseThrow();
    for (Identity out : List.of(coraId, danId)) {
      anna.evict(out.device());
      ben.evict(out.device());
    }
    settled(anna, ben);

    Path shared = village.resolve("shared");
    try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(shared))) {
      dans.share(out);
    }
    try (DataInputStream in = new DataInputStream(Files.newInputStream(shared))) {
      wiretap.poolWith(accomplice, in);
    }
    Recording.all(village, wiretap::overhear);
    assertThat(wiretap.pooled().epochs()).isPositive();
    assertThat(wiretap.pooled().wrong()).isEmpty();
    wiretap.isHanded(accomplice, Insight.epochInUse(anna).orElseThrow(), anna);
    assertThat(wiretap.pooled().wrong()).singleElement().asString().contains("who was out");
  }

  private GroupNode.Builder tapped(Wiretap wiretap, Identity identity, Recording recording)
      throws Failed {
    return wiretap.drawingFor(
        builder(
            wiretap.network(
                ClusterStack.local(), Deserialisation.FORBIDDEN_IN_JGROUPS, recording::add),
            identity));
  }

  private static Optional<Use> firstOfTwo(List<Use> uses, long from) {
    return uses.stream().filter(use -> use.nanos() > from && use.members() == 2).findFirst();
  }
}
