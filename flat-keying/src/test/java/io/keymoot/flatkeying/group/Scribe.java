package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.Approval;
import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.Fact;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactVerifier;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.Found;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.Header;
import io.keymoot.flatkeying.fact.HeaderCodec;
import io.keymoot.flatkeying.fact.JoinRequest;
import io.keymoot.flatkeying.fact.Leave;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.SignedHeader;
import io.keymoot.flatkeying.fact.SignedJoinRequest;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.fact.VerifiedOnce;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Writes down and signs what the people of a test say; every key follows from a name. */
final class Scribe implements SectionFiveOracle.Evidence {
  /** The same name has the same key in every story: made once. Shared by the tests' threads. */
  private static final ConcurrentMap<String, SigningKey> KEYS = new ConcurrentHashMap<>();

  private final FactVerifier verifier = new FactVerifier(new VerifiedOnce());

  /** Remembers what it has checked, so share it within a story. */
  FactVerifier verifier() {
    return verifier;
  }

  /** The same fact in all but the signature, which its id does not cover. */
  static Envelope wronglySigned(Envelope fact) {
    return new Envelope(
        fact.id(),
        fact.header(),
        fact.fact(),
        Bytes.owning(new byte[Limits.SIGNATURE_BYTES]),
        fact.head(),
        fact.body(),
        fact.cover());
  }

  /** A device that signs. */
  record Device(String name, SigningKey signing) {
    Bytes key() {
      return signing.spki();
    }

    Fingerprint fingerprint() {
      return Fingerprint.of(key());
    }
  }

  Device device(String name) {
    byte[] secret = Hash32.sha256(text("device " + name)).toArray();
    SigningKey key =
        KEYS.computeIfAbsent(
            name, n -> SigningKey.fromSecret(SignatureKind.ED25519, secret).orThrow());
    return new Device(name, key);
  }

  /**
   * @param start which start of the device this is
   */
  SignedJoinRequest request(
      Device device, GroupId group, Hash32 credential, int start, FactId saw) {
    return FactWriter.joinRequest(
        device.signing(), group, credential, leafKey(device, start), nonce(device, start), saw);
  }

  JoinRequest founderRow(Device device, Hash32 credential) {
    return FactWriter.founderRow(
        device.signing(), credential, leafKey(device, 0), nonce(device, 0));
  }

  private static Hash32 leafKey(Device device, int start) {
    return Hash32.sha256(text("leaf " + device.name() + " " + start));
  }

  private static Bytes nonce(Device device, int start) {
    byte[] seed = Hash32.sha256(text("start " + device.name() + " " + start)).toArray();
    return Bytes.of(seed, 0, JoinRequest.NONCE_BYTES);
  }

  Envelope found(Device device, Found found) {
    return FactWriter.found(device.signing(), found);
  }

  /** Throws an IllegalArgumentException for what no decoder would take. */
  Envelope fact(Device device, GroupId group, MemberId author, List<FactId> heads, Fact fact) {
    return new FactWriter(device.signing(), group, author).write(heads, fact);
  }

  /**
   * A fact nobody signs, to see what would come of it: for the oracle's eyes only.
   *
   * @param mark tells it from other drafts, as its content would
   */
  Envelope draft(GroupId group, MemberId author, List<FactId> heads, Fact fact, Hash32 mark) {
    Header header = new Header(fact.type(), group, author, heads.stream().sorted().toList(), mark);
    return new Envelope(
        id(header), header, fact, Bytes.EMPTY, Bytes.EMPTY, Bytes.EMPTY, Bytes.EMPTY);
  }

  Approval approval(
      Device device,
      GroupId group,
      MemberId author,
      List<FactId> heads,
      Approval.Action action,
      Hash32 subject,
      Hash32 stay) {
    return new FactWriter(device.signing(), group, author).approve(heads, action, subject, stay);
  }

  Leave leave(Device device, GroupId group, MemberId author, List<FactId> heads, StayId stay) {
    return new FactWriter(device.signing(), group, author).leave(heads, stay);
  }

  SignedHeader heartbeat(
      Device device, GroupId group, MemberId author, List<FactId> heads, int counter) {
    return new FactWriter(device.signing(), group, author)
        .sign(MessageType.HEARTBEAT, heads, Bytes.of(text("beat " + counter)));
  }

  static SignedHeader header(Envelope fact) {
    return new SignedHeader(fact.header(), fact.signature());
  }

  // ---- what the oracle asks

  @Override
  public FactId id(Header header) {
    return new FactId(Hash32.sha256(HeaderCodec.encode(header).toArray()));
  }

  @Override
  public MemberId member(JoinRequest request) {
    return request.member();
  }

  @Override
  public boolean holds(SignedHeader signed, Bytes key) {
    return verifier.holds(signed, key);
  }

  @Override
  public boolean holds(Approval approval, Bytes key) {
    return verifier.holds(approval, key);
  }

  @Override
  public boolean holds(Leave leave, Bytes key) {
    return verifier.holds(leave, key);
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
