package io.keymoot.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.keymoot.admission.Invite;
import io.keymoot.admission.InviteSecret;
import io.keymoot.admission.InviteUse;
import io.keymoot.admission.WallTime;
import io.keymoot.admission.certificate.CheckedText;
import io.keymoot.admission.certificate.Credential;
import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.keying.Effect;
import io.keymoot.flatkeying.keying.FlatKeying;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.peer.Address;
import io.keymoot.peer.PeerEffect;
import io.keymoot.peer.PeerInput;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.Test;

/** Finding a group, in virtual time. */
final class HostTest {
  private final List<Node> nodes = new ArrayList<>();
  private BiPredicate<Node, Node> hears = (from, to) -> true;
  private Tick now = Tick.ZERO;
  private final People people = new People();

  @Test
  void ofSeveralWhoStartAtOnceTheLowestFingerprintFounds() {
    for (int i = 0; i < 5; i++) {
      start(new Wish.JoinOrFound(people.plan()));
    }
    runFor(2_600);
    Node lowest =
        nodes.stream()
            .min((one, other) -> one.identity.device().compareTo(other.identity.device()))
            .orElseThrow();
    assertThat(lowest.isIn()).isTrue();

    runFor(5_000);
    assertThat(groups()).hasSize(1);
    assertThat(nodes).allMatch(Node::isIn);
  }

  @Test
  void whoComesLaterJoinsWhatIsThere() {
    start(new Wish.JoinOrFound(people.plan()));
    runFor(5_000);
    GroupId first = nodes.get(0).group().orElseThrow();

    start(new Wish.JoinOrFound(people.plan()));
    start(new Wish.JoinAny());
    runFor(3_000);
    assertThat(groups()).containsExactly(first);
    assertThat(nodes).allMatch(Node::isIn);
  }

  /** Else the device asks to be let in twice, as two members of whom one never speaks again. */
  @Test
  void whatIsHeardBeforeTheBeginningMakesNoMemberOfThisDevice() {
    Node anna = start(new Wish.Found(people.plan()));
    runFor(3_000);
    Node ben = open(new Wish.Join(anna.group().orElseThrow()), Optional.empty());
    Node cora = open(new Wish.JoinAny(), Optional.empty());
    Node dan = open(new Wish.Found(people.plan()), Optional.empty());
    runFor(3_000);
    assertThat(anna.members()).isEqualTo(1);
    for (Node each : List.of(ben, cora, dan)) {
      assertThat(each.host.seat()).isNull();
      each.step(new NodeInput.Start(each.address));
    }
    runFor(5_000);
    assertThat(anna.members()).isEqualTo(3);
    assertThat(ben.group()).isEqualTo(anna.group());
    assertThat(cora.group()).isEqualTo(anna.group());
    assertThat(dan.members()).isEqualTo(1);
  }

  @Test
  void ofTwoWhoFoundedApartOneJoinsTheOther() {
    start(new Wish.JoinOrFound(people.plan()));
    start(new Wish.JoinOrFound(people.plan()));
    hears = (from, to) -> false;
    runFor(8_000);
    assertThat(groups()).hasSize(2);

    hears = (from, to) -> true;
    runFor(15_000);
    assertThat(groups()).hasSize(1);
    assertThat(nodes).allMatch(node -> node.isIn() && node.members() == 2);
    // Where it was alone it has left, and is out; but it is told of the group that it is in.
    assertThat(nodes).noneMatch(node -> node.did.stream().anyMatch(HostTest::saysOut));
  }

  private static boolean saysOut(NodeEffect effect) {
    return effect instanceof NodeEffect.OfPeer of
        && of.effect() instanceof PeerEffect.Status status
        && status.state() == Effect.State.OUT;
  }

  @Test
  void membersOfAGroupStayWhenAnotherIsHeardUntilTheyAreToldToMove() {
    Node anna = start(new Wish.JoinOrFound(people.plan()));
    Node ben = start(new Wish.JoinOrFound(people.plan()));
    Node cora = start(new Wish.JoinOrFound(people.plan()));
    Node dan = start(new Wish.JoinOrFound(people.plan()));
    hears = (from, to) -> nodes.indexOf(from) / 2 == nodes.indexOf(to) / 2;
    runFor(8_000);
    hears = (from, to) -> true;
    runFor(20_000);
    assertThat(groups()).hasSize(2);
    GroupId wanted = anna.group().orElseThrow();
    assertThat(cora.did).contains(new NodeEffect.OtherGroup(wanted, false));

    cora.step(new NodeInput.Move(wanted));
    dan.step(new NodeInput.Move(wanted));
    runFor(5_000);
    assertThat(groups()).containsExactly(wanted);
    assertThat(nodes).allMatch(node -> node.isIn() && node.members() == 4);
    assertThat(ben.members()).isEqualTo(4);
  }

