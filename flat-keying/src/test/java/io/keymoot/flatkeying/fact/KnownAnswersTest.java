package io.keymoot.flatkeying.fact;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.Approval.Action;
import io.keymoot.flatkeying.fact.FaultProof.BadCredential;
import io.keymoot.flatkeying.fact.FaultProof.OutOfOrder;
import io.keymoot.flatkeying.fact.Reseal.SlotKey;
import io.keymoot.flatkeying.fact.Rights.WithRole;
import io.keymoot.flatkeying.fact.Target.Absent;
import io.keymoot.flatkeying.fact.Target.Expelled;
import io.keymoot.flatkeying.fact.Target.Faulty;
import io.keymoot.flatkeying.fact.Target.Left;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * One message of each kind, byte for byte, for whoever writes another implementation: from the
 * secret keys and the fields in a file follow its message, what is signed, and the id. Hash fields
 * are 32 times one byte, so that they are found in the message by eye.
 *
 * <p>{@code -Dvectors.rewrite} writes the files anew; what changes in them is a new version.
 */
class KnownAnswersTest {
  private static final Path FILES =
      Path.of("src/test/resources/io/keymoot/flatkeying/fact/known-answers");

  private static final SigningKey ED25519 = key(SignatureKind.ED25519, 0xe1);
  private static final SigningKey P256 = key(SignatureKind.ECDSA_P256, 0xe2);
  private static final SigningKey NEWCOMER = key(SignatureKind.ED25519, 0xe3);

  private static final GroupId GROUP = new GroupId(hash(0x01));
  private static final MemberId MEMBER = new MemberId(hash(0x02));
  private static final List<FactId> HEADS = List.of(new FactId(hash(0x03)), new FactId(hash(0x04)));
  private static final FactWriter BY_ED25519 = new FactWriter(ED25519, GROUP, MEMBER);
  private static final FactWriter BY_P256 = new FactWriter(P256, GROUP, MEMBER);

  private final FactVerifier verifier = new FactVerifier(VerifyMemory.NONE);

  // ---- facts

  @Test
  void aFound() throws IOException {
    Trust trust =
        new Trust(
            List.of(filled(0x61, 20), filled(0x62, 10)),
            List.of("*.example.org"),
            Optional.of(P256.spki()));
    Found found =
        new Found(
            "Grüße 🔑",
            Profile.CONFERENCE,
            Suite.XWING_AES256GCM_SHA256,
            new Rights(new WithRole("host"), Optional.of("chair"), 2),
            trust,
            FactWriter.founderRow(ED25519, hash(0x11), hash(0x12), filled(0x13, 16)));
    fact("found", FactWriter.found(ED25519, found), ED25519);
  }

  @Test
  void anAdmitOfTwoRowsWithAnApproval() throws IOException {
    SignedJoinRequest other =
        FactWriter.joinRequest(
            P256, GROUP, hash(0x21), hash(0x22), filled(0x23, 16), new FactId(GROUP.hash()));
    Approval approval = BY_P256.approve(HEADS, Action.ADMIT, other.member().hash(), Hash32.ZERO);
    Admit admit = new Admit(List.of(request(), other), List.of(approval));
    fact("admit", BY_ED25519.write(HEADS, admit), ED25519);
  }

  @Test
  void aHere() throws IOException {
    fact("here", BY_ED25519.write(HEADS, new Here(hash(0x31), hash(0x32))), ED25519);
  }

  @Test
  void aRekeyWithATargetForEachReasonAndACover() throws IOException {
    Bytes cover = filled(0x77, 100);
    MemberId silent = new MemberId(hash(0x41));
    StayId stay = new StayId(hash(0x42));
    Fingerprint device = new Fingerprint(hash(0x43));
    MemberId liar = new MemberId(hash(0x44));
    OutOfOrder disorder =
        new OutOfOrder(
            BY_ED25519.sign(MessageType.HERE, HEADS, filled(0x45, 5)),
            BY_ED25519.sign(MessageType.HEARTBEAT, HEADS.subList(0, 1), filled(0x46, 5)));
    BadCredential lie =
        new BadCredential(new FactId(hash(0x47)), new MemberId(hash(0x48)), filled(0x49, 30));
    List<Target> targets =
        List.of(
            new Left(leave()),
            new Left(
                new FactWriter(NEWCOMER, GROUP, new MemberId(hash(0x4d)))
                    .leave(HEADS, new StayId(hash(0x4e)))),
            new Expelled(
                device, List.of(BY_P256.approve(HEADS, Action.EXPEL, hash(0x43), Hash32.ZERO))),
            new Absent(
                silent, stay, BY_P256.approve(HEADS, Action.SUSPEND, silent.hash(), stay.hash())),
            new Faulty(liar, disorder),
            new Faulty(liar, lie));
    Rekey rekey =
        new Rekey(
            Optional.of(new FactId(hash(0x4a))), targets, hash(0x4b), hash(0x4c), cover.sha256());
    fact("rekey", BY_ED25519.write(HEADS, rekey, cover), ED25519);
  }

