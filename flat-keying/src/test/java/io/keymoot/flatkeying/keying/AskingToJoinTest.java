package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.Here;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.message.JoinAsk;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.message.SyncAsk;
import io.keymoot.flatkeying.message.SyncReply;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** What becomes of a newcomer whose first steps go wrong, and of who is none (section 8). */
@Isolated("it changes the code that others would run")
class AskingToJoinTest {
  private static final Bytes OUTSIDE = Bytes.owning("outside".getBytes(StandardCharsets.UTF_8));

  private final Group group = new Group(61);
  private final List<JoinAsk> asks = new ArrayList<>();

  private void found(String... others) {
    group.witness =
        new Group.Witness() {
          @Override
          public void said(Group.Node from, Bytes message) {
            if (isA(MessageType.JOIN_REQUEST, message)
                && SideCodec.decode(message) instanceof Decoded.Ok<SideMessage> ok
                && ok.value() instanceof JoinAsk ask) {
              asks.add(ask);
            }
          }

          @Override
          public void stepped(Group.Node node) {}
        };
    // Nobody has the chair: it could let in again whom others put out.
    group.found("anna", "", Group.CHAIR_EXPELS);
    for (String name : others) {
      group.join(name, "");
    }
    group.run(10_000);
    assertThat(group.allReadAll()).as(group.show()).isTrue();
  }

  private static boolean isA(MessageType type, Bytes message) {
    return SideCodec.typeOf(message).equals(Optional.of(type));
  }

  /** The newcomer and its door hear each other; the rest, the door too, as they may. */
  private void onlyDoorOf(
      Group.Node newcomer, Group.Node door, BiPredicate<Group.Node, Group.Node> rest) {
    group.hears =
        (from, to) ->
            from == newcomer ? to == door : to == newcomer ? from == door : rest.test(from, to);
  }

  /** It is let in, and gets no answer to what it asks about the group. */
  private void learnsNothing(Group.Node newcomer) {
    group.arrives =
        message ->
            !(isA(MessageType.SYNC, message)
                && SideCodec.decode(message) instanceof Decoded.Ok<SideMessage> ok
                && ok.value() instanceof SyncAsk ask
                && ask.signed().header().author().equals(newcomer.id()));
  }

  private void together() {
    group.hears = (from, to) -> true;
    group.arrives = message -> true;
  }

  private List<Bytes> grantsTo(Bytes address, Group.Node by) {
    List<Bytes> grants = new ArrayList<>();
    for (Effect effect : by.log) {
      if (effect instanceof Effect.ToAddress to
          && to.to().equals(address)
          && isA(MessageType.GRANT, to.message())) {
        grants.add(to.message());
      }
    }
    return grants;
  }

  /** Let in by ben, and cut off before it learnt the group: so nothing was heard of it yet. */
  private Group.Node finnWhoWasLetInAndNotHeard() {
    Group.Node finn = group.join("finn", "");
    learnsNothing(finn);
    onlyDoorOf(finn, group.node("ben"), (from, to) -> true);
    for (int i = 0; i < 5_000 && !isIn(finn); i++) {
      group.run(1);
    }
    assertThat(isIn(finn)).isTrue();
    finn.isDown = true;
    group.run(2_000);
    return finn;
  }

  private boolean isIn(Group.Node node) {
    return group.node("ben").core.state().isMember(node.id());
  }

  /** Whoever has heard a request, which is public, sends it with a leaf key of its own. */
  private List<Bytes> grantsToAnOutsiderThatSendsFinnsRequest() {
    Group.Node ben = group.node("ben");
    JoinAsk finns = firstAskOf(finnWhoWasLetInAndNotHeard());
    try (LeafKeyPair own = LeafKeyPair.generate(group.draws())) {
      Bytes key = own.publicKey().bytes();
      JoinAsk altered = new JoinAsk(finns.request(), finns.credential(), key, false);
      ben.step(new Input.Received(OUTSIDE, SideCodec.encode(altered)));
    }
    return grantsTo(OUTSIDE, ben);
  }

