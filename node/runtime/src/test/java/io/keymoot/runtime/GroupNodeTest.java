package io.keymoot.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.keymoot.admission.Invite;
import io.keymoot.admission.InviteSecret;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.HeaderCodec;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.frame.Authentication;
import io.keymoot.flatkeying.frame.FrameSender;
import io.keymoot.flatkeying.frame.FrameStream;
import io.keymoot.flatkeying.frame.Opening;
import io.keymoot.flatkeying.frame.Sealing;
import io.keymoot.flatkeying.group.Stay;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.peer.Address;
import io.keymoot.peer.Pending;
import io.keymoot.runtime.People.Someone;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingStream;
import org.jgroups.JChannel;
import org.jgroups.Message.Flag;
import org.jgroups.protocols.DISCARD;
import org.jgroups.protocols.TP;
import org.jgroups.stack.ProtocolStack;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Nodes over the local stack, with all their real parts.
 *
 * <p>In one file because what an application can do with a node is one list, and so are its tests.
 */
@Execution(ExecutionMode.CONCURRENT)
final class GroupNodeTest {
  private final People people = new People();

  @AfterEach
  void closeAll() {
    people.close();
  }

  @Test
  void whoKnowsTheNameJoinsAndBothReadEachOther() {
    Someone anna = people.founder("anna");
    Someone ben = people.joiner("ben");
    people.settled(anna, ben);

    assertThat(anna.says("good morning")).isEqualTo(Sent.SENT);
    assertThat(ben.says("to you too")).isEqualTo(Sent.SENT);

    ben.reads("good morning");
    anna.reads("to you too");
    assertThat(ben.from("good morning")).isInstanceOf(From.AMember.class);
    // Nothing vouches for a name here, so none is shown as if something did.
    assertThat(answer(ben.node.members()))
        .extracting(Member::standing)
        .containsOnly(Member.Standing.SELF_MADE);
    assertThat(answer(anna.node.whenIn())).isEqualTo(anna.node.group().orElseThrow());
  }

  @Test
  void aMessageThatIsNotSignedIsFromTheGroupUntilItsSenderConfirmsIt() {
    Someone anna = people.founder("anna");
    Someone ben = people.joiner("ben");
    people.settled(anna, ben);

    anna.node.send(text("who am I"), Authentication.NONE, Delivery.RELIABLE);
    ben.reads("who am I");
    framesRest();
    assertThat(ben.from("who am I"))
        .isInstanceOf(From.TheGroup.class)
        .hasToString("from the group");

    anna.node.send(text("it was me"), Authentication.AMORTISED, Delivery.ONCE);
    ben.reads("it was me");
    await().atMost(People.SOON).until(() -> !ben.saw(NodeEvent.Confirmed.class).isEmpty());
    NodeEvent.Message message = ben.saw(NodeEvent.Message.class).getLast();
    NodeEvent.Confirmed confirmed = ben.saw(NodeEvent.Confirmed.class).getFirst();
    assertThat(confirmed.sender()).isEqualTo(message.from().sender());
    assertThat(confirmed.stream()).isEqualTo(message.stream());
    assertThat(confirmed.numbers()).contains(message.number());
  }

  /** What a device does while nothing happens empties its battery. */
  @Test
  void whereNothingWaitsNothingWakesTheThreadOfTheFrames() {
    Someone anna = people.founder("anna");
    people.settled(anna);
    framesRest();
    Someone ben = people.joiner("ben");
    people.settled(anna, ben);
    framesRest();
    anna.says("good morning");
    ben.reads("good morning");
    framesRest();
  }

  /** The threads that open frames sleep on, and do not look round every now and then. */
  private void framesRest() {
    long[] before = {-1};
    await()
        .atMost(People.SOON)
        .pollInterval(Duration.ofMillis(300))
        .until(
            () -> {
              long now = wakesOfFrames();
              boolean rest = now == before[0];
              before[0] = now;
              return rest;
            });
  }

  private long wakesOfFrames() {
    String name = "keymoot-" + people.name + "-frames";
    return Stream.of(ManagementFactory.getThreadMXBean().dumpAllThreads(false, false))
        .filter(thread -> thread.getThreadName().equals(name))
        .mapToLong(ThreadInfo::getWaitedCount)
        .sum();
  }

  @Test
  void whatIsSentTooEarlyIsHeldAndGoesOutInOrder() {
    Someone ben = people.joiner("ben");
    assertThat(ben.says("one")).isEqualTo(Sent.HELD);
    assertThat(ben.says("two")).isEqualTo(Sent.HELD);
    Someone anna = people.founder("anna");
    anna.reads("two");
    assertThat(anna.read()).containsExactly("one", "two");
  }

  /**
   * JGroups drops reliable messages from outside its view, and each is alone in its own here; so
   * they are when peers have just met, or a forged view has parted them.
   */
  @Test
  void aReliableMessageReachesMembersThatJGroupsHasInAnotherView() throws Exception {
    ClusterStack stack = ClusterStack.xml(JGroupsTransportTest.resource("strangers.xml"));
    Someone anna = people.founder("anna", stack);
    Someone ben = people.joiner("ben", stack);
    Someone cora = people.joiner("cora", stack);
    people.settled(anna, ben, cora);
    anna.says("at once");
    ben.reads("at once");
    cora.reads("at once");
    for (int i = 0; i < 40; i++) {
      cora.says("word " + i);
    }
    anna.reads("word 39");
    ben.reads("word 0");
    await().atMost(People.SOON).until(() -> anna.read().size() == 40 && ben.read().size() == 41);
    assertThat(anna.read()).doesNotHaveDuplicates();
  }

  /**
   * All facts of an expulsion reach cora, but no key does: the old one may not be sent under from
   * the moment she knows, and she is not to find out after two seconds why her messages wait.
   */
  @Test
  void whoLacksTheKeyIsHoldingAndSaysWhyForAsLongAsSendingIsHeld() throws Exception {
    // Else the starved one may help to expel, and have the key for it has made it.
    people.policy = People.rules(ASKS_ABOUT_EXPULSIONS);
    Starved hunger = new Starved();
    Someone anna = people.founder("anna");
    Someone ben = people.joiner("ben");
    Someone dan = people.joiner("dan");
    try (Network network = hunger.network(ClusterStack.local());
        Identity id = Identity.selfMade();
        GroupNode node = GroupNode.of(network, id, people.policy).join(people.name)) {
      Someone cora = new Someone("cora", id, node);
      people.settled(anna, ben, dan, cora);
      hunger.starve();
      anna.node.evict(dan.identity.device());
      ben.node.evict(dan.identity.device());
      List<NodeEvent.Status> meanwhile = new ArrayList<>();
      await()
          .atMost(People.SOON)
          .pollInterval(Duration.ofMillis(2))
          .until(
              () -> {
                Sent sent = cora.says("held, after " + meanwhile.size());
                meanwhile.add(node.status());
                return sent == Sent.HELD;
              });
      assertThat(meanwhile.getLast().state()).isEqualTo(NodeState.HOLDING);
      assertThat(meanwhile.getLast().cause()).isNotEmpty();
      assertThat(node.members().toCompletableFuture().join()).as("the facts are here").hasSize(3);
      hunger.feed();
      people.settled(anna, ben, cora);
      anna.reads("held, after " + (meanwhile.size() - 1));
      assertThat(cora.says("sated")).isEqualTo(Sent.SENT);
      ben.reads("sated");
    }
  }

  /** So that nobody helps before it is told to. */
  private static final String ASKS_ABOUT_EXPULSIONS =
      People.OPEN_HOUSE.replace("expel: anybody", "expel: {ask: owner}");

