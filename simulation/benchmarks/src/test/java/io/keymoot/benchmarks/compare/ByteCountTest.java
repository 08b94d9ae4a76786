package io.keymoot.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.benchmarks.compare.ByteCount.Traffic;
import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Reseal;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.message.Need;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SideMessage;
import io.keymoot.flatkeying.message.SlotSet;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jgroups.BytesMessage;
import org.jgroups.Message;
import org.jgroups.conf.ClassConfigurator;
import org.jgroups.protocols.FD_ALL3;
import org.jgroups.protocols.FailureDetection;
import org.jgroups.protocols.pbcast.GMS;
import org.junit.jupiter.api.Test;

/** What bytes are for: a wrong answer would be a wrong figure. */
class ByteCountTest {
  private static final byte CONTROL = 1;
  private static final byte PRESENCE = 3;

  private final SigningKey key =
      SigningKey.generate(SignatureKind.ED25519, new Random(1)::nextBytes);
  private final FactWriter author =
      new FactWriter(key, new GroupId(hash("group")), new MemberId(hash("author")));
  private final List<FactId> heads = List.of(new FactId(hash("head")));
  private final List<SlotSet> slots = List.of(new SlotSet(new FactId(hash("reseal")), 1));
  private final List<FactId> epochs = List.of(new FactId(hash("epoch")));

  private static Hash32 hash(String words) {
    return Hash32.sha256(words.getBytes(StandardCharsets.UTF_8));
  }

  private static Traffic sent(byte kind, Bytes control) {
    byte[] bytes = new byte[control.length() + 1];
    bytes[0] = kind;
    System.arraycopy(control.toArray(), 0, bytes, 1, control.length());
    return ByteCount.trafficOf(new BytesMessage(null, bytes));
  }

  private Bytes need(List<FactId> itsEpochs, List<SlotSet> itsSlots) {
    return SideCodec.need(author, heads, Bytes.of(new byte[8]), itsEpochs, itsSlots);
  }

  private Bytes give(Bytes need) {
    assertThat(SideCodec.decode(need)).isInstanceOf(Decoded.Ok.class);
    Hash32 name =
        SideCodec.decode(need) instanceof Decoded.Ok<SideMessage>(Need it)
            ? SideCodec.nameOf(it)
            : Hash32.ZERO;
    Bytes sealed = Bytes.of(new byte[1_200]);
    return SideCodec.give(
        author, heads, new MemberId(hash("asker")), name, Optional.empty(), sealed);
  }

  @Test
  void aQuestionForKeysOfSlotsAloneAndItsAnswerAreOfSlots() {
    Bytes question = need(List.of(), slots);
    assertThat(sent(CONTROL, question)).isEqualTo(Traffic.SLOTS);
    assertThat(sent(CONTROL, give(question))).isEqualTo(Traffic.SLOTS);
  }

  @Test
  void aQuestionForAnEpochAndItsAnswerAreOfTheChange() {
    Bytes question = need(epochs, slots);
    assertThat(sent(CONTROL, question)).isEqualTo(Traffic.CHANGE);
    assertThat(sent(CONTROL, give(question))).isEqualTo(Traffic.CHANGE);
  }

  @Test
  void aResealIsOfSlotsAndALeaveIsOfTheChange() {
    Reseal.SlotKey slot = new Reseal.SlotKey(new Slot(0, 0), hash("commitment"));
    Bytes reseal = FactCodec.encode(author.write(heads, new Reseal(List.of(slot))));
    assertThat(sent(CONTROL, reseal)).isEqualTo(Traffic.SLOTS);
    Bytes header = SideCodec.syncAsk(author, heads, true, List.of(), List.of());
    assertThat(sent(CONTROL, header)).isEqualTo(Traffic.CHANGE);
  }

  @Test
  void heartbeatsOfOursAndOfJGroupsAreThatOneIsAlive() {
    assertThat(sent(PRESENCE, Bytes.of(new byte[40]))).isEqualTo(Traffic.ALIVE);
    Message theirs = new BytesMessage(null, new byte[0]);
    theirs.putHeader(
        ClassConfigurator.getProtocolId(FD_ALL3.class), new FailureDetection.HeartbeatHeader());
    assertThat(ByteCount.trafficOf(theirs)).isEqualTo(Traffic.ALIVE);
  }

  /** Whatever the bytes of somebody else's payload happen to be. */
  @Test
  void theNetworksOwnWordOnWhoIsInIsOfTheChange() {
    Bytes reseal =
        FactCodec.encode(
            author.write(
                heads,
                new Reseal(List.of(new Reseal.SlotKey(new Slot(0, 0), hash("commitment"))))));
    byte[] bytes = new byte[reseal.length() + 1];
    bytes[0] = CONTROL;
    System.arraycopy(reseal.toArray(), 0, bytes, 1, reseal.length());
    Message view = new BytesMessage(null, bytes);
    view.putHeader(
        ClassConfigurator.getProtocolId(GMS.class), new GMS.GmsHeader(GMS.GmsHeader.VIEW));
    assertThat(ByteCount.trafficOf(view)).isEqualTo(Traffic.CHANGE);
  }
}
