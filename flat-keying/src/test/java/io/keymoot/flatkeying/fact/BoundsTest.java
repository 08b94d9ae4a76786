package io.keymoot.flatkeying.fact;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.fact.FaultProof.BadCredential;
import io.keymoot.flatkeying.fact.Reseal.SlotKey;
import io.keymoot.flatkeying.fact.Rights.AdmitRight;
import io.keymoot.flatkeying.fact.Rights.AnyMember;
import io.keymoot.flatkeying.fact.Rights.WithApprovals;
import io.keymoot.flatkeying.fact.Rights.WithRole;
import io.keymoot.flatkeying.fact.Target.Expelled;
import io.keymoot.flatkeying.fact.Target.Faulty;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.flatkeying.wire.WireWriter;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Every bound of a fact: what stands at it is taken, one more is refused. */
class BoundsTest {
  private final RandomFacts facts = new RandomFacts(1, SignatureKind.ED25519);

  @Test
  void headsAre1To32AndNoneInAFound() {
    bound(1, Limits.HEADS, "heads", this::withHeads);
    Found found = facts.found();
    Bytes body = ContentCodec.encode(found);
    Header header =
        new Header(
            MessageType.FOUND, GroupId.NONE, found.founder().member(), Raw.HEADS, body.sha256());
    Raw.assertTaken(FactCodec.decode(Raw.message(found)));
    Raw.assertRefused(
        FactCodec.decode(Raw.message(header, body, Bytes.EMPTY)), "heads has 1 items, 0 to 0");
  }

  private Bytes withHeads(int count) {
    Bytes body = ContentCodec.encode(new Here(facts.hash(), facts.hash()));
    List<FactId> heads = facts.heads(count).stream().sorted().toList();
    Header header = new Header(MessageType.HERE, Raw.GROUP, Raw.AUTHOR, heads, body.sha256());
    return Raw.message(header, body, Bytes.EMPTY);
  }

  @Test
  void rowsAre1To128() {
    bound(1, Limits.ADMIT_ROWS, "rows", count -> Raw.message(facts.admit(count, 0)));
  }

  @Test
  void approvalsAre16AtMost() {
    bound(0, Limits.APPROVALS, "approvals", count -> Raw.message(facts.admit(1, count)));
    bound(
        0,
        Limits.APPROVALS,
        "approvals",
        count -> {
          List<Approval> approvals = facts.admit(1, count).approvals();
          return rekey(List.of(new Expelled(new Fingerprint(facts.hash()), approvals)));
        });
  }

  @Test
  void targetsAre254AtMost() {
    bound(
        0,
        Limits.REKEY_TARGETS,
        "targets",
        count -> rekey(repeat(count, i -> new Expelled(device(i), List.of()))));
  }

  private static Fingerprint device(int i) {
    return new Fingerprint(new Hash32(0, 0, 0, i));
  }

  private Bytes rekey(List<Target> targets) {
    return Raw.message(facts.rekeyOver(Bytes.EMPTY, targets));
  }

  @Test
  void aCredentialInAProofIs16kAtMost() {
    bound(
        0,
        Limits.CREDENTIAL_BYTES,
        "credential",
        length ->
            rekey(
                List.of(
                    new Faulty(
                        Raw.AUTHOR,
                        new BadCredential(
                            new FactId(facts.hash()), Raw.AUTHOR, facts.bytes(length))))));
  }

  @Test
  void slotsAre1To32() {
    bound(
        1,
        Limits.RESEAL_SLOTS,
        "slots",
        count ->
            Raw.message(
                new Reseal(repeat(count, i -> new SlotKey(new Slot(i / 2, i % 2), facts.hash())))));
  }

  @Test
  void slotsLieInsideTheLargestTable() {
    Raw.assertTaken(FactCodec.decode(Raw.message(reseal(31, 15))));
    Raw.assertRefused(FactCodec.decode(Raw.message(reseal(32, 0))), "is in no table");
    Raw.assertRefused(FactCodec.decode(Raw.message(reseal(0, 16))), "is in no table");
  }

  private Reseal reseal(int position, int symbol) {
    return new Reseal(List.of(new SlotKey(new Slot(position, symbol), facts.hash())));
  }

  @Test
  void aNameIs128BytesAtMost() {
    bound(0, Limits.NAME_BYTES, "name", length -> found("n".repeat(length), Trust.OPEN));
  }

  @Test
  void aRoleHas1To64Bytes() {
    bound(1, Limits.ROLE_BYTES, "role", length -> found(new WithRole("r".repeat(length)), null, 2));
    bound(1, Limits.ROLE_BYTES, "role", length -> found(new AnyMember(), "r".repeat(length), 2));
  }

  @Test
  void approvalsToAdmitAre1To16AndToExpel2To16() {
    bound(1, Limits.APPROVALS, "approvals to admit", k -> found(new WithApprovals(k), null, 2));
    bound(2, Limits.APPROVALS, "approvals to expel", k -> found(new AnyMember(), null, k));
  }