  @Test
  void twoMembersPutAThirdOutWhichThenReadsNothing() {
    people.policy = People.rules(ASKS_ABOUT_EXPULSIONS);
    Someone anna = people.founder("anna");
    Someone ben = people.joiner("ben");
    Someone cora = people.joiner("cora");
    people.settled(anna, ben, cora);

    answer(anna.node.evict(cora.identity.device()));
    assertThat(answer(anna.node.members())).hasSize(3);
    answer(ben.node.approve(cora.identity.device()));

    people.settled(anna, ben);
    assertThat(answer(ben.node.view()).orElseThrow().expelled())
        .containsExactly(cora.identity.device());
    assertThat(answer(ben.node.view()).orElseThrow().barred())
        .containsExactly(cora.identity.device());
    await().atMost(People.SOON).until(() -> cora.node.status().state() == NodeState.OUT);
    anna.says("among us");
    ben.reads("among us");
    await().atMost(People.SOON).until(() -> !cora.saw(NodeEvent.Unopened.class).isEmpty());
    assertThat(cora.read()).isEmpty();
    assertThat(cora.says("let me in")).isEqualTo(Sent.OUT);
  }

  @Test
  void whoWasPutOutComesBackOnceAsManyWantItAsWantedItOut() {
    people.policy = People.rules(ASKS_ABOUT_EXPULSIONS);
    Someone anna = people.founder("anna");
    Someone ben = people.joiner("ben");
    Someone cora = people.joiner("cora");
    people.settled(anna, ben, cora);
    answer(anna.node.evict(cora.identity.device()));
    answer(ben.node.approve(cora.identity.device()));
    people.settled(anna, ben);
    cora.node.close();

    answer(anna.node.pardon(cora.identity.device()));
    answer(ben.node.pardon(cora.identity.device()));
    Someone again =
        people.add("cora", cora.identity, people.builder(cora.identity).join(people.name));
    people.settled(anna, ben, again);
    anna.says("welcome back");
    again.reads("welcome back");
    assertThat(answer(ben.node.view()).orElseThrow().expelled()).as("it is in").isEmpty();

    again.node.closeAfterLeaving();
    people.settled(anna, ben);
    GroupView view = answer(ben.node.view()).orElseThrow();
    assertThat(view.expelled()).as("this time it went by itself").isEmpty();
    assertThat(view.barred()).containsExactly(cora.identity.device());
  }

  @Test
  void whoDoesNotWantTheGroupItAskedForIsToldSoInsteadOfWaitingForEver() {
    Someone anna = people.founder("anna");
    people.settled(anna);
    people.policy = People.rules(People.OPEN_HOUSE.replace("founder: anybody", "founder: nobody"));
    Identity identity = Identity.selfMade();
    GroupNode picky = people.builder(identity).join(people.name, anna.node.group().orElseThrow());
    people.add("ben", identity, picky);
    assertThat(picky.whenIn())
        .failsWithin(People.SOON)
        .withThrowableOfType(ExecutionException.class)
        .havingCause()
        .isInstanceOf(NotNow.class)
        .withMessageContaining("policy");
    assertThatThrownBy(() -> answer(picky.rekey())).hasCauseInstanceOf(NotNow.class);
  }

  /** Of a machine that is too busy, a key may be owed more often than once. */
  @Test
  void aNodeTellsHowItStandsAndWhyFromItsFirstQuestionToItsLastWord() {
    Someone ben = people.joiner("ben");
    assertThat(ben.node.status().state()).isEqualTo(NodeState.SYNCING);
    Someone anna = people.founder("anna");
    people.settled(anna, ben);
    answer(anna.node.leave());
    people.settled(ben);
    answer(ben.node.leave());
    await()
        .atMost(People.SOON)
        .until(() -> ben.saw(NodeEvent.Status.class).getLast().state() == NodeState.OUT);

    assertThat(ben.saw(NodeEvent.Status.class))
        .extracting(NodeEvent.Status::state)
        .startsWith(NodeState.SYNCING)
        .containsSubsequence(
            NodeState.SYNCING,
            NodeState.SETTLED,
            NodeState.REKEYING,
            NodeState.SETTLED,
            NodeState.OUT);
    assertThat(why(ben, NodeState.SYNCING)).first().asString().contains("asking to be let in");
    assertThat(why(ben, NodeState.REKEYING)).first().asString().contains("somebody wants to go");
    assertThat(why(ben, NodeState.OUT)).last().asString().contains("nobody stayed");
    assertThat(ben.node.status()).isEqualTo(ben.saw(NodeEvent.Status.class).getLast());
  }

  @Test
  void whoLeavesIsMissedAtOnceAndTheOthersTalkOn() {
    Someone anna = people.founder("anna");
    Someone ben = people.joiner("ben");
    Someone cora = people.joiner("cora");
    people.settled(anna, ben, cora);
    cora.node.closeAfterLeaving();
    people.settled(anna, ben);
    anna.says("cora went");
    ben.reads("cora went");
    assertThat(answer(ben.node.view()).orElseThrow().expelled()).as("it went by itself").isEmpty();
  }

  @Test
  void whoIsAloneAndLeavesIsOutAtOnce() {
    Someone anna = people.founder("anna");
    people.settled(anna);
    answer(anna.node.leave());
    await().atMost(People.SOON).until(() -> anna.node.status().state() == NodeState.OUT);
    assertThat(anna.node.status().cause()).contains("nobody stayed");
    assertThat(answer(anna.node.members())).isEmpty();
    assertThat(answer(anna.node.view()).orElseThrow().inUse()).isEmpty();
    assertThat(anna.says("too late")).isEqualTo(Sent.OUT);
    assertThatThrownBy(() -> answer(anna.node.rekey())).hasCauseInstanceOf(NotNow.class);
  }