  @Test
  void whoSpeaksUnnamedIsRecognisedAnewThoughThatWasGivenUp() {
    Node anna = start(new Wish.Found(people.plan()));
    Node ben = start(new Wish.JoinAny());
    runFor(10_000);
    assertThat(ben.members()).isEqualTo(2);
    anna.did.clear();
    runFor(10_000);
    assertThat(anna.did).noneMatch(NodeEffect.Recognised.class::isInstance);
    anna.host.recogniseAgain(now);
    anna.host.recogniseAgain(now);
    runFor(10_000);
    assertThat(anna.did.stream().filter(NodeEffect.Recognised.class::isInstance))
        .hasSize(RuntimeLimits.RECOGNISE_TRIES);
  }

  @Test
  void whatIsDecidedBeforeAGroupIsFoundHoldsInIt() {
    start(new Wish.Found(people.plan()));
    hears = (from, to) -> false;
    Node ben = start(new Wish.JoinAny());
    Node cora = start(new Wish.JoinAny());
    ben.step(
        new NodeInput.ToPeer(
            new PeerInput.Policy(
                People.rules(People.OPEN_HOUSE.replace("founder: anybody", "founder: nobody")))));
    hears = (from, to) -> true;
    runFor(5_000);
    assertThat(cora.isIn()).isTrue();
    assertThat(ben.isIn()).isFalse();
  }

  @Test
  void whoAsksForWhatNobodyCanDoIsToldSo() {
    Node anna = start(new Wish.JoinAny());
    assertThat(refusal(anna, new PeerInput.Refresh())).contains("not in a group yet");
    assertThat(refusal(anna, new PeerInput.Renew(Optional.empty()))).contains("not in a group yet");
    Node ben = start(new Wish.Found(people.plan()));
    runFor(5_000);
    assertThat(anna.isIn()).isTrue();
    Fingerprint nobody = new Fingerprint(Hash32.ZERO);
    assertThat(refusal(anna, new PeerInput.Expel(nobody)))
        .contains("no member")
        .contains(CheckedText.name(nobody));
    assertThat(refusal(anna, new PeerInput.Pardon(ben.identity.device()))).contains("not shut out");
    anna.step(new NodeInput.ToPeer(new PeerInput.Expel(ben.identity.device())));
    anna.step(new NodeInput.ToPeer(new PeerInput.Leave()));
    runFor(10_000);
    assertThat(anna.isIn()).isFalse();
    assertThat(refusal(anna, new PeerInput.Refresh())).contains("not in the group any more");
    // To be out is what was asked for.
    anna.step(new NodeInput.ToPeer(new PeerInput.Leave()));
  }

  private static String refusal(Node node, PeerInput input) {
    NotNow told = assertThrows(NotNow.class, () -> node.step(new NodeInput.ToPeer(input)));
    return Objects.requireNonNull(told.getMessage());
  }

  @Test
  void whoLooksForAGroupAndHearsAnotherVersionOfTheProtocolIsToldSo() {
    Node anna = start(new Wish.JoinAny());
    Address stranger = new Address(Bytes.of(new byte[] {9}));
    for (int i = 0; i < 90; i++) {
      anna.step(
          new NodeInput.ToPeer(new PeerInput.Received(stranger, Bytes.fromHex("0213000102"))));
      runFor(1_000);
    }
    NodeEffect told = new NodeEffect.OtherVersion(new PeerEffect.OtherVersion(stranger, 2, 1));
    assertThat(anna.did.stream().filter(told::equals)).as("once a minute").hasSize(2);
  }

