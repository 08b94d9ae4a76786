package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.key.EpochSecrets;
import io.keymoot.flatkeying.key.Tek;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A key that a liar told, and no commitment proves, is found out (section 8). */
class LyingGiverTest {
  private final Group group = new Group(51);

  private void found(String... others) {
    group.found("anna", "chair", Group.CHAIR_EXPELS);
    for (String name : others) {
      group.join(name, "");
    }
    group.run(10_000);
    assertThat(group.allReadAll()).as(group.show()).isTrue();
  }

  /** From now on it hands out another secret than the one it holds and uses. */
  private void lies(Group.Node liar) {
    KeyStore keys = liar.core.core.keys;
    for (KeyStore.Held held : keys.all()) {
      FactId epoch = held.epoch;
      int revision = held.lowestRevision();
      keys.drop(epoch, new ArrayList<>());
      keys.put(
          epoch, EpochSecret.fresh(group.draws()).at(revision), held.isProved, new ArrayList<>());
    }
  }

  private void nobodyRekeys() {
    group.nodes.values().forEach(node -> node.takesTurns = false);
  }

  private void onlyDoorOf(Group.Node newcomer, Group.Node door) {
    group.hears = (from, to) -> (from != newcomer && to != newcomer) || from == door || to == door;
  }

  /** Lets finn in by the liar alone; afterwards it hears everybody. */
  private Group.Node finnIsLetInBy(Group.Node liar) {
    Group.Node finn = group.join("finn", "");
    finn.takesTurns = group.node("anna").takesTurns;
    onlyDoorOf(finn, liar);
    for (int i = 0; i < 5_000 && !finn.core.isMember(); i++) {
      group.run(1);
    }
    assertThat(finn.core.isMember()).isTrue();
    group.run(1);
    group.hears = (from, to) -> true;
    return finn;
  }

  private boolean reads(Group.Node reader, Group.Node sender) {
    return sender.sendingKey().map(reader::canOpen).orElse(false);
  }

  private long millisUntilTheyReadEachOther(Group.Node finn, Group.Node other) {
    long begin = group.now;
    while (group.now - begin < 60_000 && !(reads(finn, other) && reads(other, finn))) {
      group.run(10);
    }
    return group.now - begin;
  }

  @Test
  void aNewcomerThatIsGivenAWrongKeyHasTheRightOneWithinSeconds() {
    found("ben", "cora", "dan", "eva");
    nobodyRekeys();
    Group.Node ben = group.node("ben");
    lies(ben);
    Group.Node finn = finnIsLetInBy(ben);
    assertThat(reads(finn, group.node("anna"))).isFalse();
    assertThat(millisUntilTheyReadEachOther(finn, group.node("anna"))).isLessThan(4_000);
    // No fresh epoch was needed for it.
    assertThat(epochs(finn)).isEqualTo(epochs(group.node("anna")));
    assertThat(finn.log).noneMatch(Effect.Rekeyed.class::isInstance);
  }

  private static List<FactId> epochs(Group.Node node) {
    return node.core.state().usable().stream().map(Known::id).toList();
  }

  @Test
  void whoSleptAndAsksALiarHasTheRightKeyWithinSeconds() {
    found("ben", "cora", "dan", "eva");
    Group.Node dan = group.node("dan");
    Group.Node ben = group.node("ben");
    dan.isDown = true;
    // Of two epochs the first is gone by then, so dan cannot read the second's cover.
    group.node("anna").step(new Input.Refresh());
    group.run(40_000);
    group.node("anna").step(new Input.Refresh());
    group.run(1_000);
    group.join("gina", "");
    group.nodes.values().forEach(node -> node.takesTurns = false);
    // Long enough for everybody to forget the epoch's first revision, which proves itself.
    group.run(40_000);
    lies(ben);
    dan.isDown = false;
    // The first it hears is the liar.
    group.hears = (from, to) -> to != dan || from == ben;
    group.run(1_500);
    assertThat(dan.core.core.keys.get(group.node("anna").core.sendingEpoch().orElseThrow()))
        .isPresent();
    assertThat(reads(dan, group.node("anna"))).isFalse();
    group.hears = (from, to) -> true;
    assertThat(millisUntilTheyReadEachOther(dan, group.node("anna"))).isLessThan(4_000);
  }

