package io.keymoot.flatkeying.fact;

import static io.keymoot.flatkeying.fact.Raw.assertRefused;
import static io.keymoot.flatkeying.fact.Raw.assertTaken;
import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.fact.Approval.Action;
import io.keymoot.flatkeying.fact.FaultProof.BadCredential;
import io.keymoot.flatkeying.fact.FaultProof.OutOfOrder;
import io.keymoot.flatkeying.fact.Reseal.SlotKey;
import io.keymoot.flatkeying.fact.Target.Absent;
import io.keymoot.flatkeying.fact.Target.Expelled;
import io.keymoot.flatkeying.fact.Target.Faulty;
import io.keymoot.flatkeying.fact.Target.Left;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.flatkeying.wire.WireWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StrictDecodingTest {
  private static final int TYPE = 1;
  private static final int AFTER_HASHES = 2 + 32 + 32;

  private final RandomFacts facts = new RandomFacts(1, SignatureKind.ED25519);

  // ---- length

  @ParameterizedTest
  @EnumSource(names = {"FOUND", "ADMIT", "HERE", "REKEY", "RESEAL"})
  void aMessageThatIsCutOffAnywhereIsRefused(MessageType type) {
    for (long seed = 0; seed < 3; seed++) {
      Bytes bytes = FactCodec.encode(new RandomFacts(seed).envelope(type));
      cutEverywhere(bytes, FactCodec::decode);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FOUND", "ADMIT", "HERE", "REKEY", "RESEAL"})
  void aContentThatIsCutOffOrContinuesIsRefused(MessageType type) {
    for (long seed = 0; seed < 3; seed++) {
      Envelope made = new RandomFacts(seed).envelope(type);
      Function<Bytes, Decoded<Envelope>> decode =
          body -> {
            Header old = made.header();
            Header header =
                new Header(old.type(), old.group(), old.author(), old.heads(), body.sha256());
            return FactCodec.decode(Raw.message(header, body, Bytes.EMPTY));
          };
      assertTaken(decode.apply(made.body()));
      cutEverywhere(made.body(), decode);
      assertRefused(decode.apply(Raw.longer(made.body())), "1 bytes too many");
    }
  }

  @Test
  void evidenceThatIsCutOffAnywhereOrContinuesIsRefused() {
    cutEverywhere(EvidenceCodec.encode(facts.leave()), EvidenceCodec::decodeLeave);
    cutEverywhere(EvidenceCodec.encode(facts.approval()), EvidenceCodec::decodeApproval);
    cutEverywhere(EvidenceCodec.encode(facts.row()), EvidenceCodec::decodeJoinRequest);
    cutEverywhere(EvidenceCodec.encode(facts.statement()), EvidenceCodec::decodeSignedHeader);
  }

  private static void cutEverywhere(Bytes bytes, Function<Bytes, ? extends Decoded<?>> decode) {
    for (int length = 0; length < bytes.length(); length++) {
      assertThat(decode.apply(Raw.cut(bytes, length)))
          .as("cut to %d", length)
          .isInstanceOf(Decoded.Malformed.class);
    }
    assertThat(decode.apply(Raw.longer(bytes))).isInstanceOf(Decoded.Malformed.class);
  }

  @Test
  void evidenceAboveTheBoundOfAMessageIsRefusedUnread() {
    Bytes tooLong = Bytes.of(new byte[60_001]);
    assertRefused(EvidenceCodec.decodeLeave(tooLong), "60001 bytes");
    assertRefused(EvidenceCodec.decodeApproval(tooLong), "60001 bytes");
    assertRefused(EvidenceCodec.decodeJoinRequest(tooLong), "60001 bytes");
    assertRefused(EvidenceCodec.decodeSignedHeader(tooLong), "60001 bytes");
  }

  // ---- version and type

  @Test
  void anotherVersionIsRefusedInWordsThatNameBoth() {
    String reason = "this is version 2 of the protocol, and I speak version 1";
    for (Envelope made : facts.envelopes()) {
      assertRefused(FactCodec.decode(Raw.flipped(FactCodec.encode(made), 0, 3)), reason);
    }
    assertRefused(EvidenceCodec.decodeLeave(otherVersion(facts.leave())), reason);
    Bytes request = EvidenceCodec.encode(facts.row());
    assertRefused(EvidenceCodec.decodeJoinRequest(Raw.flipped(request, 0, 3)), reason);
  }

  private static Bytes otherVersion(Leave leave) {
    return Raw.flipped(EvidenceCodec.encode(leave), 0, 3);
  }

  @Test
  void onlyAFactIsAFact() {
    Bytes here = Raw.message(new Here(facts.hash(), facts.hash()));
    for (int code = 0; code < 256; code++) {
      Decoded<Envelope> decoded = FactCodec.decode(Raw.flipped(here, TYPE, 3 ^ code));
      if (code == MessageType.HERE.code()) {
        assertTaken(decoded);
      } else {
        assertThat(decoded).as("type %d", code).isInstanceOf(Decoded.Malformed.class);
      }
    }
    assertRefused(FactCodec.decode(withType(here, MessageType.HEARTBEAT)), "is no fact");
    assertRefused(FactCodec.decode(withType(here, MessageType.JOIN_REQUEST)), "has no header");
    assertRefused(FactCodec.decode(withType(here, MessageType.RELAY)), "has no header");
    assertRefused(FactCodec.decode(Raw.flipped(here, TYPE, 3 ^ 99)), "unknown message type 99");
  }

  private static Bytes withType(Bytes message, MessageType type) {
    return Raw.flipped(message, TYPE, message.at(TYPE) ^ type.code());
  }

  @Test
  void evidenceOfAnotherTypeIsRefused() {
    Bytes leave = EvidenceCodec.encode(facts.leave());
    Bytes approval = EvidenceCodec.encode(facts.approval());
    assertRefused(EvidenceCodec.decodeLeave(withType(leave, MessageType.HERE)), "where LEAVE");
    assertRefused(
        EvidenceCodec.decodeApproval(withType(approval, MessageType.LEAVE)), "where APPROVE");
    assertRefused(
        EvidenceCodec.decodeJoinRequest(
            withType(EvidenceCodec.encode(facts.row()), MessageType.LEAVE)),
        "is no join request");
  }

  // ---- group, author, heads

  @Test
  void onlyAFoundNamesNoGroup() {
    Found found = facts.found();
    Bytes body = ContentCodec.encode(found);
    MemberId founder = found.founder().member();
    Header grouped = new Header(MessageType.FOUND, Raw.GROUP, founder, List.of(), body.sha256());
    assertRefused(FactCodec.decode(Raw.message(grouped, body, Bytes.EMPTY)), "a FOUND names");

    Bytes here = ContentCodec.encode(new Here(facts.hash(), facts.hash()));
    Header none = new Header(MessageType.HERE, GroupId.NONE, Raw.AUTHOR, Raw.HEADS, here.sha256());
    assertRefused(FactCodec.decode(Raw.message(none, here, Bytes.EMPTY)), "which only a FOUND");
  }

  @Test
  void theAuthorOfAFoundIsItsFounder() {
    Bytes body = ContentCodec.encode(facts.found());
    Header other =
        new Header(MessageType.FOUND, GroupId.NONE, Raw.AUTHOR, List.of(), body.sha256());
    assertRefused(
        FactCodec.decode(Raw.message(other, body, Bytes.EMPTY)), "author of a FOUND is not");
  }

  @Test
  void headsAscend() {
    List<FactId> heads = facts.heads(3).stream().sorted().toList();
    assertTaken(FactCodec.decode(withHeads(heads)));
    assertRefused(
        FactCodec.decode(withHeads(List.of(heads.get(1), heads.get(0)))), "heads do not ascend");
    assertRefused(
        FactCodec.decode(withHeads(List.of(heads.get(1), heads.get(1)))), "heads do not ascend");
    assertRefused(FactCodec.decode(withHeads(heads.reversed())), "heads do not ascend");
  }

  private Bytes withHeads(List<FactId> heads) {
    Bytes body = ContentCodec.encode(new Here(facts.hash(), facts.hash()));
    Header header = new Header(MessageType.HERE, Raw.GROUP, Raw.AUTHOR, heads, body.sha256());
    return Raw.message(header, body, Bytes.EMPTY);
  }

  // ---- hashes that bind

  @Test
  void aContentIsTheOneItsHeaderNames() {
    Bytes body = ContentCodec.encode(new Here(facts.hash(), facts.hash()));
    Bytes other = ContentCodec.encode(new Here(facts.hash(), facts.hash()));
    Header header = Raw.header(MessageType.HERE, body);
    assertTaken(FactCodec.decode(Raw.message(header, body, Bytes.EMPTY)));
    assertRefused(FactCodec.decode(Raw.message(header, other, Bytes.EMPTY)), "content is not");

    Leave leave = facts.leave();
    Leave otherStay = new Leave(leave.header(), new StayId(facts.hash()), leave.signature());
    assertRefused(EvidenceCodec.decodeLeave(EvidenceCodec.encode(otherStay)), "content is not");
  }

  @Test
  void aCoverIsTheOneItsRekeyNamesAndOnlyARekeyHasOne() {
    Bytes cover = facts.bytes(50);
    Bytes rekey = ContentCodec.encode(facts.rekeyOver(cover, List.of()));
    Header header = Raw.header(MessageType.REKEY, rekey);
    assertTaken(FactCodec.decode(Raw.message(header, rekey, cover)));
    assertTaken(FactCodec.decode(Raw.message(header, rekey, Bytes.EMPTY)));
    assertRefused(FactCodec.decode(Raw.message(header, rekey, facts.bytes(50))), "cover is not");

    Bytes here = ContentCodec.encode(new Here(facts.hash(), facts.hash()));
    assertRefused(
        FactCodec.decode(Raw.message(Raw.header(MessageType.HERE, here), here, cover)),
        "HERE has a cover");
  }

  // ---- lists without repetition

  @Test
  void noMemberHasTwoRows() {
    SignedJoinRequest row = facts.row();
    SignedJoinRequest signedAnew =
        new SignedJoinRequest(row.request(), row.member(), facts.bytes(64));
    assertTaken(FactCodec.decode(Raw.message(new Admit(List.of(row, facts.row()), List.of()))));
    assertRefused(
        FactCodec.decode(Raw.message(new Admit(List.of(row, signedAnew), List.of()))),
        "rows has the same item twice");
  }

  /** Else two Rekeys that say the same would differ, and so have two ids. */
  @Test
  void aLeaveSaysItsHeadsOnlyIfTheyAreOthersThanThoseOfTheOneBefore() {
    List<FactId> heads = facts.heads(1);
    Left one = leaves(heads);
    Left other = leaves(heads);
    Bytes both = ContentCodec.encode(facts.rekeyOver(Bytes.EMPTY, List.of(one, other)));
    assertTaken(decoded(both));

    int first = Raw.indexOf(both, one.leave().header().author().hash()) + Hash32.LENGTH;
    int second = Raw.indexOf(both, other.leave().header().author().hash()) + Hash32.LENGTH;
    assertThat(both.toArray()[first]).isEqualTo((byte) 1);
    assertThat(both.toArray()[second]).isZero();
    Bytes said = Bytes.of(both.toArray(), first, 1 + Hash32.LENGTH);
    assertRefused(
        decoded(Raw.replaced(both, second, 1, said)), "the heads of the one before it once more");
    assertRefused(
        decoded(Raw.replaced(both, first, said.length(), Bytes.owning(new byte[1]))),
        "the first leave has no heads");
  }

  private static Decoded<Envelope> decoded(Bytes body) {
    return FactCodec.decode(Raw.message(MessageType.REKEY, body));
  }

  private Left leaves(List<FactId> heads) {
    return new Left(
        new FactWriter(facts.key, facts.group, new MemberId(facts.hash()))
            .leave(heads, new StayId(facts.hash())));
  }

  @Test
  void noTargetIsNamedTwiceForOneReason() {
    MemberId member = new MemberId(facts.hash());
    Fingerprint device = new Fingerprint(facts.hash());
    Approval second = approval(Action.SUSPEND, facts.hash());
    FactWriter writer = new FactWriter(facts.key, facts.group, member);
    Left left = new Left(writer.leave(facts.heads(1), new StayId(facts.hash())));
    Left leftAgain = new Left(writer.leave(facts.heads(1), new StayId(facts.hash())));
    Expelled expelled = new Expelled(device, List.of());
    Expelled expelledAgain = new Expelled(device, List.of(approval(Action.EXPEL, Hash32.ZERO)));
    Absent absent = new Absent(member, new StayId(facts.hash()), second);
    Absent absentAgain = new Absent(member, new StayId(facts.hash()), second);
    Faulty disorder = new Faulty(member, new OutOfOrder(facts.statement(), facts.statement()));
    Faulty disorderAgain = new Faulty(member, new OutOfOrder(facts.statement(), facts.statement()));
    Faulty lie = badCredential(member, new MemberId(new Hash32(1, 1, 1, 1)));
    Faulty otherLie = badCredential(member, new MemberId(new Hash32(2, 2, 2, 2)));

    assertTaken(rekey(left, expelled, absent, disorder, lie, otherLie));
    String reason = "targets has the same item twice";
    assertRefused(rekey(left, expelled, leftAgain), reason);
    assertRefused(rekey(expelled, expelledAgain), reason);
    assertRefused(rekey(absent, left, absentAgain), reason);
    assertRefused(rekey(disorder, disorderAgain), reason);
    assertRefused(rekey(lie, otherLie, lie), reason);
  }

  private Faulty badCredential(MemberId member, MemberId row) {
    FactId admit = new FactId(facts.hash());
    return new Faulty(member, new BadCredential(admit, row, facts.bytes(5)));
  }

  private Approval approval(Action action, Hash32 stay) {
    return facts.writer.approve(facts.heads(1), action, facts.hash(), stay);
  }

  private Decoded<Envelope> rekey(Target... targets) {
    return FactCodec.decode(Raw.message(facts.rekeyOver(Bytes.EMPTY, List.of(targets))));
  }

  @Test
  void noApprovalStandsTwice() {
    Approval approval = facts.approval();
    Approval signedAnew =
        new Approval(
            approval.header(),
            approval.action(),
            approval.subject(),
            approval.stay(),
            facts.bytes(64));
    assertRefused(
        FactCodec.decode(
            Raw.message(new Admit(List.of(facts.row()), List.of(approval, signedAnew)))),
        "approvals has the same item twice");
  }

  @Test
  void slotsAscend() {
    assertTaken(reseal(new Slot(1, 2), new Slot(1, 3), new Slot(2, 0)));
    assertRefused(reseal(new Slot(1, 3), new Slot(1, 2)), "slots do not ascend");
    assertRefused(reseal(new Slot(2, 0), new Slot(1, 3)), "slots do not ascend");
    assertRefused(reseal(new Slot(1, 3), new Slot(1, 3)), "slots do not ascend");
  }

  private Decoded<Envelope> reseal(Slot... slots) {
    List<SlotKey> keys =
        List.of(slots).stream().map(slot -> new SlotKey(slot, facts.hash())).toList();
    return FactCodec.decode(Raw.message(new Reseal(keys)));
  }

  @Test
  void noAnchorAndNoPatternStandsTwice() {
    Bytes anchor = facts.bytes(9);
    assertRefused(
        found(new Trust(List.of(anchor, anchor), List.of(), Optional.empty())), "anchors has");
    assertRefused(
        found(new Trust(List.of(), List.of("a", "b", "a"), Optional.empty())), "patterns has");
  }

  private Decoded<Envelope> found(Trust trust) {
    Found any = facts.found();
    return FactCodec.decode(
        Raw.message(
            new Found(any.name(), any.profile(), any.suite(), any.rights(), trust, any.founder())));
  }

  // ---- codes and texts

  @Test
  void everyUnknownCodeIsRefused() {
    assertRefused(foundBytes(w -> w.text("g").u8(4)), "unknown profile 4");
    assertRefused(foundBytes(w -> w.text("g").u8(2).u8(2)), "unknown suite 2");
    assertRefused(foundBytes(w -> w.text("g").u8(2).u8(1).u8(4)), "unknown right to admit 4");
    assertRefused(foundBytes(w -> w.text("g").u8(2).u8(1).u8(1).u8(2)), "expel role is there is 2");
    assertRefused(rekeyBytes(w -> w.u8(2)), "prev is there is 2");
    assertRefused(rekeyBytes(w -> w.u8(0).u8(1).u8(5)), "unknown reason 5");
    assertRefused(rekeyBytes(w -> w.u8(0).u8(1).u8(4).hash(facts.hash()).u8(3)), "unknown proof 3");
    assertRefused(approvalOf(5, Hash32.ZERO), "unknown action 5");
    assertRefused(approvalOf(0, Hash32.ZERO), "unknown action 0");
  }

  private Decoded<Approval> approvalOf(int action, Hash32 stay) {
    Bytes content = new WireWriter().u8(action).hash(facts.hash()).hash(stay).toBytes();
    WireWriter out = new WireWriter();
    HeaderCodec.write(out, Raw.header(MessageType.APPROVE, content));
    out.fixed(Raw.NO_SIGNATURE).bytes(content);
    return EvidenceCodec.decodeApproval(out.toBytes());
  }

  private static Decoded<Envelope> foundBytes(Consumer<WireWriter> content) {
    WireWriter body = new WireWriter();
    content.accept(body);
    Header header =
        new Header(MessageType.FOUND, GroupId.NONE, Raw.AUTHOR, List.of(), body.toBytes().sha256());
    return FactCodec.decode(Raw.message(header, body.toBytes(), Bytes.EMPTY));
  }

  private static Decoded<Envelope> rekeyBytes(Consumer<WireWriter> content) {
    WireWriter body = new WireWriter();
    content.accept(body);
    return FactCodec.decode(Raw.message(MessageType.REKEY, body.toBytes()));
  }

  @Test
  void aTextIsUtf8WithoutControlCharacters() {
    assertRefused(foundBytes(w -> w.text("a\nb")), "name has a control character");
    assertRefused(foundBytes(w -> w.text("a\u0085b")), "name has a control character");
    for (String wrong : List.of("ff", "c080", "eda080", "f4908080", "e282")) {
      assertRefused(foundBytes(w -> w.bytes(Bytes.fromHex(wrong))), "name is not UTF-8");
    }
    Bytes name = Bytes.of("Grüße 🔑".getBytes(StandardCharsets.UTF_8));
    assertRefused(foundBytes(w -> w.bytes(name)), "profile is cut off");
  }

  // ---- what only some may say

  @Test
  void aSuspensionAndNothingElseNamesAStay() {
    for (Action action : Action.values()) {
      boolean suspend = action == Action.SUSPEND;
      assertTaken(approvalOf(action.code(), suspend ? facts.hash() : Hash32.ZERO));
      assertRefused(
          approvalOf(action.code(), suspend ? Hash32.ZERO : facts.hash()), "names a stay");
    }
  }

  @Test
  void aFoundersRowNamesNothingAndARequestNamesItsGroup() {
    JoinRequest row = facts.found().founder();
    FactId saw = new FactId(facts.hash());
    assertRefused(foundBy(with(row, Raw.GROUP, row.saw())), "founder's row names");
    assertRefused(foundBy(with(row, row.group(), saw)), "founder's row names");
    SignedJoinRequest lost = new SignedJoinRequest(row, row.member(), facts.bytes(64));
    assertRefused(EvidenceCodec.decodeJoinRequest(EvidenceCodec.encode(lost)), "no group");
  }

  private static JoinRequest with(JoinRequest row, GroupId group, FactId saw) {
    return new JoinRequest(group, row.key(), row.credential(), row.leafKey(), row.nonce(), saw);
  }

  private Decoded<Envelope> foundBy(JoinRequest founder) {
    Found any = facts.found();
    return FactCodec.decode(
        Raw.message(
            new Found(any.name(), any.profile(), any.suite(), any.rights(), any.trust(), founder)));
  }

  @Test
  void aProofOfDisorderHoldsTwoStatements() {
    SignedHeader one = facts.statement();
    SignedHeader signedAnew = new SignedHeader(one.header(), facts.bytes(64));
    SignedHeader leave = new SignedHeader(facts.leave().header(), facts.leave().signature());
    MemberId member = new MemberId(facts.hash());
    assertRefused(rekey(new Faulty(member, new OutOfOrder(one, leave))), "is no statement");
    assertRefused(rekey(new Faulty(member, new OutOfOrder(leave, one))), "is no statement");
    assertRefused(rekey(new Faulty(member, new OutOfOrder(one, signedAnew))), "statement twice");
  }

  // ---- extensions

  @Test
  void anUnknownExtensionIsSkippedAndKept() {
    RandomFacts author = new RandomFacts(2);
    Envelope plain = author.writer.write(author.heads(), new Here(facts.hash(), facts.hash()));
    Bytes body = extended(plain.body(), w -> w.u8(1).bool(false).u16(7).bytes(facts.bytes(30)));
    Bytes message = Raw.signedAgain(plain, body, author.key);

    Envelope read = FactCodec.decode(message).orThrow();

    assertThat(read.fact()).isEqualTo(plain.fact());
    assertThat(read.id()).isNotEqualTo(plain.id());
    assertThat(read.body()).isEqualTo(body);
    assertThat(FactCodec.encode(read)).isEqualTo(message);
    new FactVerifier(VerifyMemory.NONE).verify(read, author.key.spki()).orThrow();
  }

  @Test
  void anUnknownCriticalExtensionIsRefusedInEveryFact() {
    for (Envelope made : facts.envelopes()) {
      Bytes skipped = extended(made.body(), w -> w.u8(1).bool(false).u16(7).bytes(Bytes.EMPTY));
      Bytes critical = extended(made.body(), w -> w.u8(1).bool(true).u16(7).bytes(Bytes.EMPTY));
      assertTaken(FactCodec.decode(Raw.signedAgain(made, skipped, facts.key)));
      assertRefused(
          FactCodec.decode(Raw.signedAgain(made, critical, facts.key)),
          "extension 7 is critical and unknown");
    }
  }

  @Test
  void extensionsAscend() {
    Bytes body = ContentCodec.encode(new Here(facts.hash(), facts.hash()));
    assertTaken(here(extended(body, w -> tags(w, 1, 2, 65_535))));
    assertRefused(here(extended(body, w -> tags(w, 2, 1))), "extensions do not ascend");
    assertRefused(here(extended(body, w -> tags(w, 2, 2))), "extensions do not ascend");
    assertRefused(here(extended(body, w -> w.u8(1).u8(2))), "critical is 2");
  }

  private static Decoded<Envelope> here(Bytes body) {
    return FactCodec.decode(Raw.message(MessageType.HERE, body));
  }

  private static void tags(WireWriter out, int... tags) {
    out.u8(tags.length);
    for (int tag : tags) {
      out.bool(false).u16(tag).bytes(Bytes.EMPTY);
    }
  }

  /** The content with another list in place of the empty one at its end. */
  private static Bytes extended(Bytes body, Consumer<WireWriter> extensions) {
    WireWriter out = new WireWriter().fixed(Raw.cut(body, body.length() - 1));
    extensions.accept(out);
    return out.toBytes();
  }
}
