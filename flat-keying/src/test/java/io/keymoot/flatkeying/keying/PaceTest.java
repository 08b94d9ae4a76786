package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactVerifier;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.Found;
import io.keymoot.flatkeying.fact.Here;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SyncReply;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import net.bytebuddy.asm.Advice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** One member's flood is taken at a walk, and holds up nobody else (section 4). */
@Isolated("one test changes the code that others would run")
class PaceTest {
  private static final int SAVED_UP = Limits.FACTS_PER_SECOND * Limits.PACE_SECONDS;

  private final Group group = new Group(61);

  private void four() {
    group.found("anna", "chair", Group.CHAIR_EXPELS);
    for (String name : List.of("ben", "cora", "mallory")) {
      group.join(name, "");
    }
    group.run(20_000);
    assertThat(group.allReadAll()).as(group.show()).isTrue();
  }

  /** Heres, each on top of the one before, that nobody has heard yet. */
  private List<Envelope> flood(Group.Node author, int many) {
    List<Envelope> facts = new ArrayList<>();
    GroupState state = author.core.state();
    var writer = author.core.core.self.writer();
    List<FactId> heads = state.heads();
    for (int i = 0; i < many; i++) {
      Here here = new Here(Hash32.sha256(new byte[] {(byte) i, (byte) (i >> 8)}), Hash32.ZERO);
      Envelope fact = writer.write(heads, here, Bytes.EMPTY);
      facts.add(fact);
      heads = List.of(fact.id());
    }
    return facts;
  }

  private int taken(Group.Node by, List<Envelope> facts) {
    int taken = 0;
    for (Envelope fact : facts) {
      taken += by.core.ledger().get(fact.id()) instanceof Known ? 1 : 0;
    }
    return taken;
  }

  private void pour(Group.Node into, Group.Node from, List<Envelope> facts) {
    for (Envelope fact : facts) {
      into.step(new Input.Received(from.address, FactCodec.encode(fact)));
    }
  }

  @Test
  void aFloodIsTakenAtTenASecond() {
    four();
    Group.Node mallory = group.node("mallory");
    Group.Node anna = group.node("anna");
    mallory.isDown = true;
    // Anna alone, so that what comes comes from the flood.
    group.hears = (from, to) -> false;
    List<Envelope> flood = flood(mallory, 1_000);
    pour(anna, mallory, flood);
    assertThat(taken(anna, flood)).isLessThanOrEqualTo(SAVED_UP).isGreaterThan(SAVED_UP / 2);
    int before = taken(anna, flood);
    group.run(5_000);
    int after = taken(anna, flood);
    assertThat(after - before).isBetween(45, 51);
    // What found no room is gone, and comes again when somebody sends it again.
    group.run(60_000);
    assertThat(taken(anna, flood)).isEqualTo(before + Limits.PACED_PER_AUTHOR);
    pour(anna, mallory, flood);
    assertThat(taken(anna, flood)).isGreaterThan(before + Limits.PACED_PER_AUTHOR);
  }

  @Test
  void aFloodHoldsUpNobodyElse() {
    four();
    Group.Node mallory = group.node("mallory");
    Group.Node anna = group.node("anna");
    mallory.isDown = true;
    pour(anna, mallory, flood(mallory, 1_000));
    pour(group.node("ben"), mallory, flood(mallory, 1_000));
    anna.step(new Input.Expel(mallory.device()));
    group.run(3_000);
    for (Group.Node node : group.members()) {
      assertThat(node.core.state().isMember(mallory.id())).as(group.show()).isFalse();
    }
    Group.Node finn = group.join("finn", "");
    group.run(10_000);
    assertThat(finn.core.isMember()).as(group.show()).isTrue();
    assertThat(group.allReadAll()).as(group.show()).isTrue();
  }