  private JoinAsk firstAskOf(Group.Node node) {
    return asks.stream()
        .filter(ask -> ask.request().member().equals(node.id()))
        .findFirst()
        .orElseThrow();
  }

  private Bytes requestOf(Group.Node node) {
    return SideCodec.encode(firstAskOf(node));
  }

  @Test
  void aMembersRequestWithTheLeafKeyOfAnOutsiderIsGrantedNothing() {
    found("ben", "cora");
    assertThat(grantsToAnOutsiderThatSendsFinnsRequest()).isEmpty();
    // With finn's own leaf key it is granted again, for its Grant may have been lost.
    Group.Node ben = group.node("ben");
    ben.step(new Input.Received(OUTSIDE, requestOf(group.node("finn"))));
    assertThat(grantsTo(OUTSIDE, ben)).hasSize(1);
  }

  @Test
  void whereARequestIsNotHeldAgainstItsHashesTheOutsiderGetsTheKey() throws Exception {
    found("ben", "cora");
    try (PlantedBug bug =
        new PlantedBug(
            "io.keymoot.flatkeying.keying.Joining", "isWhatItSays", PlantedBug.Yes.class)) {
      assertThat(grantsToAnOutsiderThatSendsFinnsRequest()).isNotEmpty();
    }
  }

  /** It signed something, so it took its Grant: who plays its request back gets nothing for it. */
  @Test
  void whoHasBeenHeardIsNotGrantedAgain() {
    found("ben", "cora");
    Group.Node ben = group.node("ben");
    ben.step(new Input.Received(OUTSIDE, requestOf(group.node("cora"))));
    assertThat(grantsTo(OUTSIDE, ben)).isEmpty();
  }

  /**
   * Anybody can have recorded it: it must not cost the members a seal and a signature each time,
   * nor keep those from their Grants whose request it is, or somebody else's.
   */
  @Test
  void requestsPlayedBackKeepNoNewcomerFromItsGrant() {
    found("ben", "cora");
    Group.Node ben = group.node("ben");
    Bytes request = requestOf(finnWhoWasLetInAndNotHeard());
    ben.log.clear();
    for (int i = 0; i < 1_000; i++) {
      ben.step(new Input.Received(OUTSIDE, request));
    }
    assertThat(grantsTo(OUTSIDE, ben)).hasSize(1);
    Group.Node finn = group.node("finn");
    ben.step(new Input.Received(finn.address, request));
    assertThat(grantsTo(finn.address, ben)).hasSize(1);
    // A second later there is room again.
    group.run(1_000);
    ben.step(new Input.Received(OUTSIDE, request));
    assertThat(grantsTo(OUTSIDE, ben)).hasSize(2);
  }

  @Test
  void eachNewcomerHasAMeasureOfItsOwnAndAllTogetherHaveOne() {
    GrantsAgain grants = new GrantsAgain();
    Tick now = new Tick(1_000);
    int given = 0;
    for (int i = 0; i < 1_000; i++) {
      MemberId newcomer = new MemberId(Hash32.sha256(new byte[] {(byte) (i % 5)}));
      Bytes from = Bytes.owning(new byte[] {(byte) i, (byte) (i >> 8)});
      given += grants.may(newcomer, from, now) ? 1 : 0;
    }
    assertThat(given).isEqualTo(5 * Limits.GRANTS_AGAIN_PER_SECOND);
    for (int i = 5; i < 250; i++) {
      MemberId newcomer = new MemberId(Hash32.sha256(new byte[] {(byte) i}));
      given += grants.may(newcomer, OUTSIDE, now) ? 1 : 0;
    }
    assertThat(given).isEqualTo(Limits.GIVES_PER_SECOND);
  }