  @Test
  void aLiarWithALowFingerprintDelaysFoundingAndNoMore() {
    Node anna = start(new Wish.JoinOrFound(people.plan()));
    for (int second = 0; second < 6; second++) {
      anna.step(
          new NodeInput.Presence(
              new Address(Bytes.of(new byte[] {9})),
              Lobby.presence(new Fingerprint(Hash32.ZERO), true)));
      runFor(1_000);
    }
    assertThat(anna.isIn()).isTrue();
  }

  @Test
  void aLiarsHeartbeatOfNoGroupKeepsNobodyFromTheRealOne() {
    Node anna = start(new Wish.Found(people.plan()));
    runFor(2_000);
    // A heartbeat of a group that nobody else is in, and that lets nobody in.
    Node liar = start(new Wish.Found(people.plan()));
    hears = (from, to) -> from == liar;
    Node ben = start(new Wish.JoinAny());
    runFor(2_000);
    assertThat(ben.group()).isEqualTo(liar.group());

    hears = (from, to) -> to != liar;
    runFor(15_000);
    assertThat(ben.isIn()).isTrue();
    assertThat(ben.group()).isEqualTo(anna.group());
  }

  @Test
  void whoMovesDoesNotForgetWhoUsedItsInvites() {
    Node dora = start(new Wish.Found(people.plan()));
    hears = (from, to) -> (from == dora) == (to == dora);
    people.policy =
        People.rules(People.OPEN_HOUSE.replace("admit: anybody", "admit: {invite: any}"));
    Node anna = start(new Wish.Found(people.plan()));
    try (InviteSecret secret = InviteSecret.code(new Random(1)::nextBytes)) {
      invites(anna, "once", secret.publicKey());
      Node ben = start(new Wish.JoinAny(), Optional.of(secret));
      runFor(5_000);
      assertThat(ben.isIn()).isTrue();
      assertThat(anna.usesTold()).hasSize(1);

      hears = (from, to) -> true;
      anna.step(new NodeInput.Move(dora.group().orElseThrow()));
      runFor(10_000);
      assertThat(anna.group()).isEqualTo(dora.group());
      invites(anna, "another", Bytes.owning(new byte[32]));
      assertThat(anna.usesTold()).hasSize(1);
    }
  }

  private void invites(Node by, String name, Bytes key) {
    Invite invite = new Invite(name, key, OptionalInt.of(1), Optional.empty());
    by.step(new NodeInput.ToPeer(new PeerInput.AddInvite(invite)));
  }

  // ---- falling with others

  /**
   * Anna, ben and cora, whom the other two put out while she is apart; dan hears nobody but her,
   * and she lets him in.
   */
  private List<Node> danIsLuredByCora() {
    Node anna = start(new Wish.Found(people.plan()));
    Node ben = start(new Wish.JoinAny());
    Node cora = start(new Wish.JoinAny());
    runFor(10_000);
    hears = (from, to) -> (from == cora) == (to == cora);
    expel(cora, anna, ben);
    runFor(5_000);
    assertThat(anna.members()).isEqualTo(2);
    hears = (from, to) -> (nodes.indexOf(from) < 2) == (nodes.indexOf(to) < 2);
    Node dan = start(new Wish.JoinAny());
    runFor(10_000);
    assertThat(dan.isIn()).isTrue();
    assertThat(dan.members()).isEqualTo(4);
    return List.of(anna, ben, cora, dan);
  }

  private static void expel(Node whom, Node... by) {
    for (Node each : by) {
      each.step(new NodeInput.ToPeer(new PeerInput.Expel(whom.identity.device())));
    }
  }

  @Test
  void whoeverFellWithItsIntroducerAsksTheOthersByItselfAndIsTold() {
    List<Node> all = danIsLuredByCora();
    Node cora = all.get(2);
    Node dan = all.get(3);
    hears = (from, to) -> true;
    runFor(20_000);
    assertThat(dan.isIn()).isTrue();
    assertThat(List.of(all.get(0), all.get(1), dan)).allMatch(node -> node.members() == 3);
    assertThat(dan.did).noneMatch(HostTest::saysOut);
    assertThat(dan.causes()).anyMatch(cause -> cause.contains("was put out"));
    assertThat(cora.did).as("who was put out itself").anyMatch(HostTest::saysOut);
    assertThat(cora.did).noneMatch(NodeEffect.Anew.class::isInstance);
    assertThat(cora.isIn()).isFalse();
  }