  /** Facts that name another as their author, as anybody can write them. */
  private List<Envelope> forged(MemberId author, Group.Node knows, int many) {
    FactWriter writer = new FactWriter(group.key(), knows.core.group(), author);
    List<Envelope> facts = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      Here here = new Here(Hash32.sha256(new byte[] {(byte) i, (byte) (i >> 8)}), Hash32.ZERO);
      facts.add(writer.write(knows.core.state().heads(), here, Bytes.EMPTY));
    }
    return facts;
  }

  /** Whether all know within three seconds that anna put mallory out, come what may before. */
  private boolean annaIsHeardAfter(String outsider, int forgeries) {
    group.found("anna", "chair", Group.CHAIR_EXPELS);
    for (String name : List.of("ben", "cora", "mallory")) {
      group.join(name, "");
    }
    group.run(20_000);
    Group.Node anna = group.node("anna");
    Bytes address = Bytes.owning(outsider.getBytes(StandardCharsets.UTF_8));
    List<Envelope> forged = forged(anna.id(), anna, forgeries);
    for (Group.Node each : group.members()) {
      forged.forEach(fact -> each.step(new Input.Received(address, FactCodec.encode(fact))));
    }
    anna.step(new Input.Expel(group.node("mallory").device()));
    group.run(3_000);
    return List.of("anna", "ben", "cora").stream()
        .noneMatch(name -> group.node(name).core.state().isMember(group.node("mallory").id()));
  }

  @Test
  void factsInAMembersNameThatItDidNotSignHoldUpNobody() {
    assertThat(annaIsHeardAfter("outsider", 1_000)).as(group.show()).isTrue();
  }

  /** Not even where an address of the network can be forged as well. */
  @Test
  void norDoTheyFromThatMembersOwnAddress() {
    assertThat(annaIsHeardAfter("anna", 1_000)).as(group.show()).isTrue();
  }

  @Test
  void whoeverPaysForWhatItDidNotSignIsNotHeard() throws Exception {
    try (PlantedBug bug =
        new PlantedBug(FactVerifier.class.getName(), "isSigned", PlantedBug.Yes.class)) {
      assertThat(annaIsHeardAfter("outsider", 1_000)).isFalse();
    }
    assertThat(group.node("ben").core.state().isMember(group.node("mallory").id())).isTrue();
  }

  /** Of authors that nobody knows: charged to where they come from, so other addresses go on. */
  @Test
  void factsOfNobodyAreTakenAtAWalkOfEachAddress() {
    four();
    Group.Node anna = group.node("anna");
    group.hears = (from, to) -> false;
    List<Envelope> flood = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      flood.addAll(forged(new MemberId(Hash32.sha256(new byte[] {(byte) i, 1})), anna, 1));
    }
    anna.log.clear();
    pour(anna, group.node("mallory"), flood);
    long refused = anna.log.stream().filter(Effect.Refused.class::isInstance).count();
    assertThat(refused).isBetween(1L, (long) SAVED_UP);
    Group.Node dan = group.join("dan", "");
    group.hears = (from, to) -> true;
    group.run(5_000);
    assertThat(anna.core.state().isMember(dan.id())).as(group.show()).isTrue();
  }

  @Test
  void aFalseCopyThatWaitsDoesNotKeepTheRightOneOut() {
    Pace<String> pace = new Pace<>(1 << 20, 8 << 20);
    Group.Node anna = group.found("anna", "chair", Group.CHAIR_EXPELS);
    Tick now = new Tick(group.now);
    List<Envelope> flood = flood(anna, SAVED_UP + 1);
    flood.subList(0, SAVED_UP).forEach(fact -> pace.mayTake("x", anna.address, fact, now));
    Envelope right = flood.get(SAVED_UP);
    Envelope wrong =
        new Envelope(
            right.id(),
            right.header(),
            right.fact(),
            flood.get(0).signature(),
            right.head(),
            right.body(),
            right.cover());
    for (Envelope each : List.of(wrong, right, right)) {
      assertThat(pace.mayTake("x", anna.address, each, now)).isFalse();
    }
    assertThat(pace.due(now.plusMillis(1_000), List.of()).stream().map(Pace.Waiting::fact))
        .containsExactly(wrong, right);
    assertThat(pace.isWaiting(right.id())).isFalse();
  }

  /** Nobody who built on a fact of a flood waits until the whole flood has had its turn. */
  @Test
  void whatOthersHangOnComesBeforeTheRestOfAFlood() {
    Group.Node anna = group.found("anna", "chair", Group.CHAIR_EXPELS);
    Pace<String> pace = new Pace<>(1 << 20, 1 << 20);
    Tick now = new Tick(group.now);
    List<Envelope> flood = flood(anna, SAVED_UP + 100);
    flood.subList(0, SAVED_UP).forEach(fact -> pace.mayTake("", anna.address, fact, now));
    List<Envelope> waiting = flood.subList(SAVED_UP, SAVED_UP + 100).reversed();
    waiting.forEach(fact -> pace.mayTake("", anna.address, fact, now));
    // The last of three that came at the end hangs on the two others.
    List<FactId> lacked = List.of(waiting.get(97).id());
    assertThat(pace.due(now.plusMillis(300), lacked).stream().map(Pace.Waiting::fact))
        .containsExactlyElementsOf(waiting.subList(97, 100));
    assertThat(pace.due(now.plusMillis(500), lacked).stream().map(Pace.Waiting::fact))
        .containsExactlyElementsOf(waiting.subList(0, 2));
  }

  // ---- bytes

  /** Rekeys with a large cover, which nobody has heard yet. */
  private List<Envelope> large(Group.Node author, int many) {
    List<Envelope> facts = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      byte[] bytes = new byte[50_000];
      bytes[0] = (byte) i;
      Bytes cover = Bytes.owning(bytes);
      Rekey rekey =
          new Rekey(Optional.empty(), List.of(), Hash32.ZERO, Hash32.ZERO, cover.sha256());
      facts.add(author.core.core.self.writer().write(author.core.signingHeads(), rekey, cover));
    }
    return facts;
  }

  @Test
  void whatWaitsForItsTurnIsBoundedInBytesAndWhoHasMostGivesWay() {
    Group.Node anna = group.found("anna", "chair", Group.CHAIR_EXPELS);
    Pace<String> pace = new Pace<>(400_000, 600_000);
    Tick now = new Tick(group.now);
    for (String payer : List.of("large", "larger", "small")) {
      flood(anna, SAVED_UP).forEach(fact -> pace.mayTake(payer, anna.address, fact, now));
    }
    List<Envelope> facts = large(anna, 40);
    facts.subList(0, 20).forEach(fact -> pace.mayTake("large", anna.address, fact, now));
    assertThat(pace.bytesWaiting()).isBetween(350_000L, 400_000L);
    Envelope small = flood(anna, SAVED_UP + 1).get(SAVED_UP);
    assertThat(pace.mayTake("small", anna.address, small, now)).isFalse();
    facts.subList(20, 40).forEach(fact -> pace.mayTake("larger", anna.address, fact, now));
    assertThat(pace.bytesWaiting()).isBetween(550_000L, 600_000L);
    List<Envelope> due =
        pace.due(now.plusMillis(10_000), List.of()).stream().map(Pace.Waiting::fact).toList();
    assertThat(due).contains(small);
    assertThat(due.stream().filter(facts.subList(0, 20)::contains)).hasSizeBetween(5, 6);
    assertThat(due.stream().filter(facts.subList(20, 40)::contains)).hasSizeBetween(5, 6);
    // What is left is what came first, without a gap.
    assertThat(due).contains(facts.get(0), facts.get(4), facts.get(20), facts.get(24));
    assertThat(pace.bytesWaiting()).isZero();
    assertThat(pace.next(now)).isEmpty();
  }

  // ---- forged facts

  /** How many signatures of 150 forged facts in one message are looked at. */
  private long looksAtForgeries() {
    four();
    Group.Node anna = group.node("anna");
    Group.Node ben = group.node("ben");
    List<Bytes> facts = forged(ben.id(), anna, 150).stream().map(FactCodec::encode).toList();
    anna.log.clear();
    anna.step(
        new Input.Received(
            ben.address, SideCodec.encode(new SyncReply(anna.core.group(), facts, List.of()))));
    return anna.log.stream()
        .filter(effect -> effect instanceof Effect.Ignored i && i.what().contains("did not sign"))
        .count();
  }

  @Test
  void ofAMessageOfForgedFactsOneSignatureIsLookedAt() {
    assertThat(looksAtForgeries()).isEqualTo(1);
  }

  @Test
  void aNewcomerLooksAtOneToo() {
    four();
    Group.Node anna = group.node("anna");
    Group.Node finn = group.join("finn", "");
    Found found = anna.core.state().found();
    List<Bytes> facts = new ArrayList<>();
    Known first = anna.core.ledger().get(new FactId(anna.core.group().hash()));
    assertThat(first).isNotNull();
    facts.add(FactCodec.encode(anna.core.ledger().envelope(Objects.requireNonNull(first))));
    FactWriter outsider = new FactWriter(group.key(), anna.core.group(), found.founder().member());
    for (int i = 0; i < 100; i++) {
      Here here = new Here(Hash32.sha256(new byte[] {(byte) i}), Hash32.ZERO);
      facts.add(FactCodec.encode(outsider.write(List.of(first.id()), here, Bytes.EMPTY)));
    }
    finn.log.clear();
    finn.step(
        new Input.Received(
            anna.address, SideCodec.encode(new SyncReply(anna.core.group(), facts, List.of()))));
    assertThat(finn.log.stream().filter(Effect.Refused.class::isInstance)).hasSize(1);
    assertThat(finn.core.ledger().get(first.id())).isNotNull();
  }

  @Test
  void whoeverGoesOnAfterAForgedFactLooksAtAllOfThem() throws Exception {
    try (PlantedBug bug = new PlantedBug(Syncing.class.getName(), "isTheLastToLookAt", No.class)) {
      assertThat(looksAtForgeries()).isEqualTo(150);
    }
  }

  static final class No {
    private No() {}

    @Advice.OnMethodExit
    static void exit(@Advice.Return(readOnly = false) boolean answer) {
      answer = false;
    }
  }

  // ---- newcomers

  @Test
  void whoComesLaterTakesAllThatWasEverSaidAtOnce() {
    four();
    Group.Node anna = group.node("anna");
    for (int i = 0; i < 400; i++) {
      anna.step(new Input.Refresh());
      group.run(110);
    }
    Group.Node finn = group.join("finn", "");
    group.run(5_000);
    assertThat(finn.core.isMember()).as(group.show()).isTrue();
    group.run(5_000);
    assertThat(group.allReadAll()).as(group.show()).isTrue();
  }
}