  /** Its request was admitted once, and will not be again; who let it in is gone. */
  @Test
  void whoWasSuspendedBeforeItKnewTheGroupComesBack() {
    found("ben", "cora", "dan");
    Group.Node dan = group.node("dan");
    Group.Node finn = group.join("finn", "");
    learnsNothing(finn);
    onlyDoorOf(finn, dan, (from, to) -> true);
    group.run(3_000);
    assertThat(group.node("anna").core.state().isMember(finn.id())).isTrue();
    assertThat(finn.core.isMember()).isFalse();
    dan.isDown = true;
    group.node("anna").step(new Input.Second(finn.id()));
    group.run(100);
    group.node("ben").step(new Input.Suspend(finn.id()));
    group.run(3_000);
    assertThat(group.node("cora").core.state().isMember(finn.id())).isFalse();

    together();
    group.run(15_000);
    assertThat(finn.core.isMember()).as(group.show()).isTrue();
    assertThat(group.node("anna").core.state().isMember(finn.id())).isTrue();
    assertThat(group.allReadAll()).as(group.show()).isTrue();
  }

  /** A Rekey that ends the leaver's stay need not know whom it let in since it said so. */
  @Test
  void whoSaidThatItLeavesLetsNobodyIn() {
    found("ben", "cora");
    Group.Node cora = group.node("cora");
    group.node("anna").takesTurns = false;
    group.node("ben").takesTurns = false;
    cora.step(new Input.Leave());
    Group.Node finn = group.join("finn", "");
    onlyDoorOf(finn, cora, (from, to) -> true);
    group.run(5_000);
    assertThat(cora.core.isMember()).as("nobody let her go yet").isTrue();
    assertThat(cora.core.state().person(finn.id())).isEmpty();
    together();
    group.run(10_000);
    assertThat(finn.core.isMember()).as(group.show()).isTrue();
  }

  /** Who let it in was out already, and cora did not know: no key is given for such a stay. */
  @Test
  void whoseAdmissionIsVoidIsToldSoAndGetsNoKey() {
    found("ben", "cora", "zoe");
    Group.Node zoe = group.node("zoe");
    Group.Node cora = group.node("cora");
    Group.Node finn = group.join("finn", "");
    List<Group.Node> side = List.of(zoe, cora);
    onlyDoorOf(finn, zoe, (from, to) -> side.contains(from) == side.contains(to));
    learnsNothing(finn);
    group.node("anna").step(new Input.Expel(zoe.device()));
    group.node("ben").step(new Input.Expel(zoe.device()));
    group.run(8_000);
    assertThat(cora.core.state().isMember(finn.id())).isTrue();
    assertThat(finn.core.isMember()).isFalse();
    zoe.isDown = true;
    onlyDoorOf(finn, zoe, (from, to) -> true);
    group.run(5_000);
    together();
    group.run(15_000);
    assertThat(group.node("anna").core.state().person(finn.id())).isPresent();
    assertThat(group.node("anna").core.state().isMember(finn.id())).isFalse();
    assertThat(finn.status.state()).as(group.show()).isEqualTo(Effect.State.OUT);
    assertThat(finn.keys).isEmpty();
    assertThat(group.allReadAll()).as(group.show()).isTrue();
  }

  /** Zoe told finn a fact and was gone; who is asked then cannot know what else finn has. */
  @Test
  void whoWasToldWhatNobodyElseKnowsLearnsALongPastAllTheSame() {
    found("ben", "zoe");
    Group.Node anna = group.node("anna");
    Group.Node zoe = group.node("zoe");
    Group.Node finn = group.join("finn", "");
    finn.refusesToBeLetInBy.add(zoe.id());
    onlyDoorOf(finn, zoe, (from, to) -> from != zoe && to != zoe);
    group.run(5_000);
    assertThat(zoe.core.state().isMember(finn.id())).isTrue();
    assertThat(finn.core.isMember()).isFalse();
    zoe.isDown = true;
    for (int i = 0; i < 150; i++) {
      anna.step(new Input.Refresh());
      group.run(200);
    }
    assertThat(anna.core.state().person(finn.id())).isEmpty();
    together();
    group.run(10_000);
    assertThat(finn.core.isMember()).as(group.show()).isTrue();
  }