  @Test
  void anchorsAre16Of4kAtMost() {
    bound(0, Limits.ANCHORS, "anchors", n -> found(trust(repeat(n, i -> facts.bytes(9)), 0, 1)));
    bound(0, Limits.ANCHOR_BYTES, "anchor", n -> found(trust(List.of(facts.bytes(n)), 0, 1)));
  }

  @Test
  void patternsAre32Of256BytesAtMost() {
    bound(0, Limits.PATTERNS, "patterns", n -> found(trust(List.of(), n, 9)));
    bound(0, Limits.PATTERN_BYTES, "pattern", n -> found(trust(List.of(), 1, n)));
  }

  @Test
  void aKeyIs128BytesAtMost() {
    bound(
        0,
        Limits.SPKI_BYTES,
        "invite key",
        n -> found(new Trust(List.of(), List.of(), Optional.of(facts.bytes(n)))));
    bound(0, Limits.SPKI_BYTES, "key", this::foundWithFounderKey);
  }

  private Bytes foundWithFounderKey(int length) {
    JoinRequest row = facts.found().founder();
    return Raw.message(
        found(
            "g",
            new Rights(new AnyMember(), Optional.empty(), 2),
            Trust.OPEN,
            new JoinRequest(
                row.group(),
                facts.bytes(length),
                row.credential(),
                row.leafKey(),
                row.nonce(),
                row.saw())));
  }

  private static Trust trust(List<Bytes> anchors, int patterns, int length) {
    return new Trust(
        anchors,
        repeat(patterns, i -> (char) ('A' + i) + "p".repeat(Math.max(0, length - 1))).stream()
            .map(pattern -> length == 0 ? "" : pattern)
            .toList(),
        Optional.empty());
  }

  private Bytes found(Trust trust) {
    return found("g", trust);
  }

  private Bytes found(String name, Trust trust) {
    Rights rights = new Rights(new AnyMember(), Optional.empty(), 2);
    return Raw.message(found(name, rights, trust, facts.found().founder()));
  }

  private Bytes found(AdmitRight admit, @org.jspecify.annotations.Nullable String role, int k) {
    Rights rights = new Rights(admit, Optional.ofNullable(role), k);
    return Raw.message(found("g", rights, Trust.OPEN, facts.found().founder()));
  }

  private static Found found(String name, Rights rights, Trust trust, JoinRequest founder) {
    return new Found(
        name, Profile.CONFERENCE, Suite.XWING_AES256GCM_SHA256, rights, trust, founder);
  }

  @Test
  void extensionsAre16Of4kAtMost() {
    bound(0, Limits.EXTENSIONS, "extensions", count -> here(repeat(count, i -> Bytes.EMPTY)));
    bound(0, Limits.EXTENSION_BYTES, "extension", n -> here(List.of(facts.bytes(n))));
  }

  private Bytes here(List<Bytes> extensions) {
    WireWriter body = new WireWriter().hash(facts.hash()).hash(facts.hash());
    body.u8(extensions.size());
    for (int tag = 0; tag < extensions.size(); tag++) {
      body.bool(false).u16(tag).bytes(extensions.get(tag));
    }
    return Raw.message(MessageType.HERE, body.toBytes());
  }

  @Test
  void aMessageIs60000BytesAtMost() {
    int fixed = FactCodec.encode(facts.rekey(Bytes.EMPTY)).length();
    assertThat(fixed).isLessThan(Limits.MESSAGE_BYTES);
    bound(1_000, Limits.MESSAGE_BYTES, "the message", this::rekeyOfLength);
  }

  private Bytes rekeyOfLength(int length) {
    Rekey empty = new Rekey(Optional.empty(), List.of(), facts.hash(), facts.hash(), facts.hash());
    Bytes cover = facts.bytes(length - Raw.message(empty).length());
    Rekey rekey =
        new Rekey(Optional.empty(), List.of(), facts.hash(), facts.hash(), cover.sha256());
    Bytes body = ContentCodec.encode(rekey);
    Bytes message = Raw.message(Raw.header(MessageType.REKEY, body), body, cover);
    assertThat(message.length()).isEqualTo(length);
    return message;
  }

  /** Taken at both ends, refused for its own reason beyond them. */
  private static void bound(int min, int max, String field, IntFunction<Bytes> message) {
    Raw.assertTaken(FactCodec.decode(message.apply(min)));
    Raw.assertTaken(FactCodec.decode(message.apply(max)));
    Raw.assertRefused(FactCodec.decode(message.apply(max + 1)), field);
    if (min == 1 || min == 2) {
      Raw.assertRefused(FactCodec.decode(message.apply(min - 1)), field);
    }
  }

  private static <T> List<T> repeat(int count, IntFunction<T> item) {
    return IntStream.range(0, count).mapToObj(item).toList();
  }
}