  /** She alone is there when he asks again, and still knows nothing. */
  @Test
  void whoIsKnownToBeOutIsNotAskedAgain() {
    List<Node> all = danIsLuredByCora();
    Node cora = all.get(2);
    Node dan = all.get(3);
    danFalls(dan, cora);
    hears = (from, to) -> from == dan || from == cora;
    runFor(20_000);
    assertThat(dan.anews()).isEqualTo(1);
    assertThat(dan.isIn()).isFalse();
    hears = (from, to) -> true;
    runFor(20_000);
    assertThat(all.get(0).members()).isEqualTo(3);
  }

  /** Eve is a stranger to dan, and let in by cora as he was. */
  @Test
  void whoFellUsesNoKeyWhereItIsLuredAgainByAnother() {
    List<Node> all = danIsLuredByCora();
    Node cora = all.get(2);
    Node dan = all.get(3);
    danFalls(dan, cora);
    hears = (from, to) -> from != dan && to != dan && nodes.indexOf(from) > 1;
    Node eve = start(new Wish.JoinAny());
    runFor(10_000);
    assertThat(eve.isIn()).isTrue();
    assertThat(dan.anews()).isEqualTo(1);
    dan.did.clear();
    hears = (from, to) -> from != cora && to != cora && nodes.indexOf(from) > 1;
    runFor(10_000);
    assertThat(dan.hasBegunAnew()).as("let in by eve, and fallen with her").isTrue();
    assertThat(dan.usedAKey()).isFalse();
  }

  /** He hears the others, and cora hears nobody. */
  private void danFalls(Node dan, Node cora) {
    hears = (from, to) -> to == dan || (from == dan && to != cora);
    for (int i = 0; i < 2_000 && dan.isIn(); i++) {
      runFor(5);
    }
    assertThat(dan.isIn()).isFalse();
    assertThat(dan.anews()).isZero();
  }

  @Test
  void whoFellKeepsToItsGroup() {
    List<Node> all = danIsLuredByCora();
    Node dan = all.get(3);
    GroupId group = all.get(0).group().orElseThrow();
    danFalls(dan, all.get(2));
    hears = (from, to) -> false;
    runFor(5_000);
    assertThat(dan.hasBegunAnew()).isTrue();
    hears = (from, to) -> nodes.indexOf(from) > 3 || from == dan;
    Node fay = start(new Wish.Found(people.plan()));
    runFor(30_000);
    assertThat(dan.did).contains(new NodeEffect.OtherGroup(fay.group().orElseThrow(), false));
    hears = (from, to) -> true;
    runFor(20_000);
    assertThat(dan.isIn()).isTrue();
    assertThat(dan.group()).contains(group);
  }

  /**
   * As {@link #danIsLuredByCora}, but dan was in before and the others put him out as well, which
   * ben does not know yet, nor therefore dan.
   */
  private List<Node> danIsOutAndHearsFirstOfCora() {
    Node anna = start(new Wish.Found(people.plan()));
    Node ben = start(new Wish.JoinAny());
    Node cora = start(new Wish.JoinAny());
    Node before = start(new Wish.JoinAny());
    runFor(10_000);
    assertThat(anna.members()).isEqualTo(4);
    hears = (from, to) -> isOfTheFirst(from, 2) && isOfTheFirst(to, 2);
    expel(cora, anna, ben);
    runFor(5_000);
    assertThat(ben.members()).isEqualTo(3);
    hears = (from, to) -> from == ben && to == anna;
    expel(before, anna, ben);
    runFor(5_000);
    assertThat(anna.members()).isEqualTo(2);
    assertThat(ben.members()).isEqualTo(3);

    Node dan = new Node(nodes.size(), new Wish.JoinAny(), before.identity);
    nodes.add(dan);
    hears = (from, to) -> (from == cora && to == dan) || (from == dan && to == cora);
    dan.step(new NodeInput.Start(dan.address));
    runFor(10_000);
    assertThat(dan.isIn()).isTrue();
    hears = (from, to) -> (from == ben && to == dan) || (from == dan && to == ben);
    for (int i = 0; i < 2_000 && dan.isIn(); i++) {
      runFor(5);
    }
    assertThat(dan.isIn()).isFalse();
    assertThat(dan.did).as("he fell with cora").noneMatch(HostTest::saysOut);
    return List.of(anna, ben, cora, dan);
  }