  @Test
  void theFirstRekeyOfAGroup() throws IOException {
    Rekey rekey =
        new Rekey(Optional.empty(), List.of(), hash(0x4b), hash(0x4c), Bytes.EMPTY.sha256());
    fact("rekey-first", BY_ED25519.write(HEADS.subList(0, 1), rekey), ED25519);
  }

  @Test
  void aResealByAP256Device() throws IOException {
    Reseal reseal =
        new Reseal(
            List.of(
                new SlotKey(new Slot(0, 3), hash(0x51)), new SlotKey(new Slot(31, 2), hash(0x52))));
    fact("reseal", BY_P256.write(HEADS, reseal), P256);
  }

  // ---- what facts embed

  @Test
  void aJoinRequest() throws IOException {
    SignedJoinRequest request = request();
    Bytes body = JoinRequestCodec.encodeBody(request.request());
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("signing key", NEWCOMER);
    answer.put("fields", request.request());
    answer.put("signed", Bytes.of(HeaderCodec.signed(MessageType.JOIN_REQUEST, GROUP, body)));
    answer.put("id", request.member().hash());
    answer.put("message", EvidenceCodec.encode(request));
    check("join-request", answer);
    assertThat(verifier.holds(request)).isTrue();
  }

  private static SignedJoinRequest request() {
    return FactWriter.joinRequest(
        NEWCOMER, GROUP, hash(0x24), hash(0x25), filled(0x26, 16), HEADS.get(0));
  }

  @Test
  void aLeave() throws IOException {
    Leave leave = leave();
    evidence("leave", leave.header(), leave, ED25519, EvidenceCodec.encode(leave));
    assertThat(verifier.holds(leave, ED25519.spki())).isTrue();
  }

  private static Leave leave() {
    return BY_ED25519.leave(HEADS, new StayId(hash(0x27)));
  }

  @Test
  void anApproval() throws IOException {
    Approval approval = BY_P256.approve(HEADS, Action.SUSPEND, hash(0x28), hash(0x29));
    evidence("approve", approval.header(), approval, P256, EvidenceCodec.encode(approval));
    assertThat(verifier.holds(approval, P256.spki())).isTrue();
  }

  // ---- the files

  private void fact(String name, Envelope made, SigningKey key) throws IOException {
    Bytes message = FactCodec.encode(made);
    evidence(name, made.header(), made.fact(), key, message);
    assertThat(FactCodec.decode(message).orThrow()).isEqualTo(made);
    verifier.verify(made, key.spki()).orThrow();
  }

  private static void evidence(
      String name, Header header, Object content, SigningKey key, Bytes message)
      throws IOException {
    Bytes head = HeaderCodec.encode(header);
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("signing key", key);
    answer.put("header", header);
    answer.put("fields", content);
    answer.put("signed", Bytes.of(HeaderCodec.signed(header.type(), header.group(), head)));
    answer.put("id", HeaderCodec.id(header).hash());
    answer.put("message", message);
    check(name, answer);
  }

  private static void check(String name, Map<String, Object> answer) throws IOException {
    StringBuilder lines = new StringBuilder();
    answer.forEach((field, value) -> Spelled.out(lines, field, value));
    Path file = FILES.resolve(name + ".txt");
    if (System.getProperty("vectors.rewrite") != null) {
      Files.createDirectories(FILES);
      Files.writeString(file, lines);
    }
    assertThat(lines.toString()).isEqualTo(Files.readString(file, UTF_8));
  }

  private static SigningKey key(SignatureKind kind, int fill) {
    return SigningKey.fromSecret(kind, filled(fill, 32).toArray()).orThrow();
  }

  private static Hash32 hash(int fill) {
    return Hash32.of(filled(fill, Hash32.LENGTH).toArray());
  }

  private static Bytes filled(int fill, int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) fill);
    return Bytes.owning(bytes);
  }
}
