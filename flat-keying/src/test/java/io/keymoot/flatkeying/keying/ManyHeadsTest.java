package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.JoinRequest;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Reseal;
import io.keymoot.flatkeying.fact.SignedHeader;
import io.keymoot.flatkeying.fact.SignedJoinRequest;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.message.JoinAsk;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * What a peer says when more facts stand beside each other than a message has room to name (section
 * 4): as after a partition in which forty members each said something.
 */
class ManyHeadsTest {
  private static final int MANY = 40;
  private static final Bytes NOWHERE = Bytes.fromHex("00");

  private final Group group = new Group(71);
  private final Group.Node anna;
  private final Group.Node ben;

  /** Two who say nothing unasked: no turn is theirs, and no slot wants keys. */
  ManyHeadsTest() {
    group.slotsOn = false;
    anna = group.found("anna", "", Group.CHAIR_EXPELS);
    ben = group.join("ben", "");
    group.run(3_000);
    anna.takesTurns = false;
    ben.takesTurns = false;
  }

  /** A member without a core. */
  private record Insider(MemberId id, FactWriter writer) {}

  private List<Insider> letIn(int many) {
    GroupId id = anna.core.group();
    Bytes credential = Group.credential("insider", "");
    Bytes leafKey = LeafKeyPair.generate(group.draws()).publicKey().bytes();
    List<Insider> insiders = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      SigningKey key = group.key();
      SignedJoinRequest request =
          FactWriter.joinRequest(
              key,
              id,
              credential.sha256(),
              leafKey.sha256(),
              Bytes.owning(group.draws().bytes(JoinRequest.NONCE_BYTES)),
              new FactId(id.hash()));
      Bytes ask = SideCodec.encode(new JoinAsk(request, credential, leafKey, false));
      anna.step(new Input.Received(NOWHERE, ask));
      insiders.add(new Insider(request.member(), new FactWriter(key, id, request.member())));
      group.run(20);
    }
    group.run(2_000);
    return insiders;
  }

  private Slot slotOf(Insider insider) {
    for (int symbol = 0; symbol < group.profile.radix(); symbol++) {
      if (new Slot(0, symbol).isHeldBy(insider.id, group.profile)) {
        return new Slot(0, symbol);
      }
    }
    throw new IllegalStateException("no symbol");
  }

  /** One of many that could be, whose id is as asked for. */
  private FactId says(Insider insider, List<FactId> heads, Predicate<FactId> wanted) {
    while (true) {
      Hash32 commitment = Hash32.sha256(group.draws().bytes(32));
      Envelope fact =
          insider.writer.write(
              heads, new Reseal(List.of(new Reseal.SlotKey(slotOf(insider), commitment))));
      if (wanted.test(fact.id())) {
        for (Group.Node node : List.of(anna, ben)) {
          node.step(new Input.Received(NOWHERE, FactCodec.encode(fact)));
        }
        return fact.id();
      }
    }
  }

  private static boolean isLow(FactId id) {
    return id.hash().a() >>> 60 == 0;
  }

  private FactId annasLast() {
    return anna.core.state().tipsOf(anna.id()).stream().map(Known::id).findFirst().orElseThrow();
  }

  private void refresh() {
    anna.step(new Input.Refresh());
    group.run(100);
  }

  @Test
  void ofMoreHeadsThanAMessageNamesThoseOverOnesOwnLastWordComeFirstThenTheHighestAndTheRestNext() {
    List<Insider> insiders = letIn(MANY);
    assertThat(anna.core.state().memberCount()).isEqualTo(MANY + 2);
    List<FactId> before = anna.core.state().heads();
    refresh();
    FactId own = annasLast();
    assertThat(anna.core.state().heads()).containsExactly(own);

    // Two have heard what anna said last. By their ids alone they would not be named.
    List<FactId> over = new ArrayList<>();
    List<FactId> beside = new ArrayList<>();
    for (Insider insider : insiders) {
      if (over.size() < 2) {
        over.add(says(insider, List.of(own), ManyHeadsTest::isLow));
      } else {
        beside.add(says(insider, before, id -> !isLow(id)));
      }
    }
    assertThat(anna.core.state().heads()).hasSize(MANY);
    beside.sort(Comparator.reverseOrder());
    List<FactId> highest = beside.subList(0, Limits.HEADS - 2);
    TreeSet<FactId> expected = new TreeSet<>(highest);
    expected.addAll(over);
    assertThat(anna.core.signingHeads()).containsExactlyElementsOf(expected);

    // Both hear a heartbeat or two over these as well.
    group.run(1_500);
    refresh();
    FactId second = annasLast();
    assertThat(second).isNotEqualTo(own);
    TreeSet<FactId> rest = new TreeSet<>(beside.subList(Limits.HEADS - 2, beside.size()));
    rest.add(second);
    assertThat(anna.core.state().heads()).containsExactlyElementsOf(rest);
    assertThat(anna.core.signingHeads()).containsExactlyElementsOf(rest);

    group.run(1_500);
    refresh();
    assertThat(anna.core.state().heads()).containsExactly(annasLast());
    group.run(1_500);
    for (Group.Node node : List.of(anna, ben)) {
      assertThat(node.core.state().isFaulty(anna.id())).isFalse();
      assertThat(node.core.state().heads()).containsExactly(annasLast());
    }
  }

  @Test
  void onesOwnLastWordIsNamedItselfWhileNobodyHasHeardIt() {
    List<Insider> insiders = letIn(MANY);
    List<FactId> before = anna.core.state().heads();
    refresh();
    FactId own = annasLast();
    insiders.forEach(insider -> says(insider, before, id -> id.compareTo(own) > 0));
    assertThat(anna.core.state().heads()).hasSize(MANY + 1);
    assertThat(anna.core.signingHeads()).hasSize(Limits.HEADS).contains(own);
    refresh();
    group.run(1_500);
    for (Group.Node node : List.of(anna, ben)) {
      assertThat(node.core.state().isFaulty(anna.id())).isFalse();
      assertThat(node.core.state().heads()).contains(annasLast()).hasSize(MANY - 31 + 1);
    }
  }

  @Test
  void whoNamedSomeOfManyHeadsInABeatNamesThemAgainAndIsNoLiar() {
    List<Insider> insiders = letIn(MANY + 30);
    List<FactId> before = anna.core.state().heads();
    insiders.subList(0, MANY).forEach(insider -> says(insider, before, ManyHeadsTest::isLow));
    List<FactId> named = benHearsABeat();
    assertThat(named).hasSize(Limits.HEADS);

    // By their ids alone these would be named now, and all of the others left out.
    for (Insider insider : insiders.subList(MANY, MANY + 30)) {
      says(insider, before, id -> !isLow(id));
    }
    assertThat(benHearsABeat()).isEqualTo(named);
    assertThat(ben.core.core.membership.caught()).isEmpty();

    // Its next fact covers these, and makes room for others.
    refresh();
    assertThat(benHearsABeat()).hasSize(Limits.HEADS).contains(annasLast());
    assertThat(ben.core.core.membership.caught()).isEmpty();
  }

  /** The heads it names. */
  private List<FactId> benHearsABeat() {
    SignedHeader word = anna.core.signHeartbeat(Bytes.EMPTY);
    ben.step(
        new Input.Heard(
            anna.id(),
            Optional.of(word),
            Optional.empty(),
            Input.KeyCheck.UNTESTED,
            anna.core.state().membersDigest()));
    return word.header().heads();
  }
}