  @Test
  void liarsThatContradictARightKeyDoNotTakeItAway() {
    found("ben", "cora", "dan", "eva");
    nobodyRekeys();
    Group.Node ben = group.node("ben");
    ben.macsFalsely = true;
    Group.Node finn = finnIsLetInBy(group.node("cora"));
    finn.log.clear();
    group.run(20_000);
    assertThat(finn.log)
        .noneMatch(
            e -> e instanceof Effect.Ignored ignored && ignored.what().contains("contradict"));
    assertThat(reads(finn, group.node("anna"))).isTrue();
  }

  @Test
  void ofThreeWhoCannotTellWhoLiesOneMakesAKeyThatProvesItself() {
    found("ben");
    Group.Node anna = group.node("anna");
    Group.Node ben = group.node("ben");
    nobodyRekeys();
    lies(ben);
    ben.macsFalsely = true;
    Group.Node finn = finnIsLetInBy(ben);
    finn.takesTurns = true;
    assertThat(millisUntilTheyReadEachOther(finn, anna)).isLessThan(8_000);
    group.run(10_000);
    assertThat(reads(finn, anna)).as(group.show()).isTrue();
    assertThat(reads(anna, finn)).as(group.show()).isTrue();
    Tek key = anna.sendingKey().orElseThrow();
    assertThat(finn.core.core.keys.get(key.epoch()).orElseThrow().isProved).isTrue();
  }

  /** Each revision is a step of its own: who told one far ahead had its asker step for an hour. */
  @Test
  void aRevisionThatNobodyCanHaveReachedIsNotTaken() {
    found("ben", "cora");
    nobodyRekeys();
    Group.Node ben = group.node("ben");
    FactId epoch = ben.core.sendingEpoch().orElseThrow();
    int running = ben.core.sendingRevision();
    int most = running + Limits.REVISIONS_TOLD_AHEAD;
    for (int revision : List.of(most + 1, Integer.MAX_VALUE - 10, Integer.MAX_VALUE - 2)) {
      tell(ben, epoch, revision);
      assertThat(ben.core.core.keys.get(epoch)).as("revision " + revision).isEmpty();
    }
    tell(ben, epoch, most);
    assertThat(ben.core.core.keys.get(epoch)).isPresent();
    ben.step(new Input.TimePassed());
    assertThat(ben.core.core.keys.get(epoch)).isPresent();
  }

  private void tell(Group.Node whom, FactId epoch, int revision) {
    whom.core.core.keys.drop(epoch, new ArrayList<>());
    EpochSecret told = EpochSecrets.of(new byte[32], revision);
    whom.core.needGive.accept(Map.of(epoch, told), List.of(epoch), group.node("anna").id());
  }

  /** The frames' ring lets go of whatever is retired, and seals under what it is told to alone. */
  @Test
  void whoLearnsTheTrueKeyOfAFalseOneIsToldToSendUnderItAgain() {
    found("ben", "cora");
    nobodyRekeys();
    group.join("dan", "");
    group.run(1_000);
    Group.Node ben = group.node("ben");
    FactId epoch = ben.core.sendingEpoch().orElseThrow();
    EpochSecret truth = group.node("anna").core.core.keys.get(epoch).orElseThrow().lowest();
    tell(ben, epoch, ben.core.sendingRevision());
    ben.step(new Input.TimePassed());
    assertThat(ben.core.core.keys.get(epoch).orElseThrow().isProved).isFalse();
    ben.log.clear();
    ben.core.core.keys.put(epoch, truth.at(truth.revision()), true, new ArrayList<>());
    ben.step(new Input.TimePassed());
    assertThat(ben.log).anyMatch(Effect.SendUnder.class::isInstance);
  }
}