  private boolean isOfTheFirst(Node node, int many) {
    return nodes.indexOf(node) < many;
  }

  /** A moment later: what puts somebody out, as a member says it. */
  private static void hearsOfItsExpulsion(Node dan, Node from) {
    FlatKeying keying = Objects.requireNonNull(from.host.seat()).peer.keying();
    for (Bytes fact : Remembered.worthKeeping(keying)) {
      dan.step(new NodeInput.ToPeer(new PeerInput.Received(from.address, fact)));
    }
  }

  @Test
  void whoHearsThatItWasPutOutItselfBeforeItAsksAnewIsOut() {
    List<Node> all = danIsOutAndHearsFirstOfCora();
    Node dan = all.get(3);
    hears = (from, to) -> true;
    hearsOfItsExpulsion(dan, all.get(0));
    assertThat(dan.did).anyMatch(HostTest::saysOut);
    runFor(60_000);
    assertThat(dan.anews()).isZero();
    assertThat(dan.causes().getLast()).startsWith("this device was put out by the others");
    assertThat(all.get(0).members()).isEqualTo(2);
  }

  @Test
  void whoHearsThatItWasPutOutItselfWhileItAsksAnewIsOut() {
    List<Node> all = danIsOutAndHearsFirstOfCora();
    Node dan = all.get(3);
    hears = (from, to) -> false;
    runFor(5_000);
    assertThat(dan.anews()).isEqualTo(1);
    hears = (from, to) -> true;
    hearsOfItsExpulsion(dan, all.get(0));
    assertThat(dan.did).anyMatch(HostTest::saysOut);
    runFor(60_000);
    assertThat(dan.isIn()).isFalse();
    assertThat(dan.causes().getLast()).startsWith("this device was put out by the others");
  }

  @Test
  void whoWasLuredAndThenPutOutItselfIsOutForGood() {
    List<Node> all = danIsLuredByCora();
    Node dan = all.get(3);
    hears = (from, to) -> true;
    runFor(20_000);
    assertThat(dan.isIn()).isTrue();
    expel(dan, all.get(0), all.get(1));
    runFor(120_000);
    assertThat(dan.isIn()).isFalse();
    assertThat(dan.did).anyMatch(HostTest::saysOut);
    assertThat(dan.anews()).isEqualTo(1);
  }

  @Test
  void whoLeavesWhileItWaitsToAskTheOthersAsksThemNoMore() {
    List<Node> all = danIsLuredByCora();
    Node dan = all.get(3);
    danFalls(dan, all.get(2));
    hears = (from, to) -> true;
    dan.step(new NodeInput.ToPeer(new PeerInput.Leave()));
    assertThat(dan.did).anyMatch(HostTest::saysOut);
    runFor(120_000);
    assertThat(dan.isIn()).isFalse();
  }

  // ---- the virtual network

  private Node start(Wish wish) {
    return start(wish, Optional.empty());
  }

  private Node start(Wish wish, Optional<InviteSecret> invite) {
    Node node = open(wish, invite);
    node.step(new NodeInput.Start(node.address));
    return node;
  }

  /** It hears already, and has not begun. */
  private Node open(Wish wish, Optional<InviteSecret> invite) {
    Node node = new Node(nodes.size(), wish, invite);
    nodes.add(node);
    return node;
  }

  private List<GroupId> groups() {
    return nodes.stream().flatMap(node -> node.group().stream()).distinct().toList();
  }

  private void runFor(long millis) {
    Tick end = now.plusMillis(millis);
    while (now.isBefore(end)) {
      now = now.plusMillis(5);
      for (Node node : List.copyOf(nodes)) {
        Optional<Tick> deadline = node.host.nextDeadline();
        if (deadline.isPresent() && !now.isBefore(deadline.get())) {
          node.step(new NodeInput.Wake());
        }
        for (Runnable each : node.takeInbox()) {
          each.run();
        }
      }
    }
  }

  private final class Node {
    final Address address;
    final Identity identity;
    final Host host;
    final List<NodeEffect> did = new ArrayList<>();
    private final List<Runnable> inbox = new ArrayList<>();

    Node(int number, Wish wish, Optional<InviteSecret> invite) {
      this(number, wish, identity(new Random(number + 7)::nextBytes, invite));
    }