  /**
   * Whoever sends a Grant of a past that there is not, and answers each question with rubbish, must
   * not have the newcomer sign question after question as fast as the network carries them.
   */
  @Test
  void answersThatLeadNowhereAreNotAskedForWithoutEnd() {
    found("ben");
    Group.Node finn = group.join("finn", "");
    group.hears = (from, to) -> from != finn && to != finn;
    group.run(100);
    FactWriter stranger =
        new FactWriter(group.key(), finn.core.group(), new MemberId(hash("nobody's")));
    List<FactId> nowhere = List.of(new FactId(hash("nowhere")));
    FactId admit = new FactId(hash("admit"));
    Bytes sealed = Bytes.owning(new byte[64]);
    finn.step(
        new Input.Received(OUTSIDE, SideCodec.grant(stranger, nowhere, finn.id(), admit, sealed)));
    assertThat(questionsTo(OUTSIDE, finn)).isEqualTo(1);
    for (int i = 0; i < 1_000; i++) {
      if (i % 10 == 0) {
        // Another Grant is no reason to begin anew.
        FactId other = new FactId(hash("admit " + i));
        finn.step(
            new Input.Received(
                OUTSIDE, SideCodec.grant(stranger, nowhere, finn.id(), other, sealed)));
      }
      Bytes blob = Bytes.owning(("blob " + i).getBytes(StandardCharsets.UTF_8));
      Bytes fact =
          FactCodec.encode(
              stranger.write(nowhere, new Here(hash("leaf " + i), hash("credential"))));
      finn.step(
          new Input.Received(
              OUTSIDE,
              SideCodec.encode(new SyncReply(finn.core.group(), List.of(fact), List.of(blob)))));
    }
    assertThat(questionsTo(OUTSIDE, finn)).isLessThanOrEqualTo(10);
    together();
    group.run(10_000);
    assertThat(finn.core.isMember()).as(group.show()).isTrue();
  }

  /** The facts of each answer to the newcomer, and how many it had taken at each question. */
  private final List<List<FactId>> parts = new ArrayList<>();

  private final List<Integer> takenWhenAsking = new ArrayList<>();

  /** Each question but the first names what was told last and is not taken, and nothing later. */
  private void watchQuestionsOf(Group.Node newcomer) {
    group.witness =
        new Group.Witness() {
          @Override
          public void said(Group.Node from, Bytes message) {
            switch (decoded(message)) {
              case SyncReply reply -> parts.add(idsOf(reply));
              case SyncAsk ask when from == newcomer && !ask.wanted().isEmpty() -> {
                int taken = (int) parts.stream().filter(part -> isTaken(newcomer, part)).count();
                takenWhenAsking.add(taken);
                List<FactId> named = ask.fromNothing() ? List.of() : ask.signed().header().heads();
                assertThat(named)
                    .allMatch(
                        id ->
                            newcomer.core.ledger().get(id) != null
                                || parts.get(taken).contains(id));
              }
              default -> {} // not about the past
            }
          }

          @Override
          public void stepped(Group.Node node) {}
        };
  }

  private static boolean isTaken(Group.Node by, List<FactId> facts) {
    return facts.stream().allMatch(id -> by.core.ledger().get(id) != null);
  }

  private static List<FactId> idsOf(SyncReply reply) {
    List<FactId> ids = new ArrayList<>();
    for (Bytes fact : reply.facts()) {
      if (FactCodec.decode(fact) instanceof Decoded.Ok<Envelope>(Envelope envelope)) {
        ids.add(envelope.id());
      }
    }
    return ids;
  }

  private static Object decoded(Bytes message) {
    return SideCodec.decode(message) instanceof Decoded.Ok<SideMessage>(SideMessage side)
        ? side
        : message;
  }