  @Test
  void aSubscriberIsHandedEveryKeyAndSealsWhatOthersOpen() throws Exception {
    Someone anna = people.founder("anna");
    Someone ben = people.joiner("ben");
    people.settled(anna, ben);
    Keys annas = new Keys();
    Keys bens = new Keys();
    KeySubscription subscription = answer(anna.node.keys(2, annas));
    answer(ben.node.keys(0, bens));
    assertThat(subscription.streams()).hasSize(2).doesNotHaveDuplicates();

    await().atMost(People.SOON).until(() -> annas.active != null && bens.active != null);
    GroupKey before = Objects.requireNonNull(annas.active);
    FrameSender self = before.self().orElseThrow();
    assertThat(before.group()).isEqualTo(anna.node.group().orElseThrow());
    assertThat(before.senders()).hasSize(2).contains(self);
    assertThat(hexOf(annas, self)).isEqualTo(hexOf(bens, self));
    // Nothing that 'use' gives looks like a key that is retired.
    assertThatNullPointerException()
        .isThrownBy(() -> before.lendBaseKey(self, bytes -> nothing()))
        .withMessageContaining("have it return something");
    assertThat(before.kid(self)).isEqualTo(Objects.requireNonNull(bens.active).kid(self));

    answer(anna.node.rekey());
    await()
        .atMost(People.SOON)
        .until(() -> annas.active instanceof GroupKey key && !key.equals(before));
    GroupKey after = Objects.requireNonNull(annas.active);
    assertThat(after.epoch()).isNotEqualTo(before.epoch());
    // Installed before activated, each time.
    assertThat(annas.did.indexOf("install " + after))
        .isBetween(0, annas.did.indexOf("activate " + after));

    subscription.close();
    KeySubscription next = answer(anna.node.keys(2, new Keys()));
    assertThat(next.streams()).doesNotContainAnyElementsOf(subscription.streams());
    for (FrameStream taken : next.streams()) {
      assertThatThrownBy(() -> anna.node.sealer(taken))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /** With an expulsion at the end, which has the keys before it go within a second. */
  @Test
  void theNextKeyIsInUseBeforeTheOneBeforeItIsRetiredAndThereIsAlwaysOne() {
    people.policy = People.rules(ASKS_ABOUT_EXPULSIONS);
    Someone anna = people.founder("anna");
    Someone ben = people.joiner("ben");
    Someone cora = people.joiner("cora");
    people.settled(anna, ben, cora);
    Keys keys = new Keys();
    answer(ben.node.keys(0, keys));
    await().atMost(People.SOON).until(() -> keys.active != null);
    Set<GroupKey> used = new LinkedHashSet<>();
    for (int i = 0; i < 2; i++) {
      GroupKey before = Objects.requireNonNull(keys.active);
      used.add(before);
      answer(anna.node.rekey());
      await()
          .atMost(People.SOON)
          .until(() -> !before.epoch().equals(Objects.requireNonNull(keys.active).epoch()));
    }
    answer(anna.node.evict(cora.identity.device()));
    await().atMost(People.SOON).until(() -> !ben.saw(NodeEvent.Waits.class).isEmpty());
    // Who makes the key has it at once; others may have to hold back until it comes.
    answer(ben.node.approve(cora.identity.device()));
    await()
        .atMost(People.SOON)
        .until(() -> used.stream().allMatch(each -> keys.did.contains("retire " + each)));
    people.settled(anna, ben);
    keys.assertThatThereWasAlwaysOne();
  }

  @Test
  void aKeyThatIsRetiredLendsNothing() {
    people.policy = People.rules(ASKS_ABOUT_EXPULSIONS);
    Someone anna = people.founder("anna");
    Someone ben = people.joiner("ben");
    Someone cora = people.joiner("cora");
    people.settled(anna, ben, cora);
    Keys annas = new Keys();
    answer(anna.node.keys(0, annas));
    await().atMost(People.SOON).until(() -> annas.active != null);
    GroupKey old = Objects.requireNonNull(annas.active);
    FrameSender self = old.self().orElseThrow();
    // After an expulsion, keys go within a second of being replaced.
    answer(anna.node.evict(cora.identity.device()));
    answer(ben.node.approve(cora.identity.device()));
    await().atMost(People.SOON).until(() -> annas.did.contains("retire " + old));
    assertThat(old.lendBaseKey(self, bytes -> "lent")).isEmpty();
    assertThat(old.export("x", Bytes.EMPTY, 16)).isEmpty();
    assertThat(old.kid(self)).isEmpty();
  }

  @Test
  void membersOfOneStateExportTheSameAndOtherLabelsSomethingElse() {
    Someone anna = people.founder("anna");
    Someone ben = people.joiner("ben");
    people.settled(anna, ben);
    await()
        .atMost(People.SOON)
        .untilAsserted(
            () -> {
              try (ExportedKey annas = answer(anna.node.export("disk", text("7"), 48));
                  ExportedKey bens = answer(ben.node.export("disk", text("7"), 48));
                  ExportedKey other = answer(ben.node.export("disk", text("8"), 48))) {
                assertThat(annas.epoch()).isEqualTo(bens.epoch());
                assertThat(annas.revision()).isEqualTo(bens.revision());
                assertThat(hex(annas)).hasSize(96).isEqualTo(hex(bens)).isNotEqualTo(hex(other));
              }
            });
  }

  @Test
  void theSecurityCodeIsEqualExactlyWhileBothSeeTheSameMembers() {
    Someone anna = people.founder("anna");
    Someone ben = people.joiner("ben");
    people.settled(anna, ben);
    SecurityCode ofTwo = answer(anna.node.securityCode());
    assertThat(answer(ben.node.securityCode())).isEqualTo(ofTwo);
    assertThat(ofTwo.toString()).matches("(\\d{5} ){5}\\d{5}");

    Someone cora = people.joiner("cora");
    people.settled(anna, ben, cora);
    assertThat(answer(cora.node.securityCode()))
        .isEqualTo(answer(anna.node.securityCode()))
        .isNotEqualTo(ofTwo);

    try (People elsewhere = new People()) {
      Someone dan = elsewhere.founder("dan");
      elsewhere.settled(dan);
      assertThat(answer(dan.node.securityCode())).isNotEqualTo(ofTwo);
    }
  }

  @Test
  void framesOfOnesOwnMediaAreSealedAndOpenedUnderTheGroupsKey() {
    Someone anna = people.founder("anna");
    Someone ben = people.joiner("ben");
    people.settled(anna, ben);
    FrameStream camera = FrameStream.of(Authentication.NONE, 3);
    FrameStream screen = FrameStream.of(Authentication.NONE, 4);
    StreamSealer sealer = anna.node.sealer(camera);
    List<String> late = new CopyOnWriteArrayList<>();
    StreamOpener opener =
        ben.node.opener(
            camera,
            (frame, plain, at) ->
                late.add(new String(plain, at, frame.length(), StandardCharsets.UTF_8)));

    byte[] picture = "a picture".getBytes(StandardCharsets.UTF_8);
    byte[] frame = new byte[picture.length + StreamSealer.MAX_OVERHEAD];
    int length = sealed(sealer.seal(picture, 0, picture.length, frame, 0));
    byte[] out = new byte[length];
    assertThat(opener.open(1, frame, 0, length, out, 0))
        .isInstanceOfSatisfying(
            Opening.Opened.class,
            opened ->
                assertThat(out)
                    .startsWith(picture)
                    .satisfies(o -> assertThat(opened.length()).isEqualTo(picture.length)));
    // Opened once is opened.
    assertThat(opener.open(1, frame, 0, length, out, 0)).isEqualTo(Opening.Refused.REPLAYED);

    // A frame of another stream is not this one's.
    length = sealed(anna.node.sealer(screen).seal(picture, 0, picture.length, frame, 0));
    byte[] wiped = new byte[length];
    assertThat(opener.open(1, frame, 0, length, wiped, 0)).isEqualTo(Opening.Refused.MALFORMED);
    assertThat(wiped).containsOnly(0);
    assertThat(late).isEmpty();
  }

  /** Ben is cut off while Anna makes a new key; his medium still brings him her frames. */
  @Test
  void framesThatComeBeforeTheirKeyAreGivenToTheStreamWhenItComesAndWhoTakesThemMayHangOrThrow()
      throws Exception {
    try (JChannel annas = ClusterStack.local().open("keymoot");
        JChannel bens = ClusterStack.local().open("keymoot")) {
      annas.connect(people.name + " lent");
      bens.connect(people.name + " lent");
      Someone anna = people.founder("anna", ClusterStack.fork(annas));
      Someone ben = people.joiner("ben", ClusterStack.fork(bens));
      people.settled(anna, ben);
      CountDownLatch release = new CountDownLatch(1);
      List<String> late = new CopyOnWriteArrayList<>();
      List<LateFrames> takers =
          List.of(
              (frame, plain, at) -> hang(release),
              (frame, plain, at) -> {
                throw new IllegalStateException("of the test");
              },
              (frame, plain, at) ->
                  late.add(new String(plain, at, frame.length(), StandardCharsets.UTF_8)));
      List<StreamSealer> sealers = new ArrayList<>();
      List<StreamOpener> openers = new ArrayList<>();
      for (int i = 0; i < takers.size(); i++) {
        FrameStream stream = FrameStream.of(Authentication.NONE, i);
        sealers.add(anna.node.sealer(stream));
        openers.add(ben.node.opener(stream, takers.get(i)));
      }

      DISCARD cut = new DISCARD().discardAll(true);
      bens.getProtocolStack().insertProtocol(cut, ProtocolStack.Position.ABOVE, TP.class);
      int keys = anna.saw(NodeEvent.KeyInUse.class).size();
      answer(anna.node.rekey());
      await().atMost(People.SOON).until(() -> anna.saw(NodeEvent.KeyInUse.class).size() > keys);
      List<String> waited = new ArrayList<>();
      await()
          .atMost(People.SOON)
          .pollInterval(java.time.Duration.ofMillis(20))
          .until(
              () -> {
                for (int i = 0; i < takers.size(); i++) {
                  String words = "picture " + waited.size();
                  byte[] picture = words.getBytes(StandardCharsets.UTF_8);
                  byte[] frame = new byte[picture.length + StreamSealer.MAX_OVERHEAD];
                  int length = sealed(sealers.get(i).seal(picture, 0, picture.length, frame, 0));
                  if (openers.get(i).open(i, frame, 0, length, new byte[length], 0)
                      instanceof Opening.Waiting) {
                    waited.add(words);
                  }
                }
                // Only now: else the key may be there before anything has waited for it.
                cut.discardAll(false);
                return !late.isEmpty();
              });
      assertThat(waited).containsAll(late);
      people.settled(anna, ben);
      anna.says("still there?");
      ben.reads("still there?");
      release.countDown();

      StreamOpener last = openers.getLast();
      assertThatThrownBy(() -> ben.node.opener(last.stream(), takers.getLast()))
          .isInstanceOf(IllegalArgumentException.class);
      last.close();
      assertThat(ben.node.opener(last.stream(), takers.getLast()).stream())
          .isEqualTo(last.stream());
      people.close();
    }
  }

  @Test
  void aNodeThatIsClosedSealsAndOpensAndSendsNothingAndSaysSo() {
    Someone anna = people.founder("anna");
    Someone ben = people.joiner("ben");
    people.settled(anna, ben);
    FrameStream camera = FrameStream.of(Authentication.SIGNED, 3);
    StreamSealer annas = anna.node.sealer(camera);
    StreamSealer bens = ben.node.sealer(camera);
    StreamOpener opener = ben.node.opener(camera, (frame, plain, at) -> {});
    byte[] picture = "a picture".getBytes(StandardCharsets.UTF_8);
    byte[] frame = new byte[picture.length + StreamSealer.MAX_OVERHEAD];
    sealed(bens.seal(picture, 0, picture.length, frame, 0));
    int length = sealed(annas.seal(picture, 0, picture.length, frame, 0));
    byte[] out = new byte[frame.length];
    assertThat(opener.open(1, frame, 0, length, out, 0)).isInstanceOf(Opening.Opened.class);
    length = sealed(annas.seal(picture, 0, picture.length, frame, 0));

    ben.node.close();
    assertThat(opener.open(1, frame, 0, length, out, 0)).isNotInstanceOf(Opening.Opened.class);
    assertThat(bens.seal(picture, 0, picture.length, frame, 0))
        .isEqualTo(Sealing.NotSealed.STAY_OVER);
    assertThat(ben.says("too late")).isEqualTo(Sent.OUT);
    assertThat(ben.node.status().state()).isEqualTo(NodeState.OUT);
    await()
        .atMost(People.SOON)
        .until(() -> ben.saw(NodeEvent.Status.class).getLast().state() == NodeState.OUT);
    ben.node.close();
  }

  /** Sealing goes on while the keys are wiped: it fails, and throws nothing. */
  @Test
  void closingWhileOthersSealBreaksNone() throws Exception {
    Someone anna = people.founder("anna");
    people.settled(anna);
    StreamSealer sealer = anna.node.sealer(FrameStream.of(Authentication.SIGNED, 3));
    CountDownLatch begun = new CountDownLatch(2);
    Callable<Sealing> sealing =
        () -> {
          byte[] frame = new byte[1 + StreamSealer.MAX_OVERHEAD];
          Sealing sealed = sealer.seal(new byte[1], 0, 1, frame, 0);
          begun.countDown();
          while (sealed instanceof Sealing.Sealed) {
            sealed = sealer.seal(new byte[1], 0, 1, frame, 0);
          }
          return sealed;
        };
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      List<Future<Sealing>> results = List.of(threads.submit(sealing), threads.submit(sealing));
      assertThat(begun.await(40, TimeUnit.SECONDS)).isTrue();
      anna.node.close();
      for (Future<Sealing> each : results) {
        assertThat(each.get(40, TimeUnit.SECONDS)).isInstanceOf(Sealing.NotSealed.class);
      }
    }
  }

  @Test
  void framesInBuffersAreSealedAndOpenedAsThoseInArrays() {
    Someone anna = people.founder("anna");
    Someone ben = people.joiner("ben");
    people.settled(anna, ben);
    FrameStream camera = FrameStream.of(Authentication.NONE, 3);
    FrameStream screen = FrameStream.of(Authentication.NONE, 4);
    StreamOpener opener = ben.node.opener(camera, (frame, plain, at) -> {});
    for (FrameStream stream : List.of(camera, screen)) {
      ByteBuffer in = ByteBuffer.wrap("a picture".getBytes(StandardCharsets.UTF_8));
      ByteBuffer frame = ByteBuffer.allocateDirect(in.remaining() + StreamSealer.MAX_OVERHEAD);
      sealed(anna.node.sealer(stream).seal(in, frame));
      assertThat(in.hasRemaining()).isFalse();
      ByteBuffer out = ByteBuffer.allocate(frame.flip().remaining() + 2).position(2);
      Opening opening = opener.open(1, frame, out);
      if (stream.equals(camera)) {
        assertThat(opening).isInstanceOf(Opening.Opened.class);
        assertThat(out.flip().position(2)).isEqualTo(in.flip());
      } else {
        assertThat(opening).as("of another stream").isEqualTo(Opening.Refused.MALFORMED);
        assertThat(out.position()).isEqualTo(2);
        assertThat(out.array()).containsOnly(0);
      }
    }
  }

  @Test
  void eventsAreNumberedWithoutGapsAndCanBeAskedForAgain() throws Exception {
    Someone anna = people.founder("anna");
    people.settled(anna);
    Someone ben = people.joiner("ben");
    people.settled(anna, ben);
    List<Long> live = new CopyOnWriteArrayList<>();
    List<Long> again = new CopyOnWriteArrayList<>();
    anna.node.listen(0, (id, event) -> live.add(id));
    await().atMost(People.SOON).until(() -> live.size() > 4);
    long since = live.get(2);
    anna.node.listen(since, (id, event) -> again.add(id));
    ben.says("one more");
    anna.reads("one more");
    await().atMost(People.SOON).until(() -> again.containsAll(live.subList(3, live.size())));
    for (int i = 0; i < live.size(); i++) {
      assertThat(live.get(i)).isEqualTo(i + 1);
    }
    assertThat(again.getFirst()).isEqualTo(since + 1);
  }

  @Test
  void aListenerThatHangsStopsNobody() {
    Someone anna = people.founder("anna");
    Someone ben = people.joiner("ben");
    people.settled(anna, ben);
    CountDownLatch release = new CountDownLatch(1);
    anna.node.onMessage((from, bytes) -> hang(release));
    anna.node.listen((id, event) -> hang(release));
    answer(anna.node.keys(0, new Hanging(release)));
    ben.says("hello?");
    anna.reads("hello?");
    anna.says("here");
    ben.reads("here");
    release.countDown();
  }

  /** Below all that JGroups does to send again: what it is told there it does. */
  @Test
  void aMessageIsSentOnceOrUntilItArrivesAsItsSenderChose() throws Exception {
    Probe probe = new Probe();
    try (Network watched = People.watched(ClusterStack.local(), probe::below)) {
      Someone anna = people.founder("anna", watched);
      Someone ben = people.joiner("ben");
      people.settled(anna, ben);
      for (Authentication proof : Authentication.values()) {
        // Sealed, they are told apart by their lengths alone.
        int once = 10_000 + 2_000 * proof.ordinal();
        int reliable = once + 1_000;
        anna.node.send(Bytes.owning(new byte[once]), proof, Delivery.ONCE);
        anna.node.send(Bytes.owning(new byte[reliable]), proof, Delivery.RELIABLE);
        await()
            .atMost(People.SOON)
            .untilAsserted(
                () -> {
                  assertThat(flagsOf(probe, once))
                      .isNotEmpty()
                      .containsOnly(EnumSet.of(Flag.NO_FC, Flag.NO_RELIABILITY));
                  assertThat(flagsOf(probe, reliable)).contains(EnumSet.of(Flag.NO_FC));
                });
      }
      people.close();
    }
  }

  private static List<Set<Flag>> flagsOf(Probe probe, int length) {
    return probe.passed.stream()
        .filter(each -> each.length() > length && each.length() < length + 1_000)
        .map(Probe.Passed::flags)
        .toList();
  }

  /** Neither the loop nor whoever listens is anything that a thread of JGroups would wait for. */
  @Test
  void whereTheLoopAndTheListenersHangJGroupsThreadsComeBackAtOnce() throws Exception {
    Probe probe = new Probe();
    CountDownLatch release = new CountDownLatch(1);
    try (Network watched = People.watched(ClusterStack.local(), probe::above);
        JGroupsTransport other =
            JGroupsTransport.open(
                ClusterStack.local(),
                people.name,
                Deserialisation.FORBIDDEN_IN_JGROUPS,
                new Cluster.End())) {
      Someone anna = people.founder("anna", watched);
      GroupNode node = anna.node;
      people.settled(anna);
      CountDownLatch hanging = new CountDownLatch(2);
      node.listen(
          0,
          (id, event) -> {
            hanging.countDown();
            hang(release);
          });
      CompletionStage<Optional<Boolean>> loop =
          node.lookAt(
              peer -> {
                hanging.countDown();
                hang(release);
                return true;
              });
      assertThat(hanging.await(40, TimeUnit.SECONDS)).isTrue();
      int before = probe.came.get();
      for (int i = 0; i < 20; i++) {
        for (Quality quality : Quality.values()) {
          other.multicast(quality, text("noise"));
        }
      }
      await().atMost(People.SOON).until(() -> probe.came.get() >= before + 100);
      await().atMost(People.SOON).until(() -> probe.wentBack.get() == probe.came.get());
      assertThat(loop.toCompletableFuture()).as("it hangs all the while").isNotDone();
      release.countDown();
      assertThat(answer(loop)).contains(true);
      people.close();
    } finally {
      release.countDown();
    }
  }

  @Test
  void severalGroupsOfOneProcessShareAChannelAndNothingElse() {
    try (Network hall =
            Network.shared(
                "hall " + people.name, ClusterStack.local(), Deserialisation.FORBIDDEN_IN_JGROUPS);
        Network other =
            Network.shared(
                "hall " + people.name, ClusterStack.local(), Deserialisation.FORBIDDEN_IN_JGROUPS);
        Identity annaId = Identity.selfMade();
        Identity benId = Identity.selfMade();
        People red = new People();
        People blue = new People()) {
      Someone annaRed =
          red.add("anna", annaId, GroupNode.of(hall, annaId, people.policy).found(red.plan()));
      Someone annaBlue =
          blue.add("anna", annaId, GroupNode.of(hall, annaId, people.policy).found(blue.plan()));
      Someone benRed =
          red.add("ben", benId, GroupNode.of(other, benId, people.policy).join(red.name));
      Someone benBlue =
          blue.add("ben", benId, GroupNode.of(other, benId, people.policy).join(blue.name));
      red.settled(annaRed, benRed);
      blue.settled(annaBlue, benBlue);
      annaRed.says("in red");
      annaBlue.says("in blue");
      benRed.reads("in red");
      benBlue.reads("in blue");
      assertThat(benRed.read()).containsExactly("in red");
      assertThat(benBlue.read()).containsExactly("in blue");
      assertThat(annaRed.node.group()).isNotEqualTo(annaBlue.node.group());
      annaRed.node.close();
      annaBlue.says("still here");
      benBlue.reads("still here");
    }
  }

  @Test
  void whoIsToldToMovesIntoTheOtherGroupOfThisNameAndIsMissedInItsOwn() {
    Someone anna = people.founder("anna");
    Someone cora = people.founder("cora");
    people.settled(anna);
    people.settled(cora);
    GroupId annas = anna.node.group().orElseThrow();
    GroupId coras = cora.node.group().orElseThrow();
    Identity benId = Identity.selfMade();
    Someone ben = people.add("ben", benId, people.builder(benId).join(people.name, coras));
    people.settled(cora, ben);
    await()
        .atMost(People.SOON)
        .until(
            () ->
                cora.saw(NodeEvent.OtherGroup.class)
                    .contains(new NodeEvent.OtherGroup(annas, false)));

    ben.says("before");
    cora.reads("before");
    double derived = derived(cora);
    assertThat(derived).isPositive();

    answer(cora.node.moveTo(annas));
    // Anna may know that cora is in before cora does.
    await().atMost(People.SOON).until(() -> cora.node.group().equals(Optional.of(annas)));
    people.settled(anna, cora);
    assertThat(cora.node.group()).contains(annas);
    assertThat(derived(cora)).as("figures do not go back").isGreaterThanOrEqualTo(derived);
    people.settled(ben);
    cora.says("good to be here");
    anna.reads("good to be here");
    assertThat(ben.read()).isEmpty();
  }

  @Test
  void somebodyAnswersForWhoRings() {
    people.policy =
        People.rules(People.OPEN_HOUSE.replace("admit: anybody", "admit:\n  ask: porter"));
    Someone anna = people.founder("anna");
    people.settled(anna);
    people.policy = People.rules(People.OPEN_HOUSE);
    Someone ben = people.joiner("ben");
    await().atMost(People.SOON).until(() -> !anna.saw(NodeEvent.Waits.class).isEmpty());
    Pending about = anna.saw(NodeEvent.Waits.class).getFirst().about();
    assertThat(about.device()).isEqualTo(ben.identity.device());
    assertThat(answer(anna.node.pending())).containsExactly(about);
    assertThat(answer(anna.node.members())).hasSize(1);

    answer(anna.node.answer(about.ticket(), true, "the porter"));
    people.settled(anna, ben);
    assertThat(answer(anna.node.pending())).isEmpty();
  }

  @Test
  void whoIsDeniedStaysOutside() {
    people.policy =
        People.rules(People.OPEN_HOUSE.replace("admit: anybody", "admit:\n  ask: porter"));
    Someone anna = people.founder("anna");
    people.settled(anna);
    people.joiner("ben");
    await().atMost(People.SOON).until(() -> !anna.saw(NodeEvent.Waits.class).isEmpty());
    Pending about = anna.saw(NodeEvent.Waits.class).getFirst().about();
    answer(anna.node.answer(about.ticket(), false, "the porter"));
    await()
        .atMost(People.SOON)
        .until(() -> anna.saw(NodeEvent.Decided.class).stream().anyMatch(each -> !each.yes()));
    assertThat(answer(anna.node.members())).hasSize(1);
  }

  @Test
  void aDeviceThatStartsAgainEndsItsOlderStay() {
    Someone anna = people.founder("anna");
    Someone ben = people.joiner("ben");
    people.settled(anna, ben);
    Identity same = ben.identity;
    MemberId before = answer(ben.node.self()).orElseThrow().id();
    // A crash: no farewell.
    ben.node.close();
    Someone again = people.add("ben again", same, people.builder(same).join(people.name));
    people.settled(anna, again);
    assertThat(answer(anna.node.members()).stream().map(Member::device))
        .containsExactlyInAnyOrder(anna.identity.device(), same.device());
    Member now = answer(again.node.self()).orElseThrow();
    assertThat(now.device()).isEqualTo(same.device());
    assertThat(now.id()).as("another member, of the same device").isNotEqualTo(before);
    assertThat(anna.node.member(before)).isEmpty();
    assertThat(anna.node.member(now.id())).map(Member::device).contains(same.device());
    again.says("back");
    anna.reads("back");
  }

  @Test
  void aMessageIsToldOfWithoutWhatItSays() {
    NodeEvent told =
        new NodeEvent.Message(
            new From.TheGroup(new MemberId(Hash32.ZERO)),
            FrameStream.of(Authentication.NONE, 0),
            7,
            text("secret"));
    assertThat(told.toString())
        .contains("number 7", "6 bytes")
        .doesNotContain(text("secret").toString());
  }

  /** Else its secret would be given to somebody whom it never lets in. */
  @Test
  void anInviteThatThePolicyHasNoRoomForIsRefusedToWhoMadeIt() {
    Someone anna = people.founder("anna");
    people.settled(anna);
    try (InviteSecret secret = InviteSecret.code(new Random(1)::nextBytes)) {
      Invite invite =
          new Invite("visitor", secret.publicKey(), OptionalInt.of(1), Optional.empty());
      answer(anna.node.addInvite(invite));
      assertThatThrownBy(() -> answer(anna.node.addInvite(invite)))
          .hasCauseInstanceOf(NotNow.class)
          .hasMessageContaining("visitor");
    }
  }

  /** Each could burn as many as it asked for, till the stay ends. */
  @Test
  void whoCannotSubscribeBurnsNoStreamAndIsToldByTheAnswer() {
    Someone anna = people.founder("anna");
    people.settled(anna);
    List<KeySubscription> all = new ArrayList<>();
    for (int i = 0; i < RuntimeLimits.KEY_SUBSCRIPTIONS; i++) {
      all.add(answer(anna.node.keys(0, new Keys())));
    }
    for (int i = 0; i < 20; i++) {
      CompletionStage<KeySubscription> one = anna.node.keys(8, new Keys());
      assertThatThrownBy(() -> answer(one)).hasCauseInstanceOf(NotNow.class);
    }
    all.forEach(KeySubscription::close);
    for (int i = 0; i < FrameStream.OF_A_KIND / 8 - 1; i++) {
      assertThat(answer(anna.node.keys(8, new Keys())).streams()).hasSize(8);
    }
    CompletionStage<KeySubscription> none = anna.node.keys(8, new Keys());
    assertThatThrownBy(() -> answer(none))
        .hasCauseInstanceOf(NotNow.class)
        .hasMessageContaining("renew() begins another");
    assertThatThrownBy(() -> anna.node.keys(9, new Keys()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  // ---- another version

  /** Somebody of the next version, who hears us and is heard, whether he is in a group or not. */
  @Test
  void whoSpeaksAnotherVersionIsToldOfByBothSidesInAGroupOrNot() throws Exception {
    Ears stranger = new Ears();
    try (JGroupsTransport theirs =
            JGroupsTransport.open(
                ClusterStack.local(), people.name, Deserialisation.FORBIDDEN_IN_JGROUPS, stranger);
        JGroupsTransport others =
            JGroupsTransport.open(
                ClusterStack.local(),
                people.name,
                Deserialisation.FORBIDDEN_IN_JGROUPS,
                new Cluster.End())) {
      Someone ben = people.joiner("ben");
      toldOf(ben, () -> theirs.multicast(Quality.PRESENCE, ofTheNextVersion(34)));
      toldOf(ben, () -> others.multicast(Quality.CONTROL, ofTheNextVersion(100)));
      // He is told the same by what he hears: it says its version first.
      await().atMost(People.SOON).until(() -> !stranger.presences.isEmpty());

      Someone anna = people.founder("anna");
      people.settled(anna, ben);
      toldOf(anna, () -> theirs.multicast(Quality.PRESENCE, ofTheNextVersion(34)));
      toldOf(anna, () -> others.multicast(Quality.CONTROL, ofTheNextVersion(100)));
      await().atMost(People.SOON).until(() -> !stranger.controls.isEmpty());
      assertThat(stranger.presences).allMatch(each -> each.at(0) == HeaderCodec.VERSION);
      assertThat(stranger.controls).allMatch(each -> each.at(0) == HeaderCodec.VERSION);
    }
  }

  /** All but what the test itself says. */
  private static final class Ears implements Transport.Receiver {
    final List<Bytes> controls = new CopyOnWriteArrayList<>();
    final List<Bytes> presences = new CopyOnWriteArrayList<>();

    @Override
    public void control(Address from, Bytes message) {
      if (message.at(0) != HeaderCodec.VERSION + 1) {
        controls.add(message);
      }
    }

    @Override
    public void presence(Address from, Bytes message) {
      presences.add(message);
    }

    @Override
    public void frame(Address from, Bytes frame, @Nullable Runnable again) {}
  }

  private static void toldOf(Someone who, Runnable speaking) {
    int before = who.saw(NodeEvent.OtherVersion.class).size();
    await()
        .atMost(People.SOON)
        .until(
            () -> {
              speaking.run();
              return who.saw(NodeEvent.OtherVersion.class).size() > before;
            });
    NodeEvent.OtherVersion told = who.saw(NodeEvent.OtherVersion.class).getLast();
    assertThat(told.theirs()).isEqualTo(HeaderCodec.VERSION + 1);
    assertThat(told.ours()).isEqualTo(HeaderCodec.VERSION);
    assertThat(told.toString()).contains("must be updated");
  }

  private static Bytes ofTheNextVersion(int length) {
    byte[] message = new byte[length];
    message[0] = (byte) (HeaderCodec.VERSION + 1);
    return Bytes.owning(message);
  }

  // ---- the end of keys

  @Test
  void whoClosesTellsWhoSubscribedToForgetEveryKey() {
    Someone anna = people.founder("anna");
    people.settled(anna);
    Keys keys = new Keys();
    answer(anna.node.keys(1, keys));
    await().atMost(People.SOON).until(() -> keys.active != null);
    anna.node.close();
    await().atMost(People.SOON).until(keys::wasToldToForgetAll);
  }

  @Test
  void whoseNodeABugStoppedSealsNothingMoreAndForgetsEveryKey() {
    Someone anna = people.founder("anna");
    people.settled(anna);
    Keys keys = new Keys();
    answer(anna.node.keys(1, keys));
    StreamSealer camera = anna.node.sealer(FrameStream.of(Authentication.NONE, 0));
    byte[] picture = new byte[100];
    byte[] frame = new byte[picture.length + StreamSealer.MAX_OVERHEAD];
    sealed(camera.seal(picture, 0, picture.length, frame, 0));
    await().atMost(People.SOON).until(() -> keys.active != null);

    assertThatThrownBy(
            () ->
                answer(
                    anna.node.lookAt(
                        peer -> {
                          throw new IllegalStateException("of the test");
                        })))
        .hasCauseInstanceOf(NodeStopped.class);
    await().atMost(People.SOON).until(() -> anna.node.status().state() == NodeState.OUT);
    assertThat(camera.seal(picture, 0, picture.length, frame, 0))
        .isInstanceOf(Sealing.NotSealed.class);
    await().atMost(People.SOON).until(keys::wasToldToForgetAll);
  }

  // ---- clocks that jump

  /** What was sealed before may be sealed again by a copy that was put back. */
  @Test
  void whoseClocksJumpApartSealsNothingUntilItHasANewStay() {
    FakeClocks clocks = new FakeClocks();
    Someone anna = people.founder("anna");
    Identity benId = Identity.selfMade();
    Someone ben =
        people.add("ben", benId, people.builder(benId).watching(clocks).join(people.name));
    people.settled(anna, ben);
    Keys keys = new Keys();
    answer(ben.node.keys(1, keys));
    StreamSealer camera = ben.node.sealer(FrameStream.of(Authentication.NONE, 0));
    byte[] picture = new byte[100];
    byte[] frame = new byte[picture.length + StreamSealer.MAX_OVERHEAD];
    sealed(camera.seal(picture, 0, picture.length, frame, 0));
    await().atMost(People.SOON).until(() -> keys.active != null);
    final Stay before = ben.stay();
    // A few seconds are a time service's affair.
    clocks.wallAhead.addAndGet(3_000);
    sealed(camera.seal(picture, 0, picture.length, frame, 0));
    assertThat(ben.stay()).isEqualTo(before);

    keys.did.clear();
    clocks.wallAhead.addAndGet(600_000);
    assertThat(camera.seal(picture, 0, picture.length, frame, 0))
        .isInstanceOf(Sealing.NotSealed.class);
    assertThat(ben.says("after my sleep")).isIn(Sent.HELD, Sent.SENT);
    anna.reads("after my sleep");
    assertThat(ben.stay()).isNotEqualTo(before);
    await()
        .atMost(People.SOON)
        .until(() -> camera.seal(picture, 0, picture.length, frame, 0) instanceof Sealing.Sealed);
    await()
        .atMost(People.SOON)
        .until(
            () -> keys.did.indexOf("hold back") >= 0 && keys.did.getLast().startsWith("activate"));
    people.settled(anna, ben);
    assertThat(anna.saw(NodeEvent.RosterChanged.class)).as("nobody notices").hasSize(2);
  }

  /** Though nobody seals, and the date was set back with the rest. */
  @Test
  void theLoopFindsOutThatTheMachineSlept() {
    FakeClocks clocks = new FakeClocks();
    Identity annaId = Identity.selfMade();
    Someone anna =
        people.add("anna", annaId, people.builder(annaId).watching(clocks).found(people.plan()));
    people.settled(anna);
    Stay before = anna.stay();
    clocks.bootAhead.addAndGet(600_000);
    await().atMost(People.SOON).until(() -> !anna.stay().equals(before));
    await().atMost(People.SOON).until(() -> anna.says("again") == Sent.SENT);
  }

  /** What it asked before the jump may have been answered in a life that it knows nothing of. */
  @Test
  void whoseClocksJumpBeforeItIsInSaysHereOnceItIs() {
    people.policy =
        People.rules(People.OPEN_HOUSE.replace("admit: anybody", "admit:\n  ask: porter"));
    Someone anna = people.founder("anna");
    people.settled(anna);
    people.policy = People.rules(People.OPEN_HOUSE);
    FakeClocks clocks = new FakeClocks();
    Identity benId = Identity.selfMade();
    Someone ben =
        people.add("ben", benId, people.builder(benId).watching(clocks).join(people.name));
    await().atMost(People.SOON).until(() -> !anna.saw(NodeEvent.Waits.class).isEmpty());
    clocks.wallAhead.addAndGet(600_000);
    assertThat(ben.says("from outside")).isEqualTo(Sent.HELD);
    Pending about = anna.saw(NodeEvent.Waits.class).getFirst().about();
    answer(anna.node.answer(about.ticket(), true, "the porter"));
    anna.reads("from outside");
    assertThat(ben.stay().begunBy().type()).isEqualTo(MessageType.HERE);
  }

  @Test
  void aStayIsRenewedAndNobodyNotices() {
    Someone anna = people.founder("anna");
    Someone ben = people.joiner("ben");
    people.settled(anna, ben);
    Member before = answer(ben.node.self()).orElseThrow();
    answer(ben.node.renew(Optional.empty()));
    for (int i = 0; i < 20; i++) {
      ben.says("word " + i);
    }
    anna.reads("word 19");
    await().atMost(People.SOON).until(() -> anna.read().size() >= 20);
    assertThat(anna.read()).hasSize(20);
    people.settled(anna, ben);
    assertThat(answer(ben.node.self()).orElseThrow().id()).isEqualTo(before.id());
    assertThat(ben.saw(NodeEvent.RosterChanged.class)).hasSize(1);
  }

  @Test
  void aStackThatLosesAFifthAndHasNoReliabilityMembershipAndFragmentsSuffices() {
    URL lossy = Objects.requireNonNull(getClass().getResource("lossy.xml"));
    try (Network one = Network.of(ClusterStack.xml(lossy), Deserialisation.FORBIDDEN_IN_JGROUPS)) {
      Identity annaId = Identity.selfMade();
      Identity benId = Identity.selfMade();
      Someone anna =
          people.add("anna", annaId, GroupNode.of(one, annaId, people.policy).found(people.plan()));
      Someone ben =
          people.add("ben", benId, GroupNode.of(one, benId, people.policy).join(people.name));
      people.settled(anna, ben);
      for (int i = 0; i < 20; i++) {
        anna.says("bare " + i);
      }
      for (int i = 0; i < 20; i++) {
        ben.reads("bare " + i);
      }
      int before = ben.saw(NodeEvent.KeyInUse.class).size();
      answer(anna.node.rekey());
      await().atMost(People.SOON).until(() -> ben.saw(NodeEvent.KeyInUse.class).size() > before);
      ben.says("barer");
      anna.reads("barer");
      people.close();
    }
  }

  @Test
  void aNetworkThatCannotBeOpenedSaysWhy() throws Exception {
    ClusterStack nowhere =
        ClusterStack.tcp(
            new java.net.InetSocketAddress(java.net.InetAddress.getByName("192.0.2.1"), 7800),
            ClusterStack.Discovery.files(java.nio.file.Path.of("target")));
    try (Identity identity = Identity.selfMade();
        Network network = Network.of(nowhere, Deserialisation.FORBIDDEN_IN_JGROUPS)) {
      assertThatThrownBy(() -> GroupNode.of(network, identity, people.policy).join("ward 3"))
          .isInstanceOf(NetworkFailed.class)
          .hasMessageContaining("ward 3")
          .hasMessageContaining("192.0.2.1");
    }
  }

  @Test
  void figuresTellOfFramesAndKeys() {
    Someone anna = people.founder("anna");
    Someone ben = people.joiner("ben");
    Someone cora = people.joiner("cora");
    people.settled(anna, ben, cora);
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    new NodeMetrics(anna.node, "test").bindTo(registry);
    ben.says("one frame");
    anna.reads("one frame");
    assertThat(registry.get("keymoot.members").gauge().value()).isEqualTo(3);
    assertThat(registry.get("keymoot.opening.senders").gauge().value()).isEqualTo(3);
    assertThat(registry.get("keymoot.opening.keys").gauge().value()).isPositive();
    assertThat(registry.get("keymoot.frames.opened").functionCounter().count()).isEqualTo(1);
    assertThat(registry.get("keymoot.keys").functionCounter().count()).isPositive();
    assertThat(registry.get("keymoot.opening.ready").gauge().value()).isPositive();
    assertThat(registry.get("keymoot.cache.hit.rate").gauges())
        .extracting(gauge -> gauge.getId().getTag("cache"))
        .containsExactlyInAnyOrder("chains", "senders", "signatures");

    FunctionCounter derived = registry.get("keymoot.opening.derived").functionCounter();
    FunctionCounter dropped = registry.get("keymoot.opening.dropped").functionCounter();
    for (int i = 1; i < 20; i++) {
      ben.says("frame " + i);
    }
    anna.reads("frame 19");
    double before = derived.count();
    assertThat(before).as("each frame but the first found its key ready").isBetween(1.0, 10.0);
    int keys = anna.saw(NodeEvent.KeyInUse.class).size();
    answer(anna.node.rekey());
    await().atMost(People.SOON).until(() -> anna.saw(NodeEvent.KeyInUse.class).size() > keys);
    people.settled(anna, ben, cora);
    ben.says("under the next");
    anna.reads("under the next");
    await().atMost(People.SOON).until(() -> derived.count() > before);
    assertThat(dropped.count()).isZero();

    ben.node.closeAfterLeaving();
    people.settled(anna, cora);
    assertThat(registry.get("keymoot.opening.senders").gauge().value()).isEqualTo(2);
    anna.node.close();
    assertThat(registry.get("keymoot.opening.senders").gauge().value()).isZero();
    for (String held : List.of("keymoot.opening.keys", "keymoot.opening.ready")) {
      assertThat(registry.get(held).gauge().value()).as("none outlives its node").isZero();
    }
  }

  /** Opening keys. */
  private static double derived(Someone who) {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    new NodeMetrics(who.node, "test").bindTo(registry);
    return registry.get("keymoot.opening.derived").functionCounter().count();
  }

  /** One record for each key that either made, and one for each that either took into use. */
  @Test
  void eachRekeyIsInTheFlightRecordsWhereItIsMadeAndWhereItIsTakenIntoUse() throws Exception {
    try (RecordingStream records = new RecordingStream()) {
      List<RecordedEvent> all = new CopyOnWriteArrayList<>();
      records.enable("io.keymoot.Rekey");
      records.setReuse(false);
      records.onEvent("io.keymoot.Rekey", all::add);
      records.startAsync();
      Someone anna = people.founder("anna");
      Someone ben = people.joiner("ben");
      people.settled(anna, ben);
      List<String> asked = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        int before = madeBy(anna).size();
        answer(anna.node.rekey());
        await().atMost(People.SOON).until(() -> madeBy(anna).size() > before);
        String made = madeBy(anna).getLast();
        await()
            .atMost(People.SOON)
            .until(() -> Stream.of(anna, ben).allMatch(each -> tookUp(each, made)));
        asked.add(made);
      }
      String group = anna.node.group().orElseThrow().toString();
      // The recorder writes once a second.
      await()
          .atMost(People.SOON)
          .untilAsserted(
              () -> {
                List<RecordedEvent> ours =
                    all.stream().filter(each -> each.getString("group").equals(group)).toList();
                List<RecordedEvent> made =
                    ours.stream().filter(each -> each.getInt("revision") < 0).toList();
                assertThat(made)
                    .extracting(each -> each.getString("epoch"))
                    .containsExactlyInAnyOrderElementsOf(madeBy(anna, ben))
                    .containsAll(asked);
                assertThat(made)
                    .filteredOn(each -> asked.contains(each.getString("epoch")))
                    .allMatch(each -> each.getInt("coverBytes") > 0);
                assertThat(ours)
                    .filteredOn(each -> each.getInt("revision") >= 0)
                    .extracting(
                        each -> each.getString("epoch") + " revision " + each.getInt("revision"))
                    .containsExactlyInAnyOrderElementsOf(takenUpBy(anna, ben));
              });
    }
  }

  @Test
  void anExportOutOfBoundsIsRefusedAndStopsNothing() {
    Someone anna = people.founder("anna");
    people.settled(anna);
    assertThatThrownBy(() -> anna.node.export("x", Bytes.EMPTY, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("8,160");
    assertThatThrownBy(() -> anna.node.export("x".repeat(256), Bytes.EMPTY, 16))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(answer(anna.node.members())).hasSize(1);
  }

  @Test
  void aMessageThatIsTooLongIsRefusedWithItsLimit() {
    Someone anna = people.founder("anna");
    assertThatThrownBy(() -> anna.node.send(Bytes.owning(new byte[GroupNode.mostBytes() + 1])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(Integer.toString(GroupNode.mostBytes()));
    people.settled(anna);
    assertThat(anna.node.send(Bytes.owning(new byte[GroupNode.mostBytes()]))).isEqualTo(Sent.SENT);
  }

  // ---- helpers

  private static List<String> why(Someone who, NodeState is) {
    return who.saw(NodeEvent.Status.class).stream()
        .filter(told -> told.state() == is)
        .map(NodeEvent.Status::cause)
        .toList();
  }

  private static List<String> madeBy(Someone... all) {
    return Stream.of(all)
        .flatMap(each -> each.saw(NodeEvent.Rekeyed.class).stream())
        .map(key -> key.epoch().toString())
        .toList();
  }

  private static boolean tookUp(Someone who, String epoch) {
    return takenUpBy(who).stream().anyMatch(key -> key.startsWith(epoch));
  }

  private static List<String> takenUpBy(Someone... all) {
    return Stream.of(all)
        .flatMap(each -> each.saw(NodeEvent.KeyInUse.class).stream())
        .map(key -> key.epoch() + " revision " + key.revision())
        .toList();
  }

  private static final class Keys implements KeyListener {
    final List<String> did = new CopyOnWriteArrayList<>();
    volatile @Nullable GroupKey active;

    @Override
    public void install(GroupKey key) {
      did.add("install " + key);
    }

    @Override
    public void activate(GroupKey key) {
      did.add("activate " + key);
      active = key;
    }

    @Override
    public void retire(GroupKey key) {
      did.add("retire " + key);
    }

    @Override
    public void holdBack() {
      did.add("hold back");
    }

    /** From the first on: one to seal under, that was handed out and not taken back. */
    void assertThatThereWasAlwaysOne() {
      Set<String> handedOut = new HashSet<>();
      String inUse = "";
      for (String each : did) {
        String key = each.substring(each.indexOf(' ') + 1);
        switch (each.substring(0, each.indexOf(' '))) {
          case "install" -> handedOut.add(key);
          case "activate" -> {
            assertThat(handedOut).contains(key);
            inUse = key;
          }
          case "retire" -> {
            assertThat(key).as("in " + did).isNotEqualTo(inUse);
            handedOut.remove(key);
          }
          default -> assertThat(did).doesNotContain(each);
        }
      }
    }

    /** Of all keys that were handed out, and nothing is sealed. */
    boolean wasToldToForgetAll() {
      List<String> all = List.copyOf(did);
      int held = all.lastIndexOf("hold back");
      return held >= 0
          && all.subList(held, all.size()).stream().noneMatch(each -> each.startsWith("activate"))
          && all.stream()
              .filter(each -> each.startsWith("install "))
              .allMatch(each -> all.contains(each.replace("install ", "retire ")));
    }
  }

  private record Hanging(CountDownLatch release) implements KeyListener {
    @Override
    public void install(GroupKey key) {
      hang(release);
    }

    @Override
    public void activate(GroupKey key) {}

    @Override
    public void retire(GroupKey key) {}
  }

  @SuppressWarnings("NullAway") // What an application in another language, or careless, may do.
  private static String nothing() {
    return null;
  }

  private static void hang(CountDownLatch release) {
    try {
      release.await(5, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String hexOf(Keys keys, FrameSender sender) {
    return Objects.requireNonNull(keys.active)
        .lendBaseKey(sender, bytes -> HexFormat.of().formatHex(bytes))
        .orElseThrow();
  }

  private static String hex(ExportedKey key) {
    return key.lend(bytes -> HexFormat.of().formatHex(bytes));
  }

  private static int sealed(Sealing sealing) {
    assertThat(sealing).isInstanceOf(Sealing.Sealed.class);
    return ((Sealing.Sealed) sealing).length();
  }

  private static Bytes text(String words) {
    return People.text(words);
  }

  private static <T> T answer(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(40, TimeUnit.SECONDS).join();
  }
}