    Node(int number, Wish wish, Identity identity) {
      this.identity = identity;
      Random random = new Random(number + 77);
      Entropy entropy = random::nextBytes;
      address = new Address(Bytes.of(new byte[] {(byte) number}));
      host =
          new Host(
              wish,
              identity,
              new Host.Opinion(people.policy, List.of(), List.of(), List.of()),
              Network.of(ClusterStack.local(), Deserialisation.FORBIDDEN_IN_JGROUPS),
              entropy,
              () -> new WallTime(1_800_000_000),
              group -> List.of(),
              new ClockWatch(new FakeClocks(), () -> {}));
    }

    private static Identity identity(Entropy entropy, Optional<InviteSecret> invite) {
      SigningKey key = SigningKey.generate(SignatureKind.ED25519, entropy);
      return new Identity(
          key,
          invite
              .map(each -> Credential.SELF_MADE.withInvite(each.prove(key.spki())))
              .orElse(Credential.SELF_MADE));
    }

    /** Who used its invites, as it said last. */
    List<InviteUse> usesTold() {
      return did.stream()
          .filter(NodeEffect.OfPeer.class::isInstance)
          .map(each -> ((NodeEffect.OfPeer) each).effect())
          .filter(PeerEffect.InvitesAre.class::isInstance)
          .map(each -> ((PeerEffect.InvitesAre) each).uses())
          .reduce((first, second) -> second)
          .orElseThrow();
    }

    List<String> causes() {
      return did.stream()
          .filter(NodeEffect.OfPeer.class::isInstance)
          .map(each -> ((NodeEffect.OfPeer) each).effect())
          .filter(PeerEffect.Status.class::isInstance)
          .map(each -> ((PeerEffect.Status) each).cause())
          .toList();
    }

    boolean usedAKey() {
      return did.stream()
          .anyMatch(
              each ->
                  each instanceof NodeEffect.OfPeer of
                      && of.effect() instanceof PeerEffect.Activate);
    }

    long anews() {
      return did.stream().filter(NodeEffect.Anew.class::isInstance).count();
    }

    boolean hasBegunAnew() {
      return anews() > 0;
    }

    boolean isIn() {
      return host.seat() != null && host.seat().peer.keying().isMember();
    }

    int members() {
      return host.seat() == null ? 0 : host.seat().peer.keying().state().memberCount();
    }

    Optional<GroupId> group() {
      return Optional.ofNullable(host.seat()).map(seat -> seat.peer.keying().group());
    }

    List<Runnable> takeInbox() {
      List<Runnable> taken = List.copyOf(inbox);
      inbox.clear();
      return taken;
    }

    void step(NodeInput input) {
      for (NodeEffect effect : host.step(now, input)) {
        did.add(effect);
        switch (effect) {
          case NodeEffect.Presence presence ->
              toAll(new NodeInput.Presence(address, presence.message()), Optional.empty());
          case NodeEffect.OfPeer of -> {
            if (!of.seat().desk.perform(now, of.effect())) {
              send(of.effect());
            }
          }
          case NodeEffect.Moved moved -> moved.from().close();
          case NodeEffect.Anew anew -> anew.from().close();
          case NodeEffect.GaveUp gaveUp -> gaveUp.seat().close();
          case NodeEffect.Seated seated -> {}
          case NodeEffect.OtherGroup other -> {}
          case NodeEffect.OtherVersion other -> {}
          case NodeEffect.Recognised recognised -> {}
          case NodeEffect.ClocksApart apart -> {}
          case NodeEffect.ClocksAgree agree -> {}
        }
      }
    }

    private void send(PeerEffect effect) {
      switch (effect) {
        case PeerEffect.Beat beat -> toAll(received(beat.message()), Optional.empty());
        case PeerEffect.Multicast all -> toAll(received(all.message()), Optional.empty());
        case PeerEffect.Unicast one -> toAll(received(one.message()), Optional.of(one.to()));
        default -> {}
      }
    }

    private NodeInput received(Bytes message) {
      return new NodeInput.ToPeer(new PeerInput.Received(address, message));
    }

    private void toAll(NodeInput input, Optional<Address> only) {
      for (Node to : nodes) {
        if (to != this
            && hears.test(this, to)
            && (only.isEmpty() || only.get().equals(to.address))) {
          to.inbox.add(() -> to.step(input));
        }
      }
    }
  }
}