  /** A past of three parts. */
  private void foundLongAgo() {
    found("ben");
    for (int i = 0; i < 320; i++) {
      group.node("anna").step(new Input.Refresh());
      group.run(100);
    }
    group.run(5_000);
  }

  @Test
  void theNextPartOfThePastIsAskedForBeforeTheLastOneIsTaken() {
    foundLongAgo();
    Group.Node finn = group.join("finn", "");
    watchQuestionsOf(finn);
    for (int i = 0; i < 2_000 && !finn.core.isMember(); i++) {
      group.run(1);
    }
    assertThat(finn.core.isMember()).as(group.show()).isTrue();
    assertThat(parts).hasSize(3);
    // The last while it is still being judged who granted: nothing is missing any more.
    assertThat(takenWhenAsking).containsExactly(0, 0, 1, 3);
  }

  /**
   * How often a granter is asked that lies: it signs in anna's name.
   *
   * @param isTrueFirst whether its first answer holds no lie
   */
  private long questionsToALiar(Bytes truth, boolean isTrueFirst, boolean withBlobs) {
    Group.Node finn = group.join("finn" + group.nodes.size(), "");
    group.hears = (from, to) -> from != finn;
    FactWriter stranger = new FactWriter(group.key(), finn.core.group(), group.node("anna").id());
    FactId last = new FactId(finn.core.group().hash());
    List<FactId> nowhere = List.of(new FactId(hash("nowhere")));
    FactId admit = new FactId(hash("admit"));
    Bytes sealed = Bytes.owning(new byte[64]);
    finn.step(
        new Input.Received(OUTSIDE, SideCodec.grant(stranger, nowhere, finn.id(), admit, sealed)));
    for (int i = 0; i < 200; i++) {
      List<Bytes> facts = new ArrayList<>(i == 0 ? List.of(truth) : List.of());
      for (int j = 0; j < 3 && (i > 0 || !isTrueFirst); j++) {
        Here lie = new Here(hash("leaf " + i + " " + j), hash("credential"));
        facts.add(FactCodec.encode(stranger.write(List.of(last), lie)));
      }
      Bytes blob = Bytes.owning(("blob " + i).getBytes(StandardCharsets.UTF_8));
      List<Bytes> blobs = withBlobs ? List.of(blob) : List.of();
      finn.step(
          new Input.Received(
              OUTSIDE, SideCodec.encode(new SyncReply(finn.core.group(), facts, blobs))));
      group.run(50);
    }
    assertThat(finn.core.isMember()).isFalse();
    finn.isDown = true;
    return questionsTo(OUTSIDE, finn);
  }

  /** It may be asked sooner, for nobody has looked at the signatures yet, but not more often. */
  @Test
  void whoAnswersWithLiesIsNotAskedMoreOftenThanIfNothingWereAskedAhead() throws Exception {
    found("ben");
    FlatKeying anna = group.node("anna").core;
    Known first = Objects.requireNonNull(anna.ledger().get(new FactId(anna.group().hash())));
    Bytes truth = FactCodec.encode(anna.ledger().envelope(first));
    for (boolean withBlobs : List.of(false, true)) {
      for (boolean isTrueFirst : List.of(false, true)) {
        long asked = questionsToALiar(truth, isTrueFirst, withBlobs);
        try (PlantedBug bug =
            new PlantedBug(
                "io.keymoot.flatkeying.keying.Joining", "isAskedAhead", PlantedBug.No.class)) {
          assertThat(asked)
              .isGreaterThan(5)
              .isLessThanOrEqualTo(questionsToALiar(truth, isTrueFirst, withBlobs));
        }
      }
    }
  }

  private static long questionsTo(Bytes address, Group.Node by) {
    return by.log.stream()
        .filter(
            effect ->
                effect instanceof Effect.ToAddress to
                    && to.to().equals(address)
                    && isA(MessageType.SYNC, to.message()))
        .count();
  }

  private static Hash32 hash(String of) {
    return Hash32.sha256(of.getBytes(StandardCharsets.UTF_8));
  }
}
